"""Court calendars as they were read before, kept in the user's cache under a hash of all they are made from.

Reading them anew takes the YAML files and a package of every country's holidays: a third of a second that a
single count should not cost.
"""

import json
import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import breachbook
from breachbook.canonical import sha256
from breachbook.deadlines.calendars import Calendars, CalendarText, Entry, Year

if TYPE_CHECKING:
    from collections.abc import Iterable

_TEXTS = Path(breachbook.__file__).parent / "law" / "calendars"
_PACKAGES = ("holidays", "chinese_calendar")
_DAYS = ("closed", "working", "disputed")


class Compiled:
    """The shipped court calendars; `keep` puts aside what was read of them beyond what was kept."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        home = environment.get("XDG_CACHE_HOME") or f"{environment.get('HOME', '')}/.cache"
        self._path = Path(home) / "breachbook" / f"calendars-{_key()}.json"
        self._kept = 0
        self.calendars = self._read() or self._shipped()

    def keep(self) -> None:
        """Write the years that were read; a cache that cannot be written is done without."""
        years = list(self.calendars.years())
        if len(years) == self._kept:
            return
        data = {
            "texts": [_text_data(text) for text in self.calendars.texts.values()],
            "years": [
                [name, number, *(_iso(getattr(year, part)) for part in _DAYS)]
                for name, number, year in years
            ],
        }
        staged = self._path.with_suffix(f".{os.getpid()}")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            staged.write_text(json.dumps(data), "utf-8")
            staged.replace(self._path)
        except OSError:
            return

    def _read(self) -> Calendars | None:
        try:
            data = json.loads(self._path.read_bytes())
            calendars = Calendars(_text(item) for item in data["texts"])
            for name, number, *days in data["years"]:
                calendars.take(name, number, Year(*(_days(part) for part in days)))
            self._kept = len(data["years"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return calendars

    def _shipped(self) -> Calendars:
        from breachbook.deadlines.loading import load_calendars

        return Calendars(load_calendars(_TEXTS))


def _key() -> str:
    """Hash what calendars are made from: our texts by content, the packages by their files' size and time."""
    from importlib.util import find_spec

    marks = [breachbook.__version__]
    marks += [sha256(path.read_bytes()) for path in sorted(_TEXTS.glob("*.yaml"))]
    for package in _PACKAGES:
        found = find_spec(package)
        status = Path(found.origin).stat() if found and found.origin else None
        marks.append(
            f"{status.st_size} {status.st_mtime_ns} {status.st_ino}" if status else "none"
        )
    return sha256("\n".join(marks).encode())[:32]


def _text_data(text: CalendarText) -> dict[str, Any]:
    subdivisions = text.subdivisions_known_until
    return {
        "id": text.id,
        "title": text.title,
        "base": text.base,
        "known_from": text.known_from.isoformat(),
        "known_until": text.known_until.isoformat(),
        "subdivisions_known_until": subdivisions.isoformat() if subdivisions else None,
        "is_friday_disputed": text.is_friday_disputed,
        "entries": [
            [entry.day.isoformat(), entry.is_open, entry.is_disputed, entry.because]
            for entry in text.entries.values()
        ],
    }


def _text(data: Mapping[str, Any]) -> CalendarText:
    subdivisions = data["subdivisions_known_until"]
    entries = [Entry(date.fromisoformat(day), *rest) for day, *rest in data["entries"]]
    return CalendarText(
        data["id"],
        data["title"],
        data["base"],
        date.fromisoformat(data["known_from"]),
        date.fromisoformat(data["known_until"]),
        date.fromisoformat(subdivisions) if subdivisions else None,
        data["is_friday_disputed"],
        {entry.day: entry for entry in entries},
    )


def _iso(days: "Iterable[date]") -> list[str]:
    return sorted(day.isoformat() for day in days)


def _days(texts: "Iterable[str]") -> frozenset[date]:
    return frozenset(date.fromisoformat(text) for text in texts)
