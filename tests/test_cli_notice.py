"""`breachbook notice`: one version shown, compared, replaced."""

import json
from pathlib import Path

import pytest

from tests.cases_core import COUNSEL, LETTER, Case, waits_for_triage
from tests.handed_in import HOLDER, REASON, bytes_of, ended, hand_in, newest, paragraph
from tests.terminal import Run

pytestmark = pytest.mark.usefixtures("standing_clock")


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A matter whose letters wait for approval."""
    case = waits_for_triage(tmp_path_factory.mktemp("drafted") / "w")
    case.answer()
    case.advance()
    return case


@pytest.fixture
def case(drafted: Case, tmp_path: Path) -> Case:
    """A copy of it."""
    return drafted.copy(tmp_path / "w")


def test_notice_is_replaced_and_shown_on_the_command_line(
    case: Case, run: Run, tmp_path: Path
) -> None:
    """The command takes the edited DOCX, prints the redline and what happened, and shows the new version."""
    old = newest(case)
    path = tmp_path / "edited.docx"
    path.write_bytes(ended(bytes_of(case, old, ".docx"), paragraph("One more demand.")))
    code, out, _ = run(
        case,
        "notice",
        "replace",
        case.id,
        old.id,
        path,
        "--reason",
        REASON,
        "--as",
        COUNSEL.person,
    )
    shown = run(case, "notice", "show", case.id, newest(case).id, "--json", "--as", COUNSEL.person)
    view = json.loads(shown[1])

    assert (code, shown[0]) == (0, 0)
    assert "{+One more demand.+}" in out
    assert f"{newest(case).id} is version 2 of {LETTER}/{HOLDER}, in place of {old.id}" in out
    assert (view["replaces"], view["version"], view["state"]) == (old.id, 2, "newest")
    assert "One more demand" in view["text"]


def test_redline_on_the_command_line(case: Case, run: Run, tmp_path: Path) -> None:
    """It is printed, given as JSON or written to a new file; the version to compare with can be named."""
    old = newest(case).id
    hand_in(case)
    new, out = newest(case).id, tmp_path / "redline.txt"
    who = ("--as", COUNSEL.person)
    printed = run(case, "notice", "redline", case.id, new, *who)
    data = run(case, "notice", "redline", case.id, new, "--against", old, "--json", *who)
    written = run(case, "notice", "redline", case.id, new, "--out", out, *who)
    again = run(case, "notice", "redline", case.id, new, "--out", out, *who)
    first = run(case, "notice", "redline", case.id, old, *who)

    assert "{+A last word" in printed[1]
    assert "\x1b" not in printed[1]
    assert json.loads(data[1])["redline"] == out.read_text("utf-8")
    assert (written[0], again[0], first[0]) == (0, 2, 2)
    assert "is there already" in again[2]
    assert "is the first version" in first[2]


def test_redline_is_coloured_on_a_terminal_only(
    case: Case, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal what was put in is green; a pipe gets the marks alone."""
    hand_in(case)
    monkeypatch.setattr("breachbook.cli.notice.has_colour", lambda: True)
    shown = run(case, "notice", "redline", case.id, newest(case).id, "--as", COUNSEL.person)

    assert "\x1b[32m{+A last word" in shown[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "D1", "--reason", "x"), "notice show: got --reason"),
        (("replace", "D1"), "allowed: FILE and --reason TEXT"),
        (("redline", "D99"), "got the document 'D99'"),
        (("replace", "D1", "missing.docx", "--reason", "x"), "missing.docx: got"),
    ],
)
def test_wrong_use_of_the_command_is_told(
    case: Case, run: Run, arguments: tuple[str, ...], said: str
) -> None:
    """What does not belong together, or is not there, is refused with what is allowed."""
    what, document, *rest = arguments
    told = run(case, "notice", what, case.id, document, *rest, "--as", COUNSEL.person)

    assert told[0] == 2
    assert said in told[2]


def test_stranger_sees_no_notice(case: Case, run: Run) -> None:
    """Whoever is not on the matter hears the same as for a matter that is not there."""
    told = run(case, "notice", "show", case.id, newest(case).id, "--as", "alan-brooks")

    assert told[0] == 2
    assert "there is no such matter, or it is not yours to see" in told[2]
