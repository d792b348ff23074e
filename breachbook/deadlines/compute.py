"""Counting: one period by a named regime, or one rule from its trigger."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from functools import lru_cache

from breachbook.deadlines.calendars import Calendars
from breachbook.deadlines.counting import Computed, Direction, Moment, Question, Regime
from breachbook.deadlines.law import Rule
from breachbook.deadlines.options import NO_OPTIONS, Options, parse_options, zone_of
from breachbook.deadlines.period import Period, Span, parse_period
from breachbook.deadlines.regimes import REGIMES
from breachbook.errors import DeadlineError


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
    names = _calendar_names(found, asked, direction)
    view = (calendars or shipped_calendars()).view(names, frozenset(), asked.calendar_known_until)
    place = found.zone or asked.court_timezone
    zone = zone_of(place) if place else None
    results = [found.count(Question(when, span, direction, asked, view, zone)) for span in spans]
    return results[0] if len(results) == 1 else max(results, key=_end)


def compute(
    rule: Rule,
    when: Moment,
    *,
    zone: str | None = None,
    options: Mapping[str, object] | Options | None = None,
    calendars: Calendars | None = None,
) -> Computed:
    """Count a rule from its trigger.

    Args:
        rule: The version in force on the trigger's day.
        when: The trigger.
        zone: Zone of the court, where neither the regime nor the rule fixes it.
        options: Options in place of the rule's own, such as the way of service or closed days.
        calendars: Court calendars; those we ship when not given.

    Raises:
        DeadlineError: The rule is a gate, or the count is refused (see `count`).
    """
    if rule.period is None or rule.regime is None:
        raise DeadlineError(f"rule {rule.id}: got a gate; allowed: a rule with a period")
    asked = rule.options if options is None else options
    if not isinstance(asked, Options):
        asked = parse_options(asked)
    if zone is not None and asked.court_timezone is None:
        asked = _in_zone(asked, zone)
    try:
        return count(rule.regime, when, rule.period, rule.direction, asked, calendars=calendars)
    except DeadlineError as error:
        raise DeadlineError(f"rule {rule.id}: {error}") from error


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


def _calendar_names(regime: Regime, options: Options, direction: str) -> tuple[str, ...]:
    chosen = options.calendar
    if chosen is None or chosen in regime.calendars:
        return regime.calendars
    if regime.calendars in ((), ("weekends",)):
        return (chosen,)
    country = chosen.partition("-")[0]
    if country not in regime.calendars or not regime.has_subdivisions:
        raise DeadlineError(
            f"options.calendar: got {chosen!r}; allowed in {regime.id}: "
            f"{', '.join(regime.calendars)}"
        )
    return (*regime.calendars, chosen) if direction == "after" else regime.calendars


def _end(computed: Computed) -> datetime:
    end = computed.legal or computed.raw
    return (
        end.astimezone(UTC) if isinstance(end, datetime) else datetime.combine(end, time.max, UTC)
    )


@lru_cache(maxsize=1024)
def _in_zone(options: Options, zone: str) -> Options:
    return replace(options, court_timezone=zone)


def trigger_day(rule: Rule, when: Moment, zone: str | None = None) -> date:
    """Give the day that decides which version applies: the trigger's date at the rule's place."""
    if not isinstance(when, datetime):
        return when
    place = (
        (REGIMES[rule.regime].zone if rule.regime else None) or rule.options.court_timezone or zone
    )
    return (when.astimezone(zone_of(place)) if place else when).date()
