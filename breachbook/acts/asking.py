"""Asking for an approval: the subject written, kept by its hash, and put to the people who may decide."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from breachbook import approvals
from breachbook.agenda import Request
from breachbook.canonical import canonical, sha256
from breachbook.errors import ContentError, Problem
from breachbook.events import Draft, stamp
from breachbook.library import Library
from breachbook.matter import Document, Matter
from breachbook.matter_file import MatterFile
from breachbook.people import seconds
from breachbook.playbook import Step
from breachbook.workspace import Workspace


def request_drafts(
    workspace: Workspace,
    library: Library,
    file: MatterFile,
    matter: Matter,
    item: Request,
    offset: int,
) -> list[Draft]:
    """Give the ``approval.requested`` event; the subject's manifest is in the store before it.

    Args:
        offset: How many requests stand before this one in the same append.
    """
    step = library.pinned(file, matter).step(item.step)
    policy = step.approve
    if policy is None:
        raise ContentError(
            [Problem(f"{item.step}", None, "approve", "nothing", "an approval policy")]
        )
    document = matter.documents[item.document]
    found = approvals.asked(
        policy,
        matter,
        workspace.people,
        document.authors,
        escalated=item.escalated_from is not None,
    )
    now = workspace.now()
    not_after = stamp(now + timedelta(seconds=seconds(policy.valid_for)))
    manifest = approvals.subject(
        matter=matter.id, document=document, action=step.gated_act,
        recipients=recipients(file, workspace, matter, step, item.target),
        method=step.serve.method if step.serve else "connector", not_after=not_after,
    )  # fmt: skip
    raw = canonical(manifest)
    file.store.put(raw)
    number = int(matter.number("A")[1:]) + offset
    data: dict[str, Any] = {
        "request": f"{matter.id}-A{number}", "subject": sha256(raw), "step": item.step, "target": item.target,
        "round": item.round, "document": document.id, "inputs": dict(document.inputs),
        "inputs_sha256": document.inputs_sha256,
        "expires_at": stamp(now + timedelta(seconds=seconds(policy.expires))),
        "not_after": not_after, "authors": list(document.authors),
        **approvals.policy_data(policy, matter, workspace.people, document.authors, found),
    }  # fmt: skip
    if item.escalated_from:
        data["escalated_from"] = item.escalated_from
    return [Draft("approval.requested", data)]


def recipients(
    file: MatterFile, workspace: Workspace, matter: Matter, step: Step, target: str
) -> list[dict[str, Any]]:
    """Name who is reached, with the exact address: a party for a letter, an account for a containment."""
    if step.kind == "contain":
        account: Mapping[str, Any] = workspace.rows("accounts").get(target, {})
        return [{key: account.get(key) for key in ("id", "title", "party", "system")}]
    if target in matter.parties:
        row = file.values.get(matter.parties[target].details, {})
        keys = ("id", "name", "name_local", "contact", "address", "address_local", "email")
        return [{key: row.get(key) for key in keys}]
    if target in workspace.people:
        person = workspace.people[target]
        return [{"id": person.id, "name": person.name, "email": person.email}]
    return []


def sentence(step: Step, document: Document, who: list[dict[str, Any]]) -> str:
    """Say in one sentence what happens once the request is approved."""
    names = (
        " and ".join(str(item.get("name") or item.get("title") or item.get("id")) for item in who)
        or "nobody outside"
    )
    if step.kind == "contain":
        return f"{step.title}: {names}."
    method = step.serve.method if step.serve else "Slack"
    return f"{step.title}: version {document.version} goes to {names} by {method}."
