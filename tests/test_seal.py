"""Preserving a source as a sealed exhibit."""

import asyncio
import base64
import hashlib
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import bagit
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breachbook.custody import Progress
from breachbook.errors import CustodyError
from breachbook.seal import own_key, public_pem, seal_path, verify
from breachbook.seal.catalogue import Catalogue, Earlier
from breachbook.seal.copying import Copying, copy_file
from breachbook.seal.envelope import PAYLOAD_TYPE, pre_authentication
from breachbook.seal.names import bag_path, escape, raw_of, text_of, unescape
from breachbook.seal.payload import Work, copy, enlist
from breachbook.seal.pool import batches, crew
from breachbook.seal.staging import stage
from breachbook.seal.survey import survey
from tests.exhibits import (
    AT,
    HEAD,
    KEY,
    RECORD,
    inspect,
    odd_source,
    paths_of,
    plain_source,
    preserve,
)


def _rows(path: Path) -> list[dict[str, Any]]:
    lines = (path / "breachbook/entries.jsonl").read_bytes().splitlines()
    return [json.loads(line) for line in lines]


def _aged(folder: Path) -> list[bytes]:
    """List a tree and set every last access so far back that a plain read would renew it.

    Links are left out: the system renews their access whenever their target text is read.
    """
    paths = [
        above + b"/" + name
        for above, folders, files in os.walk(os.fsencode(folder))
        for name in [*folders, *files, b"."]
        if not stat.S_ISLNK(os.lstat(above + b"/" + name).st_mode)
    ]
    for path in paths:
        os.utime(path, ns=(10**18, os.lstat(path).st_mtime_ns))
    return paths


def _state(paths: list[bytes]) -> list[tuple[int, ...]]:
    """Give everything the system says of every path, the last access included."""
    facts = [os.lstat(path) for path in paths]
    return [
        (one.st_mode, one.st_nlink, one.st_atime_ns, one.st_mtime_ns, one.st_ctime_ns)
        for one in facts
    ]


def test_acquire_preserves_every_byte_of_a_folder(tmp_path: Path) -> None:
    """The bag holds the files of the source under their own names, and counts them."""
    source = plain_source(tmp_path / "share")

    sealed = preserve(source, tmp_path / "exhibits")

    assert sealed.path == tmp_path / "exhibits/E1"
    assert (sealed.files, sealed.bytes, sealed.findings) == (2, 34, ())
    assert (sealed.path / "data/drawings/wheel.txt").read_bytes() == b"tread profile"
    assert (sealed.path / "data/empty").is_dir()
    assert {path.name for path in sealed.path.parent.iterdir()} == {"E1", "E1.seal.json"}


def test_acquire_preserves_one_file(tmp_path: Path) -> None:
    """A source may be a single file."""
    source = plain_source(tmp_path / "share") / "list.csv"

    sealed = preserve(source, tmp_path / "exhibits")

    assert [path.name for path in (sealed.path / "data").iterdir()] == ["list.csv"]
    assert inspect(sealed).is_sound


def test_acquire_accepts_what_trips_collectors(tmp_path: Path) -> None:
    """Pipes, links, odd names, holes and name clashes are preserved or recorded, none is fatal."""
    sealed = preserve(odd_source(tmp_path / "share"), tmp_path / "exhibits")

    assert paths_of(sealed, "link-not-followed") == {"outside", "dangling"}
    assert paths_of(sealed, "special-not-read") == {"pipe", "socket"}
    assert paths_of(sealed, "name-collision") == {
        "list.csv",
        "LIST.csv",
        "caf\u00e9",
        "cafe\u0301",
    }
    assert "caf=E9 =FF.txt" in paths_of(sealed, "name-escaped")
    assert not inspect(sealed).findings


