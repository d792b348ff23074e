"""US International Trade Commission: 19 CFR 201.14(a), 201.16(d)-(f), 201.3(c), 210.18(a).

Left out: tolling by notice of the Commission, which is recorded as a new date and not counted.
Temporary relief (210.66) and months before the target date (210.42) are regimes of their own.
"""

from datetime import date, datetime, time, timedelta

from breachbook.deadlines.calendars import View
from breachbook.deadlines.counting import (
    Computed,
    Question,
    Reading,
    Regime,
    Sentence,
    Warning,
    conclude,
    roll,
    shown,
)

_DAY = timedelta(days=1)
_SHORT = 7  # 201.14(a): shorter periods count business days only
_CLOSES = time(17, 15)  # 201.3(c)
# 201.16(d)-(f): days added for the way of service, to a person in the country and abroad
_SERVICE_DAYS = {"mail": (3, 10), "express": (1, 5), "electronic": (0, 0)}


def count(question: Question) -> Computed:
    """Count a period of the Commission's rules; both readings where the text leaves a choice."""
    options = question.options
    calendar = question.calendar.closing(options.declared_holidays)
    if question.direction == "before":
        return _before(question, calendar)
    working: list[Sentence] = []
    raw, legal, early = _after(question, calendar, working)
    readings = []
    if early != legal:
        text = "the days for service are added before the end is moved"
        readings.append(Reading(early, early, text, "19 CFR 201.16(d)-(e), silent on the order"))
    disputed = calendar.disputed(question.day(), legal)
    if disputed:
        named = ", ".join(shown(day) for day in sorted(disputed))
        end = min(_after(question, calendar.opening(disputed), [])[1:])
        readings.append(Reading(end, end, f"{named} is no legal holiday", "5 USC 6103(b)"))
    return conclude(
        question, raw, legal, working, calendar=calendar.closing(options.closed),
        readings=readings, closes=_CLOSES, warnings=_after_hours(question),
        ours="the end is moved, then the days for service are added; closings by order count",
        authority="19 CFR 201.14(a), 201.16",
    )  # fmt: skip


def _after(question: Question, calendar: View, working: list[Sentence]) -> tuple[date, date, date]:
    """Give the raw end, the legal end, and the end under the earlier reading of service days."""
    closed = calendar.closing(question.options.closed)
    day, number = question.day(), question.span.number
    # 201.14(a): the period begins with the first business day after the event.
    first = calendar.next_open(day + _DAY)
    text = (
        f"the event is on {shown(day)}; day 1 is the first business day after it, {shown(first)}"
    )
    working.append(Sentence(text, "201.14(a)"))
    if number < _SHORT or question.span.unit == "business-days":
        # 201.14(a): in a period of less than seven days, weekends and holidays between are left
        # out.
        base = calendar.step(first, number - 1)
        working.append(
            Sentence(f"{question.span}, business days only: {shown(base)}", "201.14(a)")
        )
    else:
        base = first + (number - 1) * _DAY
        working.append(Sentence(f"{question.span}, every day counted: {shown(base)}", "201.14(a)"))
    if question.options.bound == "earliest":
        return base, base, base
    # 201.14(a): the last day counts unless it is a Saturday, Sunday or federal holiday;
    # 201.8(d)(7) when closed.
    rolled = roll(closed, base, 1, working, "201.14(a)")
    extra = _service_days(question)
    if not extra:
        return base, rolled, rolled
    # 201.16(d)-(e) add to the end of the period and do not say whether that end is rolled first.
    raw = rolled + extra * _DAY
    text = f"service by {question.options.service} adds {extra} to the end: {shown(raw)}"
    working.append(Sentence(text, "201.16(d)-(e)"))
    legal = roll(closed, raw, 1, working, "201.14(a)")
    return raw, legal, closed.next_open(base + extra * _DAY)


def _service_days(question: Question) -> int:
    if question.options.service is None:
        return 0
    return _SERVICE_DAYS[question.options.service][question.options.foreign]


def _before(question: Question, calendar: View) -> Computed:
    # 210.18(a): backward, the first day counted is the calendar day before; 201.14(a) knows no
    # direction, so an end on a closed day moves to the next business day, which is later.
    day, number = question.day(), question.span.number
    raw = (
        calendar.step(day, number, -1)
        if question.span.unit == "business-days"
        else day - number * _DAY
    )
    text = f"{question.span} before {shown(day)}, the day before it counted first: {shown(raw)}"
    working = [Sentence(text, "210.18(a)")]
    legal = roll(
        calendar.closing(question.options.closed), raw, 1, working, "later, 201.14(a), 210.18(a)"
    )
    return conclude(question, raw, legal, working, calendar=calendar, closes=_CLOSES)


def _after_hours(question: Question) -> tuple[Warning, ...]:
    # 201.3(c): what is filed after closing time is filed on the next business day; we count from
    # the earlier.
    when = question.when
    if isinstance(when, datetime) and when.astimezone(question.zone).time() > _CLOSES:
        return ("after-hours",)
    return ()


REGIME = Regime(
    id="us-itc",
    authority="19 CFR 201.14, 201.16",
    units=frozenset({"days", "business-days"}),
    accepts=frozenset(
        [
            "calendar",
            "calendar_known_until",
            "court_timezone",
            "service",
            "foreign",
            "closed",
            "holidays",
            "declared_holidays",
            "bound",
        ]
    ),
    count=count,
    calendars=("US",),
    zone="America/New_York",
)
