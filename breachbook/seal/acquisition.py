"""Preserves a folder or a file as a sealed exhibit."""

import errno
import os
import platform
import re
import stat
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from breachbook.canonical import canonical, sha256
from breachbook.custody import Progress, Sealed
from breachbook.errors import CustodyError
from breachbook.events import stamp
from breachbook.seal import bag as bags
from breachbook.seal import entries as lines
from breachbook.seal.document import compose, tool
from breachbook.seal.envelope import wrap
from breachbook.seal.names import path_data, text_of
from breachbook.seal.payload import copy, place, reread
from breachbook.seal.staging import Stage, stage
from breachbook.seal.survey import Entry, survey, survey_file
from breachbook.seal.verification import reopen

_EXHIBIT = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")


@dataclass(frozen=True, slots=True)
class _Task:
    """What `acquire` was asked, in one piece."""

    source: Path
    exhibit: str
    record: Mapping[str, object]
    key: Ed25519PrivateKey | None
    journal_head: str
    previous_seal: str | None
    now: Callable[[], datetime]
    workers: int
    algorithm: str
    progress: Callable[[Progress], None] | None


def acquire(
    source: Path,
    exhibits: Path,
    exhibit: str,
    *,
    record: Mapping[str, object],
    key: Ed25519PrivateKey | None,
    journal_head: str,
    now: Callable[[], datetime],
    workers: int = 2,
    algorithm: str = "sha256",
    progress: Callable[[Progress], None] | None = None,
    previous_seal: str | None = None,
    read_back: bool = True,
) -> Sealed:
    """Copy a folder or a file into a bag, hash it on the way, sync it, read it back and seal it.

    The source is only read: no link is followed, no pipe, socket or device opened, no access time
    renewed but where the system insists (links; files of another owner). What cannot be preserved
    becomes a finding. The key of the act is the exhibit's id: one that is there is verified and
    returned. It appears whole or not at all; what an interrupted attempt left, the next removes.

    Args:
        source: A folder or a file, not a symbolic link.
        exhibits: Folder of the matter's exhibits; made when it is not there.
        exhibit: Id, such as ``E1``.
        record: Custody record (matter, step, authority, operator, hold ...), kept in the bag.
        key: Signs the seal; None leaves it unsigned.
        journal_head: Hash of the matter's last event.
        now: Gives the aware present, at the start and at the end.
        workers: Processes; 0, or little to do, does the work in this one.
        algorithm: A key of `bag.ALGORITHMS`.
        progress: Told a few times a second.
        previous_seal: SHA-256 of the seal file of the exhibit before.
        read_back: Read everything again from the medium before sealing, and compare.

    Raises:
        CustodyError: No such source; the disk is full or failing; the copy differs; the exhibit
            exists and is not sound, or is of another source. Nothing new is visible then.
        ValueError: The record has no canonical form.
    """
    _require(exhibit, algorithm, record)
    task = _Task(
        source,
        exhibit,
        record,
        key,
        journal_head,
        previous_seal,
        now,
        workers,
        algorithm,
        progress,
    )
    with _told(task, exhibits), stage(exhibits, exhibit) as staged:
        if staged.final.exists():
            return reopen(staged.final, _origin(source), key)
        with _opened(source, exhibits) as (root, name):
            return _preserve(task, staged, root, name, read_back)


def _require(exhibit: str, algorithm: str, record: Mapping[str, object]) -> None:
    if not _EXHIBIT.fullmatch(exhibit):
        raise CustodyError(f"exhibit: got {exhibit!r}; allowed: letters, digits and -, such as E1")
    if algorithm not in bags.ALGORITHMS:
        raise CustodyError(f"algorithm: got {algorithm}; allowed: {', '.join(bags.ALGORITHMS)}")
    canonical(record)


