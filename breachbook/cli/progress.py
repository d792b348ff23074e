"""How far a long reading is, on one line of stderr."""

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from breachbook.cli.output import safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from breachbook.custody import Progress


@contextmanager
def shown_progress(*, wanted: bool) -> "Iterator[Callable[[Progress], None] | None]":
    """Give what shows on one line of stderr how far a long reading is; None where nobody looks."""
    if not wanted or not sys.stderr.isatty():
        yield None
        return
    try:
        yield _Line().show
    finally:
        _write("")


class _Line:
    """The state of a long reading, each written over the last."""

    def __init__(self) -> None:
        self._began: dict[str, float] = {}

    def show(self, done: "Progress") -> None:
        began = self._began.setdefault(done.phase, time.monotonic())
        parts = [done.phase, f"{done.bytes / 1e6:,.1f}"]
        if done.bytes_total:
            parts[-1] += f" of {done.bytes_total / 1e6:,.1f}"
        parts += ["MB", f"{done.bytes_per_second / 1e6:,.1f} MB/s"]
        if done.files_total:
            parts.append(f"{done.files} of {done.files_total} files")
        if (rest := done.bytes_total - done.bytes) > 0 and done.bytes:
            elapsed = time.monotonic() - began
            parts.append(f"{rest * elapsed / done.bytes:.0f} s left")
        _write(safe(" ".join(parts)))


def _write(text: str) -> None:
    sys.stderr.write(f"\r\x1b[2K{text}")
    sys.stderr.flush()
