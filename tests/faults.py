"""The sealer under strace: which system calls it makes, what becomes of it when one of them fails."""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.exhibits import plain_source

_SCRIPT = """
import sys
from pathlib import Path
from tests.exhibits import preserve
if len(sys.argv) > 2:
    preserve(Path(sys.argv[1]), Path(sys.argv[2]), resume="resume" in sys.argv)
"""

_MAKING = ("mkdir", "mkdirat", "openat", "rename", "renameat")
_WRITING = ("write", "pwrite64", "ftruncate", "copy_file_range", "sendfile", "utimensat")
_SYNCING = ("fsync", "fdatasync", "syncfs")

_LINE = re.compile(r"(\d+) +(\w+)\((.*)")
_RESUMED = re.compile(r"(\d+) +<\.\.\. (\w+) resumed>(.*)")
_OPENED = re.compile(r"\d+<([^>]*)>")
_NAMED = re.compile(r'(?:(?:\d+<([^>]*)>|AT_FDCWD(?:<[^>]*>)?), )?"([^"]*)"')


def many(folder: Path) -> Path:
    """Make a source that takes workers: small files, and one that the kernel copies."""
    plain_source(folder)
    for number in range(80):
        (folder / f"{number}.txt").write_bytes(os.urandom(3000))
    (folder / "large.bin").write_bytes(os.urandom(9 << 20))
    return folder


def seal(*arguments: str | Path) -> list[str]:
    """Give the command that preserves a source; without arguments it only loads the program."""
    return [sys.executable, "-c", _SCRIPT, *(str(one) for one in arguments)]


def injected(fault: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Preserve while a call fails, such as ``fsync:error=EIO:when=2``."""
    call = fault.partition(":")[0]
    strace = ["strace", "-f", "-qq", "-o", os.devnull, "-e", f"trace={call}"]
    command = [*strace, "-e", f"inject={fault}", *seal(*arguments)]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def counted(calls: Iterable[str], folder: Path, *arguments: str | Path) -> dict[str, int]:
    """Count each call as strace does to inject a fault: the most that any one thread makes."""
    by_thread: Counter[tuple[str, str]] = Counter()
    for line in _traced(calls, folder, *arguments):
        if found := _LINE.match(line):
            by_thread[found[2], found[1]] += 1
    totals: dict[str, int] = {}
    for (call, _), count in by_thread.items():
        totals[call] = max(totals.get(call, 0), count)
    return totals


@dataclass(frozen=True, slots=True)
class Step:
    """One thing done to the disk: ``make``, ``write``, ``rename``, ``fsync`` or ``syncfs``."""

    act: str
    path: str
    target: str = ""


def steps(folder: Path, *arguments: str | Path) -> list[Step]:
    """Preserve, and give what was done to a folder and below it, in order."""
    lines = _whole(_traced((*_MAKING, *_WRITING, *_SYNCING), folder, *arguments))
    done = (step for call, text in lines for step in _steps(call, text))
    return [step for step in done if f"{step.path}/".startswith(f"{folder}/")]


@dataclass(slots=True)
class Disk:
    """What a power cut could take away, of all that was done so far.

    The strictest reading of what a file system promises: bytes stay once their file was synced after
    they were written, a name stays once its folder was synced after it was made; nothing else does.

    Attributes:
        exhibit: Path of the bag once it is shown.
        unwritten: Files with bytes that may be lost.
        unnamed: Files and folders whose name may be lost.
        faults: Where something was shown that could still be lost in part.
    """

    exhibit: str
    unwritten: set[str] = field(default_factory=set)
    unnamed: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def do(self, step: Step) -> None:
        """Take one step."""
        if step.act == "make":
            self.unnamed.add(step.path)
        elif step.act == "write":
            self.unwritten.add(step.path)
        elif step.act == "fsync":
            self.unwritten.discard(step.path)
            self.unnamed = {one for one in self.unnamed if str(Path(one).parent) != step.path}
        elif step.act == "syncfs":
            self.unwritten.clear()
            self.unnamed.clear()
        else:
            self._rename(step.path, step.target)

    def _rename(self, path: str, target: str) -> None:
        lost = self._below(path)
        seal = f"{self.exhibit}.seal.json"
        if target in (self.exhibit, seal):
            self.faults += [f"{target} is shown before {one} is safe" for one in lost]
        if target == self.exhibit:
            self.faults += [f"{target} is shown before {seal} is safe"] * (seal in self.unnamed)
        moved = {one: target + one.removeprefix(path) for one in self.unwritten | self.unnamed}
        inside = {one for one in moved if one == path or one.startswith(f"{path}/")}
        self.unwritten = {moved[one] if one in inside else one for one in self.unwritten}
        self.unnamed = {moved[one] if one in inside else one for one in self.unnamed} | {target}

    def _below(self, path: str) -> list[str]:
        inside = {one for one in self.unnamed if one.startswith(f"{path}/")}
        return sorted(inside | {one for one in self.unwritten if f"{one}/".startswith(f"{path}/")})


def losses(done: Iterable[Step], exhibit: Path) -> list[str]:
    """Say what a power cut could do to an exhibit: shown in part, or gone after it was reported."""
    disk = Disk(str(exhibit))
    for step in done:
        disk.do(step)
    left = {one for one in disk.unwritten | disk.unnamed if ".staged" not in one}
    return [*disk.faults, *(f"{one} was reported and may be lost" for one in sorted(left))]


def _traced(calls: Iterable[str], folder: Path, *arguments: str | Path) -> list[str]:
    log = folder / "strace.log"
    strace = ["strace", "-f", "-qq", "-y", "-s", "0", "-o", str(log)]
    command = [*strace, "-e", f"trace={','.join(calls)}", *seal(*arguments)]
    subprocess.run(command, check=True, capture_output=True)
    return log.read_text(errors="surrogateescape").splitlines()


def _whole(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Join calls that another thread interrupted: a sync counts from its start, the rest from its end."""
    begun: dict[str, str] = {}
    for line in lines:
        if resumed := _RESUMED.match(line):
            if resumed[2] not in _SYNCING:
                yield resumed[2], begun.pop(resumed[1]) + resumed[3]
        elif found := _LINE.match(line):
            if found[3].endswith("<unfinished ...>") and found[2] not in _SYNCING:
                begun[found[1]] = found[3].removesuffix("<unfinished ...>")
            else:
                yield found[2], found[3]


def _steps(call: str, text: str) -> Iterator[Step]:
    if re.search(r"= -1 E", text):
        return
    opened = [found[1] for found in _OPENED.finditer(text)]
    names = [str(Path(found[1] or "/", found[2])) for found in _NAMED.finditer(text)]
    if call in ("rename", "renameat"):
        yield Step("rename", os.path.normpath(names[0]), os.path.normpath(names[1]))
    elif call in ("mkdir", "mkdirat"):
        yield Step("make", names[0])
        yield Step("write", names[0])
    elif call == "openat":
        if "O_CREAT" in text:
            yield Step("make", opened[-1])
    elif call == "copy_file_range":
        yield Step("write", opened[1])
    elif call in _SYNCING:
        yield Step("syncfs" if call == "syncfs" else "fsync", opened[0])
    elif opened:
        yield Step("write", opened[0])
