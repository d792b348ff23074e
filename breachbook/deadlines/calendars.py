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
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = timedelta(days=1)
_SATURDAY = 5
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


@dataclass(frozen=True, slots=True)
class Recurring:
    """A day closed every year that the package lacks, or open although the package closes it.

    Attributes:
        day: ``12-29`` for a fixed day, ``4 fri 9`` for the fourth Friday of September (with
            `` +1`` for the day after), or a number of days after Easter Sunday.
        since: First year.
        is_open: Whether it is open, against the package.
        is_moved: Whether a Saturday is kept on the Friday before, a Sunday on the Monday after.
        offices_only: Whether only courts and offices close; other regimes do not see the day.
        because: On whose authority.
    """

    day: str
    since: int
    is_open: bool
    is_moved: bool
    offices_only: bool
    because: str

    def on(self, year: int) -> date | None:
        """Give the day in a year; None before it was kept."""
        if year < self.since:
            return None
        day = self._nominal(year)
        if self.is_moved and day.weekday() >= _SATURDAY:
            return day - _DAY if day.weekday() == _SATURDAY else day + _DAY
        return day

    def _nominal(self, year: int) -> date:
        if " " in self.day:
            number, weekday, month, *later = self.day.split()
            first = date(year, int(month), 1)
            ahead = (WEEKDAYS.index(weekday) - first.weekday()) % 7
            return first + (ahead + 7 * (int(number) - 1) + sum(map(int, later))) * _DAY
        if len(self.day) == len("12-29") and self.day[2] == "-":
            return date(year, int(self.day[:2]), int(self.day[3:]))
        from dateutil.easter import easter

        return easter(year) + int(self.day) * _DAY


@dataclass(frozen=True)
class CalendarText:
    """A calendar as its file states it.

    Attributes:
        id: ISO country, or a court's own calendar such as ``US-CA-COURT``.
        title: Name.
        base: Package that knows its holidays.
        known_from: First day covered.
        known_until: Last day covered by statute or official notice.
        of: Country that the package is asked for.
        authority: Where its days stand, in a line.
        checked_on: Day one of us last read that.
        status: Whether it was read in a source.
        categories: Kinds of holidays asked of the package.
        subdivisions_known_until: The same for its subdivisions; None where it has none.
        needs_subdivision: Whether the country as a whole has no calendar of its own.
        unions: Subdivisions by the name under which they stand together.
        is_friday_disputed: Whether a Friday kept for a Saturday holiday is arguable.
        recurring: Days closed every year.
        entries: Corrections by day.
        note: What a reader must know.
    """

    id: str
    title: str
    base: Base
    known_from: date
    known_until: date
    of: str = ""
    authority: str = ""
    checked_on: date = date.min
    status: str = "verified"
    categories: tuple[str, ...] = ("public",)
    subdivisions_known_until: date | None = None
    needs_subdivision: bool = False
    unions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_friday_disputed: bool = False
    recurring: tuple[Recurring, ...] = ()
    entries: Mapping[date, Entry] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Year:
    """The days of one year that are no plain weekday or weekend.

    Attributes:
        closed: Holidays, on whatever weekday.
        working: Weekend days worked in exchange.
        offices: Days on which courts and offices are closed besides.
        disputed: Those closed of which it is arguable.
    """

    closed: frozenset[date]
    working: frozenset[date]
    offices: frozenset[date]
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

    def year(self, number: int) -> Year:
        """Give the days of a year."""
        return self.years.get(number) or self._year(number)

    def _year(self, number: int) -> Year:
        text = self.text
        off, working = _base_days(text.base, text.of, self.subdivision, text.categories, number)
        disputed: set[date] = set()
        if text.is_friday_disputed:
            fridays = (day for day in off if day.weekday() == 4)
            disputed = {day for day in fridays if _is_holiday(text, day + _DAY)}
        closed, opened, offices = set(off), set(working), set[date]()
        for recurring in text.recurring:
            if (day := recurring.on(number)) and recurring.is_open:
                closed.discard(day)
            elif day:
                (offices if recurring.offices_only else closed).add(day)
        for day, entry in text.entries.items():
            if day.year != number:
                continue
            (opened.add if entry.is_open else closed.add)(day)
            (opened.discard if not entry.is_open else closed.discard)(day)
            if entry.is_disputed:
                disputed.add(day)
        year = Year(*map(frozenset, (closed, opened, offices, disputed)))
        self.years[number] = year
        return year


