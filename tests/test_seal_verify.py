"""Verifying an exhibit: every way it can fail, and what is named."""

import hashlib
import json
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bagit
import pytest

from breachbook.canonical import canonical
from breachbook.custody import Sealed
from breachbook.errors import VerificationError
from breachbook.seal import seal_path, verify
from breachbook.seal.bag import RECORD
from breachbook.seal.declaration import Declaration
from breachbook.seal.findings import Verdicts
from breachbook.seal.manifests import read_manifest
from breachbook.seal.statements import Statements
from tests.authority import NOW
from tests.exhibits import HEAD, KEY, inspect, named, plain_source, preserve, rewrite
from tests.stamped import stamped


@pytest.fixture
def sealed(tmp_path: Path) -> Sealed:
    """A small sound exhibit."""
    return preserve(plain_source(tmp_path / "share"), tmp_path / "exhibits")


def test_verify_finds_a_sound_exhibit_valid_in_every_layer(sealed: Sealed) -> None:
    """With key, journal and time-stamps at hand nothing is left unchecked."""
    report = inspect(sealed, heads={HEAD: None}, tokens=[stamped(sealed)], now=NOW)

    assert report.is_sound
    assert [layer.status for layer in report.layers] == ["valid"] * 10
    assert not report.warnings


def test_verify_says_what_it_could_not_check(sealed: Sealed) -> None:
    """No key and no journal is never 'valid'; each unchecked layer says why."""
    report = verify(sealed.path)

    assert {layer.name: layer.reason for layer in report.unchecked} == {
        "signature": "no public key was given",
        "journal": "no digest from a journal was given",
        "time-stamps": "no time-stamp was given",
    }


