"""Temporary relief before the ITC: 19 CFR 210.66 and 210.67, with rules of their own.

The text names its periods one by one, so the table below does too: which are measured from the
first business day after a Friday, which end at noon, which nothing moves.
"""

from datetime import timedelta

from breachbook.deadlines.counting import (
    LAST_SECOND,
    NOON,
    Computed,
    Question,
    Reading,
    Regime,
    Sentence,
    conclude,
    roll,
    shown,
)
from breachbook.deadlines.period import shift
from breachbook.deadlines.regimes.ends import PLACE

_FRIDAY = 4
_COMMENTS = frozenset({7, 10, 14})  # 210.66(c), (e)(1)
_DETERMINATION = frozenset({70, 120})  # 210.66(a)
_FIXED = frozenset({65, 90, 110, 150})  # 210.67(b); 19 USC 1337(e)(2)
_DAY = timedelta(days=1)


def count(question: Question) -> Computed:
    """Count calendar days of a temporary-relief proceeding."""
    number, day = question.span.number, question.day()
    calendar = question.calendar.closing(
        question.options.declared_holidays | question.options.closed
    )
    working = [
        Sentence(f"{shown(day)} is the day of the event and is not counted", "19 CFR 210.66")
    ]
    start = day
    if number in _COMMENTS and day.weekday() == _FRIDAY:
        # 210.66(c), (e)(1): from a Friday it is measured from the first business day after.
        start = calendar.next_open(day + _DAY)
        text = f"the event was on a Friday: days are measured from {shown(start)}"
        working.append(Sentence(text, "19 CFR 210.66(c), (e)(1)"))
    raw = shift(start, question.span)
    working.append(
        Sentence(f"{question.span}, weekends and holidays counted: {shown(raw)}", "19 CFR 210.66")
    )
    if number in _FIXED or question.options.bound == "earliest":
        return conclude(question, raw, raw, working, calendar=calendar, rolls=False)
    # 210.66(a)-(c), (e): the last day moves to the next business day; a determination is due there
    # by noon.
    legal = roll(calendar, raw, 1, working, "19 CFR 210.66")
    closes = NOON if number in _DETERMINATION and legal != raw else LAST_SECOND
    early = raw - _DAY
    readings = (
        [Reading(early, calendar.next_open(early), "the business day measured from is day 1",
                 "the text does not say")]
        if start != day
        else []
    )  # fmt: skip
    return conclude(
        question, raw, legal, working, calendar=calendar, closes=closes, readings=readings,
        ours="the business day measured from is not counted", authority="19 CFR 210.66(c)",
    )  # fmt: skip


REGIME = Regime(
    id="us-itc-calendar",
    authority="19 CFR 210.66, 210.67",
    units=frozenset({"days"}),
    accepts=PLACE | {"declared_holidays"},
    count=count,
    calendars=("US",),
    zone="America/New_York",
    directions=frozenset({"after"}),
)
