"""Files in the user's cache: a line of SHA-256, then lines of JSON; whole and unharmed, or not there."""

import os
import stat
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from breachbook.canonical import sha256

_GENERATIONS = 8  # of one kind; older ones belong to files that were changed since
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


class Kept:
    """The folder of what was kept, closed to others; one that is not ours alone is not used."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        home = environment.get("HOME", "")
        base = environment.get("XDG_CACHE_HOME") or (f"{home}/.cache" if home else "")
        self._folder = Path(base) / "breachbook" if base.startswith("/") else None

    def read(self, kind: str, key: str) -> Sequence[bytes] | None:
        """Give the lines kept under a key; None when there are none, or they are damaged."""
        path = self._path(kind, key)
        if path is None:
            return None
        try:
            if not _is_ours(path.parent):
                return None
            seal, _, rest = path.read_bytes().partition(b"\n")
        except OSError:
            return None
        return rest.split(b"\n") if seal.decode("ascii", "replace") == sha256(rest) else None

    def write(self, kind: str, key: str, lines: Sequence[bytes]) -> None:
        """Put lines in place whole; a folder that cannot be written, or is not ours, is left alone."""
        path = self._path(kind, key)
        if path is None:
            return
        rest = b"\n".join(lines)
        staged = path.with_suffix(f".{os.getpid()}")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not _is_ours(path.parent):
                return
            staged.write_bytes(b"\n".join((sha256(rest).encode(), rest)))
            staged.replace(path)
            _clear(path.parent, kind)
        except OSError:
            with suppress(OSError):
                staged.unlink()

    def _path(self, kind: str, key: str) -> Path | None:
        return self._folder / f"{kind}-{key}.jsonl" if self._folder and key else None


def _is_ours(folder: Path) -> bool:
    """Tell whether nobody else can have put a file into a folder: its law would be believed."""
    status = folder.lstat()
    is_folder = stat.S_ISDIR(status.st_mode)
    return is_folder and status.st_uid == os.geteuid() and not status.st_mode & _OTHERS_WRITE


def _clear(folder: Path, kind: str) -> None:
    found = sorted(folder.glob(f"{kind}-*.jsonl"), key=lambda path: path.stat().st_mtime_ns)
    for path in found[:-_GENERATIONS]:
        path.unlink(missing_ok=True)
