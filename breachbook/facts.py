"""What people record as facts: dated trigger events, corrected or taken back, never changed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from breachbook.docket import told_problem
from breachbook.errors import UsageError
from breachbook.events import Actor, Draft, Event
from breachbook.library import Library
from breachbook.matter import Fact, Matter, read_when
from breachbook.matter_file import MatterFile
from breachbook.playbook import Step
from breachbook.records import keep_proof, on_matter
from breachbook.source import shown


def record_fact(
    file: MatterFile, library: Library, actor: Actor, kind: str, when: str, about: str,
    correct: str | None = None, reason: str | None = None, proof: Path | None = None,
    options: Mapping[str, object] | None = None,
) -> list[Event]:  # fmt: skip
    """Record a dated trigger event; a second one of the same kind and ``about`` must correct the first.

    Args:
        options: What counting is told with it: way of service, Land, court zone, circumstances.

    Raises:
        UsageError: Unknown trigger, a date where an instant is needed or the reverse, an option
            without meaning for the trigger, or a second fact.
    """
    told = dict(options or {})
    try:
        when = read_when(when).isoformat()
    except ValueError:
        raise UsageError(
            f"got the time {shown(when)}; allowed: 2026-11-16, or 2026-11-16T09:40:00-06:00"
        ) from None
    if problem := library.law_problem(kind, when):
        raise UsageError(f"got the fact {shown(kind)} at {when}; allowed: {problem}")
    if problem := told_problem(library.law, kind, told):
        raise UsageError(f"got the option {problem}")
    sha = keep_proof(file, proof)
    extra: dict[str, Any] = ({"proof": sha} if sha else {}) | ({"options": told} if told else {})

    def drafts(matter: Matter) -> list[Draft]:
        on_matter(matter, actor)
        same = _same_fact(matter, kind, about)
        data = _fact(matter, 1, kind, when, about) | extra
        if same is not None and same.id != correct:
            raise UsageError(
                f"{matter.id}: {kind} about {about} is already recorded as {same.id} ({same.when.isoformat()});"
                f" allowed: --correct {same.id} --reason ..., or --retract {same.id}"
            )
        if correct is None:
            return [Draft("fact.recorded", data, actor)]
        if correct not in matter.facts or matter.facts[correct].kind != kind or not reason:
            raise UsageError(
                f"{matter.id}: got --correct {shown(correct)}; allowed: the id of a {kind} with --reason"
            )
        data |= {"corrects": correct, "reason": file.values.commit(reason)}
        return [Draft("fact.corrected", data, actor)]

    return file.transact(drafts)


def retract_fact(file: MatterFile, actor: Actor, fact: str, reason: str) -> list[Event]:
    """Take back a fact that did not happen."""

    def drafts(matter: Matter) -> list[Draft]:
        on_matter(matter, actor)
        if fact not in matter.facts:
            raise UsageError(
                f"{matter.id}: got the fact {shown(fact)}; allowed: {', '.join(matter.facts) or 'none yet'}"
            )
        return [
            Draft("fact.retracted", {"fact": fact, "reason": file.values.commit(reason)}, actor)
        ]

    return file.transact(drafts)


def answered(
    file: MatterFile, matter: Matter, actor: Actor, step: Step, told: Mapping[str, str]
) -> list[Draft]:
    """Record what answers say about dates; an answer given anew corrects the fact of the first."""
    drafts: list[Draft] = []
    for question in step.questions:
        if question.records is None or question.id not in told:
            continue
        about, when = "incident", read_when(told[question.id])
        same = _same_fact(matter, question.records, about)
        if same is not None and same.when == when:
            continue
        data = _fact(matter, len(drafts) + 1, question.records, when.isoformat(), about)
        if same is None:
            drafts.append(Draft("fact.recorded", data, actor))
        else:
            reason = file.values.commit(f"answered anew in {step.id}")
            corrected = data | {"corrects": same.id, "reason": reason}
            drafts.append(Draft("fact.corrected", corrected, actor))
    return drafts


def _same_fact(matter: Matter, kind: str, about: str) -> Fact | None:
    return next((f for f in matter.facts.values() if f.kind == kind and f.about == about), None)


def _fact(matter: Matter, offset: int, kind: str, when: str, about: str) -> dict[str, Any]:
    number = int(matter.number("F")[1:]) + offset - 1
    return {"fact": f"F{number}", "fact_kind": kind, "when": when, "about": about}
