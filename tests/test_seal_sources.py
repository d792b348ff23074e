"""Sources that change, vanish, fail or are too large while they are preserved."""

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from breachbook.custody import Described, Finding, Progress
from breachbook.errors import CustodyError
from breachbook.seal import copying
from breachbook.seal.copying import Copying, Row, copy_file
from tests.exhibits import inspect, odd_source, paths_of, plain_source, preserve
from tests.faults import injected, many, seal

_SMALL, _LARGE = 3 << 20, 20 << 20


def _copied(folder: Path, size: int, meanwhile: Callable[[Path], None]) -> tuple[Row, Path]:
    """Copy a file that something is done to once the first bytes of it were read."""
    (folder / "log").write_bytes(os.urandom(size))
    opened = os.open(folder, os.O_RDONLY)
    done: list[int] = []

    def report(count: int) -> None:
        if not done:
            meanwhile(folder / "log")
        done.append(count)

    row = copy_file("log", "copy", opened, opened, Copying("sha256", sync=False), report)
    os.close(opened)
    return row, folder / "copy"


def _grow(path: Path) -> None:
    with path.open("ab") as handle:
        handle.write(b"y" * 1000)


def _shrink(path: Path) -> None:
    os.truncate(path, 100)


def _edit(path: Path) -> None:
    with path.open("r+b") as handle:
        handle.write(b"edited")


