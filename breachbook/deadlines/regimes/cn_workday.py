"""Periods in China that are counted in working days of the official calendar.

Authority: texts that say 工作日, and those that define short periods as working days, such as the
Administrative Penalty Law, article 85. A make-up working weekend counts.
"""

from breachbook.deadlines.counting import Computed, Question, Regime, conclude, shown


def count(question: Question) -> Computed:
    """Count working days after a day; the n-th is the last one."""
    day = question.day()
    last = question.calendar.step(day, question.span.number)
    working = [
        f"{shown(day)} is the day of the event; counting starts with the next working day",
        f"{question.span} of the official calendar, make-up weekends included, end on "
        f"{shown(last)}",
    ]
    return conclude(question, last, last, working)


REGIME = Regime(
    id="cn-workday",
    authority="行政处罚法第八十五条 (Administrative Penalty Law, 85); texts that say 工作日",
    units=frozenset({"business-days"}),
    accepts=frozenset({"calendar", "calendar_known_until", "court_timezone", "holidays", "bound"}),
    count=count,
    calendars=("CN",),
    zone="Asia/Shanghai",
    directions=frozenset({"after"}),
)
