"""The commands that need no matter: making and examining a workspace, counting, links."""

import json
import os
from pathlib import Path

import pytest

from tests.cases_core import Case
from tests.terminal import Run, terminal


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in a case's workspace; give its exit code, output and remarks."""
    return terminal(capsys)


def test_count_is_the_same_from_the_cache(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A count prints its working, and the same from calendars kept before, or from a damaged cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    ask = ["count", "us-itc", "2026-11-16", "12 days", "--json"]
    first = run(None, *ask)[1]
    kept = next((tmp_path / "breachbook").glob("*.json"))
    second = run(None, *ask)[1]
    kept.write_text("{")
    third = run(None, *ask)[1]

    assert json.loads(first)["legal"] == "2026-11-30"
    assert first == second == third


@pytest.mark.parametrize(
    "arguments",
    [["us-itc", "2026-13-01", "12 days"], ["us-itc", "2026-11-16T09:00:00", "12 days"]],
)
def test_count_takes_no_time_without_zone(arguments: list[str], run: Run) -> None:
    """What is no date, or an instant without its offset, is bad input."""
    code, _, err = run(None, "count", *arguments)

    assert code == 2
    assert "allowed: 2026-11-16" in err


def test_rule_is_counted_with_its_authority(run: Run) -> None:
    """A rule shows its source, and from a trigger its dates with the working."""
    code, out, _ = run(None, "rule", "us-itc-institution", "--from", "2026-11-20", "--json")
    found = json.loads(out)

    assert code == 0
    assert found["safe"] == "2026-12-18" or found["safe"] <= found["legal"]
    assert found["authority"]["locator"]
    assert run(None, "rule", "no-such-rule")[0] == 2


def test_blank_workspace_passes_lint(tmp_path: Path, run: Run) -> None:
    """A new workspace is closed to others, maps the user who made it, and has no problems."""
    folder = tmp_path / "w"
    assert run(None, "init", folder)[0] == 0

    code, out, _ = run(folder, "lint")

    assert (code, out.splitlines()[-1].split(", ")[1]) == (0, "0 problems")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert f"os_uid: {os.getuid()}" in (folder / "people.yaml").read_text("utf-8")
    assert run(None, "init", folder)[0] == 2


def test_doctor_names_what_is_unsafe(tmp_path: Path, run: Run) -> None:
    """A workspace that others can look into is unsafe, and the doctor ends with 1."""
    case = Case.install(tmp_path / "w")
    case.workspace.root.chmod(0o755)

    code, out, _ = run(case, "doctor", "--json")

    assert code == 1
    assert any(i["state"] == "unsafe" and "mode 755" in i["text"] for i in json.loads(out))


def test_link_opens_the_private_pages_once(tmp_path: Path, run: Run) -> None:
    """A link names the private listener and is good for one entry."""
    code, out, _ = run(Case.install(tmp_path / "w"), "link", "--as", "helen-marsh", "--json")

    assert code == 0
    assert "/enter?key=" in json.loads(out)["link"]
