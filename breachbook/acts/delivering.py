"""Delivery: a hold or a brief by Slack to its reader; a letter laid out for whoever serves it."""

from datetime import timedelta
from typing import Any

from breachbook import durable
from breachbook.acts import Job, Result
from breachbook.events import Draft, stamp
from breachbook.hold_book import BY_HAND
from breachbook.matter import Document, Matter
from breachbook.people import seconds
from breachbook.slack.blocks import Block
from breachbook.slack.client import Upload
from breachbook.slack.dated import hold_button
from breachbook.slack.notes import Note, note_blocks, note_text


def issue(job: Job) -> Result:
    """Deliver a legal hold to its custodian, once under its key; one without Slack gets it by hand."""
    matter = job.file.refresh()
    hold = matter.hold_book.of_step(job.perform.step, job.perform.target, job.perform.round)
    notice = _document(job, matter).pdf
    terms = matter.hold_book.stated(hold)
    person = job.workspace.people.by_id.get(job.perform.target)
    by_hand = person is not None and person.slack is None
    failed = _send(
        job,
        matter,
        [] if by_hand else [job.perform.target],
        "You are under a legal hold. Read the notice attached and keep everything it names;"
        " then acknowledge it here.",
        (hold_button(matter.id, hold, notice),),
    )
    if failed:
        return failed
    document = matter.instance(job.perform.step, job.perform.target).document
    data: dict[str, Any] = {
        "hold": hold,
        "custodian": job.perform.target,
        "document": document,
        "notice": notice,
        "version": terms.version if terms else 1,
        **({"message": BY_HAND} if by_hand else {}),
    }
    step = job.library.pinned(job.file, matter).step(job.perform.step)
    if step.reply_within:
        reply_by = job.workspace.now() + timedelta(seconds=seconds(step.reply_within))
        data["reply_by"] = stamp(reply_by)
    outcome = "to-hand-over" if by_hand else "delivered"
    return Result("finished", outcome, write=lambda _: [Draft("hold.issued", data)])


def serve(job: Job) -> Result:
    """Deliver an internal notice by Slack, or lay an approved letter out for the person who serves it."""
    matter = job.file.refresh()
    step = job.library.pinned(job.file, matter).step(job.perform.step)
    assert step.serve is not None
    if step.serve.by:
        lay_out(job, _document(job, matter))
        return Result("open", "laid-out")
    readers = [p for p in job.workspace.people.with_any(step.serve.to) if matter.sees(p)]
    failed = _send(job, matter, readers, f"{step.title}: attached.")
    return failed or Result("finished", "delivered")


def lay_out(job: Job, document: Document) -> None:
    """Write an approved document's files, byte for byte from the store, into ``documents/<id>/``."""
    folder = job.file.folder / "documents" / document.id
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, sha in document.files.items():
        if not (folder / name).exists():
            durable.replace(folder / name, job.file.store.get(sha), 0o400)


def _document(job: Job, matter: Matter) -> Document:
    return matter.documents[matter.instance(job.perform.step, job.perform.target).document or ""]


def _send(
    job: Job, matter: Matter, people: list[str], text: str, buttons: tuple[Block, ...] = ()
) -> Result | None:
    """Send the document to each person; give the failure, or None when everybody has it."""
    if job.slack is None:
        return Result(
            "failed",
            "no-slack",
            "Slack is not configured; set it up and restart the step, or deliver by hand and skip it",
        )
    document = _document(job, matter)
    lay_out(job, document)
    files = [
        Upload(name, job.file.store.get(sha))
        for name, sha in document.files.items()
        if name.endswith(".pdf")
    ]
    note = Note(matter=matter.id, text=text, example=matter.example, buttons=buttons)
    for person in people:
        identity = job.workspace.people[person].slack if person in job.workspace.people else None
        if identity is None:
            return Result(
                "failed", "no-slack-identity", f"{person} has no Slack identity in people.yaml"
            )
        channel = job.slack.open_dm(identity.user_id)
        key = f"{job.perform.key}/{identity.user_id}"
        job.slack.post_once(
            channel, key, note_blocks(note), note_text(note), files, attempted=True
        )
    return None
