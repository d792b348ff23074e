"""Where content lives: playbooks, notices, flows, examples and law, in a checkout and in a wheel.

The wheel carries the outside folders inside the package; a checkout has them beside it. Everything
else asks here and gets real paths, because Prefect loads a flow from a path.
"""

from pathlib import Path
from typing import Literal

from breachbook.errors import ContentError, Problem

Kind = Literal["playbooks", "notices", "flows", "examples"]

_PACKAGE = Path(__file__).resolve().parent


def shipped(kind: Kind) -> Path:
    """Find the folder of the content we ship: inside the package (wheel), else beside it."""
    inside = _PACKAGE / kind
    return inside if inside.is_dir() else _PACKAGE.parent / kind


def folders(kind: Kind, workspace: Path | None = None) -> tuple[Path, ...]:
    """List the folders to search for one kind of content: the workspace's own first, then ours."""
    own = () if workspace is None else (workspace.resolve() / kind,)
    return tuple(folder for folder in (*own, shipped(kind)) if folder.is_dir())


def law_folders(workspace: Path | None = None) -> tuple[Path, ...]:
    """List the folders of law: ours, then the workspace's, which adds rules and shadows none."""
    own = () if workspace is None else (workspace.resolve() / "law",)
    return tuple(folder for folder in (_PACKAGE / "law", *own) if folder.is_dir())


def find(kind: Kind, name: str, workspace: Path | None = None) -> Path:
    """Find one file or folder of content by its name, such as ``supplier-leak.yaml``.

    Raises:
        ContentError: No folder holds an entry of exactly that name.
    """
    found: dict[str, Path] = {}
    for folder in folders(kind, workspace):
        for entry in folder.iterdir():
            found.setdefault(entry.name, entry)
    if name in found:
        return found[name]
    offered = ", ".join(sorted(name for name in found if not name.startswith((".", "_"))))
    raise ContentError([Problem(f"{kind}/{name}", None, "", "nothing", f"one of: {offered}")])


def flow_entrypoint(verb: str, workspace: Path | None = None) -> str:
    """Name a flow as Prefect loads it: a module of the installed wheel, else an absolute path.

    Load it with ``use_placeholder_flow=False``: otherwise one that fails to import seems to load.

    Raises:
        ContentError: There is no flow of that name.
    """
    path = find("flows", f"{verb}.py", workspace)
    if path.parent == _PACKAGE / "flows":
        return f"breachbook.flows.{verb}:{verb}"
    return f"{path}:{verb}"
