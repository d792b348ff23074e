"""The events of a matter: a closed list of kinds, each with its keys, and the one line each is stored as.

A line is the canonical JSON of the event without its hash, with ``,"hash":"<64 hex>"}`` put in place of the
closing brace. So ``sed 's/,"hash":"[0-9a-f]*"}$/}/'`` and ``sha256sum`` verify a line without Breachbook.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from breachbook.canonical import canonical
from breachbook.errors import DamageError, StoreError

FORMAT = 1
FIRST_PREV = "0" * 64

PRIVILEGES = frozenset(
    {"none", "attorney-client", "work-product", "common-interest", "confidential-secret"}
)
METHODS = frozenset({"os-user", "slack", "page", "engine", "prefect", "example"})

_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+#=,~|-]{0,255}|-")
_CREDENTIAL = re.compile(
    r"xox[a-z]-|xapp-|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{20}|glpat-|sk-[A-Za-z0-9]{20}"
    r"|eyJ[A-Za-z0-9_-]{8,}\.eyJ|AIza[0-9A-Za-z_-]{30}"
)
_BEFORE, _AFTER = b',"hash":"', b'"}'
_TAIL = len(_BEFORE) + 64 + len(_AFTER)

_ACT = "step target round act key"
_FACT = "fact fact_kind when about"
_APPROVAL = "request subject"

# kind: (required keys, optional keys)
KINDS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    kind: (frozenset(required.split()), frozenset(optional.split()))
    for kind, required, optional in [
        (
            "matter.opened",
            "matter example vector places trade_secrets holders custodians accounts sources reporter"
            " discovered_at report report_sha256 attachments suspects",
            "occurred_at",
        ),
        ("matter.closed", "reason", ""),
        ("matter.reopened", "reason", ""),
        ("fact.recorded", _FACT, "proof options"),
        ("fact.corrected", f"{_FACT} corrects reason", "proof options"),
        ("fact.retracted", "fact reason", ""),
        ("people.added", "person roles", ""),
        ("people.removed", "person", "reason"),
        ("people.conflicted", "person", "reason"),
        ("party.recorded", "party role place language details", "reason"),
        ("playbook.chosen", "playbook sha256", "reason"),
        ("step.started", _ACT, "subject repeatable document request"),
        ("step.finished", _ACT, "outcome result answers dockets proof document"),
        ("step.failed", f"{_ACT} outcome", "reason"),
        ("step.uncertain", f"{_ACT} outcome", "reason"),
        ("step.verified", f"{_ACT} effect", "reason"),
        ("step.restarted", "step target round reason", ""),
        ("step.skipped", "step target round reason", ""),
        ("step.undone", f"{_ACT} outcome", "reason"),
        ("step.halted", f"{_ACT} outcome", "reason request"),
        (
            "approval.requested",
            f"{_APPROVAL} step target round document inputs inputs_sha256 approvers quorum"
            " expires_at not_after on_expiry",
            "authors excluded escalated_from high_risk urgent stages delegation break_glass",
        ),
        ("approval.delegated", "request from to until", "reason delivery"),
        ("approval.forced", f"{_APPROVAL} reason", "delivery"),
        ("approval.decided", f"{_APPROVAL} decision", "comment delivery"),
        ("approval.refused", "request cause", "subject delivery"),
        ("approval.expired", f"{_APPROVAL} outcome", ""),
        ("approval.voided", f"{_APPROVAL} cause", "changed"),
        (
            "document.drafted",
            "document step target round version files inputs inputs_sha256 authors",
            "notice language template form party replaces edit reason",
        ),
        ("document.served", "document request method when proof", "party files"),
        (
            "exhibit.sealed",
            "exhibit step target files bytes manifest_sha256 tagmanifest_sha256 seal_sha256 findings",
            "source place personal_data stored collector state_secret trade_secret legal_basis"
            " works_council previous_seal",
        ),
        ("exhibit.begun", "exhibit collector source", "authority title"),
        ("timestamp.received", "about subject authority legal_class when request reply", "chain"),
        ("timestamp.failed", "about subject authority outcome", "reply"),
        (
            "custody.entered",
            "entry exhibit act",
            "person party purpose authority place condition proof before after undertaking transfer consent when"
            " reason export",
        ),
        ("undertaking.recorded", "undertaking holder proof", "exhibit"),
        ("consent.asked", "consent what about reason", ""),
        ("consent.given", "consent", "delivery"),
        ("consent.withdrawn", "consent reason", ""),
        ("hold.issued", "hold custodian document", "message reply_by notice version"),
        ("hold.placed", "hold about scope consent", "systems since until"),
        ("hold.added", "hold step custodian", ""),
        ("hold.ordered", "hold custodian notice version tasks", "reply_by"),
        ("hold.amended", "hold version scope reason", "systems since until"),
        ("hold.converted", "hold step custodian reason", ""),
        ("hold.acknowledged", "hold custodian", "delivery notice version"),
        ("hold.answered", "hold custodian answers", "delivery"),
        ("hold.fulfilled", "hold custodian task proof", ""),
        ("hold.exempted", "hold custodian reason", ""),
        ("hold.released", "hold custodian reason", "consent notice resumes"),
        (
            "deadline.computed",
            "deadline rule rule_sha256 fact raw legal safe provisional status result",
            "warnings bound last_moment reminders",
        ),
        ("deadline.superseded", "deadline cause", "by"),
        ("deadline.met", "deadline when", "proof fact"),
        ("deadline.late", "deadline when", "proof fact"),
        ("waiver.requested", "deadline reason", ""),
        ("deadline.waived", "deadline reason", "requested_by"),
        ("deadline.missed", "deadline", ""),
        ("deadline.reopened", "deadline cause", "reason"),
        ("deadline.assigned", "deadline person", ""),
        ("deadline.snoozed", "deadline until", ""),
        ("gate.cleared", "gate rule_sha256 authority scope", "steps until"),
        ("gate.restored", "gate reason", ""),
        ("message.queued", "message what", "about"),
        ("message.sent", "message what channel ts", "about"),
        ("anchor.made", "anchor size head", "nonce root checkpoint cause"),
        ("anchor.posted", "anchor place ref", "when"),
        ("anchor.failed", "anchor place outcome", ""),
        ("export.made", "export audience sha256 files", "party reason withheld"),
        ("access.recorded", "what person", "purpose"),
        ("value.erased", "commitment authority", ""),
        ("note.added", "note text", ""),
        ("tail.cut", "bytes sha256 saved", ""),
    ]
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who caused an event: a person of people.yaml, or ``breachbook`` itself, and how they were identified.

    Attributes:
        person: Person id, or ``breachbook``.
        method: One of METHODS.
        acting_for: Person id on whose behalf (delegation), or None.
    """

    person: str
    method: str
    acting_for: str | None = None

    def as_data(self) -> dict[str, str | None]:
        """Give the mapping stored in an event line."""
        return {"acting_for": self.acting_for, "method": self.method, "person": self.person}


