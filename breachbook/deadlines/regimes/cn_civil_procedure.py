"""Periods of China's Civil Procedure Law: article 85 and the Interpretation of 2022, article 125.

Left out: time in transit (a posted paper counts by its postmark), restoration under article 86,
and the suspension of periods by order.
"""

from datetime import timedelta

from breachbook.deadlines.counting import (
    Computed,
    Question,
    Regime,
    conclude,
    conclude_hours,
    roll,
    shown,
)
from breachbook.deadlines.period import shift
from breachbook.errors import DeadlineError

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)


def count(question: Question) -> Computed:
    """Count a period under CPL 85.

    Raises:
        DeadlineError: Hours without an instant, or counted backward.
    """
    if question.span.unit == "hours":
        return _hours(question)
    day = question.day()
    # CPL 85: the day on which the period begins is not counted; Civil Code 202 gives the end of
    # months and years.
    raw = shift(day, question.span, question.sign)
    working = [
        f"{shown(day)} is the day on which the period begins and is not counted (CPL 85)",
        f"{question.span} {question.direction} it end on {shown(raw)} (CPL 85; Civil Code 202 "
        "for months and years)",
    ]
    if question.direction == "before":
        return _before(question, working)
    if question.options.bound == "earliest":
        return conclude(question, raw, raw, working)
    # CPL 85: if the last day is a rest day, the first day after it; a make-up working weekend is
    # no rest day.
    legal = roll(
        question.calendar,
        raw,
        1,
        working,
        "CPL 85; rest days as the State Council's notice arranges them",
    )
    return conclude(question, raw, legal, working)


def _before(question: Question, working: list[str]) -> Computed:
    # No text counts backward; by analogy the same day number, unrolled, and to be safe one day
    # earlier.
    raw = shift(question.day(), question.span, -1)
    earlier = question.calendar.previous_open(raw - _DAY)
    working.append("backward counting rests on analogy only; a day less is the cautious reading")
    return conclude(question, raw, raw, working, earlier=earlier, rolls=False)


def _hours(question: Question) -> Computed:
    # Interpretation 125: hours count from the next hour; CPL 85 rolls days only.
    if question.direction == "before":
        raise DeadlineError(
            "direction: got before; allowed: after, because no text counts hours backward"
        )
    instant = question.instant().astimezone(question.zone)
    start = instant.replace(minute=0, second=0, microsecond=0) + _HOUR
    end = start + question.span.number * _HOUR
    working = [
        f"{shown(instant)}: the hour of the event is not counted; hours run from {shown(start)} "
        "(Interpretation 125)",
        f"{question.span} end at {shown(end)}; hours are never moved from a rest day",
    ]
    return conclude_hours(question, end, end, working)


REGIME = Regime(
    id="cn-civil-procedure",
    authority="民事诉讼法第八十五条 (Civil Procedure Law of China, article 85)",
    units=frozenset({"hours", "days", "months", "years"}),
    accepts=frozenset(
        {"calendar", "calendar_known_until", "court_timezone", "foreign", "holidays", "bound"}
    ),
    count=count,
    calendars=("CN",),
    zone="Asia/Shanghai",
)
