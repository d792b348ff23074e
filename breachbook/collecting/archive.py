"""What a ZIP says it holds, read from its central directory as from a stranger; nothing is unpacked.

Authority:
    APPNOTE.TXT, the .ZIP File Format Specification 6.3, sections 4.3.12 to 4.3.16.
"""

import json
import re
import stat
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from breachbook.collecting.remarks import Remarks
from breachbook.custody import Described
from breachbook.seal.names import path_data, shown, text_of

LISTING = "listing.jsonl"

_LISTED_MEMBERS, _LISTED_BYTES = 100_000, 32 << 20
_ABSURD_BYTES, _ABSURD_RATIO = 1 << 30, 100
_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_MEMBER = struct.Struct("<4s6H3L5H2L")
_UNIX = (3, 19)
_LARGEST_TAIL = _END.size + 0xFFFF
_DEVICE = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)")


@dataclass(frozen=True, slots=True)
class _Directory:
    """Where the central directory says it is."""

    members: int
    size: int
    offset: int


@dataclass(frozen=True, slots=True)
class _Member:
    """One line of the central directory."""

    name: str
    packed: int
    size: int
    crc32: int
    method: int
    flags: int
    mode: int

    @property
    def is_encrypted(self) -> bool:
        return bool(self.flags & (1 | 1 << 6 | 1 << 13))

    @property
    def is_unsafe(self) -> bool:
        """Say whether unpacking it would leave its folder, make a link or reach a device."""
        parts = re.split(r"[/\\]", self.name)
        leads_out = not parts[0] or ".." in parts or bool(re.match(r"[A-Za-z]:", self.name))
        kind = stat.S_IFMT(self.mode)
        special = kind not in (0, stat.S_IFREG, stat.S_IFDIR)
        return leads_out or special or any(_DEVICE.match(part) for part in parts)

    def as_data(self) -> dict[str, object]:
        return {
            **path_data(self.name, "name"),
            "size": self.size,
            "packed": self.packed,
            "crc32": f"{self.crc32:08x}",
            "method": self.method,
            "encrypted": self.is_encrypted,
        }


def listed(path: Path) -> Described:
    """List a ZIP's members, and what about them would harm whoever unpacks it.

    Returns:
        Nothing for what is no ZIP; otherwise the tag file LISTING, one line of JSON a member, and
        findings named ``archive!member``.
    """
    with path.open("rb") as handle:
        total = handle.seek(0, 2)
        directory = _directory(handle, total)
        handle.seek(0)
        if directory is None and handle.read(4) not in _STARTS:
            return Described()
        remarks = Remarks()
        lines: list[bytes] = []
        if directory is None:
            remarks.found("not-listed", path.name, "its central directory is missing")
        else:
            lines = list(_lines(handle, directory, total, path.name, remarks))
    return Described({LISTING: b"".join(lines)}, remarks.findings(path.name))


def _lines(
    handle: BinaryIO, directory: _Directory, total: int, archive: str, remarks: Remarks
) -> Iterator[bytes]:
    seen: set[str] = set()
    unpacked = packed = listed_bytes = 0
    for number, member in enumerate(_members(handle, directory)):
        if member is None or number >= _LISTED_MEMBERS or listed_bytes > _LISTED_BYTES:
            what = "its central directory is damaged" if member is None else "too many members"
            remarks.found("not-listed", archive, f"{what}; {number} of {directory.members} listed")
            break
        where = f"{archive}!{shown(member.name)}"
        for code, is_so in _faults(member, seen).items():
            if is_so:
                remarks.found(code, where)
        seen.add(member.name)
        unpacked, packed = unpacked + member.size, packed + member.packed
        line = json.dumps(member.as_data(), sort_keys=True).encode() + b"\n"
        listed_bytes += len(line)
        yield line
    # Members that share their packed bytes are larger together than the archive that holds them.
    absurd = unpacked > _ABSURD_BYTES and unpacked > _ABSURD_RATIO * total
    if absurd or packed > total:
        remarks.found("bomb", archive, f"{total} bytes say they are {unpacked}")


def _faults(member: _Member, seen: set[str]) -> dict[str, bool]:
    return {
        "unsafe-member": member.is_unsafe,
        "encrypted-member": member.is_encrypted,
        "duplicate-member": member.name in seen,
    }


def _directory(handle: BinaryIO, total: int) -> _Directory | None:
    start = max(0, total - _LARGEST_TAIL)
    handle.seek(start)
    tail = handle.read(_LARGEST_TAIL)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        return None
    members, size, offset = _END.unpack_from(tail, at)[4:7]
    if members == 0xFFFF or 0xFFFFFFFF in (size, offset):
        return _directory_64(handle, start + at) or _Directory(members, size, offset)
    # What stands before the archive, such as a program that unpacks it, shifts every offset.
    return _Directory(members, size, start + at - size)


def _directory_64(handle: BinaryIO, end: int) -> _Directory | None:
    if end < _LOCATOR.size:
        return None
    handle.seek(end - _LOCATOR.size)
    mark, _, place, _ = _LOCATOR.unpack(handle.read(_LOCATOR.size))
    if mark != b"PK\x06\x07":
        return None
    handle.seek(min(place, end))
    data = handle.read(_END_64.size)
    if len(data) < _END_64.size or data[:4] != b"PK\x06\x06":
        return None
    fields = _END_64.unpack(data)
    # An offset that no file has is none that a file can be read at.
    return _Directory(fields[7], fields[8], min(fields[9], end))


def _members(handle: BinaryIO, directory: _Directory) -> Iterator[_Member | None]:
    """Yield what the directory lists; None, and nothing more, where it cannot be read as stated."""
    if directory.offset < 0:
        yield None
        return
    handle.seek(directory.offset)
    for _ in range(directory.members):
        data = handle.read(_MEMBER.size)
        if len(data) < _MEMBER.size or data[:4] != b"PK\x01\x02":
            yield None
            return
        fields = _MEMBER.unpack(data)
        name, extra = handle.read(fields[10]), handle.read(fields[11])
        handle.seek(fields[12], 1)
        size, packed = _sizes_64(extra, fields[9], fields[8])
        mode = fields[15] >> 16 if fields[1] >> 8 in _UNIX else 0
        yield _Member(text_of(name), packed, size, fields[7], fields[4], fields[3], mode)
    if handle.tell() != directory.offset + directory.size:
        yield None


def _sizes_64(extra: bytes, size: int, packed: int) -> tuple[int, int]:
    """Take the sizes that do not fit into 32 bits from a member's extra field."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            body = extra[at + 4 : at + 4 + length]
            large = [number for (number,) in struct.iter_unpack("<Q", body[: len(body) // 8 * 8])]
            size = large.pop(0) if size == 0xFFFFFFFF and large else size
            packed = large.pop(0) if packed == 0xFFFFFFFF and large else packed
        at += 4 + length
    return size, packed
