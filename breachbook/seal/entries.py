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
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from breachbook.custody import Finding
from breachbook.seal.names import path_data
from breachbook.seal.survey import Entry

# The same bytes as `breachbook.canonical` writes, without its check of every value: there are only
# texts and whole numbers here, and of large sources very many.
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def lines(entries: Iterable[Entry], algorithm: str) -> Iterator[bytes]:
    """Write entries, each as one line that ends in a newline."""
    entries = list(entries)
    groups = _link_groups(entries)
    for entry in entries:
        data = _data(entry, algorithm)
        if group := groups.get(tuple(entry.facts[3:5])):
            data["hard_link_group"] = group
        yield _encode(data).encode() + b"\n"


def read(data: bytes) -> Iterator[Mapping[str, Any]]:
    """Read the lines back, one at a time.

    Raises:
        ValueError: A line is not an object.
    """
    for line in data.splitlines():
        row = json.loads(line)
        if not isinstance(row, dict):
            raise ValueError("a line is not an object")
        yield row


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


def _link_groups(entries: list[Entry]) -> dict[tuple[int, ...], int]:
    """Number the files that have several names here, from 1, in the order they first appear."""
    names = Counter(tuple(one.facts[3:5]) for one in entries if one.kind == "file" and one.facts)
    several = [place for place, count in names.items() if count > 1]
    return {place: number for number, place in enumerate(several, 1)}


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
