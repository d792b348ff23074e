"""France: Code de procédure civile, articles 640 to 642.

Left out: the months added for distance (643, 644) and a filing system that fails on the last day
(748-7), which are told as a later trigger or a closed day. Prescription (Code civil 2228, 2229)
is not moved and is counted as calendar days.
"""

from breachbook.deadlines.counting import Computed, Question, Regime, Sentence, conclude, roll
from breachbook.deadlines.regimes.ends import (
    START,
    Cites,
    closed_too,
    flat_hours,
    nth_open,
    rolled,
    same_number,
    unrolled,
)

_CPC = Cites("CPC 641", "CPC 641", "CPC 642")


def count(question: Question) -> Computed:
    """Count a period under CPC 640-642; working days are Monday to Saturday where told so.

    Raises:
        DeadlineError: Hours without an instant.
    """
    if question.span.unit == "hours":
        return flat_hours(question, "from hour to hour; CPC 640")
    working: list[Sentence] = []
    if question.span.unit == "business-days":
        return _working_days(question, working)
    # 640-641: the day of the event is left out; months and years end on the same number.
    raw = same_number(question, _CPC, working)
    if question.direction == "before":
        return unrolled(question, raw, working, "CPC 642 moves ends forward only")
    # 642: until 24:00; a Saturday, Sunday, holiday or day off moves to the first working day.
    return rolled(question, raw, _CPC, working)


def _working_days(question: Question, working: list[Sentence]) -> Computed:
    # "Jours ouvrables" are Monday to Saturday (told as workweek), "jours ouvrés" Monday to Friday.
    cites = Cites(_CPC.start, "jours ouvrables ou ouvrés", _CPC.roll)
    calendar = closed_too(question)
    is_long = question.options.workweek == "mon-sat"
    counted = calendar.with_saturdays() if is_long else calendar
    raw = nth_open(question, counted, cites, working)
    if question.options.bound == "earliest" or question.direction == "before":
        return conclude(question, raw, raw, working, calendar=calendar)
    # 642: for an end on a Saturday too.
    legal = roll(calendar, raw, 1, working, _CPC.roll)
    return conclude(question, raw, legal, working, calendar=calendar)


REGIME = Regime(
    id="fr-cpc",
    authority="Code de procédure civile 640-642",
    units=frozenset({"hours", "days", "business-days", "weeks", "months", "years"}),
    accepts=START | {"workweek"},
    count=count,
    calendars=("FR",),
    zone="Europe/Paris",
    subdivisions="instead",
)
