"""What a workspace adds of its own is checked before anything is started."""

import shutil
from pathlib import Path

import pytest

from breachbook import content, supervisor
from breachbook.lint import lint_own
from breachbook.workspace import Workspace
from tests.cases_core import Case
from tests.terminal import Run


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the example with a playbook and a notice of its own."""
    root = Case.install(tmp_path / "w").workspace.root
    (root / "playbooks").mkdir()
    shutil.copy(content.find("playbooks", "supplier-leak.yaml"), root / "playbooks")
    shutil.copytree(
        content.find("notices", "cease-and-desist"), root / "notices" / "cease-and-desist"
    )
    return root


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_what_is_in_order_is_passed(root: Path) -> None:
    """A workspace's own playbook and notice are looked at, and what we ship is not."""
    checked, problems = lint_own(Workspace(root))

    assert problems == []
    assert checked == [
        "breachbook.toml",
        "notices/cease-and-desist",
        "playbooks/supplier-leak.yaml",
    ]


def test_up_refuses_and_names_every_problem(
    root: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A playbook or notice that every report would fail on is said at the start, and nothing runs."""
    monkeypatch.setattr(supervisor, "up", lambda *_, **__: pytest.fail("it was started"))
    _edit(root / "playbooks" / "supplier-leak.yaml", "kind: ask", "kind: kind-of-ask")
    _edit(root / "notices" / "cease-and-desist" / "notice.yaml", "audience:", "audiense:")
    code, out, err = run(root, "up")

    assert (code, out) == (2, "")
    assert "playbooks/supplier-leak.yaml:" in err
    assert "kind-of-ask" in err
    assert "audiense" in err


def test_up_refuses_law_of_its_own_that_cannot_be_read(
    root: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every report reads the law, so a fault in a workspace's own is told at the start too."""
    monkeypatch.setattr(supervisor, "up", lambda *_, **__: pytest.fail("it was started"))
    (root / "law").mkdir()
    (root / "law" / "triggers.yaml").write_text("nonsense: 1\n", "utf-8")
    code, _, err = run(root, "up")

    assert code == 2
    assert "triggers.yaml" in err


def test_up_starts_what_is_in_order(root: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without problems it goes on to start."""
    started: list[Path] = []
    monkeypatch.setattr(supervisor, "up", lambda workspace, **_: started.append(workspace.root))

    assert run(root, "up")[0] == 0
    assert started == [root]
