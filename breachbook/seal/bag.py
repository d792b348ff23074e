"""The folder an exhibit is, a BagIt bag: its files' names, and writing them.

Authority:
    RFC 8493, The BagIt File Packaging Format, version 1.0.
"""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from breachbook.durable import sync_folder
from breachbook.seal.names import manifest_name, raw_of

ALGORITHMS = ("sha256", "sha512")

BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
OWN_FOLDER = "breachbook"
ENTRIES = f"{OWN_FOLDER}/entries.jsonl"
RECORD = f"{OWN_FOLDER}/record.json"


def digest(data: bytes, algorithm: str) -> str:
    """Hash bytes with an algorithm that hashlib knows; lower-case hex."""
    return hashlib.new(algorithm, data).hexdigest()


def manifest(digests: Iterable[tuple[str, str]]) -> bytes:
    """Write (path in the bag, hex digest) pairs as a manifest, ordered by the paths' bytes."""
    ordered = sorted(digests, key=lambda pair: raw_of(pair[0]))
    return b"".join(manifest_line(path, digest) for path, digest in ordered)


def manifest_line(path: str, digest: str) -> bytes:
    """Write one line of a manifest."""
    return f"{digest}  {manifest_name(path)}\n".encode()


def bag_info(fields: Mapping[str, str]) -> bytes:
    """Write ``bag-info.txt``; a value never holds a line end, so no line is folded."""
    return "".join(f"{label}: {value}\n" for label, value in fields.items()).encode()


def sync_tags(bag: Path) -> None:
    """Make the names of the tag files durable."""
    sync_folder(bag / OWN_FOLDER)
    sync_folder(bag)
