"""What people record in a matter: answers, facts, service, parties, notes; each one decision of one person."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from breachbook import approvals
from breachbook.basis import inputs
from breachbook.doers import doers
from breachbook.errors import ApprovalError, UsageError
from breachbook.events import Actor, Draft, Event
from breachbook.intake import MAX_ATTACHMENT, party_draft
from breachbook.library import Library
from breachbook.matter import Act, Fact, Instance, Matter, read_when
from breachbook.matter_file import MatterFile
from breachbook.playbook import Question, Step
from breachbook.source import shown
from breachbook.store import read_regular


def split(step: str) -> tuple[str, str]:
    """Read STEP as a person types it: ``triage`` or ``cease-and-desist/liangshan-wheel``."""
    name, _, target = step.partition("/")
    return name, target or "-"


def _open_act(
    matter: Matter, library: Library, file: MatterFile, step: str, kinds: Sequence[str]
) -> tuple[Step, Instance, Act]:
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


def _may(matter: Matter, actor: Actor, roles: Sequence[str], what: str) -> None:
    if actor.person in matter.conflicted:
        raise ApprovalError(f"{matter.id}: you are recorded as conflicted on this matter")
    if not set(roles) & set(matter.roles.get(actor.person, ())):
        raise ApprovalError(
            f"{matter.id}: {what} is for {' or '.join(roles)}; you hold none of these on this matter"
        )


def on_matter(matter: Matter, actor: Actor) -> None:
    """Refuse whoever is not, or no longer, on the matter."""
    if not matter.sees(actor.person):
        raise ApprovalError("there is no such matter, or it is not yours to see")


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
        found, instance, act = _open_act(matter, library, file, step, ["ask"])
        _may(matter, actor, found.who, f"answering {found.id}")
        _check_answers(matter, library, found, told)
        closed = {q.id: told[q.id] for q in found.questions if q.type != "text" and q.id in told}
        data = {
            **_end(instance, act, "answered"),
            "answers": closed,
            "result": file.values.commit(told),
        }
        finished = Draft("step.finished", data, actor, "attorney-client")
        return [finished, *_answered_facts(file, matter, actor, found, told)]

    return file.transact(drafts)


def _answered_facts(
    file: MatterFile, matter: Matter, actor: Actor, step: Step, told: Mapping[str, str]
) -> list[Draft]:
    """Record what answers say about dates; an answer given anew corrects the fact of the first."""
    drafts: list[Draft] = []
    for question in step.questions:
        if question.records is None or question.id not in told:
            continue
        about, when = matter.id.lower(), read_when(told[question.id])
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


def _check_answers(matter: Matter, library: Library, step: Step, given: Mapping[str, str]) -> None:
    wrong = [
        f"{name}: unknown; allowed: {', '.join(q.id for q in step.questions)}"
        for name in given
        if name not in {q.id for q in step.questions}
    ]
    wrong += [
        problem
        for q in step.questions
        if (problem := _answer_problem(library, q, given.get(q.id)))
    ]
    if wrong:
        raise UsageError(f"{matter.id} {step.id}: nothing was recorded\n  " + "\n  ".join(wrong))


def _answer_problem(library: Library, question: Question, value: str | None) -> str | None:
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
            return f"{question.id}: got {shown(value)}; allowed: {'2026-11-16' if question.type == 'date' else '2026-11-16T09:40:00-06:00'}"
        if (type(when) is date) != (question.type == "date"):
            return f"{question.id}: got {shown(value)}; allowed: a {question.type}"
        wrong = library.law_problem(question.records, value) if question.records else None
        return f"{question.id}: got {shown(value)}; allowed: {wrong}" if wrong else None
    return None


def _end(instance: Instance, act: Act, outcome: str) -> dict[str, Any]:
    return {
        "step": instance.step, "target": instance.target, "round": instance.round,
        "act": act.name, "key": act.key, "outcome": outcome,
    }  # fmt: skip


def _fact(matter: Matter, offset: int, kind: str, when: str, about: str) -> dict[str, Any]:
    number = int(matter.number("F")[1:]) + offset - 1
    return {"fact": f"F{number}", "fact_kind": kind, "when": when, "about": about}


def done(
    file: MatterFile, library: Library, actor: Actor, step: str, proof: Path | None
) -> list[Event]:
    """Record that a person did what a step asks by hand, with the proof where one is demanded."""
    sha = _proof(file, proof)

    def drafts(matter: Matter) -> list[Draft]:
        found, instance, act = _open_act(matter, library, file, step, ["assign", "contain"])
        by = doers(found, instance.target, act.name, library.reference())
        _may(matter, actor, by, f"doing {found.id}")
        if (found.proof or found.kind == "contain") and sha is None:
            raise UsageError(
                f"{matter.id} {step}: got no proof; allowed: --proof PATH, which this step demands"
            )
        data = _end(instance, act, "done") | ({"proof": sha} if sha else {})
        return [Draft("step.finished", data, actor)]

    return file.transact(drafts)


def _proof(file: MatterFile, path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        return file.store.put(read_regular(path, MAX_ATTACHMENT))
    except OSError as error:
        raise UsageError(
            f"{path}: got {error.strerror or error}; allowed: a readable file as proof"
        ) from error


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
        data = _end(instance, act, "") | {"effect": effect, "reason": file.values.commit(reason)}
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
        instance = matter.instance(name, target)
        if any(
            act.state == "started" and act.name in ("execute", "acquire")
            for act in instance.acts.values()
        ):
            raise UsageError(
                f"{matter.id} {step}: is running; allowed: to restart it when it has ended"
            )
        data = {
            "step": name,
            "target": target,
            "round": instance.round + 1,
            "reason": file.values.commit(reason),
        }
        # What was asked about the last round must not be approved after it.
        asked = [
            Draft("approval.voided", {"request": a.id, "subject": a.subject, "cause": "restarted"})
            for a in matter.approvals.values()
            if (a.step, a.target) == (name, target) and a.state in ("open", "approved")
        ]
        return [*asked, Draft("step.restarted", data, actor)]

    return file.transact(drafts)


def record_fact(
    file: MatterFile, library: Library, actor: Actor, kind: str, when: str, about: str,
    correct: str | None = None, reason: str | None = None, proof: Path | None = None,
) -> list[Event]:  # fmt: skip
    """Record a dated trigger event; a second one of the same kind and ``about`` must correct the first.

    Raises:
        UsageError: Unknown trigger, a date where an instant is needed or the reverse, or a second one.
    """
    try:
        when = read_when(when).isoformat()
    except ValueError:
        raise UsageError(
            f"got the time {shown(when)}; allowed: 2026-11-16, or 2026-11-16T09:40:00-06:00"
        ) from None
    if problem := library.law_problem(kind, when):
        raise UsageError(f"got the fact {shown(kind)} at {when}; allowed: {problem}")
    sha = _proof(file, proof)

    def drafts(matter: Matter) -> list[Draft]:
        on_matter(matter, actor)
        same = _same_fact(matter, kind, about)
        data = _fact(matter, 1, kind, when, about) | ({"proof": sha} if sha else {})
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


def served(
    file: MatterFile,
    library: Library,
    actor: Actor,
    document: str,
    method: str,
    when: str,
    proof: Path,
) -> list[Event]:
    """Record that an approved document was served: what, how, when, and the proof.

    Raises:
        ApprovalError: The approval does not stand (any more), or the person may not serve; nothing is recorded.
        UsageError: Unknown document, another method than the approved one, no proof.
    """
    try:
        moment = read_when(when)
    except ValueError:
        raise UsageError(
            f"got the time {shown(when)}; allowed: 2026-11-16, or 2026-11-16T09:40:00-06:00"
        ) from None
    sha = _proof(file, proof)

    def drafts(matter: Matter) -> list[Draft]:
        found = matter.documents.get(document)
        if found is None:
            raise UsageError(
                f"{matter.id}: got the document {shown(document)}; allowed: {', '.join(matter.documents)}"
            )
        playbook = library.pinned(file, matter)
        step = playbook.step(found.step)
        instance = matter.instance(found.step, found.target)
        if step.serve is None or instance.document != document:
            raise ApprovalError(
                f"{matter.id} {document}: is not the newest version of a notice to be served"
            )
        _may(matter, actor, step.serve.by, f"serving {found.step}")
        if method != step.serve.method:
            raise UsageError(
                f"{matter.id} {document}: got the method {shown(method)}; allowed: {step.serve.method}, as approved"
            )
        request = approvals.latest(matter, document, found.round)
        act = instance.acts.get("serve")
        basis = inputs(matter, playbook, library.reference(), step, found.target)
        if request is None or request.state != "approved" or act is None or act.state != "started":
            raise ApprovalError(
                f"{matter.id} {document}: is not approved for service, or was served already"
            )
        reason = approvals.fallen(matter, request, basis, file.journal._clock()[0])
        if reason is not None:
            changes = ", ".join(reason[1]) or "its time is over"
            raise ApprovalError(
                f"{matter.id} {document}: its approval no longer stands ({reason[0]}: {changes}); nothing was recorded"
            )
        data = {
            "document": document, "request": request.id, "method": method, "when": moment.isoformat(),
            "proof": sha, "party": found.party, "files": dict(found.files),
        }  # fmt: skip
        end = _end(instance, act, "served") | {"document": document}
        return [Draft("document.served", data, actor), Draft("step.finished", end, actor)]

    return file.transact(drafts)


def correct_party(
    file: MatterFile, actor: Actor, party: str, changes: Mapping[str, str], reason: str
) -> list[Event]:
    """Correct a party's name or address as the matter has it; what was approved on the old one falls."""

    def drafts(matter: Matter) -> list[Draft]:
        on_matter(matter, actor)
        if party not in matter.parties:
            raise UsageError(
                f"{matter.id}: got the party {shown(party)}; allowed: {', '.join(matter.parties)}"
            )
        row = dict(file.values.get(matter.parties[party].details, {}))
        if unknown := [name for name in changes if name not in row or name == "id"]:
            raise UsageError(
                f"{matter.id} {party}: got {', '.join(unknown)}; allowed: {', '.join(k for k in row if k != 'id')}"
            )
        if all(row[name] == value for name, value in changes.items()):
            raise UsageError(f"{matter.id} {party}: nothing would change")
        return [party_draft(file, row | dict(changes), actor, reason)]

    return file.transact(drafts)


