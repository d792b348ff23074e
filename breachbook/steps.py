"""What people record about a step: its answers, that it was done, what became of it, its restart."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from breachbook import engine
from breachbook.doers import doers
from breachbook.errors import UsageError
from breachbook.events import Actor, Draft, Event
from breachbook.facts import answered
from breachbook.library import Library
from breachbook.matter import Act, Instance, Matter, read_when
from breachbook.matter_file import MatterFile
from breachbook.playbook import Question, Step
from breachbook.records import keep_proof, may, on_matter, still_open
from breachbook.source import shown


def split(step: str) -> tuple[str, str]:
    """Read STEP as a person types it: ``triage`` or ``cease-and-desist/liangshan-wheel``."""
    name, _, target = step.partition("/")
    return name, target or "-"


def open_act(
    matter: Matter, library: Library, file: MatterFile, step: str, kinds: Sequence[str]
) -> tuple[Step, Instance, Act]:
    """Give the act of a step that waits for a person now.

    Raises:
        UsageError: The step waits for nobody, or for another kind of act.
    """
    name, target = split(step)
    playbook = library.pinned(file, matter)
    reference = library.reference()
    waiting = {
        f"{s.id}/{i.target}".removesuffix("/-"): (s, i, act)
        for s in playbook.steps
        for i in matter.steps.values()
        for act in i.acts.values()
        if i.step == s.id
        and s.kind in kinds
        and act.state == "started"
        and doers(s, i.target, act.name, reference)
    }
    found = waiting.get(f"{name}/{target}".removesuffix("/-"))
    if found is None:
        allowed = ", ".join(waiting) or "none does now"
        raise UsageError(
            f"{matter.id}: got the step {shown(step)}; allowed: one that waits for this: {allowed}"
        )
    return found


def answer(
    file: MatterFile, library: Library, actor: Actor, step: str, given: Mapping[str, str]
) -> list[Event]:
    """Record a person's answers to an ``ask`` step; closed answers in the clear, the rest as a commitment.

    Raises:
        UsageError: Not a step that waits for an answer, or answers that are missing, unknown or not allowed.
        ApprovalError: The step is not this person's to answer.
    """
    told = {name: value for name, value in given.items() if value.strip()}

    def drafts(matter: Matter) -> list[Draft]:
        found, instance, act = open_act(matter, library, file, step, ["ask"])
        may(matter, actor, found.who, f"answering {found.id}")
        still_open(matter)
        _check_answers(matter, library, found, told)
        closed = {q.id: told[q.id] for q in found.questions if q.type != "text" and q.id in told}
        data = {
            **end_of(instance, act, "answered"),
            "answers": closed,
            "result": file.values.commit(told),
        }
        finished = Draft("step.finished", data, actor, "attorney-client")
        return [finished, *answered(file, matter, actor, found, told)]

    return file.transact(drafts)


def _check_answers(matter: Matter, library: Library, step: Step, given: Mapping[str, str]) -> None:
    wrong = [
        f"{name}: unknown; allowed: {', '.join(q.id for q in step.questions)}"
        for name in given
        if name not in {q.id for q in step.questions}
    ]
    wrong += [
        problem for q in step.questions if (problem := answer_problem(library, q, given.get(q.id)))
    ]
    if wrong:
        raise UsageError(f"{matter.id} {step.id}: nothing was recorded\n  " + "\n  ".join(wrong))


def answer_problem(library: Library, question: Question, value: str | None) -> str | None:
    """Say what is wrong with an answer to a question; None if nothing."""
    if value is None:
        if question.optional:
            return None
        allowed = ", ".join(question.allowed) or f"a {question.type}"
        return f"{question.id}: missing; allowed: {allowed}  ({question.ask})"
    if question.allowed and value not in question.allowed:
        return f"{question.id}: got {shown(value)}; allowed: {', '.join(question.allowed)}"
    if question.type in ("date", "instant"):
        try:
            when = read_when(value)
        except ValueError:
            allowed = "2026-11-16" if question.type == "date" else "2026-11-16T09:40:00-06:00"
            return f"{question.id}: got {shown(value)}; allowed: {allowed}"
        if (type(when) is date) != (question.type == "date"):
            return f"{question.id}: got {shown(value)}; allowed: a {question.type}"
        wrong = library.law_problem(question.records, value) if question.records else None
        return f"{question.id}: got {shown(value)}; allowed: {wrong}" if wrong else None
    return None


def end_of(instance: Instance, act: Act, outcome: str) -> dict[str, Any]:
    """Give the data of an event that ends an act."""
    return {
        "step": instance.step, "target": instance.target, "round": instance.round,
        "act": act.name, "key": act.key, "outcome": outcome,
    }  # fmt: skip


def done(
    file: MatterFile, library: Library, actor: Actor, step: str, proof: Path | bytes | None
) -> list[Event]:
    """Record that a person did what a step asks by hand, with the proof where one is demanded."""
    sha = keep_proof(file, proof)

    def drafts(matter: Matter) -> list[Draft]:
        found, instance, act = open_act(matter, library, file, step, ["assign", "contain"])
        by = doers(found, instance.target, act.name, library.reference())
        may(matter, actor, by, f"doing {found.id}")
        still_open(matter)
        account = library.reference().accounts.get(instance.target, {})
        if found.interlock == "hold" and engine.is_held(matter, instance.target, account):
            raise UsageError(
                f"{matter.id} {step}: a duty to preserve what {instance.target} has stands;"
                " allowed: when it was released"
            )
        if (found.proof or found.kind == "contain") and sha is None:
            raise UsageError(
                f"{matter.id} {step}: got no proof; allowed: --proof PATH, which this step demands"
            )
        data = end_of(instance, act, "done") | ({"proof": sha} if sha else {})
        return [Draft("step.finished", data, actor)]

    return file.transact(drafts)


def resolve(
    file: MatterFile, library: Library, actor: Actor, step: str, effect: str, reason: str
) -> list[Event]:
    """Record what a person found out about an act whose outcome is uncertain."""
    name, target = split(step)
    if effect not in ("took", "not-taken"):
        raise UsageError(f"got the effect {shown(effect)}; allowed: took or not-taken")

    def drafts(matter: Matter) -> list[Draft]:
        on_matter(matter, actor)
        instance = matter.instance(name, target)
        act = next((a for a in instance.acts.values() if a.state == "uncertain"), None)
        if act is None:
            raise UsageError(
                f"{matter.id}: got the step {shown(step)}; allowed: a step whose outcome is uncertain"
            )
        data = end_of(instance, act, "") | {"effect": effect, "reason": file.values.commit(reason)}
        data.pop("outcome")
        return [Draft("step.verified", data, actor)]

    return file.transact(drafts)


def restart(
    file: MatterFile, library: Library, actor: Actor, step: str, reason: str
) -> list[Event]:
    """Begin a new round of a step by a person's decision; the only way an effect may happen again."""
    name, target = split(step)

    def drafts(matter: Matter) -> list[Draft]:
        on_matter(matter, actor)
        if (name, target) not in matter.steps:
            raise UsageError(
                f"{matter.id}: got the step {shown(step)}; allowed: a step that was begun"
            )
        return begun_anew(file, matter, actor, step, reason)

    return file.transact(drafts)


