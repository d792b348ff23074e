"""One count: what is asked, what comes out, and the three dates every result carries.

`raw` is the end before the last roll, `legal` the last moment the law allows, `safe` the moment
to plan on: the last open day on or before `raw`; for hours the event plus the plain elapsed
hours; where a point of law is disputed it is taken from the earlier reading; never later than
`legal`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, NamedTuple, get_args
from zoneinfo import ZoneInfo

from breachbook.deadlines.calendars import MON_FRI, View, Week
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
    "no-subdivision",  # only holidays common to the whole country are known
    "no-zone",  # the zone of the place is not known: the day is the one recorded
    "clerk-hours",  # a paper filing ends when the clerk's office closes, at an hour not known here
    "after-hours",  # the event came after closing time and may count as of the next open day
    "custom",  # whether the end moves rests on a custom or on an office that was not told
    "court-calendar",  # the office's own calendar decides and was not told
]
WARNINGS: tuple[Warning, ...] = get_args(Warning)

LAST_SECOND = time(23, 59, 59)
NOON = time(12)
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WEEKDAYS_ZH = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_DAY = timedelta(days=1)


class Sentence(NamedTuple):
    """One step of the working.

    Attributes:
        text: What was done, in English.
        authority: Where that stands; empty for a rule of this program, such as the safe day.
        zh: The same in Chinese; empty where the place is not China.
    """

    text: str
    authority: str = ""
    zh: str = ""

    def __str__(self) -> str:
        return f"{self.text} ({self.authority})" if self.authority else self.text


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a disputed point.

    Attributes:
        raw: End before the last roll under it.
        legal: End under it; None in a provisional result.
        says: The reading.
        authority: Who reads it so.
    """

    raw: Moment
    legal: Moment | None
    says: str
    authority: str


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
        working: The count step by step.
        readings: Where a point is disputed, the reading counted as legal and the others.
        last_moment: The legal end at the place, to the second; None when provisional or the zone
            is not known.
        final: Day on which an order becomes final; only for presidential review.
    """

    raw: Moment
    legal: Moment | None
    safe: Moment
    provisional: bool
    warnings: tuple[Warning, ...]
    working: tuple[Sentence, ...]
    readings: tuple[Reading, ...] = ()
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
        calendar: Days open and closed where the act is done, with further holidays told.
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
        """Give the trigger's instant at the place.

        Raises:
            DeadlineError: The trigger is a date.
        """
        if not isinstance(self.when, datetime):
            raise DeadlineError(
                f"trigger: got the date {self.when}; allowed: a date and time with its offset, "
                "because "
                f"{self.span} run from an instant"
            )
        return self.when.astimezone(self.zone) if self.zone else self.when


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
        subdivisions: What a named subdivision does: ``none`` may be named; ``forward`` its
            holidays count besides, for periods after an event; ``instead`` it takes the
            country's place.
        week: Days of the week that rest.
    """

    id: str
    authority: str
    units: frozenset[Unit]
    accepts: frozenset[str]
    count: Callable[[Question], Computed]
    calendars: tuple[str, ...] = ()
    zone: str | None = None
    directions: frozenset[Direction] = frozenset({"after", "before"})
    subdivisions: Literal["none", "forward", "instead"] = "none"
    week: Week = MON_FRI


def shown(day: Moment) -> str:
    """Write a date or an instant with its weekday."""
    text = day.isoformat(" ", "minutes") if isinstance(day, datetime) else day.isoformat()
    return f"{_WEEKDAYS[day.weekday()]} {text}"


def shown_zh(day: Moment) -> str:
    """Write a date or an instant in Chinese, with its weekday."""
    text = f"{day.year}年{day.month}月{day.day}日（{_WEEKDAYS_ZH[day.weekday()]}）"
    return f"{text}{day:%H:%M}" if isinstance(day, datetime) else text


