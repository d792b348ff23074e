"""Switzerland: OR 77 and 78, ZPO 142 to 146, the federal act on Saturdays (SR 173.110.3).

The recesses do not hold in summary proceedings, such as interim relief: both ends are shown. No
source was read for these rows (general knowledge).
"""

from datetime import date, timedelta

from dateutil.easter import easter

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
from breachbook.deadlines.regimes.ends import (
    START,
    Cites,
    closed_too,
    counted_from,
    flat_hours,
    same_number,
)

_ZPO = Cites("ZPO 142(1), OR 77", "ZPO 142(2), OR 77", "ZPO 142(3), SR 173.110.3")
_RECESS = "ZPO 145(1)"
_DAY = timedelta(days=1)


def count(question: Question) -> Computed:
    """Count a period before a civil court, with the recesses of ZPO 145."""
    if question.span.unit == "hours":
        return flat_hours(question, "OR 77, silent on hours")
    working: list[Sentence] = []
    plain = same_number(question, _ZPO, working)
    if question.direction == "before" or question.options.bound == "earliest":
        return conclude(question, plain, plain, working, rolls=False)
    raw = _suspended(counted_from(question), plain)
    if raw != plain:
        working.append(Sentence(f"days of recess do not count: {shown(raw)}", _RECESS))
    calendar = closed_too(question)
    # 142(3): a Saturday, Sunday or holiday at the seat of the court moves the end.
    legal = roll(calendar, raw, 1, working, _ZPO.roll)
    summary = Reading(
        plain, calendar.next_open(plain), "no recess in summary proceedings", "ZPO 145(2)(b)"
    )
    return conclude(
        question, raw, legal, working, calendar=calendar, ours="recesses suspend the period",
        readings=[summary], authority=_RECESS,
    )  # fmt: skip


def _suspended(day: date, plain: date) -> date:
    """Move an end by the days of recess that the period meets."""
    left = (plain - day).days
    while left:
        day += _DAY
        left -= not _in_recess(day)
    return day


def _in_recess(day: date) -> bool:
    # 145(1): seven days before to seven after Easter, 15 July to 15 August, 18 December to 2 January.
    around_easter = abs((day - easter(day.year)).days) <= 7
    summer = date(day.year, 7, 15) <= day <= date(day.year, 8, 15)
    year_end = (day.month, day.day) >= (12, 18) or (day.month, day.day) <= (1, 2)
    return around_easter or summer or year_end


REGIME = Regime(
    id="ch-zpo",
    authority="OR 77-78; ZPO 142-146 (Switzerland)",
    units=frozenset({"hours", "days", "weeks", "months", "years"}),
    accepts=START,
    count=count,
    calendars=("CH",),
    zone="Europe/Zurich",
    subdivisions="instead",
)
