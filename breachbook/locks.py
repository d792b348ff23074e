"""One holder at a time, known to the operating system: a crash frees the lock by itself."""

import fcntl
import os
from pathlib import Path


class StepLock:
    """The right to act on one step for one target; a claim whose lock is free was left by a crash."""

    def __init__(self, folder: Path, step: str, target: str) -> None:
        self._folder = folder
        self._path = folder / f"{step}~{target}.lock"
        self._descriptor: int | None = None

    def take(self) -> bool:
        """Take the lock if it is free."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def free(self) -> None:
        """Give the lock back."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
