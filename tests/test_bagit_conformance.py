"""Bags of others, from BagIt 0.93 to 1.0: the shapes of the Library of Congress' suite, and further ones.

Each shape is written by the test that judges it. What the suite calls invalid, or traversal, must be
invalid in the layer named; what it calls a warning must be warned of.
"""

import os
import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path

import bagit
import pytest

from breachbook.custody import Report
from breachbook.seal import verify
from breachbook.seal.manifests import DIGESTS
from tests.bags import PAYLOAD, Foreign, listing, row
from tests.exhibits import plain_source, preserve

CSV, WHEEL = (row(path, data) for path, data in PAYLOAD.items())
FIRST = {"data/list.csv": PAYLOAD["data/list.csv"]}
COMPOSED = "data/caf\u00e9"
DECOMPOSED = unicodedata.normalize("NFD", COMPOSED)
BAG_IN_A_BAG = {f"data/inner/{path}": data for path, data in PAYLOAD.items()} | {
    "data/inner/bagit.txt": b"BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n"
}
TWICE = "Contact-Name: Anna\nContact-Name: Ben\ncontact-name: Cleo\nContact-Name : Dan\n"
FOLDED = "External-Description: drawings of\n   wheels\n\tand axles\nPayload-Oxum: 18.2\n"

VALID: dict[str, Foreign] = {
    **{f"{version}-basic": Foreign(version) for version in ("0.93", "0.94", "0.95", "0.96", "0.97")},
    "1.0-basic": Foreign("1.0", algorithms=["sha512"]),
    "1.0-without-labels": Foreign("1.0", algorithms=["sha512"], info=""),
    **{
        f"{version}-labels-twice": Foreign(version, info=TWICE)
        for version in ("0.93", "0.94", "0.95", "0.96", "0.97")
    },
    "0.93-lines-of-windows": Foreign("0.93", ends="\r\n", info=FOLDED),
    "0.95-last-line-without-end": Foreign(
        "0.95", declared=b"BagIt-Version: 0.95\r\nTag-File-Character-Encoding: UTF-8"
    ),
    "0.96-lines-of-old-macs": Foreign("0.96", ends="\r", info=FOLDED),
    "bag-in-a-bag": Foreign(payload=BAG_IN_A_BAG),
    "names-that-look-encoded": Foreign(
        "0.96", payload={"data/%7Ea/%test": b"1", "data/~b": b"2", "data/%0A": b"3"}
    ),
    "names-with-blanks": Foreign(payload={"data/a b  c.txt": b"1"}),
    "gap-of-one-blank": Foreign(listed=[row(p, d, gap=" ") for p, d in PAYLOAD.items()]),
    "gap-of-a-tab": Foreign(listed=[row(p, d, gap="\t") for p, d in PAYLOAD.items()]),
    "digest-in-capitals": Foreign(listed=[(d.upper(), gap, path) for d, gap, path in (CSV, WHEEL)]),
    "dot-and-slash": Foreign("0.96", listed=[CSV, row("./data/sub/wheel.txt", b"tread")]),
    "fetched": Foreign(
        fetch=[f"https://example.org/{n} - {path}" for n, path in enumerate(PAYLOAD)]
    ),
    "latin-1": Foreign(
        encoding="ISO-8859-1", payload={COMPOSED: b"1"}, info="Contact-Name: Zo\u00eb\n"
    ),
    "utf-16": Foreign(encoding="UTF-16", payload={COMPOSED: b"1"}),
    "shift-jis": Foreign(encoding="Shift_JIS", payload={"data/\u56f3\u9762.txt": b"1"}),
    "empty-payload": Foreign(payload={}, info="Payload-Oxum: 0.0\n"),
    "no-tag-manifest": Foreign(with_tag_manifests=False),
    "line-end-in-a-name-0.97": Foreign(
        payload={"data/a\nb": b"1"}, listed=[row("data/a%0Ab", b"1")]
    ),
    "percent-in-a-name-0.97": Foreign(payload={"data/a%25b": b"1"}),
    "percent-in-a-name-1.0": Foreign(
        "1.0",
        algorithms=["sha256"],
        payload={"data/a%\r": b"1"},
        listed=[row("data/a%25%0D", b"1", "sha256")],
    ),
    "one-manifest-of-two-lists-it-0.97": Foreign(
        tags={"manifest-sha1.txt": listing("sha1", FIRST)},
    ),
    **{name: Foreign(algorithms=[name]) for name in DIGESTS},
    "algorithm-in-another-spelling": Foreign(
        algorithms=[], tags={"manifest-SHA-1.txt": listing("sha1", PAYLOAD)},
    ),
}  # fmt: skip

