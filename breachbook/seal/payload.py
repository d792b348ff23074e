"""The files of an exhibit: where each will stand, their copying, and their reading back."""

import errno
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import groupby

from breachbook.custody import Progress
from breachbook.errors import CustodyError
from breachbook.seal import pool
from breachbook.seal.bag import OWN_FOLDER, digest
from breachbook.seal.copying import LARGE, Row
from breachbook.seal.flush import flush, flush_folders
from breachbook.seal.meter import Meter
from breachbook.seal.names import LONG_FOLDER, bag_path, collisions, raw_of
from breachbook.seal.staging import Stage
from breachbook.seal.survey import Entry
from breachbook.seal.worker import Job

Tell = Callable[[Progress], None] | None

# Below this much work a process costs more than it saves, and files are synced one by one.
_LITTLE_FILES = 64
_LITTLE_BYTES = 32 << 20


def place(found: Iterable[Entry], bag: int) -> None:
    """Give files and folders their places, note what is odd about names, make the folders."""
    entries = [one for one in found if one.kind in ("file", "folder")]
    for entry in entries:
        below = bag_path(entry.path)
        if below.startswith(f"{LONG_FOLDER}/"):
            entry.found("name-shortened")
        elif below != entry.path:
            entry.found("name-escaped")
        entry.place = f"data/{below}"
    clashing = set(collisions(str(one.place) for one in entries))
    for entry in entries:
        if entry.place in clashing:
            entry.found("name-collision")
    _make_folders(entries, bag)


def copy(
    found: Sequence[Entry],
    root: int,
    bag: int,
    staged: Stage,
    algorithm: str,
    workers: int,
    tell: Tell,
) -> None:
    """Copy and hash every file, and make all of it durable.

    Raises:
        OSError: Writing failed.
        CustodyError: There is not room for it, or a worker ended early.
    """
    files = [one for one in found if one.kind == "file" and one.facts and one.place]
    _require_room(files, bag)
    size = sum(one.facts[6] for one in files)
    little = _is_little(len(files), size)
    jobs = list(_copy_jobs(files, algorithm, sync=len(files) <= _LITTLE_FILES))
    meter = Meter("copying", len(files), size, tell)
    by_place = {one.place: one for one in files}
    running = pool.run(
        jobs, root, bag, workers=0 if little else workers, done=meter.advance, hold=staged.lock
    )
    with closing(running):
        for job, rows in running:
            for (_, where), row in zip(job["files"], rows, strict=True):
                _note(by_place[where], row)
            meter.finish(len(rows))
    meter.close()
    if len(files) <= _LITTLE_FILES:
        flush_folders(staged.bag)
    else:
        flush(bag, staged.bag, (str(one.place) for one in files if one.sha256))


def reread(
    found: Sequence[Entry],
    tags: Mapping[str, bytes],
    bag: int,
    staged: Stage,
    algorithm: str,
    workers: int,
    tell: Tell,
) -> None:
    """Read all that was written again, from the medium where the system allows, and compare.

    Raises:
        CustodyError: Something differs or cannot be read.
    """
    expected = {str(one.place): (one.size, one.sha256) for one in found if one.sha256}
    for path, data in tags.items():
        expected[path] = (len(data), digest(data, algorithm))
    sizes = {path: size for path, (size, _) in expected.items()}
    differing = [
        path
        for path, row in hashes(
            sizes,
            bag,
            [algorithm],
            workers=workers,
            phase="re-reading",
            tell=tell,
            hold=staged.lock,
        )
        if tuple(row) != expected[path]
    ]
    if differing:
        raise CustodyError(
            f"{staged.final}: {len(differing)} files read back differ from what was copied, first "
            f"{min(differing)}; nothing is kept; the disk may be failing, or the source changes "
            "without saying so: check both and run the step again"
        )


def hashes(
    sizes: Mapping[str, int],
    bag: int,
    algorithms: Sequence[str],
    *,
    workers: int,
    phase: str,
    tell: Tell,
    cold: bool = True,
    hold: int = -1,
) -> Iterator[tuple[str, Row]]:
    """Hash files of a bag; yield each path with its row as `copying.hash_file` gives it.

    Args:
        sizes: Path in the bag to expected bytes; they spread the work.
        bag: Descriptor of the bag.
        algorithms: Digests wanted, in order.
        workers: Processes; little work is done here.
        phase: For the progress told.
        tell: Whom to tell.
        cold: Ask the system to read the medium rather than its memory.
        hold: Lock that workers keep.
    """
    total = sum(sizes.values())
    little = _is_little(len(sizes), total)
    ordered = sorted(sizes, key=lambda path: (sizes[path] <= LARGE, path))
    jobs: list[Job] = [
        {"do": "hash", "files": batch, "algorithms": list(algorithms), "cold": cold}
        for batch in pool.batches((sizes[path], path) for path in ordered)
    ]
    meter = Meter(phase, len(sizes), total, tell)
    running = pool.run(
        jobs, -1, bag, workers=0 if little else workers, done=meter.advance, hold=hold
    )
    with closing(running):
        for job, rows in running:
            yield from zip(job["files"], rows, strict=True)
            meter.finish(len(rows))
    meter.close()


def _make_folders(entries: Iterable[Entry], bag: int) -> None:
    os.mkdir("data", 0o700, dir_fd=bag)
    os.mkdir(OWN_FOLDER, 0o700, dir_fd=bag)
    if any("name-shortened" in {one.code for one in entry.findings} for entry in entries):
        os.mkdir(f"data/{LONG_FOLDER}", 0o700, dir_fd=bag)
    for entry in entries:
        if entry.kind == "folder":
            if str(entry.place).startswith(f"data/{LONG_FOLDER}/"):
                entry.place = None
            else:
                os.mkdir(raw_of(str(entry.place)), 0o700, dir_fd=bag)


def _copy_jobs(files: Iterable[Entry], algorithm: str, sync: bool) -> Iterator[Job]:
    """Cut files into jobs of one folder each, those of large files first."""
    folder = {one.path: one.path.rpartition("/")[0] for one in files}
    ordered = sorted(files, key=lambda one: (one.facts[6] <= LARGE, folder[one.path]))
    for above, group in groupby(ordered, key=lambda one: folder[one.path]):
        parts = above.split("/") if above else []
        sized = ((one.facts[6], [one.path.rpartition("/")[2], one.place]) for one in group)
        for batch in pool.batches(sized):
            yield {
                "do": "copy",
                "folder": parts,
                "files": batch,
                "algorithm": algorithm,
                "sync": sync,
            }


def _note(entry: Entry, row: Row) -> None:
    """Take over what came of copying one file."""
    state, detail, found, size, facts = row
    if facts:
        entry.facts = facts
    if state in ("ok", "changed"):
        entry.size, entry.sha256 = int(size), str(found)
    else:
        entry.place = None
    if state == "changed":
        entry.found("changed-while-read")
    elif state == "special":
        entry.found("special-not-read", "took the place of a file")
    elif state != "ok":
        entry.found(str(state), str(detail))


def _require_room(files: Iterable[Entry], bag: int) -> None:
    needed = sum(min(one.facts[6], one.facts[9] * 512) for one in files)
    system = os.fstatvfs(bag)
    free = system.f_bavail * system.f_frsize
    if needed > free:
        raise OSError(errno.ENOSPC, f"{needed:,} bytes are needed and {free:,} are free")


def _is_little(files: int, size: int) -> bool:
    return files <= _LITTLE_FILES and size <= _LITTLE_BYTES
