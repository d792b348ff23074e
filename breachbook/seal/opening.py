"""Looks at a bag: reads what is not payload, and goes through what is."""

from collections import deque
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial

from breachbook.seal.bag import ENTRIES, RECORD
from breachbook.seal.declaration import INFO, Declaration, read_declaration, read_info
from breachbook.seal.findings import Verdicts
from breachbook.seal.manifests import (
    DIGESTS,
    FETCH,
    Listed,
    Manifest,
    algorithm_of,
    is_manifest,
    is_tag_manifest,
    read_fetch,
    read_manifest,
    repeated,
)
from breachbook.seal.names import shown
from breachbook.seal.statements import Statements
from breachbook.seal.survey import Entry, survey
from breachbook.seal.tag_reading import Tag

_LARGEST_HELD = 1 << 30
_HELD = frozenset({"bagit.txt", *INFO, FETCH, RECORD})


@dataclass(slots=True)
class Opened:
    """A bag as it is on disk.

    Attributes:
        descriptor: Its opened folder.
        entries: Everything in it by path, but not what is below ``data/``.
        others: What is below ``data/``, was come across, and is neither file nor folder.
        files: Payload files come across so far.
        size: Their bytes.
        tags: Every regular file outside ``data/``, by path.
        declaration: What ``bagit.txt`` says.
        info: Labels of ``bag-info.txt``.
        manifests: Payload manifests.
        tag_manifests: Tag manifests.
        fetch: Payload files that ``fetch.txt`` names.
    """

    descriptor: int
    entries: Mapping[str, Entry]
    others: deque[Entry] = field(default_factory=deque)
    files: int = 0
    size: int = 0
    tags: dict[str, Tag] = field(default_factory=dict)
    declaration: Declaration = field(default_factory=Declaration)
    info: Mapping[str, list[str]] = field(default_factory=dict)
    manifests: list[Manifest] = field(default_factory=list)
    tag_manifests: list[Manifest] = field(default_factory=list)
    fetch: frozenset[str] = frozenset()

    @property
    def algorithms(self) -> list[str]:
        """Give the digests that payload manifests ask for and that are known here, in order."""
        return sorted({one.algorithm for one in self.manifests if one.is_known})

    def finish(self, verdicts: Verdicts) -> None:
        """Read what is left of the tag files; one that cannot be read does not count as there."""
        for path, tag in list(self.tags.items()):
            tag.finish()
            if tag.fault:
                verdicts.found("tag-files", "malformed", shown(path), tag.fault.strerror or "")
                del self.tags[path]


def look(descriptor: int, verdicts: Verdicts, open_files: ExitStack) -> Opened:
    """Look at all but the payload and read what is small; only files and folders belong in a bag.

    Args:
        descriptor: The bag's opened folder.
        verdicts: Takes the findings.
        open_files: Closes what is still open, however it ends.
    """
    entries = {one.path: one for one in survey(descriptor, leave="data")}
    opened = Opened(descriptor, entries)
    algorithms = {"sha256", *map(algorithm_of, filter(is_tag_manifest, entries))} & DIGESTS.keys()
    for path, entry in entries.items():
        if _is_sound(entry, "extra-files", verdicts) and entry.kind == "file":
            _open_tag(opened, path, entry, algorithms, verdicts)
            if path in opened.tags:
                open_files.callback(opened.tags[path].close)
    bagit = opened.tags["bagit.txt"].data if "bagit.txt" in opened.tags else None
    opened.declaration = read_declaration(bagit, verdicts)
    for name in filter(is_manifest, opened.tags):
        kind = opened.tag_manifests if is_tag_manifest(name) else opened.manifests
        kind.append(_manifest(name, opened, verdicts))
    fetch = opened.tags[FETCH].data if FETCH in opened.tags else b""
    opened.fetch = read_fetch(fetch, opened.declaration, verdicts)
    opened.info = read_info(opened.tags, opened.declaration, verdicts)
    return opened


def payload(opened: Opened, verdicts: Verdicts) -> Iterator[tuple[int, str, Entry]]:
    """Go through what is below ``data/``: size, path and entry of every file, and of folders too."""
    if "data" not in opened.entries or opened.entries["data"].kind != "folder":
        return
    for entry in survey(opened.descriptor, "data"):
        layer = "payload" if entry.path.startswith("data/") else "extra-files"
        if not _is_sound(entry, layer, verdicts) or entry.kind not in ("file", "folder"):
            if entry.facts:
                opened.others.append(entry)
        elif entry.kind == "file":
            opened.files += 1
            opened.size += entry.facts[6]
            yield entry.facts[6], entry.path, entry
        else:
            yield 0, entry.path, entry


def _is_sound(entry: Entry, layer: str, verdicts: Verdicts) -> bool:
    if entry.kind not in ("file", "folder"):
        verdicts.found(layer, "extra", shown(entry.path), f"a {entry.kind}")
    elif any(one.code == "unreadable" for one in entry.findings):
        verdicts.found(layer, "malformed", shown(entry.path), entry.findings[0].detail)
        return False
    return bool(entry.facts)


def _open_tag(
    opened: Opened, path: str, entry: Entry, algorithms: Collection[str], verdicts: Verdicts
) -> None:
    held = path in _HELD
    try:
        if held and entry.facts[6] > _LARGEST_HELD:
            raise OSError(0, f"{entry.facts[6]} bytes; at most {_LARGEST_HELD} are read")
        tag = Tag(path, opened.descriptor, algorithms)
    except OSError as error:
        verdicts.found("tag-files", "malformed", shown(path), error.strerror or "")
        return
    opened.tags[path] = tag
    if held:
        tag.hold()
    if path != ENTRIES and not is_manifest(path):
        tag.finish()


def _manifest(name: str, opened: Opened, verdicts: Verdicts) -> Manifest:
    def again(path: str, before: Listed, now: Listed) -> None:
        told(path, now[1], before[0] == now[0])

    lines = read_manifest(name, opened.tags[name].blocks(), opened.declaration, verdicts)
    told = partial(repeated, name, declaration=opened.declaration, to=verdicts)
    return Manifest(name, algorithm_of(name), Statements(lines, again))
