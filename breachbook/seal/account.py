"""What there is to say of an acquisition, and the tag files that say it."""

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from breachbook.canonical import canonical
from breachbook.custody import Described, Finding
from breachbook.events import stamp
from breachbook.seal import bag as bags
from breachbook.seal.catalogue import Catalogue
from breachbook.seal.document import tool
from breachbook.seal.entries import LinkGroups, line
from breachbook.seal.names import path_data, text_of
from breachbook.seal.tag_files import TagFiles


@dataclass(slots=True)
class Account:
    """What there is to say of an acquisition; filled in as it goes.

    Attributes:
        exhibit: Id of the exhibit.
        source: What was preserved.
        record: The caller's custody record.
        algorithm: Of the digests.
        is_file: Whether the source is one file.
        started: When this attempt began.
        attempts: When each attempt began, this one last.
        links: Names of one and the same file.
        kept: Files, and bytes, taken over from earlier attempts.
        tags: Further tag files.
        remarks: Findings about the source as a whole.
        findings: Findings about its entries.
        counts: Of what was found and preserved.
    """

    exhibit: str
    source: Path
    record: Mapping[str, object]
    algorithm: str
    is_file: bool
    started: datetime
    attempts: list[str]
    links: LinkGroups = field(default_factory=LinkGroups)
    kept: tuple[int, int] = (0, 0)
    tags: Mapping[str, bytes] = field(default_factory=dict)
    remarks: list[Finding] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


def describe(account: Account, said: Described, root: int, *, is_empty: bool) -> None:
    """Take over what the caller has to say, and see whether the source is still in its place.

    Args:
        account: Filled in.
        said: Further tag files, and findings.
        root: Descriptor of the folder that was read.
        is_empty: No file was in it.
    """
    account.tags, account.remarks = said.tags, list(said.findings)
    folder = account.source.parent if account.is_file else account.source
    try:
        there = folder.stat(follow_symlinks=account.is_file)
        moved = not os.path.samestat(os.fstat(root), there)
    except OSError:
        moved = True
    if moved:
        detail = "the source was moved or unmounted while it was read"
        account.remarks.append(Finding("vanished", ".", detail))
    if is_empty:
        account.remarks.append(Finding("empty", "."))


def write_tags(account: Account, catalogue: Catalogue, tags: TagFiles, finished: datetime) -> None:
    """Write every tag file, the tag manifest last.

    Args:
        account: What there is to say; counts and findings are filled in.
        catalogue: What there was.
        tags: Takes the files.
        finished: When the last file was copied.
    """
    _write_entries(account, catalogue, tags)
    record = {
        "v": 1,
        "exhibit": account.exhibit,
        "record": account.record,
        "source": {**origin(account.source), "kind": "file" if account.is_file else "folder"},
        "environment": {
            "host": platform.node(),
            "system": platform.platform(),
            "python": platform.python_version(),
        },
        "started_at": stamp(account.started),
        "finished_at": stamp(finished),
        "attempts": account.attempts,
        "kept": dict(zip(("files", "bytes"), account.kept, strict=True)),
        "counts": account.counts,
        "algorithm": account.algorithm,
        "tool": tool(),
        "findings": [one.as_data() for one in account.remarks],
    }
    info = {
        "Bagging-Date": finished.date().isoformat(),
        "Bag-Software-Agent": f"breachbook {tool()['version']}",
        "External-Identifier": account.exhibit,
        "Payload-Oxum": f"{account.counts['bytes']}.{account.counts['files']}",
    }
    tags.write("bagit.txt", bags.BAGIT)
    tags.write("bag-info.txt", bags.bag_info(info))
    tags.write(bags.RECORD, canonical(record) + b"\n")
    for name, data in account.tags.items():
        tags.write(f"{bags.OWN_FOLDER}/{name}", data)
    digests = [(path, one.digest) for path, one in tags.files.items()]
    tags.write(f"tagmanifest-{account.algorithm}.txt", bags.manifest(digests))


def origin(source: Path) -> dict[str, str]:
    """Name a source: its absolute path, as text or in hex."""
    return dict(path_data(text_of(os.fsencode(source.absolute()))))


def _write_entries(account: Account, catalogue: Catalogue, tags: TagFiles) -> None:
    """Write the record of what there was and the payload manifest, in one passage."""
    entries, manifest = tags.new(bags.ENTRIES), tags.new(f"manifest-{account.algorithm}.txt")
    counts = {"files": 0, "bytes": 0, "folders": 0, "not_preserved": 0}
    for entry in catalogue:
        entries.write(line(entry, account.algorithm, account.links))
        account.findings += entry.findings
        if entry.sha256:
            manifest.write(bags.manifest_line(str(entry.place), entry.sha256))
            counts["files"] += 1
            counts["bytes"] += entry.size
        else:
            counts["folders" if entry.kind == "folder" else "not_preserved"] += 1
    account.counts = counts
