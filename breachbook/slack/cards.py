"""What people read in Slack: approval cards, tasks and notes. Pure; a view of the journal."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from breachbook.slack.blocks import (
    MAX_MESSAGE,
    Block,
    bounded,
    button,
    context,
    cut,
    fields,
    header,
    labelled,
    mentions,
    plain,
    section,
    when,
    words,
)

Status = Literal[
    "open", "approved", "refused", "changes-requested", "expired", "voided", "superseded"
]

APPROVE, REQUEST_CHANGES, REJECT = "approve", "request-changes", "reject"
DECISION_WORDS = {APPROVE: "approved", REQUEST_CHANGES: "asked for changes", REJECT: "refused"}
STATUS_WORDS: dict[Status, str] = {
    "open": "Waiting for a decision",
    "approved": "Approved",
    "refused": "Refused: nothing will be done",
    "changes-requested": "Changes requested: it will be drafted again",
    "expired": "Expired without a decision",
    "voided": "Void: what was to be approved has changed",
    "superseded": "Replaced by a newer request",
}
SHORT = 16
_VALUE = re.compile(r"([A-Za-z0-9._-]{1,200}) ([0-9a-f]{16})")


@dataclass(frozen=True, slots=True)
class Recipient:
    """Someone the act reaches, with the exact address it goes to."""

    name: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """One file of the subject; `sha256` is the full digest, of which 16 digits are shown."""

    title: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Approver:
    """Someone who may decide; with a Slack user id the card mentions them while it is open."""

    name: str
    user_id: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """One recorded decision: `decision` is approve, request-changes or reject; `at` is aware."""

    who: str
    at: datetime
    decision: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """An approval request as it is shown.

    Attributes:
        request_id: Such as ``LEAK-2026-0001-A3``; letters, digits, ``.``, ``_`` and ``-``.
        subject_sha256: Digest of the subject's manifest; what an approval binds.
        what: What will happen once approved, in a sentence.
        undo: How it can be undone; empty when it cannot, which the card then says.
        still_needed: What the quorum lacks, such as "1 of ip-counsel"; empty when nothing.
        on_expiry: What silence leads to, such as "refused".
        zone: IANA zone of times where Slack cannot show the reader's own.
        status_detail: What changed (voided), the new request (superseded), or why.
        example: The matter is fictitious; the card says so first.
    """

    request_id: str
    subject_sha256: str
    matter: str
    title: str
    what: str
    why: str
    undo: str = ""
    recipients: tuple[Recipient, ...] = ()
    documents: tuple[Document, ...] = ()
    approvers: tuple[Approver, ...] = ()
    still_needed: str = ""
    decisions: tuple[Decided, ...] = ()
    expires_at: datetime | None = None
    on_expiry: str = ""
    zone: str = "UTC"
    status: Status = "open"
    status_detail: str = ""
    example: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """Something a named person has to do, and the command that records that it is done."""

    matter: str
    title: str
    what: str
    command: str
    person: Approver | None = None
    due_at: datetime | None = None
    zone: str = "UTC"
    example: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """Something that happened and needs no answer."""

    matter: str
    text: str
    example: bool = False


def button_value(request_id: str, subject_sha256: str) -> str:
    """What a button carries: the request and the first 16 digits of exactly what was shown.

    Raises:
        ValueError: The request id or the digest is not of the form `read_value` takes back.
    """
    value = f"{request_id} {subject_sha256[:SHORT]}"
    if not _VALUE.fullmatch(value):
        raise ValueError(f"got {value!r}; allowed: a request id and a SHA-256 in hex")
    return value


def read_value(value: str) -> tuple[str, str]:
    """Take `button_value` apart into request id and 16 digits of the subject.

    Raises:
        ValueError: Not a value this module wrote.
    """
    found = _VALUE.fullmatch(value)
    if not found:
        raise ValueError("not a value of an approval card")
    return found[1], found[2]


def card_blocks(card: Card) -> list[Block]:
    """Lay out an approval card; only an open one has buttons."""
    top = [*_watermark(card.example), header(f"Approval: {card.title}"), *_status(card)]
    body = [*_act(card), *_documents(card.documents), *_who(card), *_decisions(card)]
    if card.status != "open":
        return bounded([*top, *body])
    return bounded([*top, *body, _expiry(card), _buttons(card)], keep_last=2)


def card_text(card: Card) -> str:
    """The card in one line, for notifications and screen readers."""
    status = STATUS_WORDS[card.status]
    return cut(f"{card.matter}: {status}: {card.title} ({card.request_id})", MAX_MESSAGE)


def task_blocks(task: Task) -> list[Block]:
    """Lay out a task: what, the command that answers it, due when."""
    due = [context(words(f"Due {when(task.due_at, task.zone)}"))] if task.due_at else []
    return [
        *_watermark(task.example),
        header(f"To do: {task.title}"),
        *_mention([task.person] if task.person else []),
        section(task.what),
        *labelled("Answer with", task.command),
        *due,
        context(plain(task.matter, 200)),
    ]


def task_text(task: Task) -> str:
    """The task in one line."""
    return cut(f"{task.matter}: to do: {task.title}", MAX_MESSAGE)


def note_blocks(note: Note) -> list[Block]:
    """Lay out a note."""
    return [*_watermark(note.example), section(note.text), context(plain(note.matter, 200))]


def note_text(note: Note) -> str:
    """The note in one line."""
    return cut(f"{note.matter}: {note.text}", MAX_MESSAGE)


def _watermark(example: bool) -> list[Block]:
    line = "*Example.* A fictitious matter; nothing leaves this computer."
    return [context(words(line))] if example else []


def _status(card: Card) -> list[Block]:
    shown: list[Block] = [{"type": "section", "text": words(f"*{STATUS_WORDS[card.status]}*")}]
    return shown + ([section(card.status_detail)] if card.status_detail else [])


def _act(card: Card) -> list[Block]:
    reached = "\n".join(
        f"{who.name} · {who.address}" if who.address else who.name for who in card.recipients
    )
    return [
        *labelled("What will happen", card.what),
        *(labelled("To whom", reached) if reached else []),
        *labelled("Why", card.why),
        *labelled("Undo", card.undo or "Cannot be undone."),
    ]


def _documents(documents: Sequence[Document]) -> list[Block]:
    lines = [f"{document.title} · {document.sha256[:SHORT]}" for document in documents]
    return (
        labelled("Documents, with the start of their SHA-256", "\n".join(lines)) if lines else []
    )


def _who(card: Card) -> list[Block]:
    facts = {
        "Matter": card.matter,
        "Request": card.request_id,
        "Subject (SHA-256)": card.subject_sha256[:SHORT],
        "May decide": ", ".join(approver.name for approver in card.approvers),
    }
    if card.status == "open" and card.still_needed:
        facts["Still needed"] = card.still_needed
    asked = _mention(card.approvers) if card.status == "open" else []
    return [fields(facts), *asked]


def _mention(people: Sequence[Approver]) -> list[Block]:
    named = mentions([person.user_id for person in people])
    return [context(words(named))] if named else []


def _decisions(card: Card) -> list[Block]:
    return [
        context(
            plain(f"{made.who} {DECISION_WORDS.get(made.decision, made.decision)}", 200),
            words(when(made.at, card.zone)),
            *([plain(f"Reason: {made.reason}", 1000)] if made.reason else []),
        )
        for made in card.decisions
    ]


def _expiry(card: Card) -> Block:
    if card.expires_at is None:
        return context(words("Does not expire; silence decides nothing."))
    after = [plain(f"Without a decision by then: {card.on_expiry}", 300)] if card.on_expiry else []
    return context(words(f"Expires {when(card.expires_at, card.zone)}"), *after)


def _buttons(card: Card) -> Block:
    value = button_value(card.request_id, card.subject_sha256)
    return {
        "type": "actions",
        "elements": [
            button("Approve", APPROVE, value, "primary"),
            button("Request changes", REQUEST_CHANGES, value),
            button("Refuse", REJECT, value, "danger"),
        ],
    }
