"""What is due next: a pure function of the matter, its playbook, what it refers to, and the time.

Nothing here acts. `due` names what may be done now; the executor claims it in the journal and does
it, and asks again. A gate that is not passed is a `Wait` with its reason, never a default.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from breachbook import anchors, approvals, gates, stamping
from breachbook.agenda import (
    PILLARS,
    Agenda,
    Claimed,
    Due,
    Expire,
    Perform,
    Reference,
    Request,
    Row,
    Void,
    Wait,
)
from breachbook.basis import inputs
from breachbook.canonical import digest
from breachbook.doers import doers
from breachbook.matter import Act, Approval, Document, Instance, Matter
from breachbook.overview import has_its_people
from breachbook.people import seconds
from breachbook.playbook import Playbook, Step
from breachbook.reminders import next_at, tells, tells_of_closed
from breachbook.tracking import track


def due(
    matter: Matter,
    playbook: Playbook,
    reference: Reference,
    now: datetime,
    kinds: frozenset[str] = PILLARS["respond"],
) -> Agenda:
    """Say what may happen next in a matter, in the order of the playbook.

    Args:
        now: Aware; the only clock there is.
        kinds: Which kinds of step may act; gates and order are judged over the whole playbook regardless.
            With ``anchor`` also checkpoints of the journal are due.
    """
    if not matter.open:
        told = tells_of_closed(matter, reference, now) if "tell" in kinds else ()
        agenda = Agenda(tuple(told), (), None)
        return _beside(agenda, matter, reference, now, kinds)
    items: list[Due] = []
    waits: list[Wait] = []
    for step in playbook.steps:
        for target in targets(step, matter, reference):
            for item in _instance(matter, playbook, reference, step, target, now):
                if isinstance(item, Wait):
                    waits.append(item)
                elif step.kind in kinds or isinstance(item, Void | Expire):
                    items.append(item)
    if "docket" in kinds:
        items.extend(track(matter, reference.law, now))
    if "tell" in kinds:
        items.extend(tells(matter, playbook, reference, now))
    agenda = Agenda(tuple(items), tuple(waits), next_at(matter, reference, now))
    return _beside(agenda, matter, reference, now, kinds)


def _beside(
    agenda: Agenda, matter: Matter, reference: Reference, now: datetime, kinds: frozenset[str]
) -> Agenda:
    """Add the checkpoints of the journal and the time-stamps that are due; a closed matter's too."""
    items, times = [*agenda.due], [agenda.next_at]
    if "anchor" in kinds:
        told = "tell" in kinds
        slack = told and has_its_people(matter, reference)
        items += anchors.due(matter, reference.anchors, now, slack=slack)
        items += anchors.alerts(matter, reference.anchors) if told else ()
        times.append(anchors.next_at(matter, reference.anchors, now))
    if "stamp" in kinds:
        items += stamping.due(matter, reference.stamps, now)
        times.append(stamping.next_at(matter, reference.stamps, now))
    soonest = min((time for time in times if time is not None), default=None)
    return Agenda(tuple(items), agenda.waits, soonest)


def applies(step: Step, matter: Matter) -> bool:
    """Say whether the step's ``when`` matches the matter (its target aside)."""
    when = step.when
    for wanted, have in (
        (when.vector, {matter.report["vector"]}),
        (when.places, set(matter.report["places"])),
    ):
        if wanted is not None and not set(_listed(wanted)) & have:
            return False
    for name, wanted in when.answers.items():
        owner, _, question = name.partition(".")
        if matter.instance(owner, "-").answers.get(question) not in _listed(wanted):
            return False
    return True


def targets(step: Step, matter: Matter, reference: Reference) -> list[str]:
    """List the instances of a step: one per holder, account, custodian or source, or ``-``."""
    if not applies(step, matter):
        return []
    if step.each is None:
        return ["-"]
    found = list(matter.report[f"{step.each}s"])
    if step.each == "custodian":
        found += [
            person for (delivers, person) in matter.hold_book.added
            if (step.kind != "hold" or delivers == step.id) and person not in found
        ]  # fmt: skip
    if step.each == "holder":
        found += [
            p.id for p in matter.parties.values() if p.role == "holder" and p.id not in found
        ]
        found = [target for target in found if _target_fits(step, matter, target)]
    return found


