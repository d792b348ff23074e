"""The example: its files agree with each other, and its shared folder is what the script makes."""

import importlib.util
import stat
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from types import ModuleType

import pytest

from breachbook import content, source
from breachbook.connectors import Call, connector, load_recipes
from breachbook.demo.portal import Portal
from breachbook.docket import docket
from breachbook.intake import check_report
from breachbook.library import Library
from breachbook.matter import Fact
from breachbook.people import ROLES
from breachbook.workspace import Workspace
from breachbook.workspace_files import Report

EXAMPLE = content.find("examples", "railway-wheels")
ROWS = ("trade_secrets", "agreements", "parties", "accounts", "sources")
CASE = source.read(EXAMPLE / "docket-655" / "facts.yaml").data
YAML = sorted(
    path.relative_to(EXAMPLE).as_posix()
    for path in EXAMPLE.rglob("*.yaml")
    if not path.is_relative_to(EXAMPLE / "share")
)


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    """The example, read as any workspace is."""
    return Workspace(EXAMPLE)


@pytest.fixture(scope="module")
def library(workspace: Workspace) -> Library:
    """Law, playbooks, notices and recipes as the example sees them."""
    return Library(workspace)


@pytest.fixture(scope="module")
def report() -> Report:
    """The report of the example."""
    return source.validate(source.read(EXAMPLE / "report.yaml"), Report)


def script(name: str) -> ModuleType:
    """Import a script that stands beside the workspace."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def tree(folder: Path) -> Mapping[str, bytes]:
    """Map every file of a folder to its bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("name", YAML)
def test_yaml_file_is_read(name: str) -> None:
    """Every YAML file of the example is valid and not empty."""
    data = source.read(EXAMPLE / name).data

    assert isinstance(data, dict)
    assert data


def test_workspace_is_an_example_and_its_files_are_accepted(workspace: Workspace) -> None:
    """The configuration, the people and every file of rows pass the checks of a real workspace."""
    rows = [workspace.rows(name) for name in ROWS]

    assert workspace.example
    assert workspace.config.organisation.zone == "America/Chicago"
    assert all(rows)


@pytest.mark.parametrize("key", ["trade_secrets", "holders", "accounts", "sources"])
def test_report_names_rows_that_exist(workspace: Workspace, report: Report, key: str) -> None:
    """Every id in the report is a row of the file it belongs to."""
    file = "parties" if key == "holders" else key

    assert getattr(report, key)
    assert set(getattr(report, key)) <= set(workspace.rows(file))


def test_report_names_people_that_exist(workspace: Workspace, report: Report) -> None:
    """The reporter may report and the custodians can be put under hold."""
    assert "reporter" in workspace.people[report.reporter].roles
    for custodian in report.custodians:
        assert "custodian" in workspace.people[custodian].roles


def test_people_hold_every_role_and_a_slack_identity(workspace: Workspace) -> None:
    """Each role is held by somebody, and everybody can be asked in Slack."""
    people = list(workspace.people.by_id.values())

    assert {role for person in people for role in person.roles} == set(ROLES)
    assert all(person.slack and person.email for person in people)


def test_rows_name_rows_that_exist(workspace: Workspace) -> None:
    """Accounts, agreements and access lists refer only to rows and recipes that exist."""
    parties, recipes = workspace.rows("parties"), load_recipes(EXAMPLE / "recipes")

    for account in workspace.rows("accounts").values():
        assert account["party"] in parties
        assert account["source"] in workspace.rows("sources")
        assert account["recipe"] in recipes
    for agreement in workspace.rows("agreements").values():
        assert agreement["counterparty"] in parties
    for secret in workspace.rows("trade_secrets").values():
        for row in secret["access"]:
            assert row["party"] in parties or row["person"] in workspace.people


def recorded(rows: list[dict[str, str]]) -> list[Fact]:
    """Make facts of the rows of a file."""
    return [
        Fact(
            row.get("id", f"F{number}"),
            row["kind"],
            datetime.fromisoformat(row["when"])
            if "T" in row["when"]
            else date.fromisoformat(row["when"]),
            row["about"],
        )
        for number, row in enumerate(rows, 1)
    ]


def test_report_is_accepted(workspace: Workspace, library: Library) -> None:
    """The report passes every check of intake, and its facts are triggers of the law."""
    report = check_report(workspace, library, source.read(EXAMPLE / "report.yaml"))

    assert report.facts


def test_answers_fit_the_playbook(library: Library) -> None:
    """Each answer belongs to a question, and every closed question has one it allows."""
    _, playbook = library.playbook_for("supplier")

    for step, row in source.read(EXAMPLE / "answers.yaml").data["steps"].items():
        questions = {question.id: question for question in playbook.step(step).questions}
        closed = {
            name: question.allowed for name, question in questions.items() if question.allowed
        }
        assert set(closed) <= set(row["answers"]) <= set(questions)
        assert all(row["answers"][name] in allowed for name, allowed in closed.items())
        assert set(library.workspace.people[row["person"]].roles) & set(playbook.step(step).who)


