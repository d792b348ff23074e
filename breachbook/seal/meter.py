"""Counts what a long reading has done and tells whoever asked, a few times a second."""

import time
from collections.abc import Callable

from breachbook.custody import Progress

Tell = Callable[[Progress], None] | None

_EVERY_SECONDS = 0.2


class Meter:
    """Progress of one phase; `close` always tells the last state.

    Args:
        phase: As in `Progress`.
        files: Files to do, as far as is known.
        size: Bytes to do, as far as is known.
        tell: Called with the progress, or None.
    """

    def __init__(self, phase: str, files: int, size: int, tell: Tell) -> None:
        self._phase, self._totals, self._tell = phase, (files, size), tell
        self._files = self._bytes = 0
        self._started = self._told = time.monotonic()

    def advance(self, count: int) -> None:
        """Count bytes."""
        self._bytes += count
        self._maybe_tell()

    def finish(self, files: int) -> None:
        """Count files."""
        self._files += files
        self._maybe_tell()

    def close(self) -> None:
        """Tell the last state."""
        if self._tell:
            seconds = max(time.monotonic() - self._started, 1e-6)
            rate = int(self._bytes / seconds)
            files, size = self._totals
            total = max(files, self._files), max(size, self._bytes)
            self._tell(Progress(self._phase, self._files, self._bytes, *total, rate))

    def _maybe_tell(self) -> None:
        if self._tell and time.monotonic() - self._told >= _EVERY_SECONDS:
            self._told = time.monotonic()
            self.close()
