"""Hong Kong: Cap. 1 section 71, and court periods under the Rules of the High Court, Order 3.

Left out: general adjourned periods by direction, and gale or rainstorm days, told as closed days.
The rules of court were not read in the source (medium confidence).
"""

from breachbook.deadlines.calendars import MON_FRI, MON_SAT
from breachbook.deadlines.counting import Computed, Question, Regime, Sentence, conclude
from breachbook.deadlines.regimes.ends import (
    START,
    Cites,
    closed_too,
    months_of,
    nth_open,
    rolled,
    same_number,
)

_CAP1 = Cites("Cap. 1 s.71(1)(a)", "Cap. 1 s.71(1)(d), s.3", "Cap. 1 s.71(1)(b)")
_RHC = Cites("Cap. 1 s.71(1)(a)", "RHC O.3 r.2(5), Cap. 1 s.3", "Cap. 1 s.71(1A), RHC O.3 r.4")
_SHORT_CAP1 = 6  # s.71(1)(d): such periods leave out general holidays between
_SHORT_RHC = 7  # O.3 r.2(5): such periods leave out days on which the office is closed


def cap1(question: Question) -> Computed:
    """Count a period under Cap. 1 section 71; Saturday is an ordinary day."""
    return _count(question, _CAP1, _SHORT_CAP1)


def rhc(question: Question) -> Computed:
    """Count a period for an act at court; the office is closed on Saturday too."""
    return _count(question, _RHC, _SHORT_RHC)


def _count(question: Question, cites: Cites, short: int) -> Computed:
    working: list[Sentence] = []
    if (
        not months_of(question.span)
        and question.span.unit == "days"
        and (question.span.number <= short and question.options.start != "inclusive")
    ):
        calendar = closed_too(question)
        end = nth_open(question, calendar, cites, working)
        return conclude(question, end, end, working, calendar=calendar)
    raw = same_number(question, cites, working)
    return rolled(question, raw, cites, working)


CAP1 = Regime(
    id="hk-cap1",
    authority="Interpretation and General Clauses Ordinance (Cap. 1), section 71",
    units=frozenset({"days", "weeks", "months", "years"}),
    accepts=START,
    count=cap1,
    calendars=("HK",),
    zone="Asia/Hong_Kong",
    week=MON_SAT,
)
RHC = Regime(
    id="hk-rhc",
    authority="Cap. 1 section 71(1A); Rules of the High Court (Cap. 4A), Order 3",
    units=CAP1.units,
    accepts=START,
    count=rhc,
    calendars=("HK",),
    zone="Asia/Hong_Kong",
    week=MON_FRI,
)
REGIMES = (CAP1, RHC)