def test_facts_give_a_docket_in_three_courts(library: Library) -> None:
    """Report and later facts give at least 12 counted deadlines over three dockets."""
    rows = [*source.read(EXAMPLE / "report.yaml").data["facts"]]
    rows += source.read(EXAMPLE / "facts.yaml").data["facts"]
    dockets = ("cn", "us-itc", "us-dtsa")

    entries = {
        name: docket(recorded(rows), library.law, [name], zone="America/Chicago")
        for name in dockets
    }
    counted = [entry for found in entries.values() for entry in found if entry.computed]
    assert all(library.law_problem(row["kind"], row["when"]) is None for row in rows)
    assert all(any(entry.computed for entry in entries[name]) for name in dockets)
    assert len(counted) >= 12
    assert not [entry.problem for found in entries.values() for entry in found if entry.problem]


@pytest.mark.parametrize(
    "expected",
    CASE["expect"],
    ids=[f"{row['rule']}@{row['fact']}" for row in CASE["expect"]],
)
def test_historical_docket_is_counted_as_it_happened(
    library: Library, expected: dict[str, str]
) -> None:
    """The rules of the day give the dates of 337-TA-655."""
    entries = {
        entry.id: entry for entry in docket(recorded(CASE["facts"]), library.law, CASE["dockets"])
    }

    computed = entries[f"{expected['rule']}@{expected['fact']}"].computed
    assert computed is not None
    assert str(computed.legal) == expected["legal"]
    assert expected.get("happened", expected["legal"]) <= expected["legal"]


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    """The supplier portal of the demonstration."""
    running = Portal(tmp_path / "portal.json")
    yield running
    running.stop()


def test_recipe_suspends_an_account_of_the_portal(workspace: Workspace, portal: Portal) -> None:
    """The recipe suspends once under its key, sees that it took, and gives access back on undo."""
    recipe = load_recipes(EXAMPLE / "recipes")["portal-suspend"]
    environment = {
        "BREACHBOOK_DEMO_PORTAL_URL": portal.url,
        "BREACHBOOK_DEMO_PORTAL_TOKEN": portal.token,
    }
    worker = connector(recipe, example=workspace.example, environment=environment)
    call = Call("LEAK-2026-0001", "suspend-portal", "beiyuan-engineering-07", 1)

    before = worker.verify(call, "key")
    outcome = worker.execute(call, "key")
    after = worker.verify(call, "key")
    undone = worker.undo(call, "key")
    assert (before, outcome.effect, after) == ("not-taken", "done", "took")
    assert (undone.effect, worker.verify(call, "key")) == ("done", "not-taken")
    assert portal.state["effects"] == {"key": 1, "key/undo": 1}


@pytest.mark.parametrize("party", ["beiyuan-foundry", "moqiao-castings"])
def test_credit_code_has_its_check_character(workspace: Workspace, party: str) -> None:
    """The Chinese parties' unified social credit codes are well formed (GB 32100-2015, mod 31)."""
    code = workspace.rows("parties")[party]["registration"]
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

    total = sum(alphabet.index(char) * pow(3, place, 31) for place, char in enumerate(code[:17]))
    assert alphabet[-total % 31] == code[17]


def test_share_is_what_the_script_makes() -> None:
    """The committed folder is, byte for byte, the generated one, and small."""
    committed = tree(EXAMPLE / "share")

    assert committed == script("make_share").files()
    assert len(committed) >= 200
    assert sum(len(data) for data in committed.values()) < 1_500_000


def test_share_has_the_kinds_of_file_evidence_has(tmp_path: Path) -> None:
    """The script writes mail, a PDF, an archive, Chinese names, deep folders, an empty file."""
    script("make_share").write(tmp_path / "share")

    made = tree(tmp_path / "share")
    suffixes = {Path(path).suffix for path in made}
    assert {".eml", ".pdf", ".zip", ".docx", ".xlsx", ".csv", ".md"} <= suffixes
    assert any(not path.isascii() for path in made)
    assert max(path.count("/") for path in made) >= 4
    assert b"" in made.values()


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Path]:
    """A folder with the hazards that stay, made readable again so that it can be removed."""
    script("add_live_hazards").add_hazards(tmp_path)
    yield tmp_path / "现场"
    for path in tmp_path.rglob("*.txt"):
        path.chmod(0o600)


def test_hazards_are_what_git_cannot_hold(live: Path) -> None:
    """A named pipe, a link that leads outside and a file without any permission are there."""
    modes = {path.name: path.lstat().st_mode for path in live.iterdir()}

    assert stat.S_ISFIFO(modes["queue.fifo"])
    assert stat.S_ISLNK(modes["link to outside"])
    assert not (live / "link to outside").resolve().is_relative_to(live)
    assert stat.S_IMODE(modes["只限主管.txt"]) == 0


def test_hazards_can_be_added_again(live: Path) -> None:
    """Adding the hazards a second time changes nothing."""
    before = sorted(live.iterdir())

    script("add_live_hazards").add_hazards(live.parent)
    assert sorted(live.iterdir()) == before


def test_files_vanish_between_listing_and_reading(tmp_path: Path) -> None:
    """A reader that lists first and reads later meets files that are gone; none is left behind."""
    hazards = script("add_live_hazards")

    with hazards.vanish_during(tmp_path) as passing:
        first = sorted(passing.iterdir())
        while set(first) & set(passing.iterdir()):
            pass
        gone = [path for path in first if not path.exists()]
    assert first
    assert gone == first
    assert list(passing.iterdir()) == []
