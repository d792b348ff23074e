"""An approval as the people who decide it must see it: exactly what, to whom, on what basis, by when."""

import json
from typing import Any

from breachbook.errors import StoreError
from breachbook.events import stamp
from breachbook.matter import Approval, Matter
from breachbook.matter_file import MatterFile


def approval_view(file: MatterFile, matter: Matter, approval: Approval) -> dict[str, Any]:
    """Describe a request from its manifest, which the subject's hash names.

    Returns:
        request, matter, step, target, round, state, subject, document, action, method, files (name, sha256),
        recipients, inputs (names), approvers, excluded, quorum, given, expires_at, not_after, on_expiry,
        decisions (person, decision, at, comment), changed, and unreadable when the manifest is not as kept.
    """
    try:
        manifest, unreadable = json.loads(file.store.get(approval.subject)), None
    except StoreError as error:
        manifest, unreadable = {}, str(error)
    return {
        "request": approval.id,
        "matter": matter.id,
        "step": approval.step,
        "target": approval.target,
        "round": approval.round,
        "state": approval.state,
        "subject": approval.subject,
        "document": approval.document,
        "action": manifest.get("action"),
        "method": manifest.get("method"),
        "files": [{"name": item["role"], "sha256": item["sha256"]} for item in manifest.get("files", ())],
        "recipients": manifest.get("recipients", []),
        "inputs": sorted(approval.inputs),
        "approvers": list(approval.approvers),
        "excluded": list(approval.excluded),
        "quorum": approval.quorum,
        "given": sum(item.decision == "approve" for item in approval.decisions),
        "requested_at": stamp(approval.requested_at),
        "expires_at": stamp(approval.expires_at),
        "not_after": stamp(approval.not_after),
        "on_expiry": approval.on_expiry,
        "decisions": [
            {
                "person": item.person, "decision": item.decision, "at": stamp(item.at),
                "comment": file.values.get(item.comment),
            }
            for item in approval.decisions
        ],
        "changed": list(approval.changed),
        "unreadable": unreadable,
    }  # fmt: skip


def waits_for(approval: Approval, matter: Matter, person: str) -> bool:
    """Say whether a request waits for one person's decision."""
    given = {item.person for item in approval.decisions}
    mine = person in approval.approvers and person not in matter.conflicted
    return approval.state == "open" and mine and person not in given
