"""Handing an exhibit over: received, offered, taken or withdrawn, and given back; both sides sign."""

from datetime import datetime
from pathlib import Path
from typing import Any

from breachbook.chain.hand import Hand
from breachbook.chain.rules import (
    Other,
    destination,
    handler,
    is_inside,
    known,
    other,
    receiver,
    require_free,
    require_not_offered,
    require_role,
    require_undertaking,
)
from breachbook.deadline_records import COUNSEL
from breachbook.errors import ApprovalError, CustodyError, UsageError
from breachbook.events import Actor, Draft, Event, stamp
from breachbook.exhibit_book import Custody, Exhibit
from breachbook.matter import Matter
from breachbook.records import keep_proof, may, on_matter
from breachbook.source import shown


def receive(
    hand: Hand,
    exhibit: str,
    sender: str,
    *,
    condition: str,
    proof: Path | bytes,
    when: datetime | None = None,
    place: str | None = None,
) -> list[Event]:
    """Record that an exhibit, or what it was made from, came in from outside.

    Who records it holds it then, unless it came in before it was sealed: that was the medium.

    Args:
        hand: Who received it.
        exhibit: Its id.
        sender: Who gave it.
        condition: How it was found: packing, labels, damage.
        proof: The receipt or protocol.
        when: When it came in, if earlier than now.
        place: ISO country where it came in; the exhibit's own without it.

    Raises:
        ApprovalError: Not on the matter, or without a fitting role.
        CustodyError: Somebody here holds it.
        UsageError: No such exhibit or sender, or a time that has not come.
    """
    now = hand.library.workspace.now()
    if when is not None and when > now:
        raise UsageError(f"got the time {stamp(when)}; allowed: none after now")

    def judge(matter: Matter) -> tuple[Exhibit, Other]:
        handler(matter, hand, "receiving an exhibit")
        found, side = known(matter, exhibit), other(matter, hand, sender)
        holder = matter.evidence.holder_of(exhibit)
        came_later = (when or now) >= found.sealed_at
        if came_later and holder not in (None, hand.actor.person) and matter.sees(str(holder)):
            raise CustodyError(
                f"{matter.id} {exhibit}: is held by {holder}; it cannot come in from outside before it"
                " has left"
            )
        return found, side

    found, _ = judge(hand.file.refresh())
    kept, checked = keep_proof(hand.file, proof), hand.verify(found)

    def drafts(matter: Matter) -> list[Draft]:
        one, side = judge(matter)
        data = {
            **side.as_data(), "when": stamp(when or now), "condition": hand.words(condition),
            "proof": kept, "place": place or one.stored or one.place, "after": checked.as_data(),
        }  # fmt: skip
        return [*side.party(hand), hand.entry(matter, exhibit, "received", data)]

    return hand.record(drafts)


def offer(
    hand: Hand,
    exhibit: str,
    taker: str,
    *,
    purpose: str,
    authority: str,
    to_place: str | None = None,
) -> list[Event]:
    """Sign an exhibit over, as the one who holds it; it changes hands when the taker signs too.

    Args:
        hand: The giver.
        exhibit: Its id.
        taker: A person of the matter, or somebody outside who will sign on paper.
        purpose: What for.
        authority: On whose word: an order, an approval, counsel's instruction.
        to_place: ISO country it goes to; a party's own without it.

    Raises:
        ApprovalError: Giver or taker has no fitting role, another holds it, the taker gave no undertaking,
            or a gate of law bars its way.
        CustodyError: A duty to preserve stands and the taker is outside; or it is offered already.
        UsageError: No such exhibit or taker, or no country.
    """

    def judge(matter: Matter) -> tuple[Exhibit, Other, str, str | None]:
        handler(matter, hand, "handing an exhibit over")
        found, side = known(matter, exhibit), receiver(matter, hand, taker)
        _require_holder(matter, hand.actor, exhibit)
        if side.id == hand.actor.person:
            raise UsageError(f"{matter.id} {exhibit}: got yourself as the taker; allowed: another")
        if is_inside(matter, side):
            require_role(matter, side.id)
        else:
            require_free(matter, exhibit, "handed to outsiders")
        if (open_ := matter.evidence.open_offer(exhibit)) is not None:
            raise CustodyError(
                f"{matter.id} {exhibit}: was offered before, as {open_.id}; it is taken or withdrawn first"
            )
        under = require_undertaking(matter, found, side.id)
        return found, side, destination(matter, hand, found, side, to_place), under

    checked = hand.verify(judge(hand.file.refresh())[0])

    def drafts(matter: Matter) -> list[Draft]:
        _, side, place, under = judge(matter)
        data = {
            **side.as_data(), "purpose": hand.words(purpose), "authority": hand.words(authority),
            "place": place, "undertaking": under, "before": checked.as_data(),
        }  # fmt: skip
        return [*side.party(hand), hand.entry(matter, exhibit, "offered", data)]

    return hand.record(drafts)


