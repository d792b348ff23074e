"""Delivery: a hold or a brief by Slack to its reader; a letter laid out for whoever serves it."""

from datetime import timedelta

from breachbook import durable
from breachbook.acts import Job, Result
from breachbook.events import Draft, stamp
from breachbook.matter import Document, Matter
from breachbook.people import seconds
from breachbook.slack.blocks import Block
from breachbook.slack.client import Upload
from breachbook.slack.dated import hold_button
from breachbook.slack.notes import Note, note_blocks, note_text


def issue(job: Job) -> Result:
    """Deliver a legal hold to its custodian, once under its key."""
    matter = job.file.refresh()
    hold = f"{job.perform.step}-{job.perform.round}"
    failed = _send(
        job,
        matter,
        [job.perform.target],
        "You are under a legal hold. Read the notice attached and keep everything it names;"
        " then acknowledge it here.",
        (hold_button(matter.id, hold),),
    )
    if failed:
        return failed
    document = matter.instance(job.perform.step, job.perform.target).document
    data = {
        "hold": hold,
        "custodian": job.perform.target,
        "document": document,
    }
    step = job.library.pinned(job.file, matter).step(job.perform.step)
    if step.reply_within:
        reply_by = job.workspace.now() + timedelta(seconds=seconds(step.reply_within))
        data["reply_by"] = stamp(reply_by)
    return Result("finished", "delivered", write=lambda _: [Draft("hold.issued", data)])


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
