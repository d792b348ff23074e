"""The folder an exhibit is, a BagIt bag: its files' names, its manifests, writing and reading.

Authority:
    RFC 8493, The BagIt File Packaging Format, version 1.0.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from breachbook.durable import sync_folder, write_all
from breachbook.seal.names import from_manifest, manifest_name, raw_of

ALGORITHMS: Mapping[str, int] = {"sha256": 64, "sha512": 128}

BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
OWN_FOLDER = "breachbook"
ENTRIES = f"{OWN_FOLDER}/entries.jsonl"
RECORD = f"{OWN_FOLDER}/record.json"

_LINE = re.compile(r"([0-9A-Fa-f]+)[ \t]+\*?(.+)")
_MANIFEST = re.compile(r"(tag)?manifest-([a-z0-9]+)\.txt")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What one manifest file says.

    Attributes:
        name: Its file name in the bag.
        algorithm: As hashlib names it.
        digests: Path in the bag to lower-case hex digest.
        unsafe: Paths that lead out of the bag.
        faults: Lines that cannot be read, or that repeat a path, told in plain words.
    """

    name: str
    algorithm: str
    digests: Mapping[str, str]
    unsafe: tuple[str, ...]
    faults: tuple[str, ...]


def digest(data: bytes, algorithm: str) -> str:
    """Hash bytes with one of ALGORITHMS; lower-case hex."""
    return hashlib.new(algorithm, data).hexdigest()


def manifest(digests: Iterable[tuple[str, str]]) -> bytes:
    """Write (path in the bag, hex digest) pairs as a manifest, ordered by the paths' bytes."""
    ordered = sorted(digests, key=lambda pair: raw_of(pair[0]))
    return "".join(f"{digest}  {manifest_name(path)}\n" for path, digest in ordered).encode()


def bag_info(fields: Mapping[str, str]) -> bytes:
    """Write ``bag-info.txt``; a value never holds a line end, so no line is folded."""
    return "".join(f"{label}: {value}\n" for label, value in fields.items()).encode()


def write_tag_file(bag: Path, name: str, data: bytes) -> None:
    """Write a new read-only tag file durably; its folder is synced by `sync_tags`."""
    path = bag / name
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o400)
    try:
        write_all(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tags(bag: Path) -> None:
    """Make the names of the tag files durable."""
    sync_folder(bag / OWN_FOLDER)
    sync_folder(bag)


def is_manifest(name: str) -> bool:
    """Say whether a file name of the bag's root is a payload manifest's or a tag manifest's."""
    return bool(_MANIFEST.fullmatch(name))


def is_tag_manifest(name: str) -> bool:
    """Say whether a file name of the bag's root is a tag manifest's."""
    found = _MANIFEST.fullmatch(name)
    return bool(found and found[1])


def read_manifest(name: str, data: bytes) -> Manifest:
    """Read a manifest file, gathering everything that is wrong with it."""
    found = _MANIFEST.fullmatch(name)
    algorithm = found[2] if found else ""
    digests: dict[str, str] = {}
    unsafe: list[str] = []
    faults: list[str] = []
    for number, line in _lines(data, faults):
        parts = _LINE.fullmatch(line)
        if not parts or len(parts[1]) != ALGORITHMS.get(algorithm):
            faults.append(f"line {number} is not a {algorithm} digest and a path")
            continue
        path = from_manifest(parts[2]).removeprefix("./")
        if _is_unsafe(path):
            unsafe.append(path)
        elif path in digests:
            faults.append(f"line {number} repeats {path}")
        else:
            digests[path] = parts[1].lower()
    return Manifest(name, algorithm, digests, tuple(unsafe), tuple(faults))


def read_info(data: bytes) -> Mapping[str, str]:
    """Read the labels of ``bag-info.txt``; lines that are folded are left out."""
    pairs = (line.partition(": ") for line in data.decode("utf-8", "replace").splitlines())
    return {label: value for label, mark, value in pairs if mark}


def _lines(data: bytes, faults: list[str]) -> Iterator[tuple[int, str]]:
    # Not splitlines: a Unicode line separator is part of a name.
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        faults.append(f"byte {error.start} is not UTF-8")
        return
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        if line:
            yield number, line


def _is_unsafe(path: str) -> bool:
    return path.startswith(("/", "~")) or ".." in path.split("/")
