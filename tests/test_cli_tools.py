"""The commands that need no matter: making and examining a workspace, links."""

import json
import os
from pathlib import Path

from tests.cases_core import Case
from tests.terminal import Run


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
