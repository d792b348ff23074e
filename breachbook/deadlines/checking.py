"""Faults of one rule as written: what a shape alone cannot tell."""

import re
from collections.abc import Iterator, Mapping

from breachbook.deadlines.compute import check_options, check_period
from breachbook.deadlines.counting import Regime
from breachbook.deadlines.law import Trigger
from breachbook.deadlines.law_files import RuleEntry
from breachbook.deadlines.options import NO_OPTIONS, Options, parse_options
from breachbook.deadlines.period import Period, parse_period
from breachbook.deadlines.regimes import REGIMES
from breachbook.errors import DeadlineError

Fault = tuple[tuple[str, ...], str, str, str]
"""Key path within the rule, what was got, what is allowed, the next move."""

_COUNTED = ("period", "direction", "regime")


def rule_faults(
    entry: RuleEntry, jurisdiction: str, triggers: Mapping[str, Trigger]
) -> Iterator[Fault]:
    """Give every fault of a rule."""
    if not entry.id.startswith(f"{jurisdiction}-"):
        yield ("id",), entry.id, f"an id that begins with {jurisdiction}-", ""
    if entry.trigger is not None and entry.trigger not in triggers:
        yield ("trigger",), entry.trigger, "a trigger of triggers.yaml", "declare it there"
    if entry.status == "unverified" and entry.confidence is None:
        yield ("confidence",), "nothing", "high, medium or low for an unverified rule", ""
    yield from _gate_faults(entry) if entry.kind == "gate" else _deadline_faults(entry, triggers)


def period_of(entry: RuleEntry) -> Period | None:
    """Read a rule's period; None when none can be read, which is a fault of its own."""
    try:
        return parse_period(entry.period) if entry.period is not None else None
    except DeadlineError:
        return None


def options_of(entry: RuleEntry) -> Options:
    """Read a rule's options; none when they cannot be read, which is a fault of its own."""
    try:
        return parse_options(entry.options) if entry.options else NO_OPTIONS
    except DeadlineError:
        return NO_OPTIONS


def _gate_faults(entry: RuleEntry) -> Iterator[Fault]:
    for name in _COUNTED:
        if getattr(entry, name) is not None:
            yield (name,), name, "no such key for a gate, which has no date", ""
    if entry.options:
        yield ("options",), "options", "no such key for a gate, which has no date", ""
    if not entry.blocks:
        yield ("blocks",), "nothing", "export, serve or collect for a gate", ""


def _deadline_faults(entry: RuleEntry, triggers: Mapping[str, Trigger]) -> Iterator[Fault]:
    for name in ("trigger", *_COUNTED):
        if getattr(entry, name) is None:
            yield (name,), "nothing", "this key is required for a deadline", ""
    if entry.blocks:
        yield ("blocks",), "blocks", "no such key for a deadline", ""
    regime = REGIMES.get(entry.regime or "")
    if entry.regime is not None and regime is None:
        yield ("regime",), entry.regime, f"one of {', '.join(REGIMES)}", ""
    if entry.period is not None:
        yield from _period_faults(entry, entry.period, regime, triggers.get(entry.trigger or ""))
    try:
        options = parse_options(entry.options)
        if regime is not None:
            check_options(regime, options)
    except DeadlineError as error:
        yield ("options",), ", ".join(entry.options), str(error), ""


def _period_faults(
    entry: RuleEntry, written: str, regime: Regime | None, trigger: Trigger | None
) -> Iterator[Fault]:
    try:
        period = parse_period(written)
        if regime is not None:
            check_period(regime, period)
    except DeadlineError as error:
        yield ("period",), written, str(error), ""
        return
    # Clocks are shipped elsewhere whose stored number is not the cited one; here both must agree.
    for span in period.spans:
        if not re.search(rf"(?<![0-9]){span.number}(?![0-9])", entry.authority.says):
            wanted = f"words that give the number of the period, {span.number}, in digits"
            yield ("authority", "says"), entry.authority.says, wanted, ""
        if span.unit == "hours" and trigger is not None and trigger.holds == "date":
            yield ("trigger",), trigger.id, "a trigger that holds an instant, for hours", ""
    if regime and entry.direction and entry.direction not in regime.directions:
        yield ("direction",), entry.direction, ", ".join(sorted(regime.directions)), ""
