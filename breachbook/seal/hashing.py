"""Hashes files of a bag, in worker processes when there are many."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import TypeVar

from breachbook.seal.copying import Row
from breachbook.seal.meter import Meter
from breachbook.seal.pool import Crew, batches, crew
from breachbook.seal.worker import Job

T = TypeVar("T")

# Below this much work a process costs more than it saves.
LITTLE_FILES = 64
_LITTLE_BYTES = 32 << 20


def workers_for(files: int, size: int, workers: int) -> int:
    """Say how many processes this much work is worth; none when it is best done here."""
    return 0 if files <= LITTLE_FILES and size <= _LITTLE_BYTES else min(workers, files)


@contextmanager
def hashing(
    files: Iterable[tuple[int, str, T]],
    bag: int,
    algorithms: Sequence[str],
    *,
    workers: int,
    meter: Meter,
) -> Iterator[Iterator[tuple[T, Row]]]:
    """Begin to hash files of a bag; give each one's mark with its row as `hashed` does.

    The files are gone through, and the work goes on, while the caller looks at what was done.

    Args:
        files: Size, path in the bag, and mark; drawn from threads.
        bag: Descriptor of the bag.
        algorithms: Digests wanted, in order.
        workers: Processes; little work is done here.
        meter: Told.
    """
    coming = iter(files)
    first: list[tuple[int, str, T]] = []
    size = 0
    # One file is hashed by one processor, wherever that is done.
    while workers and not (len(first) > 1 and workers_for(len(first), size, workers)):
        given = next(coming, None)
        if given is None:
            break
        first.append(given)
        size += given[0]
    count = workers_for(len(first), size, workers) if len(first) > 1 else 0
    with crew(count, -1, bag) as team:
        yield hashed(chain(first, coming), algorithms, team, meter, cold=False)


def hashed(
    files: Iterable[tuple[int, str, T]],
    algorithms: Sequence[str],
    team: Crew,
    meter: Meter,
    *,
    cold: bool,
) -> Iterator[tuple[T, Row]]:
    """Have files hashed; give each one's mark with its row as `copying.hash_file` gives it.

    Args:
        files: Size, path below the bag, and mark.
        algorithms: Digests wanted, in order.
        team: Begins at once.
        meter: Told.
        cold: Ask the system to read the medium rather than its memory.
    """
    batched = batches((size, path, (path, mark)) for size, path, mark in files)
    running = team.run((_job(batch, algorithms, cold) for batch in batched), meter.advance)
    return _told(running, meter)


def _job(batch: list[tuple[str, T]], algorithms: Sequence[str], cold: bool) -> tuple[Job, list[T]]:
    paths = [path for path, _ in batch]
    job = {"do": "hash", "files": paths, "algorithms": list(algorithms), "cold": cold}
    return job, [mark for _, mark in batch]


def _told(running: Iterator[tuple[list[T], list[Row]]], meter: Meter) -> Iterator[tuple[T, Row]]:
    for marks, rows in running:
        yield from zip(marks, rows, strict=True)
        meter.finish(sum(row[0] >= 0 for row in rows))
    meter.close()
