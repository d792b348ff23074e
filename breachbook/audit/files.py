"""What lies beside the journal: laid-out documents, exhibits, and anything that should not be there."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from breachbook import layout
from breachbook.audit.verdicts import Check, judged
from breachbook.canonical import sha256
from breachbook.entries import Document
from breachbook.errors import BreachbookError
from breachbook.events import Event
from breachbook.exhibit_book import Exhibit
from breachbook.matter import Matter
from breachbook.workspace import Workspace

if TYPE_CHECKING:
    from breachbook.inspection import Inspector

_UNFINISHED = re.compile(r"\.E[0-9]+\.(gathered|staged|destroyed)")
_LEFT = "is recorded as destroyed and not all of it is gone yet"
_EXPECTED = frozenset(
    {"journal.jsonl", "values.jsonl", "store", "documents", "exhibits", "exports"}
)


def check_documents(folder: Path, matter: Matter) -> Check:
    """Check that every laid-out file is, byte for byte, the document's, and a served one is whole."""
    place = folder / "documents"
    findings: list[str] = []
    count = 0
    for entry in sorted(place.iterdir()) if place.is_dir() else ():
        document = matter.documents.get(entry.name)
        if document is None or not entry.is_dir() or entry.is_symlink():
            findings.append(f"documents/{entry.name}: belongs to no document of the journal")
            continue
        count += 1
        findings += _laid_out(entry, document)
    for document in matter.documents.values():
        if document.served is not None and not (place / document.id).is_dir():
            findings.append(f"documents/{document.id}: was served and is not there")
    return judged(folder.name, "documents", findings, f"{count} laid out as approved")


def _laid_out(folder: Path, document: Document) -> Iterator[str]:
    there = {path.name: path for path in folder.iterdir()}
    for name in sorted(there.keys() | document.files.keys()):
        where = f"documents/{document.id}/{name}"
        path = there.get(name)
        if path is None:
            yield f"{where} is missing"
        elif name.startswith(".") and name.endswith(".new"):
            continue  # being laid out just now
        elif name not in document.files:
            yield f"{where}: is no file of the document"
        elif path.is_symlink() or not path.is_file():
            yield f"{where}: is not a plain file"
        elif sha256(path.read_bytes()) != document.files[name]:
            yield f"{where} differs from the document in the journal"


def check_exhibits(root: Path, folder: Path, matter: Matter, events: Sequence[Event]) -> Check:
    """Verify every exhibit in every layer; of a destroyed one its seal must still be there."""
    if not matter.exhibits and not _entries(folder / "exhibits"):
        return judged(folder.name, "exhibits", [], "none sealed yet")
    from breachbook.chain.destroying import unfinished
    from breachbook.inspection import Inspector

    inspector = Inspector(Workspace(root), folder, matter, events)
    left = list(unfinished(folder, matter))
    findings, remarks = _key(root, inspector)
    for exhibit in matter.exhibits.values():
        if exhibit.destroyed_at is not None:
            found, unchecked = inspector.after_destruction(exhibit), [_LEFT] * (exhibit.id in left)
        else:
            found, unchecked = _verified(inspector, folder, exhibit)
        findings += [f"exhibits/{exhibit.id}: {one}" for one in found]
        remarks += [f"exhibits/{exhibit.id}: {one}" for one in unchecked]
    extra, working = _strays(folder / "exhibits", matter)
    there = [one for one in matter.exhibits.values() if one.destroyed_at is None]
    gone = len(matter.exhibits) - len(there)
    good = f"{len(there)} match their seals" + (f", {gone} destroyed" if gone else "")
    return judged(folder.name, "exhibits", [*findings, *extra], good, [*remarks, *working])


def _verified(
    inspector: "Inspector", folder: Path, exhibit: Exhibit
) -> tuple[list[str], list[str]]:
    """Give what was found wrong with an exhibit, and what could not be checked."""
    try:
        report = inspector.verify(exhibit)
    except BreachbookError as error:
        return [str(error)], []
    wrong = [f"{one.name}: {one.reason}" for one in report.layers if one.status == "invalid"]
    findings = [str(one) for one in report.findings] or wrong
    findings += _pinned(folder / "exhibits" / exhibit.id, exhibit)
    return findings, [f"{one.name}: {one.reason}" for one in report.unchecked]


def _key(root: Path, inspector: "Inspector") -> tuple[list[str], list[str]]:
    """Say what is wrong with the workspace's key; without its file a signature cannot be checked."""
    try:
        missing = not inspector.keys
    except BreachbookError as error:
        return [str(error)], []
    return [], [f"{layout.SEAL_KEY} is not there: signatures are not checked"] if missing else []


def _pinned(path: Path, exhibit: Exhibit) -> Iterator[str]:
    pinned = {"manifest": exhibit.manifest_sha256, "tagmanifest": exhibit.tagmanifest_sha256}
    for kind, wanted in pinned.items():
        found = [sha256(file.read_bytes()) for file in path.glob(f"{kind}-*.txt")]
        if found != [wanted]:
            yield f"its {kind} is not the one in the journal"


def _strays(place: Path, matter: Matter) -> tuple[list[str], list[str]]:
    """Name what is no exhibit of the journal: a finding, or a remark while a preservation is at work.

    What an interrupted preservation left, or a destruction in the middle, is hidden and has a name of its own;
    what a person collected appears a moment before its sealing is recorded.
    """
    known, begun = (
        {f"{id_}{end}" for id_ in ids for end in ("", ".seal.json")}
        for ids in (matter.exhibits, matter.evidence.unsealed)
    )
    strays, remarks = [], []
    for name in _entries(place):
        if _UNFINISHED.fullmatch(name) or name in begun:
            remarks.append(f"exhibits/{name}: is what is not finished yet, or was interrupted")
        elif name not in known:
            strays.append(f"exhibits/{name}: is no exhibit of the journal")
    working = any(
        instance.acts["acquire"].state == "started"
        for instance in matter.steps.values()
        if "acquire" in instance.acts
    )
    return ([], [*strays, *remarks]) if working else (strays, remarks)


def _entries(place: Path) -> list[str]:
    return sorted(entry.name for entry in place.iterdir()) if place.is_dir() else []


def check_folder(folder: Path, events: Sequence[Event]) -> Check:
    """Check that nothing stands in the matter's folder but what belongs there, torn tails as recorded."""
    torn = {e.data["saved"]: e.data["sha256"] for e in events if e.kind == "tail.cut"}
    findings = []
    for name in _entries(folder):
        if name in torn:
            if sha256((folder / name).read_bytes()) != torn.pop(name):
                findings.append(f"{name}: is not the torn tail that was set aside")
        elif name not in _EXPECTED:
            findings.append(f"{name}: does not belong in a matter's folder")
    findings += [f"{name}: the torn tail that was set aside is missing" for name in torn]
    return judged(folder.name, "folder", findings, "nothing else is there")
