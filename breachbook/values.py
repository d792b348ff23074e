"""Free text, names and reasons of a matter, kept beside the journal that only commits to them.

A commitment is SHA-256 over a 32-byte salt and the value's canonical JSON. The value can be erased or
withheld and the journal still verifies.
"""

import hashlib
import json
import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from breachbook.canonical import canonical
from breachbook.durable import sync_folder, write_all
from breachbook.errors import StoreError


class Values:
    """The salted values of one matter, one canonical JSON line each: ``{"c", "salt", "value"}``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: dict[str, Any] = {}
        self._size = 0
        self._staged: list[bytes] = []

    def commit(self, value: object) -> dict[str, str]:
        """Stage a value and give the commitment to put into an event; `flush` makes it durable."""
        salt = os.urandom(32)
        commitment = _commitment(salt, value)
        self._staged.append(
            canonical({"c": commitment, "salt": salt.hex(), "value": value}) + b"\n"
        )
        self._known[commitment] = value
        return {"c": commitment}

    def flush(self) -> None:
        """Write and sync what was staged; called before the event that commits to it is written.

        Raises:
            StoreError: The disk refused; nothing that commits to these values may be written.
        """
        if not self._staged:
            return
        new = not self.path.exists()
        try:
            descriptor = os.open(
                self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600
            )
        except OSError as error:
            raise StoreError(f"{self.path}: {error.strerror}; nothing was recorded") from error
        start = os.fstat(descriptor).st_size
        # A line torn by an earlier crash was never committed to: end it, so that it stays alone on its line.
        torn = b"" if start == 0 or os.pread(descriptor, 1, start - 1) == b"\n" else b"\n"
        try:
            write_all(descriptor, torn + b"".join(self._staged))
            os.fdatasync(descriptor)
        except OSError as error:
            os.ftruncate(descriptor, start)
            raise StoreError(f"{self.path}: {error.strerror}; nothing was recorded") from error
        finally:
            os.close(descriptor)
            self._staged.clear()
        if new:
            sync_folder(self.path.parent)

    def discard(self) -> None:
        """Forget what was staged, because the event that would commit to it is not written."""
        self._staged.clear()

    def get(self, commitment: Mapping[str, str] | None, missing: Any = None) -> Any:
        """Give the value behind a commitment, or ``missing`` if it was erased or withheld."""
        if commitment is None:
            return missing
        key = commitment["c"]
        if key not in self._known:
            self._load()
        return self._known.get(key, missing)

    def _load(self) -> None:
        if not self.path.exists():
            return
        with self.path.open("rb") as handle:
            handle.seek(self._size)
            data = handle.read()
        end = data.rfind(b"\n") + 1
        for line in data[:end].splitlines():
            if row := _row(line):
                self._known[row["c"]] = row["value"]
        self._size += end

    def rows(self, commitments: Collection[str]) -> list[bytes]:
        """Give the lines, without newline, that open some commitments, in the file's order.

        What was erased, or does not match its commitment, is left out.
        """
        if not commitments or not self.path.exists():
            return []
        wanted = set(commitments)
        lines = self.path.read_bytes().split(b"\n")[:-1]
        rows = ((line, _row(line)) for line in lines)
        return [line for line, row in rows if row and row["c"] in wanted and _holds(row, line)]

    def check(self) -> tuple[set[str], list[str]]:
        """Verify every line; give the commitments that hold, and what is wrong with the others.

        A torn line was never committed to; if it was, its commitment is missing from the first result.
        """
        good: set[str] = set()
        wrong: list[str] = []
        if not self.path.exists():
            return good, wrong
        for number, line in enumerate(self.path.read_bytes().split(b"\n")[:-1], 1):
            row = _row(line)
            if row is None:
                continue
            if _holds(row, line):
                good.add(row["c"])
            else:
                wrong.append(f"{self.path.name}: line {number} does not match its commitment")
        return good, wrong


def _row(line: bytes) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except ValueError:
        return None
    if isinstance(row, dict) and row.keys() == {"c", "salt", "value"}:
        return row
    return None


def _holds(row: dict[str, Any], line: bytes) -> bool:
    try:
        return (
            canonical(row) == line
            and _commitment(bytes.fromhex(row["salt"]), row["value"]) == row["c"]
        )
    except (ValueError, TypeError):
        return False


def _commitment(salt: bytes, value: object) -> str:
    return hashlib.sha256(salt + canonical(value)).hexdigest()