def take(
    hand: Hand, entry: str, *, condition: str | None = None, proof: Path | bytes | None = None
) -> list[Event]:
    """Sign for an exhibit that was offered; it is verified again at this moment.

    A person of the matter signs themselves. Whoever is outside signs on paper, which a handler records.

    Args:
        hand: The taker; for one outside, whoever records their paper.
        entry: The offer.
        condition: How it was found.
        proof: The paper an outsider signed.

    Raises:
        ApprovalError: Another was to take it, or what barred the offer bars it now.
        CustodyError: A duty to preserve stands by now and the taker is outside.
        UsageError: No such offer, or an outsider's signature is missing.
    """

    def judge(matter: Matter) -> tuple[Exhibit, Custody, str | None]:
        on_matter(matter, hand.actor)
        offered = _offered(matter, entry)
        found = known(matter, offered.exhibit)
        side = other(matter, hand, offered.person or offered.party or "")
        if is_inside(matter, side):
            if side.id != hand.actor.person:
                raise ApprovalError(f"{matter.id} {entry}: only {side.id} can take this")
            handler(matter, hand, "taking an exhibit")
        else:
            handler(matter, hand, "recording a taker's signature")
            require_free(matter, found.id, "handed to outsiders")
            if proof is None:
                raise UsageError(
                    f"{matter.id} {entry}: got no paper; allowed: --proof with what {side.id} signed,"
                    " who cannot sign here"
                )
        under = require_undertaking(matter, found, side.id)
        destination(matter, hand, found, side, offered.data["place"])
        return found, offered, under

    found, _, _ = judge(hand.file.refresh())
    kept, checked = keep_proof(hand.file, proof), hand.verify(found)

    def drafts(matter: Matter) -> list[Draft]:
        _, offered, under = judge(matter)
        data = {
            "person": offered.person, "party": offered.party, "transfer": offered.id,
            "condition": hand.words(condition), "proof": kept, "place": offered.data["place"],
            "undertaking": under, "before": offered.data["before"], "after": checked.as_data(),
        }  # fmt: skip
        return [hand.entry(matter, offered.exhibit, "transferred", data)]

    return hand.record(drafts)


def withdraw(hand: Hand, entry: str, *, reason: str) -> list[Event]:
    """Take an offer back before it was taken, as the one who made it or as counsel.

    Raises:
        ApprovalError: Neither.
        UsageError: No such offer.
    """

    def drafts(matter: Matter) -> list[Draft]:
        on_matter(matter, hand.actor)
        offered = _offered(matter, entry)
        if offered.by != hand.actor.person:
            may(matter, hand.actor, COUNSEL, "withdrawing another's hand-over")
        data = {
            "person": offered.person, "party": offered.party, "transfer": offered.id,
            "reason": hand.words(reason),
        }  # fmt: skip
        return [hand.entry(matter, offered.exhibit, "withdrawn", data)]

    return hand.record(drafts)


def give_back(
    hand: Hand,
    exhibit: str,
    to: str,
    *,
    purpose: str,
    authority: str,
    proof: Path | bytes,
    to_place: str | None = None,
) -> list[Event]:
    """Record that an exhibit went back to whom it belongs, with their receipt.

    Raises:
        ApprovalError: Not on the matter, no fitting role, not the one who holds it, or a gate of law bars it.
        CustodyError: A duty to preserve stands, or it is offered to somebody.
        UsageError: No such exhibit or receiver, or no country.
    """

    def judge(matter: Matter) -> tuple[Exhibit, Other, str]:
        handler(matter, hand, "giving an exhibit back")
        found, side = known(matter, exhibit), other(matter, hand, to)
        require_free(matter, exhibit, "given back")
        _require_holder(matter, hand.actor, exhibit)
        require_not_offered(matter, exhibit)
        return found, side, destination(matter, hand, found, side, to_place)

    found, _, _ = judge(hand.file.refresh())
    kept, checked = keep_proof(hand.file, proof), hand.verify(found)

    def drafts(matter: Matter) -> list[Draft]:
        _, side, place = judge(matter)
        data: dict[str, Any] = {
            **side.as_data(), "purpose": hand.words(purpose), "authority": hand.words(authority),
            "place": place, "proof": kept, "before": checked.as_data(),
        }  # fmt: skip
        return [*side.party(hand), hand.entry(matter, exhibit, "returned", data)]

    return hand.record(drafts)


def _require_holder(matter: Matter, actor: Actor, exhibit: str) -> None:
    """Let only who holds an exhibit hand it on; counsel too, where that person is no longer here."""
    holder = matter.evidence.holder_of(exhibit)
    if holder in (None, actor.person):
        return
    if holder in matter.parties:
        raise CustodyError(
            f"{matter.id} {exhibit}: is with {holder}; record first that it came back, with"
            f" `breachbook evidence receive {matter.id} {exhibit} --from {holder} ...`"
        )
    if matter.sees(str(holder)):
        raise ApprovalError(
            f"{matter.id} {exhibit}: is held by {holder}, who alone can hand it on"
        )
    may(matter, actor, COUNSEL, f"handing on what {holder}, who left the matter, held")


def _offered(matter: Matter, entry: str) -> Custody:
    offers = {
        found.id: found
        for exhibit in matter.exhibits
        if (found := matter.evidence.open_offer(exhibit)) is not None
    }
    if entry not in offers:
        raise UsageError(
            f"{matter.id}: got the hand-over {shown(entry)}; allowed: {', '.join(offers) or 'none is open'}"
        )
    return offers[entry]
