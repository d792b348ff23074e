"""Copies a sealed bag to another place: no link is followed, modes and times of its files are kept."""

import hashlib
import os
from pathlib import Path

from breachbook.durable import write_all
from breachbook.seal.meter import Meter, Tell

_CHUNK = 1 << 20
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def carry(bag: Path, target: Path, tell: Tell = None) -> dict[str, str]:
    """Copy a bag's folder; whoever calls makes the copy durable, and verifies it.

    Args:
        target: New folder; those above it are made.
        tell: Told a few times a second.

    Returns:
        SHA-256 of every file as it was read, by its path in the bag.

    Raises:
        OSError: The system could not read or write.
    """
    found = sorted(one for one in bag.rglob("*") if not one.is_symlink() and one.is_file())
    meter = Meter("copying", len(found), sum(one.stat().st_size for one in found), tell)
    target.mkdir(mode=0o700, parents=True)
    for folder in sorted(one for one in bag.rglob("*") if one.is_dir() and not one.is_symlink()):
        (target / folder.relative_to(bag)).mkdir(mode=0o700)
    digests = {}
    for one in found:
        name = one.relative_to(bag).as_posix()
        digests[name] = _copy(one, target / name, meter)
        meter.finish(1)
    meter.close()
    return digests


def _copy(source: Path, target: Path, meter: Meter) -> str:
    """Copy one file with its mode and times, and give the digest of what was read."""
    hashed = hashlib.sha256()
    origin = os.open(source, _READ)
    try:
        copy = os.open(target, _NEW, 0o400)
        try:
            while data := os.read(origin, _CHUNK):
                hashed.update(data)
                write_all(copy, data)
                meter.advance(len(data))
            facts = os.fstat(origin)
            os.utime(copy, ns=(facts.st_mtime_ns, facts.st_mtime_ns))
        finally:
            os.close(copy)
    finally:
        os.close(origin)
    return hashed.hexdigest()