def test_acquire_records_metadata_of_everything(tmp_path: Path) -> None:
    """The record has raw names, link targets, hard-link groups and what was allocated."""
    sealed = preserve(odd_source(tmp_path / "share"), tmp_path / "exhibits")

    rows = {
        raw_of(row["path"]) if "path" in row else bytes.fromhex(row["path_hex"]): row
        for row in _rows(sealed.path)
    }
    assert rows[b"caf\xe9 \xff.txt"]["path_hex"] == b"caf\xe9 \xff.txt".hex()
    assert rows[b"outside"]["target"] == "/etc/hostname"
    assert rows[b"list.csv"]["hard_link_group"] == rows[b"linked"]["hard_link_group"] == 1
    assert rows[b"sparse"]["allocated"] < rows[b"sparse"]["size"] == (48 << 20) + 3
    assert rows[b"empty"]["kind"] == "folder"
    assert rows[b"pipe"]["kind"] == "pipe"
    assert "bag" not in rows[b"pipe"]


def test_acquire_leaves_holes_as_holes(tmp_path: Path) -> None:
    """A sparse file does not fill the disk of the exhibits."""
    sealed = preserve(odd_source(tmp_path / "share"), tmp_path / "exhibits")

    copied = (sealed.path / "data/sparse").stat()
    assert copied.st_blocks * 512 < 1 << 20
    assert copied.st_size == (48 << 20) + 3


def test_acquire_never_touches_the_source(tmp_path: Path) -> None:
    """Not even the time of last access changes, and no hard link ties exhibit and source."""
    source = odd_source(tmp_path / "share")
    paths = _aged(source)
    before = _state(paths)

    sealed = preserve(source, tmp_path / "exhibits", workers=2)

    assert _state(paths) == before
    (source / "list.csv").write_bytes(b"edited later")
    assert inspect(sealed).is_sound


def test_acquire_spreads_many_files_over_processes(tmp_path: Path) -> None:
    """Enough files to use workers, one of them large, arrive whole, and the progress adds up."""
    source = tmp_path / "share"
    for folder in range(5):
        (source / str(folder)).mkdir(parents=True)
        for number in range(50):
            (source / str(folder) / f"{number}.txt").write_bytes(b"x" * number * folder)
    (source / "large").write_bytes(os.urandom(20 << 20))
    told: list[Progress] = []

    sealed = preserve(source, tmp_path / "exhibits", progress=told.append)

    last = [one for one in told if one.phase == "copying"][-1]
    assert (last.files, last.bytes) == (last.files_total, last.bytes_total)
    assert (sealed.files, sealed.bytes) == (251, last.bytes)
    assert inspect(sealed).is_sound


def test_batches_end_with_a_folder() -> None:
    """Workers that make files in one folder wait for each other, so a folder goes to one of them."""
    files = [(1, f"{number // 100}/{number}", number) for number in range(1000)]

    assert [len(one) for one in batches(files)] == [100] * 10
    assert [len(one) for one in batches((1, "a/b", 0) for _ in range(600))] == [256, 256, 88]
    assert [len(one) for one in batches((9 << 20, "a/b", 0) for _ in range(3))] == [1, 1, 1]


def test_acquire_takes_another_algorithm(tmp_path: Path) -> None:
    """SHA-512 is a switch."""
    sealed = preserve(plain_source(tmp_path / "share"), tmp_path / "e", algorithm="sha512")

    assert (sealed.path / "manifest-sha512.txt").is_file()
    assert inspect(sealed).is_sound
    bagit.Bag(str(sealed.path)).validate()


def test_acquire_again_returns_the_exhibit_that_is_there(tmp_path: Path) -> None:
    """The exhibit's id is the key of the act: a second try changes nothing, not even the seal."""
    source = odd_source(tmp_path / "share")
    first = preserve(source, tmp_path / "exhibits")
    (source / "list.csv").write_bytes(b"edited later")

    second = preserve(source, tmp_path / "exhibits")

    assert second == first


def test_acquire_refuses_another_source_under_the_same_id(tmp_path: Path) -> None:
    """An exhibit id never stands for two sources."""
    preserve(plain_source(tmp_path / "share"), tmp_path / "exhibits")

    with pytest.raises(CustodyError, match=r"was made from .*share; preserve the other"):
        preserve(plain_source(tmp_path / "other"), tmp_path / "exhibits")


