"""An interrupted acquisition is taken over file by file, and nothing is believed unread."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from breachbook.custody import Progress, Sealed
from breachbook.errors import CustodyError
from breachbook.seal.catalogue import Catalogue
from breachbook.seal.copying import LARGE
from breachbook.seal.survey import Entry
from tests.exhibits import inspect, plain_source, preserve


class _Stop(BaseException):
    """Stands for Ctrl-C: it is not an error, so nothing in between may catch it."""


def _source(folder: Path) -> Path:
    """Make a source of which a good part is copied before the rest is: the large file comes first."""
    plain_source(folder)
    (folder / "image.bin").write_bytes(os.urandom(LARGE + 12345))
    (folder / "last").write_bytes(b"last")
    return folder


def _interrupt(source: Path, exhibits: Path, when: str, **changes: Any) -> Path:
    """Preserve until a phase begins to tell its progress; give the hidden folder that is left."""

    def tell(progress: Progress) -> None:
        if progress.phase == when:
            raise _Stop

    with pytest.raises(_Stop):
        preserve(source, exhibits, progress=tell, workers=0, **changes)
    assert [path.name for path in exhibits.iterdir()] == [".E1.staged"]
    return exhibits / ".E1.staged"


def _record(sealed: Sealed) -> Any:
    return json.loads((sealed.path / "breachbook/record.json").read_bytes())


def test_acquire_resumed_takes_over_what_was_copied(tmp_path: Path) -> None:
    """The exhibit is whole, is one like any other, and says how often it was begun and what was kept."""
    source, exhibits = _source(tmp_path / "share"), tmp_path / "exhibits"
    staged = _interrupt(source, exhibits, "re-reading")
    inode = (staged / "bag-1/data/image.bin").stat().st_ino

    sealed = preserve(source, exhibits, resume=True)

    assert (sealed.path / "data/image.bin").stat().st_ino == inode
    assert _record(sealed)["kept"] == {"files": 4, "bytes": sealed.bytes}
    assert len(_record(sealed)["attempts"]) == 2
    assert inspect(sealed).is_sound
    assert {path.name for path in exhibits.iterdir()} == {"E1", "E1.seal.json"}


def test_acquire_resumed_gives_what_an_uninterrupted_one_gives(tmp_path: Path) -> None:
    """Manifest, findings and counts do not tell the two apart."""
    source = _source(tmp_path / "share")
    _interrupt(source, tmp_path / "one", "copying")

    resumed = preserve(source, tmp_path / "one", resume=True)
    plain = preserve(source, tmp_path / "two")

    assert resumed.manifest_sha256 == plain.manifest_sha256
    assert (resumed.files, resumed.bytes, resumed.findings) == (
        plain.files,
        plain.bytes,
        plain.findings,
    )


def _changed_copy(_: Path, staged: Path) -> None:
    copied = staged / "bag-1/data/image.bin"
    times = copied.stat().st_atime_ns, copied.stat().st_mtime_ns
    copied.chmod(0o600)
    with copied.open("r+b") as handle:
        handle.write(b"other bytes")
    os.utime(copied, ns=times)


def _cut_copy(_: Path, staged: Path) -> None:
    os.truncate(staged / "bag-1/data/image.bin", LARGE)


def _lost_copy(_: Path, staged: Path) -> None:
    (staged / "bag-1/data/image.bin").unlink()


def _changed_source(source: Path, _: Path) -> None:
    path = source / "image.bin"
    times = path.stat().st_atime_ns, path.stat().st_mtime_ns
    with path.open("r+b") as handle:
        handle.write(b"edited meanwhile")
    os.utime(path, ns=times)


def _replaced_source(source: Path, _: Path) -> None:
    path, other = source / "image.bin", source.parent / "other"
    other.write_bytes(path.read_bytes())
    os.utime(other, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    other.rename(path)


def _torn_outcome(_: Path, staged: Path) -> None:
    (staged / "outcome-1.bin").write_bytes(b"\1" * 100)


def _torn_listing(_: Path, staged: Path) -> None:
    path = staged / "listing-1.jsonl"
    path.write_bytes(path.read_bytes()[:200] + b"\0" * 300)


@pytest.mark.parametrize(
    "meanwhile",
    [
        _changed_copy,
        _cut_copy,
        _lost_copy,
        _changed_source,
        _replaced_source,
        _torn_outcome,
        _torn_listing,
    ],
)
def test_acquire_resumed_copies_again_what_it_cannot_verify(
    tmp_path: Path, meanwhile: Callable[[Path, Path], None]
) -> None:
    """A copy that changed, or of a file that changed, even with its old times, is made anew."""
    source, exhibits = _source(tmp_path / "share"), tmp_path / "exhibits"
    meanwhile(source, _interrupt(source, exhibits, "re-reading"))

    sealed = preserve(source, exhibits, resume=True)

    assert (sealed.path / "data/image.bin").read_bytes() == (source / "image.bin").read_bytes()
    assert _record(sealed)["kept"]["bytes"] < LARGE
    assert inspect(sealed).is_sound
    assert not sealed.findings


def test_acquire_resumed_forgets_what_the_source_no_longer_has(tmp_path: Path) -> None:
    """Files and folders that went meanwhile are not in the exhibit; new ones are."""
    source, exhibits = _source(tmp_path / "share"), tmp_path / "exhibits"
    _interrupt(source, exhibits, "re-reading")
    (source / "drawings/wheel.txt").unlink()
    (source / "drawings").rmdir()
    (source / "late").write_bytes(b"new")

    sealed = preserve(source, exhibits, resume=True)

    names = {path.name for path in (sealed.path / "data").iterdir()}
    assert names == {"empty", "image.bin", "last", "late", "list.csv"}
    assert inspect(sealed).is_sound


def test_acquire_resumed_over_and_over_loses_nothing(tmp_path: Path) -> None:
    """What the first attempt copied survives a second that was stopped before it took it over."""
    source, exhibits = _source(tmp_path / "share"), tmp_path / "exhibits"
    staged = _interrupt(source, exhibits, "re-reading")
    inode = (staged / "bag-1/data/image.bin").stat().st_ino
    (source / "late").write_bytes(b"new")
    for _ in range(2):
        _interrupt(source, exhibits, "copying", resume=True)

    sealed = preserve(source, exhibits, resume=True)

    assert (sealed.path / "data/image.bin").stat().st_ino == inode
    assert len(_record(sealed)["attempts"]) == 4
    assert inspect(sealed).is_sound


def test_acquire_resumed_ignores_copies_under_another_algorithm(tmp_path: Path) -> None:
    """A digest of another kind proves nothing about a copy."""
    source, exhibits = _source(tmp_path / "share"), tmp_path / "exhibits"
    _interrupt(source, exhibits, "re-reading")

    sealed = preserve(source, exhibits, resume=True, algorithm="sha512")

    assert _record(sealed)["kept"] == {"files": 0, "bytes": 0}
    assert inspect(sealed).is_sound


def test_acquire_not_resumed_begins_afresh(tmp_path: Path) -> None:
    """Nobody is given old copies who did not ask for them."""
    source, exhibits = _source(tmp_path / "share"), tmp_path / "exhibits"
    _interrupt(source, exhibits, "re-reading")

    sealed = preserve(source, exhibits)

    assert len(_record(sealed)["attempts"]) == 1
    assert {path.name for path in exhibits.iterdir()} == {"E1", "E1.seal.json"}


def test_acquire_that_fails_keeps_its_copies_only_to_be_resumed(tmp_path: Path) -> None:
    """After an error a plain attempt leaves nothing; one that resumes says that it kept its copies."""
    source, exhibits = _source(tmp_path / "share"), tmp_path / "exhibits"

    def full(progress: Progress) -> None:
        if progress.phase == "re-reading":
            raise OSError(28, "No space left on device")

    with pytest.raises(CustodyError, match="nothing of it is kept; free space"):
        preserve(source, exhibits, progress=full)
    assert list(exhibits.iterdir()) == []
    with pytest.raises(CustodyError, match="what was copied is kept to be resumed; free space"):
        preserve(source, exhibits, progress=full, resume=True)

    assert _record(preserve(source, exhibits, resume=True))["kept"]["files"] == 4


def test_catalogue_gives_each_entry_what_became_of_it(tmp_path: Path) -> None:
    """Outcomes come in any order and reach their own entries; one that is missing leaves no copy."""
    catalogue = Catalogue(tmp_path, 1)
    with catalogue.listed({}) as add:
        for name in "abcd":
            add(Entry(name, "file", [0o100400, *[1] * 9], place=f"data/{name}"), None)
    facts = [0o100400, *[2] * 9]
    rows = [["ok", "", f"{number:064}", number, facts] for number in (1, 0, 3)]

    catalogue.note([1, 0, 3], rows)

    found = [(one.path, one.sha256, one.size, one.place) for one in catalogue]
    catalogue.close()
    assert found == [
        ("a", f"{0:064}", 0, "data/a"),
        ("b", f"{1:064}", 1, "data/b"),
        ("c", "", 0, None),
        ("d", f"{3:064}", 3, "data/d"),
    ]