def _target_fits(step: Step, matter: Matter, target: str) -> bool:
    party = matter.parties.get(target)
    for wanted, have in (
        (step.when.target_place, party and party.place),
        (step.when.target_role, party and party.role),
    ):
        if wanted is not None and have not in _listed(wanted):
            return False
    return True


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def is_done(step: Step, instance: Instance) -> bool:
    """Say whether the last act of an instance is finished, or the instance was skipped."""
    act = instance.acts.get(step.acts[-1])
    return instance.skipped or (act is not None and act.state == "finished")


def is_step_done(step: Step, matter: Matter, reference: Reference) -> bool:
    """Say whether every instance of a step is done; a step that does not apply is."""
    return all(
        is_done(step, matter.instance(step.id, t)) for t in targets(step, matter, reference)
    )


def key(matter: Matter, instance: Instance, subject: str) -> str:
    """Name an effect, not a try: ``matter/step/round/target/first 16 hex of the subject``."""
    return f"{matter.id}/{instance.step}/{instance.round}/{instance.target}/{subject[:16]}"


def _instance(
    matter: Matter,
    playbook: Playbook,
    reference: Reference,
    step: Step,
    target: str,
    now: datetime,
) -> Iterator[Due | Wait]:
    instance = matter.instance(step.id, target)
    if is_done(step, instance):
        return
    blocked = _blocked(matter, playbook, reference, step, target) or _barred(
        matter, reference, step, target, now
    )
    if blocked is not None:
        yield blocked
        return
    basis = inputs(matter, playbook, reference, step, target)
    first, gated = step.acts[0], step.gated_act
    if first == gated:
        yield _act(
            matter, reference, step, instance, first, digest({"act": first, "inputs": basis})
        )
        return
    document = matter.documents.get(instance.document or "")
    request = approvals.latest(matter, document.id, instance.round) if document else None
    work = instance.acts.get(gated)
    by_hand = doers(step, target, gated, reference)
    in_flight = work is not None and work.state in ("started", "uncertain") and not by_hand
    if request and request.state in ("open", "approved") and not in_flight:
        reason = approvals.fallen(matter, request, basis, now)
        if reason is not None:
            yield Void(request.id, *reason)
            return
    stale = document is None or document.inputs_sha256 != approvals.inputs_sha256(basis)
    if not in_flight and (stale or (request is not None and request.state == "voided")):
        yield _act(
            matter,
            reference,
            step,
            instance,
            first,
            digest({"act": first, "inputs": basis, **_try(document)}),
        )
        return
    if document is not None:
        yield _gated(matter, reference, step, instance, document, request, now)


def _try(document: Document | None) -> dict[str, int]:
    return {"version": document.version + 1 if document else 1}


def _blocked(
    matter: Matter, playbook: Playbook, reference: Reference, step: Step, target: str
) -> Wait | None:
    # Everything upstream counts, not only `after`: what does not apply yet counts as done.
    open_ = [o for o in step.after if not is_step_done(playbook.step(o), matter, reference)]
    if not open_:
        upstream = playbook.upstream(step.id)
        earlier = [s for s in playbook.steps if s.id in upstream]
        open_ = [s.id for s in earlier if not is_step_done(s, matter, reference)]
    if open_:
        return Wait(step.id, target, "after", ", ".join(open_))
    account = reference.accounts.get(target, {})
    recipe = reference.recipes.get(step.recipe or account.get("recipe", ""), {})
    # The playbook may call an act harmless; the recipe, which does it, may only make it graver.
    contains = step.kind == "contain"
    noticed = step.outward or (contains and recipe.get("target_notices", True))
    if noticed and not ex_parte_cleared(matter, playbook):
        return Wait(step.id, target, "gate", "ex parte relief not yet considered, or being sought")
    if contains and (step.alters_evidence or recipe.get("alters_evidence", True)):
        sources = [account["source"]] if account.get("source") else matter.report["sources"]
        missing = [s for s in sources if not _preserved(matter, playbook, s)]
        if not account.get("source") and is_held(matter, target, account):
            missing.append(f"a source of its own for {target} in accounts.yaml")
        if missing:
            return Wait(step.id, target, "preservation", ", ".join(missing))
    if step.interlock == "hold" and is_held(matter, target, account):
        return Wait(step.id, target, "hold", f"a duty to preserve what {target} has stands")
    return None


