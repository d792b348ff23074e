"""Japan: Minpo 138 to 143, Code of Civil Procedure 95, offices' holidays, and reports to the PPC."""

from dataclasses import replace

from breachbook.deadlines.calendars import OFFICE
from breachbook.deadlines.counting import (
    Computed,
    Question,
    Reading,
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

_CIVIL = Cites("民法140 (Minpo 140)", "民法141, 143 (Minpo 141, 143)", "民法142 (Minpo 142)")
_CCP = Cites("民訴95(1) (CCP 95(1)), Minpo 140", "CCP 95(1), Minpo 143", "民訴95(3) (CCP 95(3))")
_ADMIN = Cites("Minpo 140", "Minpo 141, 143", "行政機関の休日に関する法律2 (Holidays of Organs 2)")
_PPC = Cites(
    "PPC guideline 3-5-3-3: the day of knowledge counts", "個人情報保護法規則8(2)", _ADMIN.roll
)


def civil(question: Question) -> Computed:
    """Count a period under Minpo 138-143; no text moves an end from a Saturday."""
    # 139: hours run at once.
    if question.span.unit == "hours":
        return flat_hours(question, "民法139 (Minpo 139)")
    working: list[Sentence] = []
    # 140, 143: the first day is left out unless it begins at 0:00.
    raw = before_corresponding(question, _CIVIL, working)
    if question.options.bound == "earliest":
        return conclude(question, raw, raw, working, rolls=False)
    # 142: a Sunday or holiday moves the end only where it is the custom not to do business then;
    # a Saturday never does.
    calendar = closed_too(question)
    legal = roll(calendar.with_saturdays(), raw, 1, working, f"{_CIVIL.roll}, by custom")
    contrary = Reading(raw, raw, "no custom not to do business is shown", _CIVIL.roll)
    return conclude(
        question, raw, legal, working, calendar=calendar, readings=[contrary],
        ours="it is the custom not to do business on Sundays and holidays", authority=_CIVIL.roll,
    )  # fmt: skip


def procedure(question: Question) -> Computed:
    """Count a procedural period; courts are closed from 29 December to 3 January."""
    if question.span.unit == "hours":
        return flat_hours(question, "Minpo 139")
    working: list[Sentence] = []
    return rolled(question, before_corresponding(question, _CCP, working), _CCP, working)


def administrative(question: Question) -> Computed:
    """Count a filing with a national organ; periods in hours are excepted."""
    if question.span.unit == "hours":
        return flat_hours(question, "Holidays of Organs 2: not for hours")
    working: list[Sentence] = []
    return rolled(question, before_corresponding(question, _ADMIN, working), _ADMIN, working)


def ppc(question: Question) -> Computed:
    """Count a report under APPI: the day of knowledge is day 1."""
    working: list[Sentence] = []
    counted = replace(question, options=replace(question.options, start="inclusive"))
    raw = before_corresponding(counted, _PPC, working)
    return rolled(question, raw, _PPC, working)


CIVIL = Regime(
    id="jp-civil",
    authority="民法第138条から第143条まで (Civil Code of Japan, articles 138-143)",
    units=frozenset({"hours", "days", "weeks", "months", "years"}),
    accepts=START,
    count=civil,
    calendars=("JP",),
    zone="Asia/Tokyo",
    directions=frozenset({"after"}),
)
CCP = Regime(
    id="jp-ccp",
    authority="民事訴訟法第95条 (Code of Civil Procedure of Japan, article 95)",
    units=CIVIL.units,
    accepts=START,
    count=procedure,
    calendars=("JP",),
    zone="Asia/Tokyo",
    directions=frozenset({"after"}),
    week=OFFICE,
)
ADMIN = Regime(
    id="jp-admin",
    authority="行政機関の休日に関する法律 (Act on Holidays of Administrative Organs, articles 1-2)",
    units=CIVIL.units,
    accepts=START,
    count=administrative,
    calendars=("JP",),
    zone="Asia/Tokyo",
    directions=frozenset({"after"}),
    week=OFFICE,
)
PPC = Regime(
    id="jp-ppc",
    authority="個人情報保護法施行規則第8条第2項 (APPI Rules 8(2)); PPC guideline 3-5-3-3",
    units=frozenset({"days"}),
    accepts=START - {"start"},
    count=ppc,
    calendars=("JP",),
    zone="Asia/Tokyo",
    directions=frozenset({"after"}),
    week=OFFICE,
)
REGIMES = (CIVIL, CCP, ADMIN, PPC)
