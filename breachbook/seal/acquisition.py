"""Preserves a folder or a file as a sealed exhibit."""

import errno
import os
import re
import stat
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from breachbook.canonical import canonical, sha256
from breachbook.custody import Described, Progress, Sealed
from breachbook.errors import CustodyError
from breachbook.events import stamp
from breachbook.seal import bag as bags
from breachbook.seal.account import Account, describe, origin, write_tags
from breachbook.seal.catalogue import Catalogue, Earlier
from breachbook.seal.document import compose
from breachbook.seal.envelope import wrap
from breachbook.seal.flush import flush_folders, flushing
from breachbook.seal.hashing import LITTLE_FILES, workers_for
from breachbook.seal.names import text_of
from breachbook.seal.payload import Work, copy, enlist, keep, reread
from breachbook.seal.pool import crew
from breachbook.seal.staging import Stage, stage
from breachbook.seal.survey import Entry, survey, survey_file
from breachbook.seal.tag_files import TagFile, TagFiles
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
    describe: Callable[[Path], Described] | None
    resume: bool


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
    describe: Callable[[Path], Described] | None = None,
    resume: bool = False,
) -> Sealed:
    """Copy a folder or a file into a bag, hash it on the way, sync it, read it back and seal it.

    The source is only read: no link is followed, no pipe, socket or device opened, no access time
    renewed but where the system insists (links; files of another owner). What cannot be preserved
    becomes a finding. The key of the act is the exhibit's id: one that is there is verified and
    returned. It appears whole or not at all. What an interrupted attempt left, the next removes, or,
    when it resumes, takes over file by file: a copy whose bytes hash, from the medium, to what was
    copied, of a source file with the same inode, size and times of change. All else is copied again,
    a large file from its beginning.

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
        describe: Called with the folder of the copies, before anything is sealed; gives further tag
            files, and findings about what they hold.
        resume: Take over what an interrupted attempt copied, and leave what this one copies when
            it fails, for the next that resumes.

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
        describe,
        resume,
    )
    with _explained(task, exhibits), stage(exhibits, exhibit, resume=resume) as staged:
        if staged.final.exists():
            return reopen(staged.final, origin(source), key)
        with _opened(source, exhibits) as (root, name):
            return _preserve(task, staged, root, name, read_back)


def _require(exhibit: str, algorithm: str, record: Mapping[str, object]) -> None:
    if not _EXHIBIT.fullmatch(exhibit):
        raise CustodyError(f"exhibit: got {exhibit!r}; allowed: letters, digits and -, such as E1")
    if algorithm not in bags.ALGORITHMS:
        raise CustodyError(f"algorithm: got {algorithm}; allowed: {', '.join(bags.ALGORITHMS)}")
    canonical(record)


def _preserve(task: _Task, staged: Stage, root: int, name: str | None, read_back: bool) -> Sealed:
    bag = os.open(staged.bag, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    catalogue = Catalogue(staged.folder, staged.attempt)
    work = Work(bag, task.algorithm, task.progress)
    try:
        found = survey(root) if name is None else [survey_file(root, name)]
        account = _enlist(task, staged, found, catalogue, work, is_file=name is not None)
        count = workers_for(catalogue.files, catalogue.size, task.workers)
        with (
            crew(count, root, bag, staged.lock) as team,
            TagFiles(staged.bag, task.algorithm) as tags,
        ):
            account.kept = keep(catalogue, team, work) if catalogue.held[0] else (0, 0)
            _require_room(catalogue, account.kept[1], bag)
            sync = catalogue.entries <= LITTLE_FILES and not staged.earlier
            copy(catalogue, team, work, sync=sync, kept=account.kept)
            with _durable(sync, bag, staged.bag, catalogue):
                finished = task.now()
                said = task.describe(staged.bag / "data") if task.describe else Described()
                describe(account, said, root, is_empty=not catalogue.files)
                write_tags(account, catalogue, tags, finished)
            tags.settle()
            if read_back:
                _require_same(staged, reread(catalogue, tags.sizes(), team, work))
    finally:
        catalogue.close()
        os.close(bag)
    return _seal(task, staged, account, tags.files)


def _enlist(
    task: _Task,
    staged: Stage,
    found: Iterable[Entry],
    catalogue: Catalogue,
    work: Work,
    *,
    is_file: bool,
) -> Account:
    earlier = Earlier(staged.folder, staged.earlier, task.algorithm)
    started = task.now()
    account = Account(
        task.exhibit,
        task.source,
        task.record,
        task.algorithm,
        is_file,
        started,
        [*earlier.attempts, stamp(started)],
    )
    about = {"algorithm": task.algorithm, "attempts": account.attempts}
    enlist((account.links.see(entry) for entry in found), catalogue, earlier, about, work)
    return account


@contextmanager
def _durable(sync: bool, bag: int, root: Path, catalogue: Catalogue) -> Iterator[None]:
    """Make the copies durable, at best while the tag files are written."""
    if sync:
        flush_folders(root / "data")
        yield
        return
    with flushing(bag, root, (str(one.place) for one in catalogue if one.sha256)):
        yield


def _require_same(staged: Stage, differing: Sequence[str]) -> None:
    if differing:
        raise CustodyError(
            f"{staged.final}: {len(differing)} files read back differ from what was copied, first "
            f"{min(differing)}; nothing is sealed; the disk may be failing, or the source changes "
            "without saying so: check both and run the step again"
        )


def _seal(task: _Task, staged: Stage, account: Account, tags: Mapping[str, TagFile]) -> Sealed:
    findings = (*account.findings, *account.remarks)
    document = compose(
        task.exhibit,
        tags=tags,
        tag_manifest=f"tagmanifest-{task.algorithm}.txt",
        algorithm=task.algorithm,
        counts=account.counts,
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
        account.counts["files"],
        account.counts["bytes"],
        tags[f"manifest-{task.algorithm}.txt"].sha256,
        tags[f"tagmanifest-{task.algorithm}.txt"].sha256,
        sha256(seal),
        findings,
    )


def _require_room(catalogue: Catalogue, kept: int, bag: int) -> None:
    needed = catalogue.needed - kept
    system = os.fstatvfs(bag)
    free = system.f_bavail * system.f_frsize
    if needed > free:
        raise OSError(errno.ENOSPC, f"{needed:,} bytes are needed and {free:,} are free")


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
        # What was a folder a moment ago may be a link by now; a file's folder may be reached by one.
        link = os.O_NOFOLLOW if stat.S_ISDIR(kind) else 0
        root = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | link)
    except OSError as error:
        raise CustodyError(
            f"{source}: {error.strerror}; name a source that can be read"
        ) from error
    try:
        yield root, None if stat.S_ISDIR(kind) else text_of(os.fsencode(source.name))
    finally:
        os.close(root)


@contextmanager
def _explained(task: _Task, exhibits: Path) -> Iterator[None]:
    """Turn a system's refusal into one sentence."""
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        move = "free space there" if full else "see to the disk"
        kept = "what was copied is kept to be resumed" if task.resume else "nothing of it is kept"
        raise CustodyError(
            f"{exhibits / task.exhibit}: {error.strerror} while preserving {task.source}; "
            f"{kept}; {move} and run the step again"
        ) from error
