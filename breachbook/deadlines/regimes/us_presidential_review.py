"""Presidential review of exclusion orders: 19 USC 1337(j)(2) and (4), 19 CFR 210.49(d)."""

from datetime import timedelta

from breachbook.deadlines.counting import (
    Computed,
    Question,
    Regime,
    Sentence,
    conclude,
    shown,
)
from breachbook.deadlines.period import shift


def count(question: Question) -> Computed:
    """Count the review period; nothing in the text moves its end from a weekend or holiday."""
    day = question.day()
    # 1337(j)(2): the period begins on the day after the President receives the determination.
    close = shift(day, question.span)
    # 1337(j)(4): without disapproval the determination is final on the day after the close.
    final = close + timedelta(days=1)
    working = [
        Sentence(f"received on {shown(day)}; day 1 is the next day", "19 USC 1337(j)(2)"),
        Sentence(
            f"{question.span} close on {shown(close)}; weekends and holidays do not move it",
            "19 USC 1337(j)(2), 19 CFR 210.49(d)",
        ),
        Sentence(
            f"without disapproval the determination is final on {shown(final)}",
            "19 USC 1337(j)(4)",
        ),
    ]
    return conclude(question, close, close, working, rolls=False, final=final)


REGIME = Regime(
    id="us-presidential-review",
    authority="19 USC 1337(j)",
    units=frozenset({"days"}),
    accepts=frozenset({"calendar", "calendar_known_until", "court_timezone"}),
    count=count,
    calendars=("US",),
    zone="America/New_York",
    directions=frozenset({"after"}),
)
