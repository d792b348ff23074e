"""Add to a copy of the shared folder what Git cannot hold: ``python add_live_hazards.py FOLDER``.

A named pipe, a link that points outside, a name that is not UTF-8 and a file an ordinary user
cannot read; and, while ``vanish_during`` is open, files that are gone when a reader comes.
"""

import os
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

LIVE = "现场"
OUTSIDE = Path("/etc/hosts")
_ALIVE = 12
_SECONDS_BETWEEN = 0.005


def add_hazards(folder: Path) -> list[Path]:
    """Add the hazards that stay, under ``现场/`` of the folder; done again, it makes them anew.

    Returns:
        What was created. A name that is not UTF-8 is left out where the file system refuses it.
    """
    live = folder / LIVE
    live.mkdir(parents=True, exist_ok=True)
    made = [_pipe(live / "queue.fifo"), _link(live / "link to outside")]
    made.append(_unreadable(live / "只限主管.txt"))
    with suppress(OSError):
        made.append(_foreign_name(live))
    return made


def _pipe(path: Path) -> Path:
    path.unlink(missing_ok=True)
    os.mkfifo(path, 0o600)
    return path


def _link(path: Path) -> Path:
    path.unlink(missing_ok=True)
    path.symlink_to(OUTSIDE)
    return path


def _unreadable(path: Path) -> Path:
    path.unlink(missing_ok=True)
    path.write_text("example data: an ordinary user may not read this, root may\n", "utf-8")
    path.chmod(0)
    return path


def _foreign_name(live: Path) -> Path:
    # GB 18030 bytes of 出钢记录, as an old file server leaves them; not UTF-8.
    path = live / os.fsdecode("出钢记录.txt".encode("gb18030"))
    path.write_text("example data: the name of this file is not UTF-8\n", "utf-8")
    return path


@contextmanager
def vanish_during(folder: Path) -> Iterator[Path]:
    """Keep a few short-lived files in ``现场/流转/`` for as long as the block runs.

    Whenever somebody lists that folder some are there, and each is deleted a small part of a
    second after it was made: a reader that lists first and reads afterwards finds them gone. None
    is left at the end.
    """
    passing = folder / LIVE / "流转"
    passing.mkdir(parents=True, exist_ok=True)
    stop, filled = threading.Event(), threading.Event()
    churn = threading.Thread(target=_churn, args=(passing, stop, filled), daemon=True)
    churn.start()
    try:
        filled.wait(timeout=5)
        yield passing
    finally:
        stop.set()
        churn.join()


def _churn(passing: Path, stop: threading.Event, filled: threading.Event) -> None:
    alive: deque[Path] = deque()
    for serial in count(1):
        path = passing / f"transfer-{serial:06}.tmp"
        path.write_text("example data: in passing\n", "utf-8")
        alive.append(path)
        if len(alive) > _ALIVE:
            alive.popleft().unlink(missing_ok=True)
            filled.set()
        if stop.wait(_SECONDS_BETWEEN):
            break
    for path in alive:
        path.unlink(missing_ok=True)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: add_live_hazards.py FOLDER (a copy of share/, never the one in Git)")
    for hazard in add_hazards(Path(sys.argv[1])):
        sys.stdout.write(f"{hazard!r}\n")
