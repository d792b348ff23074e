"""Faults of one rule as written: what a shape alone cannot tell."""

import re
from collections.abc import Iterator, Mapping

from breachbook.deadlines.compute import check_options, check_period
from breachbook.deadlines.counting import Regime
from breachbook.deadlines.law import Trigger
from breachbook.deadlines.law_files import RuleEntry
from breachbook.deadlines.options import NO_OPTIONS, Options, parse_options
from breachbook.deadlines.period import Period, Span, parse_period
from breachbook.deadlines.regimes import REGIMES
from breachbook.errors import DeadlineError

Fault = tuple[tuple[str | int, ...], str, str, str]
"""Key path within the rule, what was got, what is allowed, the next move."""

_COUNTED = ("period", "direction", "regime")


def rule_faults(entry: RuleEntry, triggers: Mapping[str, Trigger]) -> Iterator[Fault]:
    """Give every fault of a rule."""
    if entry.trigger not in triggers:
        yield ("trigger",), entry.trigger, "a trigger of triggers.yaml", "declare it there"
    if entry.status == "unverified" and entry.confidence is None:
        yield ("confidence",), "nothing", "high, medium or low for an unverified rule", ""
    if len(set(entry.blocks)) < len(entry.blocks):
        yield ("blocks",), ", ".join(entry.blocks), "each act once", ""
    yield from _gate_faults(entry) if entry.kind == "gate" else _deadline_faults(entry, triggers)


def own_faults(entry: RuleEntry, prefix: str, ours: frozenset[str] | None) -> Iterator[Fault]:
    """Give the faults of who may define a rule.

    Args:
        entry: The rule.
        prefix: Folder it stands in.
        ours: Ids that ship with Breachbook, for a rule of an organisation; None for one of ours.
    """
    replaced = entry.replaces.rule if entry.replaces else None
    if ours is None:
        if replaced:
            yield ("replaces",), replaced, "no such key in the law that ships", ""
        return
    if replaced is not None and (replaced != entry.id or replaced not in ours):
        yield ("replaces", "rule"), replaced, "the id of the rule, which must be one of ours", ""
    if replaced is None and entry.id in ours:
        allowed = "an id of your own, or `replaces: {rule, authority}`"
        yield ("id",), entry.id, allowed, "say which rule it replaces and on whose authority"
    if replaced is None and entry.id not in ours and not entry.id.startswith(f"{prefix}-"):
        yield ("id",), entry.id, f"an id that begins with {prefix}-", ""


def read_period(text: str | None) -> Period | None:
    """Read a period; None when none can be read, which is a fault of its own."""
    try:
        return parse_period(text) if text is not None else None
    except DeadlineError:
        return None


def spans_of(text: str) -> tuple[Span, ...]:
    """Read a reminder's distance; none when it cannot be read, which is a fault of its own."""
    period = read_period(text)
    return period.spans if period else ()


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
    for name in ("options", "instead", "reminders"):
        if getattr(entry, name):
            yield (name,), name, "no such key for a gate, which has no date", ""


def _deadline_faults(entry: RuleEntry, triggers: Mapping[str, Trigger]) -> Iterator[Fault]:
    for name in _COUNTED:
        if getattr(entry, name) is None:
            yield (name,), "nothing", "this key is required for a deadline", ""
    if entry.blocks:
        yield ("blocks",), "blocks", "no such key for a deadline", ""
    regime = REGIMES.get(entry.regime or "")
    if entry.regime is not None and regime is None:
        yield ("regime",), entry.regime, f"one of {', '.join(REGIMES)}", ""
    trigger = triggers.get(entry.trigger)
    if entry.period is not None:
        yield from _period_faults(entry, ("period",), entry.period, regime, trigger)
    for index, other in enumerate(entry.instead):
        way = REGIMES.get(other.regime) if other.regime else regime
        at = ("instead", index)
        if other.regime is not None and way is None:
            yield (*at, "regime"), other.regime, f"one of {', '.join(REGIMES)}", ""
        yield from _period_faults(entry, (*at, "period"), other.period, way, trigger)
        if other.when in [earlier.when for earlier in entry.instead[:index]]:
            yield (*at, "when"), str(other.when), "each set of circumstances once", ""
    for index, reminder in enumerate(entry.reminders):
        spans = spans_of(reminder)
        if len(spans) != 1 or spans[0].unit not in ("hours", "days", "weeks"):
            yield ("reminders", index), reminder, "such as `7 days` or `6 hours`", ""
    try:
        options = parse_options(entry.options)
        if regime is not None:
            check_options(regime, options)
    except DeadlineError as error:
        yield ("options",), ", ".join(entry.options), _allowed(error), ""


def _period_faults(
    entry: RuleEntry,
    at: tuple[str | int, ...],
    written: str,
    regime: Regime | None,
    trigger: Trigger | None,
) -> Iterator[Fault]:
    try:
        period = parse_period(written)
        if regime is not None:
            check_period(regime, period)
    except DeadlineError as error:
        yield at, written, _allowed(error), ""
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


def _allowed(error: DeadlineError) -> str:
    """Give what a refused count would have taken, without what it got, which is told beside it."""
    told = [line.partition("allowed: ")[2] or line for line in str(error).splitlines()]
    return "; ".join(told)
