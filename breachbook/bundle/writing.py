"""Writes a bundle: bags copied and read back, files, the signed list of them all; seen whole or not at all."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from breachbook.bundle.procedure import MANIFEST, SIGNATURE
from breachbook.canonical import sha256
from breachbook.custody import Progress
from breachbook.durable import sync_folder, write_all
from breachbook.errors import CustodyError
from breachbook.seal.carrying import carry
from breachbook.seal.flush import flush
from breachbook.seal.staging import stage

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass
class Draft:
    """A bundle that is being made, unseen.

    Attributes:
        folder: What will be the bundle.
        digests: SHA-256 of every file written so far, by path.
    """

    folder: Path
    digests: dict[str, str] = field(default_factory=dict)
    _ours: set[Path] = field(default_factory=set)

    def add_bag(
        self, bag: Path, path: str, tell: Callable[[Progress], None] | None = None
    ) -> None:
        """Copy an exhibit's folder to a path of the bundle; modes and times of its files are kept.

        Raises:
            OSError: The system could not read or write.
        """
        digests = carry(bag, self.folder / path, tell)
        self.digests |= {f"{path}/{name}": digest for name, digest in digests.items()}

    def add(self, files: Mapping[str, bytes]) -> None:
        """Write files by path; one that is there already is replaced.

        Raises:
            OSError: The system could not write.
        """
        for path, data in files.items():
            target = self.folder / path
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
            descriptor = os.open(target, _NEW, 0o400)
            try:
                write_all(descriptor, data)
            finally:
                os.close(descriptor)
            self.digests[path] = sha256(data)
            self._ours.add(target)

    def close(self, key: Ed25519PrivateKey, at: datetime) -> str:
        """List and sign every file, give all that is ours one time, and make everything durable.

        Returns:
            SHA-256 of the list.

        Raises:
            OSError: The system could not write.
        """
        listed = sorted(self.digests.items(), key=lambda item: item[0].encode())
        manifest = "".join(f"{digest}  {path}\n" for path, digest in listed).encode()
        self.add({MANIFEST: manifest, SIGNATURE: key.sign(manifest)})
        moment = int(at.timestamp())
        for path in self._ours:
            os.utime(path, (moment, moment))
        for place, _, _ in os.walk(self.folder, topdown=False):
            os.utime(place, (moment, moment))
        descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            flush(descriptor, self.folder, self.digests)
        finally:
            os.close(descriptor)
        return sha256(manifest)

    def publish(self, place: Path) -> None:
        """Make the bundle appear.

        Raises:
            OSError: The system could not rename or sync.
        """
        self.folder.rename(place)
        sync_folder(place.parent)


@contextmanager
def drafted(parent: Path, name: str) -> Iterator[Draft]:
    """Hold a hidden folder in which a bundle is made; it vanishes, unless it was published.

    Raises:
        CustodyError: The disk is full or failing, or another process makes the same bundle; nothing is seen.
    """
    try:
        with stage(parent, name) as staged:
            try:
                yield Draft(staged.bag)
            except BaseException:
                # A copy of evidence is never left behind, not even by Ctrl-C.
                shutil.rmtree(staged.folder, ignore_errors=True)
                raise
    except OSError as error:
        raise CustodyError(
            f"{parent}: {error.strerror}; no bundle is there; free space or see to the disk, and export again"
        ) from error
