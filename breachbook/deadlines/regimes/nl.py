"""Netherlands: Algemene termijnenwet.

Left out: terms of custody and terms by contract, to which the act does not apply (4, 5).
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
from breachbook.deadlines.period import Span
from breachbook.deadlines.regimes.ends import (
    START,
    Cites,
    closed_too,
    counted_from,
    flat_hours,
    nth_open,
    same_number,
    unrolled,
)

_ATW = Cites("general law", "general law", "Algemene termijnenwet 1(1)")
_LONGEST = {"days": 90, "weeks": 12, "months": 3, "years": 0}  # article 4
_SHORT, _TWO = 3, 2  # article 2
_DAY = timedelta(days=1)


def count(question: Question) -> Computed:
    """Count a statutory term.

    Raises:
        DeadlineError: Hours without an instant.
    """
    # 4(a): not for terms in hours.
    if question.span.unit == "hours":
        return flat_hours(question, "Algemene termijnenwet 4: hours are not moved")
    working: list[Sentence] = []
    calendar = closed_too(question)
    if question.span.unit == "business-days":
        end = nth_open(question, calendar, _ATW, working)
        return conclude(question, end, end, working, calendar=calendar)
    raw = same_number(question, _ATW, working)
    # 1(2): not for terms counted backward; 4(b): nor for long ones.
    if question.direction == "before":
        return unrolled(question, raw, working, "Algemene termijnenwet 1(2): not backward")
    if _is_long(question.span):
        return unrolled(question, raw, working, "Algemene termijnenwet 4: not for so long a term")
    if question.options.bound == "earliest":
        return conclude(question, raw, raw, working, rolls=False)
    # 1(1): Saturday, Sunday and the holidays of 3, 5 May and Good Friday among them.
    legal = roll(calendar, raw, 1, working, _ATW.roll)
    # 2: a term of three days or more holds two days that are none of these.
    first = counted_from(question) + _DAY
    if (raw - first).days >= _SHORT - 1:
        while calendar.open_days(first, legal, _TWO) < _TWO:
            legal = calendar.next_open(legal + _DAY)
            text = f"the term must hold two open days: it ends on {shown(legal)}"
            working.append(Sentence(text, "Algemene termijnenwet 2"))
    return conclude(question, raw, legal, working, calendar=calendar)


def _is_long(span: Span) -> bool:
    return span.number > _LONGEST[span.unit]


REGIME = Regime(
    id="nl-atw",
    authority="Algemene termijnenwet",
    units=frozenset({"hours", "days", "business-days", "weeks", "months", "years"}),
    accepts=START,
    count=count,
    calendars=("NL",),
    zone="Europe/Amsterdam",
)