INVALID: dict[str, tuple[Foreign, str, str]] = {
    "no-declaration": (Foreign(declared=b""), "structure", "malformed"),
    "no-encoding": (Foreign(declared=b"BagIt-Version: 0.97\n"), "structure", "malformed"),
    "unknown-encoding": (
        Foreign(declared=b"BagIt-Version: 0.97\nTag-File-Character-Encoding: unicode_escape\n"),
        "structure", "malformed",
    ),
    "byte-order-mark": (
        Foreign(
            declared=b"\xef\xbb\xbfBagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n"
        ),
        "structure", "malformed",
    ),
    "version-without-its-first-part": (
        Foreign(declared=b"BagIt-Version: .97\nTag-File-Character-Encoding: UTF-8\n"),
        "structure", "malformed",
    ),
    "version-from-the-future": (
        Foreign(declared=b"BagIt-Version: 2.0\nTag-File-Character-Encoding: UTF-8\n"),
        "structure", "malformed",
    ),
    "blanks-in-the-declaration-of-1.0": (
        Foreign(
            "1.0", algorithms=["sha256"],
            declared=b"BagIt-Version : 1.0\nTag-File-Character-Encoding : UTF-8\n",
        ),
        "structure", "malformed",
    ),
    "third-line-in-the-declaration": (
        Foreign(declared=b"BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\nMore: x\n"),
        "structure", "malformed",
    ),
    "no-manifest": (Foreign(algorithms=[]), "structure", "missing"),
    "wrong-oxum": (Foreign(info="Payload-Oxum: 19.2\n"), "structure", "disagrees"),
    "unreadable-oxum": (Foreign(info="Payload-Oxum: many\n"), "structure", "disagrees"),
    "labels-in-another-encoding": (
        Foreign(info="", tags={"bag-info.txt": b"Contact-Name: Zo\xeb\n"}),
        "structure", "malformed",
    ),
    "corrupt-payload": (Foreign(listed=[CSV, row("data/sub/wheel.txt", b"tread!")]), "payload", "changed"),
    "payload-listed-nowhere": (Foreign(listed=[CSV]), "payload", "extra"),
    "listed-and-not-there": (Foreign(listed=[CSV, WHEEL, row("data/none", b"")]), "payload", "missing"),
    "to-be-fetched": (
        Foreign(listed=[CSV, WHEEL, row("data/x", b"")], fetch=["https://example.org/x 9 data/x"]),
        "payload", "missing",
    ),
    "fetched-and-listed-nowhere": (
        Foreign(fetch=["https://example.org/x - data/x"]), "manifests", "disagrees",
    ),
    "fetch-line-unreadable": (Foreign(fetch=["data/list.csv"]), "manifests", "malformed"),
    "parent-folder": (Foreign(listed=[CSV, WHEEL, row("../../README", b"")]), "manifests", "unsafe-path"),
    "parent-folder-below-data": (
        Foreign(listed=[CSV, WHEEL, row("data/../../x", b"")]), "manifests", "unsafe-path",
    ),
    "parent-folder-with-back-slashes": (
        Foreign(listed=[CSV, WHEEL, row("data/a\\..\\..\\x", b"")]), "manifests", "unsafe-path",
    ),
    "parent-folder-in-a-fetch": (
        Foreign(fetch=["https://example.org/ - ../../README"]), "manifests", "unsafe-path",
    ),
    "absolute": (Foreign(listed=[CSV, WHEEL, row("/etc/foo", b"")]), "manifests", "unsafe-path"),
    "absolute-in-a-fetch": (
        Foreign(fetch=["https://example.org/ - /etc/foo"]), "manifests", "unsafe-path",
    ),
    "home": (Foreign(listed=[CSV, WHEEL, row("~/foo", b"")]), "manifests", "unsafe-path"),
    "home-in-a-fetch": (Foreign(fetch=["https://example.org/ - ~/foo"]), "manifests", "unsafe-path"),
    "home-of-root": (Foreign(listed=[CSV, WHEEL, row("~root/foo", b"")]), "manifests", "unsafe-path"),
    "home-of-root-in-a-fetch": (
        Foreign(fetch=["https://example.org/ - ~root/foo"]), "manifests", "unsafe-path",
    ),
    "drive": (Foreign(listed=[CSV, WHEEL, row("C:\\x.exe", b"")]), "manifests", "unsafe-path"),
    "drive-in-a-fetch": (Foreign(fetch=["https://example.org/ - C:\\x"]), "manifests", "unsafe-path"),
    "variable": (Foreign(listed=[CSV, WHEEL, row("%HomeDrive%\\x", b"")]), "manifests", "unsafe-path"),
    "server": (Foreign(listed=[CSV, WHEEL, row("\\\\server\\x", b"")]), "manifests", "unsafe-path"),
    "tag-manifest-leads-out": (
        Foreign(unlisted={"tagmanifest-sha1.txt": b"0" * 40 + b"  /etc/hostname\n"}),
        "manifests", "unsafe-path",
    ),
    "tag-manifest-leads-to-a-drive": (
        Foreign(unlisted={"tagmanifest-sha1.txt": b"0" * 40 + b"  C:x\n"}), "manifests", "unsafe-path",
    ),
    "listed-twice-with-two-digests": (
        Foreign(listed=[CSV, WHEEL, row("data/list.csv", b"other")]), "manifests", "malformed",
    ),
    "listed-twice-with-two-digests-in-1.0": (
        Foreign("1.0", algorithms=["md5"], listed=[CSV, WHEEL, row("data/list.csv", b"other")]),
        "manifests", "malformed",
    ),
    "listed-twice-with-one-digest-in-1.0": (
        Foreign("1.0", algorithms=["md5"], listed=[CSV, WHEEL, CSV]), "manifests", "malformed",
    ),
    "line-of-another-algorithm": (
        Foreign(listed=[CSV, row("data/sub/wheel.txt", b"tread", "sha1")]), "manifests", "malformed",
    ),
    "not-every-manifest-lists-it-in-1.0": (
        Foreign(
            "1.0",
            tags={"manifest-sha1.txt": listing("sha1", FIRST)},
        ),
        "payload", "extra",
    ),
    "line-end-in-a-name-0.96": (
        Foreign("0.96", payload={"data/a\nb": b"1"}, listed=[row("data/a%0Ab", b"1")]),
        "payload", "missing",
    ),
}  # fmt: skip

