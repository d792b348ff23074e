"""Looks at everything in a bag once, and reads what is not payload."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from breachbook.seal.declaration import Declaration, read_declaration
from breachbook.seal.findings import Verdicts
from breachbook.seal.manifests import (
    FETCH,
    Manifest,
    is_manifest,
    is_tag_manifest,
    read_fetch,
    read_manifest,
)
from breachbook.seal.names import raw_of, shown
from breachbook.seal.survey import Entry, survey

_LARGEST_TAG = 1 << 30


@dataclass(slots=True)
class Opened:
    """A bag as it is on disk.

    Attributes:
        descriptor: Its opened folder.
        entries: Everything in it by path.
        files: Every payload file by path.
        tags: Content of every regular file outside ``data/``, by path.
        declaration: What ``bagit.txt`` says.
        manifests: Payload manifests.
        tag_manifests: Tag manifests.
        fetch: Payload files that ``fetch.txt`` names.
    """

    descriptor: int
    entries: Mapping[str, Entry]
    files: dict[str, Entry] = field(default_factory=dict)
    tags: dict[str, bytes] = field(default_factory=dict)
    declaration: Declaration = field(default_factory=Declaration)
    manifests: list[Manifest] = field(default_factory=list)
    tag_manifests: list[Manifest] = field(default_factory=list)
    fetch: frozenset[str] = frozenset()


def look(descriptor: int, verdicts: Verdicts) -> Opened:
    """Look at everything and read what is not payload; only files and folders belong in a bag."""
    opened = Opened(descriptor, {one.path: one for one in survey(descriptor)})
    for path, entry in opened.entries.items():
        layer = "payload" if path.startswith("data/") else "extra-files"
        if entry.kind not in ("file", "folder"):
            verdicts.found(layer, "extra", shown(path), f"a {entry.kind}")
        elif any(one.code == "unreadable" for one in entry.findings):
            verdicts.found(layer, "malformed", shown(path), entry.findings[0].detail)
        elif entry.kind == "file" and layer == "payload":
            opened.files[path] = entry
        elif entry.kind == "file":
            _read_tag(opened, entry, verdicts)
    opened.declaration = read_declaration(opened.tags.get("bagit.txt"), verdicts)
    for name, data in opened.tags.items():
        if is_manifest(name):
            kind = opened.tag_manifests if is_tag_manifest(name) else opened.manifests
            kind.append(read_manifest(name, data, opened.declaration, verdicts))
    opened.fetch = read_fetch(opened.tags.get(FETCH, b""), opened.declaration, verdicts)
    return opened


def _read_tag(opened: Opened, entry: Entry, verdicts: Verdicts) -> None:
    try:
        if entry.facts[6] > _LARGEST_TAG:
            raise OSError(0, f"{entry.facts[6]} bytes; at most {_LARGEST_TAG} are read")
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        descriptor = os.open(raw_of(entry.path), flags, dir_fd=opened.descriptor)
        with os.fdopen(descriptor, "rb") as handle:
            opened.tags[entry.path] = handle.read(_LARGEST_TAG)
    except OSError as error:
        verdicts.found("tag-files", "malformed", shown(entry.path), error.strerror or "")