def test_verify_names_every_file_in_which_a_byte_changed(sealed: Sealed) -> None:
    """Bytes all over each file of a whole exhibit, the seal included, are covered."""
    files = [path for path in sealed.path.parent.rglob("*") if path.is_file()]
    unseen = []
    for path in files:
        whole = path.read_bytes()
        path.chmod(0o600)
        for at in range(0, len(whole), 1 + len(whole) // 100):
            with path.open("r+b") as handle:
                handle.seek(at)
                handle.write(bytes([whole[at] ^ 1]))
            report = inspect(sealed)
            if path.name not in {finding.path.split("/")[-1] for finding in report.findings}:
                unseen.append((path, at))
            path.write_bytes(whole)

    assert len(files) == 9
    assert unseen == []


def _flip(sealed: Sealed) -> None:
    rewrite(sealed.path / "data/list.csv", b"part,drawing\n2,wheel\n")


def _add(sealed: Sealed) -> None:
    (sealed.path / "data/planted.txt").touch(0o400)


def _rename(sealed: Sealed) -> None:
    (sealed.path / "data/list.csv").rename(sealed.path / "data/other.csv")


def _add_to_root(sealed: Sealed) -> None:
    (sealed.path / "notes.txt").touch(0o400)


def _add_folder_to_root(sealed: Sealed) -> None:
    (sealed.path / "more").mkdir()


def _add_link(sealed: Sealed) -> None:
    (sealed.path / "link").symlink_to("/etc/hostname")


def _link_for_file(sealed: Sealed) -> None:
    (sealed.path / "data/list.csv").unlink()
    (sealed.path / "data/list.csv").symlink_to("drawings/wheel.txt")


def _drop_empty_folder(sealed: Sealed) -> None:
    (sealed.path / "data/empty").rmdir()


def _add_empty_folder(sealed: Sealed) -> None:
    (sealed.path / "data/new").mkdir()


def _touch(sealed: Sealed) -> None:
    os.utime(sealed.path / "data/list.csv", ns=(1, 1))


def _open_up(sealed: Sealed) -> None:
    (sealed.path / "data/list.csv").chmod(0o640)


def _drop_manifest(sealed: Sealed) -> None:
    """Remove the manifest, as in a downgrade to a weaker one, and its line in the tag manifest."""
    (sealed.path / "manifest-sha256.txt").unlink()
    tags = sealed.path / "tagmanifest-sha256.txt"
    kept = [line for line in tags.read_bytes().splitlines(True) if b" manifest-" not in line]
    rewrite(tags, b"".join(kept))


def _downgrade(sealed: Sealed) -> None:
    """Put a whole set of weaker manifests in the place of the sealed ones."""
    for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        listed = [line[66:] for line in (sealed.path / name).read_text().splitlines()]
        (sealed.path / name).unlink()
        listed = [one.replace("sha256", "md5") for one in listed]
        lines = [
            f"{hashlib.md5((sealed.path / one).read_bytes()).hexdigest()}  {one}\n"  # noqa: S324
            for one in listed
        ]
        (sealed.path / name.replace("sha256", "md5")).write_text("".join(lines))


def _drop_tag_manifest(sealed: Sealed) -> None:
    (sealed.path / "tagmanifest-sha256.txt").unlink()


def _drop_record(sealed: Sealed) -> None:
    (sealed.path / "breachbook/entries.jsonl").unlink()


def _misstate(sealed: Sealed, key: str, value: object) -> None:
    """Let the record say something else of a file than the rest of the exhibit."""
    path = sealed.path / "breachbook/entries.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    for one in rows:
        one |= {key: value} if one["path"] == "list.csv" else {}
    rewrite(path, b"".join(canonical(one) + b"\n" for one in rows))


def _misstate_size(sealed: Sealed) -> None:
    _misstate(sealed, "stored", 1)


def _misstate_digest(sealed: Sealed) -> None:
    _misstate(sealed, "sha256", "0" * 64)


def _drop_seal(sealed: Sealed) -> None:
    seal_path(sealed.path).unlink()


def _unseal(sealed: Sealed) -> None:
    """Make a bag of nobody's out of an exhibit: no seal, no record."""
    _drop_seal(sealed)
    (sealed.path / RECORD).unlink()
    (sealed.path / "breachbook/entries.jsonl").unlink()
    (sealed.path / "breachbook").rmdir()
    (sealed.path / "tagmanifest-sha256.txt").unlink()


def _fetch(sealed: Sealed) -> None:
    """Say that a file is to be fetched from elsewhere, and take it away."""
    _drop_payload(sealed)
    (sealed.path / "fetch.txt").write_text("https://example.org/ - data/drawings/wheel.txt\n")


def _link_for_seal(sealed: Sealed) -> None:
    seal_path(sealed.path).rename(sealed.path.parent / "away")
    seal_path(sealed.path).symlink_to("away")


def _drop_payload(sealed: Sealed) -> None:
    (sealed.path / "data/drawings/wheel.txt").unlink()


def _rehash(sealed: Sealed) -> None:
    """Change a file and make every manifest of the bag fit it again."""
    _flip(sealed)
    for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        path = sealed.path / name
        listed = [line.split("  ", 1)[1] for line in path.read_text().splitlines()]
        lines = [
            f"{hashlib.sha256((sealed.path / one).read_bytes()).hexdigest()}  {one}\n"
            for one in listed
        ]
        rewrite(path, "".join(lines).encode())


ATTACKS: list[tuple[Callable[[Sealed], None], str, str, str]] = [
    (_flip, "payload", "changed", "data/list.csv"),
    (_add, "payload", "extra", "data/planted.txt"),
    (_rename, "payload", "missing", "data/list.csv"),
    (_rename, "payload", "extra", "data/other.csv"),
    (_drop_payload, "payload", "missing", "data/drawings/wheel.txt"),
    (_link_for_file, "payload", "extra", "data/list.csv"),
    (_add_to_root, "extra-files", "extra", "notes.txt"),
    (_add_folder_to_root, "extra-files", "extra", "more"),
    (_add_link, "extra-files", "extra", "link"),
    (_drop_empty_folder, "metadata", "missing", "data/empty"),
    (_add_empty_folder, "metadata", "extra", "data/new"),
    (_touch, "metadata", "time-changed", "data/list.csv"),
    (_open_up, "metadata", "mode-changed", "data/list.csv"),
    (_misstate_size, "metadata", "disagrees", "data/list.csv"),
    (_misstate_digest, "metadata", "disagrees", "data/list.csv"),
    (_drop_manifest, "seal", "missing", "manifest-sha256.txt"),
    (_drop_tag_manifest, "seal", "missing", "tagmanifest-sha256.txt"),
    (_drop_tag_manifest, "structure", "missing", "tagmanifest-sha256.txt"),
    (_drop_record, "tag-files", "missing", "breachbook/entries.jsonl"),
    (_drop_record, "seal", "missing", "breachbook/entries.jsonl"),
    (_drop_record, "metadata", "missing", "breachbook/entries.jsonl"),
    (_drop_seal, "seal", "missing", "E1.seal.json"),
    (_drop_seal, "journal", "missing", "E1.seal.json"),
    (_link_for_seal, "seal", "missing", "E1.seal.json"),
    (_unseal, "seal", "missing", "E1.seal.json"),
    (_downgrade, "seal", "missing", "tagmanifest-sha256.txt"),
    (_downgrade, "seal", "extra", "manifest-md5.txt"),
    (_fetch, "payload", "missing", "data/drawings/wheel.txt"),
    (_fetch, "extra-files", "extra", "fetch.txt"),
    (_rehash, "seal", "changed", "tagmanifest-sha256.txt"),
]


@pytest.mark.parametrize(
    ("attack", "layer", "code", "path"),
    ATTACKS,
    ids=[f"{attack.__name__[1:]}-{layer}-{code}" for attack, layer, code, _ in ATTACKS],
)
def test_verify_catches_each_attack(
    sealed: Sealed, attack: Callable[[Sealed], None], layer: str, code: str, path: str
) -> None:
    """What public validators miss is found too, in its layer, under the file's name."""
    attack(sealed)

    report = inspect(sealed)
    assert report.layer(layer).status == "invalid"
    assert (code, path) in named(report)


@pytest.mark.parametrize("known", ["seal", "public_keys", "expected_seal_sha256"])
def test_verify_judges_as_ours_what_anything_says_is_ours(sealed: Sealed, known: str) -> None:
    """A seal beside it, a key or a digest given: an exhibit whose record was taken away stays one."""
    given: dict[str, Any] = {"public_keys": [KEY.public_key()], "expected_seal_sha256": "0" * 64}
    _unseal(sealed)
    if known == "seal":
        seal_path(sealed.path).write_bytes(b"{}")
    given = {known: given[known]} if known in given else {}

    report = verify(sealed.path, **given)

    assert ("missing", "tagmanifest-sha256.txt") in named(report)
    assert report.layer("structure").status == "invalid"


def test_verify_catches_a_name_in_another_unicode_form(tmp_path: Path) -> None:
    """What is forgiven to bags of others is a renamed file in an exhibit of ours."""
    source = plain_source(tmp_path / "share")
    (source / "caf\u00e9").write_bytes(b"1")
    sealed = preserve(source, tmp_path / "exhibits")
    (sealed.path / "data/caf\u00e9").rename(sealed.path / "data/cafe\u0301")

    report = inspect(sealed)
    assert {("missing", "data/caf\u00e9"), ("extra", "data/cafe\u0301")} <= named(report)
    assert not report.warnings


def test_verify_reads_an_exhibit_in_sha512(tmp_path: Path) -> None:
    """An exhibit whose one manifest is SHA-512 is verified like any other, and its changes found."""
    sealed = preserve(plain_source(tmp_path / "share"), tmp_path / "exhibits", algorithm="sha512")

    assert inspect(sealed, tokens=[stamped(sealed)], now=NOW).unchecked == ()
    _flip(sealed)
    assert inspect(sealed).layer("payload").status == "invalid"


def test_verify_can_leave_out_times_of_a_copy(sealed: Sealed) -> None:
    """A copy made by a tool that drops times is verified without them, and the reason says so."""
    _touch(sealed)

    report = inspect(sealed, metadata=False)

    assert report.is_sound
    assert "times and modes not asked" in report.layer("metadata").reason


def test_verify_refuses_a_path_that_leads_out_of_the_bag(sealed: Sealed) -> None:
    """A manifest line with a parent folder is named, its target never opened."""
    path = sealed.path / "manifest-sha256.txt"
    line = f"{'0' * 64}  data/../../../share/list.csv\n".encode()
    rewrite(path, path.read_bytes() + line)

    report = inspect(sealed)
    assert ("unsafe-path", "data/../../../share/list.csv") in named(report)


@pytest.mark.parametrize(
    "line", [b"\xff\xfe  data/x\n", b"zz  data/x\n", b"00  data/x\n", b"no digest\n"]
)
def test_verify_names_a_manifest_that_cannot_be_read(sealed: Sealed, line: bytes) -> None:
    """A broken line is a finding of the manifest, not a crash."""
    rewrite(sealed.path / "manifest-sha256.txt", line)

    assert ("malformed", "manifest-sha256.txt") in named(inspect(sealed))


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff", b'{"path":1}\n', b"null\n", b"1"])
@pytest.mark.parametrize(
    "name", ["breachbook/entries.jsonl", "breachbook/record.json", "../E1.seal.json", "bagit.txt"]
)
def test_verify_survives_garbage_in_any_file(sealed: Sealed, name: str, data: bytes) -> None:
    """Whatever stands in a file, the report comes, and names it."""
    rewrite(sealed.path / name, data)

    report = inspect(sealed)
    assert Path(name).name in {Path(finding.path).name for finding in report.findings}


def test_verify_names_a_path_that_is_listed_again_far_below(sealed: Sealed) -> None:
    """A line that repeats a path is found even after the file was met and let go."""
    path = sealed.path / "manifest-sha256.txt"
    lines = path.read_bytes().splitlines(True)
    rewrite(path, b"".join([*lines, lines[0]]))

    report = inspect(sealed)
    assert ("malformed", "manifest-sha256.txt") in named(report)
    assert ("missing", "data/drawings/wheel.txt") not in named(report)


def test_verify_names_a_record_that_speaks_twice_of_a_file(sealed: Sealed) -> None:
    """The second line about a file is not passed over, wherever it stands."""
    path = sealed.path / "breachbook/entries.jsonl"
    lines = path.read_bytes().splitlines(True)
    rewrite(path, b"".join([*lines, lines[-1], lines[1]]))

    report = inspect(sealed)
    assert report.layer("metadata").reason.startswith("breachbook/entries.jsonl: cannot be read")


@pytest.mark.parametrize("order", [sorted, lambda lines: sorted(lines, reverse=True)])
def test_verify_takes_a_manifest_in_any_order(tmp_path: Path, order: Any) -> None:
    """A bag of somebody else lists its files as it likes; each is compared all the same."""
    folder = tmp_path / "share"
    folder.mkdir()
    for number in range(300):
        (folder / f"{number}.txt").write_bytes(b"%d" % number)
    bagit.make_bag(str(folder), checksums=["sha256"])
    manifest = folder / "manifest-sha256.txt"
    manifest.write_bytes(b"".join(order(manifest.read_bytes().splitlines(True))))
    (folder / "data/7.txt").write_bytes(b"8")

    report = verify(folder)
    assert named(report) >= {("changed", "data/7.txt")}
    assert report.layer("payload").reason.endswith("differs from its recorded digest")


def test_statements_hold_only_what_stands_before_its_turn() -> None:
    """What is asked for in its order is never held, so a million lines need no memory."""
    again: list[tuple[str, int, int]] = []
    said = Statements(
        [("a", 1), ("c", 2), ("b", 3), ("b", 4), ("d", 5)], lambda *what: again.append(what)
    )

    assert (said.take("a"), said.early) == (1, {})
    assert (said.take("b"), said.early) == (None, {})
    assert (said.take("c"), said.early) == (2, {})
    assert (said.take("d"), said.is_ended, said.early) == (5, True, {"b": 4})
    assert again == [("b", 3, 4)]
    assert said.take("b") == 4


@pytest.mark.parametrize("size", [1, 2, 7, 1 << 20])
def test_read_manifest_does_not_see_where_blocks_end(size: int) -> None:
    """Marks, line ends and letters of several bytes may be cut anywhere."""
    data = (f"\ufeff{'0' * 64}  data/caf\u00e9\r\n\r{'1' * 64} *data/b").encode()
    verdicts = Verdicts()
    blocks = [data[at : at + size] for at in range(0, len(data), size)]

    read = list(read_manifest("manifest-sha256.txt", blocks, Declaration(), verdicts))
    assert read == [("data/caf\u00e9", ("0" * 64, 1)), ("data/b", ("1" * 64, 3))]
    assert [one.code for one in verdicts.report("E1").warnings] == [
        "binary-mark",
        "byte-order-mark",
    ]


@pytest.mark.parametrize("size", [1, 3, 1 << 20])
def test_read_manifest_says_which_byte_is_wrong(size: int) -> None:
    """The byte is counted from the file's beginning, in whatever pieces it was read."""
    data = f"{'0' * 64}  data/caf\u00e9\n".encode() + b"\xe2\x82x"
    blocks = [data[at : at + size] for at in range(0, len(data), size)]
    verdicts = Verdicts()
    list(read_manifest("manifest-sha256.txt", blocks, Declaration(), verdicts))

    (found,) = verdicts.report("E1").findings
    assert found.detail == f"byte {len(data) - 3} is not UTF-8"


@pytest.mark.parametrize("name", ["breachbook/entries.jsonl", "manifest-sha256.txt"])
def test_verify_holds_no_line_without_end(sealed: Sealed, name: str) -> None:
    """A tag file that is one endless line is named, not read into memory."""
    rewrite(sealed.path / name, b"0" * (5 << 20))

    findings = [str(one) for one in inspect(sealed).findings if one.path == name]
    assert any("a line of more than 1048576" in one for one in findings)


def test_verify_holds_little_of_many_files(tmp_path: Path) -> None:
    """What a file costs is let go when it was compared: more files take hardly more memory."""
    peaks = []
    for number, count in enumerate((900, 2400)):
        source = tmp_path / f"share{number}"
        source.mkdir()
        for name in range(count):
            (source / f"{name:05}").touch()
        sealed = preserve(source, tmp_path / f"exhibits{number}", read_back=False)
        seal_path(sealed.path).unlink()  # reading it takes more than all else
        tracemalloc.start()
        try:
            assert inspect(sealed, workers=0).layer("metadata").status == "valid"
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()

    assert peaks[1] - peaks[0] < 1500 * 300


def test_verify_cannot_verify_what_is_not_there(tmp_path: Path) -> None:
    """Only that there is nothing to verify is an error."""
    with pytest.raises(VerificationError, match="No such file or directory; name the folder"):
        verify(tmp_path / "E9")


def test_verify_takes_a_bag_of_somebody_else_without_seal(tmp_path: Path) -> None:
    """A plain bag is judged as a bag; seal, signature and journal are not checked."""
    (tmp_path / "share").mkdir()
    (tmp_path / "share/list.csv").write_bytes(b"a,b")
    bagit.make_bag(str(tmp_path / "share"), checksums=["sha256", "sha512"])
    (tmp_path / "share/bagit.txt").write_bytes(
        b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    )
    for name in ("sha256", "sha512"):
        (tmp_path / f"share/tagmanifest-{name}.txt").write_bytes(b"")

    report = verify(tmp_path / "share")

    assert report.layer("payload").status == "valid"
    assert {layer.name for layer in report.unchecked} == {
        "metadata",
        "seal",
        "signature",
        "journal",
        "time-stamps",
        "extra-files",
    }


def test_report_tells_itself_as_data(sealed: Sealed) -> None:
    """The report for programs has every layer and every finding."""
    _flip(sealed)

    data = inspect(sealed).as_data()

    assert data["sound"] is False
    assert data["findings"] == [{"code": "changed", "path": "data/list.csv"}]
