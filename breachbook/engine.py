"""What is due next: a pure function of the matter, its playbook, what it refers to, and the time.

Nothing here acts. `due` names what may be done now; the executor claims it in the journal and does it, and
asks again. A gate that is not passed is a `Wait` with its reason, never a default.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from breachbook import approvals
from breachbook.canonical import digest
from breachbook.deadlines import Law
from breachbook.docket import Deadline, docket
from breachbook.matter import Act, Approval, Document, Instance, Matter
from breachbook.people import People, seconds
from breachbook.playbook import Playbook, Step

Row = Mapping[str, Any]

PERSON_KINDS = frozenset({"ask", "assign"})
CONTAINERS = ("it-administrator", "security-responder")
PILLARS: Mapping[str, frozenset[str]] = {
    "respond": frozenset(
        {"ask", "assign", "contain", "preserve", "hold", "notice", "docket", "tell"}
    ),
    "contain": frozenset({"contain"}),
    "preserve": frozenset({"preserve", "hold"}),
    "draft": frozenset({"notice"}),
    "track": frozenset({"docket", "tell"}),
}


@dataclass(frozen=True)
class NoticeFacts:
    """What the engine must know of a notice kind: its templates' digest, and which facts it uses by kind."""

    audience: str
    templates: str
    languages: tuple[str, ...] = ()
    facts: frozenset[str] = frozenset()

    def uses(self, kind: str) -> bool:
        """Say whether the notice rests on facts of this kind."""
        return kind in self.facts


@dataclass(frozen=True)
class Reference:
    """What a matter rests on outside its journal, as it stands now.

    Attributes:
        agreements: Agreement id to its row; ``counterparty`` names the party.
        accounts: Account id to its row; ``recipe``, ``party`` and optionally ``source``.
        recipes: Recipe id to ``{"sha256", "target_notices", "alters_evidence", "by_person"}``.
        organisation: Digest of the workspace's own name and address.
    """

    people: People
    law: Law
    agreements: Mapping[str, Row] = field(default_factory=dict)
    trade_secrets: Mapping[str, Row] = field(default_factory=dict)
    accounts: Mapping[str, Row] = field(default_factory=dict)
    sources: Mapping[str, Row] = field(default_factory=dict)
    recipes: Mapping[str, Row] = field(default_factory=dict)
    notices: Mapping[str, NoticeFacts] = field(default_factory=dict)
    organisation: str = ""


@dataclass(frozen=True, slots=True)
class Perform:
    """An act that may be claimed and done now; its effect happens once under ``key``."""

    step: str
    target: str
    round: int
    act: str
    kind: str
    key: str
    subject: str
    repeatable: bool
    request: str | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """An act that was claimed and has no outcome: running somewhere, or left by a crash."""

    perform: Perform


@dataclass(frozen=True, slots=True)
class Request:
    """An approval to ask for."""

    step: str
    target: str
    round: int
    document: str
    escalated_from: str | None = None


@dataclass(frozen=True, slots=True)
class Void:
    """A request that no longer stands."""

    request: str
    cause: str
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Expire:
    """A request whose time is over."""

    request: str


@dataclass(frozen=True, slots=True)
class Count:
    """A deadline to record as computed, or to supersede when ``deadline`` is None."""

    id: str
    deadline: Deadline | None


@dataclass(frozen=True, slots=True)
class Tell:
    """A message to post once under its key; ``again`` says that an earlier try may have got through."""

    key: str
    what: str
    about: str
    again: bool


Due = Perform | Claimed | Request | Void | Expire | Count | Tell


