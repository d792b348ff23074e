"""Checks an exhibit layer by layer and names every file that is not as it was sealed."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from breachbook.canonical import sha256
from breachbook.custody import Progress, Report, Sealed
from breachbook.errors import CustodyError, VerificationError
from breachbook.seal import bag as bags
from breachbook.seal import entries as lines
from breachbook.seal.findings import Verdicts
from breachbook.seal.metadata import check_metadata
from breachbook.seal.names import raw_of, shown
from breachbook.seal.payload import hashes
from breachbook.seal.seals import check_seal
from breachbook.seal.staging import seal_path
from breachbook.seal.survey import Entry, survey


@dataclass(slots=True)
class Opened:
    """A bag as it is on disk.

    Attributes:
        descriptor: Its opened folder.
        entries: Everything in it by path.
        tags: Content of every regular file outside ``data/``, by path.
        manifests: Payload manifests by file name.
        tag_manifests: Tag manifests by file name.
    """

    descriptor: int
    entries: Mapping[str, Entry]
    tags: dict[str, bytes] = field(default_factory=dict)
    manifests: dict[str, bags.Manifest] = field(default_factory=dict)
    tag_manifests: dict[str, bags.Manifest] = field(default_factory=dict)


def verify(
    path: Path,
    *,
    public_keys: Sequence[Ed25519PublicKey] = (),
    expected_seal_sha256: str | None = None,
    metadata: bool = True,
    workers: int = 2,
    progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Verify an exhibit; changes nothing and repairs nothing.

    Args:
        path: The bag's folder; its seal stands beside it.
        public_keys: Keys whose signature is trusted; without any the signature is not checked.
        expected_seal_sha256: What the journal says of the seal file.
        metadata: Compare modification times and modes too; a copy made by a tool that drops them
            is verified without.
        workers: Processes that hash.
        progress: Told a few times a second.

    Raises:
        VerificationError: The folder is not there or cannot be opened at all.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise VerificationError(
            f"{path}: {error.strerror}; name the folder of an exhibit"
        ) from error
    verdicts = Verdicts()
    try:
        opened = _read(descriptor, verdicts)
        _check_structure(opened, verdicts)
        _check_manifests(opened, verdicts)
        _check_tags(opened, verdicts)
        _check_payload(opened, verdicts, workers, progress)
        check_metadata(opened.entries, opened.tags, opened.manifests, verdicts, times=metadata)
    finally:
        os.close(descriptor)
    check_seal(path, opened.tags, verdicts, public_keys, expected_seal_sha256)
    return verdicts.report(path.name)


def reopen(path: Path, origin: Mapping[str, str], key: Ed25519PrivateKey | None) -> Sealed:
    """Verify an exhibit that is there already and describe it as it was when it was sealed.

    Raises:
        CustodyError: It is not sound, or was made from another source.
    """
    report = verify(path, public_keys=[key.public_key()] if key else [])
    if not report.is_sound:
        named = ", ".join(str(one) for one in report.findings[:3])
        raise CustodyError(
            f"{path}: exists and is not as it was sealed: {named}; "
            "nothing was changed; preserve again under another exhibit id"
        )
    record = json.loads((path / bags.RECORD).read_bytes())
    source = {name: value for name, value in record["source"].items() if name != "kind"}
    if source != origin:
        raise CustodyError(
            f"{path}: was made from {' '.join(source.values())}; "
            "preserve the other source under another exhibit id"
        )
    rows = lines.read((path / bags.ENTRIES).read_bytes())
    manifest, tag_manifest = (
        sha256((path / f"{kind}-{record['algorithm']}.txt").read_bytes())
        for kind in ("manifest", "tagmanifest")
    )
    return Sealed(
        path.name,
        path,
        record["counts"]["files"],
        record["counts"]["bytes"],
        manifest,
        tag_manifest,
        sha256(seal_path(path).read_bytes()),
        lines.findings(rows),
    )


def _read(descriptor: int, verdicts: Verdicts) -> Opened:
    """Look at everything and read what is not payload; only files and folders belong there."""
    opened = Opened(descriptor, {one.path: one for one in survey(descriptor)})
    for entry in opened.entries.values():
        layer = "payload" if entry.path.startswith("data/") else "extra-files"
        if entry.kind not in ("file", "folder"):
            verdicts.found(layer, "extra", shown(entry.path), f"a {entry.kind}")
        elif any(one.code == "unreadable" for one in entry.findings):
            verdicts.found(layer, "malformed", shown(entry.path), entry.findings[0].detail)
        elif entry.kind == "file" and layer == "extra-files":
            _read_tag(opened, entry.path, verdicts)
    for name, data in opened.tags.items():
        if bags.is_manifest(name):
            kind = opened.tag_manifests if bags.is_tag_manifest(name) else opened.manifests
            kind[name] = bags.read_manifest(name, data)
    return opened


def _read_tag(opened: Opened, name: str, verdicts: Verdicts) -> None:
    try:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(raw_of(name), flags, dir_fd=opened.descriptor)
        with os.fdopen(descriptor, "rb") as handle:
            opened.tags[name] = handle.read()
    except OSError as error:
        verdicts.found("tag-files", "malformed", shown(name), error.strerror or "")


def _check_structure(opened: Opened, verdicts: Verdicts) -> None:
    if opened.tags.get("bagit.txt") is None:
        verdicts.found("structure", "missing", "bagit.txt")
    elif opened.tags["bagit.txt"] != bags.BAGIT:
        verdicts.found(
            "structure", "malformed", "bagit.txt", "not a BagIt 1.0 declaration in UTF-8"
        )
    if "data" not in opened.entries or opened.entries["data"].kind != "folder":
        verdicts.found("structure", "missing", "data")
    if not opened.manifests:
        verdicts.found("structure", "missing", "manifest-sha256.txt")
    if not opened.tag_manifests:
        verdicts.found("structure", "missing", "tagmanifest-sha256.txt")
    files = _payload_files(opened)
    oxum = f"{sum(one.facts[6] for one in files.values())}.{len(files)}"
    stated = bags.read_info(opened.tags.get("bag-info.txt", b"")).get("Payload-Oxum")
    if stated is not None and stated != oxum:
        verdicts.found("structure", "disagrees", "data", f"Payload-Oxum {stated}, found {oxum}")
    verdicts.state("structure", "valid", f"a BagIt 1.0 bag of {len(files)} files")


def _check_manifests(opened: Opened, verdicts: Verdicts) -> None:
    files = _payload_files(opened)
    for name, manifest in {**opened.manifests, **opened.tag_manifests}.items():
        for fault in manifest.faults:
            verdicts.found("manifests", "malformed", name, fault)
        for unsafe in manifest.unsafe:
            verdicts.found("manifests", "unsafe-path", shown(unsafe), f"in {name}")
    for name, manifest in opened.manifests.items():
        for path in manifest.digests:
            if not path.startswith("data/"):
                verdicts.found(
                    "manifests", "unsafe-path", shown(path), f"not below data/, in {name}"
                )
        for path in manifest.digests.keys() - files.keys():
            verdicts.found("payload", "missing", shown(path))
        for path in files.keys() - manifest.digests.keys():
            verdicts.found("payload", "extra", shown(path), f"not in {name}")
    if opened.manifests:
        names = ", ".join(sorted(opened.manifests))
        verdicts.state("manifests", "valid", f"{names} lists every file once")


def _check_tags(opened: Opened, verdicts: Verdicts) -> None:
    """Compare every tag file with every tag manifest, and what is there with what may be there."""
    for name, manifest in opened.tag_manifests.items():
        for path, digest in manifest.digests.items():
            if path not in opened.tags:
                verdicts.found("tag-files", "missing", shown(path), f"listed in {name}")
            elif bags.digest(opened.tags[path], manifest.algorithm) != digest:
                verdicts.found("tag-files", "changed", shown(path))
    listed = {path for one in opened.tag_manifests.values() for path in one.digests}
    for path in opened.tags.keys() - listed - opened.tag_manifests.keys():
        verdicts.found("extra-files", "extra", shown(path))
    for entry in opened.entries.values():
        known = entry.path == "data" or any(one.startswith(f"{entry.path}/") for one in listed)
        if entry.kind == "folder" and not entry.path.startswith("data/") and not known:
            verdicts.found("extra-files", "extra", shown(entry.path), "a folder")
    if opened.tag_manifests:
        verdicts.state("tag-files", "valid", f"{len(listed)} tag files match the tag manifest")
        verdicts.state("extra-files", "valid", "nothing in the bag but what is listed")


def _check_payload(
    opened: Opened,
    verdicts: Verdicts,
    workers: int,
    progress: Callable[[Progress], None] | None,
) -> None:
    wanted: dict[str, list[str]] = {}
    algorithms = sorted(
        {one.algorithm for one in opened.manifests.values()} & bags.ALGORITHMS.keys()
    )
    by_algorithm = {one.algorithm: one.digests for one in opened.manifests.values()}
    for path in _payload_files(opened):
        wanted[path] = [by_algorithm[name].get(path, "") for name in algorithms]
    sizes = {path: opened.entries[path].facts[6] for path in wanted}
    for path, row in hashes(
        sizes,
        opened.descriptor,
        algorithms,
        workers=workers,
        phase="verifying",
        tell=progress,
        cold=False,
    ):
        _judge(path, row, wanted[path], verdicts)
    if algorithms:
        verdicts.state("payload", "valid", f"{len(wanted)} files match {', '.join(algorithms)}")


def _judge(path: str, row: list[Any], wanted: list[str], verdicts: Verdicts) -> None:
    if row[0] == -1:
        verdicts.found("payload", "malformed", shown(path), f"cannot be read: {row[1]}")
    elif any(want and want != got for want, got in zip(wanted, row[1:], strict=True)):
        verdicts.found("payload", "changed", shown(path))


def _payload_files(opened: Opened) -> Mapping[str, Entry]:
    return {
        path: one
        for path, one in opened.entries.items()
        if path.startswith("data/") and one.kind == "file"
    }
