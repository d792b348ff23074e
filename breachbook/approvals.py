"""Approvals: what a decision is bound to, who may decide, and when it no longer stands. The default answer is no."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from breachbook.canonical import digest
from breachbook.matter import Approval, Document, Matter
from breachbook.people import People
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
    "voided": "what this rests on has changed, so it can no longer be approved",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of an attempt to decide.

    Attributes:
        outcome: ``recorded`` (append the decision), ``repeated`` (the same click again: nothing) or
            ``refused`` (append ``approval.refused`` with ``cause``).
        cause: A key of CAUSES when refused, else empty.
    """

    outcome: Literal["recorded", "repeated", "refused"]
    cause: str = ""

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


def approvers(
    policy: Approve,
    matter: Matter,
    people: People,
    authors: Iterable[str],
    roles: Iterable[str] | None = None,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Name who may decide, and who holds the role but is excluded, in the order of people.yaml."""
    wanted = set(roles if roles is not None else policy.from_)
    holders = [person for person in people.by_id if wanted & set(matter.roles.get(person, ()))]
    out = {person for person in holders if excluded_as(policy.exclude, matter, person, authors)}
    return tuple(p for p in holders if p not in out), tuple(p for p in holders if p in out)


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
) -> Verdict:
    """Decide what an authenticated person's answer to a request means; pure, by our time of receipt."""
    approval = matter.approvals.get(request)
    if approval is None or person not in (*matter.roles, *approval.excluded):
        return Verdict("refused", "unknown-request")
    if person in matter.conflicted:
        # Only who was asked before hears of it: nobody learns here that he is a suspect.
        asked = person in approval.approvers
        return Verdict("refused", "conflicted" if asked else "unknown-request")
    own = next((item for item in approval.decisions if item.person == person), None)
    if own is not None:
        same = own.decision == answer and subject16 in (None, approval.subject[:16])
        return Verdict("repeated") if same else Verdict("refused", "already-decided")
    if subject16 is not None and subject16 != approval.subject[:16]:
        return Verdict("refused", "wrong-subject")
    if approval.state != "open":
        return Verdict("refused", approval.state)
    if not matter.open:
        return Verdict("refused", "closed")
    if person in approval.authors and person in approval.excluded:
        return Verdict("refused", "author")
    if person in approval.excluded and person == matter.report.get("reporter"):
        return Verdict("refused", "reporter")
    if person not in approval.approvers:
        return Verdict("refused", "not-an-approver")
    if received_at >= approval.expires_at:
        return Verdict("refused", "expired")
    return Verdict("recorded")


def latest(matter: Matter, document: str, round_: int) -> Approval | None:
    """Give the newest request on a document in a round, or None."""
    found = [a for a in matter.approvals.values() if a.document == document and a.round == round_]
    return found[-1] if found else None


def fallen(
    matter: Matter, approval: Approval, inputs: Mapping[str, str], now: datetime
) -> tuple[str, tuple[str, ...]] | None:
    """Say why an open or approved request no longer stands: the cause and what changed; None if it stands."""
    names = changed(approval.inputs, inputs)
    if names:
        return "inputs-changed", names
    judged = {item.person for item in approval.decisions} & matter.conflicted
    if judged:
        return "approver-conflicted", tuple(sorted(f"person:{person}" for person in judged))
    if now >= approval.not_after:
        return "not-after-passed", ()
    return None
