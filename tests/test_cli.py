"""The command line: what it prints, how it ends, who may do what, and what it does not import."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from breachbook import layout
from breachbook.cli import COMMANDS, build, evidence, hold
from breachbook.demo.portal import Portal
from breachbook.durable import replace
from breachbook.events import stamp
from tests.builders import StandingClock
from tests.cases_core import CLERK, LETTER, TRIAGE, Case
from tests.terminal import Run

HOLDER = "moqiao-castings"
NAMES = [name for commands in COMMANDS.values() for name in commands]
VERBS = [f"evidence {verb}" for verb in evidence.VERBS] + [f"hold {verb}" for verb in hold.VERBS]


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A matter that waits for triage."""
    case = Case.install(tmp_path_factory.mktemp("waiting") / "w")
    case.report()
    case.advance()
    return case


@pytest.fixture(scope="module", autouse=True)
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The supplier's portal, so that suspensions can be planned, and a clock that stands."""
    made = Portal(tmp_path_factory.mktemp("portal") / "portal.json")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BREACHBOOK_DEMO_PORTAL_URL", made.url)
        patch.setenv("BREACHBOOK_DEMO_PORTAL_TOKEN", made.token)
        patch.setattr("breachbook.clock.now", StandingClock())
        yield
    made.stop()


@pytest.fixture(scope="module")
def answered(waiting: Case, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """The same matter after triage: evidence sealed, letters drafted, approvals asked, a docket."""
    case = waiting.copy(tmp_path_factory.mktemp("answered") / "w")
    case.answer()
    case.advance()
    return case


def live(case: Case) -> None:
    """Make the case's workspace a live one."""
    path = case.workspace.root / layout.MARK
    path.write_text(path.read_text("utf-8").replace('kind = "example"', 'kind = "live"'), "utf-8")


def mapped(case: Case, person: str) -> None:
    """Map the user of this process to a person."""
    path = case.workspace.root / "people.yaml"
    row = f"  - id: {person}\n"
    text = path.read_text("utf-8")
    path.write_text(text.replace(row, f"{row}    os_uid: {os.getuid()}\n"), "utf-8")


@pytest.mark.parametrize("name", [*NAMES, *VERBS])
def test_every_command_explains_itself_with_an_example(name: str, run: Run) -> None:
    """Each command's help says what it does and shows how it is typed."""
    code, out, _ = run(None, *(name.split() if name != "prefect" else []), "--help")

    assert code == 0
    assert (f"breachbook {name}" in out) if name != "prefect" else ("Prefect's own client" in out)


@pytest.mark.parametrize("arguments", [("evidence",), ("evidence", "--help"), ("hold", "-h")])
def test_group_says_what_each_of_its_verbs_does(arguments: tuple[str, ...], run: Run) -> None:
    """Whoever asks for a group of commands sees each with its first sentence."""
    code, out, _ = run(None, *arguments)
    verbs = [name.split()[1] for name in VERBS if name.split()[0] == arguments[0]]

    assert code == 0
    assert all(re.search(rf"^  {verb}: [A-Z]", out, re.MULTILINE) for verb in verbs)


@pytest.mark.parametrize(
    "name", [name for name in [*NAMES, *VERBS] if name not in ("evidence", "hold")]
)
def test_commands_that_print_data_have_json(name: str) -> None:
    """Every command but those that start something else takes --json."""
    command = build(only=name.split()[0])
    for word in name.split():
        command = command[word]
    parameters = command.default_command.__annotations__

    assert ("json" in parameters) == (name not in ("init", "up", "demo", "prefect"))


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["show"],
        ["show", "x", "--nonsense"],
        ["show", "LEAK-2026-9999"],
        ["resolve", "a", "b"],
    ],
)
def test_bad_usage_ends_with_2(arguments: list[str], waiting: Case, run: Run) -> None:
    """An unknown command, option or matter, and a missing argument end with 2 and say so on stderr."""
    code, out, err = run(waiting, *arguments)

    assert (code, out) == (2, "")
    assert err


def test_folder_without_a_workspace_is_said(tmp_path: Path, run: Run) -> None:
    """A command outside a workspace says where to be."""
    code, _, err = run(tmp_path, "matters")

    assert code == 2
    assert "breachbook.toml is missing" in err


