"""Hashes files of a bag, in worker processes when there are many."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar

from breachbook.seal.copying import LARGE, Row
from breachbook.seal.meter import Meter, Tell
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
    sizes: Mapping[str, int],
    bag: int,
    algorithms: Sequence[str],
    *,
    workers: int,
    phase: str,
    tell: Tell,
) -> Iterator[Iterator[tuple[str, Row]]]:
    """Begin to hash files of a bag; give each path with its row as `copying.hash_file` gives it.

    The work goes on while the caller does something else before it iterates.

    Args:
        sizes: Path in the bag to expected bytes; they spread the work.
        bag: Descriptor of the bag.
        algorithms: Digests wanted, in order.
        workers: Processes; little work is done here.
        phase: For the progress told.
        tell: Whom to tell.
    """
    ordered = sorted(sizes, key=lambda path: (sizes[path] <= LARGE, path))
    # One file is hashed by one processor, wherever that is done.
    count = workers_for(len(sizes), sum(sizes.values()), workers) if len(sizes) > 1 else 0
    with crew(count, -1, bag) as team:
        meter = Meter(phase, len(sizes), sum(sizes.values()), tell)
        files = ((sizes[path], path, path) for path in ordered)
        yield hashed(files, algorithms, team, meter, cold=False)


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
    batched = batches((size, (path, mark)) for size, path, mark in files)
    running = team.run((_job(batch, algorithms, cold) for batch in batched), meter.advance)
    return _told(running, meter)


def _job(batch: list[tuple[str, T]], algorithms: Sequence[str], cold: bool) -> tuple[Job, list[T]]:
    paths = [path for path, _ in batch]
    job = {"do": "hash", "files": paths, "algorithms": list(algorithms), "cold": cold}
    return job, [mark for _, mark in batch]


def _told(running: Iterator[tuple[list[T], list[Row]]], meter: Meter) -> Iterator[tuple[T, Row]]:
    for marks, rows in running:
        yield from zip(marks, rows, strict=True)
        meter.finish(len(rows))
    meter.close()
