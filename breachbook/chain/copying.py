"""Copying an exhibit to another place: verified before and after, and seen only once it is recorded."""

import shutil
from collections.abc import Callable
from pathlib import Path

from breachbook.canonical import sha256
from breachbook.chain.hand import Checked, Hand
from breachbook.chain.rules import (
    Other,
    destination,
    handler,
    known,
    receiver,
    require_undertaking,
)
from breachbook.custody import Progress
from breachbook.durable import sync_folder, sync_tree
from breachbook.errors import CustodyError, UsageError
from breachbook.events import Draft, Event
from breachbook.exhibit_book import Exhibit
from breachbook.matter import Matter


def copy(
    hand: Hand,
    exhibit: str,
    to: str,
    folder: Path,
    *,
    purpose: str,
    authority: str | None = None,
    to_place: str | None = None,
    tell: Callable[[Progress], None] | None = None,
) -> list[Event]:
    """Make a copy of an exhibit and its seal for somebody, verified byte for byte, and record it.

    The copy stands hidden in the folder until its entry is in the journal, so that none is there
    unrecorded.

    Args:
        hand: Who copies.
        exhibit: Its id.
        to: Who gets the copy.
        folder: Where to put it; made if it is not there.
        purpose: What for.
        authority: On whose word.
        to_place: ISO country it goes to; a party's own without it.
        tell: Told a few times a second how far the copying is.

    Raises:
        ApprovalError: Not on the matter, no fitting role, no undertaking, or a gate of law bars it.
        CustodyError: The exhibit or its copy is not sound, or the folder cannot be written to.
        UsageError: No such exhibit or receiver, no country, or a copy stands there already.
    """

    def judge(matter: Matter) -> tuple[Exhibit, Other, str, str | None]:
        handler(matter, hand, "copying an exhibit")
        found, side = known(matter, exhibit), receiver(matter, hand, to)
        under = require_undertaking(matter, found, side.id)
        return found, side, destination(matter, hand, found, side, to_place), under

    found = judge(hand.file.refresh())[0]
    staged = _stage(folder, exhibit)
    try:
        before, after = hand.verify(found), _copied(hand, found, staged, tell)

        def drafts(matter: Matter) -> list[Draft]:
            _, side, place, under = judge(matter)
            data = {
                **side.as_data(), "purpose": hand.words(purpose), "authority": hand.words(authority),
                "place": place, "undertaking": under, "before": before.as_data(),
                "after": after.as_data(),
            }  # fmt: skip
            return [*side.party(hand), hand.entry(matter, exhibit, "copied", data)]

        events = hand.record(drafts)
        _publish(staged, folder, exhibit)
    except OSError as error:
        raise CustodyError(f"{folder}: {error.strerror}; no copy stands there") from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return events


def _stage(folder: Path, exhibit: str) -> Path:
    if any((folder / name).exists() for name in (exhibit, f"{exhibit}.seal.json")):
        raise UsageError(f"{folder}: got a folder with {exhibit} in it; allowed: another one")
    staged = folder / f".{exhibit}.copying"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.rmtree(staged, ignore_errors=True)
        staged.mkdir(mode=0o700)
    except OSError as error:
        raise CustodyError(f"{folder}: {error.strerror}; no copy was made") from error
    return staged


def _copied(
    hand: Hand, exhibit: Exhibit, staged: Path, tell: Callable[[Progress], None] | None
) -> Checked:
    """Copy bag and seal, make them durable and read them back.

    Raises:
        CustodyError: What was read back is not the exhibit.
        OSError: The system could not read or write.
    """
    from breachbook.seal.carrying import carry

    own = hand.file.exhibits
    seal = f"{exhibit.id}.seal.json"
    carry(own / exhibit.id, staged / exhibit.id, tell)
    shutil.copy2(own / seal, staged / seal)
    sync_tree(staged)
    checked = hand.verify(exhibit, staged / exhibit.id)
    if not checked.is_sound or checked.seal_sha256 != sha256((own / seal).read_bytes()):
        named = "; ".join(checked.findings[:3]) or "its seal differs"
        raise CustodyError(f"{exhibit.id}: the copy is not the exhibit: {named}; nothing was kept")
    return checked


def _publish(staged: Path, folder: Path, exhibit: str) -> None:
    (staged / f"{exhibit}.seal.json").rename(folder / f"{exhibit}.seal.json")
    (staged / exhibit).rename(folder / exhibit)
    sync_folder(folder)
