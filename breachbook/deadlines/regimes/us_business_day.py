"""Business days of the SEC (Form 8-K, General Instruction B.1) and of the DMCA (17 USC 512(g)).

Left out: what the SEC's staff announces for days closed by executive order; both readings are
counted.
"""

from collections.abc import Callable
from datetime import date, time

from breachbook.deadlines.calendars import View
from breachbook.deadlines.counting import (
    LAST_SECOND,
    Computed,
    Question,
    Reading,
    Regime,
    Sentence,
    conclude,
    shown,
)
from breachbook.deadlines.regimes.ends import PLACE

_EDGAR_CLOSES = time(17, 30)


def sec(question: Question) -> Computed:
    """Count business days of Form 8-K; an event on a closed day makes the next open day day 1."""
    return _count(question, "Form 8-K General Instruction B.1", _sec_end, _EDGAR_CLOSES)


def _sec_end(calendar: View, day: date, number: int) -> date:
    # B.1: the period begins on and includes the first business day after a closed day.
    if calendar.is_closed(day):
        return calendar.step(calendar.next_open(day), number - 1)
    return calendar.step(day, number)


def dmca(question: Question) -> Computed:
    """Count the business days of the put-back window; day 1 is the first after receipt."""
    return _count(question, "17 USC 512(g)(2)(C)", _dmca_end, LAST_SECOND)


def _dmca_end(calendar: View, day: date, number: int) -> date:
    return calendar.step(day, number)


def _count(
    question: Question,
    authority: str,
    end: Callable[[View, date, int], date],
    closes: time,
) -> Computed:
    options, day = question.options, question.day()
    calendar = question.calendar.closing(options.declared_holidays | options.closed)
    last = end(calendar, day, question.span.number)
    working = [
        Sentence(f"the event is on {shown(day)}", authority),
        Sentence(f"{question.span}, business days only: {shown(last)}", authority),
    ]
    readings = []
    disputed = calendar.disputed(day, last)
    if disputed:
        early = end(calendar.opening(disputed), day, question.span.number)
        named = ", ".join(shown(item) for item in sorted(disputed))
        readings = [Reading(early, early, f"{named} is no holiday", "5 USC 6103; E.O. 11582")]
    return conclude(
        question, last, last, working, calendar=calendar, closes=closes, readings=readings,
        ours="closings by order and Fridays kept for Saturday holidays are holidays",
        authority=authority,
    )  # fmt: skip


SEC = Regime(
    id="us-sec-business-day",
    authority="Form 8-K, General Instruction B.1",
    units=frozenset({"business-days"}),
    accepts=PLACE | {"declared_holidays"},
    count=sec,
    calendars=("US",),
    zone="America/New_York",
    directions=frozenset({"after"}),
)
DMCA = Regime(
    id="us-dmca-business-day",
    authority="17 USC 512(g)(2)(C)",
    units=frozenset({"business-days"}),
    accepts=PLACE | {"declared_holidays"},
    count=dmca,
    calendars=("US",),
    directions=frozenset({"after"}),
)
REGIMES = (SEC, DMCA)
