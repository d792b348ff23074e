"""Exporting: who may, what law allows, the bundle made and verified, and the journal's word for it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from breachbook import chain, gates, layout
from breachbook.bundle.contents import contents
from breachbook.bundle.material import Material
from breachbook.bundle.wall import AUDIENCES, Withheld
from breachbook.bundle.writing import Draft, drafted
from breachbook.chain import Checked, Hand, rules
from breachbook.custody import Progress
from breachbook.deadline_records import COUNSEL
from breachbook.errors import ApprovalError, CustodyError, UsageError
from breachbook.events import Draft as EventDraft
from breachbook.events import Event
from breachbook.exhibit_book import Exhibit
from breachbook.matter import Matter
from breachbook.records import may, on_matter
from breachbook.seal import own_key, seal_path
from breachbook.source import shown

_UNDER_PROMISE = frozenset({"opponent", "insurer"})


@dataclass(frozen=True, slots=True)
class Request:
    """A bundle that somebody asks for.

    Attributes:
        audience: A key of `wall.AUDIENCES`.
        exhibits: Ids; empty for every exhibit that is there.
        party: Person or party who gets it, or None.
        to_place: ISO country it goes to; a party's own, or unknown, without it.
        reason: Why a trade secret may leave without an undertaking, such as a filing under seal.
    """

    audience: str
    exhibits: tuple[str, ...] = ()
    party: str | None = None
    to_place: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Exported:
    """A bundle that was made and recorded.

    Attributes:
        sha256: Digest of its list of files: what to tell the other side by another way.
        remarks: What whoever hands it over should know.
    """

    folder: Path
    sha256: str
    files: int
    withheld: int
    remarks: tuple[str, ...]
    events: tuple[Event, ...]


def export(
    hand: Hand,
    request: Request,
    *,
    out: Path | None = None,
    tell: Callable[[Progress], None] | None = None,
) -> Exported:
    """Make a bundle, verify the exhibits in it, and record it and each exhibit's leaving.

    The bundle stands hidden until the journal has it, so that none is seen unrecorded.

    Args:
        hand: Counsel who exports.
        request: What is asked for.
        out: Folder to put the bundle's folder into; the matter's own without it.
        tell: Told a few times a second how far the copying is.

    Raises:
        ApprovalError: Not counsel of the matter; a gate of law, a state secret or a missing
            undertaking bars it, or who gets it is conflicted.
        CustodyError: An exhibit is not sound, or the disk refused; no bundle is there.
        UsageError: No such exhibit or party, none is sealed, or the bundle is there already.
    """
    chosen = _judge(hand, hand.file.refresh(), request)
    parent = out or hand.file.folder / "exports"
    if out is not None and out.resolve().is_relative_to(hand.library.workspace.root.resolve()):
        raise UsageError(
            f"--out: got {out}, which is in the workspace; allowed: a folder outside, or none for the"
            " matter's exports"
        )
    with drafted(parent, request.audience) as draft:
        checked = {one.id: _packed(hand, draft, one, tell) for one in chosen}
        for exhibit, given in checked.items():
            chain.verified(hand, exhibit, given)
        workspace = hand.library.workspace
        matter = hand.file.refresh().id
        material = Material.read(
            workspace, matter, tuple(checked), request.audience, request.party
        )
        place = parent / material.name
        if place.exists():
            raise UsageError(f"{place}: is there already; move it away to export again")
        digest = complete(draft, material)
        events = _record(hand, request, material, checked, draft, digest)
        draft.publish(place)
    withheld = _withheld(material)
    return Exported(
        place,
        digest,
        len(draft.digests),
        withheld,
        tuple(_remarks(chosen, request)),
        tuple(events),
    )


def complete(draft: Draft, material: Material) -> str:
    """Add everything but the bags to a bundle, and list and sign it.

    Returns:
        SHA-256 of the list.
    """
    draft.add(contents(material))
    key = own_key(material.workspace.root / layout.SEAL_KEY)
    return draft.close(key, material.at)


def _judge(hand: Hand, matter: Matter, request: Request) -> list[Exhibit]:
    """Give the exhibits that may leave, or say what bars them."""
    on_matter(matter, hand.actor)
    may(matter, hand.actor, COUNSEL, "exporting evidence")
    chosen = _chosen(matter, request.exhibits)
    places = _places(hand, matter, request)
    for exhibit in chosen:
        _require_passage(hand, matter, exhibit, places)
        _require_promise(matter, exhibit, request)
    return chosen


def _chosen(matter: Matter, exhibits: Sequence[str]) -> list[Exhibit]:
    there = [one for one in matter.exhibits.values() if one.destroyed_at is None]
    ids = [one.id for one in there]
    if unknown := [one for one in exhibits if one not in ids]:
        raise UsageError(
            f"{matter.id}: got the exhibit {shown(unknown[0])};"
            f" allowed: {', '.join(ids) or 'none is sealed yet'}"
        )
    if not there:
        raise UsageError(f"{matter.id}: no exhibit is sealed yet, so there is nothing to export")
    return [one for one in there if not exhibits or one.id in exhibits]


def _places(hand: Hand, matter: Matter, request: Request) -> list[str]:
    """Name the countries a bundle goes to: where it is handed over, and where who gets it is at home."""
    side = rules.receiver(matter, hand, request.party) if request.party else None
    named = (request.to_place, side.place if side else None)
    return list(dict.fromkeys(filter(None, named)))


def _require_passage(hand: Hand, matter: Matter, exhibit: Exhibit, places: Sequence[str]) -> None:
    for place in places:
        rules.require_passage(matter, hand, exhibit, place)
    if places:
        return
    barred = gates.barring(matter, hand.library.law, "export", hand.today, exhibits=[exhibit])
    if exhibit.state_secret:
        barred.append("may be a state secret")
    if barred:
        raise ApprovalError(
            f"{matter.id} {exhibit.id}: may not leave yet: {', '.join(barred)}; say where it goes by"
            f" --to-place, or counsel clears a gate with `breachbook gate clear {matter.id} GATE ...`"
        )


def _require_promise(matter: Matter, exhibit: Exhibit, request: Request) -> None:
    asked = request.party or request.audience in _UNDER_PROMISE
    if not exhibit.trade_secret or not asked or request.reason:
        return
    under = request.party and matter.evidence.undertaking_of(request.party, exhibit.id)
    if not under:
        raise ApprovalError(
            f"{matter.id} {exhibit.id}: holds a trade secret and would go to {AUDIENCES[request.audience]};"
            " allowed: --party with an undertaking on file (`breachbook evidence undertaking`), or"
            " --reason that names the order or filing under seal that protects it"
        )


def _packed(
    hand: Hand, draft: Draft, exhibit: Exhibit, tell: Callable[[Progress], None] | None
) -> Checked:
    """Copy an exhibit and its seal into the bundle and verify the copy."""
    bag = hand.file.exhibits / exhibit.id
    path = f"exhibits/{exhibit.id}"
    try:
        draft.add_bag(bag, path, tell)
        draft.add({f"{path}.seal.json": seal_path(bag).read_bytes()})
    except FileNotFoundError as error:
        raise CustodyError(
            f"{exhibit.id}: {error.filename} is not there; see `breachbook audit verify`"
        ) from error
    checked = hand.verify(exhibit, draft.folder / path)
    if not checked.is_sound:
        named = "; ".join(checked.findings[:3])
        raise CustodyError(
            f"{exhibit.id}: is not as it was sealed: {named}; no bundle is made of it"
        )
    return checked


def _record(
    hand: Hand,
    request: Request,
    material: Material,
    checked: Mapping[str, Checked],
    draft: Draft,
    digest: str,
) -> list[Event]:
    def drafts(matter: Matter) -> list[EventDraft]:
        _judge(hand, matter, request)
        left = chain.record_export(
            hand,
            matter,
            checked,
            export=material.name,
            to=request.party,
            to_place=request.to_place,
            reason=request.reason,
        )
        data = {
            "export": material.name, "audience": request.audience, "sha256": digest,
            "files": len(draft.digests), "withheld": _withheld(material),
        }  # fmt: skip
        data |= {"party": request.party} if request.party else {}
        data |= {"reason": hand.file.values.commit(request.reason)} if request.reason else {}
        return [EventDraft("export.made", data, hand.actor), *left]

    return hand.record(drafts)


def _withheld(material: Material) -> int:
    return sum(isinstance(one, Withheld) for one in material.disclosure.verdicts)


def _remarks(exhibits: Sequence[Exhibit], request: Request) -> list[str]:
    personal = [one.id for one in exhibits if one.personal_data]
    secret = [one.id for one in exhibits if one.trade_secret]
    of_state = [one.id for one in exhibits if one.state_secret]
    remarks = []
    if personal:
        remarks.append(
            f"{', '.join(personal)}: holds personal data; counsel must have a legal basis for the transfer"
        )
    if secret:
        remarks.append(f"{', '.join(secret)}: holds a trade secret; hand it over under seal only")
    if of_state:
        remarks.append(
            f"{', '.join(of_state)}: may hold a state secret; it leaves its country only as a gate was cleared"
        )
    if request.audience != "court":
        remarks.append(
            "an exhibit's own record is in its bag as it was sealed, the title of its source with it"
        )
    return remarks
