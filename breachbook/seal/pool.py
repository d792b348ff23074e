"""Spreads batches of copying and hashing over worker processes."""

import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Generic, TypeVar

from breachbook.errors import CustodyError
from breachbook.seal.copying import Row, begin
from breachbook.seal.worker import Job, perform, receive, send

FEW_FILES = 32
MANY_FILES = 256
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
T = TypeVar("T")
Process = subprocess.Popen[bytes]


class Crew:
    """Worker processes that do job after job; without any, the work is done in this process.

    Args:
        processes: Running workers.
        source: Descriptor of the source folder, or -1 when nothing is copied.
        bag: Descriptor of the bag's folder.
    """

    def __init__(self, processes: list[Process], source: int, bag: int) -> None:
        self._processes, self._source, self._bag = processes, source, bag
        self._feeders: list[threading.Thread] = []

    def run(self, jobs: Iterable[tuple[Job, T]], done: Done) -> Iterator[tuple[T, list[Row]]]:
        """Begin jobs at once, and yield what each was marked with and its rows, as they finish.

        Args:
            jobs: Each with a mark of its own; drawn from a thread, a few ahead of the work.
            done: Called with each number of bytes done, from the thread that iterates.

        Raises:
            OSError: Writing failed in a worker; or the system gives no further thread.
            CustodyError: A worker ended before its work was done.
        """
        if not self._processes:
            return self._here(jobs, done)
        errand = _Errand(iter(jobs))
        for process in self._processes:
            feeder = threading.Thread(target=errand.feed, args=(process,), daemon=True)
            begin(feeder)
            self._feeders.append(feeder)
        return errand.collect(len(self._processes), done)

    def end(self) -> None:
        """End every worker, whatever it is doing."""
        for process in self._processes:
            process.kill()
        for feeder in self._feeders:
            feeder.join()
        for process in self._processes:
            process.communicate()  # closes the pipes

    def _here(
        self, jobs: Iterable[tuple[Job, T]], done: Done
    ) -> Generator[tuple[T, list[Row]], None, None]:
        for job, mark in jobs:
            yield mark, perform(job, self._source, self._bag, done)


@contextmanager
def crew(count: int, source: int, bag: int, hold: int = -1) -> Iterator[Crew]:
    """Start workers; none is left, however it ends.

    Args:
        count: How many processes; 0 does the work here.
        source: Descriptor of the source folder, or -1 when nothing is copied.
        bag: Descriptor of the bag's folder; closed by the caller, like source.
        hold: Descriptor of a lock that is to be held as long as any worker lives.
    """
    here = Path(__file__).parent
    command = [sys.executable, "-I", "-S", "-c", _START]
    command += [str(here.parent), str(here), str(source), str(bag)]
    keep = [one for one in (source, bag, hold) if one >= 0]
    pipe = subprocess.PIPE
    processes: list[Process] = []
    team = Crew(processes, source, bag)
    try:
        for _ in range(count):
            processes.append(subprocess.Popen(command, stdin=pipe, stdout=pipe, pass_fds=keep))
        yield team
    finally:
        team.end()


def batches(files: Iterable[tuple[int, str, T]]) -> Iterator[list[T]]:
    """Cut (size, path, item) triples into lists of few items and about FEW_BYTES bytes.

    A list ends with a folder if it can: two workers that make files in the same folder wait for each
    other.
    """
    batch: list[T] = []
    size = 0
    last = ""
    for each, path, item in files:
        folder = path.rpartition("/")[0]
        most = MANY_FILES if folder == last else FEW_FILES
        if batch and (len(batch) >= most or size + each > FEW_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += each
        last = folder
    if batch:
        yield batch


class _Errand(Generic[T]):
    """One run of jobs: handed out under a lock, answered through a queue."""

    def __init__(self, jobs: Iterator[tuple[Job, T]]) -> None:
        self._jobs = jobs
        self._taking = threading.Lock()
        self._replies: queue.SimpleQueue[tuple[str, Any, Any]] = queue.SimpleQueue()

    def feed(self, process: Process) -> None:
        """Keep one job ahead of a worker, so that it never waits for us."""
        try:
            self._feed(process)
        except BaseException as error:  # noqa: BLE001 - raised again where the work is waited for
            self._replies.put(("fault", None, error))
        self._replies.put(("ended", None, None))

    def collect(self, feeding: int, done: Done) -> Generator[tuple[T, list[Row]], None, None]:
        """Yield what is answered until every feeding thread has ended."""
        while feeding:
            kind, mark, reply = self._replies.get()
            if kind == "ended":
                feeding -= 1
            elif kind == "fault":
                raise reply
            else:
                done(reply["bytes"])
                if kind == "rows":
                    yield mark, reply["rows"]

    def _feed(self, process: Process) -> None:
        assert process.stdin  # both are pipes
        assert process.stdout
        asked: list[tuple[Job, T]] = []
        while True:
            while _has_room(asked) and (taken := self._take()) is not None:
                _send(process, taken[0])
                asked.append(taken)
            if not asked:
                return
            reply = receive(process.stdout)  # type: ignore[arg-type]
            if reply is None:
                raise _ended_early()
            if "fault" in reply:
                raise OSError(*reply["fault"])
            if "rows" in reply:
                self._replies.put(("rows", asked.pop(0)[1], reply))
            else:
                self._replies.put(("bytes", None, reply))

    def _take(self) -> tuple[Job, T] | None:
        with self._taking:
            return next(self._jobs, None)


def _send(process: Process, job: Job) -> None:
    try:
        send(process.stdin, job)  # type: ignore[arg-type]
    except OSError as error:
        raise _ended_early() from error


def _ended_early() -> CustodyError:
    return CustodyError("a process that copies and hashes ended early; try again")


def _has_room(asked: list[tuple[Job, T]]) -> bool:
    # A large file is alone in its job: nothing is queued behind it that another worker could do.
    return not asked or (len(asked) < 2 and len(asked[0][0]["files"]) > 1)
