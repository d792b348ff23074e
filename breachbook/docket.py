"""A matter's docket: one deadline for each fact a rule runs from, and the gates beside them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from breachbook.deadlines import Computed, Law, Moment, Rule, compute, trigger_day
from breachbook.errors import DeadlineError
from breachbook.matter import Fact


@dataclass(frozen=True, slots=True)
class Deadline:
    """One entry of a docket.

    Attributes:
        id: ``<rule>@<fact id>``; the rule's id alone for a gate.
        rule: The version that applies, or for a trigger before all versions the oldest one.
        fact: What it runs from; None for a gate.
        computed: The count; None for a gate, and where it was refused.
        problem: Why the count was refused, or None.
    """

    id: str
    rule: Rule
    fact: Fact | None = None
    computed: Computed | None = None
    problem: str | None = None

    def as_data(self) -> dict[str, Any]:
        """Give everything as canonical JSON takes it; dates are ISO text.

        Keys: id, rule, rule_sha256, kind, title, who, consequence, authority {title, locator,
            says}, status,
        confidence, checked_on, in_force {from, to}, blocks, out_of_scope, note, fact, trigger,
        when, about, raw, legal, safe, final, last_moment, provisional, warnings, working, problem.
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
    recorded: dict[str, list[Fact]] = {}
    for fact in facts:
        recorded.setdefault(fact.kind, []).append(fact)
    found: list[Deadline] = []
    for name in dict.fromkeys(dockets):
        if name not in law.dockets:
            raise DeadlineError(f"docket: got {name!r}; allowed: {', '.join(sorted(law.dockets))}")
        for id in law.dockets[name]:
            found += _entries(law, id, recorded, zone)
    return tuple(sorted(found, key=_order))


def _entries(
    law: Law, id: str, recorded: dict[str, list[Fact]], zone: str | None
) -> list[Deadline]:
    versions = law.rules[id]
    latest = versions[-1]
    if latest.kind == "gate":
        stands = latest.trigger is None or latest.trigger in recorded
        return [Deadline(id, latest)] if stands else []
    return [_counted(law, latest, fact, zone) for fact in recorded.get(latest.trigger or "", ())]


def _counted(law: Law, latest: Rule, fact: Fact, zone: str | None) -> Deadline:
    id = f"{latest.id}@{fact.id}"
    try:
        rule = law.rule(latest.id, trigger_day(latest, fact.when, zone))
    except DeadlineError as error:
        return Deadline(id, law.rules[latest.id][0], fact, problem=str(error))
    try:
        return Deadline(
            id, rule, fact, compute(rule, fact.when, zone=zone, calendars=law.calendars)
        )
    except DeadlineError as error:
        return Deadline(id, rule, fact, problem=str(error))


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
    return {
        **{name: _text(getattr(computed, name, None)) for name in dates},
        "provisional": computed.provisional if computed else False,
        "warnings": list(computed.warnings) if computed else [],
        "working": list(computed.working) if computed else [],
    }


def _text(moment: Moment | None) -> str | None:
    return moment.isoformat() if moment is not None else None
