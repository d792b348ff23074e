"""Who saw an exhibit or took it along in a bundle, under which promise of confidence, and what they found."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from breachbook.chain.hand import Checked, Hand
from breachbook.chain.rules import (
    Other,
    handler,
    known,
    other,
    require_passage,
    require_undertaking,
)
from breachbook.events import Draft, Event
from breachbook.exhibit_book import Exhibit
from breachbook.matter import Matter
from breachbook.records import keep_proof


def undertake(
    hand: Hand, holder: str, *, proof: Path | bytes, exhibit: str | None = None
) -> list[Event]:
    """Put somebody's signed promise of confidence on file.

    Args:
        hand: Who records it.
        holder: Who gave it.
        proof: The signed paper.
        exhibit: The one exhibit it covers; all of the matter without it.

    Raises:
        ApprovalError: Not on the matter, or without a fitting role.
        UsageError: No such person, party or exhibit.
    """

    def judge(matter: Matter) -> Other:
        handler(matter, hand, "recording an undertaking")
        if exhibit is not None:
            known(matter, exhibit)
        return other(matter, hand, holder)

    judge(hand.file.refresh())
    kept = keep_proof(hand.file, proof)

    def drafts(matter: Matter) -> list[Draft]:
        side = judge(matter)
        data = {"undertaking": matter.number("U"), "holder": holder, "proof": kept}
        data |= {"exhibit": exhibit} if exhibit else {}
        return [*side.party(hand), Draft("undertaking.recorded", data, hand.actor)]

    return hand.record(drafts)


def access(
    hand: Hand,
    exhibit: str,
    *,
    purpose: str,
    authority: str | None = None,
    place: str | None = None,
) -> list[Event]:
    """Record that whoever records this looks into an exhibit; it is verified at this moment.

    Args:
        hand: Who looks into it.
        exhibit: Its id.
        purpose: What for.
        authority: On whose word.
        place: ISO country from where; the one the exhibit is stored in without it.

    Raises:
        ApprovalError: Not on the matter, no fitting role, no undertaking, or a gate of law bars it.
        UsageError: No such exhibit.
    """

    def judge(matter: Matter) -> tuple[Exhibit, str | None]:
        handler(matter, hand, "looking into an exhibit")
        found = known(matter, exhibit)
        under = require_undertaking(matter, found, hand.actor.person)
        if place:
            require_passage(matter, hand, found, place)
        return found, under

    checked = hand.verify(judge(hand.file.refresh())[0])

    def drafts(matter: Matter) -> list[Draft]:
        found, under = judge(matter)
        data = {
            "purpose": hand.words(purpose), "authority": hand.words(authority),
            "place": place or found.stored or found.place, "undertaking": under,
            "before": checked.as_data(),
        }  # fmt: skip
        return [hand.entry(matter, exhibit, "accessed", data)]

    return hand.record(drafts)


def verified(hand: Hand, exhibit: str, checked: Checked | None = None) -> list[Event]:
    """Record that an exhibit was verified and what that gave.

    Args:
        hand: Who verified it.
        exhibit: Its id.
        checked: What it gave, if that is known already.

    Raises:
        ApprovalError: Not on the matter, or without a fitting role.
        UsageError: No such exhibit.
    """

    def judge(matter: Matter) -> Exhibit:
        handler(matter, hand, "verifying an exhibit for the record")
        return known(matter, exhibit)

    found = judge(hand.file.refresh())
    given = checked or hand.verify(found)

    def drafts(matter: Matter) -> list[Draft]:
        judge(matter)
        return [hand.entry(matter, exhibit, "verified", {"after": given.as_data()})]

    return hand.record(drafts)


def record_export(
    hand: Hand,
    matter: Matter,
    checked: Mapping[str, Checked],
    *,
    export: str,
    to: str | None = None,
    to_place: str | None = None,
    reason: str | None = None,
) -> list[Draft]:
    """Write the entries of exhibits that leave in a bundle; for use inside the export's own transaction.

    Whether they may leave is judged there.

    Args:
        hand: Who exports.
        matter: As the transaction has it.
        checked: What verifying the copies in the bundle gave, by exhibit.
        export: Id of the export, as ``export.made`` has it.
        to: Person or party who gets the bundle, if it is one.
        to_place: ISO country it goes to, if that is known; a party's own without it.
        reason: Why a trade secret may leave without an undertaking, such as a filing under seal.

    Raises:
        UsageError: No such exhibit, person or party.
    """
    side = other(matter, hand, to) if to else None
    place = to_place or (side.place if side else "")
    words = hand.words(reason)
    drafts: list[Draft] = []
    for number, (id_, after) in enumerate(checked.items()):
        known(matter, id_)
        under = matter.evidence.undertaking_of(side.id, id_) if side else None
        data: dict[str, Any] = {
            **(side.as_data() if side else {}), "place": place, "export": export, "reason": words,
            "undertaking": under.id if under else None, "after": after.as_data(),
        }  # fmt: skip
        drafts.append(hand.entry(matter, id_, "exported", data, number))
    return [*(side.party(hand) if side else ()), *drafts]