def roll(
    calendar: View,
    day: date,
    sign: int,
    working: list[Sentence],
    authority: str,
    zh: str = "",
) -> date:
    """Move a day that is closed to the next open one, forward or backward, and say so."""
    open_day = calendar.next_open(day) if sign > 0 else calendar.previous_open(day)
    if open_day != day:
        chinese = f"{shown_zh(day)}为休息日，期间届满日顺延至{shown_zh(open_day)}" if zh else ""
        working.append(
            Sentence(
                f"{shown(day)} is closed: the end moves to {shown(open_day)}", authority, chinese
            )
        )
    return open_day


def conclude(
    question: Question,
    raw: date,
    legal: date,
    working: list[Sentence],
    *,
    calendar: View | None = None,
    ours: str = "",
    readings: Sequence[Reading] = (),
    authority: str = "",
    rolls: bool = True,
    closes: time = LAST_SECOND,
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
        ours: The reading that `legal` follows, where others differ.
        readings: Other readings of a disputed point; those that end otherwise are kept.
        authority: Authority of the reading that `legal` follows.
        rolls: Whether the legal date rests on the calendar; if so it is provisional past the
            known days.
        closes: When the last day ends at the place.
        final: Day on which an order becomes final.
        warnings: Warnings so far.
    """
    calendar = calendar or question.calendar
    found = list(warnings)
    if question.options.bound == "earliest":
        legal, closes, readings = raw, time(0), ()
        safe = _first_open(question, calendar, raw, working)
    else:
        safe = _safe(question, calendar, raw, legal, working, found)
        safe = _earlier_reading(question, calendar, safe, readings, working)
    if rolls and not (calendar.knows(raw) and calendar.knows(legal)):
        found.append("provisional")
        working.append(_horizon(question, calendar))
    elif not calendar.knows(safe):
        found.append("safe-estimated")
    if question.zone is None:
        found.append("no-zone")
    differing = tuple(r for r in readings if (r.raw, r.legal) != (raw, legal))
    if differing:
        found.append("disputed")
        differing = (Reading(raw, legal, ours, authority), *differing)
    return _result(question, raw, legal, safe, found, working, closes, final, differing)


def _first_open(question: Question, calendar: View, raw: date, working: list[Sentence]) -> date:
    safe = calendar.next_open(raw)
    text = f"first permitted day {shown(raw)}; safe is the first open day from it, {shown(safe)}"
    zh = f"最早可为之日：{shown_zh(raw)}；计划日为其当日或之后第一个工作日：{shown_zh(safe)}"
    working.append(Sentence(text, "", zh if is_chinese(question) else ""))
    return safe


def _horizon(question: Question, calendar: View) -> Sentence:
    until = calendar.known_until
    zh = f"官方日历仅公布至{shown_zh(until)}，暂不给出最终日期" if is_chinese(question) else ""
    return Sentence(
        f"the official calendar is known until {until}: no final date is given", "", zh
    )


def _result(
    question: Question,
    raw: date,
    legal: date,
    safe: date,
    found: list[Warning],
    working: list[Sentence],
    closes: time,
    final: date | None,
    readings: tuple[Reading, ...],
) -> Computed:
    provisional = "provisional" in found
    moment = None
    if question.zone is not None and not provisional and "clerk-hours" not in found:
        moment = datetime.combine(legal, closes, question.zone)
    # A last day that ends at noon is given with its hour: the date alone would mislead.
    shown_legal = moment if moment is not None and closes == NOON else legal
    if provisional:
        readings = tuple(replace(reading, legal=None) for reading in readings)
    return Computed(
        raw,
        None if provisional else shown_legal,
        safe,
        provisional,
        tuple(found),
        tuple(working),
        readings,
        moment,
        final,
    )


def _safe(
    question: Question,
    calendar: View,
    raw: date,
    legal: date,
    working: list[Sentence],
    found: list[Warning],
) -> date:
    safe = calendar.previous_open(raw)
    if question.direction == "after" and safe <= question.day() and raw > question.day():
        found.append("no-open-day")
        safe = min(raw, legal)
        working.append(
            Sentence(
                f"no open day lies between the trigger and {shown(raw)}: safe is {shown(safe)}",
                "",
                f"起算日至{shown_zh(raw)}之间没有工作日，计划日取{shown_zh(safe)}"
                if is_chinese(question)
                else "",
            )
        )
        return safe
    safe = min(safe, legal)
    working.append(
        Sentence(
            f"safe is the last open day on or before {shown(raw)}: {shown(safe)}",
            "",
            f"计划日为{shown_zh(raw)}当日或之前最后一个工作日：{shown_zh(safe)}"
            if is_chinese(question)
            else "",
        )
    )
    return safe


def _earlier_reading(
    question: Question,
    calendar: View,
    safe: date,
    readings: Sequence[Reading],
    working: list[Sentence],
) -> date:
    for reading in readings:
        end = min(_date(reading.raw), _date(reading.legal or reading.raw))
        earlier = calendar.previous_open(end)
        if earlier < safe:
            safe = earlier
            working.append(
                Sentence(
                    f"disputed: {reading.says}; then the end is {shown(reading.legal or reading.raw)}, and safe is "
                    f"taken from it, {shown(safe)}",
                    reading.authority,
                    f"存在争议，按较早的理解计划：{shown_zh(safe)}"
                    if is_chinese(question)
                    else "",
                )
            )
    return safe


def _date(moment: Moment) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def is_chinese(question: Question) -> bool:
    """Tell whether the act is done in mainland China, so that the working is in Chinese too."""
    return question.zone is not None and question.zone.key == "Asia/Shanghai"


def conclude_hours(
    question: Question,
    raw: datetime,
    legal: datetime,
    working: list[Sentence],
    *,
    rolls_on: date | None = None,
    ours: str = "",
    readings: Sequence[Reading] = (),
    authority: str = "",
) -> Computed:
    """Give the three moments of a period in hours; safe is the event plus the elapsed hours.

    Args:
        question: What was asked.
        raw: End before any roll.
        legal: Last moment the law allows.
        working: Sentences so far; the last one is added.
        rolls_on: Last day of the calendar that the legal moment rests on; None where it rests on
            none.
        ours: The reading that `legal` follows, where others differ.
        readings: Other readings of a disputed point; those that end otherwise are kept.
        authority: Authority of the reading that `legal` follows.
    """
    ends = [
        elapsed(question),
        raw,
        legal,
        *(r.legal for r in readings if isinstance(r.legal, datetime)),
    ]
    safe = min(ends, key=lambda moment: moment.astimezone(UTC))
    chinese = (
        f"计划时点为事件发生后实际经过的小时数：{shown_zh(safe)}" if is_chinese(question) else ""
    )
    working.append(
        Sentence(f"safe is the event plus the plain elapsed hours: {shown(safe)}", "", chinese)
    )
    found: list[Warning] = [] if question.zone else ["no-zone"]
    provisional = rolls_on is not None and not question.calendar.knows(rolls_on)
    if provisional:
        found.append("provisional")
        working.append(_horizon(question, question.calendar))
    differing = tuple(r for r in readings if r.legal != legal)
    if differing:
        found.append("disputed")
        differing = (Reading(raw, legal, ours, authority), *differing)
    shown_legal = None if provisional else legal
    return Computed(
        raw, shown_legal, safe, provisional, tuple(found), tuple(working), differing, shown_legal
    )


def elapsed(question: Question) -> datetime:
    """Move the trigger by real elapsed hours, counted in UTC and shown at the place."""
    return add_hours(question.instant(), question.sign * question.span.number)


def add_hours(moment: datetime, hours: int) -> datetime:
    """Move an instant by real elapsed hours, across changes of the clock, in its own zone."""
    return (moment.astimezone(UTC) + timedelta(hours=hours)).astimezone(moment.tzinfo)


def next_full_hour(moment: datetime) -> datetime:
    """Give the hour that begins after the one in which an instant falls."""
    into = timedelta(minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond)
    return (moment.astimezone(UTC) - into + timedelta(hours=1)).astimezone(moment.tzinfo)


def with_warning(computed: Computed, warning: Warning) -> Computed:
    """Add a warning to a result."""
    return replace(computed, warnings=(*computed.warnings, warning))