@dataclass(frozen=True, slots=True)
class Wait:
    """Something that is not done yet, and what it waits for.

    Attributes:
        why: after, gate, preservation, person, approval, refused, expired, failed, uncertain or running.
        who: Roles or people it waits for.
        until: When its time is over, or None.
    """

    step: str
    target: str
    why: str
    detail: str
    who: tuple[str, ...] = ()
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Agenda:
    """What is due, what waits, and when to look again if nothing happens before."""

    due: tuple[Due, ...]
    waits: tuple[Wait, ...]
    next_at: datetime | None


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
    """
    if not matter.open:
        return Agenda((), (), None)
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
        items.extend(_counts(matter, reference.law))
    if "tell" in kinds:
        items.extend(_tells(matter, playbook, reference, now))
    return Agenda(tuple(items), tuple(waits), _next_at(matter, now))


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


def recipe_of(step: Step, target: str, reference: Reference) -> Row:
    """Give what is known of the recipe that contains a target; empty when there is none."""
    name = step.recipe or reference.accounts.get(target, {}).get("recipe", "")
    return reference.recipes.get(name, {})


def doers(step: Step, target: str, act: str, reference: Reference) -> tuple[str, ...]:
    """Name the roles that do an act by hand and record it; empty when Breachbook does it."""
    if step.kind in PERSON_KINDS:
        return tuple(step.who)
    if act == "serve" and step.serve is not None:
        return tuple(step.serve.by)
    if act == "execute" and recipe_of(step, target, reference).get("by_person"):
        return tuple(step.who) or CONTAINERS
    return ()


def is_done(step: Step, instance: Instance) -> bool:
    """Say whether the last act of an instance is finished, or the instance was skipped."""
    act = instance.acts.get(step.acts[-1])
    return instance.skipped or (act is not None and act.state == "finished")


def is_step_done(step: Step, matter: Matter, reference: Reference) -> bool:
    """Say whether every instance of a step is done; a step that does not apply is."""
    return all(
        is_done(step, matter.instance(step.id, t)) for t in targets(step, matter, reference)
    )


def inputs(
    matter: Matter, playbook: Playbook, reference: Reference, step: Step, target: str
) -> dict[str, str]:
    """Name and hash everything one instance's document or plan is made from.

    Returns:
        ``party:ID``, ``agreement:ID``, ``secret:ID``, ``fact:KIND/ABOUT``, ``answers:STEP``, ``account:ID``,
        ``recipe:ID``, ``custodian:ID``, ``template:NOTICE`` and ``organisation``, each to 64 hex digits.
    """
    found: dict[str, str] = {"organisation": reference.organisation}
    if step.kind == "contain":
        account = reference.accounts.get(target, {})
        recipe = step.recipe or account.get("recipe", "")
        found[f"account:{target}"] = digest(account)
        found[f"recipe:{recipe}"] = reference.recipes.get(recipe, {}).get("sha256", digest(None))
        return found
    if step.notice is None:
        return found
    notice = reference.notices[step.notice]
    found[f"template:{step.notice}"] = notice.templates
    for other in sorted(playbook.upstream(step.id)):
        if (result := matter.instance(other, "-").result) is not None:
            found[f"answers:{other}"] = result["c"]
    for fact in matter.facts.values():
        if notice.uses(fact.kind):
            found[f"fact:{fact.name}"] = fact.digest
    if target in matter.parties:
        found[f"party:{target}"] = matter.parties[target].details["c"]
        for key, row in reference.agreements.items():
            if row["counterparty"] in matter.parties:
                found[f"agreement:{key}"] = digest(row)
    for secret in matter.report["trade_secrets"]:
        found[f"secret:{secret}"] = digest(reference.trade_secrets.get(secret))
    if target in reference.people:
        found[f"custodian:{target}"] = digest(reference.people[target].model_dump(mode="json"))
    return found


def authors(
    matter: Matter, playbook: Playbook, reference: Reference, step: Step, target: str
) -> tuple[str, ...]:
    """Name the people whose answers, facts or corrections the instance's document is made from."""
    found: list[str | None] = [
        matter.instance(o, "-").answered_by for o in sorted(playbook.upstream(step.id))
    ]
    if step.notice is not None:
        notice = reference.notices[step.notice]
        found += [fact.recorded_by for fact in matter.facts.values() if notice.uses(fact.kind)]
    if target in matter.parties:
        found.append(matter.parties[target].recorded_by)
    return tuple(dict.fromkeys(person for person in found if person and person != "breachbook"))


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
    blocked = _blocked(matter, playbook, reference, step, target)
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
        if missing:
            return Wait(step.id, target, "preservation", ", ".join(missing))
    return None


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
    repeatable = step.kind in ("ask", "assign", "preserve", "docket") or act in ("draft", "plan")
    perform = Perform(
        step.id,
        instance.target,
        instance.round,
        act,
        step.kind,
        key(matter, instance, subject),
        subject,
        repeatable,
    )
    return _by_state(step, reference, instance.acts.get(act), perform)


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
            key(matter, instance, request.subject), request.subject, False, request.id,
        )  # fmt: skip
        return _by_state(step, reference, instance.acts.get(step.gated_act), perform)
    if request.state == "open":
        if now >= request.expires_at:
            return Expire(request.id)
        given = {item.person for item in request.decisions}
        waiting = tuple(
            p for p in request.approvers if p not in given and p not in matter.conflicted
        )
        return Wait(step.id, instance.target, "approval", request.id, waiting, request.expires_at)
    if (
        request.state == "expired"
        and request.on_expiry == "escalate"
        and request.escalated_from is None
    ):
        return Request(step.id, instance.target, instance.round, document.id, request.id)
    return Wait(step.id, instance.target, request.state, request.id)