def test_acquire_refuses_an_exhibit_that_was_changed(tmp_path: Path) -> None:
    """A damaged exhibit is named and left alone, never replaced."""
    source = plain_source(tmp_path / "share")
    (preserve(source, tmp_path / "exhibits").path / "data/list.csv").unlink()

    with pytest.raises(CustodyError, match=r"not as it was sealed: .*data/list\.csv"):
        preserve(source, tmp_path / "exhibits")


@pytest.mark.parametrize("exhibit", ["../E1", "", "E 1", ".E1", "a/b"])
def test_acquire_refuses_an_id_that_is_a_path(tmp_path: Path, exhibit: str) -> None:
    """An exhibit id cannot lead out of the exhibits."""
    with pytest.raises(CustodyError, match="allowed: letters"):
        preserve(plain_source(tmp_path / "share"), tmp_path / "exhibits", exhibit)


def test_acquire_refuses_a_link_a_pipe_and_nothing_as_source(tmp_path: Path) -> None:
    """The source is a file or a folder, named itself; nothing is left behind by a refusal."""
    (tmp_path / "link").symlink_to(plain_source(tmp_path / "share"))
    os.mkfifo(tmp_path / "pipe")

    for name, reason in {"link": "symbolic link", "pipe": "neither", "gone": "No such"}.items():
        with pytest.raises(CustodyError, match=reason):
            preserve(tmp_path / name, tmp_path / "exhibits")
    assert list((tmp_path / "exhibits").iterdir()) == []


def test_acquire_refuses_a_source_that_holds_the_exhibits(tmp_path: Path) -> None:
    """A matter cannot swallow itself."""
    with pytest.raises(CustodyError, match="holds the exhibits themselves"):
        preserve(plain_source(tmp_path / "share"), tmp_path / "share/matters/exhibits")


def test_copy_flags_a_file_that_vanished(tmp_path: Path) -> None:
    """A file that goes between listing and reading is a finding."""
    source = plain_source(tmp_path / "share")

    found = _copied(source, tmp_path, lambda: (source / "list.csv").unlink())

    assert found["list.csv"] == ["vanished"]
    assert found["drawings/wheel.txt"] == []


def test_copy_does_not_hang_on_a_pipe_put_in_a_files_place(tmp_path: Path) -> None:
    """What is opened is looked at again before it is read."""
    source = plain_source(tmp_path / "share")

    def swap() -> None:
        (source / "list.csv").unlink()
        os.mkfifo(source / "list.csv")

    assert _copied(source, tmp_path, swap)["list.csv"] == ["special-not-read"]


def test_copy_follows_no_folder_swapped_for_a_link(tmp_path: Path) -> None:
    """A folder replaced by a link to elsewhere after the listing leads nowhere."""
    source = plain_source(tmp_path / "share")
    other = plain_source(tmp_path / "other")

    def swap() -> None:
        (source / "drawings").rename(tmp_path / "moved")
        (source / "drawings").symlink_to(other / "drawings")

    assert _copied(source, tmp_path, swap)["drawings/wheel.txt"] == ["vanished"]


def _copied(source: Path, tmp_path: Path, meanwhile: Any) -> dict[str, list[str]]:
    """Copy a source that changes after it was listed; give the codes found by path."""
    root = os.open(source, os.O_RDONLY)
    with stage(tmp_path / "exhibits", "E1") as staged:
        bag = os.open(staged.bag, os.O_RDONLY)
        catalogue = Catalogue(staged.folder, staged.attempt)
        work = Work(bag, "sha256", None)
        enlist(survey(root), catalogue, Earlier(staged.folder, 0, "sha256"), {}, work)
        meanwhile()
        with crew(0, root, bag) as team:
            copy(catalogue, team, work, sync=False)
        found = {entry.path: [one.code for one in entry.findings] for entry in catalogue}
        catalogue.close()
        os.close(bag)
    os.close(root)
    return found


