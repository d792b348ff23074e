"""Periods whose text says neither how to round nor how to roll: calendar days, elapsed hours."""

from breachbook.deadlines.counting import (
    Computed,
    Question,
    Regime,
    conclude,
    conclude_hours,
    elapsed,
    shown,
    without_calendar,
)
from breachbook.deadlines.period import shift


def calendar_days(question: Question) -> Computed:
    """Count flat calendar days; the day of the event is left out and no end moves."""
    day = question.day()
    end = shift(day, question.span, question.sign)
    working = [
        f"{shown(day)} is the day of the event and is not counted",
        f"{question.span} {question.direction} it end on {shown(end)}; no text moves it from a "
        "closed day",
    ]
    computed = conclude(question, end, end, working, rolls=False)
    return computed if question.options.calendar else without_calendar(computed)


def elapsed_hours(question: Question) -> Computed:
    """Count flat clock hours from the instant, without rounding or roll.

    Raises:
        DeadlineError: The trigger is a date.
    """
    end = elapsed(question)
    working = [
        f"{question.span} {question.direction} {shown(question.instant())}, every hour counted: "
        f"{shown(end)}"
    ]
    return conclude_hours(question, end, end, working)


CALENDAR_DAYS = Regime(
    id="calendar-days",
    authority="the text of each rule: days without a way of counting of their own",
    units=frozenset({"days", "weeks", "months", "years"}),
    accepts=frozenset({"calendar", "calendar_known_until", "court_timezone", "holidays", "bound"}),
    count=calendar_days,
    calendars=("weekends",),
)
ELAPSED_HOURS = Regime(
    id="elapsed-hours",
    authority="the text of each rule: hours without a way of counting of their own",
    units=frozenset({"hours"}),
    accepts=frozenset({"calendar", "calendar_known_until", "court_timezone"}),
    count=elapsed_hours,
)
