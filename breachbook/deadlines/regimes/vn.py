"""Viet Nam: Civil Code 2015, articles 144 to 148."""

from breachbook.deadlines.counting import Computed, Question, Regime, Sentence
from breachbook.deadlines.regimes.ends import START, Cites, flat_hours, rolled, same_number

_CC = Cites("Civil Code 147", "Civil Code 148", "Civil Code 148(5)")


def count(question: Question) -> Computed:
    """Count a period under the Civil Code; days exchanged by the yearly decision are followed."""
    if question.span.unit == "hours":
        return flat_hours(question, "Civil Code 147(1)")
    working: list[Sentence] = []
    return rolled(question, same_number(question, _CC, working), _CC, working)


REGIME = Regime(
    id="vn-cc",
    authority="Bộ luật Dân sự 2015 (Civil Code of Viet Nam), articles 144-148",
    units=frozenset({"hours", "days", "weeks", "months", "years"}),
    accepts=START,
    count=count,
    calendars=("VN",),
    zone="Asia/Ho_Chi_Minh",
    directions=frozenset({"after"}),
)
