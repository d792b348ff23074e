"""Interpretation Acts and limitation of India, Singapore, Australia and Canada.

Left out: short-period rules of courts (Singapore, Rules of Court 2021 O. 3), local show days
(Australia), the Federal Courts Rules and Quebec (Canada), where Saturdays count too.
"""

from dataclasses import replace
from datetime import timedelta

from breachbook.deadlines.calendars import MON_SAT
from breachbook.deadlines.counting import (
    Computed,
    Question,
    Regime,
    Sentence,
    conclude,
    with_warning,
)
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

_GCA = Cites("General Clauses Act 1897 s.9", "General Clauses Act s.9, s.3(35), (66)",
             "General Clauses Act s.10")  # fmt: skip
_LIMITATION = Cites(
    "Limitation Act 1963 s.12(1)", "Limitation Act s.12, s.24", "Limitation Act s.4"
)
_SG = Cites("Interpretation Act 1965 s.50(a)", "s.50(a), (d)", "s.50(b)")
_AU = Cites("Acts Interpretation Act 1901 s.36(1)", "s.36(1)", "s.36(2)")
_CA = Cites("Interpretation Act (Canada) s.27", "s.27, s.28", "s.26")
_SHORT_SG = 6  # s.50(d)
_DAY = timedelta(days=1)


def india(question: Question) -> Computed:
    """Count under the General Clauses Act; the end moves only if the office was told closed."""
    if question.span.unit == "hours":
        return flat_hours(question, "General Clauses Act: silent on hours")
    working: list[Sentence] = []
    raw = same_number(question, _GCA, working)
    computed = unrolled(question, raw, working, _GCA.roll)
    is_doubtful = question.calendar.is_closed(raw) and raw not in question.options.closed
    return with_warning(computed, "custom") if is_doubtful else computed


def india_limitation(question: Question) -> Computed:
    """Count a limitation period; without the court's own calendar there is no final date.

    The court's calendar is told as `closed` days with `calendar_known_until`.
    """
    working: list[Sentence] = []
    raw = same_number(question, _LIMITATION, working)
    # s.4: a period that ends while the court is closed, vacations included, runs to its reopening.
    legal = raw
    while legal in question.options.closed:
        legal += _DAY
    if legal != raw:
        working.append(Sentence(f"the court reopens on {legal}", _LIMITATION.roll))
    if question.options.calendar_known_until is not None:
        return conclude(question, raw, legal, working, calendar=closed_too(question))
    unknown = _without_horizon(question)
    provisional = conclude(unknown, raw, legal, working, calendar=closed_too(unknown))
    return with_warning(provisional, "court-calendar")


def _without_horizon(question: Question) -> Question:
    """Take the calendar of the court for unknown from the day after the trigger."""
    view = question.calendar.known_to(question.day())
    return replace(question, calendar=view)


def singapore(question: Question) -> Computed:
    """Count under section 50; Saturday is an ordinary day."""
    if question.span.unit == "hours":
        return flat_hours(question, "Interpretation Act s.50: silent on hours")
    working: list[Sentence] = []
    calendar = closed_too(question)
    # (d): periods of six days or less leave out Sundays and public holidays.
    if question.span.unit == "days" and question.span.number <= _SHORT_SG:
        end = nth_open(question, calendar, _SG, working)
        return conclude(question, end, end, working, calendar=calendar)
    return rolled(question, same_number(question, _SG, working), _SG, working)


def australia(question: Question) -> Computed:
    """Count under section 36; ``start: inclusive`` is a period that begins "on" or "with" a day."""
    if question.span.unit == "hours":
        return flat_hours(question, "Acts Interpretation Act: silent on hours")
    working: list[Sentence] = []
    return rolled(question, same_number(question, _AU, working), _AU, working)


def canada(question: Question) -> Computed:
    """Count under sections 26-28; Sunday is a holiday, Saturday is not."""
    if question.span.unit == "hours":
        return flat_hours(question, "Interpretation Act (Canada): silent on hours")
    working: list[Sentence] = []
    return rolled(question, same_number(question, _CA, working), _CA, working)


IN_GCA = Regime(
    id="in-gca",
    authority="General Clauses Act 1897 (India), sections 9, 10",
    units=frozenset({"hours", "days", "weeks", "months", "years"}),
    accepts=START,
    count=india,
    calendars=("IN",),
    zone="Asia/Kolkata",
    directions=frozenset({"after"}),
    subdivisions="instead",
)
IN_LIMITATION = Regime(
    id="in-limitation",
    authority="Limitation Act 1963 (India), sections 4, 12",
    units=frozenset({"days", "months", "years"}),
    accepts=START,
    count=india_limitation,
    calendars=("IN",),
    zone="Asia/Kolkata",
    directions=frozenset({"after"}),
    subdivisions="instead",
)
SG_IA = Regime(
    id="sg-ia",
    authority="Interpretation Act 1965 (Singapore), section 50",
    units=IN_GCA.units,
    accepts=START,
    count=singapore,
    calendars=("SG",),
    zone="Asia/Singapore",
    week=MON_SAT,
)
AU_AIA = Regime(
    id="au-aia",
    authority="Acts Interpretation Act 1901 (Australia), section 36",
    units=IN_GCA.units,
    accepts=START,
    count=australia,
    calendars=("AU",),
    subdivisions="instead",
)
CA_IA = Regime(
    id="ca-ia",
    authority="Interpretation Act (Canada), sections 26-28",
    units=IN_GCA.units,
    accepts=START,
    count=canada,
    calendars=("CA",),
    subdivisions="instead",
    week=MON_SAT,
)
REGIMES = (IN_GCA, IN_LIMITATION, SG_IA, AU_AIA, CA_IA)