@pytest.mark.parametrize("size", [100, 20 << 20])
def test_copy_flags_a_file_that_changes_while_read(tmp_path: Path, size: int) -> None:
    """A file that grows under the reader is kept as read, under the digest of what is kept."""
    (tmp_path / "log").write_bytes(b"x" * size)
    folder = os.open(tmp_path, os.O_RDONLY)

    def grow(count: int) -> None:
        with (tmp_path / "log").open("ab") as handle:
            handle.write(b"y" * count)

    row = copy_file("log", "copy", folder, folder, Copying("sha256", sync=False), grow)
    os.close(folder)

    assert row[0] == "changed"
    assert row[2] == _sha256(tmp_path / "copy")
    assert row[3] == (tmp_path / "copy").stat().st_size


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_acquire_flags_what_it_may_not_read(tmp_path: Path) -> None:
    """An unreadable file or folder is a finding with its reason; the rest is preserved."""
    script = """
import os, sys, tempfile
from pathlib import Path
from tests.exhibits import plain_source, preserve
with tempfile.TemporaryDirectory() as name:
    source = plain_source(Path(name) / "share")
    (source / "list.csv").chmod(0)
    (source / "drawings").chmod(0)
    if os.getuid() == 0:
        for path in [Path(name), source, *source.rglob("*")]:
            os.chown(path, 65534, 65534)
        os.setuid(65534)
    sealed = preserve(source, Path(name) / "exhibits")
    print(sorted((one.code, one.path, one.detail) for one in sealed.findings), sealed.files)
    (source / "drawings").chmod(0o700)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    denied = "permission denied"
    expected = [("unreadable", "drawings", denied), ("unreadable", "list.csv", denied)]
    assert done.stdout.strip() == f"{expected} 0"


def test_acquire_works_inside_an_event_loop(tmp_path: Path) -> None:
    """Workers start from a thread of a process that runs a loop, without its main module."""
    source = tmp_path / "share"
    source.mkdir()
    for number in range(200):
        (source / str(number)).write_bytes(b"x")

    async def run() -> int:
        sealed = await asyncio.to_thread(preserve, source, tmp_path / "exhibits")
        return sealed.files

    assert asyncio.run(run()) == 200


def test_record_and_seal_say_what_was_done(tmp_path: Path) -> None:
    """The custody record is in the bag; the seal pins it with the journal's head."""
    sealed = preserve(plain_source(tmp_path / "share"), tmp_path / "e", previous_seal="cd" * 32)

    record = json.loads((sealed.path / "breachbook/record.json").read_bytes())
    stated = _statement(seal_path(sealed.path))
    assert record["record"] == RECORD
    assert record["source"]["path"].endswith("/share")
    assert stated["journal_head"] == HEAD
    assert stated["previous_seal"] == "cd" * 32
    assert stated["sealed_at"] == f"{AT:%Y-%m-%dT%H:%M:%S.%f}Z"
    assert len(stated["nonce"]) == 64
    assert stated["counts"] == {"files": 2, "bytes": 34, "folders": 2, "not_preserved": 0}


def test_two_seals_of_the_same_source_differ(tmp_path: Path) -> None:
    """The nonce keeps a seal's digest from confirming a guess at the contents."""
    source = plain_source(tmp_path / "share")

    one, two = (preserve(source, tmp_path / f"exhibits{number}") for number in (1, 2))

    assert one.manifest_sha256 == two.manifest_sha256
    assert one.seal_sha256 != two.seal_sha256


def _statement(path: Path) -> Any:
    return json.loads(base64.b64decode(json.loads(path.read_bytes())["payload"]))


def test_own_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    """The key file is private, and the same key comes back."""
    first = own_key(tmp_path / "run/seal.pem")

    assert (tmp_path / "run/seal.pem").stat().st_mode & 0o777 == 0o600
    assert own_key(tmp_path / "run/seal.pem").private_bytes_raw() == first.private_bytes_raw()
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["seal.pem"]


def test_own_key_refuses_a_file_others_can_read(tmp_path: Path) -> None:
    """A key that leaked is not used in silence."""
    own_key(tmp_path / "seal.pem")
    (tmp_path / "seal.pem").chmod(0o644)

    with pytest.raises(CustodyError, match="mode 644 lets others read"):
        own_key(tmp_path / "seal.pem")


