"""Kills the sealer at, and fails, each of its system calls in turn; run by ``make crash``.

Each call has a counter of its own, because a shared one would miss most points. A call that is made
very often is taken at points spread evenly over all of it. Points at which the program is still being
loaded are left out.
"""

import shutil
import subprocess
from pathlib import Path

import bagit
import pytest

from tests.exhibits import inspect, preserve
from tests.faults import counted, injected, many

_MOST = 24

_KILLED = [
    *("openat", "mkdir", "mkdirat", "pwrite64", "write", "copy_file_range", "ftruncate", "close"),
    *("utimensat", "fsync", "syncfs", "rename", "unlink", "unlinkat", "rmdir", "flock"),
    *("sync_file_range", "preadv2", "read", "getdents64", "newfstatat"),
]
_FAILED = [
    *(("openat", one) for one in ("EMFILE", "EIO", "ENOSPC")),
    *(("pwrite64", one) for one in ("ENOSPC", "EIO", "EDQUOT")),
    *(("write", one) for one in ("ENOSPC", "EIO")),
    *(("copy_file_range", one) for one in ("ENOSPC", "EIO", "EXDEV", "EINVAL")),
    *(
        (call, "EIO")
        for call in ("ftruncate", "fsync", "syncfs", "rename", "preadv2", "getdents64")
    ),
    *((call, "EIO") for call in ("newfstatat", "fstat", "sync_file_range", "mkdir", "readlinkat")),
    *(("mkdirat", one) for one in ("ENOSPC", "EIO")),
    *(("utimensat", "EPERM"), ("flock", "ENOLCK"), ("fadvise64", "EINVAL"), ("lseek", "EINVAL")),
    *(("rename", "ENOSPC"), ("fstatfs", "EIO"), ("clone3", "EAGAIN"), ("pipe2", "EMFILE")),
]


def _points(call: str, tmp_path: Path) -> list[int]:
    """Give the ordinal numbers of a call at which something is injected."""
    before = counted([call], tmp_path).get(call, 0)
    after = counted([call], tmp_path, tmp_path / "share", tmp_path / "counted").get(call, 0)
    step = max(1, (after - before) // _MOST)
    return list(range(before + 1, after + 1, step))


def _require_whole(exhibits: Path) -> None:
    """Let three programs that know nothing of each other judge an exhibit, when there is one."""
    bag = exhibits / "E1"
    if not bag.exists():
        return
    assert (exhibits / "E1.seal.json").exists()
    bagit.Bag(str(bag)).validate()
    for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        subprocess.run(["sha256sum", "--strict", "--quiet", "-c", name], cwd=bag, check=True)


@pytest.mark.needs("strace", "sha256sum")
@pytest.mark.parametrize("call", _KILLED)
def test_kill_at_a_call_leaves_a_whole_exhibit_or_none(tmp_path: Path, call: str) -> None:
    """Whatever was killed where, nothing half-made is seen, and the next attempt makes it whole."""
    source, exhibits = many(tmp_path / "share"), tmp_path / "exhibits"
    for when in _points(call, tmp_path):
        injected(f"{call}:signal=KILL:when={when}", source, exhibits)
        _require_whole(exhibits)

        assert inspect(preserve(source, exhibits, resume=bool(when % 2))).is_sound, when
        shutil.rmtree(exhibits)


@pytest.mark.needs("strace", "sha256sum")
@pytest.mark.parametrize(("call", "error"), _FAILED)
def test_error_of_a_call_leaves_a_whole_exhibit_or_none(
    tmp_path: Path, call: str, error: str
) -> None:
    """An error is survived, with a sound exhibit, or told in one sentence, with nothing left."""
    source, exhibits = many(tmp_path / "share"), tmp_path / "exhibits"
    for when in _points(call, tmp_path):
        done = injected(f"{call}:error={error}:when={when}", source, exhibits)
        _require_whole(exhibits)

        if done.returncode:
            assert "CustodyError" in done.stderr.splitlines()[-1], (when, done.stderr[-3000:])
            assert not (exhibits / "E1").exists(), when
        else:
            assert (exhibits / "E1").exists(), when
        assert inspect(preserve(source, exhibits)).is_sound, when
        shutil.rmtree(exhibits)
