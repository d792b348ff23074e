"""Each way of changing a journal behind its anchors is found, or owned up to."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from breachbook import audit, merkle, records
from breachbook.anchoring import (
    Claim,
    Guard,
    Note,
    compare,
    contradictions,
    sign_note,
)
from breachbook.errors import DamageError
from breachbook.events import FIRST_PREV, encode
from breachbook.register import Register
from breachbook.seal import own_key
from breachbook.supervisor import look_back
from tests.anchored import (
    KEY,
    NOTE,
    anchored_matter,
    copied,
    engine,
    events_of,
    folders_of,
    journal,
    lines,
    outside,
    put,
    rechained,
    wake,
)
from tests.builders import SOFTWARE, note
from tests.cases_core import COUNSEL, Case
from tests.terminal import Run


@pytest.fixture(scope="module")
def anchored(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A matter advanced by an engine that anchors, with one folder outside."""
    return anchored_matter(tmp_path_factory.mktemp("anchored"))


@pytest.fixture
def case(anchored: Case, tmp_path: Path) -> Case:
    """A copy of it, with a copy of the folder outside."""
    return copied(anchored, tmp_path)


# Each row of the table: what is done to the journal, and what is then said of it.
def _edited(kept: list[bytes]) -> list[bytes]:
    changed = kept[4].replace(b'"privilege":"none"', b'"privilege":"nine"')
    return [*kept[:4], changed, *kept[5:]]


def _deleted(kept: list[bytes]) -> list[bytes]:
    return [*kept[:4], *kept[5:]]


def _truncated(kept: list[bytes]) -> list[bytes]:
    return kept[:-6]


def _rewritten(kept: list[bytes]) -> list[bytes]:
    return rechained(kept, 5)


def _rewritten_whole(kept: list[bytes]) -> list[bytes]:
    return rechained(kept, 0)


Attack = Callable[[list[bytes]], list[bytes]]
ATTACKS = [
    pytest.param(_edited, "does not match its hash", id="edit in place"),
    pytest.param(_deleted, "does not follow the line before it", id="delete in the middle"),
    pytest.param(_truncated, "rolled back: folder-", id="truncate the tail"),
    pytest.param(_rewritten, "rewritten: folder-", id="rewrite from line 6"),
    pytest.param(_rewritten_whole, "rewritten: folder-", id="rewrite everything"),
]


@pytest.mark.parametrize(("attack", "words"), ATTACKS)
def test_attack_on_the_journal_is_detected(case: Case, attack: Attack, words: str) -> None:
    """Edited, cut, shortened or rewritten with right hashes: the audit names it."""
    assert audit.verify(case.workspace.root).is_sound
    put(case, attack(lines(case)))
    found = audit.verify(case.workspace.root)

    assert not found.is_sound
    assert words in "\n".join(finding for check in found.checks for finding in check.findings)


@pytest.mark.parametrize("attack", [_truncated, _rewritten, _rewritten_whole])
def test_attack_with_the_store_cleaned_up_is_detected(case: Case, attack: Attack) -> None:
    """Whoever also removes the checkpoints kept in the matter is given away by the folder outside."""
    for path in (case.file.folder / "store").rglob("*"):
        if path.is_file() and path.read_bytes().startswith(b"breachbook/"):
            path.unlink()
    put(case, attack(lines(case)))
    findings = compare(case.workspace.root, case.id, folders_of(case)).findings

    assert findings
    assert all(": folder-" in finding for finding in findings)


@pytest.mark.parametrize("attack", [_truncated, _rewritten, _rewritten_whole])
def test_attack_is_detected_from_the_store_alone(case: Case, attack: Attack) -> None:
    """Without any folder the checkpoints kept in the store, which time-stamps cover, contradict the journal."""
    put(case, attack(lines(case)))
    findings = compare(case.workspace.root, case.id, {}).findings

    assert findings
    assert all(": store/" in finding for finding in findings)


def test_lines_newer_than_the_last_anchor_can_be_dropped_unseen_and_that_is_said(
    case: Case,
) -> None:
    """What follows the newest anchor is not protected: the audit stays sound, and had said so before."""
    whole = lines(case)
    records.note(case.file, COUNSEL, "not yet anchored")
    before = audit.verify(case.workspace.root)
    put(case, whole)
    after = audit.verify(case.workspace.root)

    assert before.is_sound
    assert "removal of lines after" in before.caveats[0]
    assert after.is_sound


