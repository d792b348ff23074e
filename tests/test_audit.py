"""The audit: whatever is changed, removed or added is named, and nothing is repaired."""

import os
import shutil
from pathlib import Path

import pytest

from breachbook import audit, facts, rows
from breachbook.audit.journal import read_journal
from breachbook.audit.kept import check_values
from breachbook.cli import main
from breachbook.demo.portal import Portal
from breachbook.durable import replace
from breachbook.events import Draft
from breachbook.journal import Journal
from breachbook.register import Register
from tests.builders import SOFTWARE, StandingClock, note, opened
from tests.cases_core import CLERK, COUNSEL, LETTER, Case

HOLDER = "moqiao-castings"
LAYERS = (*audit.LAYERS,)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A small real matter: evidence sealed, a letter approved, laid out and served, a docket, a register."""
    made = Portal(tmp_path_factory.mktemp("portal") / "portal.json")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BREACHBOOK_DEMO_PORTAL_URL", made.url)
        patch.setenv("BREACHBOOK_DEMO_PORTAL_TOKEN", made.token)
        case = Case.install(tmp_path_factory.mktemp("served") / "w")
        case.report()
        case.advance()
        case.answer()
        case.advance()
        case.approve(LETTER, HOLDER, ["david-okafor", "lin-yue"])
        case.advance()
        case.serve(HOLDER)
        file = case.file
        facts.record_fact(file, case.library, CLERK, "us-complaint-filed", "2026-11-16", "case-1")
        case.advance()
    made.stop()
    register = Register(case.workspace.root / "register.json")
    file = case.file
    register.note(file.refresh(), file.journal.size, None, True)
    register.flush()
    return case


@pytest.fixture
def case(served: Case, tmp_path: Path) -> Case:
    """A copy of the small real matter."""
    return served.copy(tmp_path / "w")


def put(path: Path, data: bytes) -> None:
    """Write bytes over a file, whatever its mode, and leave its times as they were."""
    status, mode = path.stat(), path.stat().st_mode
    path.chmod(0o600)
    path.write_bytes(data)
    path.chmod(mode)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def named(root: Path, name: str) -> None:
    """Check that the audit finds a difference and names it."""
    found = audit.verify(root)
    words = [finding for check in found.checks for finding in check.findings]
    assert not found.is_sound
    assert any(name in finding for finding in words), words


def tree(root: Path) -> dict[str, bytes]:
    """Map every file of a workspace to its bytes."""
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def test_sound_matter_is_valid_in_every_layer(served: Case) -> None:
    """A matter that nobody touched is valid in every layer, and the audit says what it cannot promise."""
    before = tree(served.workspace.root)

    found = audit.verify(served.workspace.root)

    assert [(c.layer, c.status, c.findings) for c in found.checks] == [
        (layer, "not-checked" if layer == "anchors" else "valid", ()) for layer in LAYERS
    ]
    assert "nothing is anchored" in found.caveats[0]
    assert tree(served.workspace.root) == before


def test_every_changed_byte_of_a_journal_is_named_with_its_line(tmp_path: Path) -> None:
    """Whatever byte of a journal changes, its ends of lines included, the audit names the line."""
    folder = tmp_path / "LEAK-2026-0001"
    folder.mkdir()
    path = folder / "journal.jsonl"
    with Journal(path, StandingClock(), SOFTWARE).locked() as writer:
        writer.append([opened(), note(1), note(2)])
    whole = path.read_bytes()
    assert read_journal(folder).check.status == "valid"

    for index in range(len(whole)):
        changed = bytearray(whole)
        changed[index] ^= 0x01
        path.write_bytes(changed)
        check = read_journal(folder).check
        line = whole[:index].count(b"\n") + 1
        assert check.status == "invalid", index
        assert any(f"line {line}" in finding for finding in check.findings), (index, check)


def test_every_line_and_value_is_guarded(case: Case) -> None:
    """A changed byte in any line of the real journal or any value is a difference."""
    folder = case.workspace.matters_folder / case.id
    for name in ("journal.jsonl", "values.jsonl"):
        path = folder / name
        whole = path.read_bytes()
        start = 0
        for line in whole.splitlines(keepends=True):
            for index in (start, start + len(line) // 2, start + len(line) - 1):
                changed = bytearray(whole)
                changed[index] ^= 0x07
                path.write_bytes(changed)
                checks = _light(case)
                assert any(name in finding for finding in checks), (name, index)
            start += len(line)
        path.write_bytes(whole)


def _light(case: Case) -> list[str]:
    folder = case.workspace.matters_folder / case.id
    read = read_journal(folder)
    findings = list(read.check.findings)
    if read.matter is not None:
        findings += check_values(folder, read.events, read.matter).findings
    return findings


@pytest.mark.parametrize("layer", ["store", "documents", "exhibits"])
def test_every_changed_file_is_named(case: Case, layer: str) -> None:
    """A changed byte in any stored file, document or file of an exhibit is named."""
    folder = case.workspace.matters_folder / case.id
    for path in sorted(p for p in (folder / layer).rglob("*") if p.is_file()):
        whole = path.read_bytes()
        put(path, whole[:-1] + bytes([whole[-1] ^ 0x01]) if whole else b"x")
        found = audit.verify(case.workspace.root)
        put(path, whole)
        words = "\n".join(f for check in found.checks for f in check.findings)
        assert not found.is_sound, path
        assert path.name in words or path.name.split(".")[0] in words, (path, words)
    assert audit.verify(case.workspace.root).is_sound


@pytest.mark.parametrize("layer", ["store", "documents", "exhibits"])
def test_every_removed_file_is_named(case: Case, layer: str) -> None:
    """A removed file is named, whichever it is."""
    folder = case.workspace.matters_folder / case.id
    for path in sorted(p for p in (folder / layer).rglob("*") if p.is_file()):
        aside = path.rename(case.workspace.root / "aside")
        found = audit.verify(case.workspace.root)
        aside.rename(path)
        assert not found.is_sound, path


@pytest.mark.parametrize(
    "place",
    ["documents/D1/letter.pdf", "documents/D99/a", "exhibits/E9/a", "exhibits/E1/x", "stray"],
)
def test_file_that_does_not_belong_is_named(case: Case, place: str) -> None:
    """A file that nothing accounts for is named."""
    folder = case.workspace.matters_folder / case.id
    (folder / place).parent.mkdir(parents=True, exist_ok=True)
    (folder / place).write_text("slipped in")

    named(case.workspace.root, place.split("/")[1] if "/" in place else place)


def test_stored_file_that_nothing_refers_to_is_a_remark(case: Case) -> None:
    """A crash may leave a file in the store that no line refers to: said, and no difference."""
    digest = case.file.store.put(b"left by a crash")

    found = audit.verify(case.workspace.root)

    assert found.is_sound
    assert any(digest in remark for check in found.checks for remark in check.remarks)


def test_store_takes_no_link(case: Case, tmp_path: Path) -> None:
    """A link in the store is a difference even if what it points to has the right content."""
    store = case.workspace.matters_folder / case.id / "store"
    path = next(p for p in store.rglob("*") if p.is_file())
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")

    named(case.workspace.root, path.name)


def test_torn_tail_is_said(case: Case) -> None:
    """A last line without its end is said, and the lines before it are still checked."""
    path = case.workspace.matters_folder / case.id / "journal.jsonl"
    path.write_bytes(path.read_bytes() + b'{"actor":')

    named(case.workspace.root, "is torn")


def test_torn_tail_set_aside_must_stay_as_it_was(case: Case) -> None:
    """The bytes of a torn line that an append set aside are part of the record."""
    folder = case.workspace.matters_folder / case.id
    path = folder / "journal.jsonl"
    (case.workspace.root / "register.json").unlink()
    path.write_bytes(path.read_bytes() + b'{"actor":')
    case.file.transact(lambda _: [])
    assert audit.verify(case.workspace.root).is_sound
    saved = next(folder.glob("journal.jsonl.torn-*"))
    saved.write_bytes(b"something else")

    named(case.workspace.root, saved.name)


def test_last_lines_cut_off_show_against_the_register(case: Case) -> None:
    """Whole last lines that are gone show because the register saw them."""
    path = case.workspace.matters_folder / case.id / "journal.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-2]))

    named(case.workspace.root, "register.json")


def test_lagging_register_is_no_difference(case: Case) -> None:
    """The register is brought up by the engine; that it lags is said and no difference."""
    case.file.transact(
        lambda m: [Draft("note.added", {"note": "N1", "text": _text(case)}, COUNSEL)]
    )

    found = audit.verify(case.workspace.root)
    check = next(check for check in found.checks if check.layer == "register")

    assert check.status == "not-checked"
    assert "lags" in check.reason


def _text(case: Case) -> dict[str, str]:
    report: dict[str, str] = case.matter.report["report"]
    return report


def test_register_that_says_something_else_is_named(case: Case) -> None:
    """A row that does not follow from the journal is a difference."""
    path = case.workspace.root / "register.json"
    replace(path, path.read_bytes().replace(b'"overdue":0', b'"overdue":9'))

    named(case.workspace.root, "overdue does not follow")


def test_matter_that_is_gone_is_named(case: Case) -> None:
    """A matter whose whole folder is gone shows because the register knows it."""
    shutil.rmtree(case.workspace.matters_folder / case.id)

    named(case.workspace.root, "whose folder is gone")


def test_journal_of_another_matter_is_named(case: Case) -> None:
    """A sound journal in another matter's place is a difference."""
    case.workspace.matters_folder.joinpath(case.id).rename(
        case.workspace.matters_folder / "LEAK-2026-0007"
    )

    named(case.workspace.root, "not of LEAK-2026-0007")