def is_held(matter: Matter, target: str, account: Row) -> bool:
    """Say whether a legal hold covers a custodian, or an account's person or party; a silent one too.

    Args:
        account: Row of accounts.yaml; empty where the target is a custodian.
    """
    concerned = {target, account.get("person"), account.get("party")} - {None}
    return any(matter.hold_book.covers(str(subject)) for subject in concerned)


def _barred(
    matter: Matter, reference: Reference, step: Step, target: str, now: datetime
) -> Wait | None:
    # What a step does for a proceeding or an authority abroad, a law may forbid until it is cleared.
    exhibits = list(matter.exhibits.values())
    found = [
        gate
        for act in step.crosses
        for gate in gates.barring(
            matter, reference.law, act, now.date(), step=step.id,
            exhibits=exhibits if act == "export" else None,
        )
    ]  # fmt: skip
    if step.kind == "preserve":
        origin = gates.Origin(reference.sources.get(target, {}).get("place", ""))
        found += gates.barring(
            matter, reference.law, "collect", now.date(), step=step.id, exhibits=[origin]
        )
    names = ", ".join(dict.fromkeys(found))
    return Wait(step.id, target, "law-gate", names) if found else None


def _preserved(matter: Matter, playbook: Playbook, source: str) -> bool:
    return any(
        is_done(step, matter.instance(step.id, source))
        and not matter.instance(step.id, source).skipped
        for step in playbook.steps
        if step.kind == "preserve"
    )


def ex_parte_cleared(matter: Matter, playbook: Playbook) -> bool:
    """Say whether counsel's answers clear the gate before outward acts: every such question, clearing."""
    found = [
        matter.instance(step.id, "-").answers.get(question.id) in question.clearing
        for step in playbook.steps
        if applies(step, matter)
        for question in step.questions
        if question.clears == "ex-parte-relief"
    ]
    return bool(found) and all(found)


def _act(
    matter: Matter, reference: Reference, step: Step, instance: Instance, act: str, subject: str
) -> Due | Wait:
    perform = Perform(
        step.id,
        instance.target,
        instance.round,
        act,
        step.kind,
        key(matter, instance, subject),
        subject,
        _repeats(step, act),
    )
    return _by_state(step, reference, instance.acts.get(act), perform)


def _repeats(step: Step, act: str) -> bool:
    """Say whether an act may simply be done again under its key after a crash.

    A delivery by Slack may: it looks for its key in the channel first and adds only what is missing.
    """
    by_slack = step.serve is not None and step.serve.method == "slack"
    kinds = ("ask", "assign", "preserve", "docket", "hold")
    return step.kind in kinds or act in ("draft", "plan") or (act == "serve" and by_slack)


def _by_state(step: Step, reference: Reference, work: Act | None, perform: Perform) -> Due | Wait:
    if work is None or work.state in ("halted", "undone") or work.outcome == "not-taken":
        return perform
    if work.key != perform.key and work.state in ("finished", "failed"):
        return perform
    if work.state == "started":
        by_hand = doers(step, perform.target, perform.act, reference)
        if not by_hand:
            return Claimed(perform)
        limit = work.started_at + timedelta(seconds=seconds(step.within)) if step.within else None
        return Wait(step.id, perform.target, "person", perform.act, by_hand, limit)
    return Wait(step.id, perform.target, work.state, work.outcome)


def _gated(
    matter: Matter,
    reference: Reference,
    step: Step,
    instance: Instance,
    document: Document,
    request: Approval | None,
    now: datetime,
) -> Due | Wait:
    if step.approve is None:
        subject = digest({"files": dict(document.files), "inputs": document.inputs_sha256})
        return _act(matter, reference, step, instance, step.gated_act, subject)
    if request is None:
        return Request(step.id, instance.target, instance.round, document.id)
    if request.state == "approved":
        perform = Perform(
            step.id, instance.target, instance.round, step.gated_act, step.kind,
            key(matter, instance, request.subject), request.subject,
            _repeats(step, step.gated_act), request.id,
        )  # fmt: skip
        return _by_state(step, reference, instance.acts.get(step.gated_act), perform)
    if request.state == "open":
        if now >= request.expires_at:
            return Expire(request.id)
        waiting = request.pending(matter.conflicted, now)
        return Wait(step.id, instance.target, "approval", request.id, waiting, request.expires_at)
    if (
        request.state == "expired"
        and request.on_expiry == "escalate"
        and request.escalated_from is None
    ):
        return Request(step.id, instance.target, instance.round, document.id, request.id)
    return Wait(step.id, instance.target, request.state, request.id)