ENGINE = Actor("breachbook", "engine")
_actor = lru_cache(maxsize=1024)(Actor)  # a long journal has few actors, each in many lines


@dataclass(frozen=True, slots=True)
class Draft:
    """An event somebody wants appended; the journal gives it its number, time and hash."""

    kind: str
    data: Mapping[str, Any]
    actor: Actor = ENGINE
    privilege: str = "none"


# A frozen dataclass takes three times as long to make, and a long journal has a million of them.
class Event(NamedTuple):
    """One line of a journal.

    Attributes:
        seq: 1 for the first line of a matter, then without gaps.
        at: When the line was written: RFC 3339, UTC, microseconds, ``Z``.
        clock: ``{"mono_ns": whole number, "synced": true | false | null}``.
        data: Ids, digests, dates and closed vocabulary only; free text is a commitment ``{"c": sha256}``.
        prev: Hash of the line before; 64 zeros for the first.
        hash: SHA-256 over the canonical JSON of all the others.
    """

    seq: int
    at: str
    clock: Mapping[str, Any]
    actor: Actor
    kind: str
    privilege: str
    software: Mapping[str, str]
    data: Mapping[str, Any]
    prev: str
    hash: str

    @property
    def when(self) -> datetime:
        """Give ``at`` as an aware datetime in UTC."""
        return instant(self.at)

    @property
    def tool(self) -> str:
        """Name the program that wrote it, with version and build."""
        return " ".join(self.software[part] for part in ("name", "version", "build"))


def instant(text: str) -> datetime:
    """Read an RFC 3339 instant as an aware datetime in UTC.

    Raises:
        ValueError: Not a date and time with a zone.
    """
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError(f"{text}: a time without a zone")
    return value.astimezone(UTC)


