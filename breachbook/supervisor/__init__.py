"""Starting, watching and stopping the processes of a workspace."""

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from breachbook import rows
from breachbook.anchoring import Guard
from breachbook.errors import EngineError
from breachbook.supervisor.family import Family
from breachbook.supervisor.settings import environment, settings
from breachbook.workspace import Workspace

Say = Callable[[str], None]


class Lock:
    """The right to run a workspace's processes; held by one `up` at a time."""

    def __init__(self, workspace: Workspace) -> None:
        self._path = workspace.run / "up.lock"
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = os.pread(self._descriptor, 32, 0).decode().strip()
            os.close(self._descriptor)
            raise EngineError(
                f"{workspace.root}: got a second `up`; process {pid} already runs this workspace;"
                " allowed: one at a time, stop that one with Ctrl-C first"
            ) from None
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def free(self) -> None:
        """Give the right back."""
        os.close(self._descriptor)


def aloud(line: str) -> None:
    """Print a line at once, also into a file or a pipe."""
    print(line, flush=True)  # noqa: T201 (the terminal of `up`)


def up(
    workspace: Workspace, *, demo_slack: bool = False, demo_tsa: bool = False, say: Say = aloud
) -> None:
    """Start every process, say where they are, restart what dies, and stop all on Ctrl-C or SIGTERM.

    Raises:
        EngineError: Another `up` runs this workspace, or a process does not come up.
    """
    lock = Lock(workspace)
    try:
        with Family(workspace, demo_slack=demo_slack, demo_tsa=demo_tsa) as family:
            stop = _on_signals()
            for line in family.addresses():
                say(line)
            threading.Thread(target=look_back, args=(workspace, say), daemon=True).start()
            while not stop():
                family.mend(say)
                time.sleep(0.2)
            say("stopping")
    finally:
        lock.free()


def look_back(workspace: Workspace, say: Say) -> None:
    """Say which matters are read-only, because their journals are not what was seen of them before."""
    guard = Guard(workspace)
    seen = {str(row["matter"]): row for row in rows.registered(workspace.root)}
    for matter in workspace.matter_ids():
        _, reason = guard.look(matter, seen.get(matter))
        if reason is not None:
            say(f"read-only: {reason}")


def _on_signals() -> Callable[[], bool]:
    stopped: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda got, _frame: stopped.append(got))
    return lambda: bool(stopped)


def prefect_client(workspace: Workspace, arguments: Sequence[str]) -> int:
    """Run Prefect's own client with this workspace's address and password; give its exit code."""
    environ: Mapping[str, str] = environment(workspace, settings(workspace))
    program = Path(sys.executable).with_name("prefect")
    return subprocess.run([str(program), *arguments], env=dict(environ), check=False).returncode


__all__ = ["Lock", "look_back", "prefect_client", "up"]
