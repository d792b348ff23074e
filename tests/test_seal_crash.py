"""An acquisition that is killed, or that the disk fails, leaves a whole exhibit or nothing."""

import os
import random
import resource
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from breachbook.errors import CustodyError
from breachbook.seal.staging import stage
from tests.exhibits import inspect, plain_source, preserve

_SCRIPT = """
import sys
from pathlib import Path
from tests.exhibits import preserve
preserve(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def _many(folder: Path) -> Path:
    """Make a source that takes workers: small files and one that is copied by the kernel."""
    plain_source(folder)
    for number in range(150):
        (folder / f"{number}.txt").write_bytes(os.urandom(3000))
    (folder / "large.bin").write_bytes(os.urandom(40 << 20))
    return folder


def _is_whole_or_absent(exhibits: Path) -> str:
    """Say ``absent`` or ``whole``; anything else fails the test."""
    if not (exhibits / "E1").exists():
        return "absent"
    # The seal is what the folder must never be seen without.
    assert (exhibits / "E1.seal.json").exists()
    return "whole"


def test_acquire_killed_at_any_time_leaves_all_or_nothing(tmp_path: Path) -> None:
    """After a kill at a random point the next try always succeeds; no worker is in its way."""
    source = _many(tmp_path / "share")
    chance = random.Random(20261124)  # noqa: S311 - points in time, not secrets
    seen = set()
    for attempt in range(14):
        exhibits = tmp_path / f"exhibits{attempt}"
        command = [sys.executable, "-c", _SCRIPT, str(source), str(exhibits)]
        with subprocess.Popen(command) as process:
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.15 + chance.random() * 0.6)
            process.kill()
        seen.add(_is_whole_or_absent(exhibits))

        sealed = preserve(source, exhibits)

        assert inspect(sealed).is_sound
        assert {path.name for path in exhibits.iterdir()} == {"E1", "E1.seal.json"}
    assert "absent" in seen


@pytest.mark.needs("strace")
@pytest.mark.parametrize(
    ("call", "when"),
    [
        ("mkdir", 2),
        ("mkdirat", 2),
        ("openat", 60),
        ("pwrite64", 1),
        ("copy_file_range", 2),
        ("syncfs", 1),
        ("fsync", 1),
        ("fsync", 4),
        ("fsync", 8),
        ("fsync", 9),
        ("rename", 1),
        ("rename", 2),
        ("unlinkat", 1),
    ],
)
def test_acquire_killed_at_a_system_call_leaves_all_or_nothing(
    tmp_path: Path, call: str, when: int
) -> None:
    """The same at chosen calls, in whatever process makes them, the two renames included."""
    source, exhibits = _many(tmp_path / "share"), tmp_path / "exhibits"
    inject = f"inject={call}:signal=KILL:when={when}"
    command = ["strace", "-f", "-qq", "-o", os.devnull, "-e", f"trace={call}", "-e", inject]
    subprocess.run(
        [*command, sys.executable, "-c", _SCRIPT, str(source), str(exhibits)],
        check=False,
        capture_output=True,
    )
    _is_whole_or_absent(exhibits)

    assert inspect(preserve(source, exhibits)).is_sound


@pytest.mark.needs("strace")
@pytest.mark.parametrize(
    ("call", "error"),
    [
        ("pwrite64", "ENOSPC"),
        ("pwrite64", "EIO"),
        ("copy_file_range", "ENOSPC"),
        ("ftruncate", "EIO"),
        ("syncfs", "EIO"),
        ("fsync", "EIO"),
        ("rename", "EIO"),
    ],
)
def test_acquire_on_a_failing_disk_leaves_nothing(tmp_path: Path, call: str, error: str) -> None:
    """A full or failing disk is one clear error, and nothing of the exhibit is visible."""
    source, exhibits = _many(tmp_path / "share"), tmp_path / "exhibits"
    only = f"trace={call}"
    inject = f"inject={call}:error={error}:when=1+"
    command = ["strace", "-f", "-qq", "-o", os.devnull, "-e", only, "-e", inject]
    done = subprocess.run(
        [*command, sys.executable, "-c", _SCRIPT, str(source), str(exhibits)],
        check=False,
        capture_output=True,
        text=True,
    )

    assert "CustodyError" in done.stderr.splitlines()[-1]
    assert "nothing of it is kept" in done.stderr
    assert list(exhibits.iterdir()) == []


def test_acquire_that_outgrows_a_limit_leaves_nothing(tmp_path: Path) -> None:
    """A write that the system refuses in a worker reaches the caller as a CustodyError."""
    source, exhibits = _many(tmp_path / "share"), tmp_path / "exhibits"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, before[1]))
    try:
        with pytest.raises(CustodyError, match=r"File too large while preserving .*share"):
            preserve(source, exhibits)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert list(exhibits.iterdir()) == []


def test_acquire_waits_for_nobody_for_long(tmp_path: Path) -> None:
    """Two processes cannot make the same exhibit; the second is told so."""
    with (
        stage(tmp_path / "exhibits", "E1"),
        pytest.raises(CustodyError, match="another process is preserving this exhibit"),
    ):
        preserve(plain_source(tmp_path / "share"), tmp_path / "exhibits")