def stamp(when: datetime) -> str:
    """Write an aware datetime as RFC 3339 in UTC with microseconds and ``Z``."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def check(draft: Draft) -> None:
    """Refuse an event that may not be appended.

    Raises:
        StoreError: Unknown kind, missing or unknown key, free text, a float, or a credential in the data.
    """
    if draft.kind not in KINDS:
        raise StoreError(
            f"journal: got the event kind {draft.kind}; allowed: the closed list in events.KINDS"
        )
    required, optional = KINDS[draft.kind]
    if missing := required - draft.data.keys():
        raise StoreError(f"journal: {draft.kind} lacks {', '.join(sorted(missing))}")
    if unknown := draft.data.keys() - required - optional:
        raise StoreError(f"journal: {draft.kind} has unknown keys {', '.join(sorted(unknown))}")
    if draft.privilege not in PRIVILEGES or draft.actor.method not in METHODS:
        raise StoreError(
            f"journal: {draft.kind} has an unknown privilege or way of identifying its actor"
        )
    for person in (draft.actor.person, draft.actor.acting_for):
        _check_value(draft.kind, "actor", person)
    for key, value in draft.data.items():
        _check_value(draft.kind, key, value)


def _check_value(kind: str, key: str, value: object) -> None:
    if value is None or (isinstance(value, bool | int) and abs(value) < 2**53):
        return
    if isinstance(value, str):
        if not _TOKEN.fullmatch(value):
            raise StoreError(
                f"journal: {kind}.{key} is free text; allowed: ids, digests and dates, or a commitment"
            )
        if _CREDENTIAL.search(value):
            raise StoreError(
                f"journal: {kind}.{key} looks like a credential; none is ever written to a journal"
            )
    elif isinstance(value, Mapping):
        for name, item in value.items():
            _check_value(kind, key, name)
            _check_value(kind, f"{key}.{name}", item)
    elif isinstance(value, list | tuple):
        for item in value:
            _check_value(kind, key, item)
    else:
        raise StoreError(
            f"journal: {kind}.{key} is a {type(value).__name__}; allowed: text, whole numbers, lists"
        )


def encode(
    draft: Draft,
    *,
    seq: int,
    at: str,
    clock: Mapping[str, Any],
    software: Mapping[str, str],
    prev: str,
) -> tuple[Event, bytes]:
    """Make the event and its line, newline included, from a checked draft."""
    body = canonical(
        {
            "v": FORMAT, "seq": seq, "at": at, "clock": clock, "actor": draft.actor.as_data(),
            "kind": draft.kind, "privilege": draft.privilege, "software": software,
            "data": draft.data, "prev": prev,
        }
    )  # fmt: skip
    own = hashlib.sha256(body).hexdigest()
    event = Event(
        seq, at, clock, draft.actor, draft.kind, draft.privilege, software, draft.data, prev, own
    )
    return event, body[:-1] + _BEFORE + own.encode() + _AFTER + b"\n"


def decode(line: bytes, *, seq: int, prev: str, where: str) -> Event:
    """Read one complete line (without newline) that must follow the line hashed ``prev``.

    Raises:
        DamageError: The line does not match its hash, its number or its predecessor.
    """
    own = hashlib.sha256(line[:-_TAIL] + b"}").hexdigest()
    if line[-_TAIL:] != _BEFORE + own.encode() + _AFTER:
        raise DamageError(
            f"{where}: line {seq} does not match its hash; the journal was changed or damaged"
        )
    try:
        return _event(json.loads(line.decode()), seq, prev, where)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DamageError(
            f"{where}: line {seq} is not an event, although its hash fits it"
        ) from error


def _event(raw: Any, seq: int, prev: str, where: str) -> Event:
    if raw["v"] != FORMAT:
        raise DamageError(
            f"{where}: line {seq} has format {raw['v']}; this version reads {FORMAT}"
        )
    if raw["seq"] != seq or raw["prev"] != prev:
        raise DamageError(
            f"{where}: line {seq} does not follow the line before it; lines were removed or reordered"
        )
    if raw["kind"] not in KINDS:
        raise DamageError(f"{where}: line {seq} is of the unknown kind {raw['kind']}")
    actor = raw["actor"]
    return Event(
        seq, raw["at"], raw["clock"], _actor(actor["person"], actor["method"], actor["acting_for"]),
        raw["kind"], raw["privilege"], raw["software"], raw["data"], prev, raw["hash"],
    )  # fmt: skip