def test_value_left_after_erasure_is_named(case: Case) -> None:
    """A value that the journal says was erased must not be there."""
    commitment = _text(case)["c"]
    data = {"commitment": commitment, "authority": "counsel"}
    case.file.transact(lambda _: [Draft("value.erased", data, COUNSEL)])

    named(case.workspace.root, "was erased by the journal and is there")


def test_erased_value_may_be_missing(case: Case) -> None:
    """An erased value leaves the chain whole."""
    commitment = _text(case)["c"]
    data = {"commitment": commitment, "authority": "counsel"}
    case.file.transact(lambda _: [Draft("value.erased", data, COUNSEL)])
    path = case.workspace.matters_folder / case.id / "values.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(line for line in lines if commitment.encode() not in line))

    assert audit.verify(case.workspace.root).is_sound


def test_decision_by_nobody_asked_is_named(case: Case) -> None:
    """A decision in the journal by somebody who was not asked is a difference, hashes or not."""
    request = case.request(LETTER, "larkmoor-supply")
    subject = case.matter.approvals[request].subject
    data = {"request": request, "subject": subject, "decision": "approve"}
    case.file.transact(lambda _: [Draft("approval.decided", data, CLERK)])

    named(case.workspace.root, f"joan-petrov could not decide {request}")


def test_command_exits_3_and_names_it(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    """The command ends with 3 on a difference and names it; without one it ends with 0."""
    root = str(case.workspace.root)
    assert main(["audit", "verify", "--workspace", root]) == 0
    path = case.workspace.matters_folder / case.id / "values.jsonl"
    path.write_bytes(path.read_bytes()[:-2] + b"\n")

    code = main(["audit", "verify", case.id, "--workspace", root])

    assert code == 3
    assert "values.jsonl" in capsys.readouterr().err


def test_row_of_a_folded_matter_is_what_the_register_keeps(case: Case) -> None:
    """What the audit compares with is what the register writes."""
    file = case.file
    row = rows.make(file.refresh(), file.journal.size)

    kept = rows.registered(case.workspace.root)[0]

    assert {key: kept[key] for key in row} == row
