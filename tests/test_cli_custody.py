"""The chain of custody on the command line."""

import json
import re
import stat
from pathlib import Path
from typing import Any

import pytest

from breachbook import chain
from tests.cases_core import two_agree
from tests.handled import EXPERT, FOUNDRY, HELEN, JOAN, LIN, NORA, SAMUEL, Handled
from tests.terminal import Run

pytestmark = pytest.mark.usefixtures("standing_clock")

MATTER = "LEAK-2026-0001"
ORDER = ("--purpose", "analysis", "--authority", "order 17")


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Handled:
    """A matter with a trade secret among its exhibits."""
    made = Handled.opened(tmp_path_factory.mktemp("cli-custody") / "w")
    made.seal("E1")
    made.seal("E2", trade_secret=True)
    return made


@pytest.fixture
def case(opened: Handled, tmp_path: Path) -> Handled:
    """A copy of it."""
    return opened.copy(tmp_path / "w")


def _evidence(run: Run, case: Handled, verb: str, *rest: object, by: str) -> tuple[int, str, str]:
    return run(case.case.workspace.root, "evidence", verb, MATTER, *rest, "--as", by)


def test_exhibit_goes_through_every_handling_by_command(
    case: Handled, run: Run, tmp_path: Path
) -> None:
    """Received, promised, offered, withdrawn, offered, taken, looked into, copied, given back."""
    steps: list[tuple[str, tuple[object, ...], str]] = [
        ("receive", ("E1", "--from", FOUNDRY, "--condition", "sealed bag", "--proof", case.paper,
                     "--on", "2026-11-15T10:00:00-06:00"), JOAN),
        ("undertaking", (SAMUEL, "--proof", case.paper, "--exhibit", "E1"), JOAN),
        ("offer", ("E1", "--to", SAMUEL, "--to-place", "US", *ORDER), JOAN),
        ("withdraw", ("C2", "--reason", "ill"), JOAN),
        ("offer", ("E1", "--to", SAMUEL, "--to-place", "US", *ORDER), JOAN),
        ("take", ("C4", "--condition", "as described"), SAMUEL),
        ("access", ("E1", *ORDER), SAMUEL),
        ("copy", ("E1", "--to", LIN, "--to-place", "CN", "--out", tmp_path / "o", *ORDER), SAMUEL),
        ("return", ("E1", "--to", FOUNDRY, "--proof", case.paper, *ORDER), SAMUEL),
    ]  # fmt: skip
    codes = [_evidence(run, case, verb, *rest, by=by)[0] for verb, rest, by in steps]

    assert codes == [0] * len(steps)
    assert case.acts() == [
        "received", "offered", "withdrawn", "offered", "transferred", "accessed", "copied", "returned",
    ]  # fmt: skip


def test_command_names_the_entry_it_made(case: Handled, run: Run) -> None:
    """The giver reads the number that the taker has to type."""
    code, out, _ = _evidence(
        run, case, "offer", "E1", "--to", EXPERT, *ORDER, by=HELEN
    )  # fmt: skip

    assert code == 0
    assert "custody.entered C1" in out


@pytest.mark.parametrize(
    ("verb", "rest", "by", "code", "words"),
    [
        ("access", ("E2", "--purpose", "look"), SAMUEL, 1, "no undertaking"),
        ("access", ("E9", "--purpose", "look"), SAMUEL, 2, "allowed: E1, E2"),
        ("access", ("E1", "--purpose", "look"), NORA, 1, "not yours to see"),
        ("offer", ("E1", "--to", LIN, *ORDER), HELEN, 2, "--to-place"),
        ("take", ("C7",), SAMUEL, 2, "none is open"),
        ("destroy", ("E1", "--reason", "over"), HELEN, 1, "two counsel must agree"),
        ("custody", ("E1", "--language", "en"), HELEN, 2, "together with --out"),
        ("custody", ("E1", "--out", __file__), HELEN, 2, "which is no folder"),
        ("custody", ("E9",), HELEN, 2, "allowed: E1, E2"),
    ],
)
def test_refusals_say_why_and_end_with_their_code(
    case: Handled, run: Run, verb: str, rest: tuple[str, ...], by: str, code: int, words: str
) -> None:
    """One for what may not be, two for what cannot be meant."""
    before = case.case.matter.seq
    ended, out, err = _evidence(run, case, verb, *rest, by=by)

    assert (ended, out) == (code, "")
    assert words in err
    assert case.case.matter.seq == before


def test_time_without_its_offset_is_bad_usage(case: Handled, run: Run) -> None:
    """Nobody guesses whose ten o'clock it was."""
    ended, _, err = _evidence(
        run, case, "receive", "E1", "--from", FOUNDRY, "--condition", "c", "--proof", case.paper,
        "--on", "2026-11-15T10:00:00", by=JOAN,
    )  # fmt: skip

    assert ended == 2
    assert "with its offset" in err


