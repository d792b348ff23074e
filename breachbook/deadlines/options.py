"""What a count may be told besides its trigger and period, in rules and in worked examples."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from breachbook.deadlines.period import Span, parse_period
from breachbook.errors import DeadlineError

_CHOICES = {
    "service": ("mail", "express", "electronic"),
    "filing": ("electronic", "paper"),
    "start": ("inclusive", "year-end", "previous-end"),
    "bound": ("latest", "earliest"),
    "workweek": ("mon-fri", "mon-sat"),
}


@dataclass(frozen=True, slots=True)
class Options:
    """What a count is told; each regime says which of these have a meaning in it.

    Attributes:
        calendar: ISO country or subdivision, such as ``US`` or ``US-AL``; ``weekends`` is
            Saturdays and Sundays only.
        calendar_known_until: Last day the official calendar is taken to cover.
        court_timezone: Zone of the place where the act is done.
        service: How the paper was served: ``mail``, ``express`` or ``electronic``.
        foreign: The party is abroad or without domicile.
        filing: ``paper`` where the clerk's closing hour counts.
        closed: Days on which the office is inaccessible.
        holidays: Further holidays.
        declared_holidays: Days declared holidays by the President or the court; they count in
            both directions.
        state_holidays: Holidays of the state; they count forward only.
        court_leave: The court's own leave days, which are not holidays.
        start: ``inclusive``, ``year-end`` or ``previous-end``.
        bound: ``earliest`` when the answer is the first permitted day.
        workweek: ``mon-sat`` where Saturday is a working day.
        aware_at: When the entity became aware (DORA).
        cap_from_aware: Longest time from then (DORA).
        excluded_entity: The entity has no relief at weekends (DORA).
    """

    calendar: str | None = None
    calendar_known_until: date | None = None
    court_timezone: str | None = None
    service: str | None = None
    foreign: bool = False
    filing: str | None = None
    closed: frozenset[date] = frozenset()
    holidays: frozenset[date] = frozenset()
    declared_holidays: frozenset[date] = frozenset()
    state_holidays: frozenset[date] = frozenset()
    court_leave: frozenset[date] = frozenset()
    start: str | None = None
    bound: str | None = None
    workweek: str | None = None
    aware_at: datetime | None = None
    cap_from_aware: Span | None = None
    excluded_entity: bool = False

    def given(self) -> tuple[str, ...]:
        """Name the options that were given."""
        return tuple(name for name, default in _DEFAULTS.items() if getattr(self, name) != default)


_DEFAULTS = {field.name: field.default for field in fields(Options)}
OPTION_NAMES = frozenset(_DEFAULTS)
NO_OPTIONS = Options()


def parse_options(given: Mapping[str, object]) -> Options:
    """Read options as rules write them: dates as ISO text, lists of dates, words.

    Raises:
        DeadlineError: An unknown option, or a value it does not take; all of them in one message.
    """
    values: dict[str, object] = {}
    faults: list[str] = []
    for name, value in given.items():
        if name not in _DEFAULTS:
            faults.append(f"options: got {name}; allowed: {', '.join(_DEFAULTS)}")
            continue
        try:
            values[name] = _value(name, value)
        except (ValueError, TypeError, KeyError, OSError, DeadlineError) as error:
            faults.append(f"options.{name}: got {value!r}; allowed: {_allowed(name)} ({error})")
    if faults:
        raise DeadlineError("\n".join(faults))
    return Options(**values)  # type: ignore[arg-type] # each value was read by its name


def _value(name: str, value: object) -> object:
    if name in ("foreign", "excluded_entity"):
        if not isinstance(value, bool):
            raise TypeError("true or false")
        return value
    if name in ("closed", "holidays", "declared_holidays", "state_holidays", "court_leave"):
        if not isinstance(value, list | tuple):
            raise TypeError("a list")
        return frozenset(date.fromisoformat(str(day)) for day in value)
    text = str(value)
    if name in _CHOICES and text not in _CHOICES[name]:
        raise ValueError("not one of these")
    if name == "calendar_known_until":
        return date.fromisoformat(text)
    if name == "court_timezone":
        zone_of(text)
    if name == "aware_at":
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError("a time with its offset")
        return moment
    if name == "cap_from_aware":
        return parse_period(text).spans[0]
    return text


def _allowed(name: str) -> str:
    if name in _CHOICES:
        return ", ".join(_CHOICES[name])
    return {"foreign": "true or false", "excluded_entity": "true or false"}.get(
        name, "the form the law sheets use"
    )


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """Find a time zone by its IANA name.

    Raises:
        DeadlineError: There is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise DeadlineError(
            f"zone: got {name!r}; allowed: an IANA name such as `Asia/Shanghai`"
        ) from error
