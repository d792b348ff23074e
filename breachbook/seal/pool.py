"""Spreads batches of copying and hashing over worker processes."""

import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from breachbook.errors import CustodyError
from breachbook.seal.copying import Row
from breachbook.seal.worker import Job, perform, receive, send

FEW_FILES = 64
FEW_BYTES = 16 << 20

# The packages' own __init__ modules would load what a worker never needs (cryptography takes longer to
# import than a worker takes to start), so empty ones stand in for them.
_START = """
import sys, types
for name, folder in zip(("breachbook", "breachbook.seal"), sys.argv[1:3]):
    package = sys.modules[name] = types.ModuleType(name)
    package.__path__ = [folder]
from breachbook.seal.worker import main
main(int(sys.argv[3]), int(sys.argv[4]))
"""

Done = Callable[[int], None]


def run(
    jobs: Sequence[Job], source: int, bag: int, *, workers: int, done: Done, hold: int = -1
) -> Iterator[tuple[Job, list[Row]]]:
    """Do jobs and yield each with its rows, in the order they finish.

    Args:
        jobs: As `worker` describes them; larger ones first spread best.
        source: Descriptor of the source folder, or -1 when nothing is copied.
        bag: Descriptor of the bag's folder; closed by the caller, like source.
        workers: How many processes; 0 does the work here.
        hold: Descriptor of a lock that is to be held as long as any worker lives.
        done: Called with each number of bytes done, from this thread.

    Raises:
        OSError: Writing failed in a worker.
        CustodyError: A worker ended before its work was done.
    """
    if not workers:
        for each in jobs:
            yield each, perform(each, source, bag, done)
        return
    waiting = iter(jobs)
    taking = threading.Lock()
    replies: queue.SimpleQueue[tuple[Job | None, Any]] = queue.SimpleQueue()

    def take() -> Job | None:
        with taking:
            return next(waiting, None)

    with _processes(min(workers, len(jobs)), source, bag, hold) as processes:
        for process in processes:
            threading.Thread(target=_feed, args=(process, take, replies), daemon=True).start()
        left = len(jobs)
        while left:
            job, reply = replies.get()
            if reply is None:
                raise CustodyError("a process that copies and hashes ended early; try again")
            if "fault" in reply:
                raise OSError(*reply["fault"])
            if job is None:
                done(reply["bytes"])
            else:
                left -= 1
                yield job, reply["rows"]


def batches(files: Iterable[tuple[int, Any]]) -> Iterator[list[Any]]:
    """Cut (size, item) pairs into lists of at most FEW_FILES items and about FEW_BYTES bytes."""
    batch: list[Any] = []
    size = 0
    for each, item in files:
        if batch and (len(batch) >= FEW_FILES or size + each > FEW_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += each
    if batch:
        yield batch


def _feed(
    process: "subprocess.Popen[bytes]",
    take: Callable[[], Job | None],
    replies: "queue.SimpleQueue[tuple[Job | None, Any]]",
) -> None:
    """Keep one job ahead of the worker, so that it never waits for us."""
    assert process.stdin  # noqa: S101 - both are pipes
    assert process.stdout  # noqa: S101
    asked: list[Job] = []
    try:
        while True:
            while len(asked) < 2 and (job := take()) is not None:
                send(process.stdin, job)  # type: ignore[arg-type]
                asked.append(job)
            if not asked:
                return
            reply = receive(process.stdout)  # type: ignore[arg-type]
            partial = reply is not None and "bytes" in reply
            replies.put((None if partial or reply is None else asked.pop(0), reply))
            if reply is None:
                return
    except OSError:
        replies.put((None, None))


@contextmanager
def _processes(
    count: int, source: int, bag: int, hold: int
) -> "Iterator[list[subprocess.Popen[bytes]]]":
    here = Path(__file__).parent
    places = [str(here.parent), str(here), str(source), str(bag)]
    command = [sys.executable, "-I", "-S", "-c", _START, *places]
    keep = [one for one in (source, bag, hold) if one >= 0]
    pipe = subprocess.PIPE
    started: list[subprocess.Popen[bytes]] = []
    try:
        for _ in range(count):
            started.append(subprocess.Popen(command, stdin=pipe, stdout=pipe, pass_fds=keep))
        yield started
    finally:
        for process in started:
            process.kill()
            process.wait()