WARNED: dict[str, tuple[Foreign, str, bool]] = {
    "names-that-differ-in-case": (
        Foreign(payload={"data/hello": b"1", "data/HELLO": b"1"}), "name-collision", True,
    ),
    "names-that-differ-in-case-and-one-is-gone": (
        Foreign(payload={"data/hello": b"1"}, listed=[row("data/hello", b"1"), row("data/HELLO", b"1")]),
        "name-collision", False,
    ),
    "names-in-two-forms": (
        Foreign(payload={COMPOSED: b"1", DECOMPOSED: b"1"}), "name-collision", True,
    ),
    "names-in-two-forms-and-one-is-gone": (
        Foreign("0.96", payload={COMPOSED: b"1"}, listed=[row(COMPOSED, b"1"), row(DECOMPOSED, b"1")]),
        "name-collision", False,
    ),
    "name-in-another-form": (
        Foreign(payload={COMPOSED: b"1"}, listed=[row(DECOMPOSED, b"1")]), "other-form", True,
    ),
    "made-with-md5sum": (
        Foreign(listed=[row(p, d, gap=" *") for p, d in PAYLOAD.items()]), "binary-mark", True,
    ),
    "weak-digest": (Foreign(), "weak-digest", True),
    "unknown-digest": (Foreign(unlisted={"manifest-tiger.txt": b"00  data/x\n"}), "unknown-digest", True),
    "relative-path": (Foreign(listed=[CSV, row("./data/sub/wheel.txt", b"tread")]), "not-plain", True),
    "doubled-slash": (Foreign(listed=[CSV, row("data//sub/./wheel.txt", b"tread")]), "not-plain", True),
    "listed-twice-with-one-digest": (Foreign(listed=[CSV, WHEEL, CSV]), "listed-twice", True),
    "left-by-a-system": (
        Foreign(payload={"data/.DS_Store": b"", "data/Thumbs.db": b""}), "system-file", True,
    ),
    "left-by-a-system-and-one-is-gone": (
        Foreign(payload={"data/Thumbs.db": b""}, listed=[row("data/.DS_Store", b""), row("data/Thumbs.db", b"")]),
        "system-file", False,
    ),
    "device": (Foreign(payload={"data/aux.txt": b""}), "awkward-name", True),
    "back-slash": (Foreign(payload={"data/a\\b": b""}), "awkward-name", True),
    "drive-below-data": (Foreign(payload={"data/C:/x": b""}), "awkward-name", True),
    "blanks-in-the-declaration": (
        Foreign(declared=b"BagIt-Version : 0.97 \nTag-File-Character-Encoding: UTF-8\n"),
        "stray-blank", True,
    ),
    "byte-order-mark-in-labels": (
        Foreign(info="", tags={"bag-info.txt": b"\xef\xbb\xbfContact-Name: Anna\n"}),
        "byte-order-mark", True,
    ),
    "label-without-value": (Foreign(info="Contact-Name\n"), "not-read", True),
    "tag-file-listed-nowhere": (Foreign(unlisted={"debug": b"x"}), "not-covered", True),
}  # fmt: skip


