"""The agenda of a matter: what may be done now, what waits, and what both rest on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from breachbook.deadlines import Law
from breachbook.docket import Deadline
from breachbook.people import People

Row = Mapping[str, Any]

PILLARS: Mapping[str, frozenset[str]] = {
    "respond": frozenset(
        {"ask", "assign", "contain", "preserve", "stamp", "hold", "notice", "docket", "tell"}
    ),
    "contain": frozenset({"contain"}),
    "preserve": frozenset({"preserve", "stamp", "hold"}),
    "draft": frozenset({"notice"}),
    "track": frozenset({"docket", "tell"}),
}


@dataclass(frozen=True)
class NoticeFacts:
    """What the engine must know of a notice kind, such as which facts it uses."""

    audience: str
    templates: str
    languages: tuple[str, ...] = ()
    facts: frozenset[str] = frozenset()
    exhibits: bool = False

    def uses(self, kind: str) -> bool:
        """Say whether the notice rests on facts of this kind."""
        return kind in self.facts


@dataclass(frozen=True)
class AnchorPlan:
    """After how many minutes a journal that grew is anchored, and the places that get its checkpoints."""

    minutes: int
    places: tuple[str, ...]


@dataclass(frozen=True)
class StampPlan:
    """Ids of the time-stamp authorities that are asked, and whether they stamp anchors too."""

    authorities: tuple[str, ...] = ()
    anchors: bool = False


@dataclass(frozen=True)
class Reference:
    """What a matter rests on outside its journal, as it stands now.

    Attributes:
        agreements: Agreement id to its row; ``counterparty`` names the party.
        accounts: Account id to its row; ``recipe``, ``party`` and optionally ``source``.
        recipes: Recipe id to ``{"sha256", "target_notices", "alters_evidence", "by_person"}``.
        organisation: Digest of the workspace's own name and address.
        anchors: None where nothing is anchored.
    """

    people: People
    law: Law
    agreements: Mapping[str, Row] = field(default_factory=dict)
    trade_secrets: Mapping[str, Row] = field(default_factory=dict)
    accounts: Mapping[str, Row] = field(default_factory=dict)
    sources: Mapping[str, Row] = field(default_factory=dict)
    recipes: Mapping[str, Row] = field(default_factory=dict)
    notices: Mapping[str, NoticeFacts] = field(default_factory=dict)
    organisation: str = ""
    anchors: AnchorPlan | None = None
    stamps: StampPlan = StampPlan()


@dataclass(frozen=True, slots=True)
class Perform:
    """An act that may be claimed and done now; its effect happens once under ``key``."""

    step: str
    target: str
    round: int
    act: str
    kind: str
    key: str
    subject: str
    repeatable: bool
    request: str | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """An act that was claimed and has no outcome: running somewhere, or left by a crash."""

    perform: Perform


@dataclass(frozen=True, slots=True)
class Request:
    """An approval to ask for."""

    step: str
    target: str
    round: int
    document: str
    escalated_from: str | None = None


@dataclass(frozen=True, slots=True)
class Void:
    """A request that no longer stands."""

    request: str
    cause: str
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Expire:
    """A request whose time is over."""

    request: str


@dataclass(frozen=True, slots=True)
class Count:
    """A deadline to record as computed, or to supersede when ``deadline`` is None.

    Attributes:
        by: Deadline that follows one whose fact was corrected, or None.
    """

    id: str
    deadline: Deadline | None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """An end of a deadline to record: met, late, missed, or reopened because its performance is gone."""

    id: str
    state: str
    when: str | None = None
    fact: str | None = None
    proof: str | None = None


@dataclass(frozen=True, slots=True)
class Tell:
    """A message to post once under its key; ``again`` says that an earlier try may have got through."""

    key: str
    what: str
    about: str
    again: bool


@dataclass(frozen=True, slots=True)
class Stamp:
    """A seal or an anchor to be time-stamped by an authority, beside everything else."""

    about: str
    authority: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint of the journal to make; ``cause`` is the kind of a decisive event, or ``interval``."""

    cause: str


@dataclass(frozen=True, slots=True)
class Deposit:
    """A checkpoint to take to a place that lacks it."""

    anchor: str
    place: str


Due = (
    Perform
    | Claimed
    | Request
    | Void
    | Expire
    | Count
    | Mark
    | Tell
    | Stamp
    | Checkpoint
    | Deposit
)


@dataclass(frozen=True, slots=True)
class Wait:
    """Something that is not done yet, and what it waits for.

    Attributes:
        why: after, gate, law-gate, preservation, hold, person, approval, refused, expired, failed, uncertain
            or running.
        who: Roles or people it waits for.
        until: When its time is over, or None.
    """

    step: str
    target: str
    why: str
    detail: str
    who: tuple[str, ...] = ()
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Agenda:
    """What is due, what waits, and when to look again if nothing happens before."""

    due: tuple[Due, ...]
    waits: tuple[Wait, ...]
    next_at: datetime | None
