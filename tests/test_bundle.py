"""A bundle is verified with other people's tools alone, and one changed byte of it is found."""

import json
import stat
from pathlib import Path

import pytest

from breachbook import chain
from breachbook.bundle import Material, Request, export
from breachbook.bundle.procedure import MANIFEST, SIGNATURE
from breachbook.canonical import sha256
from breachbook.custody import Progress
from breachbook.errors import ApprovalError, CustodyError, UsageError
from breachbook.events import Actor, Draft
from breachbook.seal import own_key, public_key, verify
from tests.bundles import (
    copied,
    files,
    first_block,
    follow,
    hand,
    made,
    page_of,
    pin,
    tools,
    written,
)
from tests.cases_core import Case, refused, waits_for_triage
from tests.terminal import terminal


@pytest.fixture(scope="module")
def pinned(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """The example, triaged, its exhibit sealed and time-stamped, its journal anchored."""
    folder = tmp_path_factory.mktemp("bundle")
    case = waits_for_triage(folder / "w")
    case.answer()
    case.advance()
    pin(case, folder / "authority")
    return case


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of programs: coreutils, a shell and openssl."""
    return tools(tmp_path_factory.mktemp("tools") / "bin")


@pytest.fixture(scope="module")
def bundle(pinned: Case, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A court bundle of it."""
    return written(pinned, "court", tmp_path_factory.mktemp("out"))


@pytest.fixture
def case(pinned: Case, tmp_path: Path) -> Case:
    """A copy of the matter that a test may write to."""
    return pinned.copy(tmp_path / "w")


@pytest.mark.parametrize("audience", ["court", "opponent", "regulator", "insurer"])
def test_bundle_verifies_by_its_own_page_with_coreutils_and_openssl_alone(
    case: Case, path: Path, tmp_path: Path, audience: str
) -> None:
    """Every command of the page succeeds in an empty environment, whoever the bundle is for."""
    alone = copied(made(case, audience).folder, tmp_path / "empty")

    done = follow(alone, path, page_of(alone))

    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "everything verified"
    assert "FAILED" not in done.stdout
    assert done.returncode == 0


def test_bundle_shows_one_changed_byte_in_any_of_its_files(
    bundle: Path, path: Path, tmp_path: Path
) -> None:
    """The first, the middle or the last byte of any file changed, the first block says so."""
    copy = copied(bundle, tmp_path / "copy")
    page = first_block(page_of(copy))
    unseen = []
    for number, (name, file) in enumerate(files(copy).items()):
        whole = file.read_bytes()
        at = (0, len(whole) // 2, len(whole) - 1)[number % 3]
        if _passes(copy, path, page, file, _flipped(whole, at, 1)):
            unseen.append(name)

    assert unseen == []
    assert follow(copy, path, page).returncode == 0


@pytest.mark.parametrize("name", ["MANIFEST.sha256", "MANIFEST.sig", "keys/seal.pem"])
def test_bundle_shows_any_changed_byte_of_what_the_rest_hangs_on(
    bundle: Path, path: Path, tmp_path: Path, name: str
) -> None:
    """The list of files, its signature and the key are sampled closely, a letter's case included."""
    copy = copied(bundle, tmp_path / "copy")
    page = first_block(page_of(copy))
    whole = (copy / name).read_bytes()
    places = range(0, len(whole), max(1, len(whole) // 9))

    unseen = [
        at for at in places if _passes(copy, path, page, copy / name, _flipped(whole, at, 0x20))
    ]

    assert unseen == []


def _flipped(data: bytes, at: int, mask: int) -> bytes:
    return data[:at] + bytes([data[at] ^ mask]) + data[at + 1 :]


def _passes(bundle: Path, path: Path, page: str, file: Path, changed: bytes) -> bool:
    """Tell whether a page finds nothing wrong with a bundle of which one file was changed."""
    whole = file.read_bytes()
    file.write_bytes(changed)
    try:
        done = follow(bundle, path, page)
    finally:
        file.write_bytes(whole)
    return done.returncode == 0 or "FAILED" not in done.stdout


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("bag", "exhibits/E1"),
        ("seal", "exhibits/E1: its seal is of another bag"),
        ("swapped", "exhibits/E1: its seal is not in the journal"),
        ("line", "line 1: its hash"),
        ("leaf", "the root"),
        ("token", "exhibits/E1.stamps/own-openssl.tsr"),
        ("checkpoint", "anchors/K1"),
        ("text", "text "),
    ],
)
def test_page_finds_a_forgery_by_the_block_that_is_about_it(
    pinned: Case, bundle: Path, path: Path, tmp_path: Path, change: str, says: str
) -> None:
    """Every block stands by itself: a list of files made anew with the true key hides no forgery."""
    copy = copied(bundle, tmp_path / "copy")
    page = page_of(copy)
    _forge(copy, change)
    _list_anew(pinned, copy)

    done = follow(copy, path, page)

    assert "a listed file" not in done.stdout
    assert f"FAILED: {says}" in done.stdout
    assert "everything verified" not in done.stdout


@pytest.mark.parametrize("name", ["exhibits/E2", "journal/.more", "later.txt"])
def test_page_finds_a_file_that_is_not_listed(
    bundle: Path, path: Path, tmp_path: Path, name: str
) -> None:
    """Nothing can be put beside what was handed over."""
    copy = copied(bundle, tmp_path / "copy")
    (copy / name).write_text("more\n")

    assert "FAILED: the set of files" in follow(copy, path, first_block(page_of(copy))).stdout


def _list_anew(case: Case, bundle: Path) -> None:
    """List and sign the files of a changed bundle."""
    for name in (MANIFEST, SIGNATURE):
        (bundle / name).unlink()
    rows = [f"{sha256(file.read_bytes())}  {name}\n" for name, file in files(bundle).items()]
    manifest = "".join(sorted(rows, key=lambda row: row[66:].encode())).encode()
    (bundle / MANIFEST).write_bytes(manifest)
    key = own_key(case.workspace.root / "seal-key.pem")
    (bundle / SIGNATURE).write_bytes(key.sign(manifest))


def _forge(bundle: Path, change: str) -> None:
    """Change one thing as somebody would who means to deceive."""
    bag, tags = bundle / "exhibits/E1", "tagmanifest-sha256.txt"
    if change == "bag":
        _edit(bag / "bag-info.txt", b"E1", b"E9")
    elif change == "seal":
        old = (bag / "bag-info.txt").read_bytes()
        _edit(bag / "bag-info.txt", b"E1", b"E9")
        new = (bag / "bag-info.txt").read_bytes()
        _edit(bag / tags, sha256(old).encode(), sha256(new).encode())
    elif change == "swapped":
        _edit(bundle / "exhibits/E1.seal.json", b"}\n", b"}\n\n")
    elif change == "leaf":
        data = (bundle / "journal/leaves.txt").read_bytes()
        digest = next(row.split()[1] for row in data.splitlines() if row.endswith(b"withheld"))
        _edit(bundle / "journal/leaves.txt", digest, digest[::-1])
    elif change == "token":
        token = bundle / "exhibits/E1.stamps/own-openssl.tsr"
        token.write_bytes(_flipped(token.read_bytes(), token.stat().st_size - 1, 1))
    else:
        name, old, new = {
            "line": ("journal/shown.jsonl", b'"holders":', b'"holderz":'),
            "checkpoint": ("anchors/K1.text", b"head", b"haed"),
            "text": ("journal/values.jsonl", b'"value":', b'"value": '),
        }[change]
        _edit(bundle / name, old, new)


def _edit(file: Path, old: bytes, new: bytes) -> None:
    data = file.read_bytes()
    assert old in data
    file.write_bytes(data.replace(old, new, 1))


def test_bundle_is_the_same_bytes_whenever_it_is_made(
    pinned: Case, bundle: Path, tmp_path: Path
) -> None:
    """Matter, head and audience decide every byte, mode and time of it."""
    again = written(pinned, "court", tmp_path / "again")

    assert _facts(again) == _facts(bundle)
    assert again.name == bundle.name == f"court-{pinned.matter.head[:12]}"


def _facts(folder: Path) -> dict[str, tuple[bytes, int, int]]:
    return {
        name: (path.read_bytes(), stat.S_IMODE(path.stat().st_mode), path.stat().st_mtime_ns)
        for name, path in files(folder).items()
    }


def test_exhibit_in_a_bundle_verifies_as_in_the_workspace(pinned: Case, bundle: Path) -> None:
    """The copy of a bag keeps times and modes, and its seal stands beside it."""
    key = public_key((bundle / "keys/seal.pem").read_bytes())
    seal = pinned.matter.exhibits["E1"].seal_sha256

    report = verify(bundle / "exhibits" / "E1", public_keys=[key], expected_seal_sha256=seal)

    assert report.is_sound
    assert [one.name for one in report.unchecked] == ["time-stamps"]


def test_bundle_shares_no_file_with_the_workspace(pinned: Case, bundle: Path) -> None:
    """Bags are copied, never linked: whoever has the bundle cannot reach the exhibit."""
    linked = [name for name, path in files(bundle).items() if path.stat().st_nlink > 1]
    links = [name for name, path in files(bundle).items() if path.is_symlink()]

    assert linked == links == []
    assert pinned.file.folder not in bundle.parents


def test_export_is_recorded_with_each_exhibit_that_left(case: Case) -> None:
    """The journal has the digest of the list of files, and the custody of each exhibit where it went."""
    exported = made(case, "insurer", party="larkmoor-supply", reason="policy 7")
    matter = case.matter
    event = next(one for one in case.events() if one.kind == "export.made")

    assert event.data["sha256"] == exported.sha256
    assert event.data["export"] == exported.folder.name
    assert event.data["files"] == len(files(exported.folder)) == exported.files
    assert event.data["withheld"] == exported.withheld
    assert [one.act for one in matter.evidence.custody_of("E1")] == ["verified", "exported"]
    assert matter.evidence.custody_of("E1")[-1].party == "larkmoor-supply"


def test_export_is_for_counsel_of_the_matter(case: Case) -> None:
    """A clerk of the matter cannot hand evidence out."""
    clerk = chain.Hand(case.library, case.file, Actor("joan-petrov", "example"))

    refused(
        case, lambda: export(clerk, Request("court")), ApprovalError, "exporting evidence is for"
    )


def test_export_is_refused_while_a_gate_of_law_stands(case: Case) -> None:
    """Evidence that was stored in China leaves only once the gate is cleared, and the gate is named."""
    _reseal(case, place="CN")

    refused(case, lambda: made(case), ApprovalError, "cn-gate-dsl36")


def test_export_within_the_country_of_an_exhibit_passes_its_gate(case: Case) -> None:
    """A Chinese court is no foreign one."""
    _reseal(case, place="CN")

    assert made(case, to_place="CN").folder.is_dir()


def test_state_secret_leaves_its_country_only_when_cleared(case: Case) -> None:
    """Whatever the dockets: a state secret stays where it is, and where it goes must be said."""
    _reseal(case, place="US", state_secret=True)

    refused(case, lambda: made(case, to_place="DE"), ApprovalError, "state secret")
    refused(case, lambda: export(hand(case), Request("court")), ApprovalError, "state secret")


@pytest.mark.parametrize("audience", ["opponent", "insurer", "court"])
def test_trade_secret_does_not_leave_without_undertaking_or_reason(
    case: Case, audience: str
) -> None:
    """An opponent, an insurer and whoever is named promise confidence first, or an order protects the secret."""
    _reseal(case, place="US", trade_secret=True)
    words = "holds a trade secret"

    if audience != "court":
        refused(case, lambda: made(case, audience), ApprovalError, words)
    refused(case, lambda: made(case, audience, party="larkmoor-supply"), ApprovalError, words)


def test_trade_secret_leaves_under_an_undertaking_or_for_a_reason(
    case: Case, tmp_path: Path
) -> None:
    """A filing under seal is a reason; a signed promise of who gets it needs none."""
    _reseal(case, place="US", trade_secret=True)
    paper = tmp_path / "promise.pdf"
    paper.write_bytes(b"signed")

    made(case, "opponent", reason="sealed by order 12")
    chain.undertake(hand(case), "larkmoor-supply", proof=paper)
    made(case, "insurer", party="larkmoor-supply")

    left = [one for one in case.matter.evidence.custody_of("E1") if one.act == "exported"]
    assert [one.data.get("undertaking") for one in left] == [None, "U1"]
    assert ["reason" in one.data for one in left] == [True, False]


def test_nothing_is_exported_to_who_is_conflicted(case: Case) -> None:
    """Who may see nothing of the matter is given no bundle of it either."""
    case.file.transact(lambda _: [Draft("people.conflicted", {"person": "lin-yue"})])

    refused(
        case,
        lambda: made(case, "court", party="lin-yue"),
        ApprovalError,
        "recorded as conflicted",
    )


def _reseal(case: Case, **facts: object) -> None:
    """Say something else of the exhibit, as if it had been sealed so."""
    event = next(one for one in case.events() if one.kind == "exhibit.sealed")
    case.file.transact(lambda _: [Draft("exhibit.sealed", {**event.data, **facts})])


def test_export_says_when_an_exhibit_holds_personal_data(case: Case) -> None:
    """Whoever hands it over must know that a legal basis is needed."""
    assert "holds personal data" in made(case).remarks[0]


def test_damaged_exhibit_makes_no_bundle(case: Case) -> None:
    """An exhibit that is not as it was sealed is named, and nothing stands there."""
    bag = case.file.folder / "exhibits" / "E1" / "bag-info.txt"
    bag.chmod(0o600)
    bag.write_text("changed\n")

    refused(case, lambda: made(case), CustodyError, "not as it was sealed")
    assert list((case.file.folder / "exports").iterdir()) == []


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_interrupted_export_leaves_nothing_visible(
    case: Case, monkeypatch: pytest.MonkeyPatch, fault: BaseException
) -> None:
    """A full disk or Ctrl-C in the middle leaves no bundle and no record of one."""

    def fail(*_: object) -> None:
        raise fault

    monkeypatch.setattr("breachbook.bundle.writing.flush", fail)
    with pytest.raises((CustodyError, KeyboardInterrupt)):
        made(case)

    assert list((case.file.folder / "exports").iterdir()) == []
    assert "export.made" not in {event.kind for event in case.events()}


def test_export_tells_how_far_the_copying_is(case: Case) -> None:
    """A large exhibit takes its time; whoever waits sees files and bytes."""
    told: list[Progress] = []

    export(hand(case), Request("court", to_place="US"), tell=told.append)
    assert told[-1].phase == "copying"
    assert told[-1].files == told[-1].files_total > 0
    assert told[-1].bytes == told[-1].bytes_total > 0


def test_export_into_the_workspace_is_refused(case: Case) -> None:
    """A bundle among the exhibits, or anywhere it would be taken for the matter's own, is not made."""
    place = case.file.folder / "exhibits"
    before = sorted(place.iterdir())

    with pytest.raises(UsageError, match="outside"):
        export(hand(case), Request("court", to_place="US"), out=place)

    assert sorted(place.iterdir()) == before


def test_export_of_an_unknown_exhibit_is_refused(case: Case) -> None:
    """The exhibits that are there are named."""
    request = Request("court", ("E7",), to_place="US")

    refused(case, lambda: export(hand(case), request), UsageError, "allowed: E1")


def test_export_is_made_on_the_command_line(
    case: Case, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The command gives folder and digest, and puts the bundle where it is told to."""
    run = terminal(capsys)
    code, out, _ = run(
        case, "export", case.id, "--for", "court", "--to-place", "US", "--out", tmp_path / "o",
        "--json", "--as", "helen-marsh",
    )  # fmt: skip
    told = json.loads(out)

    assert code == 0
    assert Path(told["folder"]).parent == tmp_path / "o"
    assert list((tmp_path / "o").iterdir()) == [Path(told["folder"])]
    assert "personal data" in told["remarks"][0]


def test_material_is_the_whole_journal_byte_for_byte(pinned: Case) -> None:
    """Lines and events are of the same file, so that leaf hashes are of what was written."""
    material = Material.read(pinned.workspace, pinned.id, ("E1",), "court")
    journal = pinned.file.folder / "journal.jsonl"

    assert b"".join(line + b"\n" for line in material.lines) == journal.read_bytes()
    assert len(material.lines) == len(material.events) == material.matter.seq