@dataclass(frozen=True, slots=True)
class Week:
    """Which days of the week rest, and whether closings of offices count.

    Attributes:
        rest: Weekdays off, Monday being 0.
        offices: Whether the days on which only courts and offices are closed count.
    """

    rest: frozenset[int] = frozenset({5, 6})
    offices: bool = False


MON_FRI = Week()
OFFICE = Week(offices=True)
MON_SAT = Week(frozenset({6}))
NO_REST = Week(frozenset())


class View:
    """A calendar, or the union of several, with the days one count adds; what the regimes ask."""

    __slots__ = ("_added", "_calendars", "_plain", "_week", "_years", "known_from", "known_until")

    def __init__(
        self,
        calendars: tuple[Calendar, ...],
        added: frozenset[date] = frozenset(),
        known_until: date | None = None,
        plain: frozenset[date] = frozenset(),
        week: Week = MON_FRI,
    ) -> None:
        self._calendars = calendars
        self._added = added
        self._plain = plain
        self._week = week
        self._years: dict[int, tuple[frozenset[date], frozenset[date]]] = {}
        self.known_from = max((c.known_from for c in calendars), default=date.min)
        self.known_until = known_until or min((c.known_until for c in calendars), default=date.max)

    @property
    def has_parts(self) -> bool:
        """Tell whether a whole country was named whose parts have calendars of their own."""
        return any(
            calendar.subdivision is None and calendar.text.subdivisions_known_until is not None
            for calendar in self._calendars
        )

    @property
    def is_named(self) -> bool:
        """Tell whether any calendar was named, or only weekends are known."""
        return bool(self._calendars)

    def is_closed(self, day: date) -> bool:
        """Tell whether nothing can be done at the office on a day."""
        if day in self._plain:
            return False
        if day in self._added:
            return True
        closed, working = self._years.get(day.year) or self._days(day.year)
        if day.weekday() in self._week.rest:
            return day not in working
        return day in closed

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

    def open_days(self, first: date, last: date, at_least: int) -> int:
        """Count the open days from one day to another, both included, no further than needed."""
        found, day = 0, first
        while day <= last and found < at_least:
            found += not self.is_closed(day)
            day += _DAY
        return found

    def disputed(self, first: date, last: date) -> frozenset[date]:
        """List the closed days from one day to another of which it is arguable that they count."""
        return frozenset(
            day
            for year in range(first.year, last.year + 1)
            for calendar in self._calendars
            for day in calendar.year(year).disputed
            if first <= day <= last and day not in self._added
        )

    def opening(self, days: frozenset[date]) -> "View":
        """Give the same view with some days taken for open ones."""
        return View(self._calendars, self._added, self.known_until, self._plain | days, self._week)

    def closing(self, days: frozenset[date]) -> "View":
        """Give the same view with further closed days."""
        if not days:
            return self
        return View(self._calendars, self._added | days, self.known_until, self._plain, self._week)

    def known_to(self, day: date) -> "View":
        """Give the same view as known no further than a day."""
        return View(self._calendars, self._added, day, self._plain, self._week)

    def with_saturdays(self) -> "View":
        """Give the same view with Saturdays as ordinary days, unless they are holidays."""
        week = Week(self._week.rest - {5}, self._week.offices)
        return View(self._calendars, self._added, self.known_until, self._plain, week)

    def _days(self, number: int) -> tuple[frozenset[date], frozenset[date]]:
        years = [calendar.year(number) for calendar in self._calendars]
        closed = frozenset[date]().union(*(year.closed for year in years))
        if self._week.offices:
            closed = closed.union(*(year.offices for year in years))
        # A weekend day is worked only if no calendar of the union keeps it free.
        working = frozenset[date]()
        if years:
            working = years[0].working.intersection(*(year.working for year in years[1:]))
        self._years[number] = found = (closed, working)
        return found

    def _find(self, day: date, step: timedelta) -> date:
        first = day
        for _ in range(_SEARCH_DAYS):
            if not self.is_closed(day):
                return day
            day += step
        raise DeadlineError(
            f"calendar: no open day within {_SEARCH_DAYS} days of {first}; check the closed days "
            "given"
        )


