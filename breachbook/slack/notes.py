"""What people read in Slack besides approval cards: tasks, reminders and notes. Pure; views of the journal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from breachbook.slack.blocks import (
    MAX_MESSAGE,
    Block,
    actions,
    bounded,
    context,
    cut,
    header,
    labelled,
    link,
    mentions,
    plain,
    section,
    when,
    words,
)


@dataclass(frozen=True, slots=True)
class Named:
    """A person as a message names them; with a Slack user id they can be mentioned."""

    name: str
    user_id: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """Something a named person has to do, and the command that records that it is done.

    Attributes:
        title: Of the step, with whom or what it is about where there is such a one.
    """

    matter: str
    title: str
    what: str
    command: str
    person: Named | None = None
    due_at: datetime | None = None
    button: Block | None = None
    zone: str = "UTC"
    example: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """Something that happened, or that somebody is reminded of.

    Attributes:
        title: A heading; empty for none.
        people: Who is mentioned.
        moments: Words of ours with the moment they are about, such as "Expires".
        address: Link of Slack's own to what it is about; empty for none.
        label: Words of ours for that link.
        buttons: What can be done at once, as `blocks.button` makes them.
    """

    matter: str
    text: str
    example: bool = False
    title: str = ""
    people: tuple[Named, ...] = ()
    moments: tuple[tuple[str, datetime], ...] = ()
    address: str = ""
    label: str = "Open it"
    buttons: tuple[Block, ...] = ()
    zone: str = "UTC"


def task_blocks(task: Task) -> list[Block]:
    """Lay out a task: what, the command that answers it, due when."""
    due = [context(words(f"Due {when(task.due_at, task.zone)}"))] if task.due_at else []
    return [
        *watermark(task.example),
        header(f"To do: {task.title}"),
        *mentioned([task.person] if task.person else []),
        section(task.what),
        *labelled("Or on the command line", task.command),
        *due,
        *actions(*([task.button] if task.button else [])),
        context(plain(task.matter, 200)),
    ]


def task_text(task: Task) -> str:
    """The task in one line."""
    return cut(f"{task.matter}: to do: {task.title}", MAX_MESSAGE)


def note_blocks(note: Note) -> list[Block]:
    """Lay out a note, its buttons last."""
    told = [context(words(f"{label} {when(at, note.zone)}")) for label, at in note.moments]
    row = actions(*note.buttons)
    blocks = [
        *watermark(note.example),
        *([header(note.title)] if note.title else []),
        *mentioned(note.people),
        section(note.text),
        *told,
        *([context(words(link(note.address, note.label)))] if note.address else []),
        context(plain(note.matter, 200)),
        *row,
    ]
    return bounded(blocks, keep_last=len(row))


def note_text(note: Note) -> str:
    """The note in one line."""
    said = f"{note.title}: {note.text}" if note.title else note.text
    return cut(f"{note.matter}: {said}", MAX_MESSAGE)


def watermark(example: bool) -> list[Block]:
    """Say first that a matter is fictitious, if it is."""
    line = "*Example.* A fictitious matter; nothing leaves this computer."
    return [context(words(line))] if example else []


def mentioned(people: Sequence[Named]) -> list[Block]:
    """Mention people, so that Slack tells them; without any, nothing is shown."""
    named = mentions([person.user_id for person in people])
    return [context(words(named))] if named else []
