"""The store: files named by what is in them, whole or not there, and checked on every read."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breachbook.canonical import sha256
from breachbook.errors import DamageError, StoreError
from breachbook.store import Store, read_regular


@settings(max_examples=30)
@given(data=st.binary(max_size=200))
def test_content_is_read_back_by_its_digest(tmp_path: Path, data: bytes) -> None:
    """What was put is got under its SHA-256, and putting it again changes nothing."""
    store = Store(tmp_path / "store")
    digest = store.put(data)

    assert digest == sha256(data)
    assert store.put(data) == digest
    assert store.get(digest) == data
    assert store.check() == []


def test_content_is_read_only_and_in_its_place(tmp_path: Path) -> None:
    """A kept file can be read by its owner and changed by nobody."""
    store = Store(tmp_path / "store")
    path = store.path(store.put(b"a"))

    assert path.stat().st_mode & 0o777 == 0o400
    assert path.parent.name == path.name[:2]
    assert list(store.digests()) == [path.name]


def test_changed_content_is_refused_and_named(tmp_path: Path) -> None:
    """A kept file whose bytes changed is never given out, and the check names it."""
    store = Store(tmp_path / "store")
    digest = store.put(b"approved letter")
    store.path(digest).chmod(0o600)
    store.path(digest).write_bytes(b"approved Letter")

    with pytest.raises(DamageError, match=digest):
        store.get(digest)
    assert store.check() == [f"store: {digest} does not match its name"]


def test_put_refuses_when_other_bytes_stand_under_the_name(tmp_path: Path) -> None:
    """Putting content that is there but changed neither counts as kept nor hides the change."""
    store = Store(tmp_path / "store")
    digest = store.put(b"approved letter")
    store.path(digest).chmod(0o600)
    store.path(digest).write_bytes(b"approved Letter")
    with pytest.raises(DamageError, match=digest):
        store.put(b"approved letter")

    assert store.path(digest).read_bytes() == b"approved Letter"


def test_missing_content_is_told(tmp_path: Path) -> None:
    """Content that is not here is a refusal with the place, not an empty answer."""
    with pytest.raises(StoreError, match="not in the store"):
        Store(tmp_path / "store").get("0" * 64)


def test_half_written_content_is_not_there(tmp_path: Path) -> None:
    """A file that a crash left half-written under its temporary name counts as nothing."""
    store = Store(tmp_path / "store")
    digest = sha256(b"whole")
    folder = store.path(digest).parent
    folder.mkdir(parents=True)
    (folder / f".{digest}.77.new").write_bytes(b"wh")

    assert list(store.digests()) == []
    assert store.check() == []
    assert store.put(b"whole") == digest
    assert store.get(digest) == b"whole"


def test_unwritable_store_is_told(tmp_path: Path) -> None:
    """A store that cannot be written to refuses with the reason."""
    (tmp_path / "store").write_bytes(b"a file in its place")

    with pytest.raises(StoreError, match="nothing was kept"):
        Store(tmp_path / "store").put(b"a")


def test_foreign_file_in_the_store_is_named(tmp_path: Path) -> None:
    """A file that was slipped into the store is named by the check."""
    store = Store(tmp_path / "store")
    store.put(b"a")
    (tmp_path / "store" / "ab").mkdir(exist_ok=True)
    (tmp_path / "store" / "ab" / "note.txt").write_bytes(b"b")

    assert store.check() == ["store: note.txt does not match its name"]


def test_read_regular_gives_the_bytes_up_to_the_limit(tmp_path: Path) -> None:
    """A file of exactly the limit is read, one byte more is refused."""
    path = tmp_path / "a"
    path.write_bytes(b"12345")

    assert read_regular(path, 5) == b"12345"
    with pytest.raises(OSError, match="at most 4 are taken"):
        read_regular(path, 4)


def test_read_regular_refuses_all_but_files(tmp_path: Path) -> None:
    """A pipe, a link, a folder and a device are refused at once, without waiting for anybody."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_bytes(b"a")
    (tmp_path / "link").symlink_to("file")
    for path in (tmp_path / "pipe", tmp_path / "link", tmp_path, Path("/dev/null")):
        with pytest.raises(OSError, match=r"."):
            read_regular(path, 10)
