"""Writes the tag files of a bag as their content comes, hashes them on the way, makes them durable."""

import hashlib
import os
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from breachbook.seal.bag import sync_tags


class TagFile:
    """One new read-only tag file.

    Args:
        path: Where it will stand.
        algorithm: Of the digest in the tag manifest.
    """

    def __init__(self, path: Path, algorithm: str) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self._stream: BinaryIO = os.fdopen(os.open(path, flags, 0o400), "wb", buffering=1 << 18)
        self._sha256 = hashlib.sha256()
        self._hashed = self._sha256 if algorithm == "sha256" else hashlib.new(algorithm)
        self.size = 0

    def write(self, data: bytes) -> None:
        """Add bytes."""
        self._stream.write(data)
        self._sha256.update(data)
        if self._hashed is not self._sha256:
            self._hashed.update(data)
        self.size += len(data)

    def settle(self) -> None:
        """Make the content durable."""
        self._stream.flush()
        os.fsync(self._stream.fileno())

    def close(self) -> None:
        """Let go of it."""
        self._stream.close()

    @property
    def sha256(self) -> str:
        """Give the SHA-256 of what was written."""
        return self._sha256.hexdigest()

    @property
    def digest(self) -> str:
        """Give the digest that the tag manifest has."""
        return self._hashed.hexdigest()


class TagFiles:
    """All tag files of one bag; a context that closes them, however it ends.

    Args:
        bag: The bag's folder.
        algorithm: Of the digests in the tag manifest.
    """

    def __init__(self, bag: Path, algorithm: str) -> None:
        self._bag, self._algorithm = bag, algorithm
        self._open = ExitStack()
        self.files: dict[str, TagFile] = {}

    def __enter__(self) -> "TagFiles":
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def new(self, name: str) -> TagFile:
        """Begin a file, named by its path in the bag."""
        made = self.files[name] = TagFile(self._bag / name, self._algorithm)
        self._open.callback(made.close)
        return made

    def write(self, name: str, data: bytes) -> None:
        """Write a whole file."""
        self.new(name).write(data)

    def sizes(self) -> dict[str, tuple[int, str]]:
        """Give size and digest of each by its path in the bag."""
        return {name: (one.size, one.digest) for name, one in self.files.items()}

    def settle(self) -> None:
        """Make all of them durable, and their names.

        Raises:
            OSError: The system could not write.
        """
        for made in self.files.values():
            made.settle()
        sync_tags(self._bag)
