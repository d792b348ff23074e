"""Anchors: whether the journal still is what checkpoints held elsewhere, and its own, say it was."""

from collections.abc import Iterator
from pathlib import Path

from breachbook.anchoring import compare, split_note
from breachbook.anchoring.places import folders
from breachbook.audit.verdicts import Check, judged
from breachbook.errors import BreachbookError
from breachbook.exposure import exposure_of, in_words
from breachbook.matter import Matter
from breachbook.store import Store
from breachbook.workspace import Workspace


def check_anchors(root: Path, folder: Path, matter: Matter | None) -> Check:
    """Compare a journal with every checkpoint of it, in folders outside and in its store.

    Args:
        matter: None where the journal does not verify: what contradicts it is named all the same.
    """
    places, remarks = _folders(root)
    found = compare(root, folder.name, places)
    findings = [*found.findings, *found.doubts]
    if matter is not None:
        findings += _own(matter, Store(folder / "store"))
    remarks += found.unreached
    if not findings and not found.agreeing:
        reason = "there is no checkpoint of it"
        return Check(folder.name, "anchors", "not-checked", reason, (), tuple(remarks))
    outside = f", folders hold it up to line {found.newest}" if found.newest else ""
    good = f"{found.agreeing} checkpoints agree{outside}"
    return judged(folder.name, "anchors", findings, good, remarks)


def caveats(matters: list[Matter]) -> Iterator[str]:
    """Say of each journal since when nothing outside holds it: what follows could be cut off unseen."""
    gauges = {matter.id: exposure_of(matter) for matter in matters}
    bare = [name for name, gauge in gauges.items() if not gauge.covered]
    if bare:
        yield (
            f"nothing is anchored in {', '.join(bare)}: removal of whole last lines would not show"
        )
    for name, gauge in gauges.items():
        if gauge.covered and (gauge.since is not None or gauge.failing):
            yield f"{name}: {in_words(gauge)}"


def _folders(root: Path) -> tuple[dict[str, Path], list[str]]:
    try:
        return folders(root, Workspace(root).config.anchors), []
    except BreachbookError as error:
        return {}, [f"folders outside are not looked into: {error}"]


def _own(matter: Matter, store: Store) -> Iterator[str]:
    for anchor in matter.evidence.anchors.values():
        if not anchor.checkpoint:
            continue
        try:
            note, _, _ = split_note(store.get(anchor.checkpoint))
        except BreachbookError as error:
            yield f"{anchor.id}: its checkpoint {error}"
            continue
        if (note.size, note.head, note.root.hex()) != (anchor.size, anchor.head, anchor.root):
            yield f"{anchor.id}: its checkpoint says something else than the journal"
