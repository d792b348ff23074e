"""Where an exhibit is made unseen, and how it appears: whole, with its seal, or not at all."""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from breachbook.durable import sync_folder
from breachbook.errors import CustodyError

_PATIENCE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Stage:
    """A hidden folder beside the exhibits, held by one acquisition.

    Attributes:
        folder: The hidden folder.
        attempt: Number of this attempt, from 1.
        earlier: Number of the newest attempt whose work may be taken over; 0 when there is none.
        bag: The bag being made in it.
        final: Where the bag will appear.
        lock: Descriptor that holds the lock; workers inherit it, so it outlives a killed parent
            until they end.
    """

    folder: Path
    attempt: int
    earlier: int
    bag: Path
    final: Path
    lock: int

    def publish(self, seal: bytes) -> None:
        """Make bag and seal appear; first the seal, so that no bag is ever seen without one.

        Raises:
            OSError: The system could not rename or sync.
        """
        staged = self.folder / f"seal-{self.attempt}.json"
        descriptor = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o400)
        try:
            os.write(descriptor, seal)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        try:
            staged.rename(seal_path(self.final))
            sync_folder(self.final.parent)
            self.bag.rename(self.final)
            sync_folder(self.final.parent)
        except OSError:
            self._withdraw()
            raise

    def _withdraw(self) -> None:
        """Hide again what was shown and may not last."""
        with suppress(OSError):
            self.final.rename(self.bag)
        if not self.final.exists():
            seal_path(self.final).unlink(missing_ok=True)


def seal_path(bag: Path) -> Path:
    """Give where an exhibit's seal stands: beside its folder, which stays a plain bag."""
    return bag.with_name(f"{bag.name}.seal.json")


@contextmanager
def stage(exhibits: Path, exhibit: str, *, resume: bool = False) -> Iterator[Stage]:
    """Hold the right to make one exhibit, in a hidden folder that is removed when it is made.

    An attempt that is interrupted (a signal, a crash) leaves the folder, and so does one that fails
    if it was to be resumed. The next attempt removes what is there, or takes it over when it resumes.

    Raises:
        CustodyError: Another process is making the same exhibit.
        OSError: The folder cannot be made.
    """
    _make(exhibits)
    folder = exhibits / f".{exhibit}.staged"
    lock = _locked(folder)
    is_over = True
    try:
        if not resume:
            _empty(folder)
        attempt = 1 + max(_numbers(folder, "bag-*"), default=0)
        earlier = max(_numbers(folder, "listing-*.jsonl"), default=0)
        bag = folder / bag_name(attempt)
        bag.mkdir(mode=0o700)
        yield Stage(folder, attempt, earlier, bag, exhibits / exhibit, lock)
    except Exception:
        is_over = not resume or not any(_numbers(folder, "listing-*.jsonl"))
        raise
    except BaseException:
        is_over = False
        raise
    finally:
        if is_over:
            shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def bag_name(attempt: int) -> str:
    """Name the folder, in the hidden one, in which an attempt makes the bag."""
    return f"bag-{attempt}"


def _make(folder: Path) -> None:
    """Make a folder and those above it, so that none is lost once something durable is in it."""
    if not folder.is_dir():
        _make(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        sync_folder(folder.parent)


def _numbers(folder: Path, pattern: str) -> Iterator[int]:
    for path in folder.glob(pattern):
        number = path.stem.partition("-")[2]
        if number.isdecimal():
            yield int(number)


def _locked(folder: Path) -> int:
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        folder.mkdir(mode=0o700, exist_ok=True)
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The holder before us removes the folder at its end: lock only what is still there.
            if folder.exists() and os.path.samestat(os.fstat(lock), folder.stat()):
                return lock
        except BlockingIOError:
            if time.monotonic() > until:
                os.close(lock)
                raise CustodyError(
                    f"{folder.parent}: another process is preserving this exhibit; wait for it"
                ) from None
            time.sleep(0.05)
        os.close(lock)


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
