"""Making a workspace from an example."""

import shutil
from pathlib import Path

from breachbook import content
from breachbook.errors import UsageError
from breachbook.layout import MARK


def names() -> list[str]:
    """List the examples there are."""
    return sorted(path.parent.name for path in content.shipped("examples").glob(f"*/{MARK}"))


def install(name: str, folder: Path) -> Path:
    """Copy an example into a folder of its own, mode 0700.

    Raises:
        UsageError: No such example, or the folder is not empty.
    """
    if name not in names():
        raise UsageError(f"got the example {name}; allowed: {', '.join(names())}")
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(
            f"{folder}: got a folder that is not empty; allowed: a new or an empty one"
        )
    ignore = shutil.ignore_patterns("__pycache__", ".*cache", "run", "matters")
    shutil.copytree(
        content.shipped("examples") / name,
        folder,
        dirs_exist_ok=True,
        ignore=ignore,
        symlinks=True,
    )
    folder.chmod(0o700)
    return folder
