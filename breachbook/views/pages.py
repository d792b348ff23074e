"""The rows of the desk's private pages; each person is shown only what they may see."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from breachbook import rows
from breachbook.doers import COLLECTORS
from breachbook.errors import BreachbookError
from breachbook.views import agenda
from breachbook.views.deadlines import authority, deadline_views, plain_title
from breachbook.views.urgency import pressing

if TYPE_CHECKING:
    from breachbook.desk.collaborators import (
        ApprovalRow,
        DeadlineRow,
        MatterPage,
        MatterRow,
        StepRow,
    )
    from breachbook.entries import Approval
    from breachbook.library import Library
    from breachbook.workspace import Workspace


def page_rows(workspace: "Workspace", library: "Library", person: str) -> "list[MatterRow]":
    """List the matters a person may see, open ones first, newest first."""
    today = workspace.now().date()
    found = [row for row in rows.current(workspace.root) if person in row["people"]]
    found.sort(key=lambda row: (row["state"] == "open", row["matter"]), reverse=True)
    return [_matter_row(workspace, row, today) for row in found]


def _matter_row(workspace: "Workspace", row: Mapping[str, Any], today: date) -> "MatterRow":
    coming = next((d for d in row["deadlines"] if d["safe"][:10] >= today.isoformat()), None)
    return {
        "id": row["matter"],
        "title": rows.title_of(f"{workspace.matters_folder}/{row['matter']}"),
        "state": row["state"],
        "example": workspace.example,
        "opened_on": row["opened_at"][:10],
        "next_deadline": coming["rule"] if coming else "",
        "next_deadline_on": coming["safe"][:10] if coming else "",
        "open_approvals": len(row["approvals"]),
        "overdue": rows.overdue(dict(row), today),
    }


def page(
    workspace: "Workspace", library: "Library", person: str, wanted: str
) -> "MatterPage | None":
    """Describe one matter for a person, or None when there is none for them."""
    try:
        file = rows.open_file(workspace.root, wanted)
        matter = file.refresh()
    except BreachbookError:
        return None
    if not matter.sees(person):
        return None
    report = file.values.get(matter.report["report"], {})
    steps = agenda.of(workspace.root, file, matter, workspace.now(), lambda: library)
    titles = {step["step"]: step["title"] for step in steps}
    return {
        "id": matter.id,
        "title": report.get("title", "(erased)"),
        "state": "open" if matter.open else "closed",
        "example": matter.example,
        "opened_on": f"{matter.opened_at:%Y-%m-%d}",
        "steps": [_step(step) for step in steps],
        "deadlines": [
            _deadline(row) for row in pressing(deadline_views(file, matter), workspace.now())
        ],
        "approvals": [_approval(approval, titles) for approval in matter.approvals.values()],
        "may_hand_in": matter.open and bool({*COLLECTORS} & {*matter.roles.get(person, ())}),
    }


def _step(row: Mapping[str, Any]) -> "StepRow":
    return {
        "id": row["id"],
        "title": row["title"],
        "state": row["state"],
        "waits_for": agenda.words(row),
    }


def _deadline(row: Mapping[str, Any]) -> "DeadlineRow":
    late = row["urgency"] in ("overdue", "missed")
    first = row.get("bound") == "earliest"
    notes = [
        *([row["urgency"]] if late else []),
        *(["disputed"] if row.get("disputed") else []),
        *(["provisional"] if row["provisional"] else []),
        *([row["status"]] if row["status"] != "verified" else []),
    ]
    return {
        "title": plain_title(row["title"]),
        "safe": row["safe"],
        "legal": f"from {row['legal']}" if first else row["legal"] or "",
        "rule": row["rule"],
        "authority": authority(row["authority"]),
        "note": ", ".join(notes),
        "overdue": late,
    }


def _approval(approval: "Approval", titles: Mapping[str, str]) -> "ApprovalRow":
    target = f" ({approval.target})" if approval.target != "-" else ""
    return {
        "id": approval.id,
        "title": f"{titles.get(approval.step, approval.step)}{target}",
        "status": approval.state,
        "still_needed": approval.still_needed,
        "expires": f"{approval.expires_at:%Y-%m-%d %H:%M} UTC" if approval.state == "open" else "",
    }