def test_unanchored_matter_says_so(tmp_path: Path) -> None:
    """While no checkpoint is held anywhere the audit does not call the anchors valid."""
    case = Case.install(tmp_path / "w")
    case.report()
    found = audit.verify(case.workspace.root)

    (check,) = [check for check in found.checks if check.layer == "anchors"]
    assert check.status == "not-checked"
    assert "nothing is anchored" in found.caveats[0]


@pytest.mark.parametrize("attack", [_truncated, _rewritten])
def test_engine_refuses_a_matter_that_was_rolled_back(
    case: Case, run: Run, attack: Attack
) -> None:
    """The engine does nothing in it, nobody records anything, and a journal that was restored goes on."""
    whole = journal(case).read_bytes()
    put(case, attack(lines(case)))
    attacked = journal(case).read_bytes()
    answer = wake(case)
    code, _, err = run(case, "note", case.id, "a note", "--as", COUNSEL.person)

    assert answer == {"refused": "rolled-back"}
    assert (code, journal(case).read_bytes()) == (3, attacked)
    assert "restored from a copy" in err
    journal(case).write_bytes(whole)
    assert run(case, "anchor", "check", case.id, "--as", COUNSEL.person)[0] == 0
    assert run(case, "note", case.id, "a note", "--as", COUNSEL.person)[0] == 0
    assert "refused" not in wake(case)


def test_register_is_a_witness_against_a_rolled_back_journal(case: Case) -> None:
    """Without folder and store the register's row still shows the lines it saw, and is not brought down to them."""
    register = Register(case.workspace.root / "register.json")
    register.note(case.matter, case.file.journal.size, None, True)
    register.flush()
    saved = (case.workspace.root / "register.json").read_bytes()
    for path in outside(case).iterdir():
        path.unlink()
    for path in (case.file.folder / "store").rglob("*"):
        if path.is_file() and path.read_bytes().startswith(b"breachbook/"):
            path.unlink()
    put(case, _truncated(lines(case)))

    assert wake(case) == {"refused": "rolled-back"}
    assert "the register has seen line" in (case.workspace.refusal(case.id) or "")
    assert (case.workspace.root / "register.json").read_bytes() == saved


def test_engine_goes_on_when_a_folder_is_away(case: Case) -> None:
    """A folder that is not mounted cannot be asked; work goes on, and the audit says what was not looked into."""
    outside(case).parent.rename(outside(case).parent.with_name("elsewhere"))
    answer = wake(case)
    (check,) = [c for c in audit.verify(case.workspace.root).checks if c.layer == "anchors"]

    assert "refused" not in answer
    assert check.status == "valid"
    assert any("No such file" in remark for remark in check.remarks)


def test_hostile_files_in_a_folder_are_named_and_do_not_stop_the_matter(
    case: Case, tmp_path: Path
) -> None:
    """Junk, endless files, links and forged checkpoints are no witnesses: the audit names them, work goes on."""
    place = outside(case)
    forged = sign_note(Note(case.id, 10**6, b"\x02" * 32, "ab" * 32, "cd" * 32, NOTE.time), KEY)
    (place / "1-forged.checkpoint").write_bytes(forged)
    (place / "2-junk.checkpoint").write_bytes(b"\xff" * 100_000)
    (place / "3-link.checkpoint").symlink_to("/etc/hostname")
    (place / "4-folder.checkpoint").mkdir()
    (place / "5-endless.checkpoint").symlink_to("/dev/zero")
    (place / "notes.txt").write_text("somebody's")
    found = compare(case.workspace.root, case.id, folders_of(case))

    assert found.findings == []
    assert [re.sub(r"^.*/([1-5]-).*", r"\1", line) for line in found.doubts] == [
        "1-", "2-", "3-", "4-", "5-"
    ]  # fmt: skip
    assert not audit.verify(case.workspace.root).is_sound
    assert "refused" not in wake(case)


def test_checkpoint_of_another_matter_is_no_witness(case: Case) -> None:
    """A checkpoint of another matter, signed with our key, is not taken for one of this."""
    own = own_key(case.workspace.root / "log-key.pem")
    other = sign_note(
        Note("LEAK-2026-0002", 3, b"\x02" * 32, "ab" * 32, "cd" * 32, NOTE.time), own
    )
    (outside(case) / "0-other.checkpoint").write_bytes(other)
    found = compare(case.workspace.root, case.id, folders_of(case))

    assert found.findings == []
    assert "is a checkpoint of LEAK-2026-0002" in found.doubts[0]


