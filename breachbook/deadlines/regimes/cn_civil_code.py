"""Periods of China's Civil Code, articles 200 to 204: limitation and contracts.

Left out: a method agreed by the parties (204), and suspension and interruption, which are facts
of their own.
"""

from breachbook.deadlines.counting import (
    Computed,
    Question,
    Regime,
    conclude,
    conclude_hours,
    elapsed,
    roll,
    shown,
)
from breachbook.deadlines.period import shift


def count(question: Question) -> Computed:
    """Count a period under Civil Code 200-203.

    Raises:
        DeadlineError: Hours without an instant.
    """
    if question.span.unit == "hours":
        # 201(2): hours run from the moment the law or the parties name, not from the next full
        # hour.
        end = elapsed(question)
        working = [
            f"{question.span} from {shown(question.instant())} end at {shown(end)} (Civil Code "
            "201)"
        ]
        return conclude_hours(question, end, end, working)
    day = question.day()
    # 201(1): the day on which the period begins is not counted.
    # 202: months and years end on the day of that number; where the month has none, on its last
    # day.
    raw = shift(day, question.span)
    working = [
        f"{shown(day)} is the day on which the period begins and is not counted (Civil Code 201)",
        f"{question.span} end on {shown(raw)} (Civil Code 202)",
    ]
    if question.options.bound == "earliest":
        return conclude(question, raw, raw, working)
    # 203: if the last day is a rest day, the day after it; the day ends at 24:00.
    legal = roll(question.calendar, raw, 1, working, "Civil Code 203")
    return conclude(question, raw, legal, working)


REGIME = Regime(
    id="cn-civil-code",
    authority="民法典第二百条至第二百零四条 (Civil Code of China, articles 200-204)",
    units=frozenset({"hours", "days", "months", "years"}),
    accepts=frozenset({"calendar", "calendar_known_until", "court_timezone", "holidays", "bound"}),
    count=count,
    calendars=("CN",),
    zone="Asia/Shanghai",
    directions=frozenset({"after"}),
)