def test_own_key_refuses_what_is_not_a_key(tmp_path: Path) -> None:
    """A broken key file is named, not replaced."""
    (tmp_path / "seal.pem").touch(0o600)

    with pytest.raises(CustodyError, match=r"seal\.pem: not an unencrypted private key"):
        own_key(tmp_path / "seal.pem")


_NAMES = st.binary(min_size=1, max_size=40).filter(
    lambda name: not set(name) & {0, 47} and name not in (b".", b"..")
)


@given(_NAMES, _NAMES)
def test_escape_is_reversible_and_never_merges_names(one: bytes, two: bytes) -> None:
    """Every name comes back from its escaped form; two names never share one."""
    first, second = text_of(one), text_of(two)

    assert unescape(escape(first)) == first
    assert (escape(first) == escape(second)) == (first == second)
    assert not set(escape(first).encode()) & set(b"%\r\n\\/\0")


def test_bag_path_shortens_what_no_tool_could_open() -> None:
    """A path longer than the system's limit goes by its digest."""
    deep = "/".join(["x" * 200] * 30)
    wide = "\udcff" * 200

    assert bag_path("x" * 255) == "x" * 255
    assert bag_path(deep).startswith("=long/")
    assert bag_path(wide).startswith("=long/")
    assert bag_path("=long") == "=3Dlong"


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(_NAMES, st.binary(max_size=50), max_size=6))
def test_seal_then_verify_passes(
    tmp_path_factory: pytest.TempPathFactory, files: dict[bytes, bytes]
) -> None:
    """Whatever the names and contents, the exhibit is sound, and other people's tools agree."""
    folder = tmp_path_factory.mktemp("property")
    (folder / "share").mkdir()
    for name, content in files.items():
        Path(os.fsdecode(os.fsencode(folder / "share") + b"/" + name)).write_bytes(content)

    sealed = preserve(folder / "share", folder / "exhibits")

    report = inspect(sealed)
    assert report.is_sound
    assert [layer.name for layer in report.unchecked] == ["time-stamps"]
    bagit.Bag(str(sealed.path)).validate()


def test_bag_passes_other_peoples_validators(tmp_path: Path) -> None:
    """The public BagIt validator accepts a bag of every odd thing."""
    sealed = preserve(odd_source(tmp_path / "share"), tmp_path / "exhibits")

    bagit.Bag(str(sealed.path)).validate()

    assert not verify(sealed.path, public_keys=[KEY.public_key()]).findings


@pytest.mark.needs("sha256sum")
def test_manifests_pass_sha256sum(tmp_path: Path) -> None:
    """Both manifests can be checked with coreutils, odd names included."""
    sealed = preserve(odd_source(tmp_path / "share"), tmp_path / "exhibits")

    for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        done = subprocess.run(["sha256sum", "--strict", "-c", name], cwd=sealed.path, check=False)
        assert done.returncode == 0


@pytest.mark.needs("openssl")
def test_signature_passes_openssl(tmp_path: Path) -> None:
    """The signature can be checked with openssl, and one changed byte is refused."""
    sealed = preserve(plain_source(tmp_path / "share"), tmp_path / "exhibits")
    envelope = json.loads(seal_path(sealed.path).read_bytes())
    payload = base64.b64decode(envelope["payload"])
    (tmp_path / "key.pem").write_bytes(public_pem(KEY))
    (tmp_path / "sig").write_bytes(base64.b64decode(envelope["signatures"][0]["sig"]))
    (tmp_path / "good").write_bytes(pre_authentication(PAYLOAD_TYPE, payload))
    (tmp_path / "bad").write_bytes(pre_authentication(PAYLOAD_TYPE, payload[:-1] + b" "))
    check = ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "key.pem"]
    command = [*check, "-sigfile", "sig", "-in"]

    codes = [
        subprocess.run([*command, name], cwd=tmp_path, capture_output=True, check=False).returncode
        for name in ("good", "bad")
    ]
    assert codes == [0, 1]
