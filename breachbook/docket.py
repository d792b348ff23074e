"""A matter's docket: one deadline for each fact a rule runs from, and the gates beside them.

A rule may run from the end of another deadline (a trigger with ``ends``): until that event is
recorded, its date is derived from the deadline. A trigger with ``performs`` is the doing of what
other rules ask for; `performances` names the deadlines that the facts of a matter meet.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any

from breachbook.deadlines import (
    OPTION_NAMES,
    Computed,
    Law,
    Moment,
    Rule,
    compute,
    parse_options,
    told_names,
    trigger_day,
)
from breachbook.errors import DeadlineError
from breachbook.matter import Fact

ALWAYS = "matter-opened"
_LONGEST_CHAIN = 8


@dataclass(frozen=True, slots=True)
class Deadline:
    """One entry of a docket.

    Attributes:
        id: ``<rule>@<fact id>``; the rule's id alone for a gate.
        rule: The version that applies, or for a trigger before all versions the oldest one.
        fact: What it runs from; None for a gate that always stands.
        computed: The count; None for a gate, and where it was refused.
        problem: Why the count was refused, or None.
        hangs_on: Deadline from whose end the trigger was derived, or None.
    """

    id: str
    rule: Rule
    fact: Fact | None = None
    computed: Computed | None = None
    problem: str | None = None
    hangs_on: str | None = None

    def as_data(self) -> dict[str, Any]:
        """Give everything as canonical JSON takes it; dates are ISO text.

        Keys: id, rule, rule_sha256, kind, title, who, consequence, authority {title, locator,
            says}, status, confidence, checked_on, in_force {from, to}, blocks, out_of_scope, note,
            fact, trigger, when, about, told, hangs_on, bound, raw, legal, safe, final,
            last_moment, provisional, disputed, warnings, working, working_zh, problem.
        """
        rule, fact = self.rule, self.fact
        data: dict[str, Any] = {
            "id": self.id,
            "rule": rule.id,
            "rule_sha256": rule.digest,
            "kind": rule.kind,
            "title": dict(rule.title),
            "who": rule.who,
            "consequence": rule.consequence,
            "authority": {
                "title": rule.authority.title,
                "locator": rule.authority.locator,
                "says": rule.authority.says,
            },
            "status": rule.status,
            "confidence": rule.confidence,
            "checked_on": rule.checked_on.isoformat(),
            "in_force": {"from": rule.in_force_from.isoformat(), "to": _text(rule.in_force_to)},
            "blocks": list(rule.blocks),
            "out_of_scope": rule.out_of_scope,
            "note": rule.note,
            "fact": fact.id if fact else None,
            "trigger": rule.trigger,
            "when": _text(fact.when if fact else None),
            "about": fact.about if fact else None,
            "told": dict(fact.options) if fact else {},
            "hangs_on": self.hangs_on,
            "bound": rule.options.bound or "latest",
            "problem": self.problem,
        }
        return data | _counts(self.computed)


def docket(
    facts: Iterable[Fact], law: Law, dockets: Sequence[str], *, zone: str | None = None
) -> tuple[Deadline, ...]:
    """Count every deadline of some dockets from the facts of a matter.

    What could not be counted stands first with its problem, then the deadlines by safe date, then
    the gates.

    Args:
        facts: Trigger events as they stand now, corrected and not retracted.
        law: The law as loaded.
        dockets: Names of dockets.
        zone: Zone of the court where a rule does not fix it.

    Raises:
        DeadlineError: There is no docket of a name.
    """
    wanted = _rules(law, dockets)
    recorded = list(facts)
    names = {(fact.kind, fact.about) for fact in recorded}
    found: list[Deadline] = []
    frontier: list[tuple[Fact, Deadline | None]] = [(fact, None) for fact in recorded]
    for _ in range(_LONGEST_CHAIN):
        counted = [
            _counted(law, law.rules[id][-1], fact, zone, base)
            for fact, base in frontier
            for id in law.by_trigger.get(fact.kind, ())
            if id in wanted and law.rules[id][-1].concerns(fact.options)
        ]
        found += counted
        frontier = [*_derived(law, counted, names)]
        if not frontier:
            break
    stands = {fact.kind for fact in recorded} | {ALWAYS}
    gates = (law.rules[id][-1] for id in wanted if law.rules[id][-1].kind == "gate")
    found = [entry for entry in found if entry.rule.kind != "gate"]
    found += [Deadline(gate.id, gate) for gate in gates if gate.trigger in stands]
    return tuple(sorted(found, key=_order))


def performances(
    facts: Iterable[Fact], law: Law, entries: Iterable[Deadline]
) -> Iterator[tuple[Deadline, Fact]]:
    """Pair each deadline with the fact that is its performance, about the same party or incident."""
    done: dict[tuple[str, str], Fact] = {}
    for fact in facts:
        trigger = law.triggers.get(fact.kind)
        for rule in trigger.performs if trigger else ():
            done[rule, fact.about] = fact
    for entry in entries:
        if entry.fact is not None and entry.computed is not None:
            performance = done.get((entry.rule.id, entry.fact.about))
            if performance is not None:
                yield entry, performance


def is_late(done: Moment, legal: Moment | str | None) -> bool:
    """Tell whether something was done after the legal end; a provisional end is never passed.

    A date is compared with the date of the other at its own place; two instants as instants.
    """
    if isinstance(legal, str):
        legal = datetime.fromisoformat(legal) if "T" in legal else date.fromisoformat(legal)
    if legal is None:
        return False
    if isinstance(done, datetime) and isinstance(legal, datetime):
        return done.astimezone(UTC) > legal.astimezone(UTC)
    return _day(done) > _day(legal)


def _rules(law: Law, dockets: Sequence[str]) -> dict[str, None]:
    for name in dockets:
        if name not in law.dockets:
            raise DeadlineError(f"docket: got {name!r}; allowed: {', '.join(sorted(law.dockets))}")
    return dict.fromkeys(id for name in dockets for id in law.dockets[name])


def _counted(
    law: Law, latest: Rule, fact: Fact, zone: str | None, base: Deadline | None
) -> Deadline:
    id = f"{latest.id}@{fact.id}"
    hangs_on = base.id if base else None
    if latest.kind == "gate":
        return Deadline(id, latest, fact)
    try:
        rule = law.rule(latest.id, trigger_day(latest, fact.when, zone))
    except DeadlineError as error:
        oldest = law.rules[latest.id][0]
        return Deadline(id, oldest, fact, problem=str(error), hangs_on=hangs_on)
    accepted = told_names(rule)
    told = {name: value for name, value in fact.options.items() if name in accepted}
    try:
        computed = compute(rule, fact.when, zone=zone, told=told, calendars=law.calendars)
    except DeadlineError as error:
        return Deadline(id, rule, fact, problem=str(error), hangs_on=hangs_on)
    if base is not None and base.computed is not None and base.computed.provisional:
        computed = _uncertain(computed)
    return Deadline(id, rule, fact, computed, hangs_on=hangs_on)


def _uncertain(computed: Computed) -> Computed:
    """Make a date that hangs on a provisional one provisional too."""
    warnings = computed.warnings
    if "provisional" not in warnings:
        warnings = (*warnings, "provisional")
    return replace(computed, legal=None, last_moment=None, provisional=True, warnings=warnings)


def _derived(
    law: Law, counted: Iterable[Deadline], names: set[tuple[str, str]]
) -> Iterator[tuple[Fact, Deadline]]:
    """Give the events that are the ends of deadlines, where nobody recorded them."""
    ends: dict[str, list[str]] = {}
    for trigger in law.triggers.values():
        if trigger.ends:
            ends.setdefault(trigger.ends, []).append(trigger.id)
    for entry in counted:
        for kind in ends.get(entry.rule.id, ()) if entry.computed and entry.fact else ():
            fact, computed = entry.fact, entry.computed
            if fact is None or computed is None or (kind, fact.about) in names:
                continue
            when = _end(computed, law.triggers[kind].holds)
            if when is not None:
                yield Fact(entry.id, kind, when, fact.about, options=fact.options), entry


def _end(computed: Computed, holds: str) -> Moment | None:
    end = computed.final or computed.legal or computed.raw
    if holds == "date":
        return _day(end)
    return end if isinstance(end, datetime) else computed.last_moment


def _day(moment: Moment) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _order(deadline: Deadline) -> tuple[int, datetime, str]:
    if deadline.computed is None:
        return (0 if deadline.problem else 2, datetime.min.replace(tzinfo=UTC), deadline.id)
    safe = deadline.computed.safe
    if not isinstance(safe, datetime):
        moment = deadline.computed.last_moment
        safe = datetime.combine(safe, time.max, moment.tzinfo if moment else UTC)
    return (1, safe.astimezone(UTC), deadline.id)


def _counts(computed: Computed | None) -> dict[str, Any]:
    dates = ("raw", "legal", "safe", "final", "last_moment")
    working = computed.working if computed else ()
    return {
        **{name: _text(getattr(computed, name, None)) for name in dates},
        "provisional": computed.provisional if computed else False,
        "disputed": [
            {
                "raw": _text(reading.raw),
                "legal": _text(reading.legal),
                "says": reading.says,
                "authority": reading.authority,
            }
            for reading in (computed.readings if computed else ())
        ],
        "warnings": list(computed.warnings) if computed else [],
        "working": [str(sentence) for sentence in working],
        "working_zh": [sentence.zh for sentence in working if sentence.zh],
    }


def _text(moment: Moment | None) -> str | None:
    return moment.isoformat() if moment is not None else None


def told_problem(law: Law, kind: str, told: Mapping[str, object]) -> str | None:
    """Say what may be told with a fact of a kind, if something told has no meaning there."""
    try:
        parse_options({name: told[name] for name in told if name in OPTION_NAMES})
    except DeadlineError as error:
        return str(error)
    rules = [rule for id in law.by_trigger.get(kind, ()) for rule in law.rules[id]]
    allowed = frozenset[str]().union(*(told_names(rule) for rule in rules))
    if stray := sorted(set(told) - allowed):
        names = ", ".join(sorted(allowed)) or "no options"
        return f"{', '.join(stray)}; allowed with {kind}: {names}"
    for name, value in told.items():
        offered = {
            str(words[name]).lower()
            for rule in rules
            for words in (rule.when, *(other.when for other in rule.instead))
            if name in words
        }
        if offered and str(value).lower() not in offered | {"true", "false"}:
            return f"{name}={value}; allowed: {', '.join(sorted(offered))}"
    return None
