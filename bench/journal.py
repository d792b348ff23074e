"""Appending to a journal durably, and verifying a long one, against the least that could do the same.

Promises: an append at most 1.8 x a bare append + fdatasync and 1.6 x a SQLite WAL commit with
synchronous=FULL, flat from 1 to 100,000 events; verifying at most 1.5 x hashing and parsing the same bytes.
With ``--full`` 1,000,000 events are verified, otherwise 100,000.
"""

import hashlib
import json
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from breachbook import merkle
from breachbook.anchoring import Claim, contradictions
from breachbook.clock import now
from breachbook.events import ENGINE, FIRST_PREV, Draft, decode, encode, stamp
from breachbook.journal import Journal

ROUNDS = 400
LINES = 1_000_000 if "--full" in sys.argv else 100_000
NEWER = 100
SOFTWARE = {"name": "bench", "version": "0", "build": "0"}
DRAFT = Draft(
    "message.sent",
    {
        "message": "remind/LEAK-2026-0001-A1/1",
        "what": "task",
        "channel": "C0MATTER",
        "ts": "17.0001",
    },
    ENGINE,
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
    """Verify a long journal in each way there is, and hash and parse the same bytes, in turn."""
    path = folder / "long.jsonl"
    path.write_bytes(b"".join(made(LINES)))
    lines = path.read_bytes().split(b"\n")[:-1]
    size = LINES - NEWER
    leaves = [merkle.leaf_hash(line) for line in lines]
    head = json.loads(lines[size - 1])["hash"]
    anchor = Claim("bench", size, head, merkle.root(leaves[:size]))

    def least() -> None:
        for line in lines:
            hashlib.sha256(line).digest()
            json.loads(line.decode())  # faster than parsing the bytes

    def whole(first: int = 0, prev: str = FIRST_PREV) -> None:
        for seq, line in enumerate(lines[first:], first + 1):
            prev = decode(line, seq=seq, prev=prev, where="bench").hash

    def newer() -> None:
        whole(size, head)

    def anchored() -> None:
        if contradictions(lines, [anchor]):
            raise SystemExit("the anchor contradicts the journal it was made of")
        newer()

    def tree() -> None:
        merkle.root([merkle.leaf_hash(line) for line in lines])

    rows = {
        "every line (promise 1.5)": whole,
        f"the last {NEWER} lines, after an anchored head": newer,
        "the same, and all before by the anchor's Merkle root": anchored,
        "the Merkle root alone": tree,
    }
    spent = timed([least, *rows.values()])
    print(
        f"\n| verifying {LINES:,} events | of hashing and parsing the same bytes | seconds |\n|---|---|---|"
    )
    for name, own in zip(rows, spent[1:], strict=True):
        print(f"| {name} | {own / spent[0]:.3g} | {own:.3g} |")


def timed(acts: Sequence[Callable[[], None]]) -> list[float]:
    """Run each act in turn, three times, and give its shortest time: seconds of the processor, nothing waits."""
    best = [float("inf")] * len(acts)
    for _ in range(3):
        for number, act in enumerate(acts):
            began = time.process_time()
            act()
            best[number] = min(best[number], time.process_time() - began)
    return best


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
