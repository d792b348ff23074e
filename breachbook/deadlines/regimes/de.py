"""Germany: BGB 186 to 193 and 199, ZPO 221 to 225, VwVfG 31, StGB 77b.

Left out: parts of months (BGB 189), periods that do not run on without a break (191), and how a
court sets or extends a period (ZPO 221, 224), which gives a new trigger. An extension "by" a
length runs from the moved end of the earlier period (BGH, 14 December 2005, IX ZB 198/04): tell
``start: previous-end``.
"""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

from breachbook.deadlines.counting import (
    Computed,
    Direction,
    Question,
    Reading,
    Regime,
    Sentence,
    conclude,
    conclude_hours,
    roll,
    shown,
)
from breachbook.deadlines.period import Unit
from breachbook.deadlines.regimes.ends import (
    START,
    Cites,
    closed_too,
    flat_hours,
    rolled,
    same_number,
    unrolled,
)
from breachbook.errors import DeadlineError

_BGB = Cites("BGB 187", "BGB 188", "BGB 193")
_ZPO = Cites("ZPO 222(1), BGB 187", "ZPO 222(1), BGB 188", "ZPO 222(2)")
_VWVFG = Cites("VwVfG 31(1), BGB 187", "VwVfG 31(1), BGB 188", "VwVfG 31(3)")
_STGB = Cites("StGB 77b(2)", "StGB 77b(1)", "StGB 77b(1) second sentence")
_DAY = timedelta(days=1)
_HOURS: frozenset[Unit] = frozenset({"hours"})
_UNITS: frozenset[Unit] = frozenset({"days", "weeks", "months", "years"})


def bgb(question: Question) -> Computed:
    """Count a period under BGB 187-193; ``year-end`` is the start of BGB 199(1)."""
    if question.span.unit == "hours":
        # The code is silent on hours: they run from the event.
        return flat_hours(question, "BGB 186 ff., silent on hours")
    working: list[Sentence] = []
    raw = same_number(question, _BGB, working)
    if question.options.start != "year-end":
        return rolled(question, raw, _BGB, working)
    # Whether 193 moves the end of a limitation period is not settled; by analogy it does.
    calendar = closed_too(question)
    legal = roll(calendar, raw, 1, working, "BGB 193 by analogy")
    contrary = Reading(raw, raw, "193 does not move the end of limitation", "BGB 193 by its words")
    return conclude(
        question, raw, legal, working, calendar=calendar,
        ours="193 moves the end of limitation by analogy", authority="BGB 193", readings=[contrary],
    )  # fmt: skip


def zpo(question: Question) -> Computed:
    """Count a period before a civil court; hours leave out Saturdays, Sundays and holidays.

    Raises:
        DeadlineError: Hours without an instant, or counted backward.
    """
    if question.span.unit == "hours":
        return _court_hours(question)
    working: list[Sentence] = []
    raw = same_number(question, _ZPO, working)
    if question.direction == "before":
        return unrolled(question, raw, working, "ZPO 222(2) moves ends forward only")
    return rolled(question, raw, _ZPO, working)


def _court_hours(question: Question) -> Computed:
    if question.direction == "before":
        raise DeadlineError("direction: got before; allowed: after, for hours of the ZPO")
    # 222(3): Sundays, general holidays and Saturdays are not counted.
    instant = question.instant()
    calendar = closed_too(question)
    left = timedelta(hours=question.span.number)
    moment = instant
    while True:
        midnight = datetime.combine(moment.date() + _DAY, time(0), question.zone)
        if not calendar.is_closed(moment.date()):
            rest = midnight.astimezone(UTC) - moment.astimezone(UTC)
            if left <= rest:
                end = (moment.astimezone(UTC) + left).astimezone(question.zone)
                break
            left -= rest
        moment = midnight
    working = [
        Sentence(f"{question.span} run from {shown(instant)}", "ZPO 222(1)"),
        Sentence(
            f"Saturdays, Sundays and holidays are not counted: they end at {shown(end)}",
            "ZPO 222(3)",
        ),
    ]
    return conclude_hours(question, end, end, working, rolls_on=end.date())


def vwvfg(question: Question) -> Computed:
    """Count a period before an authority; hours run through weekends."""
    # 31(6): hours count without regard to Saturdays, Sundays and holidays.
    if question.span.unit == "hours":
        return flat_hours(question, "VwVfG 31(6)")
    working: list[Sentence] = []
    return rolled(question, same_number(question, _VWVFG, working), _VWVFG, working)


def stgb(question: Question) -> Computed:
    """Count the time for a demand of prosecution, from the end of the day of knowledge."""
    working: list[Sentence] = []
    return rolled(question, same_number(question, _STGB, working), _STGB, working)


def _regime(
    id: str,
    authority: str,
    count: Callable[[Question], Computed],
    units: frozenset[Unit] = _UNITS,
    directions: tuple[Direction, ...] = ("after",),
) -> Regime:
    return Regime(
        id=id,
        authority=authority,
        units=units,
        accepts=START,
        count=count,
        calendars=("DE",),
        zone="Europe/Berlin",
        directions=frozenset(directions),
        subdivisions="instead",
    )


REGIMES = (
    _regime("de-bgb", "BGB 186-193, 199", bgb, _UNITS | _HOURS, ("after", "before")),
    _regime("de-zpo", "ZPO 221-225", zpo, _UNITS | _HOURS, ("after", "before")),
    _regime("de-vwvfg", "VwVfG 31", vwvfg, _UNITS | _HOURS),
    _regime("de-stgb", "StGB 77b", stgb),
)
