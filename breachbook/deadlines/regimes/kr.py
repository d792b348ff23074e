"""Korea: Civil Act 155 to 161.

Left out: the Framework Act on Administration 6(2), on periods that restrict rights.
"""

from datetime import date

from breachbook.deadlines.counting import Computed, Question, Regime, Sentence, conclude, roll
from breachbook.deadlines.regimes.ends import (
    START,
    Cites,
    before_corresponding,
    closed_too,
    flat_hours,
    rolled,
)

_ACT = Cites(
    "민법 157 (Civil Act 157)", "민법 159, 160 (Civil Act 159-160)", "민법 161 (Civil Act 161)"
)
_SATURDAY_SINCE = date(2007, 12, 21)


def count(question: Question) -> Computed:
    """Count a period under Civil Act 155-161."""
    # 156: hours run at once.
    if question.span.unit == "hours":
        return flat_hours(question, "민법 156 (Civil Act 156)")
    working: list[Sentence] = []
    # 157, 160: the first day is left out unless it begins at 0:00; months end before the day that
    # corresponds to day 1.
    raw = before_corresponding(question, _ACT, working)
    # 161: a Saturday (since 21 December 2007) or holiday moves the end to the next day.
    if raw >= _SATURDAY_SINCE or question.options.bound == "earliest":
        return rolled(question, raw, _ACT, working)
    calendar = closed_too(question)
    legal = roll(calendar.with_saturdays(), raw, 1, working, _ACT.roll)
    return conclude(question, raw, legal, working, calendar=calendar)


REGIME = Regime(
    id="kr-civil",
    authority="민법 제155조부터 제161조까지 (Civil Act of Korea, articles 155-161)",
    units=frozenset({"hours", "days", "weeks", "months", "years"}),
    accepts=START,
    count=count,
    calendars=("KR",),
    zone="Asia/Seoul",
    directions=frozenset({"after"}),
)
