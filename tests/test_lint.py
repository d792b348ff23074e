"""Lint: everything people write is checked whole, and what files say of each other."""

from pathlib import Path

import pytest

from breachbook import content
from breachbook.errors import Problem, UsageError
from breachbook.lint import lint_all, lint_path
from breachbook.workspace import Workspace
from tests.cases_core import Case


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A copy of the example."""
    return Case.install(tmp_path / "w").workspace


def edit(workspace: Workspace, name: str, old: str, new: str) -> None:
    """Change one text in one file."""
    path = workspace.root / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def anew(workspace: Workspace) -> list[Problem]:
    """Lint the workspace as a new command would."""
    return lint_all(Workspace(workspace.root))[1]


def test_what_we_ship_has_no_problem() -> None:
    """Law, notices and playbooks pass without any workspace."""
    checked, problems = lint_all(None)

    assert problems == []
    assert {"law", "playbooks/supplier-leak.yaml", "notices/cease-and-desist"} <= set(checked)


def test_example_has_no_problem(workspace: Workspace) -> None:
    """The example passes whole, its recipes and rows included."""
    checked, problems = lint_all(workspace)

    assert problems == []
    assert {"people.yaml", "accounts.yaml", "recipes/portal-suspend.yaml"} <= set(checked)


@pytest.mark.parametrize(
    ("name", "old", "new", "key"),
    [
        ("accounts.yaml", "recipe: portal-suspend", "recipe: gone", "accounts.0.recipe"),
        ("accounts.yaml", "party: beiyuan-foundry", "party: gone", "accounts.0.party"),
        ("accounts.yaml", "source: licence-share", "source: gone", "accounts.0.source"),
        ("agreements.yaml", "counterparty: beiyuan-foundry", "counterparty: gone", "agreements.0.counterparty"),
        ("people.yaml", "id: david-okafor", "id: helen-marsh", "people.1.id"),
        ("people.yaml", "zone: Asia/Shanghai", "zone: Shanghai", "people.2.zone"),
        ("breachbook.toml", "[slack]", '[playbooks]\nsupplier = "gone"\n[slack]', "playbooks.supplier"),
        ("breachbook.toml", "algorithm =", "nonsense = 1\nalgorithm =", "evidence.nonsense"),
    ],
)  # fmt: skip
def test_reference_to_nothing_is_named(
    workspace: Workspace, name: str, old: str, new: str, key: str
) -> None:
    """An id that stands nowhere else is named with its file and key path."""
    edit(workspace, name, old, new)

    assert (name, key) in {(problem.file, problem.key) for problem in anew(workspace)}


def test_all_problems_are_told_at_once(workspace: Workspace) -> None:
    """Problems of several files, and several of one, come in one run."""
    edit(workspace, "accounts.yaml", "recipe: portal-suspend", "recipe: gone")
    edit(workspace, "sources.yaml", "place: US", "place: usa\n    colour: red")
    folder = workspace.root / "playbooks"
    folder.mkdir(exist_ok=True)
    (folder / "own.yaml").write_text(
        "id: own\ntitle: Own\nversion: 0\nsteps: []\nmore: 1\n", "utf-8"
    )

    files = [problem.file for problem in anew(workspace)]

    assert files.count("accounts.yaml") == 2
    assert files.count("sources.yaml") == 2
    assert files.count("playbooks/own.yaml") == 3


def test_playbook_for_a_role_that_nobody_holds_is_refused(workspace: Workspace) -> None:
    """A playbook is checked against the people there are."""
    edit(workspace, "people.yaml", "roles: [docketing-clerk]", "roles: [executive]")

    assert any("docketing-clerk, which nobody holds" in problem.got for problem in anew(workspace))


@pytest.mark.parametrize(
    "name",
    [
        "people.yaml", "breachbook.toml", "accounts.yaml", "report.yaml",
        "recipes/portal-suspend.yaml", "recipes", ".",
    ],
)  # fmt: skip
def test_one_file_or_folder_is_checked_by_what_it_is(workspace: Workspace, name: str) -> None:
    """A path is recognised by its name, its folder or its keys."""
    checked, problems = lint_path(workspace.root / name, workspace)

    assert checked
    assert problems == []


@pytest.mark.parametrize(
    "place", ["playbooks", "playbooks/supplier-leak.yaml", "notices", "notices/legal-hold"]
)
def test_shipped_content_is_checked_by_path(place: str) -> None:
    """Playbooks and notices are checked from any folder, without a workspace."""
    kind, _, rest = place.partition("/")
    folder = content.shipped("playbooks" if kind == "playbooks" else "notices")

    checked, problems = lint_path(folder / rest if rest else folder, None)

    assert checked
    assert problems == []


def test_law_is_checked_by_path() -> None:
    """A file of law is read with what it refers to."""
    folder = content.law_folders()[0]

    for path in (folder, folder / "triggers.yaml", folder / "us" / "itc-337.yaml"):
        assert lint_path(path, None)[1] == []


def test_path_that_is_nothing_we_know_is_bad_usage(tmp_path: Path) -> None:
    """A missing path, and a file of no known kind, are refused with what is allowed."""
    (tmp_path / "other.yaml").write_text("colour: red\n", "utf-8")

    for path in (tmp_path / "gone.yaml", tmp_path / "other.yaml"):
        with pytest.raises(UsageError, match="allowed"):
            lint_path(path, None)


def test_unreadable_yaml_is_told_with_its_line(tmp_path: Path) -> None:
    """A file that is no YAML is told with the line."""
    path = tmp_path / "playbooks" / "own.yaml"
    path.parent.mkdir()
    path.write_text("id: own\n  title: x\n", "utf-8")

    (problem,) = lint_path(path, None)[1]

    assert (problem.file, problem.line) == (str(path), 2)
