"""Spreads batches of copying and hashing over worker processes."""

import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from breachbook.errors import CustodyError
from breachbook.seal.copying import Row
from breachbook.seal.worker import Job, perform, receive, send

FEW_FILES = 64
FEW_BYTES = 16 << 20

# The packages' own __init__ modules would load what a worker never needs (cryptography takes
# longer to import than a worker takes to start), so empty ones stand in for them.
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
) -> Generator[tuple[Job, list[Row]], None, None]:
    """Do jobs and yield each with its rows, in the order they finish.

    Args:
        jobs: As `worker` describes them; larger ones first spread best.
        source: Descriptor of the source folder, or -1 when nothing is copied.
        bag: Descriptor of the bag's folder; closed by the caller, like source.
        workers: How many processes; 0 does the work here.
        done: Called with each number of bytes done, from this thread.
        hold: Descriptor of a lock that is to be held as long as any worker lives.

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

    def feed(process: "subprocess.Popen[bytes]") -> None:
        _feed(process, take, replies)

    with _processes(min(workers, len(jobs)), (source, bag, hold), feed):
        left = len(jobs)
        while left:
            job, reply = replies.get()
            if reply is None:
                raise CustodyError("a process that copies and hashes ended early; try again")
            if "fault" in reply:
                raise OSError(*reply["fault"])
            done(reply["bytes"])
            if job is not None:
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
    assert process.stdin  # both are pipes
    assert process.stdout
    asked: list[Job] = []
    try:
        while True:
            while _has_room(asked) and (job := take()) is not None:
                send(process.stdin, job)  # type: ignore[arg-type]
                asked.append(job)
            if not asked:
                return
            reply = receive(process.stdout)  # type: ignore[arg-type]
            whole = reply is not None and ("rows" in reply or "fault" in reply)
            replies.put((asked.pop(0) if whole else None, reply))
            if reply is None:
                return
    except OSError:
        replies.put((None, None))


def _has_room(asked: list[Job]) -> bool:
    # A large file is alone in its job: nothing is queued behind it that another worker could do.
    return not asked or (len(asked) < 2 and len(asked[0]["files"]) > 1)


@contextmanager
def _processes(
    count: int, inherited: tuple[int, int, int], feed: "Callable[[subprocess.Popen[bytes]], None]"
) -> Iterator[None]:
    """Run workers, each with a thread that feeds it; none is left, however it ends."""
    here = Path(__file__).parent
    places = [str(here.parent), str(here), *(str(one) for one in inherited[:2])]
    command = [sys.executable, "-I", "-S", "-c", _START, *places]
    keep = [one for one in inherited if one >= 0]
    pipe = subprocess.PIPE
    started: list[tuple[subprocess.Popen[bytes], threading.Thread]] = []
    try:
        for _ in range(count):
            process = subprocess.Popen(command, stdin=pipe, stdout=pipe, pass_fds=keep)
            feeder = threading.Thread(target=feed, args=(process,), daemon=True)
            started.append((process, feeder))
            feeder.start()
        yield
    finally:
        for process, feeder in started:
            process.kill()
            feeder.join()
            process.communicate()  # closes the pipes
