"""China's Criminal Procedure Law, article 105, and its Interpretation of 2021, article 202.

Left out: periods of custody, which end on the day even if it is a rest day, and time in transit.
"""

from datetime import date, timedelta

from breachbook.deadlines.counting import Computed, Question, Regime, conclude, roll, shown
from breachbook.deadlines.period import shift

_DAY = timedelta(days=1)


def count(question: Question) -> Computed:
    """Count a period under CrPL 105."""
    day = question.day()
    # CrPL 105: the day on which the period begins is not counted.
    raw = shift(day, question.span)
    # Interpretation 202: what begins on the last day of a month ends on the last day of a month.
    if question.span.unit == "months" and (day + _DAY).day == 1:
        raw = _month_end(raw)
    working = [
        f"{shown(day)} is the day on which the period begins and is not counted (CrPL 105)",
        f"{question.span} end on {shown(raw)} (CrPL 105; Interpretation 202 for months)",
    ]
    # CrPL 105: if the last day is a rest day, the first day after it.
    legal = roll(question.calendar, raw, 1, working, "CrPL 105")
    return conclude(question, raw, legal, working)


def _month_end(day: date) -> date:
    return (day.replace(day=28) + 4 * _DAY).replace(day=1) - _DAY


REGIME = Regime(
    id="cn-criminal",
    authority="刑事诉讼法第一百零五条 (Criminal Procedure Law of China, article 105)",
    units=frozenset({"days", "months"}),
    accepts=frozenset({"calendar", "calendar_known_until", "court_timezone", "holidays"}),
    count=count,
    calendars=("CN",),
    zone="Asia/Shanghai",
    directions=frozenset({"after"}),
)
