"""Sources and exhibits that several tests make."""

import os
import socket
from contextlib import chdir
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from breachbook.custody import Report, Sealed
from breachbook.seal import acquire, verify

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
HEAD = "ab" * 32
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
RECORD = {"matter": "LEAK-2026-0001", "step": "preserve-share", "authority": "general-counsel"}


def preserve(source: Path, exhibits: Path, exhibit: str = "E1", **changes: Any) -> Sealed:
    """Acquire with ordinary arguments, some of them changed."""
    ordinary: dict[str, Any] = {
        "record": RECORD,
        "key": KEY,
        "journal_head": HEAD,
        "now": lambda: AT,
    }
    return acquire(source, exhibits, exhibit, **(ordinary | changes))


def inspect(sealed: Sealed, **changes: Any) -> Report:
    """Verify with everything that is known of an exhibit."""
    known: dict[str, Any] = {
        "public_keys": [KEY.public_key()],
        "expected_seal_sha256": sealed.seal_sha256,
    }
    return verify(sealed.path, **(known | changes))


def plain_source(folder: Path) -> Path:
    """Make a small ordinary folder: two files, one below another folder, and an empty folder."""
    (folder / "drawings").mkdir(parents=True)
    (folder / "empty").mkdir()
    (folder / "drawings" / "wheel.txt").write_bytes(b"tread profile")
    (folder / "list.csv").write_bytes(b"part,drawing\n1,wheel\n")
    return folder


def odd_source(folder: Path) -> Path:
    """Make a folder with everything that trips a collector."""
    plain_source(folder)
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as made, chdir(folder):
        made.bind("socket")
    (folder / "outside").symlink_to("/etc/hostname")
    (folder / "dangling").symlink_to("nowhere")
    (folder / "nothing").write_bytes(b"")
    (folder / "linked").hardlink_to(folder / "list.csv")
    for name, content in _ODD.items():
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(content)
    with (folder / "sparse").open("wb") as handle:
        handle.seek(48 << 20)
        handle.write(b"end")
    return folder


_ODD: dict[bytes, bytes] = {
    b"caf\xe9 \xff.txt": b"latin",
    b"two\nlines 50%.txt": b"newline and percent",
    b"a%0Ab": b"looks encoded",
    b"=41": b"looks escaped",
    b"..hidden": b"dots",
    b"...": b"more dots",
    b" edges ": b"blanks",
    b"back\\slash": b"backslash",
    "\u2028line".encode(): b"line separator",
    "caf\u00e9".encode(): b"composed",
    "cafe\u0301".encode(): b"decomposed",
    b"LIST.csv": b"other case",
    b"~": b"home",
    b"*star": b"star",
}


def paths_of(sealed: Sealed, code: str) -> set[str]:
    """Give the paths of one kind of finding."""
    return {finding.path for finding in sealed.findings if finding.code == code}


def rewrite(path: Path, data: bytes) -> None:
    """Change a sealed file in place and give back its time and mode, as a careful forger would."""
    facts = path.stat()
    path.chmod(0o600)
    path.write_bytes(data)
    path.chmod(facts.st_mode)
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))


def named(report: Report) -> set[tuple[str, str]]:
    """Give the findings of a report as pairs of code and path."""
    return {(finding.code, finding.path) for finding in report.findings}
