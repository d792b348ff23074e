"""Reads what is not payload: each file once, hashed on the way, held only when it is asked for."""

import hashlib
import os
from collections.abc import Iterable, Iterator

from breachbook.seal.names import raw_of

_BLOCK = 1 << 16


class Tag:
    """One opened tag file; size and digests are known once it was read to its end.

    Args:
        path: In the bag.
        bag: Descriptor of the bag's folder.
        algorithms: Digests wanted, as hashlib names them.

    Attributes:
        size: Bytes read so far.
        data: Content, when it was asked for whole.
        fault: Why it could not be read to its end.

    Raises:
        OSError: It cannot be opened.
    """

    def __init__(self, path: str, bag: int, algorithms: Iterable[str]) -> None:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        self._descriptor = os.open(raw_of(path), flags, dir_fd=bag)
        self._hashes = {name: hashlib.new(name) for name in algorithms}
        self._blocks = self._read()
        self.size = 0
        self.data = b""
        self.fault: OSError | None = None

    def blocks(self) -> Iterator[bytes]:
        """Give what is still to be read; a fault ends it."""
        return self._blocks

    def hold(self) -> None:
        """Read it and keep the content."""
        self.data = b"".join(self._blocks)

    def finish(self) -> None:
        """Read what is left, for the digests, and let go of the file."""
        for _ in self._blocks:
            pass
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def digest(self, algorithm: str) -> str:
        """Give a digest of what was read, in lower-case hex."""
        return self._hashes[algorithm].hexdigest()

    def _read(self) -> Iterator[bytes]:
        try:
            while block := os.read(self._descriptor, _BLOCK):
                self.size += len(block)
                for one in self._hashes.values():
                    one.update(block)
                yield block
        except OSError as error:
            self.fault = error
