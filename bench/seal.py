"""Sealing and verifying against public tools, interleaved in one run, as ratios.

Baseline of sealing: ``cp -a``, ``bagit.py --processes 2`` (one SHA-256 manifest), ``sync``; its floor,
with nothing hashed: ``cp -a``, ``sync``. Ours: the same result as durable, without the reading back,
which the baseline has not. With the reading back the baseline gets ``bagit.py --validate`` too.
Verifying is also set against ``sha256sum`` and ``hashdeep``, where they are installed, which only hash.
Each figure is the minimum of all rounds. Reads of the source are warm. Nothing is deleted before the
end, because a file system is slow to give out the inodes of files just deleted: this takes 1 + 4 x
rounds times the space of a source. Starting a program weighs in the small sizes of a run without
``--full``, so the promises are judged with it alone.

    python bench/seal.py [--full] [--megabytes 256] [--files 2000] [--rounds 3] [--folder DIR]
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

MEAN = 48 << 10
PROMISED = {"seal": 0.60, "verify": 0.55}
PEAK_MIB = 100

_HASHERS = {
    "sha256sum": 'find "$1" -type f -print0 | xargs -0 -P 2 -n 200 sha256sum',
    "hashdeep": 'hashdeep -r -c sha256 -j 2 "$1"',
}

_OURS = """
import resource, sys, time
from datetime import UTC, datetime
from pathlib import Path
from breachbook.seal import acquire, verify
work, source, exhibits = sys.argv[1:4]
if work == "verify":
    assert verify(Path(exhibits) / "E1").is_sound
else:
    acquire(Path(source), Path(exhibits), "E1", record={}, key=None, journal_head="0" * 64,
            now=lambda: datetime.now(UTC), read_back=work == "seal-and-read-back")
own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
workers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(max(own, workers))
"""


def main() -> int:
    """Print the table; exit 1 when a promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--megabytes", type=int, default=256, help="size of the large file")
    parser.add_argument("--files", type=int, default=2_000, help="number of small files")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--full", action="store_true", help="2,048 MiB and 20,000 files")
    parser.add_argument("--folder", type=Path, help="where to work; default: the temporary folder")
    given = parser.parse_args()
    if given.full:
        given.megabytes, given.files = 2_048, 20_000
    print(f"sha_ni: {'yes' if _has_sha_ni() else 'no'}; processors: {os.cpu_count()}")
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        work = Path(name)
        sources = {
            f"one file of {given.megabytes} MiB": _large(work / "large", given.megabytes),
            f"{given.files:,} small files": _small(work / "small", given.files),
        }
        kept = [_compare(title, source, work, given.rounds) for title, source in sources.items()]
    return 0 if all(kept) or not given.full else 1


def _compare(title: str, source: Path, work: Path, rounds: int) -> bool:
    peaks: list[int] = []

    def run(what: str, target: Path) -> None:
        command = [sys.executable, "-c", _OURS, what, str(source), str(target)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        peaks.append(int(done.stdout))

    best: dict[str, float] = {}

    def clock(name: str, act: Callable[[], None]) -> None:
        started = time.perf_counter()
        act()
        best[name] = min(best.get(name, float("inf")), time.perf_counter() - started)

    for number in range(rounds):
        floor, theirs, ours, whole = (work / f"{source.name}-{number}-{one}" for one in "abcd")
        _settle()
        clock("cp+sync", partial(_copied, source, floor))
        clock("cp+bagit+sync", partial(_baseline, source, theirs))
        clock("bagit --validate", partial(_bagit, "--validate", theirs))
        _settle()
        clock("seal", partial(run, "seal", ours))
        clock("verify", partial(run, "verify", ours))
        for tool, command in _HASHERS.items():
            if shutil.which(tool):
                clock(tool, partial(_hashed, command, source))
        _settle()
        clock("seal, read back", partial(run, "seal-and-read-back", whole))
    return _tell(title, best, max(peaks))


def _settle() -> None:
    subprocess.run(["sync"], check=True)


def _tell(title: str, best: dict[str, float], peak: int) -> bool:
    ratios = {
        "seal": best["seal"] / best["cp+bagit+sync"],
        "verify": best["verify"] / best["bagit --validate"],
    }
    told = {
        "seal, read back": (best["seal, read back"], ("cp+bagit+sync", "bagit --validate")),
        "cp+sync": (best["cp+sync"], ("cp+bagit+sync",)),
        **{f"verify, {one}": (best["verify"], (one,)) for one in _HASHERS if one in best},
    }
    print(f"\n{title}")
    for name, seconds in best.items():
        print(f"  {name:<18} {seconds:8.2f} s")
    for name, ratio in ratios.items():
        verdict = "kept" if ratio <= PROMISED[name] else "NOT KEPT"
        print(f"  {name:<18} {ratio:8.2f} x   promised {PROMISED[name]:.2f} x: {verdict}")
    for name, (seconds, others) in told.items():
        ratio = seconds / sum(best[one] for one in others)
        print(f"  {name:<18} {ratio:8.2f} x   of {' and '.join(others)}")
    print(f"  {'peak of a process':<18} {peak / 1024:8.0f} MiB promised {PEAK_MIB} MiB")
    return all(ratios[name] <= PROMISED[name] for name in ratios) and peak < PEAK_MIB << 10


def _copied(source: Path, target: Path) -> None:
    subprocess.run(["cp", "-a", source, target], check=True)
    _settle()


def _baseline(source: Path, target: Path) -> None:
    subprocess.run(["cp", "-a", source, target], check=True)
    _bagit("--sha256", target)
    _settle()


def _hashed(command: str, source: Path) -> None:
    subprocess.run(["sh", "-c", command, "sh", source], check=True, stdout=subprocess.DEVNULL)


def _bagit(option: str, bag: Path) -> None:
    command = [sys.executable, "-m", "bagit", "--quiet", "--processes", "2", option, str(bag)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _large(folder: Path, megabytes: int) -> Path:
    folder.mkdir()
    with (folder / "image.bin").open("wb") as handle:
        for _ in range(megabytes):
            handle.write(os.urandom(1 << 20))
    return folder


def _small(folder: Path, count: int) -> Path:
    chance = random.Random(1)  # noqa: S311 - sizes, not secrets
    for number in range(count):
        above = folder / f"{number // 100:04}"
        above.mkdir(parents=True, exist_ok=True)
        (above / f"{number}.dat").write_bytes(os.urandom(chance.randrange(2 * MEAN)))
    return folder


def _has_sha_ni() -> bool:
    with Path("/proc/cpuinfo").open() as handle:
        return any("sha_ni" in line.split() for line in handle if line.startswith("flags"))


if __name__ == "__main__":
    sys.exit(main())
