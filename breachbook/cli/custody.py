"""The chain of custody: who received, handed over, saw, copied, gave back or destroyed an exhibit."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from breachbook.cli.act import recorded
from breachbook.cli.output import remark
from breachbook.cli.session import current
from breachbook.errors import CustodyError, UsageError, VerificationError

if TYPE_CHECKING:
    from datetime import datetime

    from breachbook.chain import Hand
    from breachbook.events import Event


def receive(
    matter: str,
    exhibit: str,
    /,
    *,
    from_: Annotated[str, Parameter(name="--from")],
    condition: str,
    proof: Path,
    on: str | None = None,
    to_place: str | None = None,
    json: bool = False,
) -> None:
    """Record that an exhibit, or before it was sealed the medium it was made from, came in from outside.

    For example:

    - breachbook evidence receive LEAK-2026-0001 E2 --from beiyuan-foundry --condition "sealed bag" --proof receipt.pdf

    Args:
        matter: Its id.
        exhibit: The exhibit.
        from_: Who gave it: an id of people.yaml, of a party, or of a row of parties.yaml.
        condition: How it was found: packing, labels, damage.
        proof: The receipt or protocol.
        on: When it came in, a date and time with its offset; now without it.
        to_place: ISO country where it came in.
        json: Print JSON.
    """
    from breachbook import chain

    hand = _hand(matter)
    events = chain.receive(
        hand, exhibit, from_, condition=condition, proof=proof, when=_instant(on), place=to_place
    )
    _told(matter, events, json)


def offer(
    matter: str,
    exhibit: str,
    /,
    *,
    to: str,
    purpose: str,
    authority: str,
    to_place: str | None = None,
    json: bool = False,
) -> None:
    """Hand an exhibit over, as the one who holds it; it is theirs when they take it.

    For example:

    - breachbook evidence offer LEAK-2026-0001 E1 --to samuel-rivera --to-place US --purpose analysis --authority "A4"

    Args:
        matter: Its id.
        exhibit: The exhibit.
        to: Who takes it: an id of people.yaml, of a party, or of a row of parties.yaml.
        purpose: What for.
        authority: On whose word: an order, an approval, counsel's instruction.
        to_place: ISO country it goes to; a party's own without it.
        json: Print JSON.
    """
    from breachbook import chain

    hand = _hand(matter)
    events = chain.offer(
        hand, exhibit, to, purpose=purpose, authority=authority, to_place=to_place
    )
    _told(matter, events, json)


def take(
    matter: str,
    entry: str,
    /,
    *,
    condition: str | None = None,
    proof: Path | None = None,
    json: bool = False,
) -> None:
    """Take an exhibit that was offered to you, or record the paper that an outsider signed.

    For example:

    - breachbook evidence take LEAK-2026-0001 C3 --condition "as described"
    - breachbook evidence take LEAK-2026-0001 C5 --proof signed-receipt.pdf

    Args:
        matter: Its id.
        entry: The offer, as `evidence custody` names it.
        condition: How it was found.
        proof: The paper that somebody outside signed, who cannot sign here.
        json: Print JSON.
    """
    from breachbook import chain

    hand = _hand(matter)
    _told(matter, chain.take(hand, entry, condition=condition, proof=proof), json)


def withdraw(matter: str, entry: str, /, *, reason: str, json: bool = False) -> None:
    """Withdraw an offer that nobody took yet.

    For example:

    - breachbook evidence withdraw LEAK-2026-0001 C3 --reason "the analyst is ill"

    Args:
        matter: Its id.
        entry: The offer, as `evidence custody` names it.
        reason: Why.
        json: Print JSON.
    """
    from breachbook import chain

    hand = _hand(matter)
    _told(matter, chain.withdraw(hand, entry, reason=reason), json)


def access(
    matter: str,
    exhibit: str,
    /,
    *,
    purpose: str,
    authority: str | None = None,
    to_place: str | None = None,
    json: bool = False,
) -> None:
    """Record that you look into an exhibit; one with a trade secret needs your undertaking on file.

    For example:

    - breachbook evidence access LEAK-2026-0001 E1 --purpose "compare the drawings" --authority "counsel's instruction"

    Args:
        matter: Its id.
        exhibit: The exhibit.
        purpose: What for.
        authority: On whose word.
        to_place: ISO country you look into it from; where it is stored without it.
        json: Print JSON.
    """
    from breachbook import chain

    hand = _hand(matter)
    events = chain.access(hand, exhibit, purpose=purpose, authority=authority, place=to_place)
    _told(matter, events, json)


def copy(
    matter: str,
    exhibit: str,
    /,
    *,
    to: str,
    out: Path,
    purpose: str,
    authority: str | None = None,
    to_place: str | None = None,
    json: bool = False,
) -> None:
    """Make a verified copy of an exhibit for somebody, its seal beside it, and record it.

    For example:

    - breachbook evidence copy LEAK-2026-0001 E1 --to lin-yue --to-place US --out /media/usb --purpose "expert opinion"

    Args:
        matter: Its id.
        exhibit: The exhibit.
        to: Who gets it: an id of people.yaml, of a party, or of a row of parties.yaml.
        out: Folder to put it in; made if it is not there.
        purpose: What for.
        authority: On whose word.
        to_place: ISO country it goes to; a party's own without it.
        json: Print JSON.
    """
    from breachbook import chain
    from breachbook.cli.progress import shown_progress

    hand = _hand(matter)
    with shown_progress(wanted=not json) as tell:
        events = chain.copy(
            hand,
            exhibit,
            to,
            out,
            purpose=purpose,
            authority=authority,
            to_place=to_place,
            tell=tell,
        )
    _told(matter, events, json)


def give_back(
    matter: str,
    exhibit: str,
    /,
    *,
    to: str,
    purpose: str,
    authority: str,
    proof: Path,
    to_place: str | None = None,
    json: bool = False,
) -> None:
    """Record that an exhibit went back to whom it belongs; refused while a duty to preserve stands.

    For example:

    - breachbook evidence return LEAK-2026-0001 E2 --to beiyuan-foundry --purpose over --authority court --proof r.pdf

    Args:
        matter: Its id.
        exhibit: The exhibit.
        to: Who gets it: an id of people.yaml, of a party, or of a row of parties.yaml.
        purpose: What for.
        authority: On whose word.
        proof: Their receipt.
        to_place: ISO country it goes to; a party's own without it.
        json: Print JSON.
    """
    from breachbook import chain

    hand = _hand(matter)
    events = chain.give_back(
        hand, exhibit, to, purpose=purpose, authority=authority, proof=proof, to_place=to_place
    )
    _told(matter, events, json)


def destroy(matter: str, exhibit: str, /, *, reason: str, json: bool = False) -> None:
    """Destroy an exhibit that nothing demands to keep and that two counsel agreed to destroy.

    Its seal and its chain of custody stay. The bag is removed, not wiped: what a disk keeps of removed
    files is for whoever runs it. A destruction that was cut short is finished by the next call.

    For example:

    - breachbook evidence destroy LEAK-2026-0001 E2 --reason "the matter ended on 2026-12-01"

    Args:
        matter: Its id.
        exhibit: The exhibit.
        reason: Why.
        json: Print JSON.
    """
    from breachbook import chain

    hand, finished = _begun(matter)
    if exhibit in finished:
        recorded(matter, [], json)
        return
    recorded(matter, chain.destroy(hand, exhibit, reason=reason), json)


def undertaking(
    matter: str, holder: str, /, *, proof: Path, exhibit: str | None = None, json: bool = False
) -> None:
    """Put somebody's signed promise of confidence on file, before they may see a trade secret.

    For example:

    - breachbook evidence undertaking LEAK-2026-0001 lin-yue --proof undertaking.pdf
    - breachbook evidence undertaking LEAK-2026-0001 lin-yue --exhibit E1 --proof undertaking.pdf

    Args:
        matter: Its id.
        holder: Who gave it: an id of people.yaml, of a party, or of a row of parties.yaml.
        proof: The signed paper.
        exhibit: The one exhibit it covers; all of the matter without it.
        json: Print JSON.
    """
    from breachbook import chain

    hand = _hand(matter)
    recorded(matter, chain.undertake(hand, holder, proof=proof, exhibit=exhibit), json)


def _hand(matter: str) -> "Hand":
    return _begun(matter)[0]


def _begun(matter: str) -> "tuple[Hand, list[str]]":
    """Take the matter in hand; finish first what a crash left of a destruction."""
    from breachbook import chain

    file, actor = current.writable(matter)
    hand = chain.Hand(current.library, file, actor)
    finished: list[str] = []
    if file.refresh().sees(actor.person):
        try:
            finished = chain.finish(hand)
        except CustodyError as error:
            remark(str(error))
    for exhibit in finished:
        remark(f"{matter} {exhibit}: its destruction had been cut short and is finished now")
    return hand, finished


def _told(matter: str, events: "Sequence[Event]", json: bool) -> None:
    """Say what was recorded; what was found wrong with the exhibit is in the journal and ends with 3.

    Raises:
        VerificationError: The exhibit is not as it was sealed.
    """
    recorded(matter, events, json)
    entry = next(event.data for event in events if event.kind == "custody.entered")
    checks = [entry[key] for key in ("before", "after") if key in entry]
    if not all(check["sound"] for check in checks):
        raise VerificationError(
            f"{matter} {entry['exhibit']}: is not as it was sealed, and {entry['entry']} says so; see"
            f" what with `breachbook evidence verify {matter}/{entry['exhibit']}`"
        )


def _instant(text: str | None) -> "datetime | None":
    if text is None:
        return None
    from breachbook.events import instant
    from breachbook.source import shown

    try:
        return instant(text)
    except ValueError:
        raise UsageError(
            f"--on: got {shown(text)}; allowed: a date and time with its offset, such as"
            " 2026-11-16T09:40:00-06:00"
        ) from None