def begun_anew(
    file: MatterFile, matter: Matter, actor: Actor, step: str, reason: str
) -> list[Draft]:
    """Draft the next round of a step that was begun, and the end of what was asked about this one.

    Raises:
        UsageError: It is running.
    """
    instance = _at_rest(matter, step)
    data = _ended_by_person(file, instance, instance.round + 1, reason)
    return [*_withdrawn(matter, instance, "restarted"), Draft("step.restarted", data, actor)]


def skip(file: MatterFile, library: Library, actor: Actor, step: str, reason: str) -> list[Event]:
    """Leave a step out by a person's decision; it counts as done, but opens no gate and preserves nothing."""
    name, target = split(step)

    def drafts(matter: Matter) -> list[Draft]:
        on_matter(matter, actor)
        reference = library.reference()
        open_ = [
            f"{item.id}/{place}".removesuffix("/-")
            for item in library.pinned(file, matter).steps
            for place in engine.targets(item, matter, reference)
            if not engine.is_done(item, matter.instance(item.id, place))
        ]
        if f"{name}/{target}".removesuffix("/-") not in open_:
            allowed = ", ".join(open_) or "none is open"
            raise UsageError(f"{matter.id}: got the step {shown(step)}; allowed: {allowed}")
        instance = _at_rest(matter, step)
        data = _ended_by_person(file, instance, instance.round, reason)
        return [*_withdrawn(matter, instance, "skipped"), Draft("step.skipped", data, actor)]

    return file.transact(drafts)


def _at_rest(matter: Matter, step: str) -> Instance:
    instance = matter.instance(*split(step))
    for act in instance.acts.values():
        if act.state == "started" and act.name in ("execute", "acquire"):
            raise UsageError(
                f"{matter.id} {step}: is running; allowed: to decide when it has ended"
            )
    return instance


def _ended_by_person(
    file: MatterFile, instance: Instance, round_: int, reason: str
) -> dict[str, Any]:
    committed = file.values.commit(reason)
    place = {"step": instance.step, "target": instance.target}
    return {**place, "round": round_, "reason": committed}


def _withdrawn(matter: Matter, instance: Instance, cause: str) -> list[Draft]:
    """Void what was asked about this round, so that it is not approved after it."""
    return [
        Draft("approval.voided", {"request": a.id, "subject": a.subject, "cause": cause})
        for a in matter.approvals.values()
        if (a.step, a.target) == (instance.step, instance.target)
        and a.state in ("open", "approved")
    ]
