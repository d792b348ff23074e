"""Approvals: what was decided on is what the manifest, the document and the service say."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from breachbook.approvals import inputs_sha256
from breachbook.audit.verdicts import Check, judged
from breachbook.entries import Approval
from breachbook.errors import StoreError
from breachbook.events import Event, stamp
from breachbook.matter import Matter
from breachbook.store import Store


def check_approvals(folder: Path, events: Sequence[Event], matter: Matter) -> Check:
    """Check every request against its manifest and document, and every act against its approval."""
    store = Store(folder / "store")
    findings: list[str] = []
    for approval in matter.approvals.values():
        findings += _request(store, matter, approval)
    for document in matter.documents.values():
        if inputs_sha256(document.inputs) != document.inputs_sha256:
            findings.append(f"{document.id}: its inputs do not match their hash")
    findings += _history(events)
    good = f"{len(matter.approvals)} requests match what they were given for"
    return judged(folder.name, "approvals", findings, good)


def _request(store: Store, matter: Matter, approval: Approval) -> Iterator[str]:
    try:
        manifest: Mapping[str, Any] = json.loads(store.get(approval.subject))
    except (StoreError, ValueError) as error:
        yield f"{approval.id}: {error}"
        return
    document = matter.documents.get(approval.document)
    if document is None:
        yield f"{approval.id}: there is no document {approval.document}"
        return
    wanted: dict[str, Any] = {
        "matter": matter.id,
        "step": approval.step,
        "target": approval.target,
        "round": approval.round,
        "document": approval.document,
        "version": document.version,
        "inputs_sha256": document.inputs_sha256,
        "not_after": stamp(approval.not_after),
    }
    for key, value in wanted.items():
        if manifest.get(key) != value:
            yield f"{approval.id}: its manifest says {key} {manifest.get(key)}, the journal {value}"
    files = {item["role"]: item["sha256"] for item in manifest.get("files", ())}
    if files != dict(document.files):
        yield f"{approval.id}: its manifest names other files than {document.id} has"


def _history(events: Sequence[Event]) -> Iterator[str]:
    """Replay once more and judge each act at the moment it was recorded."""
    matter = Matter()
    for event in events:
        data = event.data
        where = f"line {event.seq} ({event.kind})"
        if event.kind == "approval.decided":
            yield from _decided(matter, event, where)
        elif event.kind == "approval.forced":
            yield from _forced(matter, event, where)
        elif event.kind == "step.started" and data.get("request"):
            yield from _acted(matter, data["request"], data.get("subject"), where)
        elif event.kind == "document.served":
            yield from _served(matter, data, where)
        matter.apply(event)


def _decided(matter: Matter, event: Event, where: str) -> Iterator[str]:
    approval = matter.approvals.get(event.data["request"])
    if approval is None or event.data["subject"] != approval.subject:
        yield f"{where}: decides on another subject than was put to anybody"
    elif approval.state != "open" or not _could(approval, event):
        yield f"{where}: {event.actor.person} could not decide {approval.id} then"
    elif any(event.actor.person in (d.person, d.counts_for) for d in approval.decisions):
        yield f"{where}: {event.actor.person} decided {approval.id} twice"


def _could(approval: Approval, event: Event) -> bool:
    """Say whether an actor was asked, or stood in for somebody who was, in the stage of that moment."""
    actor, stage = event.actor, approval.stage
    if stage is None or (actor.acting_for or actor.person) not in stage.approvers:
        return False
    stands_in = approval.delegate_of(actor.person, event.when)
    return actor.acting_for is None or stands_in == actor.acting_for


def _forced(matter: Matter, event: Event, where: str) -> Iterator[str]:
    approval = matter.approvals.get(event.data["request"])
    if approval is None or event.data["subject"] != approval.subject:
        yield f"{where}: approves another subject than was put to anybody"
    elif approval.state != "open" or event.actor.person not in approval.break_glass:
        yield f"{where}: {event.actor.person} could not approve {approval.id} alone"


def _acted(matter: Matter, request: str, subject: object, where: str) -> Iterator[str]:
    approval = matter.approvals.get(request)
    if approval is None or approval.state != "approved":
        yield f"{where}: {request} was not approved then"
    elif subject != approval.subject:
        yield f"{where}: acts on another subject than {request} approved"


def _served(matter: Matter, data: Mapping[str, Any], where: str) -> Iterator[str]:
    document = matter.documents.get(data["document"])
    approval = matter.approvals.get(data["request"])
    if document is None or approval is None or approval.document != document.id:
        yield f"{where}: serves what no request was about"
    elif approval.state != "approved":
        yield f"{where}: {approval.id} was not approved then"
    elif data.get("files") is not None and dict(data["files"]) != dict(document.files):
        yield f"{where}: served other files than were approved"
