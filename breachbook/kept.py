"""Remembering what was read from files until one of them changes."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

# A file written this lately may be written again within the grain of its time stamp: its bytes count too.
_SETTLED_NS = 2_000_000_000


class Kept:
    """Values by name, each with the marks of the files it was made from: inode, size, time, bytes of a recent one."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[list[object], Any]] = {}

    def get(self, name: str, paths: Iterable[Path], make: Callable[[], T]) -> T:
        """Give the value of a name, made anew if a file (there or not) differs from when it was made."""
        marks = [_mark(path) for path in paths]
        known = self._known.get(name)
        if known is not None and known[0] == marks:
            value: T = known[1]
            return value
        made = make()
        self._known[name] = (list(marks), made)
        return made


def _mark(path: Path) -> tuple[int, int, int, bytes] | None:
    try:
        status = path.stat()
        written = max(status.st_mtime_ns, status.st_ctime_ns)
        recent = written > time.time_ns() - _SETTLED_NS
        return status.st_ino, status.st_size, written, path.read_bytes() if recent else b""
    except OSError:
        return None
