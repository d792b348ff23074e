"""Appending to a journal durably, and verifying a long one, against the least that could do the same.

Promises: an append at most 1.8 x a bare append + fdatasync and 1.6 x a SQLite WAL commit with
synchronous=FULL, flat from 1 to 100,000 events; verifying at most 1.5 x hashing and parsing the same bytes.
"""

import hashlib
import json
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from breachbook.clock import now
from breachbook.events import ENGINE, FIRST_PREV, Draft, decode, encode, stamp
from breachbook.journal import Journal

ROUNDS = 400
LINES = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
SOFTWARE = {"name": "bench", "version": "0", "build": "0"}
DRAFT = Draft(
    "reminder.sent", {"reminder": "remind/LEAK-2026-0001-A1/1", "about": "A1", "rung": 1}, ENGINE
)


def main() -> None:
    """Measure and print the ratios."""
    with tempfile.TemporaryDirectory(prefix="breachbook-bench-") as folder:
        appending(Path(folder))
        verifying(Path(folder))


def appending(folder: Path) -> None:
    """Interleave one append each of three kinds, to a new journal and to one of 100,000 lines."""
    print(
        "| append, median | of bare append + fdatasync (1.8) | of SQLite WAL FULL (1.6) |\n|---|---|---|"
    )
    for lines in (0, 100_000):
        path = folder / f"journal-{lines}.jsonl"
        path.write_bytes(b"".join(made(lines)))
        journal = Journal(path, now, SOFTWARE)
        journal.read()
        bare = os.open(folder / f"bare-{lines}", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        base = sqlite3.connect(folder / f"base-{lines}.db", isolation_level=None)
        base.execute("pragma journal_mode=wal")
        base.execute("pragma synchronous=full")
        base.execute("create table events (seq integer primary key, line blob)")
        line = next(iter(made(1)))

        def ours(journal: Journal = journal) -> None:
            with journal.locked() as writer:
                writer.append([DRAFT])

        def plain(bare: int = bare, line: bytes = line) -> None:
            os.write(bare, line)
            os.fdatasync(bare)

        def commit(base: sqlite3.Connection = base, line: bytes = line) -> None:
            base.execute("insert into events (line) values (?)", (line,))

        own, least, sql = (statistics.median(times) for times in interleaved(ours, plain, commit))
        print(f"| after {lines:,} lines | {own / least:.2f} | {own / sql:.2f} |")
        os.close(bare)
        base.close()


def interleaved(*acts: Callable[[], None]) -> list[list[float]]:
    """Time each act in turn, again and again: seconds."""
    times: list[list[float]] = [[] for _ in acts]
    for _ in range(ROUNDS):
        for act, spent in zip(acts, times, strict=True):
            began = time.perf_counter()
            act()
            spent.append(time.perf_counter() - began)
    return times


def verifying(folder: Path) -> None:
    """Verify a long journal, and hash and parse the same bytes, in turn."""
    path = folder / "long.jsonl"
    path.write_bytes(b"".join(made(LINES)))

    def ours() -> None:
        seq, prev = 0, FIRST_PREV
        with path.open("rb") as lines:
            for line in lines:
                event = decode(line[:-1], seq=seq + 1, prev=prev, where="bench")
                seq, prev = event.seq, event.hash

    def least() -> None:
        with path.open("rb") as lines:
            for line in lines:
                hashlib.sha256(line).digest()
                json.loads(line)

    own: list[float] = []
    floor: list[float] = []
    for _ in range(3):
        for act, spent in ((ours, own), (least, floor)):
            began = time.perf_counter()
            act()
            spent.append(time.perf_counter() - began)
    print(
        f"\nverifying {LINES:,} events: {min(own) / min(floor):.2f} of hashing and parsing the same bytes (1.5)"
    )


def made(count: int) -> list[bytes]:
    """Make the lines of a journal."""
    when, clock = now()
    lines, prev = [], FIRST_PREV
    for seq in range(1, count + 1):
        event, line = encode(
            DRAFT, seq=seq, at=stamp(when), clock=clock, software=SOFTWARE, prev=prev
        )
        prev = event.hash
        lines.append(line)
    return lines


if __name__ == "__main__":
    main()