def test_changed_log_key_is_noticed(case: Case) -> None:
    """Whoever puts another log key in place cannot pass off the old checkpoints as signed with it."""
    (case.workspace.root / "log-key.pem").unlink()
    own_key(case.workspace.root / "log-key.pem")
    found = audit.verify(case.workspace.root)
    (check,) = [check for check in found.checks if check.layer == "anchors"]

    assert check.status == "invalid"
    assert "not signed with the log key" in check.reason


def test_up_names_the_matters_that_are_read_only(case: Case) -> None:
    """Whoever starts the processes is told at once which matter was rolled back, and what to do."""
    put(case, _truncated(lines(case)))
    said: list[str] = []
    look_back(case.workspace, said.append)

    assert [line.partition(":")[0] for line in said] == ["read-only"]
    assert f"breachbook anchor check {case.id}" in said[0]


def test_guard_looks_again_once_the_mark_is_gone(case: Case) -> None:
    """A running engine goes on by itself after somebody restored the journal and had it checked."""
    whole, guard = journal(case).read_bytes(), Guard(case.workspace)
    put(case, _truncated(lines(case)))
    assert guard.reason(case.id) is not None
    journal(case).write_bytes(whole)
    while_marked = guard.reason(case.id)
    Guard(case.workspace).look(case.id)

    assert while_marked is not None
    assert guard.reason(case.id) is None


def test_read_only_matter_refuses_every_record(case: Case) -> None:
    """While the mark stands, nothing is appended by whatever path."""
    mark = case.workspace.run / case.id / "read-only"
    mark.parent.mkdir(exist_ok=True)
    mark.write_text("was rolled back")

    with pytest.raises(DamageError, match="was rolled back"):
        records.note(case.file, COUNSEL, "a note")


def test_command_makes_lists_and_checks_anchors(case: Case, run: Run) -> None:
    """`anchor make` anchors now, `list` shows where each is held, `check` exits 3 where the journal was changed."""
    who = ("--as", COUNSEL.person)
    assert run(case, "anchor", "make", case.id, *who)[0] == 0
    engine(case)
    listed = run(case, "anchor", "list", case.id, *who)[1]
    good = run(case, "anchor", "check", case.id, *who)
    put(case, _truncated(lines(case)))
    code, _, err = run(case, "anchor", "check", case.id, *who)

    assert "asked" in listed
    assert "nothing of weight follows" in listed
    assert good[0] == 0
    assert code == 3
    assert "rolled back: folder-" in err


def test_contradictions_need_nothing_but_the_lines() -> None:
    """A claim is borne out by its line's hash and by the root over all lines up to it."""
    whole = rechained([line for line in _made(5)], 0)
    heads = [event.hash for event in events_of(whole)]
    leaves = [merkle.leaf_hash(line) for line in whole]
    good = [Claim("g", n, heads[n - 1], merkle.root(leaves[:n])) for n in (5, 1, 3)]

    assert contradictions(whole, good) == []
    assert contradictions(whole, [Claim("w", 6, heads[4])]) == [
        "rolled back: w has seen line 6, the journal ends at line 5"
    ]
    assert contradictions(whole, [Claim("w", 4, heads[4])]) == [
        "rewritten: w has another hash of line 4"
    ]
    assert contradictions(whole, [Claim("w", 4, heads[3], merkle.root(leaves))]) == [
        "rewritten: w has another root of lines 1 to 4"
    ]


def test_every_cut_and_every_rewriting_before_an_anchor_contradicts_it() -> None:
    """Wherever a journal is cut or written anew up to its newest anchor, that anchor gives it away."""
    whole = _made(20)
    heads = [event.hash for event in events_of(whole)]
    leaves = [merkle.leaf_hash(line) for line in whole]
    held = [Claim("k", n, heads[n - 1], merkle.root(leaves[:n])) for n in (8, 16)]
    cut = [n for n in range(20) if not contradictions(whole[:n], held)]
    rewritten = [n for n in range(20) if not contradictions(rechained(whole, n), held)]

    assert cut == [16, 17, 18, 19]
    assert rewritten == [16, 17, 18, 19]


def _made(count: int) -> list[bytes]:
    made, prev = [], FIRST_PREV
    for seq in range(1, count + 1):
        event, line = encode(
            note(seq), seq=seq, at=NOTE.time, clock={}, software=SOFTWARE, prev=prev
        )
        prev = event.hash
        made.append(line[:-1])
    return made
