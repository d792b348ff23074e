"""An acquisition that is killed, or that the disk fails, leaves a whole exhibit or nothing."""

import fcntl
import os
import random
import resource
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from breachbook.errors import CustodyError
from breachbook.seal.staging import stage
from tests.exhibits import inspect, plain_source, preserve
from tests.faults import Step, injected, losses, many, seal, steps


def _is_whole_or_absent(exhibits: Path) -> str:
    """Say ``absent`` or ``whole``; anything else fails the test."""
    if not (exhibits / "E1").exists():
        return "absent"
    # The seal is what the folder must never be seen without.
    assert (exhibits / "E1.seal.json").exists()
    return "whole"


def test_acquire_killed_at_any_time_leaves_all_or_nothing(tmp_path: Path) -> None:
    """After a kill at a random point the next try always succeeds; no worker is in its way."""
    source = many(tmp_path / "share")
    chance = random.Random(20261124)  # noqa: S311 - points in time, not secrets
    seen = set()
    for attempt in range(6):
        exhibits = tmp_path / f"exhibits{attempt}"
        with subprocess.Popen(seal(source, exhibits)) as process:
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.15 + chance.random() * 0.4)
            process.kill()
        seen.add(_is_whole_or_absent(exhibits))

        sealed = preserve(source, exhibits, resume=bool(attempt % 2))

        assert inspect(sealed).is_sound
        assert {path.name for path in exhibits.iterdir()} == {"E1", "E1.seal.json"}
    assert "absent" in seen


@pytest.mark.needs("strace")
@pytest.mark.parametrize(
    "call",
    [
        "mkdirat:when=5",
        "pwrite64:when=7",
        "copy_file_range:when=1",
        "syncfs:when=1",
        "fsync:when=3",
        "fsync:when=10",
        "rename:when=2",
        "rename:when=3",
    ],
)
def test_acquire_killed_at_a_system_call_leaves_all_or_nothing(tmp_path: Path, call: str) -> None:
    """The same at chosen calls, in whatever process makes them, the two renames included."""
    source, exhibits = many(tmp_path / "share"), tmp_path / "exhibits"
    injected(call.replace(":", ":signal=KILL:"), source, exhibits)
    _is_whole_or_absent(exhibits)

    assert inspect(preserve(source, exhibits, resume=True)).is_sound


@pytest.mark.needs("strace")
@pytest.mark.parametrize(
    "fault",
    [
        "pwrite64:error=ENOSPC:when=20",
        "copy_file_range:error=ENOSPC:when=1+",
        "ftruncate:error=EIO:when=1+",
        "syncfs:error=EIO:when=1",
        "fsync:error=EIO:when=9",
        "fsync:error=EIO:when=12",  # the last: what is shown already is hidden again
        "rename:error=EIO:when=3",
        "clone3:error=EAGAIN:when=1+",
    ],
)
def test_acquire_on_a_failing_disk_leaves_nothing(tmp_path: Path, fault: str) -> None:
    """A full or failing disk is one clear error, and nothing of the exhibit is visible."""
    source, exhibits = many(tmp_path / "share"), tmp_path / "exhibits"
    done = injected(fault, source, exhibits)

    assert "CustodyError" in done.stderr.splitlines()[-1]
    assert "nothing of it is kept" in done.stderr
    assert not (exhibits / "E1").exists()
    assert not (exhibits / ".E1.staged").exists()


@pytest.mark.needs("strace")
@pytest.mark.parametrize("make", [many, plain_source])
def test_acquire_is_safe_from_a_power_cut_before_it_is_seen(tmp_path: Path, make: Any) -> None:
    """Nothing appears, and nothing is reported, that a power cut could still take away in part.

    And every sync is needed for that: without any one of them the same check finds a loss.
    """
    exhibit = tmp_path / "matter/exhibits/E1"
    if make is many:
        exhibit.parent.mkdir(parents=True)  # made with the exhibit, it is covered by its syncfs
    done = steps(tmp_path, make(tmp_path / "share"), exhibit.parent)
    syncs = [at for at, step in enumerate(done) if step.act in ("fsync", "syncfs")]

    assert losses(done, exhibit) == []
    assert len(syncs) > 10
    for at in syncs:
        assert losses([*done[:at], *done[at + 1 :]], exhibit), done[at]


def test_losses_are_found_in_either_order_of_seal_and_bag() -> None:
    """A bag shown before its seal is safe is a loss, and so is a seal shown before it is written."""
    named = [Step("make", "/e/.s/seal"), Step("fsync", "/e/.s")]
    shown = [Step("rename", "/e/.s/seal", "/e/E1.seal.json"), Step("rename", "/e/.s/b", "/e/E1")]

    assert losses([*named, *shown, Step("fsync", "/e")], Path("/e/E1"))
    assert losses([*named, Step("write", "/e/.s/seal"), shown[0]], Path("/e/E1"))
    assert not losses(
        [*named, shown[0], Step("fsync", "/e"), shown[1], Step("fsync", "/e")], Path("/e/E1")
    )


def test_acquire_that_outgrows_a_limit_leaves_nothing(tmp_path: Path) -> None:
    """A write that the system refuses in a worker reaches the caller as a CustodyError."""
    source, exhibits = many(tmp_path / "share"), tmp_path / "exhibits"
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


def test_stage_locks_only_a_folder_that_is_still_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock on the folder that the holder before removed at its end would protect nothing."""
    lock = fcntl.flock

    def removed_first(descriptor: int, how: int) -> None:
        monkeypatch.setattr(fcntl, "flock", lock)
        (tmp_path / "exhibits/.E1.staged").rmdir()
        lock(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", removed_first)

    with stage(tmp_path / "exhibits", "E1") as staged:
        assert os.path.samestat(os.fstat(staged.lock), staged.folder.stat())