def _named(report: Report) -> list[str]:
    return [str(one) for one in report.findings]


@pytest.mark.parametrize("name", VALID)
def test_foreign_bag_is_valid(tmp_path: Path, name: str) -> None:
    """Whatever a version of BagIt allows is read, with nothing found wrong."""
    report = verify(VALID[name].write(tmp_path / "bag"), workers=0)

    assert _named(report) == []
    assert {report.layer(one).status for one in ("structure", "manifests", "payload")} == {"valid"}


@pytest.mark.parametrize("name", INVALID)
def test_foreign_bag_is_invalid(tmp_path: Path, name: str) -> None:
    """What no version allows, or what leads out of the bag, is found in its layer, and nothing is followed."""
    bag, layer, code = INVALID[name]

    report = verify(bag.write(tmp_path / "bag"), workers=0)

    assert report.layer(layer).status == "invalid"
    assert code in {finding.code for finding in report.findings}


@pytest.mark.parametrize("name", WARNED)
def test_foreign_bag_is_warned_of(tmp_path: Path, name: str) -> None:
    """What BagIt allows and a reader should know is a warning, and no layer is invalid for it."""
    bag, code, sound = WARNED[name]

    report = verify(bag.write(tmp_path / "bag"), workers=0)

    assert code in {warning.code for warning in report.warnings}
    assert report.is_sound is sound, _named(report)


def test_foreign_bag_with_a_forged_declaration_is_caught_by_its_tag_manifest(
    tmp_path: Path,
) -> None:
    """A tag file that was changed or lost afterwards is named by the tag manifest."""
    bag = Foreign().write(tmp_path / "bag")
    (bag / "bagit.txt").write_bytes(b"BagIt-Version: 0.96\nTag-File-Character-Encoding: UTF-8\n")
    (bag / "bag-info.txt").unlink()

    report = verify(bag, workers=0)

    assert report.layer("tag-files").status == "invalid"
    assert {(one.code, one.path) for one in report.findings} == {
        ("changed", "bagit.txt"),
        ("missing", "bag-info.txt"),
    }


def test_foreign_bag_says_that_weak_digests_prove_little(tmp_path: Path) -> None:
    """A bag that only MD5 vouches for is valid, and the reason says what that is worth."""
    report = verify(Foreign(algorithms=["md5", "sha1"]).write(tmp_path / "bag"), workers=0)

    assert report.layer("payload").reason.endswith("by md5, sha1 alone, which can be forged")
    assert "digests that can be forged" in report.layer("manifests").reason


def test_foreign_bag_in_an_unknown_digest_is_not_checked(tmp_path: Path) -> None:
    """What cannot be computed here is not checked, never valid."""
    bag = Foreign(algorithms=[], tags={"manifest-tiger.txt": b"00  data/list.csv\n"})

    report = verify(bag.write(tmp_path / "bag"), workers=0)

    assert report.layer("payload").status == "not-checked"
    assert report.layer("manifests").status == "not-checked"