def test_workspace_is_found_from_a_folder_within(
    waiting: Case, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The current folder may be anywhere in the workspace, and the environment stands before it."""
    monkeypatch.chdir(waiting.workspace.matters_folder)
    assert waiting.id in run(None, "matters")[1]
    monkeypatch.setenv("BREACHBOOK_WORKSPACE", str(waiting.workspace.root / "nowhere"))

    assert run(None, "matters")[0] == 2


def test_debug_shows_where_an_error_came_from(waiting: Case, run: Run) -> None:
    """Only --debug prints a traceback."""
    assert "Traceback" not in run(waiting, "show", "LEAK-2026-9999")[2]
    assert "Traceback" in run(waiting, "show", "LEAK-2026-9999", "--debug")[2]


def test_report_opens_a_matter_and_wakes(tmp_path: Path, run: Run) -> None:
    """A report prints the matter's id alone, and says that no engine runs yet."""
    case = Case.install(tmp_path / "w")
    report = case.workspace.root / "report.yaml"

    code, out, err = run(case, "report", report)

    assert (code, out) == (0, "LEAK-2026-0001\n")
    assert "nothing is lost" in err
    assert len(err.splitlines()) == 1


def test_same_report_gives_the_same_matter(tmp_path: Path, run: Run) -> None:
    """The same report again gives the matter it opened; --new opens another."""
    case = Case.install(tmp_path / "w")
    report = case.workspace.root / "report.yaml"
    run(case, "report", report)

    again = json.loads(run(case, "report", report, "--json")[1])
    new = json.loads(run(case, "report", report, "--new", "--json")[1])

    assert (again["matter"], again["new"]) == ("LEAK-2026-0001", False)
    assert (new["matter"], new["new"]) == ("LEAK-2026-0002", True)


def test_report_with_an_attachment_that_is_not_there_opens_the_matter(
    tmp_path: Path, run: Run
) -> None:
    """A missing attachment is said and recorded; the clock is running."""
    case = Case.install(tmp_path / "w")
    report = case.workspace.root / "report.yaml"

    code, out, err = run(case, "report", report, "--attach", tmp_path / "gone.jpg")
    view = json.loads(run(case, "show", out.strip(), "--json")[1])

    assert code == 0
    assert "gone.jpg: could not be read" in err
    assert [item["state"] for item in view["attachments"]] == ["missing"]


def test_bad_report_lists_every_problem_and_writes_nothing(tmp_path: Path, run: Run) -> None:
    """Every problem of a report is told with its line and key, and no matter is opened."""
    case = Case.install(tmp_path / "w")
    report = case.workspace.root / "report.yaml"
    text = report.read_text("utf-8")
    text = text.replace('"2026-11-16T09:20:00-06:00"', '"2026-11-16T09:20:00"').replace(
        "[CN, US]", "CN"
    )
    report.write_text(f"{text}\nnonsense: 1\n", "utf-8")

    code, out, err = run(case, "report", report, "--as", "peter-lindgren")

    assert (code, out) == (2, "")
    for key in ("discovered_at", "places", "nonsense"):
        assert any(key in line and "report.yaml:" in line for line in err.splitlines()), err
    assert not case.workspace.matter_ids()


def test_unknown_user_is_told_what_to_write(waiting: Case, tmp_path: Path, run: Run) -> None:
    """A writing command by a user nobody mapped names os_uid in people.yaml, and records nothing."""
    case = waiting.copy(tmp_path / "w")
    before = case.matter.seq

    code, _, err = run(case, "note", case.id, "hello")

    assert code == 2
    assert f"os_uid: {os.getuid()}" in err
    assert case.matter.seq == before


def test_acting_as_somebody_is_for_examples(waiting: Case, tmp_path: Path, run: Run) -> None:
    """--as is refused in a live workspace, and for somebody unknown."""
    case = waiting.copy(tmp_path / "w")
    assert run(case, "note", case.id, "hello", "--as", "nobody-known")[0] == 2
    live(case)

    code, _, err = run(case, "note", case.id, "hello", "--as", "helen-marsh")

    assert code == 2
    assert "not an example" in err


def test_own_user_id_acts_in_a_live_workspace(waiting: Case, tmp_path: Path, run: Run) -> None:
    """A mapped user acts as that person, identified by the operating system."""
    case = waiting.copy(tmp_path / "w")
    live(case)
    mapped(case, "helen-marsh")

    code, out, _ = run(case, "note", case.id, "spoke with Chicago")
    actor = case.events()[-1].actor

    assert code == 0
    assert "note.added" in out
    assert (actor.person, actor.method) == ("helen-marsh", "os-user")


@pytest.mark.parametrize("person", ["zhou-min", "peter-lindgren"])
def test_matter_is_shown_only_to_its_people(
    person: str, waiting: Case, tmp_path: Path, run: Run
) -> None:
    """Somebody not on the matter, and its reporter, cannot show it, nor is it in their list."""
    case = waiting.copy(tmp_path / "w")
    mapped(case, person)

    code, out, err = run(case, "show", case.id)

    assert (code, out) == (2, "")
    assert "not yours to see" in err
    assert case.id not in run(case, "matters")[1]
    assert run(case, "deadlines", case.id)[0] == 2


def test_damaged_matter_is_listed_to_everybody(waiting: Case, tmp_path: Path, run: Run) -> None:
    """A journal that does not verify is named, with what to do, and hides behind nobody's rights."""
    case = waiting.copy(tmp_path / "w")
    mapped(case, "zhou-min")
    path = case.workspace.matters_folder / case.id / "journal.jsonl"
    path.write_bytes(path.read_bytes().replace(b"supplier", b"Supplier", 1))

    code, out, err = run(case, "matters")

    assert code == 0
    assert "damaged" in out
    assert f"audit verify {case.id}" in err
    assert "Wheels" not in out
    assert run(case, "show", case.id)[0] == 3


def test_conflicted_person_sees_nothing_any_more(waiting: Case, tmp_path: Path, run: Run) -> None:
    """Recording somebody as conflicted takes the matter from their view at once."""
    case = waiting.copy(tmp_path / "w")
    assert run(case, "show", case.id, "--as", "lin-yue")[0] == 0

    code, *_ = run(case, "people", case.id, "conflict", "lin-yue", "--as", "helen-marsh")

    assert code == 0
    assert run(case, "show", case.id, "--as", "lin-yue")[0] == 2


def test_reporter_sees_the_state_of_the_own_report_and_nothing_else(
    waiting: Case, run: Run
) -> None:
    """The reporter's view holds no step, person, document or deadline."""
    code, out, _ = run(waiting, "status", waiting.id, "--json", "--as", "peter-lindgren")

    assert code == 0
    assert json.loads(out).keys() == {"matter", "title", "state", "reported_at", "attachments"}
    assert run(waiting, "status", waiting.id, "--as", "zhou-min")[0] == 2


def test_step_is_answered(waiting: Case, tmp_path: Path, run: Run) -> None:
    """Answers given as k=v are recorded; all wrong ones are told at once."""
    case = waiting.copy(tmp_path / "w")
    pairs = [f"{name}={value}" for name, value in TRIAGE.items()]
    code, _, err = run(case, "answer", case.id, "triage", "severity=huge", "--as", "helen-marsh")
    assert code == 2
    assert "severity: got huge" in err
    assert "signatory: missing" in err

    code, out, _ = run(case, "answer", case.id, "triage", *pairs, "--as", "helen-marsh")

    assert code == 0
    assert "step.finished triage" in out


def test_fact_is_recorded_corrected_and_retracted(
    answered: Case, tmp_path: Path, run: Run
) -> None:
    """A second fact of a kind must correct the first, and a retraction needs its reason."""
    case = answered.copy(tmp_path / "w")
    fact = ["fact", case.id, "us-complaint-filed", "2026-11-18", "--about", "case-1"]
    clerk = ["--as", CLERK.person]
    assert run(case, *fact, *clerk)[0] == 0
    id_ = list(case.matter.facts)[-1]

    assert run(case, *fact, *clerk)[0] == 2
    assert run(case, *fact, "--correct", id_, "--reason", "misread", *clerk)[0] == 0
    newest = list(case.matter.facts)[-1]
    assert run(case, "fact", case.id, "--retract", newest, *clerk)[0] == 2
    assert run(case, "fact", case.id, "--retract", newest, "--reason", "never", *clerk)[0] == 0
    assert newest not in case.matter.facts


def test_approval_shows_what_is_approved(answered: Case, tmp_path: Path, run: Run) -> None:
    """Approving prints the subject's hash, files, recipient with address, and until when."""
    case = answered.copy(tmp_path / "w")
    request = case.request(LETTER, HOLDER)
    approval = case.matter.approvals[request]

    code, out, _ = run(case, "approve", request, "--as", "david-okafor")

    assert code == 0
    assert approval.subject[:16] in out
    for sha in case.matter.documents[approval.document].files.values():
        assert sha[:16] in out
    assert "Moqiao Heavy Castings" in out
    assert "act before" in out
    assert [d.person for d in case.matter.approvals[request].decisions] == ["david-okafor"]


def test_author_cannot_approve(answered: Case, tmp_path: Path, run: Run) -> None:
    """A refused decision ends with 1, says why, and is recorded as refused."""
    case = answered.copy(tmp_path / "w")
    request = case.request(LETTER, HOLDER)

    code, _, err = run(case, "approve", request, "--as", "helen-marsh")

    assert code == 1
    assert "others must decide" in err
    assert case.events()[-1].kind == "approval.refused"


@pytest.mark.parametrize("command", ["reject", "request-changes"])
def test_refusal_needs_a_comment(command: str, answered: Case, tmp_path: Path, run: Run) -> None:
    """Without a comment nothing is refused; with one it is kept with the decision."""
    case = answered.copy(tmp_path / "w")
    request = case.request(LETTER, HOLDER)
    act = [command, request, "--as", "lin-yue"]
    assert run(case, *act)[0] == 2
    assert run(case, *act, "--comment", " ")[0] == 2

    code, *_ = run(case, *act, "--comment", "name the licence")
    view = json.loads(run(case, "approvals", request, "--json")[1])

    assert code == 0
    assert view["decisions"][0]["comment"] == "name the licence"


def test_approvals_of_mine_are_those_that_wait_for_me(answered: Case, run: Run) -> None:
    """--mine leaves out what one may not decide."""
    everything = json.loads(run(answered, "approvals", "--json")[1])
    mine = json.loads(run(answered, "approvals", "--mine", "--json", "--as", "joan-petrov")[1])

    assert len(everything) == 4
    assert mine == []


def test_deadlines_say_everything_a_lawyer_asks(answered: Case, run: Run) -> None:
    """Each deadline has its dates, rule, authority, status and working; one matter need not be named."""
    code, out, _ = run(answered, "deadlines", "--json")
    found = json.loads(out)

    assert code == 0
    assert found
    assert found == json.loads(run(answered, "deadlines", answered.id, "--json")[1])
    for item in found:
        assert {"raw", "legal", "safe", "rule", "authority", "status", "working"} <= item.keys()
        assert item["working"]
        assert item["authority"]["locator"]


def test_silence_of_the_engine_is_said_with_what_is_overdue(
    answered: Case, tmp_path: Path, run: Run
) -> None:
    """More than three minutes after the engine's last look every command says so, before it none does."""
    case = answered.copy(tmp_path / "w")
    beat = case.workspace.run / "heartbeat.json"
    replace(beat, b'{"at": "2026-11-16T18:00:00Z"}')
    _, _, late = run(case, "matters")
    replace(beat, json.dumps({"at": stamp(datetime.now(UTC))}).encode())

    assert "last looked 2026-11-16 18:00 UTC" in late
    assert "overdue" in late
    assert run(case, "matters")[2] == ""


def test_what_people_typed_cannot_steer_the_terminal(
    waiting: Case, tmp_path: Path, run: Run
) -> None:
    """Escape sequences and direction marks in a title are printed as question marks."""
    case = Case.install(tmp_path / "w")
    report = case.workspace.root / "report.yaml"
    text = report.read_text("utf-8").splitlines()
    text[1] = 'title: "red \\e[31m and \\u202e backwards"'
    report.write_text("\n".join(text), "utf-8")
    run(case, "report", report)

    _, out, _ = run(case, "matters")

    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "red ?[31m and ? backwards" in out


@pytest.mark.parametrize(
    "command",
    [
        ["matters"],
        ["show", "LEAK-2026-0001"],
        ["deadlines", "LEAK-2026-0001"],
        ["count", "--regime", "us-itc", "--from", "2026-11-16", "--period", "12 days"],
        ["rule", "itc-petition-review", "--from", "2026-11-16"],
    ],
)
def test_quick_commands_import_nothing_slow(command: list[str], answered: Case, run: Run) -> None:
    """What is typed often waits for no framework; the second run finds what the first one kept."""
    run(answered, *command)
    heavy = ["rich", "jinja2", "slack_sdk", "prefect", "typst", "pydantic", "yaml", "tinydb"]
    code = (
        f"import sys; from breachbook.cli import main; main({command});"
        f" print([m for m in {heavy} if m in sys.modules])"
    )
    environment = {**os.environ, "BREACHBOOK_WORKSPACE": str(answered.workspace.root)}

    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines()[-1] == "[]"


def test_reader_who_goes_away_is_no_error(answered: Case) -> None:
    """A pipe that is closed early ends the command without a traceback."""
    environment: dict[str, Any] = {
        **os.environ,
        "BREACHBOOK_WORKSPACE": str(answered.workspace.root),
    }
    command = f"{sys.executable} -m breachbook show {answered.id} --json | head -c 10"

    done = subprocess.run(command, shell=True, env=environment, capture_output=True, check=False)  # noqa: S602

    assert b"Traceback" not in done.stderr
