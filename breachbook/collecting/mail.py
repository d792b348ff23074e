"""Mail kept in files: sealed byte for byte, with an index of where each message lies and what it hashes to.

Authority:
    RFC 4155, the mbox format: a message begins at the file's start or after an empty line, with a
    line that begins with ``From`` and a blank.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from breachbook.collecting.contract import Bench, Gathered, Order
from breachbook.collecting.files import either
from breachbook.collecting.remarks import Remarks
from breachbook.custody import Described

INDEX = "messages.jsonl"

_SEPARATOR = b"From "
_PIECE = 1 << 16
_LARGEST_INDEX = 64 << 20
_HEADER = re.compile(
    rb"(?im)^(received|return-path|message-id|from|to|subject|date|mime-version|delivered-to|x-[a-z-]+)[ \t]*:"
)


def mail(order: Order, bench: Bench) -> Gathered:
    """Have a folder of messages (``.eml``, a maildir), one message or an mbox sealed as it is."""
    return Gathered(either(order, bench).account, describe=_indexed)


def _indexed(copies: Path) -> Described:
    """List every message: file, place in it, size and digest; who wrote what stays in the payload."""
    remarks, index = Remarks(), BytesIO()
    for above, folders, names in os.walk(copies):
        folders.sort()
        for path in (Path(above, name) for name in sorted(names)):
            name = path.relative_to(copies).as_posix()
            count = 0
            for offset, size, digest in _messages(path):
                if index.tell() > _LARGEST_INDEX:
                    remarks.found("not-listed", name, f"too many messages; {count} of it listed")
                    break
                row = {"file": name, "offset": offset, "bytes": size, "sha256": digest}
                index.write(json.dumps(row, sort_keys=True).encode() + b"\n")
                count += 1
            if not count and index.tell() <= _LARGEST_INDEX:
                remarks.found("not-listed", name, "no message was recognised in it")
    return Described({INDEX: index.getvalue()}, remarks.findings("."))


def _messages(path: Path) -> Iterator[tuple[int, int, str]]:
    """Yield offset, size and SHA-256 of each message; in an mbox its separator line is part of it."""
    with path.open("rb") as handle:
        head = handle.read(_PIECE)
        handle.seek(0)
        if not head.startswith(_SEPARATOR):
            if _HEADER.match(head):
                yield 0, path.stat().st_size, hashlib.file_digest(handle, "sha256").hexdigest()
            return
        start = at = 0
        digest = hashlib.sha256()
        is_line_start = after_empty = True
        while piece := handle.readline(_PIECE):
            if is_line_start and after_empty and piece.startswith(_SEPARATOR) and at > start:
                yield start, at - start, digest.hexdigest()
                start, digest = at, hashlib.sha256()
            digest.update(piece)
            at += len(piece)
            after_empty = is_line_start and piece in (b"\n", b"\r\n")
            is_line_start = piece.endswith(b"\n")
        yield start, at - start, digest.hexdigest()
