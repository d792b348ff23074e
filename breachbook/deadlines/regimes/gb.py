"""United Kingdom: CPR 2.8 and 2.10, statutory periods, and SI 2018/597 regulation 11.

Left out: closing hours of a court office (16:30 by practice) and the filing system's midnight.
"""

from datetime import timedelta

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
from breachbook.deadlines.regimes.ends import (
    START,
    Cites,
    closed_too,
    nth_open,
    rolled,
    same_number,
    unrolled,
)

_CPR = Cites("CPR 2.8(2)-(3)", "CPR 2.8(2)-(4), 2.10", "CPR 2.8(5)")
_STATUTE = Cites(
    "Marren v Dawson Bentley [1961]; Hare v Gocher [1962] for `beginning with`",
    "corresponding date, Dodds v Walker [1981]",
    "Pritam Kaur v S Russell & Sons [1973]",
)
_SCOTLAND = Cites(_STATUTE.start, _STATUTE.end, "Prescription and Limitation Act 1973 s.14(1)(d)")
_TS = Cites("SI 2018/597 reg. 11(4)", "SI 2018/597 reg. 11(4)-(5)", "")
_SHORT = 5  # CPR 2.8(4)
_DAY = timedelta(days=1)


def cpr(question: Question) -> Computed:
    """Count clear days under CPR 2.8, and months under 2.10.

    ``bound: earliest`` is a period of "at least" so many days before something may happen;
    ``filing: paper`` is an act at the court office.
    """
    working: list[Sentence] = []
    calendar = closed_too(question)
    options, span, day = question.options, question.span, question.day()
    # 2.8(2)-(3): clear days leave out the day the period begins and, where an event ends it, that
    # day too: a day more backward, and for the first permitted day.
    both = 1 if question.direction == "before" or options.bound == "earliest" else 0
    # 2.8(4): five days or less leave out Saturday, Sunday, bank holidays, Christmas, Good Friday.
    if span.unit == "business-days" or (span.unit == "days" and span.number <= _SHORT):
        end = nth_open(question, calendar, _CPR, working, span.number + both)
        return conclude(question, end, end, working, calendar=calendar)
    raw = same_number(question, _CPR, working)
    if both and span.unit in ("days", "weeks"):
        raw = shift(day, span, question.sign) + both * question.sign * _DAY
        working.append(Sentence(f"clear days at both ends: {shown(raw)}", "CPR 2.8(3)"))
    if both:
        return conclude(question, raw, raw, working, calendar=calendar, rolls=False)
    # 2.8(5): an act at the court office on a day it is closed is in time on the next open day.
    if options.filing == "paper":
        legal = roll(calendar, raw, 1, working, _CPR.roll)
        return conclude(question, raw, legal, working, calendar=calendar)
    return unrolled(question, raw, working, "CPR 2.8(5) concerns acts at the court office only")


def statute(question: Question) -> Computed:
    """Count a statutory or limitation period by the corresponding date.

    ``start: inclusive`` is a period "beginning with" the day.
    """
    working: list[Sentence] = []
    raw = same_number(question, _STATUTE, working)
    if question.options.calendar == "GB-SCT" and question.direction == "after":
        # In Scotland the last day moves from a Saturday, Sunday or bank holiday.
        return rolled(question, raw, _SCOTLAND, working)
    return unrolled(question, raw, working, _STATUTE.roll)


def regulation_11(question: Question) -> Computed:
    """Count one limb of regulation 11(4): working days, or calendar days that do not move."""
    working: list[Sentence] = []
    calendar = closed_too(question)
    if question.span.unit == "business-days":
        # 11(5): a working day is none that is a bank holiday in any part of the United Kingdom.
        end = nth_open(question, calendar, _TS, working)
        return conclude(question, end, end, working, calendar=calendar)
    raw = same_number(question, _TS, working)
    return unrolled(question, raw, working, "reg. 11 moves the limb of working days only")


CPR = Regime(
    id="gb-cpr",
    authority="Civil Procedure Rules 2.8, 2.10 (England and Wales)",
    units=frozenset({"days", "business-days", "weeks", "months", "years"}),
    accepts=START | {"filing"},
    count=cpr,
    calendars=("GB-ENG",),
    zone="Europe/London",
    subdivisions="instead",
)
STATUTE = Regime(
    id="gb-statute",
    authority="Dodds v Walker [1981] HL; Marren v Dawson Bentley [1961]; Pritam Kaur [1973] CA",
    units=frozenset({"days", "weeks", "months", "years"}),
    accepts=START,
    count=statute,
    calendars=("GB-ENG",),
    zone="Europe/London",
    directions=frozenset({"after"}),
    subdivisions="instead",
)
REGULATION_11 = Regime(
    id="gb-tsreg11",
    authority="Trade Secrets (Enforcement, etc.) Regulations 2018 (SI 2018/597), reg. 11",
    units=frozenset({"days", "business-days"}),
    accepts=START,
    count=regulation_11,
    calendars=("GB-ALL",),
    zone="Europe/London",
    directions=frozenset({"after"}),
)
REGIMES = (CPR, STATUTE, REGULATION_11)
