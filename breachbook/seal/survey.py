"""Lists what a source holds, without following a link or opening anything but folders."""

import heapq
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
        sha256: Digest of what is stored, in hex.
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


def survey(root: int, top: str = "", leave: str | None = None) -> Iterator[Entry]:
    """List everything below an opened folder, in the order of the paths' bytes.

    Only the names of the folders above the present place are held, so a source of any size needs
    little memory.

    Args:
        root: Descriptor of the folder.
        top: Path of a folder below it to which this is limited; if that cannot be listed, it comes
            itself, without facts.
        leave: Path of a folder that is listed and not gone into.

    Raises:
        OSError: The opened folder itself cannot be listed.
    """
    start = Entry(top, "folder", [])
    levels = [_Level(top, _names(root, start))]
    here = -1
    if start.findings:
        yield start
    try:
        while levels:
            level = levels[-1]
            deeper = level.due()
            if (deeper or not level.names) and here >= 0:
                os.close(here)
                here = -1
            if deeper:
                levels.append(deeper)
            elif level.names:
                name = level.names.pop()
                path = f"{level.path}/{text_of(name)}" if level.path else text_of(name)
                try:
                    here = here if here >= 0 else open_folder(root, _parts(level.path))
                except OSError as error:
                    yield _unseen(path, error)
                    continue
                entry = _look(here, name, path)
                if entry.kind == "folder" and path != leave:
                    below = _Level(path, _names(root, entry))
                    heapq.heappush(level.below, (name + b"/", below))
                yield entry
            else:
                levels.pop()
    finally:
        if here >= 0:
            os.close(here)


def survey_file(folder: int, name: str) -> Entry:
    """Describe one file of an opened folder."""
    facts = os.stat(raw_of(name), dir_fd=folder, follow_symlinks=False)
    return _entry(name, facts, None)


@dataclass(slots=True)
class _Level:
    """A folder being listed: names still to come, the last first, and folders still to go into.

    A folder's own contents come where its name with a ``/`` stands among its neighbours' names:
    ``a``, ``a.txt``, ``a/b``.
    """

    path: str
    names: list[bytes]
    below: "list[tuple[bytes, _Level]]" = field(default_factory=list)

    def due(self) -> "_Level | None":
        """Take the folder whose contents come before the next name."""
        if self.below and (not self.names or self.below[0][0] < self.names[-1]):
            return heapq.heappop(self.below)[1]
        return None


def _names(root: int, folder: Entry) -> list[bytes]:
    """List one folder, backwards; one that cannot be read gets a finding instead."""
    try:
        listing = _open_listing(root, _parts(folder.path))
        try:
            with os.scandir(listing) as names:
                return sorted((os.fsencode(one.name) for one in names), reverse=True)
        finally:
            os.close(listing)
    except OSError as error:
        if not folder.path:
            raise
        folder.found(*missed(error)[:2])
        return []


def _open_listing(root: int, parts: list[str]) -> int:
    here = open_folder(root, parts)
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    try:
        return os.open(".", flags | os.O_NOATIME, dir_fd=here)
    except PermissionError:
        return os.open(".", flags, dir_fd=here)
    finally:
        os.close(here)


def _look(folder: int, name: bytes, path: str) -> Entry:
    try:
        facts = os.stat(name, dir_fd=folder, follow_symlinks=False)
        linked = stat.S_ISLNK(facts.st_mode)
        return _entry(path, facts, os.readlink(name, dir_fd=folder) if linked else None)
    except OSError as error:
        return _unseen(path, error)


def _unseen(path: str, error: OSError) -> Entry:
    entry = Entry(path, "file", [])
    entry.found(*missed(error)[:2])
    return entry


def _parts(path: str) -> list[str]:
    return path.split("/") if path else []


def _entry(path: str, facts: os.stat_result, target: bytes | None) -> Entry:
    kind = KINDS.get(stat.S_IFMT(facts.st_mode), "file")
    entry = Entry(path, kind, stat_row(facts), None if target is None else text_of(target))
    if kind == "link":
        entry.found("link-not-followed")
    elif kind not in ("file", "folder"):
        entry.found("special-not-read", kind)
    return entry
