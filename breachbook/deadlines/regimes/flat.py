"""Flat counting, for laws that state a length and no way of counting of their own."""

from breachbook.deadlines.counting import (
    Computed,
    Question,
    Regime,
    Sentence,
    is_chinese,
    shown,
    shown_zh,
    with_warning,
)
from breachbook.deadlines.period import shift
from breachbook.deadlines.regimes.cn_words import in_chinese
from breachbook.deadlines.regimes.ends import (
    START,
    Cites,
    flat_hours,
    start_day,
    unrolled,
)

_CITES = Cites("ordinary counting", "flat calendar days: the rule's own text", "")


def calendar_days(question: Question) -> Computed:
    """Count flat calendar days, weeks, months or years; nothing moves the end."""
    working: list[Sentence] = []
    day = start_day(question, _CITES, working)
    end = shift(day, question.span, question.sign)
    zh = f"按日历日计算{in_chinese(question.span)}，至{shown_zh(end)}，不因休息日顺延"
    working.append(
        Sentence(
            f"{question.span} {question.direction} it end on {shown(end)}",
            _CITES.end,
            zh if is_chinese(question) else "",
        )
    )
    computed = unrolled(question, end, working, "the text states no roll")
    return computed if question.calendar.is_named else with_warning(computed, "weekends-only")


def elapsed_hours(question: Question) -> Computed:
    """Count flat clock hours from the instant, without rounding or roll.

    Raises:
        DeadlineError: The trigger is a date.
    """
    return flat_hours(question, "flat clock hours: the rule's own text")


CALENDAR_DAYS = Regime(
    id="calendar-days",
    authority="the text of each rule: days without a way of counting of their own",
    units=frozenset({"days", "weeks", "months", "years"}),
    accepts=START,
    count=calendar_days,
    calendars=("weekends",),
)
ELAPSED_HOURS = Regime(
    id="elapsed-hours",
    authority="the text of each rule: hours without a way of counting of their own",
    units=frozenset({"hours"}),
    accepts=frozenset({"calendar", "calendar_known_until", "court_timezone"}),
    count=elapsed_hours,
    calendars=("weekends",),
)
REGIMES = (CALENDAR_DAYS, ELAPSED_HOURS)
