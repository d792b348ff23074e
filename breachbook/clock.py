"""The present, and how far this machine's clock can be trusted."""

import ctypes
import time
from datetime import UTC, datetime
from typing import Any

_TIME_ERROR = 5
_libc = ctypes.CDLL(None, use_errno=True)


def now() -> tuple[datetime, dict[str, Any]]:
    """Give the time in UTC, monotonic nanoseconds, and whether the kernel calls it synchronised."""
    return datetime.now(UTC), {"mono_ns": time.monotonic_ns(), "synced": _synced()}


def _synced() -> bool | None:
    # adjtimex(2): modes = 0 only reads; TIME_ERROR means the clock is not synchronised.
    buffer = ctypes.create_string_buffer(256)
    try:
        state = _libc.adjtimex(buffer)
    except AttributeError:
        return None
    return None if state < 0 else state != _TIME_ERROR
