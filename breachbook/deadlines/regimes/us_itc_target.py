"""Months and days around the target date of the ITC: 19 CFR 210.42(a), 210.51.

The rules state months only; that a date before the target moves back to a business day is the
practice of those who keep the dockets.
"""

from breachbook.deadlines.counting import (
    Computed,
    Question,
    Regime,
    Sentence,
    conclude,
    roll,
    shown,
)
from breachbook.deadlines.period import shift
from breachbook.deadlines.regimes.ends import PLACE, closed_too


def count(question: Question) -> Computed:
    """Count months or days to or from the target date by day number."""
    day = question.day()
    raw = shift(day, question.span, question.sign)
    working = [
        Sentence(f"the period is measured from {shown(day)}", "19 CFR 210.51(a)"),
        Sentence(
            f"{question.span} {question.direction} it, by day number: {shown(raw)}",
            "19 CFR 210.42(a)(1)(i)",
        ),
    ]
    calendar = closed_too(question).closing(question.options.declared_holidays)
    if question.direction == "after" or question.options.bound == "earliest":
        return conclude(question, raw, raw, working, calendar=calendar, rolls=False)
    legal = roll(calendar, raw, -1, working, "practice: back to a business day")
    return conclude(question, raw, legal, working, calendar=calendar)


REGIME = Regime(
    id="us-itc-target",
    authority="19 CFR 210.42, 210.51",
    units=frozenset({"days", "weeks", "months", "years"}),
    accepts=PLACE | {"declared_holidays"},
    count=count,
    calendars=("US",),
    zone="America/New_York",
)
