"""The record of what the source held: one line of canonical JSON an entry, ordered by path.

A line: ``path`` (or ``path_hex`` when it is not UTF-8), ``kind``, ``findings``; from the source
``mode`` (octal), ``uid gid owner group``, ``size``, ``allocated`` (bytes on disk), ``mtime_ns
ctime_ns`` (decimal text, UTC since 1970), ``inode device`` (decimal text), ``links``; for a link
``target`` or ``target_hex``; for what is stored ``bag`` (path in the bag), ``stored`` (bytes), and
the digest under the algorithm's name; for names of one and the same file ``hard_link_group``.
"""

import grp
import json
import pwd
import stat
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from breachbook.custody import Finding
from breachbook.seal.names import path_data
from breachbook.seal.survey import Entry

# The same bytes as `breachbook.canonical` writes, without its check of every value: there are only
# texts and whole numbers here, and of large sources very many.
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
_decode = json.JSONDecoder().raw_decode
_LONGEST_LINE = 1 << 20


class LinkGroups:
    """Numbers the files that have several names at the source, from 1, in the order they appear."""

    def __init__(self) -> None:
        self._names: dict[tuple[int, ...], int] = {}
        self._numbers: dict[tuple[int, ...], int] = {}

    def see(self, entry: Entry) -> Entry:
        """Take note of an entry, and give it back; all are shown before a number is asked for."""
        if entry.kind == "file" and entry.facts and entry.facts[5] > 1:
            key = tuple(entry.facts[3:5])
            self._names[key] = self._names.get(key, 0) + 1
        return entry

    def number(self, entry: Entry) -> int | None:
        """Give the number of an entry's group; None when it has no other name here."""
        key = tuple(entry.facts[3:5])
        if self._names.get(key, 0) < 2:
            return None
        return self._numbers.setdefault(key, len(self._numbers) + 1)


def line(entry: Entry, algorithm: str, groups: LinkGroups) -> bytes:
    """Write an entry as one line that ends in a newline."""
    data = _data(entry, algorithm)
    if group := groups.number(entry):
        data["hard_link_group"] = group
    return _encode(data).encode() + b"\n"


def read(blocks: Iterable[bytes]) -> Iterator[Mapping[str, Any]]:
    """Read the lines back, one at a time.

    Args:
        blocks: The content, in pieces of any size.

    Raises:
        ValueError: A line is not an object.
    """
    rest = b""
    for block in blocks:
        *lines, rest = (rest + block).split(b"\n")
        yield from map(_object, lines)
        if len(rest) > _LONGEST_LINE:
            raise ValueError(f"a line of more than {_LONGEST_LINE} bytes")
    if rest:
        yield _object(rest)


def _object(line: bytes) -> Mapping[str, Any]:
    text = line.decode()
    row, end = _decode(text)
    if not isinstance(row, dict) or end != len(text):
        raise ValueError("a line is not an object")
    return row


def findings(rows: Iterable[Mapping[str, Any]]) -> tuple[Finding, ...]:
    """Collect the findings of all lines, in their order."""
    return tuple(
        Finding(one["code"], one["path"], one.get("detail", ""))
        for row in rows
        for one in row["findings"]
    )


def _data(entry: Entry, algorithm: str) -> dict[str, Any]:
    data: dict[str, Any] = {
        **path_data(entry.path),
        "kind": entry.kind,
        "findings": [one.as_data() for one in entry.findings],
    }
    if entry.facts:
        data |= _facts(entry.facts)
    if entry.target is not None:
        data |= path_data(entry.target, "target")
    if entry.place is not None:
        data["bag"] = entry.place
    if entry.sha256:
        data |= {"stored": entry.size, algorithm: entry.sha256}
    return data


def _facts(facts: list[int]) -> dict[str, Any]:
    mode, uid, gid, device, inode, links_, size, mtime, ctime, blocks = facts
    return {
        "mode": f"{stat.S_IMODE(mode):04o}",
        "uid": uid,
        "gid": gid,
        "owner": _owner(uid),
        "group": _group(gid),
        "device": str(device),
        "inode": str(inode),
        "links": links_,
        "size": size,
        "allocated": blocks * 512,
        "mtime_ns": str(mtime),
        "ctime_ns": str(ctime),
    }


@cache
def _owner(uid: int) -> str | None:
    try:
        return pwd.getpwuid(uid).pw_name.encode("utf-8", "replace").decode()
    except KeyError:
        return None


@cache
def _group(gid: int) -> str | None:
    try:
        return grp.getgrgid(gid).gr_name.encode("utf-8", "replace").decode()
    except KeyError:
        return None
