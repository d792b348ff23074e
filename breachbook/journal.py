"""The journal of one matter in a file: appended, synced, chained, and never repaired in silence."""

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from breachbook.durable import sync_folder, write_all
from breachbook.errors import DamageError, StoreError
from breachbook.events import FIRST_PREV, Draft, Event, check, decode, encode, stamp

Clock = Callable[[], tuple[datetime, dict[str, Any]]]


class Journal:
    """Append-only, hash-chained events in one JSONL file, safe among processes of one machine.

    Args:
        path: The file; its folder exists.
        clock: Gives the time of a line, and the state of the clock that gave it.
        software: Name, version and build written into every line.
        known_seq: The highest number that anything outside the file (register, anchor, outbox) saw.
    """

    def __init__(
        self,
        path: Path,
        clock: Clock,
        software: dict[str, str],
        known_seq: Callable[[], int] = lambda: 0,
    ) -> None:
        self.path = path
        self._clock = clock
        self._software = software
        self._known_seq = known_seq
        self._rewind()

    def _rewind(self) -> None:
        self.seq = 0
        self.head = FIRST_PREV
        self.size = 0
        self._inode: int | None = None

    def read(self) -> list[Event]:
        """Read and verify the complete lines added since the last read; an unfinished last line is left alone.

        Raises:
            DamageError: A line does not match its hash, or the file lost lines that were read before.
        """
        try:
            handle = self.path.open("rb")
        except FileNotFoundError:
            if self.size:
                raise DamageError(f"{self.path}: the journal is gone") from None
            return []
        with handle:
            status = os.fstat(handle.fileno())
            if status.st_size < self.size or self._inode not in (None, status.st_ino):
                raise DamageError(
                    f"{self.path}: shorter than, or not, the file read before; lines were removed"
                )
            self._inode = status.st_ino
            handle.seek(self.size)
            return list(self._lines(handle.read()))

    def _lines(self, data: bytes) -> Iterator[Event]:
        start = 0
        while (end := data.find(b"\n", start)) != -1:
            event = decode(data[start:end], seq=self.seq + 1, prev=self.head, where=str(self.path))
            self.seq, self.head = event.seq, event.hash
            self.size += end + 1 - start
            start = end + 1
            yield event

    @contextmanager
    def locked(self) -> Iterator["Writer"]:
        """Hold the journal's lock for one decision: milliseconds, never during work.

        Yields a writer whose ``new`` are the events that others appended meanwhile. A torn last line is set
        aside, cut off and recorded as ``tail.cut``.

        Raises:
            DamageError: See `read`; also a torn tail although something outside knows a later line.
        """
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            created = os.fstat(descriptor).st_size == 0
            writer = Writer(self, descriptor, self.read())
            if created:
                sync_folder(self.path.parent)
            if os.fstat(descriptor).st_size > self.size:
                self._cut(writer, descriptor)
            yield writer
        finally:
            os.close(descriptor)

    def _cut(self, writer: "Writer", descriptor: int) -> None:
        torn = os.pread(descriptor, os.fstat(descriptor).st_size - self.size, self.size)
        if self._known_seq() > self.seq:
            raise DamageError(
                f"{self.path}: ends after line {self.seq} in a torn line, but line {self._known_seq()} was seen;"
                " restore the journal from a copy"
            )
        digest = hashlib.sha256(torn).hexdigest()
        saved = self.path.with_name(f"{self.path.name}.torn-{self.seq}-{digest[:12]}")
        with saved.open("wb") as aside:
            write_all(aside.fileno(), torn)
            os.fsync(aside.fileno())
        sync_folder(self.path.parent)
        os.ftruncate(descriptor, self.size)
        os.fsync(descriptor)
        writer.append(
            [Draft("tail.cut", {"bytes": len(torn), "sha256": digest, "saved": saved.name})]
        )

    def _append(self, descriptor: int, drafts: Sequence[Draft]) -> list[Event]:
        for draft in drafts:
            check(draft)
        when, clock = self._clock()
        events, lines, seq, prev = [], [], self.seq, self.head
        for draft in drafts:
            seq += 1
            event, line = encode(
                draft, seq=seq, at=stamp(when), clock=clock, software=self._software, prev=prev
            )
            prev = event.hash
            events.append(event)
            lines.append(line)
        data = b"".join(lines)
        try:
            write_all(descriptor, data)
            os.fdatasync(descriptor)
        except OSError as error:
            # Never sync again after a failure: the kernel may have dropped the dirty pages (fsync(2)).
            os.ftruncate(descriptor, self.size)
            raise StoreError(
                f"{self.path}: {error.strerror}; nothing was recorded, free space or repair the disk"
            ) from error
        self.seq, self.head, self.size = seq, prev, self.size + len(data)
        self._inode = os.fstat(descriptor).st_ino
        return events


class Writer:
    """The right to append, while the journal's lock is held."""

    def __init__(self, journal: Journal, descriptor: int, new: list[Event]) -> None:
        self._journal = journal
        self._descriptor = descriptor
        self.new = new

    def append(self, drafts: Sequence[Draft]) -> list[Event]:
        """Write and sync events in order; they are durable when this returns.

        A crash in the middle keeps a prefix of them, so each must mean something without those after it.

        Raises:
            StoreError: A draft is not allowed, or the disk refused; nothing was recorded.
        """
        if not drafts:
            return []
        events = self._journal._append(self._descriptor, drafts)
        self.new.extend(events)
        return events
