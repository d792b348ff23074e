"""An approval as the people who decide it must see it: exactly what, to whom, on what basis, by when."""

import json
from datetime import datetime
from typing import Any

from breachbook.errors import StoreError
from breachbook.events import stamp
from breachbook.matter import Approval, Matter
from breachbook.matter_file import MatterFile


def approval_view(file: MatterFile, matter: Matter, approval: Approval) -> dict[str, Any]:
    """Describe a request from its manifest, which the subject's hash names.

    Returns:
        request, matter, step, target, round, state, subject, document, action, method, files (name, sha256),
        recipients, inputs (names), approvers, excluded, quorum, given, still_needed, stages, high_risk, urgent,
        delegates, delegations, break_glass, forced_by, expires_at, not_after, on_expiry,
        decisions (person, decision, at, comment), changed, and unreadable when the manifest is not as kept.
    """
    try:
        manifest, unreadable = json.loads(file.store.get(approval.subject)), None
    except StoreError as error:
        manifest, unreadable = {}, str(error)
    return {
        "matter": matter.id,
        **_of_manifest(manifest),
        **_of_policy(approval),
        **_of_state(file, approval),
        "unreadable": unreadable,
    }


def _of_manifest(manifest: dict[str, Any]) -> dict[str, Any]:
    return {
        "action": manifest.get("action"),
        "method": manifest.get("method"),
        "files": [
            {"name": item["role"], "sha256": item["sha256"]} for item in manifest.get("files", ())
        ],
        "recipients": manifest.get("recipients", []),
    }


def _of_policy(approval: Approval) -> dict[str, Any]:
    return {
        "approvers": list(approval.approvers),
        "excluded": list(approval.excluded),
        "quorum": approval.quorum,
        "stages": [
            {
                "approvers": list(s.approvers),
                "quorum": s.quorum,
                "lacks": s.lacks(approval.approved),
            }
            for s in approval.stages
        ],
        "high_risk": approval.high_risk,
        "urgent": approval.urgent,
        "delegates": list(approval.delegates),
        "break_glass": list(approval.break_glass),
        "on_expiry": approval.on_expiry,
    }


def _of_state(file: MatterFile, approval: Approval) -> dict[str, Any]:
    return {
        "request": approval.id,
        "step": approval.step,
        "target": approval.target,
        "round": approval.round,
        "state": approval.state,
        "subject": approval.subject,
        "document": approval.document,
        "inputs": sorted(approval.inputs),
        "given": len(approval.approved),
        "still_needed": approval.still_needed,
        "delegations": [
            {"by": d.by, "to": d.to, "until": stamp(d.until)} for d in approval.delegations
        ],
        "forced_by": approval.forced_by,
        "requested_at": stamp(approval.requested_at),
        "expires_at": stamp(approval.expires_at),
        "not_after": stamp(approval.not_after),
        "decisions": [
            {
                "person": item.person, "acting_for": item.acting_for,
                "decision": item.decision, "at": stamp(item.at),
                "comment": file.values.get(item.comment),
            }
            for item in approval.decisions
        ],
        "changed": list(approval.changed),
    }  # fmt: skip


def waits_for(approval: Approval, matter: Matter, person: str, now: datetime) -> bool:
    """Say whether a request waits for one person's decision."""
    return person in approval.pending(matter.conflicted, now)
