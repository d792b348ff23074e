"""Court calendars: which days are closed, on whose authority, and up to which day we know it.

The `holidays` and `chinesecalendar` packages are the base; dated entries of our own, each with its
source, correct it (``law/calendars``). What a package says beyond the known days is an estimate:
it may make a safe date earlier, never a legal one final.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from breachbook.errors import DeadlineError

Base = Literal["holidays", "chinesecalendar", "none"]
_DAY = timedelta(days=1)
_SEARCH_DAYS = 400


@dataclass(frozen=True, slots=True)
class Entry:
    """One dated correction of a calendar.

    Attributes:
        day: The day.
        is_open: Whether the office works on it.
        is_disputed: Whether it is arguable that the day is a legal holiday at all.
        because: What was ordered, and by whom.
    """

    day: date
    is_open: bool
    is_disputed: bool
    because: str


@dataclass(frozen=True)
class CalendarText:
    """A calendar as its file states it.

    Attributes:
        id: ISO country.
        title: Name.
        base: Package that knows its holidays.
        known_from: First day covered.
        known_until: Last day covered by statute or official notice.
        subdivisions_known_until: The same for its subdivisions; None where it has none.
        is_friday_disputed: Whether a Friday kept for a Saturday holiday is arguable.
        entries: Corrections by day.
    """

    id: str
    title: str
    base: Base
    known_from: date
    known_until: date
    subdivisions_known_until: date | None = None
    is_friday_disputed: bool = False
    entries: Mapping[date, Entry] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Year:
    """The days of one year: weekdays off, weekend days worked, and those off of which it is arguable."""

    closed: frozenset[date]
    working: frozenset[date]
    disputed: frozenset[date]


class Calendar:
    """The open and closed days of one place; its years are read once."""

    def __init__(self, text: CalendarText, subdivision: str | None = None) -> None:
        self.text = text
        self.subdivision = subdivision
        self.id = text.id if subdivision is None else f"{text.id}-{subdivision}"
        self.known_from = text.known_from
        self.known_until = text.known_until
        if subdivision is not None and text.subdivisions_known_until is not None:
            self.known_until = min(text.known_until, text.subdivisions_known_until)
        self.years: dict[int, Year] = {}

    def is_closed(self, day: date) -> bool:
        """Tell whether a day is a rest day, holiday or declared closing."""
        year = self.years.get(day.year) or self._year(day.year)
        if day.weekday() >= 5:
            return day not in year.working
        return day in year.closed

    def disputed(self, year: int) -> frozenset[date]:
        """List the closed days of a year of which it is arguable that they are legal holidays."""
        return (self.years.get(year) or self._year(year)).disputed

    def _year(self, number: int) -> Year:
        off, working = _base_days(self.text.base, self.text.id, self.subdivision, number)
        disputed: set[date] = set()
        if self.text.is_friday_disputed:
            fridays = (day for day in off if day.weekday() == 4)
            disputed = {day for day in fridays if _is_holiday(self.text, day + _DAY)}
        closed = set(off)
        opened = set(working)
        for day, entry in self.text.entries.items():
            if day.year != number:
                continue
            (opened.add if entry.is_open else closed.add)(day)
            (opened.discard if not entry.is_open else closed.discard)(day)
            if entry.is_disputed:
                disputed.add(day)
        year = Year(frozenset(closed), frozenset(opened), frozenset(disputed))
        self.years[number] = year
        return year


class View:
    """A calendar, or the union of several, with the days one count adds; what the regimes ask."""

    __slots__ = ("_added", "_calendars", "_plain", "known_from", "known_until")

    def __init__(
        self,
        calendars: tuple[Calendar, ...],
        added: frozenset[date] = frozenset(),
        known_until: date | None = None,
        plain: frozenset[date] = frozenset(),
    ) -> None:
        self._calendars = calendars
        self._added = added
        self._plain = plain
        self.known_from = max((c.known_from for c in calendars), default=date.min)
        self.known_until = known_until or min((c.known_until for c in calendars), default=date.max)

    def is_closed(self, day: date) -> bool:
        """Tell whether nothing can be done at the office on a day."""
        if day in self._plain:
            return False
        if day in self._added or (not self._calendars and day.weekday() >= 5):
            return True
        return any(calendar.is_closed(day) for calendar in self._calendars)

    def knows(self, day: date) -> bool:
        """Tell whether the official calendar covers a day."""
        return self.known_from <= day <= self.known_until

    def next_open(self, day: date) -> date:
        """Find the first open day on or after a day."""
        return self._find(day, _DAY)

    def previous_open(self, day: date) -> date:
        """Find the last open day on or before a day."""
        return self._find(day, -_DAY)

    def step(self, day: date, number: int, sign: int = 1) -> date:
        """Find the n-th open day after a day, or before it with a negative sign."""
        for _ in range(number):
            day = self._find(day + sign * _DAY, sign * _DAY)
        return day

    def disputed(self, first: date, last: date) -> frozenset[date]:
        """List the closed days from one day to another of which it is arguable that they count."""
        return frozenset(
            day
            for year in range(first.year, last.year + 1)
            for calendar in self._calendars
            for day in calendar.disputed(year)
            if first <= day <= last and day not in self._added
        )

    def opening(self, days: frozenset[date]) -> "View":
        """Give the same view with some days taken for open ones."""
        return View(self._calendars, self._added, self.known_until, self._plain | days)

    def closing(self, days: frozenset[date]) -> "View":
        """Give the same view with further closed days."""
        return (
            View(self._calendars, self._added | days, self.known_until, self._plain)
            if days
            else self
        )

    def _find(self, day: date, step: timedelta) -> date:
        for _ in range(_SEARCH_DAYS):
            if not self.is_closed(day):
                return day
            day += step
        raise DeadlineError(
            f"calendar: no open day within {_SEARCH_DAYS} days of {day}; check the closed days "
            "given"
        )


class Calendars:
    """Every calendar of the law by id; views are kept, for many counts ask the same."""

    def __init__(self, texts: Iterable[CalendarText] = ()) -> None:
        self.texts: Mapping[str, CalendarText] = {text.id: text for text in texts}
        self._calendars: dict[str, Calendar] = {}
        self._views: dict[tuple[object, ...], View] = {}

    def view(
        self, names: tuple[str, ...], added: frozenset[date], known_until: date | None
    ) -> View:
        """Give the union of some calendars with further closed days.

        Raises:
            DeadlineError: A calendar is not known; an unknown place is never counted without its
                holidays.
        """
        key = (names, added, known_until)
        found = self._views.get(key)
        if found is None:
            found = View(
                tuple(self._get(name) for name in names if name != "weekends"), added, known_until
            )
            if len(self._views) < 4096:
                self._views[key] = found
        return found

    def years(self) -> Iterator[tuple[str, int, Year]]:
        """Give every year that was read so far: calendar, number, days."""
        for name, calendar in self._calendars.items():
            for number, year in calendar.years.items():
                yield name, number, year

    def take(self, name: str, number: int, year: Year) -> None:
        """Take a year as it was read from the same texts and packages before."""
        self._get(name).years[number] = year

    def _get(self, name: str) -> Calendar:
        found = self._calendars.get(name)
        if found is None:
            country, _, subdivision = name.partition("-")
            text = self.texts.get(country)
            if text is None or (subdivision and text.subdivisions_known_until is None):
                known = ", ".join(sorted(self.texts)) or "none"
                raise DeadlineError(
                    f"calendar: got {name!r}; allowed: {known}, a subdivision of one that has "
                    "them, or `weekends`; "
                    "add the calendar with its source under law/calendars"
                )
            if subdivision:
                _base_days(text.base, country, subdivision, text.known_until.year)
            found = self._calendars[name] = Calendar(text, subdivision or None)
        return found


def _is_holiday(text: CalendarText, day: date) -> bool:
    return day in _base_days(text.base, text.id, None, day.year)[0]


@lru_cache(maxsize=512)
def _base_days(
    base: Base, country: str, subdivision: str | None, year: int
) -> tuple[frozenset[date], frozenset[date]]:
    """Ask the packages, slow to import, for one year: days off, and weekend days worked."""
    if base == "none":
        return frozenset(), frozenset()
    if base == "chinesecalendar":
        from chinese_calendar import constants

        off = frozenset(day for day in constants.holidays if day.year == year)
        if off:
            return off, frozenset(day for day in constants.workdays if day.year == year)
    import holidays

    try:
        found = holidays.country_holidays(country, subdiv=subdivision, years=year)
    except NotImplementedError as error:
        raise DeadlineError(
            f"calendar: got {country}-{subdivision}; allowed: an ISO country or subdivision with "
            "known holidays"
        ) from error
    return frozenset(day for day in found if day.year == year), frozenset()
