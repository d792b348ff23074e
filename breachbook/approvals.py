"""Approvals: what a decision is bound to, who may decide, and when it no longer stands. The default answer is no."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from breachbook.canonical import digest
from breachbook.entries import Delegation, Stage
from breachbook.events import ENGINE, Actor, Draft
from breachbook.matter import Approval, Document, Matter
from breachbook.people import People, seconds
from breachbook.playbook import Approve

Answer = Literal["approve", "reject", "request-changes"]

CAUSES: Mapping[str, str] = {
    "unknown-request": "there is no such request, or it is not yours to see",
    "wrong-subject": "this card shows an earlier version; decide on the newest card",
    "not-an-approver": "you are not among the people asked to decide this",
    "author": "you wrote or changed what is to be approved, so others must decide",
    "reporter": "you reported this leak, so others must decide",
    "conflicted": "you are recorded as conflicted on this matter",
    "already-decided": "you have already decided; a decision is not changed, ask for a new version instead",
    "approved": "this was already approved by the people it needed",
    "refused": "this was already refused",
    "changes-requested": "changes were already requested; a new version will come",
    "expired": "the time to decide this is over",
    "closed": "the matter is closed; whoever runs it can open it again",
    "voided": "what this rests on has changed or its draft was replaced, so it can no longer be approved",
    "not-yet": "others decide before you; you will be asked when they have",
    "unconfirmed": "this is of high risk: type the matter's number to approve it",
    "other-number": "that is not the matter's number: type it as it stands on the card",
    "no-delegation": "this request may not be handed to anybody else",
    "not-a-delegate": "that person may not decide in your place: not of the roles allowed, asked already, or excluded",
    "too-long": "a decision may not be handed over for so long",
    "no-break-glass": "nobody may approve this alone, or you are not the one who may",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of an attempt to decide.

    Attributes:
        outcome: ``recorded`` (append the decision), ``repeated`` (the same click again: nothing) or
            ``refused`` (append ``approval.refused`` with ``cause``).
        cause: A key of CAUSES when refused, else empty.
        acting_for: Person asked in whose place the decision is made, or None.
    """

    outcome: Literal["recorded", "repeated", "refused"]
    cause: str = ""
    acting_for: str | None = None

    @property
    def text(self) -> str:
        """Say it to the person."""
        return CAUSES.get(
            self.cause, "recorded" if self.outcome == "recorded" else "already recorded"
        )


def subject(
    *,
    matter: str,
    document: Document,
    action: str,
    recipients: Sequence[Mapping[str, Any]],
    method: str,
    not_after: str,
) -> dict[str, Any]:
    """Write the manifest an approval binds: every file, recipient and input, and until when it may be acted on.

    Its canonical JSON is kept in the store; its SHA-256 is the subject of the approval.
    """
    return {
        "v": 1,
        "matter": matter,
        "step": document.step,
        "target": document.target,
        "round": document.round,
        "document": document.id,
        "version": document.version,
        "action": action,
        "method": method,
        "files": [{"role": role, "sha256": sha} for role, sha in sorted(document.files.items())],
        "recipients": [dict(item) for item in recipients],
        "inputs_sha256": document.inputs_sha256,
        "not_after": not_after,
    }


