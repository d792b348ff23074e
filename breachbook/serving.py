"""What people record about service: that an approved document was served, and the proof."""

from pathlib import Path

from breachbook import approvals
from breachbook.basis import inputs
from breachbook.errors import ApprovalError, UsageError
from breachbook.events import Actor, Draft, Event
from breachbook.library import Library
from breachbook.matter import Act, Approval, Document, Matter, read_when
from breachbook.matter_file import MatterFile
from breachbook.playbook import Playbook
from breachbook.records import keep_proof, may, still_open
from breachbook.source import shown
from breachbook.steps import end_of


def served(
    file: MatterFile,
    library: Library,
    actor: Actor,
    document: str,
    method: str,
    when: str,
    proof: Path | bytes,
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
    sha = keep_proof(file, proof)

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
        may(matter, actor, step.serve.by, f"serving {found.step}")
        still_open(matter)
        if method != step.serve.method:
            raise UsageError(
                f"{matter.id} {document}: got the method {shown(method)}; allowed: {step.serve.method}, as approved"
            )
        request, act = _approved(file, library, matter, found, playbook)
        data = {
            "document": document, "request": request.id, "method": method, "when": moment.isoformat(),
            "proof": sha, "party": found.party, "files": dict(found.files),
        }  # fmt: skip
        end = end_of(instance, act, "served") | {"document": document}
        return [Draft("document.served", data, actor), Draft("step.finished", end, actor)]

    return file.transact(drafts)


def _approved(
    file: MatterFile, library: Library, matter: Matter, document: Document, playbook: Playbook
) -> tuple[Approval, Act]:
    """Give the approval a document is served under, which stands now, and the act it allows."""
    step = playbook.step(document.step)
    request = approvals.latest(matter, document.id, document.round)
    act = matter.instance(document.step, document.target).acts.get("serve")
    basis = inputs(matter, playbook, library.reference(), step, document.target)
    if request is None or request.state != "approved" or act is None or act.state != "started":
        raise ApprovalError(
            f"{matter.id} {document.id}: is not approved for service, or was served already"
        )
    reason = approvals.fallen(matter, request, basis, library.workspace.now())
    if reason is not None:
        changes = ", ".join(reason[1]) or "its time is over"
        raise ApprovalError(
            f"{matter.id} {document.id}: its approval no longer stands ({reason[0]}: {changes}); nothing was recorded"
        )
    return request, act
