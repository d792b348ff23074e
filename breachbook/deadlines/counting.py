"""One count: what is asked, what comes out, and the three dates every result carries.

`raw` is the end before the last roll, `legal` the last moment the law allows, `safe` the moment
to plan on: the last open day on or before `raw`; for hours the event plus the plain elapsed
hours; where a point of law is disputed it is taken from the earlier reading; never later than
`legal`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from breachbook.deadlines.calendars import View
from breachbook.deadlines.options import Options
from breachbook.deadlines.period import Span, Unit
from breachbook.errors import DeadlineError

Moment = date | datetime
Direction = Literal["after", "before"]
Warning = Literal[
    "no-open-day",  # none lies between trigger and raw end: safe is the earlier of raw and legal
    "disputed",  # readings of the law differ: safe is taken from the earlier one
    "provisional",  # past the official calendar: safe from the weekends and holidays known so far
    "safe-estimated",  # the legal date needs no calendar, but the safe one lies past it
    "weekends-only",  # no calendar was named: safe regards Saturdays and Sundays alone
    "no-zone",  # the zone of the place is not known: the day is the one recorded
    "clerk-hours",  # a paper filing ends when the clerk's office closes, at an hour not known here
    "after-hours",  # the event came after closing time and may count as of the next open day
]
WARNINGS: tuple[Warning, ...] = get_args(Warning)

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LAST_SECOND = time(23, 59, 59)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Computed:
    """A counted end.

    Attributes:
        raw: End before the last roll: a date, or an aware datetime for periods in hours.
        legal: Last moment the law allows (first permitted one for an earliest bound); None when
            provisional.
        safe: Moment to plan on.
        provisional: Whether the official calendar does not reach so far.
        warnings: What to look at, in the closed words of `WARNINGS`.
        working: The count step by step, in plain sentences.
        last_moment: The legal end at the place, to the second; None when provisional or the zone
            is not known.
        final: Day on which an order becomes final; only for presidential review.
    """

    raw: Moment
    legal: Moment | None
    safe: Moment
    provisional: bool
    warnings: tuple[Warning, ...]
    working: tuple[str, ...]
    last_moment: datetime | None = None
    final: date | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What a regime is asked: one span from one trigger.

    Attributes:
        when: The trigger: a date, or an aware datetime.
        span: Number and unit.
        direction: ``after`` or ``before`` the trigger.
        options: What the count was told.
        calendar: Days open and closed where the act is done, without the options' own closed days.
        zone: Zone of that place, or None when it is not known.
    """

    when: Moment
    span: Span
    direction: Direction
    options: Options
    calendar: View
    zone: ZoneInfo | None

    @property
    def sign(self) -> int:
        """Give 1 for periods after the trigger, -1 for periods before it."""
        return 1 if self.direction == "after" else -1

    def day(self) -> date:
        """Give the trigger's local date at the place."""
        if isinstance(self.when, datetime):
            return (self.when.astimezone(self.zone) if self.zone else self.when).date()
        return self.when

    def instant(self) -> datetime:
        """Give the trigger's instant.

        Raises:
            DeadlineError: The trigger is a date.
        """
        if not isinstance(self.when, datetime):
            raise DeadlineError(
                f"trigger: got the date {self.when}; allowed: a date and time with its offset, "
                "because "
                f"{self.span} run from an instant"
            )
        return self.when


@dataclass(frozen=True, slots=True)
class Regime:
    """One way of counting that a law prescribes.

    Attributes:
        id: As rules cite it.
        authority: Where the way of counting stands.
        units: Units it knows.
        accepts: Options that have a meaning in it.
        count: The count itself.
        calendars: Calendars the law itself names; ``weekends`` gives way to the option `calendar`.
        zone: Zone fixed by the law, else the court's.
        directions: Directions it knows.
        has_subdivisions: Whether holidays of a subdivision count too, for periods after an event.
    """

    id: str
    authority: str
    units: frozenset[Unit]
    accepts: frozenset[str]
    count: Callable[[Question], Computed]
    calendars: tuple[str, ...] = ()
    zone: str | None = None
    directions: frozenset[Direction] = frozenset({"after", "before"})
    has_subdivisions: bool = False


def shown(day: Moment) -> str:
    """Write a date or an instant with its weekday."""
    text = day.isoformat(" ", "minutes") if isinstance(day, datetime) else day.isoformat()
    return f"{_WEEKDAYS[day.weekday()]} {text}"


