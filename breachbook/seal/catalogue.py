"""What a source holds and what became of it, kept on disk, so that a million entries fit in memory.

Two files an attempt in the hidden folder where an exhibit is made. ``listing-N``: a line of JSON
that says what is listed, then one for every few entries, in the order of the paths' bytes; it gets
its name when it is complete. ``outcome-N``: one slot of fixed size an entry, filled in as files are
copied. A later attempt reads both to see what it may keep; nothing in them is believed that was not
hashed again.
"""

import json
import os
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from breachbook.custody import Finding
from breachbook.seal.copying import LARGE, Row
from breachbook.seal.names import raw_of
from breachbook.seal.survey import Entry

# State, bytes of the digest, attempt, bytes stored; the facts as `copying.stat_row` has them; digest.
_SLOT = struct.Struct("<BBIQ3I4Q2qQ64s")
_SLOTS_AT_ONCE = 512
# One at a time, they take three times as long to write.
_ROWS_A_LINE = 64
_NOTHING, _OK, _CHANGED, _UNSTORED = range(4)
_NO_FACTS = [0] * 10
_STATES = {"ok": _OK, "changed": _CHANGED}
_encode = json.JSONEncoder(separators=(",", ":")).encode
_decode = json.JSONDecoder().raw_decode


@dataclass(frozen=True, slots=True)
class Copied:
    """A file that an attempt copied.

    Attributes:
        attempt: Whose bag holds it.
        facts: Of the source file, as they were when it was opened.
        size: Bytes copied.
        digest: Of these bytes, in hex.
    """

    attempt: int
    facts: list[int]
    size: int
    digest: str


class Catalogue:
    """The entries of one attempt.

    Args:
        folder: The hidden folder.
        attempt: Number of the attempt, from 1.

    Attributes:
        entries: How many entries there are.
        files: How many of them are files that can be copied.
        size: Bytes of these, as the source states them.
        needed: Bytes they need on a disk that leaves holes as holes.
        held: Files, and bytes, that an earlier attempt copied.
    """

    def __init__(self, folder: Path, attempt: int) -> None:
        self.entries = self.files = self.size = self.needed = 0
        self.held = (0, 0)
        self._large = 0
        self._attempt = attempt
        self._listing = listing(folder, attempt)
        self._outcome = _outcome(folder, attempt)
        self._done = bytearray()
        self._seen: dict[int, list[Finding]] = {}
        self._slots = -1

    @contextmanager
    def listed(self, about: object) -> "Iterator[Callable[[Entry, Copied | None], None]]":
        """Give what lists one more entry, with what an earlier attempt copied of it.

        Args:
            about: What the listing says of itself, as JSON.
        """
        flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
        self._slots = os.open(self._outcome, flags, 0o600)
        staged = self._listing.with_suffix(".new")
        with staged.open("wb", buffering=1 << 16) as writing:
            writing.write(_encode(about).encode() + b"\n")
            rows: list[list[Any]] = []

            def write() -> None:
                writing.write(_encode(rows).encode() + b"\n")
                rows.clear()

            def add(entry: Entry, kept: Copied | None) -> None:
                rows.append(_row(entry, kept))
                if len(rows) == _ROWS_A_LINE:
                    write()
                self._count(entry)
                if kept:
                    self.held = self.held[0] + 1, self.held[1] + kept.size

            yield add
            write()
        staged.rename(self._listing)

    def close(self) -> None:
        """Let go of the files."""
        if self._slots >= 0:
            os.close(self._slots)

    def waiting(self) -> Iterator[tuple[int, Entry]]:
        """Yield the files still to be copied with their numbers, those of the kernel's copying first."""
        for large in (True, False) if self._large else (False,):
            for number, (entry, _) in enumerate(_rows(self._listing)):
                wanted = is_copied(entry) and (entry.facts[6] > LARGE) == large
                if wanted and not self._done[number]:
                    yield number, entry

    def listing(self) -> Iterator[tuple[int, Entry]]:
        """Yield every entry as it was listed, with its number."""
        return ((number, entry) for number, (entry, _) in enumerate(_rows(self._listing)))

    def kept(self) -> Iterator[tuple[int, Entry, Copied]]:
        """Yield the files of which an earlier attempt has a copy, with their numbers."""
        for number, (entry, kept) in enumerate(_rows(self._listing)):
            if kept:
                yield number, entry, kept

    def note(self, numbers: Sequence[int], rows: Sequence[Row]) -> None:
        """Take over what came of files: rows as `copying.copy_file` gives them."""
        slots = [self._slot(number, row) for number, row in zip(numbers, rows, strict=True)]
        if list(numbers) == list(range(numbers[0], numbers[0] + len(numbers))):
            os.pwrite(self._slots, b"".join(slots), numbers[0] * _SLOT.size)
            return
        for number, slot in zip(numbers, slots, strict=True):
            os.pwrite(self._slots, slot, number * _SLOT.size)

    def saw(self, number: int, finding: Finding) -> None:
        """Add a finding to an entry that is listed already."""
        self._seen.setdefault(number, []).append(finding)

    def __iter__(self) -> Iterator[Entry]:
        """Yield every entry with what came of it."""
        slots = _slots(self._outcome)
        for number, (entry, _) in enumerate(_rows(self._listing)):
            state, length, _, size, *facts, digest = next(slots)
            if state and facts[0]:
                entry.facts = facts
            if state in (_OK, _CHANGED):
                entry.size, entry.sha256 = size, digest[:length].hex()
            elif entry.kind == "file":
                entry.place = None
            entry.findings += self._seen.get(number, ())
            yield entry

    def _slot(self, number: int, row: Row) -> bytes:
        state, _, digest, size, facts = row
        known = _STATES.get(state, _UNSTORED)
        self._done[number] = known
        found = bytes.fromhex(digest)
        facts = facts or _NO_FACTS
        return _SLOT.pack(known, len(found), self._attempt, size, *facts, found)

    def _count(self, entry: Entry) -> None:
        self.entries += 1
        self._done.append(_NOTHING)
        if is_copied(entry):
            self.files += 1
            self.size += entry.facts[6]
            self.needed += min(entry.facts[6], entry.facts[9] * 512)
            self._large += entry.facts[6] > LARGE


