"""What people who approve read in Slack: approval cards. Pure; a view of the journal."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from breachbook.slack.actions import APPROVE, BREAK_GLASS, DELEGATE, REJECT, REQUEST_CHANGES
from breachbook.slack.blocks import (
    MAX_MESSAGE,
    Block,
    actions,
    bounded,
    button,
    context,
    cut,
    fields,
    header,
    labelled,
    plain,
    section,
    when,
    words,
)
from breachbook.slack.notes import (
    Named,
    Note,
    Task,
    mentioned,
    note_blocks,
    note_text,
    task_blocks,
    task_text,
    watermark,
)

__all__ = [
    "Approver", "Card", "Decided", "Delegated", "Document", "Note", "Recipient", "Status", "Task",
    "button_value", "buttons", "card_blocks", "card_text", "note_blocks", "note_text", "read_value",
    "task_blocks", "task_text",
]  # fmt: skip

Status = Literal[
    "open", "approved", "refused", "changes-requested", "expired", "voided", "superseded", "closed"
]

DECISION_WORDS = {APPROVE: "approved", REQUEST_CHANGES: "asked for changes", REJECT: "refused"}
STATUS_WORDS: dict[Status, str] = {
    "open": "Waiting for a decision",
    "approved": "Approved",
    "refused": "Refused: nothing will be done",
    "changes-requested": "Changes requested: it will be drafted again",
    "expired": "Expired without a decision",
    "voided": "Void: what was to be approved has changed",
    "superseded": "Replaced by a newer request",
    "closed": "Not decided: the matter is closed",
}
SHORT = 16
_VALUE = re.compile(r"([A-Za-z0-9._-]{1,200}) ([0-9a-f]{16})")

Approver = Named


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
class Decided:
    """One recorded decision: `decision` is approve, request-changes or reject; `at` is aware.

    `acting_for` names who was asked, where a delegate decided in their place.
    """

    who: str
    at: datetime
    decision: str
    reason: str = ""
    acting_for: str = ""


@dataclass(frozen=True, slots=True)
class Delegated:
    """A decision put into somebody else's hands until a moment."""

    by: str
    to: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Card:
    """An approval request as it is shown.

    Attributes:
        request_id: Such as ``LEAK-2026-0001-A3``; letters, digits, ``.``, ``_`` and ``-``.
        subject_sha256: Digest of the subject's manifest; what an approval binds.
        what: What will happen once approved, in a sentence.
        undo: How it can be undone; empty when it cannot, which the card then says.
        noticed: Whether those it concerns will notice; empty where that is no question.
        approvers: Everybody who may decide.
        asked: Whose word is waited for now; they are mentioned while the card is open.
        still_needed: What the quorum lacks, such as "1 of ip-counsel"; empty when nothing.
        unreachable: That the quorum can never be reached, and how to go on; empty when it can.
        stages: What each stage needs, where there are several.
        on_expiry: What silence leads to, such as "refused".
        high_risk: Approving asks for the matter's number to be typed.
        delegable: A person asked may hand the decision to another.
        breakable: Who may approve alone in an emergency.
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
    noticed: str = ""
    recipients: tuple[Recipient, ...] = ()
    documents: tuple[Document, ...] = ()
    approvers: tuple[Approver, ...] = ()
    asked: tuple[Approver, ...] = ()
    still_needed: str = ""
    unreachable: str = ""
    stages: tuple[str, ...] = ()
    decisions: tuple[Decided, ...] = ()
    delegations: tuple[Delegated, ...] = ()
    expires_at: datetime | None = None
    on_expiry: str = ""
    high_risk: bool = False
    urgent: bool = False
    delegable: bool = False
    breakable: tuple[Approver, ...] = ()
    zone: str = "UTC"
    status: Status = "open"
    status_detail: str = ""
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


def buttons(
    request_id: str, subject_sha256: str, *, delegable: bool = False, breakable: bool = False
) -> list[Block]:
    """What can be pressed on an open request; the gravest last."""
    value = button_value(request_id, subject_sha256)
    found = [
        button("Approve", APPROVE, value, "primary"),
        button("Request changes", REQUEST_CHANGES, value),
        button("Refuse", REJECT, value, "danger"),
    ]
    if delegable:
        found.append(button("Delegate", DELEGATE, value))
    if breakable:
        found.append(button("Break glass", BREAK_GLASS, value, "danger"))
    return found


def card_blocks(card: Card) -> list[Block]:
    """Lay out an approval card; only an open one has buttons."""
    top = [*watermark(card.example), header(f"Approval: {card.title}"), *_status(card)]
    body = [*_act(card), *_documents(card.documents), *_who(card), *_decisions(card)]
    if card.status != "open":
        return bounded([*top, *body])
    pressed = buttons(
        card.request_id, card.subject_sha256,
        delegable=card.delegable, breakable=bool(card.breakable),
    )  # fmt: skip
    stuck = (
        labelled("Cannot be approved by those asked", card.unreachable) if card.unreachable else []
    )
    return bounded(
        [*top, *stuck, *_risk(card), *body, _expiry(card), *actions(*pressed)], keep_last=2
    )


def card_text(card: Card) -> str:
    """The card in one line, for notifications and screen readers."""
    status = STATUS_WORDS[card.status]
    return cut(f"{card.matter}: {status}: {card.title} ({card.request_id})", MAX_MESSAGE)


def _status(card: Card) -> list[Block]:
    shown: list[Block] = [{"type": "section", "text": words(f"*{STATUS_WORDS[card.status]}*")}]
    return shown + ([section(card.status_detail)] if card.status_detail else [])


def _risk(card: Card) -> list[Block]:
    lines = []
    if card.high_risk:
        lines.append("*High risk:* whoever approves types the matter's number.")
    if card.urgent:
        lines.append("*Urgent:* reminders come at any hour.")
    return [context(words(line)) for line in lines]


def _act(card: Card) -> list[Block]:
    reached = "\n".join(
        f"{who.name} · {who.address}" if who.address else who.name for who in card.recipients
    )
    return [
        *labelled("What will happen", card.what),
        *(labelled("To whom", reached) if reached else []),
        *labelled("Why", card.why),
        *labelled("Undo", card.undo or "Cannot be undone."),
        *(labelled("Will they notice", card.noticed) if card.noticed else []),
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
        "May decide": _names(card.approvers),
    }
    is_open = card.status == "open"
    if is_open and card.still_needed:
        facts["Still needed"] = card.still_needed
    if is_open and card.breakable:
        facts["May approve alone in an emergency"] = _names(card.breakable)
    return [
        fields(facts),
        *(labelled("Stages", "\n".join(card.stages)) if card.stages else []),
        *(mentioned(card.asked or card.approvers) if is_open else []),
    ]


def _names(people: Sequence[Approver]) -> str:
    return ", ".join(person.name for person in people)


def _decisions(card: Card) -> list[Block]:
    handed = [
        context(
            plain(f"{made.by} lets {made.to} decide", 300),
            words(f"until {when(made.until, card.zone)}"),
        )
        for made in card.delegations
    ]
    return handed + [
        context(
            plain(_decided(made), 300),
            words(when(made.at, card.zone)),
            *([plain(f"Reason: {made.reason}", 1000)] if made.reason else []),
        )
        for made in card.decisions
    ]


def _decided(made: Decided) -> str:
    said = f"{made.who} {DECISION_WORDS.get(made.decision, made.decision)}"
    return f"{said} for {made.acting_for}" if made.acting_for else said


def _expiry(card: Card) -> Block:
    if card.expires_at is None:
        return context(words("Does not expire; silence decides nothing."))
    after = [plain(f"Without a decision by then: {card.on_expiry}", 300)] if card.on_expiry else []
    return context(words(f"Expires {when(card.expires_at, card.zone)}"), *after)
