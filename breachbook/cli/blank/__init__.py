"""The files of a new workspace, with comments that say how to fill them in."""

import os
import pwd
import re
from pathlib import Path

from breachbook.errors import UsageError

_FILES = Path(__file__).parent
_FOLDERS = ("recipes", "playbooks", "notices", "law")


def write(folder: Path) -> str:
    """Write a workspace to fill in, mode 0700; give the id of the person the current user became.

    Raises:
        UsageError: The folder is not empty.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(
            f"{folder}: got a folder that is not empty; allowed: a new or an empty one"
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    person = _person()
    for source in sorted(_FILES.glob("*.txt")):
        text = (
            source.read_text("utf-8")
            .replace("@person@", person)
            .replace("@uid@", str(os.getuid()))
        )
        (folder / source.stem).write_text(text, "utf-8")
        (folder / source.stem).chmod(0o600)
    for name in _FOLDERS:
        (folder / name).mkdir(mode=0o700)
    return person


def _person() -> str:
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return "me"
    return "-".join(re.findall(r"[a-z0-9]+", name.lower())) or "me"