def inputs_sha256(inputs: Mapping[str, str]) -> str:
    """Hash what a subject rests on: input name to digest."""
    return digest(dict(inputs))


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """Name the inputs that were changed, added or removed."""
    return tuple(
        sorted(
            name for name in before.keys() | after.keys() if before.get(name) != after.get(name)
        )
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked: stage by stage, and who holds a role but is excluded, in the order of people.yaml."""

    stages: tuple[Stage, ...]
    excluded: tuple[str, ...]

    @property
    def everybody(self) -> tuple[str, ...]:
        """List the people of all stages, each once."""
        return tuple(dict.fromkeys(p for stage in self.stages for p in stage.approvers))


def asked(
    policy: Approve,
    matter: Matter,
    people: People,
    authors: Iterable[str],
    *,
    escalated: bool = False,
) -> Asked:
    """Name who is asked to decide under a policy.

    Args:
        authors: People who stand behind what is to be approved.
        escalated: The request expired, and those it is escalated to are asked instead.
    """
    by = tuple(authors)
    stages: list[Stage] = []
    excluded: list[str] = []
    for wanted in policy.escalated if escalated else policy.in_order:
        holders = holding(matter, people, wanted.roles)
        out = [p for p in holders if excluded_as(policy.exclude, matter, p, by)]
        may = tuple(p for p in holders if p not in out)
        groups = tuple(
            tuple(p for p in holding(matter, people, [role]) if p in may) for role in wanted.all_of
        )
        stages.append(Stage(may, len(groups) or wanted.quorum, groups))
        excluded += out
    return Asked(tuple(stages), tuple(dict.fromkeys(excluded)))


def holding(matter: Matter, people: People, roles: Iterable[str]) -> list[str]:
    """List the people of a matter who hold any of some roles in it, in the order of people.yaml."""
    wanted = set(roles)
    return [person for person in people.by_id if wanted & set(matter.roles.get(person, ()))]


def policy_data(
    policy: Approve, matter: Matter, people: People, authors: Iterable[str], found: Asked
) -> dict[str, Any]:
    """Write what a request keeps of its policy, so that it is judged by that alone later."""
    by = tuple(authors)
    data: dict[str, Any] = {
        "approvers": list(found.everybody),
        "excluded": list(found.excluded),
        "quorum": sum(stage.quorum for stage in found.stages),
        "on_expiry": policy.on_expiry,
        "high_risk": policy.high_risk,
        "urgent": policy.urgent,
        "stages": [
            {
                "approvers": list(stage.approvers),
                "quorum": stage.quorum,
                "groups": [list(group) for group in stage.groups],
            }
            for stage in found.stages
        ],
    }
    if policy.delegate:
        to = holding(matter, people, policy.delegate.to)
        free = [p for p in to if not excluded_as(policy.exclude, matter, p, by)]
        free = [p for p in free if p not in found.everybody]
        data["delegation"] = {"to": free, "seconds": seconds(policy.delegate.at_most)}
    if policy.break_glass:
        data["break_glass"] = holding(matter, people, policy.break_glass)
    return data


def excluded_as(
    exclude: Iterable[str], matter: Matter, person: str, authors: Iterable[str]
) -> str | None:
    """Say why a person may not decide: conflicted, author or reporter; None if they may."""
    if person in matter.conflicted:
        return "conflicted"
    if "author" in exclude and person in set(authors):
        return "author"
    if "reporter" in exclude and person == matter.report.get("reporter"):
        return "reporter"
    return None


def judge(
    matter: Matter,
    request: str,
    person: str,
    answer: Answer,
    subject16: str | None,
    received_at: datetime,
    confirmed: str | None = None,
) -> Verdict:
    """Decide what an authenticated person's answer to a request means; pure, by our time of receipt.

    Args:
        confirmed: The matter's number as the person typed it, for a request of high risk.
    """
    approval = matter.approvals.get(request)
    if approval is None or not _hears_of(matter, approval, person):
        return Verdict("refused", "unknown-request")
    if person in matter.conflicted:
        # Only who was asked before hears of it: nobody learns here that he is a suspect.
        was_asked = person in (*approval.approvers, *approval.delegates)
        return Verdict("refused", "conflicted" if was_asked else "unknown-request")
    own = next((d for d in approval.decisions if person in (d.person, d.counts_for)), None)
    if own is not None:
        same = own.decision == answer and subject16 in (None, approval.subject[:16])
        repeated = same and own.person == person
        return Verdict("repeated") if repeated else Verdict("refused", "already-decided")
    refused = _refused(matter, approval, person, subject16, received_at)
    if refused is not None:
        return Verdict("refused", refused)
    stage = approval.stage
    acting_for = (
        None if person in approval.approvers else approval.delegate_of(person, received_at)
    )
    counts_for = acting_for or person
    if any(d.counts_for == counts_for for d in approval.decisions):
        return Verdict("refused", "already-decided")
    if stage is None or counts_for not in stage.approvers:
        return Verdict(
            "refused", "not-yet" if counts_for in approval.approvers else "not-an-approver"
        )
    if received_at >= approval.expires_at:
        return Verdict("refused", "expired")
    if answer == "approve" and approval.high_risk and confirmed != matter.id:
        return _unconfirmed(confirmed)
    return Verdict("recorded", acting_for=acting_for)


def _hears_of(matter: Matter, approval: Approval, person: str) -> bool:
    return person in (*matter.roles, *approval.excluded)


def _refused(
    matter: Matter,
    approval: Approval,
    person: str,
    subject16: str | None,
    received_at: datetime,
) -> str | None:
    """Say why nobody, or this person, may decide; None where the stage has the word."""
    if subject16 is not None and subject16 != approval.subject[:16]:
        return "wrong-subject"
    if approval.state != "open":
        return approval.state
    if not matter.open:
        return "closed"
    if person in approval.authors and person in approval.excluded:
        return "author"
    if person in approval.excluded and person == matter.report.get("reporter"):
        return "reporter"
    delegated = approval.delegate_of(person, received_at)
    return None if person in approval.approvers or delegated else "not-an-approver"


def judge_delegation(
    matter: Matter, request: str, person: str, to: str, until: datetime, received_at: datetime
) -> Verdict:
    """Decide whether a person asked may hand their decision to another until a moment.

    Who is asked or excluded is never a delegate, and a delegate hands nothing on: no circle can arise.
    """
    approval = matter.approvals.get(request)
    if approval is None or not _hears_of(matter, approval, person) or person in matter.conflicted:
        return Verdict("refused", "unknown-request")
    refused = _refused(matter, approval, person, None, received_at)
    if refused is not None or person not in approval.approvers:
        return Verdict("refused", refused or "not-an-approver")
    if any(d.counts_for == person for d in approval.decisions):
        return Verdict("refused", "already-decided")
    if not approval.delegates:
        return Verdict("refused", "no-delegation")
    if to not in approval.delegates or to in matter.conflicted or to not in matter.roles:
        return Verdict("refused", "not-a-delegate")
    longest = received_at + timedelta(seconds=approval.delegate_seconds)
    if not received_at < until <= longest:
        return Verdict("refused", "too-long")
    if received_at >= approval.expires_at:
        return Verdict("refused", "expired")
    newest = approval.delegations[-1] if approval.delegations else None
    return Verdict("repeated" if newest == Delegation(person, to, until) else "recorded")


def judge_break_glass(
    matter: Matter, request: str, person: str, confirmed: str | None, received_at: datetime
) -> Verdict:
    """Decide whether a person may approve alone; a suspect or conflicted person never may."""
    approval = matter.approvals.get(request)
    if approval is None or person not in matter.roles or person in matter.conflicted:
        return Verdict("refused", "unknown-request")
    if approval.forced_by == person:
        return Verdict("repeated")
    if approval.state != "open" or not matter.open:
        return Verdict("refused", approval.state if matter.open else "closed")
    if person not in approval.break_glass:
        return Verdict("refused", "no-break-glass")
    if received_at >= approval.expires_at:
        return Verdict("refused", "expired")
    return Verdict("recorded") if confirmed == matter.id else _unconfirmed(confirmed)


def _unconfirmed(typed: str | None) -> Verdict:
    return Verdict("refused", "unconfirmed" if typed is None else "other-number")


def latest(matter: Matter, document: str, round_: int) -> Approval | None:
    """Give the newest request on a document in a round, or None."""
    found = [a for a in matter.approvals.values() if a.document == document and a.round == round_]
    return found[-1] if found else None


def fallen(
    matter: Matter, approval: Approval, inputs: Mapping[str, str], now: datetime
) -> tuple[str, tuple[str, ...]] | None:
    """Say why an open or approved request no longer stands: the cause and what changed; None if it stands.

    What changed ends in ``edit:D5`` where a person had edited the text: the next draft is made anew without it.
    """
    found = _fallen(matter, approval, inputs, now)
    document = matter.documents.get(approval.document)
    edited = (f"edit:{document.id}",) if document is not None and document.edit else ()
    return (found[0], (*found[1], *edited)) if found is not None else None


def _fallen(
    matter: Matter, approval: Approval, inputs: Mapping[str, str], now: datetime
) -> tuple[str, tuple[str, ...]] | None:
    names = changed(approval.inputs, inputs)
    if names:
        return "inputs-changed", names
    judged = {name for d in approval.decisions for name in (d.person, d.counts_for)}
    judged = (judged | {approval.forced_by or ""}) & matter.conflicted
    if judged:
        return "approver-conflicted", tuple(sorted(f"person:{person}" for person in judged))
    if now >= approval.not_after:
        return "not-after-passed", ()
    return None


def void(
    matter: Matter, request: str, cause: str, changed: Sequence[str], actor: Actor = ENGINE
) -> list[Draft]:
    """Write that a request no longer stands, and stop whoever holds what was asked about to act on it."""
    approval = matter.approvals[request]
    data = {
        "request": request, "subject": approval.subject, "cause": cause, "changed": list(changed),
    }  # fmt: skip
    drafts = [Draft("approval.voided", data, actor)]
    for act in matter.instance(approval.step, approval.target).acts.values():
        if act.state == "started" and act.subject == approval.subject:
            halted = {
                "step": approval.step, "target": approval.target, "round": approval.round,
                "act": act.name, "key": act.key, "outcome": "voided", "request": approval.id,
            }  # fmt: skip
            drafts.append(Draft("step.halted", halted, actor))
    return drafts
