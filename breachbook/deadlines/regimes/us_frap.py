"""Federal Rules of Appellate Procedure, rule 26: civil rule 6 but for the days of service.

Left out: deposit with a carrier as filing (26(a)(4)), and which of two states' holidays count:
name both.
"""

from breachbook.deadlines.counting import Computed, Question, Regime
from breachbook.deadlines.regimes.us_frcp import ACCEPTS, count_rule_6


def count(question: Question) -> Computed:
    """Count a period under FRAP 26.

    Raises:
        DeadlineError: Hours without an instant or without the court's zone.
    """
    # 26(c): three days are added unless the paper is served electronically or delivered on the
    # date stated.
    return count_rule_6(question, frozenset({"mail", "express"}))


REGIME = Regime(
    id="us-frap",
    authority="Federal Rules of Appellate Procedure, rule 26",
    units=frozenset({"hours", "days", "weeks", "months", "years"}),
    accepts=ACCEPTS,
    count=count,
    calendars=("US",),
    subdivisions="forward",
)
