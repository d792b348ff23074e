"""What lies beside the journal: laid-out documents, exhibits, and anything that should not be there."""

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

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

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


def check_exhibits(root: Path, folder: Path, matter: Matter) -> Check:
    """Verify every exhibit against its seal, its signature and the digests in the journal."""
    if not matter.exhibits and not _entries(folder / "exhibits"):
        return judged(folder.name, "exhibits", [], "none sealed yet")
    from breachbook.seal import verify

    keys, findings, remarks = _keys(root)
    for exhibit in matter.exhibits.values():
        path = folder / "exhibits" / exhibit.id
        try:
            report = verify(path, public_keys=keys, expected_seal_sha256=exhibit.seal_sha256)
        except BreachbookError as error:
            findings.append(f"exhibits/{exhibit.id}: {error}")
            continue
        findings += [f"exhibits/{exhibit.id}: {found}" for found in report.findings]
        findings += [
            f"exhibits/{exhibit.id}: {layer.name}: {layer.reason}"
            for layer in report.layers
            if layer.status == "invalid" and not report.findings
        ]
        remarks += [f"exhibits/{exhibit.id}: {one.name}: {one.reason}" for one in report.unchecked]
        findings += _pinned(path, exhibit)
    extra, working = _strays(folder / "exhibits", matter)
    good = f"{len(matter.exhibits)} match their seals"
    return judged(folder.name, "exhibits", [*findings, *extra], good, [*remarks, *working])


def _keys(root: Path) -> tuple[list["Ed25519PublicKey"], list[str], list[str]]:
    """Give the workspace's public key; without its file a signature cannot be checked."""
    from breachbook.seal import own_key

    path = root / layout.SEAL_KEY
    if not path.is_file():
        return [], [], [f"{layout.SEAL_KEY} is not there: signatures are not checked"]
    try:
        return [own_key(path).public_key()], [], []
    except BreachbookError as error:
        return [], [str(error)], []


def _pinned(path: Path, exhibit: Exhibit) -> Iterator[str]:
    pinned = {"manifest": exhibit.manifest_sha256, "tagmanifest": exhibit.tagmanifest_sha256}
    for kind, wanted in pinned.items():
        found = [sha256(file.read_bytes()) for file in path.glob(f"{kind}-*.txt")]
        if found != [wanted]:
            yield f"exhibits/{exhibit.id}: its {kind} is not the one in the journal"


def _strays(place: Path, matter: Matter) -> tuple[list[str], list[str]]:
    """Name what is no exhibit of the journal: a finding, or a remark while a preservation is at work."""
    known = {name for id_ in matter.exhibits for name in (id_, f"{id_}.seal.json")}
    strays = [
        f"exhibits/{name}: is no exhibit of the journal"
        for name in _entries(place)
        if name not in known
    ]
    working = any(
        instance.acts["acquire"].state == "started"
        for instance in matter.steps.values()
        if "acquire" in instance.acts
    )
    return ([], strays) if working else (strays, [])


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
