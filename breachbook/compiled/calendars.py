"""Court calendars as lines: first their names, then each text, then the years that were read of each."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date
from functools import partial
from typing import Any, TypeVar

from breachbook.deadlines.calendars import (
    Calendar,
    Calendars,
    CalendarText,
    Entry,
    Recurring,
    Year,
)

T = TypeVar("T")

_DATES = ("known_from", "known_until", "subdivisions_known_until", "checked_on")
_PARTS = tuple(part.name for part in fields(Year))


class Made(Mapping[str, T]):
    """A mapping whose values are made when they are first asked for.

    Args:
        makers: What makes each value, by its key.
    """

    def __init__(self, makers: Mapping[str, Callable[[], T]]) -> None:
        self._makers = makers
        self._made: dict[str, T] = {}

    def __getitem__(self, key: str) -> T:
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = self._makers[key]()
        return found

    def __contains__(self, key: object) -> bool:
        return key in self._makers

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


class KeptCalendars(Calendars):
    """Court calendars with the years that were read of them before.

    Args:
        texts: By id.
        kept: Lines of those years, by the id of their calendar.
    """

    def __init__(
        self, texts: Mapping[str, CalendarText], kept: Mapping[str, bytes] | None = None
    ) -> None:
        super().__init__()
        self.texts = texts
        self.kept = dict(kept or {})
        self._taken = 0

    def has_read_more(self) -> bool:
        """Tell whether a year was read that is not among the kept ones."""
        return sum(1 for _ in self.years()) > self._taken

    def _get(self, name: str) -> Calendar:
        # What was kept of a part is taken without asking the package, slow to import, for its name.
        if name not in self._calendars and name in self.kept:
            country, _, part = (name, "", "") if name in self.texts else name.partition("-")
            calendar = Calendar(self.texts[country], part or None)
            calendar.years = _years(self.kept[name])
            self._taken += len(calendar.years)
            self._calendars[name] = calendar
        return super()._get(name)


def calendar_lines(calendars: KeptCalendars) -> list[bytes]:
    """Write calendars with all years read of them; see `read_calendars`."""
    read: dict[str, dict[int, Year]] = {}
    for name, number, year in calendars.years():
        read.setdefault(name, {})[number] = year
    years = calendars.kept | {name: _year_line(of_one) for name, of_one in read.items()}
    names = {"texts": list(calendars.texts), "years": list(years)}
    return [_line(names), *map(_text_line, calendars.texts.values()), *years.values()]


def read_calendars(lines: Sequence[bytes]) -> KeptCalendars:
    """Give the calendars of some lines."""
    names = json.loads(lines[0])
    texts = dict(zip(names["texts"], lines[1:], strict=False))
    years = dict(zip(names["years"], lines[1 + len(texts) :], strict=True))
    makers = {name: partial(_text, line) for name, line in texts.items()}
    return KeptCalendars(Made(makers), years)


def _line(data: object) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def _text_line(text: CalendarText) -> bytes:
    data: dict[str, Any] = {part.name: getattr(text, part.name) for part in fields(text)}
    data["recurring"] = [asdict(entry) for entry in text.recurring]
    data["entries"] = [
        {**asdict(entry), "day": entry.day.isoformat()} for entry in text.entries.values()
    ]
    data["unions"] = dict(text.unions)
    for name in _DATES:
        data[name] = data[name].isoformat() if data[name] else None
    return _line(data)


def _text(line: bytes) -> CalendarText:
    data = json.loads(line)
    for name in _DATES:
        data[name] = date.fromisoformat(data[name]) if data[name] else None
    data["categories"] = tuple(data["categories"])
    data["unions"] = {name: tuple(members) for name, members in data["unions"].items()}
    data["recurring"] = tuple(Recurring(**entry) for entry in data["recurring"])
    entries = [
        Entry(**{**entry, "day": date.fromisoformat(entry["day"])}) for entry in data["entries"]
    ]
    data["entries"] = {entry.day: entry for entry in entries}
    return CalendarText(**data)


def _year_line(years: Mapping[int, Year]) -> bytes:
    return _line(
        {
            number: [sorted(day.isoformat() for day in getattr(year, part)) for part in _PARTS]
            for number, year in years.items()
        }
    )


def _years(line: bytes) -> dict[int, Year]:
    return {int(number): Year(*map(_days, parts)) for number, parts in json.loads(line).items()}


def _days(texts: Iterable[str]) -> frozenset[date]:
    return frozenset(map(date.fromisoformat, texts))
