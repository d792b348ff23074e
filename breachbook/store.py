"""Files named by what is in them: written once, verified on every read."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from breachbook.canonical import sha256
from breachbook.durable import replace, sync_folder
from breachbook.errors import DamageError, StoreError


class Store:
    """Content-addressed files of one matter: ``store/<first two hex>/<64 hex>``, read-only once written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, digest: str) -> Path:
        """Give where the content with this SHA-256 (64 hex) is or would be."""
        return self.folder / digest[:2] / digest

    def put(self, data: bytes) -> str:
        """Keep bytes durably and give their SHA-256; keeping the same bytes again changes nothing.

        Raises:
            StoreError: The disk refused; nothing was kept.
            DamageError: What stands under this name already is not these bytes.
        """
        digest = sha256(data)
        path = self.path(digest)
        if path.exists():
            self.get(digest)
            return digest
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace(path, data, 0o400)
            sync_folder(self.folder)
        except OSError as error:
            raise StoreError(f"{path}: {error.strerror}; nothing was kept") from error
        return digest

    def get(self, digest: str) -> bytes:
        """Give the bytes with this SHA-256.

        Raises:
            StoreError: They are not here.
            DamageError: What is here is not them.
        """
        try:
            data = self.path(digest).read_bytes()
        except FileNotFoundError:
            raise StoreError(f"{self.path(digest)}: not in the store") from None
        if sha256(data) != digest:
            raise DamageError(f"{self.path(digest)}: its content does not match its name")
        return data

    def digests(self) -> Iterator[str]:
        """Name everything kept, in order; files still being written are left out."""
        return (path.name for path in self._files())

    def _files(self) -> Iterator[Path]:
        return (path for path in sorted(self.folder.glob("??/*")) if not path.name.startswith("."))

    def check(self) -> list[str]:
        """Read everything kept and name what does not match its name."""
        return [
            f"store: {path.name} does not match its name"
            for path in self._files()
            if path != self.path(path.name) or sha256(path.read_bytes()) != path.name
        ]


def read_regular(path: Path, limit: int) -> bytes:
    """Read a file a person points at: a regular file, not a link or a device, at most ``limit`` bytes.

    Raises:
        OSError: Not readable, not a regular file, or too large.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as handle:
        status = os.fstat(handle.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError(f"{path.name}: not a regular file")
        if status.st_size > limit:
            raise OSError(f"{path.name}: {status.st_size} bytes; at most {limit} are taken")
        return handle.read(limit + 1)