def roll(calendar: View, day: date, sign: int, working: list[str], why: str) -> date:
    """Move a day that is closed to the next open one, forward or backward, and say so."""
    open_day = calendar.next_open(day) if sign > 0 else calendar.previous_open(day)
    if open_day != day:
        working.append(f"{shown(day)} is closed: the end moves to {shown(open_day)} ({why})")
    return open_day


def conclude(
    question: Question,
    raw: date,
    legal: date,
    working: list[str],
    *,
    calendar: View | None = None,
    earlier: date | None = None,
    rolls: bool = True,
    closes: time = _LAST_SECOND,
    final: date | None = None,
    warnings: tuple[Warning, ...] = (),
) -> Computed:
    """Give the three dates of a period that ends with a day.

    Args:
        question: What was asked.
        raw: End before the last roll.
        legal: Last day the law allows.
        working: Sentences so far; the last ones are added.
        calendar: Open days for the safe date, when not the question's own.
        earlier: End under an earlier reading of a disputed point.
        rolls: Whether the legal date rests on the calendar; if so it is provisional past the
            known days.
        closes: When the last day ends at the place.
        final: Day on which an order becomes final.
        warnings: Warnings so far.
    """
    calendar = calendar or question.calendar
    found = list(warnings)
    if question.options.bound == "earliest":
        legal, safe = raw, calendar.next_open(raw)
        closes = time(0)
        working.append(
            f"first permitted day {shown(legal)}; safe is the first open day from it, "
            f"{shown(safe)}"
        )
    else:
        safe = _safe(question, calendar, raw, legal, working, found)
        safe = _earlier_reading(safe, legal, earlier, working, found)
    if rolls and not (calendar.knows(raw) and calendar.knows(legal)):
        found.append("provisional")
        until = calendar.known_until
        working.append(f"the official calendar is known until {until}: no final date is given")
    elif not calendar.knows(safe):
        found.append("safe-estimated")
    if question.zone is None:
        found.append("no-zone")
    return _result(question, raw, legal, safe, found, working, closes, final)


def _result(
    question: Question,
    raw: date,
    legal: date,
    safe: date,
    found: list[Warning],
    working: list[str],
    closes: time,
    final: date | None,
) -> Computed:
    provisional = "provisional" in found
    moment = None
    if question.zone is not None and not provisional and "clerk-hours" not in found:
        moment = datetime.combine(legal, closes, question.zone)
    return Computed(
        raw,
        None if provisional else legal,
        safe,
        provisional,
        tuple(found),
        tuple(working),
        moment,
        final,
    )


def _safe(
    question: Question,
    calendar: View,
    raw: date,
    legal: date,
    working: list[str],
    found: list[Warning],
) -> date:
    safe = calendar.previous_open(raw)
    if question.direction == "after" and safe <= question.day():
        found.append("no-open-day")
        safe = min(raw, legal)
        working.append(
            f"no open day lies between the trigger and {shown(raw)}: safe is {shown(safe)}"
        )
        return safe
    safe = min(safe, legal)
    working.append(f"safe is the last open day on or before {shown(raw)}: {shown(safe)}")
    return safe


def _earlier_reading(
    safe: date, legal: date, earlier: date | None, working: list[str], found: list[Warning]
) -> date:
    if earlier is None or earlier >= legal:
        return safe
    found.append("disputed")
    if earlier < safe:
        working.append(f"disputed: safe is taken from the earlier reading, {shown(earlier)}")
    return min(earlier, safe)


def conclude_hours(
    question: Question, raw: datetime, legal: datetime, working: list[str]
) -> Computed:
    """Give the three moments of a period in hours; safe is the event plus the elapsed hours."""
    plain = elapsed(question)
    safe = min(plain, legal, key=lambda moment: moment.astimezone(UTC))
    working.append(f"safe is the event plus the plain elapsed hours: {shown(safe)}")
    found: tuple[Warning, ...] = () if question.zone else ("no-zone",)
    return Computed(raw, legal, safe, False, found, tuple(working), legal)


def elapsed(question: Question) -> datetime:
    """Move the trigger by real elapsed hours, counted in UTC and shown at the place."""
    instant = question.instant()
    moved = instant.astimezone(UTC) + question.sign * timedelta(hours=question.span.number)
    return moved.astimezone(question.zone or instant.tzinfo)


def without_calendar(computed: Computed) -> Computed:
    """Mark a result whose safe date rests on weekends alone, because no calendar was named."""
    return replace(computed, warnings=(*computed.warnings, "weekends-only"))