def test_damage_is_recorded_and_ends_with_three(case: Handled, run: Run) -> None:
    """The entry is in the journal; the exit code and the remark say that the exhibit is not as sealed."""
    case.damage()
    ended, out, err = _evidence(run, case, "access", "E1", "--purpose", "look", by=HELEN)

    assert ended == 3
    assert "C1" in out
    assert "is not as it was sealed" in err
    assert case.acts() == ["accessed"]


def test_destroying_by_command_removes_it(case: Handled, run: Run) -> None:
    """With two counsel's consent it is gone, and the list says so."""
    two_agree(case.case, "destroy-exhibit", "E1")
    ended = _evidence(run, case, "destroy", "E1", "--reason", "mistake", by=HELEN)[0]
    listed = _evidence(run, case, "custody", "E1", by=JOAN)[1]

    assert ended == 0
    assert not (case.exhibits / "E1").exists()
    assert "destroyed" in listed


def test_next_command_finishes_what_was_cut_short(case: Handled, run: Run) -> None:
    """Whatever verb it is, it says so on the side."""
    two_agree(case.case, "destroy-exhibit", "E1")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("breachbook.chain.destroying.finish", lambda _: [])
        chain.destroy(case.hand(HELEN), "E1", reason="mistake")
    there = (case.exhibits / "E1").exists()
    again = _evidence(run, case, "destroy", "E1", "--reason", "mistake", by=HELEN)

    assert there
    assert not (case.exhibits / "E1").exists()
    assert again[0] == 0
    assert "is finished now" in again[2]
    assert case.acts() == ["destroyed"]


def test_hold_stops_the_rest_of_a_destruction_and_nothing_else(case: Handled, run: Run) -> None:
    """The other verbs go on; the remark says that something is left as it is."""
    two_agree(case.case, "destroy-exhibit", "E1")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("breachbook.chain.destroying.finish", lambda _: [])
        chain.destroy(case.hand(HELEN), "E1", reason="mistake")
    case.hold()
    chain.undertake(case.hand(JOAN), HELEN, proof=case.paper)
    ended, _, err = _evidence(run, case, "access", "E2", "--purpose", "look", by=HELEN)

    assert ended == 0
    assert "left as it is" in err
    assert (case.exhibits / "E1").exists()


def test_copying_shows_how_far_it_is_on_a_terminal_only(
    case: Handled, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A long copy is seen to go on; a program that reads the output gets none of it."""
    words = ("--to", LIN, "--to-place", "CN", *ORDER, "--out")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    shown = _evidence(run, case, "copy", "E1", *words, tmp_path / "one", by=HELEN)[2]
    hidden = _evidence(run, case, "copy", "E1", *words, tmp_path / "two", "--json", by=HELEN)[2]

    assert "copying" in shown
    assert "copying" not in hidden


def test_list_names_the_giver_beside_who_took_an_exhibit(case: Handled, run: Run) -> None:
    """The line of a hand-over that was taken has both sides, not the taker twice."""
    to = ("--to", SAMUEL, "--to-place", "US")
    assert _evidence(run, case, "offer", "E1", *to, *ORDER, by=HELEN)[0] == 0
    assert _evidence(run, case, "take", "C1", by=SAMUEL)[0] == 0
    listed = _evidence(run, case, "custody", "E1", by=JOAN)[1]

    assert re.search(f"transferred +{SAMUEL} +{HELEN} ", listed)


def test_custody_is_listed_for_people_and_programs(case: Handled, run: Run) -> None:
    """Every exhibit with its sealing first; JSON gives the report whole."""
    chain.access(case.hand(HELEN), "E1", purpose="first look")
    listed = _evidence(run, case, "custody", by=JOAN)[1]
    found: list[dict[str, Any]] = json.loads(_evidence(run, case, "custody", "--json", by=JOAN)[1])

    assert [line.split()[0] for line in listed.splitlines()] == ["exhibit", "E1", "E1", "E2"]
    assert "first look" in listed
    assert "sound" in listed
    assert [one["exhibit"]["id"] for one in found] == ["E1", "E2"]
    assert [row["act"] for row in found[0]["handlings"]] == ["collected", "accessed"]


def test_form_is_written_for_its_owner_alone(case: Handled, run: Run, tmp_path: Path) -> None:
    """PDF, DOCX and JSON of one exhibit in one language; another run gives the same bytes."""
    out = tmp_path / "forms"
    first = _evidence(run, case, "custody", "E1", "--out", out, "--language", "zh", by=JOAN)
    content = {path.name: path.read_bytes() for path in out.iterdir()}
    again = json.loads(
        _evidence(run, case, "custody", "E1", "--out", out, "--language", "zh", "--json", by=JOAN)[
            1
        ]
    )

    assert first[0] == 0
    assert content.keys() == {
        f"{MATTER}-E1-custody{end}" for end in (".json", ".zh.docx", ".zh.pdf")
    }
    assert {stat.S_IMODE(path.stat().st_mode) for path in out.iterdir()} == {0o600}
    assert {path.name: path.read_bytes() for path in out.iterdir()} == content
    assert again["line"] == case.case.matter.seq
    assert all(row["sha256"][:16] in first[1] for row in again["files"])
