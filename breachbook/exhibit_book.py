"""What a journal says of a matter's exhibits: sealed, time-stamped, in whose custody, and anchored heads.

Every event about evidence is folded here and nowhere else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from breachbook.entries import Commitment
from breachbook.events import ENGINE, Event, instant

DESTROYED = "destroyed"
_FIRST_RETRY, _LONGEST_RETRY = timedelta(minutes=1), timedelta(hours=1)

K = TypeVar("K")


@dataclass(slots=True)
class Exhibit:
    """One sealed item of evidence and the digests that pin it.

    Attributes:
        step: Step that preserved it; ``-`` when a person collected it by hand.
        target: Source it was made from, as sources.yaml names it; ``-`` for one collected by hand.
        place: ISO country where the source was stored, or empty where that is not known.
        stored: ISO country where the exhibit is stored, or empty where that is not known.
        collector: Kind of collector, such as ``folder``, ``mail`` or ``web``.
        personal_data: Whether it holds personal data.
        state_secret: Whether it may hold a state secret.
        trade_secret: Whether it holds a trade secret: access needs an undertaking on file.
        legal_basis: Commitment to the legal basis of collecting mail or chat, or None.
        works_council: ``agreed``, ``informed``, ``not-required`` or empty.
        tool: Program that sealed it, with version and build.
        line: Journal line that records its sealing.
        title: Commitment to what its source is called, where a person collected it by hand, or None.
        destroyed_at: When it was destroyed, or None.
    """

    id: str
    step: str
    target: str
    files: int
    bytes: int
    manifest_sha256: str
    tagmanifest_sha256: str
    seal_sha256: str
    findings: Mapping[str, int]
    sealed_at: datetime
    place: str = ""
    personal_data: bool = False
    stored: str = ""
    collector: str = "folder"
    state_secret: bool = False
    trade_secret: bool = False
    legal_basis: Commitment | None = None
    works_council: str = ""
    operator: str = ""
    tool: str = ""
    line: int = 0
    title: Commitment | None = None
    destroyed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """A collection by hand that was begun: what it will be, by whom and since when."""

    exhibit: str
    collector: str
    source: str
    by: str
    at: datetime
    title: Commitment | None


@dataclass(frozen=True, slots=True)
class TimeStamp:
    """A token that an authority gave for the digest of a seal or of an anchor's checkpoint.

    Attributes:
        about: Exhibit or anchor, such as ``E1`` or ``K3``.
        subject: SHA-256 of the bytes that were stamped.
        authority: Id of the authority in breachbook.toml.
        legal_class: ``qualified-eu``, ``cn-trusted``, ``plain`` or ``trial``.
        when: The token's genTime, RFC 3339 in UTC.
        request: SHA-256 of the request's bytes in the store.
        reply: SHA-256 of the reply's bytes in the store.
        chain: SHA-256 of the authority's certificates (PEM) in the store, or None.
    """

    about: str
    subject: str
    authority: str
    legal_class: str
    when: str
    request: str
    reply: str
    chain: str | None
    received_at: datetime


@dataclass(slots=True)
class Refusal:
    """What the failures of one authority or place to take one thing came to: how many, the last one and why."""

    last_at: datetime
    outcome: str
    count: int = 1

    @property
    def next_at(self) -> datetime:
        """Give when it may be tried again: after a minute, then twice as long each time, up to an hour."""
        wait: timedelta = _FIRST_RETRY * 2 ** min(self.count - 1, 6)
        return self.last_at + min(wait, _LONGEST_RETRY)


@dataclass(frozen=True, slots=True)
class Custody:
    """One entry of an exhibit's chain of custody.

    Attributes:
        id: ``C1``, ``C2`` ... within the matter.
        act: A key of `breachbook.custody.ACTS`.
        by: Person who recorded it.
        person: Person of people.yaml on the other side, or None.
        party: Party, authority or court on the other side, or None.
        data: The further keys of the event, as they stand there.
        method: How whoever recorded it was identified.
        line: Journal line that records it.
    """

    id: str
    exhibit: str
    act: str
    at: datetime
    by: str
    person: str | None
    party: str | None
    data: Mapping[str, Any]
    method: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Undertaking:
    """A signed promise of confidence, on file before somebody may see a trade secret.

    Attributes:
        holder: Person or party who gave it.
        exhibit: The one exhibit it covers, or None for all of the matter.
        proof: SHA-256 of the signed paper in the store.
    """

    id: str
    holder: str
    exhibit: str | None
    proof: str
    at: datetime


@dataclass(slots=True)
class Anchor:
    """A signed checkpoint of the journal, and the places that hold it.

    Attributes:
        size: Number of journal lines it covers.
        head: Hash of the last of them.
        root: RFC 6962 Merkle root over them, or empty.
        checkpoint: SHA-256 of the signed checkpoint's bytes in the store, or empty.
        posted: Place to its reference there, for places that hold it.
        failed: Place to how it last failed.
    """

    id: str
    size: int
    head: str
    root: str
    checkpoint: str
    cause: str
    made_at: datetime
    posted: dict[str, str] = field(default_factory=dict)
    failed: dict[str, Refusal] = field(default_factory=dict)


@dataclass
class ExhibitBook:
    """Exhibits and everything recorded about them.

    Attributes:
        exhibits: By id.
        begun: Exhibit id given when a preservation began, by (step, target, round).
        unsealed: Collections by hand that were begun and not sealed yet, by exhibit id.
        stamps: Time-stamps, oldest first.
        refusals: By (about, authority).
        custody: Entries, oldest first.
        undertakings: Oldest first.
        anchors: By id, oldest first.
    """

    exhibits: dict[str, Exhibit] = field(default_factory=dict)
    begun: dict[tuple[str, str, int], str] = field(default_factory=dict)
    unsealed: dict[str, Begun] = field(default_factory=dict)
    stamps: list[TimeStamp] = field(default_factory=list)
    refusals: dict[tuple[str, str], Refusal] = field(default_factory=dict)
    custody: list[Custody] = field(default_factory=list)
    undertakings: list[Undertaking] = field(default_factory=list)
    anchors: dict[str, Anchor] = field(default_factory=dict)

    def apply(self, event: Event) -> None:
        """Take the next event about evidence."""
        _FOLD[event.kind](self, event, event.data)

    @property
    def newest_seal(self) -> str | None:
        """Give the digest of the seal file that was recorded last; the next seal names it."""
        return next((one.seal_sha256 for one in reversed(self.exhibits.values())), None)

    def stamps_of(self, about: str) -> list[TimeStamp]:
        """List the time-stamps of an exhibit or an anchor, oldest first."""
        return [stamp for stamp in self.stamps if stamp.about == about]

    def custody_of(self, exhibit: str) -> list[Custody]:
        """List an exhibit's chain of custody, oldest first; its sealing is not among it."""
        return [entry for entry in self.custody if entry.exhibit == exhibit]

    def open_offer(self, exhibit: str) -> Custody | None:
        """Give the hand-over of an exhibit that was neither taken nor withdrawn yet, or None."""
        acts = ("offered", "transferred", "withdrawn")
        found = [entry for entry in self.custody_of(exhibit) if entry.act in acts]
        return found[-1] if found and found[-1].act == "offered" else None

    def holder_of(self, exhibit: str) -> str | None:
        """Name the person or party who holds an exhibit: who took it last, or collected it by hand.

        What came in before it was sealed was the medium it was made from, and says nothing of this.
        None for what Breachbook collected and nobody took yet.
        """
        one = self.exhibits[exhibit]
        for entry in reversed(self.custody_of(exhibit)):
            if entry.act == "received" and instant(entry.data["when"]) >= one.sealed_at:
                return entry.by
            if entry.act in ("transferred", "returned"):
                return entry.person or entry.party
        return one.operator if one.operator != ENGINE.person else None

    def undertaking_of(self, holder: str, exhibit: str) -> Undertaking | None:
        """Give the newest promise of confidence of somebody that covers an exhibit, or None."""
        found = [
            one
            for one in self.undertakings
            if one.holder == holder and one.exhibit in (None, exhibit)
        ]
        return found[-1] if found else None

    def _begun(self, event: Event, data: Mapping[str, Any]) -> None:
        self.unsealed[data["exhibit"]] = Begun(
            data["exhibit"],
            data["collector"],
            data["source"],
            event.actor.person,
            event.when,
            data.get("title"),
        )

    def _sealed(self, event: Event, data: Mapping[str, Any]) -> None:
        begun = self.unsealed.pop(data["exhibit"], None)
        self.exhibits[data["exhibit"]] = Exhibit(
            data["exhibit"],
            data["step"],
            data["target"],
            data["files"],
            data["bytes"],
            data["manifest_sha256"],
            data["tagmanifest_sha256"],
            data["seal_sha256"],
            data["findings"],
            event.when,
            data.get("place", ""),
            bool(data.get("personal_data")),
            data.get("stored", ""),
            data.get("collector", "folder"),
            bool(data.get("state_secret")),
            bool(data.get("trade_secret")),
            data.get("legal_basis"),
            data.get("works_council", ""),
            event.actor.person,
            event.tool,
            event.seq,
            begun.title if begun else None,
        )

    def _stamped(self, event: Event, data: Mapping[str, Any]) -> None:
        self.refusals.pop((data["about"], data["authority"]), None)
        self.stamps.append(
            TimeStamp(
                data["about"],
                data["subject"],
                data["authority"],
                data["legal_class"],
                data["when"],
                data["request"],
                data["reply"],
                data.get("chain"),
                event.when,
            )
        )

    def _not_stamped(self, event: Event, data: Mapping[str, Any]) -> None:
        _refused(self.refusals, (data["about"], data["authority"]), event)

    def _custody(self, event: Event, data: Mapping[str, Any]) -> None:
        known = {"entry", "exhibit", "act", "person", "party"}
        self.custody.append(
            Custody(
                data["entry"],
                data["exhibit"],
                data["act"],
                event.when,
                event.actor.person,
                data.get("person"),
                data.get("party"),
                {key: value for key, value in data.items() if key not in known},
                event.actor.method,
                event.seq,
            )
        )
        if data["act"] == DESTROYED:
            self.exhibits[data["exhibit"]].destroyed_at = event.when

    def _undertaking(self, event: Event, data: Mapping[str, Any]) -> None:
        self.undertakings.append(
            Undertaking(
                data["undertaking"],
                data["holder"],
                data.get("exhibit"),
                data["proof"],
                event.when,
            )
        )

    def _anchored(self, event: Event, data: Mapping[str, Any]) -> None:
        self.anchors[data["anchor"]] = Anchor(
            data["anchor"],
            data["size"],
            data["head"],
            data.get("root", ""),
            data.get("checkpoint", ""),
            data.get("cause", ""),
            event.when,
        )

    def _posted(self, event: Event, data: Mapping[str, Any]) -> None:
        anchor = self.anchors[data["anchor"]]
        anchor.failed.pop(data["place"], None)
        anchor.posted[data["place"]] = data["ref"]

    def _not_posted(self, event: Event, data: Mapping[str, Any]) -> None:
        _refused(self.anchors[data["anchor"]].failed, data["place"], event)


def _refused(refusals: dict[K, Refusal], key: K, event: Event) -> None:
    before = refusals[key].count if key in refusals else 0
    refusals[key] = Refusal(event.when, event.data["outcome"], before + 1)


_Fold = Callable[[ExhibitBook, Event, Mapping[str, Any]], None]
_FOLD: Mapping[str, _Fold] = {
    "exhibit.begun": ExhibitBook._begun,
    "exhibit.sealed": ExhibitBook._sealed,
    "timestamp.received": ExhibitBook._stamped,
    "timestamp.failed": ExhibitBook._not_stamped,
    "custody.entered": ExhibitBook._custody,
    "undertaking.recorded": ExhibitBook._undertaking,
    "anchor.made": ExhibitBook._anchored,
    "anchor.posted": ExhibitBook._posted,
    "anchor.failed": ExhibitBook._not_posted,
}
KINDS = tuple(_FOLD)
