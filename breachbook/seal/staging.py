"""Where an exhibit is made unseen, and how it appears: whole, with its seal, or not at all."""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
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
        bag: The bag being made in it.
        final: Where the bag will appear.
        lock: Descriptor that holds the lock; workers inherit it, so it outlives a killed parent
            until they end.
    """

    folder: Path
    bag: Path
    final: Path
    lock: int

    def publish(self, seal: bytes) -> None:
        """Make bag and seal appear; first the seal, so that no bag is ever seen without one.

        Raises:
            OSError: The system could not rename or sync.
        """
        staged = self.folder / "seal.json"
        descriptor = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o400)
        try:
            os.write(descriptor, seal)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        staged.rename(seal_path(self.final))
        sync_folder(self.final.parent)
        self.bag.rename(self.final)
        sync_folder(self.final.parent)


def seal_path(bag: Path) -> Path:
    """Give where an exhibit's seal stands: beside its folder, which stays a plain bag."""
    return bag.with_name(f"{bag.name}.seal.json")


@contextmanager
def stage(exhibits: Path, exhibit: str) -> Iterator[Stage]:
    """Hold the right to make one exhibit; what an interrupted attempt left is removed.

    Raises:
        CustodyError: Another process is making the same exhibit.
        OSError: The folder cannot be made.
    """
    exhibits.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = exhibits / f".{exhibit}.staged"
    lock = _locked(folder)
    try:
        _empty(folder)
        bag = folder / "bag"
        bag.mkdir(mode=0o700)
        yield Stage(folder, bag, exhibits / exhibit, lock)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


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
