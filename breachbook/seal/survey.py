"""Lists what a source holds, without following a link or opening anything but folders."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field

from breachbook.custody import Finding
from breachbook.seal.copying import missed, open_folder, stat_row
from breachbook.seal.names import raw_of, shown, text_of

KINDS = {
    stat.S_IFREG: "file",
    stat.S_IFDIR: "folder",
    stat.S_IFLNK: "link",
    stat.S_IFIFO: "pipe",
    stat.S_IFSOCK: "socket",
    stat.S_IFCHR: "character-device",
    stat.S_IFBLK: "block-device",
}


@dataclass(slots=True)
class Entry:
    """One thing found at the source; filled in as it is preserved.

    Attributes:
        path: Below the source, with ``/``, as text with surrogate escapes.
        kind: A value of KINDS.
        facts: As `copying.stat_row` gives them.
        target: Text of a symbolic link.
        place: Path below the bag when its content is stored, otherwise None.
        size: Bytes stored.
        sha256: Digest of what is stored, 64 hex.
        findings: What was seen.
    """

    path: str
    kind: str
    facts: list[int]
    target: str | None = None
    place: str | None = None
    size: int = 0
    sha256: str = ""
    findings: list[Finding] = field(default_factory=list)

    def found(self, code: str, detail: str = "") -> None:
        """Note a finding about this entry."""
        self.findings.append(Finding(code, shown(self.path), detail))


def survey(root: int) -> list[Entry]:
    """List everything below an opened folder, in the order of the paths' bytes."""
    entries: list[Entry] = []
    folders = [Entry("", "folder", [])]
    while folders:
        inside = list(_listed(root, folders.pop()))
        entries += inside
        folders += [entry for entry in inside if entry.kind == "folder"]
    return sorted(entries, key=lambda entry: raw_of(entry.path))


def survey_file(folder: int, name: str) -> Entry:
    """Describe one file of an opened folder."""
    facts = os.stat(raw_of(name), dir_fd=folder, follow_symlinks=False)
    return _entry(name, facts, None)


def _listed(root: int, folder: Entry) -> Iterator[Entry]:
    """Yield what one folder holds; a folder that cannot be read gets a finding instead."""
    try:
        listing = _open_listing(root, folder.path.split("/") if folder.path else [])
    except OSError as error:
        if not folder.path:
            raise
        folder.found(*missed(error)[:2])
        return
    try:
        with os.scandir(listing) as names:
            for name in names:
                yield _look(listing, os.fsencode(name.name), folder.path)
    finally:
        os.close(listing)


def _open_listing(root: int, parts: list[str]) -> int:
    here = open_folder(root, parts)
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    try:
        return os.open(".", flags | os.O_NOATIME, dir_fd=here)
    except PermissionError:
        return os.open(".", flags, dir_fd=here)
    finally:
        os.close(here)


def _look(folder: int, name: bytes, above: str) -> Entry:
    path = f"{above}/{text_of(name)}" if above else text_of(name)
    try:
        facts = os.stat(name, dir_fd=folder, follow_symlinks=False)
        linked = stat.S_ISLNK(facts.st_mode)
        return _entry(path, facts, os.readlink(name, dir_fd=folder) if linked else None)
    except OSError as error:
        entry = Entry(path, "file", [])
        entry.found(*missed(error)[:2])
        return entry


def _entry(path: str, facts: os.stat_result, target: bytes | None) -> Entry:
    kind = KINDS.get(stat.S_IFMT(facts.st_mode), "file")
    entry = Entry(path, kind, stat_row(facts), None if target is None else text_of(target))
    if kind == "link":
        entry.found("link-not-followed")
    elif kind not in ("file", "folder"):
        entry.found("special-not-read", kind)
    return entry
