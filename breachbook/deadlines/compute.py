"""Counting: one period by a named regime, or one rule from its trigger."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import TYPE_CHECKING

from breachbook.deadlines.calendars import Calendars, View
from breachbook.deadlines.counting import (
    Computed,
    Direction,
    Moment,
    Question,
    Regime,
    with_warning,
)
from breachbook.deadlines.options import NO_OPTIONS, OPTION_NAMES, Options, parse_options, zone_of
from breachbook.deadlines.period import Period, Span, parse_period
from breachbook.deadlines.regimes import REGIMES
from breachbook.errors import DeadlineError

if TYPE_CHECKING:
    from breachbook.deadlines.law import Rule

_NOTHING: Mapping[str, object] = {}


def count(
    regime: str,
    when: Moment,
    period: str | Period,
    direction: Direction = "after",
    options: Mapping[str, object] | Options = NO_OPTIONS,
    *,
    calendars: Calendars | None = None,
) -> Computed:
    """Count a period by a regime.

    Args:
        regime: Id of a regime.
        when: The trigger: a date at the place, or an aware datetime.
        period: Such as ``12 days`` or ``max(20 business-days, 31 days)``.
        direction: After or before the trigger.
        options: As rules write them, or already read.
        calendars: Court calendars; those we ship when not given.

    Raises:
        DeadlineError: Unknown regime, calendar or zone; a unit, direction or option without
            meaning in the
            regime; an instant without an offset; a date where hours must run from an instant.
    """
    found = _regime(regime)
    asked = options if isinstance(options, Options) else parse_options(options)
    spans = (parse_period(period) if isinstance(period, str) else period).spans
    _check(found, when, spans, direction, asked)
    view = _view(found, asked, direction, calendars or shipped_calendars())
    place = found.zone or asked.court_timezone
    zone = zone_of(place) if place else None
    try:
        results = [
            found.count(Question(when, span, direction, asked, view, zone)) for span in spans
        ]
    except (OverflowError, ValueError) as error:
        raise DeadlineError(
            f"got {period} from {when}; allowed: an end within the years 1 to 9999"
        ) from error
    computed = results[0] if len(results) == 1 else max(results, key=_end)
    if found.subdivisions == "instead" and _is_national(found, asked, view):
        computed = with_warning(computed, "no-subdivision")
    return computed


def compute(
    rule: "Rule",
    when: Moment,
    *,
    zone: str | None = None,
    told: Mapping[str, object] = _NOTHING,
    calendars: Calendars | None = None,
) -> Computed:
    """Count a rule from its trigger.

    Args:
        rule: The version in force on the trigger's day.
        when: The trigger.
        zone: Zone of the court, where neither the regime nor the rule fixes it.
        told: Options of the count besides the rule's own, such as the way of service or the Land,
            and the circumstances that the rule distinguishes.
        calendars: Court calendars; those we ship when not given.

    Raises:
        DeadlineError: The rule is a gate, something told has no meaning in it, or the count is
            refused (see `count`).
    """
    try:
        period, regime, asked = _asked(rule, told)
        if zone is not None and asked.court_timezone is None:
            asked = _in_zone(asked, zone)
        return count(regime, when, period, rule.direction, asked, calendars=calendars)
    except DeadlineError as error:
        raise DeadlineError(f"rule {rule.id}: {error}") from error


def told_names(rule: "Rule") -> frozenset[str]:
    """Name what may be told to a rule: options of its ways of counting, and its circumstances."""
    ways = {rule.regime, *(other.regime for other in rule.instead)}
    names = rule.circumstances()
    return names.union(*(REGIMES[way].accepts for way in ways if way is not None))


def _asked(rule: "Rule", told: Mapping[str, object]) -> tuple[Period, str, Options]:
    """Give period, regime and options under what is told; the first `instead` that fits counts."""
    if rule.period is None or rule.regime is None:
        raise DeadlineError("got a gate; allowed: a rule with a period")
    if not told:
        return rule.period, rule.regime, rule.options
    if stray := sorted(set(told) - told_names(rule)):
        allowed = ", ".join(sorted(told_names(rule)))
        raise DeadlineError(f"options: got {', '.join(stray)}; allowed: {allowed}")
    period, regime = rule.period, rule.regime
    for other in rule.instead:
        if all(told.get(name) == value for name, value in other.when.items()):
            period, regime = other.period, other.regime or regime
            break
    accepts = REGIMES[regime].accepts
    given = parse_options(
        {name: value for name, value in told.items() if name in OPTION_NAMES and name in accepts}
    )
    own = {name: getattr(rule.options, name) for name in rule.options.given() if name in accepts}
    return (
        period,
        regime,
        replace(
            given, **{name: value for name, value in own.items() if name not in given.given()}
        ),
    )


@lru_cache(maxsize=1)
def shipped_calendars() -> Calendars:
    """Give the court calendars that are part of the package, read once."""
    from importlib.resources import as_file, files

    from breachbook.deadlines.loading import load_calendars

    with as_file(files("breachbook") / "law" / "calendars") as folder:
        return Calendars(load_calendars(folder))


def _regime(name: str) -> Regime:
    if name not in REGIMES:
        raise DeadlineError(f"regime: got {name!r}; allowed: {', '.join(REGIMES)}")
    return REGIMES[name]


def _check(
    regime: Regime, when: Moment, spans: tuple[Span, ...], direction: str, options: Options
) -> None:
    if isinstance(when, datetime) and when.tzinfo is None:
        raise DeadlineError(
            f"trigger: got {when} without an offset; allowed: a date, or a time with its offset"
        )
    if direction not in regime.directions:
        raise DeadlineError(
            f"direction: got {direction!r}; allowed in {regime.id}: "
            f"{', '.join(sorted(regime.directions))}"
        )
    check_period(regime, Period(spans))
    if options is not NO_OPTIONS:
        check_options(regime, options)
        if options.start is not None and any(span.unit == "hours" for span in spans):
            raise DeadlineError(
                "options.start: got it with hours; allowed: with days, weeks, months or years"
            )


def check_period(regime: Regime, period: Period) -> None:
    """Check that a regime knows every unit of a period.

    Raises:
        DeadlineError: It does not.
    """
    for span in period.spans:
        if span.unit not in regime.units:
            raise DeadlineError(
                f"period: got {span}; allowed in {regime.id}: {', '.join(sorted(regime.units))}"
            )


@lru_cache(maxsize=4096)
def check_options(regime: Regime, options: Options) -> None:
    """Check that every option given has a meaning in a regime.

    Raises:
        DeadlineError: One has none; an option is never silently passed over.
    """
    stray = [name for name in options.given() if name not in regime.accepts]
    if stray:
        allowed = ", ".join(sorted(regime.accepts))
        raise DeadlineError(f"options: got {', '.join(stray)}; allowed in {regime.id}: {allowed}")


def check_calendar(
    regime: Regime, options: Options, direction: Direction, calendars: Calendars
) -> None:
    """Check that the calendars of a count are there.

    Raises:
        DeadlineError: One is not, or the regime takes none of that name.
    """
    calendars.view(_calendar_names(regime, options, direction), None, regime.week)


def _view(regime: Regime, options: Options, direction: str, calendars: Calendars) -> View:
    names = _calendar_names(regime, options, direction)
    view = calendars.view(names, options.calendar_known_until, regime.week)
    return view.closing(options.holidays) if options.holidays else view


def _calendar_names(regime: Regime, options: Options, direction: str) -> tuple[str, ...]:
    chosen = options.calendar
    if chosen is None or chosen in regime.calendars:
        return regime.calendars
    if regime.calendars == ("weekends",):
        return (chosen,)
    countries = {name.partition("-")[0] for name in regime.calendars}
    if regime.subdivisions == "instead" and (
        chosen.partition("-")[0] in countries or chosen == "weekends"
    ):
        return (chosen,)
    if regime.subdivisions == "forward" and chosen.partition("-")[0] in regime.calendars:
        return (*regime.calendars, chosen) if direction == "after" else regime.calendars
    raise DeadlineError(
        f"options.calendar: got {chosen!r}; allowed in {regime.id}: {', '.join(regime.calendars)}"
    )


def _is_national(regime: Regime, options: Options, view: View) -> bool:
    """Tell whether a country with calendars of its parts was counted without naming a part."""
    return options.calendar in (None, *regime.calendars) and view.has_parts


def _end(computed: Computed) -> datetime:
    end = computed.legal or computed.raw
    return (
        end.astimezone(UTC) if isinstance(end, datetime) else datetime.combine(end, time.max, UTC)
    )


@lru_cache(maxsize=1024)
def _in_zone(options: Options, zone: str) -> Options:
    return replace(options, court_timezone=zone)


def trigger_day(rule: "Rule", when: Moment, zone: str | None = None) -> date:
    """Give the day that decides which version applies: the trigger's date at the rule's place."""
    if not isinstance(when, datetime):
        return when
    place = (
        (REGIMES[rule.regime].zone if rule.regime else None) or rule.options.court_timezone or zone
    )
    return (when.astimezone(zone_of(place)) if place else when).date()
