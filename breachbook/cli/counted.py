"""What commands that count have in common: times and options as people type them, results as they read them."""

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from breachbook.cli.output import as_json, heading, pairs, say
from breachbook.errors import UsageError

if TYPE_CHECKING:
    from breachbook.compiled import Compiled
    from breachbook.deadlines import Computed, Moment

_LISTS = frozenset({"closed", "holidays", "declared_holidays", "state_holidays", "court_leave"})
_DAY = len("2026-11-16")


def compiled() -> "Compiled":
    """Give the law we ship and, within a workspace, its own."""
    from breachbook import content
    from breachbook.cli.session import current
    from breachbook.compiled import Compiled
    from breachbook.layout import MARK

    root = current.root
    own = root if (root / MARK).is_file() else None
    return Compiled(content.law_folders(own), os.environ)


def trigger_of(text: str) -> "Moment":
    """Read a trigger: a date, or an instant with its offset.

    Raises:
        UsageError: It is neither.
    """
    try:
        if len(text) == _DAY and text[4] == text[7] == "-":
            return date.fromisoformat(text)
        when = datetime.fromisoformat(text) if "T" in text else None
    except ValueError:
        when = None
    if when is None or when.tzinfo is None:
        allowed = "2026-11-16, or 2026-11-16T09:40:00-06:00"
        raise UsageError(f"got the time {text[:60]!r}; allowed: {allowed}")
    return when


def told_of(given: Sequence[str]) -> dict[str, object]:
    """Read ``name=value`` options: true and false are themselves, days of the office stand between commas.

    Raises:
        UsageError: One is not of that form, or a name stands twice; all of them in one message.
    """
    from breachbook.cli.act import as_pairs

    return {name: _told(name, value) for name, value in as_pairs(given).items()}


def result(computed: "Computed", told: Mapping[str, object]) -> dict[str, Any]:
    """Give the dates of a count and what must be known of them; instants in the court's zone.

    Keys: raw, legal, safe, final, provisional, disputed (None, or every reading with its dates, what
        it says and its authority), warnings, working (sentences with their citations).
    """
    zone = told.get("court_timezone")
    return {
        "raw": written(computed.raw, zone),
        "legal": written(computed.legal, zone),
        "safe": written(computed.safe, zone),
        "final": written(computed.final, zone),
        "provisional": computed.provisional,
        "disputed": [
            {
                "raw": written(reading.raw, zone),
                "legal": None if computed.provisional else written(reading.legal, zone),
                "says": reading.says,
                "authority": reading.authority,
            }
            for reading in computed.readings
        ]
        or None,
        "warnings": list(computed.warnings),
        "working": [str(sentence) for sentence in computed.working],
    }


def written(moment: "Moment | None", zone: object = None) -> str | None:
    """Write a day as ISO 8601 does, an instant as RFC 3339 does, in a zone if there is one."""
    if zone is not None and isinstance(moment, datetime):
        from breachbook.deadlines.options import zone_of

        moment = moment.astimezone(zone_of(str(zone)))
    return moment.isoformat() if moment is not None else None


def show(asked: Mapping[str, object], computed: "Computed", told: Mapping[str, object]) -> None:
    """Print a count for people: dates, readings where they differ, and the working step by step."""
    zone = told.get("court_timezone")
    dates = {
        "raw": computed.raw,
        "legal": computed.legal,
        "safe": computed.safe,
        "last moment": computed.last_moment,
        "final": computed.final,
    }
    shown = {name: _weekday(written(value, zone)) for name, value in dates.items()}
    if computed.provisional:
        shown["legal"] = "none yet: the official calendar does not reach so far"
    pairs({
        **asked,
        **shown,
        "provisional": computed.provisional,
        "disputed": bool(computed.readings),
        "warnings": list(computed.warnings),
    })  # fmt: skip
    if computed.readings:
        heading("readings, the one counted as legal first")
        which = "raw" if computed.provisional else "legal"
        _numbered(
            [
                f"{_weekday(written(getattr(reading, which), zone))}: {reading.says} ({reading.authority})"
            ]
            for reading in computed.readings
        )
    heading("working")
    _numbered([str(sentence), sentence.zh] for sentence in computed.working)


def print_json(
    asked: Mapping[str, object], computed: "Computed", told: Mapping[str, object]
) -> None:
    """Print a count as JSON; the Chinese working stands beside the English one where there is one."""
    found = result(computed, told)
    found["last_moment"] = written(computed.last_moment, told.get("court_timezone"))
    found["working_zh"] = [sentence.zh for sentence in computed.working if sentence.zh]
    as_json({**asked, **found})


def words(told: Mapping[str, object]) -> list[str]:
    """Write options and circumstances as they are typed."""
    return [f"{name}={_word(value)}" for name, value in told.items()]


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _told(name: str, value: str) -> object:
    if value in ("true", "false"):
        return value == "true"
    return value.split(",") if name in _LISTS else value


def _weekday(text: str | None) -> str | None:
    if text is None:
        return None
    return f"{date.fromisoformat(text[:_DAY]):%a} {text.replace('T', ' ')}"


def _numbered(steps: Iterable[Sequence[str]]) -> None:
    for number, (first, *others) in enumerate(steps, 1):
        say(f"{number:3}. {first}")
        for line in filter(None, others):
            say(f"     {line}")
