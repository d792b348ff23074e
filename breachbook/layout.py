"""Where things stand in a workspace's folder, and what ids look like; nothing here reads a file.

It imports nothing but the standard library.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

MARK = "breachbook.toml"
MATTER_ID = re.compile(r"LEAK-[0-9]{4}-[0-9]{4,6}")
COUNTRY = re.compile(r"[A-Z]{2}")
SEAL_KEY = "seal-key.pem"
LOG_KEY = "log-key.pem"
READ_ONLY = "read-only"


def find(given: str | None, environment: Mapping[str, str], here: Path) -> Path:
    """Find the workspace: given, else BREACHBOOK_WORKSPACE, else the current folder or one above it."""
    if given or environment.get("BREACHBOOK_WORKSPACE"):
        return Path(given or environment["BREACHBOOK_WORKSPACE"])
    for folder in (here, *here.parents):
        if (folder / MARK).is_file():
            return folder
    return here


def matter_ids(root: Path) -> list[str]:
    """List every matter of the workspace at ``root``, oldest first."""
    folder = root / "matters"
    if not folder.is_dir():
        return []
    return sorted(entry.name for entry in os.scandir(folder) if MATTER_ID.fullmatch(entry.name))
