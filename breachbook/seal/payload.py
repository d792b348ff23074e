"""The files of an exhibit: where each will stand, their copying, and their reading back."""

import os
from array import array
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, pairwise

from breachbook.custody import Finding
from breachbook.seal.bag import OWN_FOLDER
from breachbook.seal.catalogue import Catalogue, Copied, Earlier
from breachbook.seal.copying import Row
from breachbook.seal.hashing import hashed
from breachbook.seal.meter import Meter, Tell
from breachbook.seal.names import LONG_FOLDER, bag_path, collisions, fold, raw_of, shown
from breachbook.seal.pool import Crew, batches
from breachbook.seal.staging import bag_name
from breachbook.seal.survey import Entry
from breachbook.seal.worker import Job


@dataclass(frozen=True, slots=True)
class Work:
    """How an exhibit's files are worked on.

    Attributes:
        bag: Descriptor of the bag's folder.
        algorithm: Of the digests.
        tell: Told of the progress.
    """

    bag: int
    algorithm: str
    tell: Tell


def enlist(
    found: Iterable[Entry], catalogue: Catalogue, earlier: Earlier, about: object, work: Work
) -> None:
    """List a source: give files and folders their places, note what is odd, make the folders.

    Args:
        found: What there is, in the order of the paths' bytes.
        catalogue: Takes the entries.
        earlier: What an attempt before this one copied.
        about: What the listing says of itself.
        work: With a bag that is empty.
    """
    os.mkdir("data", 0o700, dir_fd=work.bag)
    os.mkdir(OWN_FOLDER, 0o700, dir_fd=work.bag)
    folded = array("q")
    with catalogue.listed(about) as add:
        for entry in found:
            if entry.kind == "folder" or (entry.kind == "file" and entry.facts):
                _place(entry, work.bag)
                folded.append(hash(fold(str(entry.place))))
            if entry.kind == "folder":
                _make_folder(entry, work.bag)
            add(entry, earlier.match(entry))
    _note_collisions(catalogue, folded)


def keep(catalogue: Catalogue, team: Crew, work: Work) -> tuple[int, int]:
    """Take over what earlier attempts copied, if its bytes on the medium are still what they copied.

    Returns:
        How many files were taken over, and their bytes.

    Raises:
        OSError: The system could not rename.
    """
    candidates = (
        (copied.size, f"../{bag_name(copied.attempt)}/{entry.place}", (number, entry, copied))
        for number, entry, copied in catalogue.kept()
    )
    files = size = 0
    meter = Meter("re-reading", *catalogue.held, work.tell)
    for (number, entry, copied), row in hashed(
        candidates, [work.algorithm], team, meter, cold=True
    ):
        if row == [copied.size, copied.digest]:
            _take_over(entry, copied, work.bag)
            catalogue.note([number], [["ok", "", copied.digest, copied.size, copied.facts]])
            files, size = files + 1, size + copied.size
    return files, size


def copy(
    catalogue: Catalogue, team: Crew, work: Work, *, sync: bool, kept: tuple[int, int] = (0, 0)
) -> None:
    """Copy and hash every file that was not taken over.

    Args:
        catalogue: What there is; takes what becomes of it.
        team: Does it.
        work: How.
        sync: Make each file durable by itself.
        kept: Files and bytes taken over.

    Raises:
        OSError: Writing failed.
        CustodyError: A worker ended early.
    """
    meter = Meter("copying", catalogue.files, catalogue.size, work.tell)
    meter.advance(kept[1])
    meter.finish(kept[0])
    for marks, rows in team.run(_copy_jobs(catalogue, work.algorithm, sync), meter.advance):
        catalogue.note([number for number, _ in marks], rows)
        for (number, path), row in zip(marks, rows, strict=True):
            if finding := _finding(path, row):
                catalogue.saw(number, finding)
        meter.finish(len(rows))
    meter.close()


def reread(
    catalogue: Catalogue, tags: Mapping[str, tuple[int, str]], team: Crew, work: Work
) -> list[str]:
    """Read all that was written again, from the medium where the system allows, and compare.

    Args:
        catalogue: What was copied.
        tags: Size and digest of each tag file by its path in the bag.
        team: Does it.
        work: How.

    Returns:
        Paths in the bag of files that differ or cannot be read.
    """
    files, size = len(tags), sum(size for size, _ in tags.values())
    meter = Meter("re-reading", catalogue.files + files, catalogue.size + size, work.tell)
    stored = ((one.place, one.size, one.sha256) for one in catalogue if one.place and one.sha256)
    expected = chain(stored, ((path, size, digest) for path, (size, digest) in tags.items()))
    marked = ((size, path, (path, size, digest)) for path, size, digest in expected)
    return [
        path
        for (path, size, digest), row in hashed(marked, [work.algorithm], team, meter, cold=True)
        if row != [size, digest]
    ]


def _place(entry: Entry, bag: int) -> None:
    below = bag_path(entry.path)
    if below.startswith(f"{LONG_FOLDER}/"):
        entry.found("name-shortened")
        with suppress(FileExistsError):
            os.mkdir(f"data/{LONG_FOLDER}", 0o700, dir_fd=bag)
    elif below != entry.path:
        entry.found("name-escaped")
    entry.place = f"data/{below}"


def _make_folder(entry: Entry, bag: int) -> None:
    if str(entry.place).startswith(f"data/{LONG_FOLDER}/"):
        entry.place = None
    else:
        os.mkdir(raw_of(str(entry.place)), 0o700, dir_fd=bag)


def _note_collisions(catalogue: Catalogue, folded: "array[int]") -> None:
    """Find names that differ only in case or form: by their hashes first, which are small."""
    ordered = sorted(folded)
    twice = {one for one, other in pairwise(ordered) if one == other}
    if not twice:
        return
    alike = {
        str(entry.place): (number, entry.path)
        for number, entry in catalogue.listing()
        if entry.place and hash(fold(entry.place)) in twice
    }
    for place in collisions(alike):
        number, path = alike[place]
        catalogue.saw(number, Finding("name-collision", shown(path)))


def _take_over(entry: Entry, copied: Copied, bag: int) -> None:
    place = raw_of(str(entry.place))
    earlier = f"../{bag_name(copied.attempt)}/".encode() + place
    os.rename(earlier, place, src_dir_fd=bag, dst_dir_fd=bag)


def _copy_jobs(
    catalogue: Catalogue, algorithm: str, sync: bool
) -> Iterator[tuple[Job, list[tuple[int, str]]]]:
    sized = (
        (entry.facts[6], str(entry.place), (number, entry))
        for number, entry in catalogue.waiting()
    )
    for batch in batches(sized):
        files = [_asked(entry) for _, entry in batch]
        job = {"do": "copy", "files": files, "algorithm": algorithm, "sync": sync}
        yield job, [(number, entry.path) for number, entry in batch]


def _asked(entry: Entry) -> list[str | None]:
    folder, _, name = entry.path.rpartition("/")
    return [folder, name, entry.place]


def _finding(path: str, row: Row) -> Finding | None:
    """Say what a person should know of one file's copying."""
    state, detail = str(row[0]), str(row[1])
    if state == "ok":
        return None
    if state == "changed":
        return Finding("changed-while-read", shown(path))
    if state == "special":
        return Finding("special-not-read", shown(path), "took the place of a file")
    return Finding(state, shown(path), detail)
