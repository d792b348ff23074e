"""Counting one period by a regime, or as many as a file holds."""

import json as json_
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

from cyclopts import Parameter

from breachbook.cli.counted import (
    compiled,
    print_json,
    result,
    show,
    told_of,
    trigger_of,
    words,
)
from breachbook.cli.output import remark
from breachbook.errors import BreachbookError, DeadlineError, UsageError

if TYPE_CHECKING:
    from breachbook.deadlines import Computed, Direction
    from breachbook.deadlines.calendars import Calendars

_WANTED = ("regime", "trigger", "period")
_OPTIONAL = ("direction", "options")
_KEYS = frozenset({"id", *_WANTED, *_OPTIONAL})


def count(
    *,
    regime: str | None = None,
    from_: str | None = None,
    period: str | None = None,
    before: bool = False,
    calendar: str | None = None,
    service: str | None = None,
    foreign: bool = False,
    option: Sequence[str] = (),
    batch: Annotated[str | None, Parameter(allow_leading_hyphen=True)] = None,
    json: bool = False,
) -> int:
    """Count a period and show the working, or every period that a file of JSON lines holds.

    Raw is the end before it is moved off a closed day, legal the last day or moment the law allows, safe the one to
    plan on. A batch has one object a line: id, regime, trigger, period, and if need be direction (after or before)
    and options; other keys are passed over. Each is answered by one line with id, raw, legal, safe, final,
    provisional, disputed, warnings and working, or with id and error; the exit code is 1 if there was an error.

    For example:

    - breachbook count --regime us-itc --from 2009-10-16 --period "60 days"
    - breachbook count --regime us-frcp --from 2026-11-16 --period "7 days" --before --calendar US-AL
    - breachbook count --regime us-itc --from 2026-11-16 --period "12 days" --option closed=2026-11-30,2026-12-01
    - breachbook count --batch periods.jsonl

    Args:
        regime: How days are counted; `rules --regimes` lists the ways and their options.
        from_: The trigger: a date, or a date and time with its offset.
        period: Such as "12 days", "48 hours", "5 business-days" or "max(20 business-days, 31 days)".
        before: Count back from the trigger.
        calendar: Court calendar, such as US, DE-NW or GB-ALL; `calendars` lists them.
        service: How the paper was served: mail, express or electronic.
        foreign: The party is abroad or without domicile.
        option: Any other option as name=value, lists with commas; may be given several times.
        batch: File of JSON lines; - is standard input.
        json: Print JSON.
    """
    told = _told(calendar, service, foreign, option)
    wanted = {"--regime": regime, "--from": from_, "--period": period}
    if batch is not None:
        if told or before or any(value is not None for value in wanted.values()):
            raise UsageError(
                "--batch: got other options; allowed: --batch alone, each line has its own"
            )
        return _batch(batch)
    if regime is None or from_ is None or period is None:
        missing = ", ".join(name for name, value in wanted.items() if value is None)
        raise UsageError(f"got no {missing}; allowed: --regime, --from and --period, or --batch")
    _one(regime, from_, period, "before" if before else "after", told, json)
    return 0


def _told(
    calendar: str | None, service: str | None, foreign: bool, option: Sequence[str]
) -> dict[str, object]:
    told = told_of(option)
    flags = {"calendar": calendar, "service": service, "foreign": foreign or None}
    for name, value in flags.items():
        if value is not None and name in told:
            raise UsageError(f"--option {name}: got the same as --{name}; allowed: one of them")
    return told | {name: value for name, value in flags.items() if value is not None}


def _one(
    regime: str,
    from_: str,
    period: str,
    direction: "Direction",
    told: Mapping[str, object],
    json: bool,
) -> None:
    from breachbook.deadlines.regimes import REGIMES

    law = compiled()
    computed = _counted(regime, from_, period, direction, told, law.calendars)
    law.keep()
    asked = {"regime": regime, "from": from_, "period": period, "direction": direction}
    if json:
        print_json({**asked, "options": told}, computed, told)
        return
    asked["regime"] = f"{regime}, {REGIMES[regime].authority}"
    show({**asked, "options": words(told)}, computed, told)


def _batch(name: str) -> int:
    law = compiled()
    number = failed = 0
    with _opened(name) as file:
        for answer in answers(file, law.calendars):
            number += 1
            failed += "error" in answer
            text = json_.dumps(answer, ensure_ascii=False)
            print(text if text.isprintable() else json_.dumps(answer), flush=True)
    law.keep()
    if failed:
        remark(f"{failed} of {number} lines were not counted")
    return int(failed > 0)


def _opened(name: str) -> BinaryIO:
    if name == "-":
        return sys.stdin.buffer
    try:
        return Path(name).open("rb")
    except OSError as error:
        allowed = "a file of JSON lines, or - for standard input"
        raise UsageError(f"--batch: got {name}, {error.strerror}; allowed: {allowed}") from error


def answers(lines: Iterable[bytes], calendars: "Calendars") -> Iterator[dict[str, Any]]:
    """Count the period of each line, and give its dates or why it was refused.

    Args:
        lines: Each a JSON object, as `count` describes them; empty ones are passed over.
        calendars: Court calendars.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        asked: dict[str, Any] = {}
        try:
            asked = _asked(line)
            yield {"id": asked.get("id"), **_answer(asked, calendars)}
        except (BreachbookError, OverflowError) as error:
            yield {"id": asked.get("id"), "error": f"line {number}: {error}"}


def _asked(line: bytes) -> dict[str, Any]:
    try:
        asked = _decoder().decode(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"got no JSON ({error}); allowed: one object a line") from error
    if not isinstance(asked, dict):
        raise UsageError(f"got {type(asked).__name__}; allowed: one JSON object a line")
    return asked


@cache
def _decoder() -> json_.JSONDecoder:
    return json_.JSONDecoder(object_pairs_hook=_once)


def _once(items: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(items)
    if len(found) != len(items):
        raise ValueError("a key stands twice")
    return found


def _answer(asked: Mapping[str, Any], calendars: "Calendars") -> dict[str, Any]:
    for name in _WANTED:
        if not isinstance(asked.get(name), str):
            raise UsageError(f"{name}: got {_shown(asked.get(name))}; allowed: text")
    if stray := _misspelt(tuple(asked)):
        raise UsageError(f"got the key {stray!r}; allowed: direction, options")
    direction, told = asked.get("direction", "after"), asked.get("options", {})
    if direction not in ("after", "before"):
        raise UsageError(f"direction: got {_shown(direction)}; allowed: after, before")
    if not isinstance(told, dict):
        raise UsageError(f"options: got {_shown(told)}; allowed: an object")
    regime, from_, period = (asked[name] for name in _WANTED)
    return result(_counted(regime, from_, period, direction, told, calendars), told)


def _counted(
    regime: str,
    from_: str,
    period: str,
    direction: "Direction",
    told: Mapping[str, object],
    calendars: "Calendars",
) -> "Computed":
    from breachbook.deadlines.compute import count as count_period

    when = trigger_of(from_)
    try:
        return count_period(regime, when, period, direction, told, calendars=calendars)
    except DeadlineError as error:
        raise UsageError(str(error)) from error


@lru_cache(maxsize=256)
def _misspelt(keys: tuple[str, ...]) -> str | None:
    """Find a key that was meant to be one of those that may be left out, and must not be passed over."""
    from difflib import get_close_matches

    for name in keys:
        if name not in _KEYS and get_close_matches(name.lower(), _OPTIONAL, cutoff=0.8):
            return name
    return None


def _shown(value: object) -> str:
    return "nothing" if value is None else repr(value)[:60]