class Calendars:
    """Every calendar of the law by id; views are kept, for many counts ask the same."""

    def __init__(self, texts: Iterable[CalendarText] = ()) -> None:
        self.texts: Mapping[str, CalendarText] = {text.id: text for text in texts}
        self._calendars: dict[str, Calendar] = {}
        self._views: dict[tuple[object, ...], View] = {}

    def view(
        self,
        names: tuple[str, ...],
        known_until: date | None = None,
        week: Week = MON_FRI,
    ) -> View:
        """Give the union of some calendars as one kind of week sees them.

        Raises:
            DeadlineError: A calendar is not known; an unknown place is never counted without its
                holidays.
        """
        key = (names, known_until, week)
        found = self._views.get(key)
        if found is None:
            calendars = tuple(c for name in names for c in self._named(name))
            found = View(calendars, known_until=known_until, week=week)
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

    def _named(self, name: str) -> Iterator[Calendar]:
        if name == "weekends":
            return
        if name in self.texts:
            yield self._get(name)
            return
        country, _, part = name.partition("-")
        text = self.texts.get(country)
        for member in text.unions.get(part, (part,)) if text else (part,):
            yield self._get(f"{country}-{member}" if member else country)

    def _get(self, name: str) -> Calendar:
        found = self._calendars.get(name)
        if found is None:
            country, _, subdivision = (name, "", "") if name in self.texts else name.partition("-")
            text = self.texts.get(country)
            if text is None or (subdivision and text.subdivisions_known_until is None):
                known = ", ".join(sorted(self.texts)) or "none"
                raise DeadlineError(
                    f"calendar: got {name!r}; allowed: {known}, a subdivision of one that has "
                    "them, or `weekends`; "
                    "add the calendar with its source under law/calendars"
                )
            if text.needs_subdivision and not subdivision:
                parts = ", ".join(f"{country}-{part}" for part in _subdivisions(text))
                raise DeadlineError(
                    f"calendar: got {name!r}; allowed: {parts}, because the country has no "
                    "common one"
                )
            if subdivision and subdivision not in _subdivisions(text):
                parts = ", ".join(f"{country}-{part}" for part in _subdivisions(text))
                raise DeadlineError(f"calendar: got {name!r}; allowed: {country}, {parts}")
            found = self._calendars[name] = Calendar(text, subdivision or None)
        return found


def _subdivisions(text: CalendarText) -> tuple[str, ...]:
    import holidays

    members = holidays.country_holidays(text.id, years=text.known_until.year).subdivisions
    return (*members, *text.unions)


def _is_holiday(text: CalendarText, day: date) -> bool:
    return day in _base_days(text.base, text.of, None, text.categories, day.year)[0]


@lru_cache(maxsize=512)
def _base_days(
    base: Base, country: str, subdivision: str | None, categories: tuple[str, ...], year: int
) -> tuple[frozenset[date], frozenset[date]]:
    """Ask the packages, slow to import, for one year: days off, and weekend days worked."""
    if base == "none":
        return frozenset(), frozenset()
    if base == "chinesecalendar":
        from chinese_calendar import constants

        off = frozenset(day for day in constants.holidays if day.year == year)
        if off:
            return off, frozenset(day for day in constants.workdays if day.year == year)
    import warnings

    import holidays

    with warnings.catch_warnings():
        # Outside its range a package estimates and says so; here the horizon says it.
        warnings.simplefilter("ignore")
        found = holidays.country_holidays(
            country, subdiv=subdivision, years=year, categories=categories
        )
    worked = frozenset(day for day in found.weekend_workdays if day.year == year)
    return frozenset(day for day in found if day.year == year), worked
