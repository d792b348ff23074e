"""Running an outside program: an argument list, a bare environment, an end, and its output in files."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from breachbook.errors import CustodyError

_LONGEST_PAUSE_SECONDS = 0.05
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended.

    Attributes:
        code: Its exit code; minus the signal that ended it.
        cut: ``time`` or ``length`` when it was ended by us, else empty.
    """

    code: int
    cut: str = ""


def found(program: str) -> str:
    """Give where a program is.

    Raises:
        CustodyError: It is not there.
    """
    path = shutil.which(program, path=_PATH) if "/" not in program else shutil.which(program)
    if path is None:
        raise CustodyError(f"{program}: is not on this machine; install it, then collect again")
    return path


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Give the bare environment programs are run in: a path, a neutral language, an own home."""
    return {"PATH": _PATH, "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": str(folder), **more}


def run(
    arguments: Sequence[str],
    *,
    folder: Path,
    stdout: Path,
    stderr: Path,
    seconds: int,
    environment: Mapping[str, str],
    largest: int,
) -> Ended:
    """Run a program to its end, or to ours: it and all it started are killed then.

    Args:
        folder: Where it is run.
        stdout: New file for its output; never kept in memory.
        stderr: New file for its complaints.
        seconds: How long it may take.
        largest: How long its output may become.

    Raises:
        CustodyError: It could not be started.
    """
    with stdout.open("xb") as out, stderr.open("xb") as err:
        try:
            process = subprocess.Popen(
                list(arguments), stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=folder,
                env=dict(environment), start_new_session=True, close_fds=True,
            )  # fmt: skip
        except OSError as error:
            raise CustodyError(
                f"{arguments[0]}: {error.strerror}; name a program that can be run"
            ) from error
        try:
            return _waited(process, (out.fileno(), err.fileno()), seconds, largest)
        finally:
            killed(process)


def _waited(
    process: subprocess.Popen[bytes], outputs: tuple[int, int], seconds: int, largest: int
) -> Ended:
    until = time.monotonic() + seconds
    pause = 0.001
    # Not reaped yet, its number is nobody else's: so what it left running can be killed with it.
    while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        if time.monotonic() > until:
            return Ended(killed(process), "time")
        if sum(os.fstat(one).st_size for one in outputs) > largest:
            return Ended(killed(process), "length")
        time.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
    return Ended(killed(process))


def killed(process: subprocess.Popen[bytes]) -> int:
    """End a program that leads its own session, with all it started, and give its exit code."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    return process.wait()


def version(program: str, folder: Path, *options: str) -> str:
    """Give the first line of what a program says of its version; empty where it does not."""
    try:
        done = subprocess.run(
            [program, *(options or ("--version",))], stdin=subprocess.DEVNULL, capture_output=True,
            cwd=folder, env=environment(folder), timeout=20, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace").partition("\n")[0].strip()[:200]