class Earlier:
    """What the newest attempt before this one copied or kept; asked in the order of paths.

    Args:
        folder: The hidden folder.
        attempt: Number of the newest attempt that listed everything; 0 when there is none.
        algorithm: Of the digests; those of another say nothing.

    Attributes:
        attempts: When each attempt before this one began.
    """

    def __init__(self, folder: Path, attempt: int, algorithm: str) -> None:
        about = _about(listing(folder, attempt)) if attempt else {}
        self.attempts = [str(one) for one in about.get("attempts", ())]
        self._rows = iter(_copied(folder, attempt) if about.get("algorithm") == algorithm else ())
        self._next = next(self._rows, None)

    def match(self, entry: Entry) -> Copied | None:
        """Give the copy of a file, when the source file is still the one that was copied."""
        path = raw_of(entry.path)
        while self._next and self._next[0] < path:
            self._next = next(self._rows, None)
        if not self._next or self._next[0] != path or not is_copied(entry):
            return None
        copied = self._next[1]
        return copied if _same(copied.facts, entry.facts) else None


def is_copied(entry: Entry) -> bool:
    """Say whether an entry is a file whose bytes can be asked for."""
    return entry.kind == "file" and bool(entry.facts) and entry.place is not None


def listing(folder: Path, attempt: int) -> Path:
    """Give where an attempt's listing stands once it is complete."""
    return folder / f"listing-{attempt}.jsonl"


def _outcome(folder: Path, attempt: int) -> Path:
    return folder / f"outcome-{attempt}.bin"


def _row(entry: Entry, kept: Copied | None) -> list[Any]:
    findings = [[one.code, one.path, one.detail] for one in entry.findings]
    earlier = kept and [kept.attempt, kept.facts, kept.size, kept.digest]
    return [entry.path, entry.kind, entry.facts, entry.target, entry.place, findings, earlier]


def _rows(path: Path) -> Iterator[tuple[Entry, Copied | None]]:
    with path.open(encoding="utf-8") as handle:
        handle.readline()
        for line in handle:
            for *row, findings, kept in _decode(line)[0]:
                entry = Entry(*row)
                entry.findings = [Finding(*one) for one in findings]
                yield entry, Copied(*kept) if kept else None


def _slots(path: Path) -> Iterator[tuple[Any, ...]]:
    """Yield a file's slots, and then empty ones without end."""
    with path.open("rb") as handle:
        while block := handle.read(_SLOT.size * _SLOTS_AT_ONCE):
            yield from _SLOT.iter_unpack(block[: len(block) // _SLOT.size * _SLOT.size])
    while True:
        yield _SLOT.unpack(bytes(_SLOT.size))


def _copied(folder: Path, attempt: int) -> Iterator[tuple[bytes, Copied]]:
    """Yield the paths that an attempt copied whole or had yet to take over from one before.

    A power cut may have left anything in these files; what cannot be read ends them.
    """
    with suppress(OSError, ValueError, TypeError):
        slots = _slots(_outcome(folder, attempt))
        for entry, kept in _rows(listing(folder, attempt)):
            state, length, number, size, *facts, digest = next(slots)
            if state == _OK:
                yield raw_of(entry.path), Copied(number, facts, size, digest[:length].hex())
            elif kept and not state:
                yield raw_of(entry.path), kept


def _about(path: Path) -> Mapping[str, Any]:
    with suppress(OSError, ValueError), path.open("rb") as handle:
        about = json.loads(handle.readline())
        return about if isinstance(about, dict) else {}
    return {}


def _same(one: list[int], other: list[int]) -> bool:
    """Compare size, time of change of content and of metadata, and inode.

    Not the device: it has another number when a share is mounted again.
    """
    return len(one) == len(other) and [one[4], *one[6:9]] == [other[4], *other[6:9]]
