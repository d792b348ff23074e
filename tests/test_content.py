"""Where content is found: own folders first, then ours."""

from pathlib import Path

import pytest

from breachbook import content
from breachbook.errors import ContentError

ROOT = Path(content.__file__).parent.parent


def test_shipped_is_beside_the_package_in_a_checkout() -> None:
    """In a checkout the outside folders stand at the root of the repository."""
    assert content.shipped("flows") == ROOT / "flows"


def test_shipped_is_inside_the_package_in_a_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the package itself holds the folder, as the wheel does, that one counts."""
    (tmp_path / "breachbook" / "flows").mkdir(parents=True)
    (tmp_path / "breachbook" / "flows" / "respond.py").touch()
    monkeypatch.setattr(content, "_PACKAGE", tmp_path / "breachbook")

    assert content.shipped("flows") == tmp_path / "breachbook" / "flows"
    assert content.flow_entrypoint("respond") == "breachbook.flows.respond:respond"


def test_folders_put_the_workspace_first(tmp_path: Path) -> None:
    """An organisation's own folder comes before ours, and only when it is there."""
    (tmp_path / "notices").mkdir()

    assert content.folders("notices", tmp_path) == (tmp_path / "notices", ROOT / "notices")
    assert content.folders("playbooks", tmp_path) == (ROOT / "playbooks",)


def test_law_folders_put_ours_first(tmp_path: Path) -> None:
    """A workspace's law adds to ours and does not shadow it."""
    (tmp_path / "law").mkdir()

    assert content.law_folders(tmp_path)[-1] == tmp_path / "law"
    assert content.law_folders() == content.law_folders(tmp_path)[:-1]


def test_find_prefers_the_own_copy(tmp_path: Path) -> None:
    """A file of the workspace replaces ours of the same name; a flow is then named by its path."""
    (tmp_path / "flows").mkdir()
    own = tmp_path / "flows" / "respond.py"
    own.touch()

    assert content.find("flows", "respond.py", tmp_path) == own
    assert content.flow_entrypoint("respond", tmp_path) == f"{own}:respond"


@pytest.mark.parametrize("name", ["no-such.yaml", "../README.md", "/etc/passwd", "..", ""])
def test_find_refuses_what_is_not_there(name: str) -> None:
    """A name that no folder holds, or that leads out of the folder, is refused."""
    with pytest.raises(ContentError, match="got nothing"):
        content.find("playbooks", name)
