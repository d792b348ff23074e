"""Taiwan: Civil Code 120 to 123, and the Administrative Procedure Act, article 48.

Left out: time in transit, which depends on court and residence and is recorded as a later
trigger, deposit service (effective after ten days, likewise) and typhoon days, told as holidays.
"""

from breachbook.deadlines.counting import (
    LAST_SECOND,
    NOON,
    Computed,
    Question,
    Regime,
    Sentence,
    conclude,
    roll,
)
from breachbook.deadlines.regimes.ends import (
    START,
    Cites,
    before_corresponding,
    closed_too,
    flat_hours,
    rolled,
)

_CIVIL = Cites("民法120 (Civil Code 120)", "民法121 (Civil Code 121)", "民法122 (Civil Code 122)")
_APA = Cites("行政程序法48 (APA 48)", "行政程序法48 (APA 48)", "行政程序法48 (APA 48)")
_SATURDAY = 5


def civil(question: Question) -> Computed:
    """Count a period under Civil Code 120-122.

    Raises:
        DeadlineError: Hours without an instant.
    """
    # 120(1): hours run at once.
    if question.span.unit == "hours":
        return flat_hours(question, _CIVIL.start)
    working: list[Sentence] = []
    # 120(2), 121: the first day is left out; months end before the day that corresponds to day 1.
    raw = before_corresponding(question, _CIVIL, working)
    # 122: a Sunday, memorial day or other rest day (Saturdays by practice) moves to the next day.
    return rolled(question, raw, _CIVIL, working)


def administrative(question: Question) -> Computed:
    """Count a period under APA 48.

    Raises:
        DeadlineError: Hours without an instant.
    """
    if question.span.unit == "hours":
        return flat_hours(question, _APA.start)
    working: list[Sentence] = []
    raw = before_corresponding(question, _APA, working)
    if question.options.bound == "earliest":
        return conclude(question, raw, raw, working, rolls=False)
    calendar = closed_too(question)
    legal = roll(calendar, raw, 1, working, _APA.roll)
    # 48(4): an end on a Saturday runs to the morning of the Monday after.
    closes = NOON if raw.weekday() == _SATURDAY and legal != raw else LAST_SECOND
    if closes is NOON:
        working.append(
            Sentence("from a Saturday it runs to noon only", "行政程序法48(4) (APA 48(4))")
        )
    return conclude(question, raw, legal, working, calendar=calendar, closes=closes)


CIVIL_CODE = Regime(
    id="tw-civil-code",
    authority="民法第120條至第123條 (Civil Code of Taiwan, articles 120-123)",
    units=frozenset({"hours", "days", "weeks", "months", "years"}),
    accepts=START,
    count=civil,
    calendars=("TW",),
    zone="Asia/Taipei",
    directions=frozenset({"after"}),
    subdivisions="instead",
)
APA = Regime(
    id="tw-apa",
    authority="行政程序法第48條 (Administrative Procedure Act of Taiwan, article 48)",
    units=CIVIL_CODE.units,
    accepts=START,
    count=administrative,
    calendars=("TW",),
    zone="Asia/Taipei",
    directions=frozenset({"after"}),
    subdivisions="instead",
)
REGIMES = (CIVIL_CODE, APA)
