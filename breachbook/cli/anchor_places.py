"""What the doctor looks at of anchors: the log key, and how many places outside hold checkpoints."""

import os
from collections.abc import Iterator

from breachbook import layout
from breachbook.cli.looked_at import Item
from breachbook.workspace import Workspace

_ABOUT = "anchors"
_ENOUGH = 2


def look(workspace: Workspace) -> Iterator[Item]:
    """Look at the folders outside and at the key that signs checkpoints."""
    chosen = workspace.config
    key = workspace.root / layout.LOG_KEY
    if key.is_file() and key.stat().st_mode & 0o077:
        yield Item(_ABOUT, "unsafe", f"{layout.LOG_KEY} can be read by others; chmod 600")
    for name in chosen.anchors.folders:
        folder = workspace.root / name
        if not folder.is_dir():
            yield Item(_ABOUT, "missing", f"{folder} is not there; checkpoints do not get to it")
        elif not os.access(folder, os.W_OK | os.X_OK):
            yield Item(_ABOUT, "missing", f"{folder} cannot be written to by you")
        elif folder.stat().st_dev == workspace.root.stat().st_dev:
            text = (
                f"{folder} is on the workspace's own disk; whoever changes a journal can change it"
            )
            yield Item(_ABOUT, "missing", text)
    stamped = chosen.anchors.time_stamp and any(
        not authority.is_trial for authority in chosen.evidence.authorities
    )
    posted = chosen.anchors.slack and chosen.slack is not None
    places = len(chosen.anchors.folders) + stamped + posted
    if places < _ENOUGH:
        text = (
            f"{places} places outside get checkpoints of the journals; allowed: at least {_ENOUGH}"
        )
        yield Item(_ABOUT, "missing", text)
    else:
        yield Item(_ABOUT, "ok", f"{places} places outside get checkpoints of the journals")
