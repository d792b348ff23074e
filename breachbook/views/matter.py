"""One matter as its people see it, and as its reporter does."""

from collections.abc import Sequence
from typing import Any

from breachbook.events import stamp
from breachbook.matter import Document, Exhibit, Matter
from breachbook.matter_file import MatterFile
from breachbook.rows import ERASED
from breachbook.views.anchors import gauge_view
from breachbook.views.approvals import approval_view
from breachbook.views.deadlines import deadline_views
from breachbook.views.time_stamps import stamps_view


def matter_view(
    file: MatterFile, matter: Matter, steps: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """Describe a matter whole: its report, people, facts, steps, approvals, documents, exhibits, holds and docket.

    Args:
        steps: As `agenda.step_views` gives them.
    """
    report = file.values.get(matter.report["report"], {})
    approvals = [approval_view(file, matter, approval) for approval in matter.approvals.values()]
    return {
        "matter": matter.id,
        "title": report.get("title", ERASED),
        "summary": report.get("summary", ERASED),
        "state": "open" if matter.open else "closed",
        "example": matter.example,
        "opened_at": stamp(matter.opened_at) if matter.opened_at else None,
        "discovered_at": matter.report["discovered_at"],
        "reporter": matter.report["reporter"],
        "vector": matter.report["vector"],
        "places": list(matter.report["places"]),
        "trade_secrets": list(matter.report["trade_secrets"]),
        "playbook": {"id": matter.playbook[0], "sha256": matter.playbook[1]} if matter.playbook else None,
        "people": [{"id": person, "roles": list(roles)} for person, roles in matter.roles.items()],
        "conflicted": sorted(matter.conflicted),
        "attachments": [
            {"name": file.values.get(item["name"], ERASED), "sha256": item["sha256"], "state": item["state"]}
            for item in matter.report["attachments"]
        ],
        "parties": [_party(file, matter, party) for party in matter.parties],
        "facts": [
            {
                "id": fact.id, "kind": fact.kind, "when": fact.when.isoformat(), "about": fact.about,
                "proof": fact.proof, "recorded_by": fact.recorded_by,
            }
            for fact in matter.facts.values()
        ],
        "steps": list(steps),
        "approvals": approvals,
        "documents": [_document(matter, document) for document in matter.documents.values()],
        "exhibits": [_exhibit(file, matter, exhibit) for exhibit in matter.exhibits.values()],
        "holds": [{"hold": h.id, "custodian": h.custodian, "state": h.state} for h in matter.holds.values()],
        "dockets": list(matter.dockets),
        "deadlines": deadline_views(file, matter),
        "notes": [
            {"id": id_, "by": person, "at": stamp(at), "text": file.values.get(text, ERASED)}
            for id_, person, at, text in matter.notes
        ],
        "journal": {"lines": matter.seq, "head": matter.head, "bytes": file.journal.size},
        "anchored": gauge_view(matter),
    }  # fmt: skip


def _exhibit(file: MatterFile, matter: Matter, exhibit: Exhibit) -> dict[str, Any]:
    e = exhibit
    return {
        "id": e.id, "step": e.step, "source": e.target,
        "title": file.values.get(e.title, ERASED) if e.title else None, "files": e.files, "bytes": e.bytes,
        "sealed_at": stamp(e.sealed_at), "findings": dict(e.findings), "place": e.place,
        "personal_data": e.personal_data, "tagmanifest_sha256": e.tagmanifest_sha256,
        "seal_sha256": e.seal_sha256, **stamps_view(matter.evidence, e.id),
    }  # fmt: skip


def _party(file: MatterFile, matter: Matter, party: str) -> dict[str, Any]:
    row = matter.parties[party]
    details = file.values.get(row.details, {})
    return {
        "id": row.id, "role": row.role, "place": row.place, "language": row.language,
        "name": details.get("name", ERASED), "address": details.get("address"),
    }  # fmt: skip


def _document(matter: Matter, document: Document) -> dict[str, Any]:
    instance = matter.instance(document.step, document.target)
    served = document.served
    newest = [a for a in matter.approvals.values() if a.document == document.id]
    replaced = instance.document != document.id
    state = (
        "served"
        if served
        else "replaced"
        if replaced
        else newest[-1].state
        if newest
        else "drafted"
    )
    return {
        "id": document.id, "version": document.version, "step": document.step, "target": document.target,
        "notice": document.notice, "language": document.language, "state": state, "files": dict(document.files),
        "request": newest[-1].id if newest else None,
        "served": {name: served[name] for name in ("when", "method", "proof")} if served else None,
    }  # fmt: skip


def status_view(file: MatterFile, matter: Matter) -> dict[str, Any]:
    """Say what a reporter may know of their own report: that it was taken up, when, and whether it is still open."""
    report = file.values.get(matter.report["report"], {})
    taken_up = any(instance.finished_at for instance in matter.steps.values())
    state = "closed" if not matter.open else "in hand" if taken_up else "received"
    return {
        "matter": matter.id,
        "title": report.get("title", ERASED),
        "state": state,
        "reported_at": stamp(matter.opened_at) if matter.opened_at else None,
        "attachments": [item["state"] for item in matter.report["attachments"]],
    }
