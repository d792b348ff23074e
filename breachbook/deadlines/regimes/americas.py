"""Brazil: Civil Code 132, CPC 219 to 224, ANPD Resolution 15/2024; Mexico: working days."""

from datetime import date, timedelta

from breachbook.deadlines.counting import (
    Computed,
    Question,
    Reading,
    Regime,
    Sentence,
    conclude,
    roll,
    shown,
    with_warning,
)
from breachbook.deadlines.period import shift
from breachbook.deadlines.regimes.ends import (
    START,
    Cites,
    closed_too,
    flat_hours,
    months_of,
    nth_open,
    start_day,
)

_CC = Cites("Código Civil 132", "Código Civil 132 §§2-3", "Código Civil 132 §1")
_CPC = Cites("CPC 224", "CPC 219", "CPC 224 §1")
_ANPD = Cites("Res. CD/ANPD 15/2024 art. 6", "art. 6", "")
_MX = Cites("días hábiles", "días hábiles", "")
_RECESS = ((12, 20), (1, 20))  # CPC 220: from 20 December to 20 January, both included
_DAY = timedelta(days=1)


def civil(question: Question) -> Computed:
    """Count under Civil Code 132; a day number the month lacks goes to the first of the next."""
    # 132 §4: hours from minute to minute.
    if question.span.unit == "hours":
        return flat_hours(question, "Código Civil 132 §4")
    working: list[Sentence] = []
    # 132: the first day is left out and the last one counts.
    day = start_day(question, _CC, working)
    clamped = shift(day, question.span)
    raw = clamped
    if months_of(question.span) and clamped.day < day.day:
        # §3: on the day of the same number, or on the one right after if there is none.
        raw = clamped + _DAY
    working.append(Sentence(f"{question.span} end on {shown(raw)}", _CC.end))
    if question.options.bound == "earliest":
        return conclude(question, raw, raw, working, rolls=False)
    calendar = closed_too(question)
    # §1: a holiday moves the end to the next business day.
    legal = roll(calendar, raw, 1, working, _CC.roll)
    last = Reading(
        clamped, calendar.next_open(clamped), "the period ends with the last day of the month",
        "reading of other codes; cautious",
    )  # fmt: skip
    return conclude(
        question, raw, legal, working, calendar=calendar, ours="the day right after counts",
        readings=[last], authority=_CC.end,
    )  # fmt: skip


def procedure(question: Question) -> Computed:
    """Count procedural days: business days of the forum, none from 20 December to 20 January."""
    # 219: only business days count; 220: the recess suspends them.
    working: list[Sentence] = []
    day = question.day()
    years = range(day.year - 1, day.year + 3)
    recess = frozenset(d for year in years for d in _recess(year))
    calendar = closed_too(question).closing(recess)
    end = nth_open(question, calendar, _CPC, working)
    if any(day < closed <= end for closed in recess):
        working.append(Sentence("20 December to 20 January do not count", "CPC 220"))
    return conclude(question, end, end, working, calendar=calendar)


def _recess(year: int) -> list[date]:
    (month, first), (next_month, last) = _RECESS
    day, end = date(year, month, first), date(year + 1, next_month, last)
    return [day + number * _DAY for number in range((end - day).days + 1)]


def national(question: Question) -> Computed:
    """Count national business days, without recess."""
    working: list[Sentence] = []
    calendar = closed_too(question)
    end = nth_open(question, calendar, _ANPD, working)
    return conclude(question, end, end, working, calendar=calendar)


def mexico(question: Question) -> Computed:
    """Count working days; the authority's own notice of closed days is told as holidays."""
    working: list[Sentence] = []
    calendar = closed_too(question)
    end = nth_open(question, calendar, _MX, working)
    computed = conclude(question, end, end, working, calendar=calendar)
    told = question.options.holidays or question.options.closed
    return computed if told else with_warning(computed, "court-calendar")


BR_CC = Regime(
    id="br-cc",
    authority="Código Civil (Brazil), article 132",
    units=frozenset({"hours", "days", "weeks", "months", "years"}),
    accepts=START,
    count=civil,
    calendars=("BR",),
    zone="America/Sao_Paulo",
    directions=frozenset({"after"}),
    subdivisions="instead",
)
BR_CPC = Regime(
    id="br-cpc",
    authority="Código de Processo Civil (Brazil), articles 219-224",
    units=frozenset({"days", "business-days"}),
    accepts=START,
    count=procedure,
    calendars=("BR",),
    zone="America/Sao_Paulo",
    directions=frozenset({"after"}),
    subdivisions="instead",
)
BR_BUSINESS_DAY = Regime(
    id="br-business-day",
    authority="Resolução CD/ANPD 15/2024, article 6",
    units=frozenset({"business-days"}),
    accepts=START,
    count=national,
    calendars=("BR",),
    zone="America/Sao_Paulo",
    directions=frozenset({"after"}),
)
MX_HABILES = Regime(
    id="mx-habiles",
    authority="working days of the authority's own notice (Mexico)",
    units=frozenset({"days", "business-days"}),
    accepts=START,
    count=mexico,
    calendars=("MX",),
    zone="America/Mexico_City",
    directions=frozenset({"after"}),
)
REGIMES = (BR_CC, BR_CPC, BR_BUSINESS_DAY, MX_HABILES)