def _preserve(task: _Task, staged: Stage, root: int, name: str | None, read_back: bool) -> Sealed:
    started = task.now()
    found = survey(root) if name is None else [survey_file(root, name)]
    descriptor = os.open(staged.bag, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        place(found, descriptor)
        copy(found, root, descriptor, staged, task.algorithm, task.workers, task.progress)
        tags = _tags(task, found, name is not None, started)
        for path, data in tags.items():
            bags.write_tag_file(staged.bag, path, data)
        bags.sync_tags(staged.bag)
        if read_back:
            reread(found, tags, descriptor, staged, task.algorithm, task.workers, task.progress)
    finally:
        os.close(descriptor)
    return _seal(task, staged, found, tags)


def _tags(
    task: _Task, found: Sequence[Entry], single: bool, started: datetime
) -> Mapping[str, bytes]:
    """Make every tag file, the tag manifest last."""
    finished = task.now()
    counts = _counts(found)
    record = {
        "v": 1,
        "exhibit": task.exhibit,
        "record": task.record,
        "source": {**_origin(task.source), "kind": "file" if single else "folder"},
        "environment": {
            "host": platform.node(),
            "system": platform.platform(),
            "python": platform.python_version(),
        },
        "started_at": stamp(started),
        "finished_at": stamp(finished),
        "counts": counts,
        "algorithm": task.algorithm,
        "tool": tool(),
    }
    stored = [(one.place, one.sha256) for one in found if one.place and one.sha256]
    info = {
        "Bagging-Date": finished.date().isoformat(),
        "Bag-Software-Agent": f"breachbook {tool()['version']}",
        "External-Identifier": task.exhibit,
        "Payload-Oxum": f"{counts['bytes']}.{counts['files']}",
    }
    tags = {
        "bagit.txt": bags.BAGIT,
        "bag-info.txt": bags.bag_info(info),
        f"manifest-{task.algorithm}.txt": bags.manifest(stored),
        bags.ENTRIES: b"".join(lines.lines(found, task.algorithm)),
        bags.RECORD: canonical(record) + b"\n",
    }
    digests = [(path, bags.digest(data, task.algorithm)) for path, data in tags.items()]
    return {**tags, f"tagmanifest-{task.algorithm}.txt": bags.manifest(digests)}


def _seal(task: _Task, staged: Stage, found: Sequence[Entry], tags: Mapping[str, bytes]) -> Sealed:
    findings = tuple(one for entry in found for one in entry.findings)
    counts = _counts(found)
    document = compose(
        task.exhibit,
        tags=tags,
        tag_manifest=f"tagmanifest-{task.algorithm}.txt",
        algorithm=task.algorithm,
        counts=counts,
        findings=Counter(one.code for one in findings),
        record_sha256=sha256(canonical(task.record)),
        journal_head=task.journal_head,
        previous_seal=task.previous_seal,
        sealed_at=task.now(),
    )
    seal = wrap(canonical(document), task.key)
    staged.publish(seal)
    return Sealed(
        task.exhibit,
        staged.final,
        counts["files"],
        counts["bytes"],
        sha256(tags[f"manifest-{task.algorithm}.txt"]),
        sha256(tags[f"tagmanifest-{task.algorithm}.txt"]),
        sha256(seal),
        findings,
    )


def _counts(found: Sequence[Entry]) -> dict[str, int]:
    stored = [one for one in found if one.sha256]
    kinds = Counter(one.kind for one in found)
    return {
        "files": len(stored),
        "bytes": sum(one.size for one in stored),
        "folders": kinds["folder"],
        "not_preserved": len(found) - kinds["folder"] - len(stored),
    }


def _origin(source: Path) -> dict[str, str]:
    return dict(path_data(text_of(os.fsencode(source.absolute()))))


@contextmanager
def _opened(source: Path, exhibits: Path) -> Iterator[tuple[int, str | None]]:
    """Open the source's folder; give its descriptor, and the name in it when it is one file."""
    try:
        kind = source.lstat().st_mode
        if stat.S_ISLNK(kind):
            raise CustodyError(
                f"{source}: a symbolic link to {source.readlink()}; name what is meant itself"
            )
        if not (stat.S_ISDIR(kind) or stat.S_ISREG(kind)):
            raise CustodyError(f"{source}: neither a file nor a folder; name a file or a folder")
        folder = source if stat.S_ISDIR(kind) else source.parent
        if stat.S_ISDIR(kind) and exhibits.resolve().is_relative_to(source.resolve()):
            raise CustodyError(
                f"{source}: holds the exhibits themselves; name a folder without {exhibits}"
            )
        root = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise CustodyError(
            f"{source}: {error.strerror}; name a source that can be read"
        ) from error
    try:
        yield root, None if stat.S_ISDIR(kind) else text_of(os.fsencode(source.name))
    finally:
        os.close(root)


@contextmanager
def _told(task: _Task, exhibits: Path) -> Iterator[None]:
    """Turn a system's refusal into one sentence."""
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        move = "free space there" if full else "see to the disk"
        raise CustodyError(
            f"{exhibits / task.exhibit}: {error.strerror} while preserving {task.source}; "
            f"nothing of it is kept; {move} and run the step again"
        ) from error