def change_people(
    file: MatterFile,
    library: Library,
    actor: Actor,
    change: str,
    person: str,
    reason: str | None = None,
) -> list[Event]:
    """Add a person to a matter, remove one, or record one as conflicted."""
    if person not in library.workspace.people:
        raise UsageError(f"got the person {shown(person)}; allowed: an id of people.yaml")

    def drafts(matter: Matter) -> list[Draft]:
        on_matter(matter, actor)
        data: dict[str, Any] = {"person": person}
        if change == "add":
            data["roles"] = list(library.workspace.people[person].roles)
        elif reason:
            data["reason"] = file.values.commit(reason)
        kind = {
            "add": "people.added",
            "remove": "people.removed",
            "conflict": "people.conflicted",
        }[change]
        return [Draft(kind, data, actor)]

    return file.transact(drafts)


def change_playbook(
    file: MatterFile, library: Library, actor: Actor, playbook: str, reason: str
) -> list[Event]:
    """Run the matter by another playbook, or by the newest text of its own."""
    raw, found = library.playbook(playbook)
    sha = file.store.put(raw)

    def drafts(matter: Matter) -> list[Draft]:
        on_matter(matter, actor)
        data = {"playbook": found.id, "sha256": sha, "reason": file.values.commit(reason)}
        return [Draft("playbook.chosen", data, actor)]

    return file.transact(drafts)


def note(
    file: MatterFile, actor: Actor, text: str, privilege: str = "attorney-client"
) -> list[Event]:
    """Add a note; it is privileged unless said otherwise."""

    def drafts(matter: Matter) -> list[Draft]:
        on_matter(matter, actor)
        return [
            Draft(
                "note.added",
                {"note": matter.number("N"), "text": file.values.commit(text)},
                actor,
                privilege,
            )
        ]

    return file.transact(drafts)


def close(file: MatterFile, actor: Actor, reason: str, reopen: bool = False) -> list[Event]:
    """Close a matter, or open it again; a closed matter does nothing by itself."""

    def drafts(matter: Matter) -> list[Draft]:
        on_matter(matter, actor)
        if matter.open == reopen:
            raise UsageError(f"{matter.id}: is already {'open' if matter.open else 'closed'}")
        kind = "matter.reopened" if reopen else "matter.closed"
        return [Draft(kind, {"reason": file.values.commit(reason)}, actor)]

    return file.transact(drafts)
