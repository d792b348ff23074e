"""Italy: Codice di procedura civile, article 155, and Codice della proprietà industriale, 132.

Left out: whether a patron saint moves an end (name the province to count it), and proceedings to
which the suspension of August does not apply (law 742/1969, article 3): both ends are shown.
"""

from datetime import date, timedelta

from breachbook.deadlines.calendars import View
from breachbook.deadlines.counting import (
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
from breachbook.deadlines.regimes.ends import (
    START,
    Cites,
    closed_too,
    counted_from,
    flat_hours,
    nth_open,
    same_number,
)

_CPC = Cites("c.p.c. 155(1)", "c.p.c. 155(2)", "c.p.c. 155(4)-(5)")
_SUSPENSION = "legge 742/1969 article 1"
_AUGUST, _AUGUST_DAYS = 8, 31
_DAY = timedelta(days=1)


def count(question: Question) -> Computed:
    """Count a procedural period.

    Raises:
        DeadlineError: Hours without an instant.
    """
    if question.span.unit == "hours":
        return flat_hours(question, _CPC.start)
    working: list[Sentence] = []
    calendar = closed_too(question)
    if question.span.unit == "business-days":
        # Working days are Monday to Friday unless told otherwise.
        week = calendar.with_saturdays() if question.options.workweek == "mon-sat" else calendar
        plain = nth_open(question, week, _CPC, working)
        start = counted_from(question)
        raw = week.closing(_augusts(start, plain)).step(start, question.span.number, question.sign)
    else:
        # 155(1)-(3): the first day is left out; months by the calendar; holidays inside count.
        plain = same_number(question, _CPC, working)
        raw = _suspended(question, plain)
    if question.direction == "before" or question.options.bound == "earliest":
        return _plain(question, plain, calendar, working)
    if raw != plain:
        text = f"the days from 1 to 31 August do not count: {shown(raw)}"
        working.append(Sentence(text, _SUSPENSION))
    # 155(4)-(5): a holiday, and for written acts a Saturday, moves to the next open day.
    legal = roll(calendar, raw, 1, working, _CPC.roll)
    contrary = Reading(
        plain, calendar.next_open(plain), "interim proceedings are not suspended in August",
        "legge 742/1969 article 3",
    )  # fmt: skip
    return conclude(
        question, raw, legal, working, calendar=calendar, ours="August is suspended",
        readings=[contrary], authority=_SUSPENSION,
    )  # fmt: skip


def _plain(question: Question, end: date, calendar: View, working: list[Sentence]) -> Computed:
    # Courts move the end of a backward period back (Cass.; medium confidence).
    legal = roll(calendar, end, -1, working, "Cass.") if question.direction == "before" else end
    return conclude(question, end, legal, working, calendar=calendar)


def _suspended(question: Question, plain: date) -> date:
    """Move an end by the Augusts a period meets; one that begins in August begins after it."""
    day = counted_from(question)
    if question.direction == "before" or question.options.start == "inclusive":
        return plain
    if day.month == _AUGUST:
        day = date(day.year, _AUGUST, _AUGUST_DAYS)
        plain = shift(day, question.span)
    year = day.year if day.month < _AUGUST else day.year + 1
    while plain >= date(year, _AUGUST, 1):
        plain += _AUGUST_DAYS * _DAY
        year += 1
    return plain


def _augusts(first: date, last: date) -> frozenset[date]:
    return frozenset(
        date(year, _AUGUST, number)
        for year in range(first.year, last.year + 2)
        for number in range(1, _AUGUST_DAYS + 1)
    )


REGIME = Regime(
    id="it-cpc",
    authority="Codice di procedura civile 155; Codice della proprietà industriale 132",
    units=frozenset({"hours", "days", "business-days", "weeks", "months", "years"}),
    accepts=START | {"workweek"},
    count=count,
    calendars=("IT",),
    zone="Europe/Rome",
    subdivisions="instead",
)
