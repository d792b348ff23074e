"""Destroying an exhibit: recorded first, then removed; what a crash leaves is finished at the next call."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from breachbook import consents
from breachbook.chain.hand import Hand
from breachbook.chain.rules import known, require_free, require_not_offered
from breachbook.doers import DESTROYERS
from breachbook.durable import sync_folder
from breachbook.errors import CustodyError
from breachbook.events import Draft, Event
from breachbook.exhibit_book import Exhibit
from breachbook.matter import Matter
from breachbook.records import may, on_matter


def destroy(hand: Hand, exhibit: str, *, reason: str) -> list[Event]:
    """Destroy an exhibit that nothing demands to keep and that two counsel agreed to destroy.

    The entry that records it comes first; then the bag is renamed out of sight and removed. Its seal
    stays, and so do copies and bundles that left before.

    Args:
        hand: Who destroys it: counsel or a responder.
        exhibit: Its id.
        reason: Why.

    Raises:
        ApprovalError: No fitting role, or two counsel have not agreed.
        CustodyError: A duty to preserve stands, it is offered to somebody, or the disk refused.
        UsageError: No such exhibit, or it was destroyed.
    """

    def judge(matter: Matter) -> tuple[Exhibit, str]:
        on_matter(matter, hand.actor)
        may(matter, hand.actor, DESTROYERS, "destroying an exhibit")
        found = known(matter, exhibit)
        require_free(matter, exhibit, "destroyed")
        require_not_offered(matter, exhibit)
        return found, consents.standing(matter, "destroy-exhibit", exhibit).id

    checked = hand.verify(judge(hand.file.refresh())[0])

    def drafts(matter: Matter) -> list[Draft]:
        _, consent = judge(matter)
        data = {
            "reason": hand.words(reason), "consent": consent, "before": checked.as_data(),
        }  # fmt: skip
        return [hand.entry(matter, exhibit, "destroyed", data)]

    events = hand.record(drafts)
    finish(hand)
    return events


def finish(hand: Hand) -> list[str]:
    """Remove what is still there of exhibits whose destruction is recorded, and name them.

    Raises:
        CustodyError: A duty to preserve stands by now, or the disk refused.
    """
    matter = hand.file.refresh()
    left = list(unfinished(hand.file.folder, matter))
    if left and matter.hold_book.stands:
        raise CustodyError(
            f"{matter.id} {', '.join(left)}: was recorded as destroyed and is still there, and a duty to"
            " preserve stands by now; it is left as it is; ask counsel"
        )
    for exhibit in left:
        try:
            _remove(hand.file.exhibits, exhibit)
        except OSError as error:
            raise CustodyError(
                f"{matter.id} {exhibit}: is recorded as destroyed and could not be removed whole:"
                f" {error.strerror}; the next call of `breachbook evidence` goes on"
            ) from error
    return left


def unfinished(folder: Path, matter: Matter) -> Iterator[str]:
    """Name the exhibits of a matter's folder that are recorded as destroyed and not gone yet."""
    place = folder / "exhibits"
    for exhibit in matter.exhibits.values():
        names = (exhibit.id, hidden(exhibit.id))
        if exhibit.destroyed_at is not None and any((place / name).exists() for name in names):
            yield exhibit.id


def hidden(exhibit: str) -> str:
    """Give the name an exhibit has while it is being removed."""
    return f".{exhibit}.destroyed"


def _remove(place: Path, exhibit: str) -> None:
    away = place / hidden(exhibit)
    shutil.rmtree(away, ignore_errors=True)
    if (place / exhibit).exists():
        (place / exhibit).rename(away)
        sync_folder(place)
    if away.exists():
        shutil.rmtree(away)
    sync_folder(place)