def _replace(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(b"another file")
    other.rename(path)


def _vanish(path: Path) -> None:
    path.unlink()


def test_acquire_flags_a_source_without_a_file(tmp_path: Path) -> None:
    """A folder where a disk should be mounted is not sealed as if nothing had been there."""
    (tmp_path / "share" / "empty").mkdir(parents=True)

    found = preserve(tmp_path / "share", tmp_path / "exhibits").findings

    assert [(one.code, one.path) for one in found] == [("empty", ".")]


def test_acquire_follows_no_source_swapped_for_a_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that becomes a link between the look at it and its opening leads nowhere."""
    source, other = plain_source(tmp_path / "share"), plain_source(tmp_path / "other")
    resolve = Path.resolve

    def swap(self: Path, strict: bool = False) -> Path:
        if self == source and not source.is_symlink():
            source.rename(tmp_path / "moved")
            source.symlink_to(other)
            return tmp_path / "moved"
        return resolve(self, strict)

    monkeypatch.setattr(Path, "resolve", swap)
    with pytest.raises(CustodyError, match="name a source that can be read"):
        preserve(source, tmp_path / "exhibits")

    assert source.is_symlink()


@pytest.mark.parametrize("size", [_SMALL, _LARGE])
@pytest.mark.parametrize("meanwhile", [_grow, _shrink, _edit, _replace, _vanish])
def test_copy_flags_a_file_that_moves_under_it(
    tmp_path: Path, size: int, meanwhile: Callable[[Path], None]
) -> None:
    """It is kept as it was read, flagged, and the digest is of what is kept; no zeros are made up."""
    row, copy = _copied(tmp_path, size, meanwhile)

    kept = copy.read_bytes()
    assert row[0] == "changed"
    assert (row[2], row[3]) == (hashlib.sha256(kept).hexdigest(), len(kept))
    assert not kept.endswith(bytes(1000))


def test_copy_makes_up_no_zeros_for_a_file_cut_between_two_reads(tmp_path: Path) -> None:
    """A large file that is cut while the kernel copies it ends in the copy where the copying was."""
    with (tmp_path / "log").open("wb") as handle:
        handle.write(os.urandom(copying.WINDOW))
        handle.seek(_LARGE - 1)
        handle.write(b"!")
    with (tmp_path / "log").open("rb") as origin, (tmp_path / "copy").open("wb") as target:
        positions = copying._move(origin.fileno(), target.fileno(), _LARGE)
        next(positions)
        os.truncate(tmp_path / "log", 100)

        assert list(positions)[-1:] == [copying.WINDOW]
    assert (tmp_path / "copy").stat().st_size == copying.WINDOW


def test_acquire_says_that_its_source_was_moved(tmp_path: Path) -> None:
    """A folder that is moved away, or a share unmounted, is one finding about the source as a whole."""
    source = plain_source(tmp_path / "share")

    def move(progress: Progress) -> None:
        if progress.phase == "copying" and source.exists():
            source.rename(tmp_path / "elsewhere")

    sealed = preserve(source, tmp_path / "exhibits", progress=move)

    detail = "the source was moved or unmounted while it was read"
    assert sealed.findings == (Finding("vanished", ".", detail),)
    assert sealed.files == 2
    assert inspect(sealed).is_sound


@pytest.mark.needs("strace")
def test_acquire_goes_on_when_the_source_fails(tmp_path: Path) -> None:
    """Files of a share that fails are findings with the reason; those before it are preserved."""
    source, exhibits = plain_source(tmp_path / "share"), tmp_path / "exhibits"
    injected("preadv2:error=EIO:when=2", source, exhibits)

    sealed = preserve(source, exhibits)

    assert paths_of(sealed, "unreadable") == {"list.csv"}
    assert sealed.findings[0].detail == "input/output error"
    assert not (sealed.path / "data/list.csv").exists()
    assert inspect(sealed).is_sound


@pytest.mark.needs("strace")
def test_acquire_flags_a_file_that_ends_before_its_size(tmp_path: Path) -> None:
    """Fewer bytes than the system states are flagged, even though nothing else moved."""
    source, exhibits = plain_source(tmp_path / "share"), tmp_path / "exhibits"
    injected("preadv2:retval=0:when=1", source, exhibits)

    sealed = preserve(source, exhibits)

    assert paths_of(sealed, "changed-while-read") == {"drawings/wheel.txt"}
    assert (sealed.path / "data/drawings/wheel.txt").read_bytes() == b""


def test_acquire_finds_a_copy_that_reads_otherwise(tmp_path: Path) -> None:
    """What the medium gives back is compared with what was copied before anything is sealed."""

    def corrupt(copies: Path) -> Described:
        (copies / "list.csv").chmod(0o600)
        (copies / "list.csv").write_bytes(b"PART,drawing\n1,wheel\n")
        return Described()

    with pytest.raises(CustodyError, match=r"1 files read back differ .* first data/list\.csv"):
        preserve(plain_source(tmp_path / "share"), tmp_path / "exhibits", describe=corrupt)
    assert list((tmp_path / "exhibits").iterdir()) == []


def test_acquire_refuses_what_there_is_no_room_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A source that cannot fit is refused before its first byte is copied."""
    room = SimpleNamespace(f_bavail=1, f_frsize=20)
    monkeypatch.setattr(os, "fstatvfs", lambda _: room)
    told: list[Progress] = []

    with pytest.raises(CustodyError, match="34 bytes are needed and 20 are free"):
        preserve(plain_source(tmp_path / "share"), tmp_path / "exhibits", progress=told.append)
    assert told == []


_MOUNTED = """
set -e
mount -t tmpfs -o size=4m none "$1"
shift
"$@"
"""


@pytest.mark.needs("unshare")
def test_acquire_on_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    """A disk that is filled while it is written to is one clear error, and the rest of it stays free."""
    source, exhibits = many(tmp_path / "share"), tmp_path / "disk"
    exhibits.mkdir()
    inside = ["unshare", "--mount", "sh", "-c", _MOUNTED, "sh", str(exhibits)]
    if subprocess.run([*inside, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this user may not mount")
    script = f"{_FILLED}\npreserve_in({str(source)!r}, {str(exhibits)!r})"

    done = subprocess.run(
        [*inside, sys.executable, "-c", script], check=False, capture_output=True, text=True
    )

    assert re.search(r"CustodyError: .*No space left on device .* free space", done.stderr)
    assert done.stdout.split() == ["[]"]


_FILLED = """
import os
from pathlib import Path
from types import SimpleNamespace
from tests.exhibits import preserve
os.fstatvfs = lambda _: SimpleNamespace(f_bavail=1 << 40, f_frsize=4096)  # as if it filled meanwhile
def preserve_in(source, exhibits):
    try:
        preserve(Path(source), Path(exhibits))
    finally:
        print(os.listdir(exhibits))
"""


@pytest.mark.needs("strace")
def test_acquire_makes_no_call_that_could_change_the_source(tmp_path: Path) -> None:
    """Every call that names something of the source opens it for reading, looks at it or reads it."""
    source = odd_source(tmp_path / "share")
    log = tmp_path / "strace.log"
    strace = ["strace", "-f", "-qq", "-y", "-s", "0", "-o", str(log)]
    calls = "trace=%file,%desc"
    command = [*strace, "-e", calls, *seal(source, tmp_path / "exhibits")]
    subprocess.run(command, check=True, capture_output=True)

    touching = [
        line
        for line in log.read_text(errors="surrogateescape").splitlines()
        if f"{source}" in line and "execve(" not in line and "resumed>" not in line
    ]
    opened = [line for line in touching if "openat(" in line]
    assert opened
    assert all("O_RDONLY" in line or "O_PATH" in line for line in opened)
    assert all("O_NOATIME" in line or "O_PATH" in line for line in opened if "share>" not in line)
    assert {re.sub(r"^\d+ +(\w+)\(.*", r"\1", line) for line in touching} <= _READING


_READING = {
    *(
        "openat",
        "close",
        "newfstatat",
        "fstat",
        "statx",
        "lstat",
        "stat",
        "readlink",
        "readlinkat",
    ),
    *(
        "getdents64",
        "preadv",
        "preadv2",
        "pread64",
        "lseek",
        "copy_file_range",
        "sendfile",
        "fcntl",
        "dup",
    ),
    *("ioctl", "getcwd", "fadvise64"),
}