@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_foreign_bag_with_something_else_than_files_is_not_followed(
    tmp_path: Path, kind: str
) -> None:
    """A link or pipe in a bag, even as its declaration, is named and neither followed nor opened."""
    bag = Foreign().write(tmp_path / "bag")
    (bag / "bagit.txt").rename(tmp_path / "outside")
    if kind == "link":
        (bag / "bagit.txt").symlink_to(tmp_path / "outside")
    else:
        os.mkfifo(bag / "bagit.txt")

    report = verify(bag, workers=0)

    assert report.layer("structure").status == "invalid"
    assert ("extra", "bagit.txt", f"a {kind}") in {
        (one.code, one.path, one.detail) for one in report.findings
    }


@pytest.mark.parametrize("data", [b"", b"\x00", b"\xff\xfe", b"data\n", b"0" * 100, b"\n\n \t\n"])
@pytest.mark.parametrize(
    "name",
    ["bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "fetch.txt"],
)
def test_foreign_bag_with_garbage_is_survived(tmp_path: Path, name: str, data: bytes) -> None:
    """Whatever stands in a tag file, a report comes, and says so unless BagIt allows it."""
    bag = Foreign(algorithms=["sha256"]).write(tmp_path / "bag")
    assert not verify(bag, workers=0).warnings
    (bag / name).write_bytes(data)

    report = verify(bag, workers=0)

    assert _named(report) or report.warnings


@pytest.mark.parametrize("version", ["0.97", "1.0"])
def test_bag_that_the_reference_library_makes_is_verified(tmp_path: Path, version: str) -> None:
    """What the reference library writes, with all of its digests, is verified; it has no 1.0 of its own."""
    source = plain_source(tmp_path / "bag")
    (source / "two\nlines").write_bytes(b"a name with a line end")
    known = sorted(bagit.CHECKSUM_ALGOS & DIGESTS.keys())
    bagit.make_bag(str(source), {"Contact-Name": "Zo\u00eb", "Note": "w " * 60}, checksums=known)
    if version == "1.0":
        for path in source.glob("tagmanifest-*"):
            path.unlink()
        text = (source / "bagit.txt").read_text().replace("0.97", "1.0")
        (source / "bagit.txt").write_text(text)

    report = verify(source, workers=0)

    assert {*DIGESTS} == {*known}
    assert _named(report) == []
    assert report.layer("payload").reason.startswith("3 files as listed, by blake2b, blake2s, md5")
    assert report.layer("tag-files").status == ("valid" if version == "0.97" else "not-checked")


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_exhibit_is_a_bag_to_every_public_tool(tmp_path: Path, algorithm: str) -> None:
    """The reference library and coreutils accept what we write, and find a changed byte in it."""
    sealed = preserve(plain_source(tmp_path / "share"), tmp_path / "exhibits", algorithm=algorithm)
    check = ["--check", "--strict", "--quiet"]
    tool = f"{algorithm}sum"
    manifests = [f"manifest-{algorithm}.txt", f"tagmanifest-{algorithm}.txt"]

    def accepted() -> list[bool]:
        command = [sys.executable, "-m", "bagit", "--quiet", "--validate", str(sealed.path)]
        runs = [command, *([tool, *check, name] for name in manifests)]
        return [
            subprocess.run(run, cwd=sealed.path, capture_output=True, check=False).returncode == 0
            for run in runs
        ]

    assert accepted() == [True, True, True]
    (sealed.path / "data/list.csv").chmod(0o600)
    (sealed.path / "data/list.csv").write_bytes(b"part,drawing\n2,wheel\n")
    assert accepted() == [False, False, True]


def test_copy_of_an_exhibit_is_read_as_any_bag(tmp_path: Path) -> None:
    """A bag of ours that somebody copied without its seal is sound as a bag, and misses its seal."""
    sealed = preserve(plain_source(tmp_path / "share"), tmp_path / "exhibits")
    shutil.copytree(sealed.path, tmp_path / "copy")

    report = verify(tmp_path / "copy", workers=0)

    assert report.layer("payload").status == "valid"
    assert ("missing", "copy.seal.json") in {(one.code, one.path) for one in report.findings}