def _counts(matter: Matter, law: Law) -> Iterator[Count]:
    if not matter.dockets:
        return
    seen: set[str] = set()
    for deadline in docket(matter.facts.values(), law, matter.dockets):
        if deadline.computed is None:
            continue
        seen.add(deadline.id)
        record = matter.deadlines.get(deadline.id)
        if (
            record is None
            or record.state == "superseded"
            or record.result != digest(deadline.as_data())
        ):
            yield Count(deadline.id, deadline)
    for record in matter.deadlines.values():
        if record.id not in seen and record.state == "open":
            yield Count(record.id, None)


def _tells(
    matter: Matter, playbook: Playbook, reference: Reference, now: datetime
) -> Iterator[Tell]:
    yield from _tell(matter, "opened", "opened", matter.id)
    for step in playbook.steps:
        for (step_id, target), instance in matter.steps.items():
            if step_id == step.id:
                yield from _step_tells(matter, reference, step, target, instance)
    for approval in matter.approvals.values():
        card = f"card/{approval.id}"
        yield from _tell(matter, card, "card", approval.id)
        if approval.state != "open" or approval.decisions:
            yield from _tell(
                matter,
                f"{card}/{approval.state}-{len(approval.decisions)}",
                "card-update",
                approval.id,
            )
        half = approval.requested_at + (approval.expires_at - approval.requested_at) / 2
        if approval.state == "open" and now >= half:
            yield from _tell(matter, f"remind/{approval.id}/1", "approval-reminder", approval.id)
    for record in matter.deadlines.values():
        days = (_day(record.safe) - now).days
        if record.state == "open" and days < 7:
            rung = "overdue" if days < -1 else "1" if days < 1 else "7"
            yield from _tell(
                matter,
                f"deadline/{record.id}/{record.safe[:10]}/{rung}",
                "deadline-reminder",
                record.id,
            )


def _step_tells(
    matter: Matter, reference: Reference, step: Step, target: str, instance: Instance
) -> Iterator[Tell]:
    for act in instance.acts.values():
        about = f"{step.id}|{target}"
        name = f"{step.id}/{target}/{instance.round}/{act.name}"
        if act.state == "started" and doers(step, target, act.name, reference):
            yield from _tell(matter, f"task/{name}/{act.key[-16:]}", "task", about)
        elif act.state in ("failed", "uncertain", "halted"):
            yield from _tell(matter, f"alert/{name}/{act.state}-{act.key[-16:]}", "alert", about)


def _tell(matter: Matter, name: str, what: str, about: str) -> Iterator[Tell]:
    message = matter.messages.get(name)
    if message is None or message.ts is None:
        yield Tell(name, what, about, message is not None)


def _day(text: str) -> datetime:
    value = datetime.fromisoformat(text)
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _next_at(matter: Matter, now: datetime) -> datetime | None:
    times: list[datetime] = []
    for approval in matter.approvals.values():
        if approval.state == "open":
            half = approval.requested_at + (approval.expires_at - approval.requested_at) / 2
            times += [half, approval.expires_at]
        if approval.state in ("open", "approved"):
            times.append(approval.not_after)
    for record in matter.deadlines.values():
        if record.state == "open":
            times += [_day(record.safe) - timedelta(days=days) for days in (7, 1, -1)]
    return min((time for time in times if time > now), default=None)
