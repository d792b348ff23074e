"""Messages kept aside while a form about them is open: durably, under an unguessable token, for a day."""

import contextlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from breachbook.durable import replace
from breachbook.workspace import Workspace

_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Aside:
    """The folder ``run/slack-messages`` (0700)."""

    workspace: Workspace

    def keep(self, kept: Mapping[str, Any]) -> str:
        """Keep a message and who asked; gives its token. What nobody came back for is removed."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self._forget_old()
        token = secrets.token_hex(16)
        replace(self._path(token), json.dumps(kept).encode())
        return token

    def get(self, token: str, person: str) -> dict[str, Any] | None:
        """Give what a person had kept; None when it is gone, or was somebody else's."""
        try:
            kept = json.loads(self._path(token).read_bytes())
        except (OSError, ValueError):
            return None
        return kept if kept["person"] == person else None

    def drop(self, token: str) -> None:
        """Forget a message whose form was sent."""
        self._path(token).unlink(missing_ok=True)

    @property
    def _folder(self) -> Path:
        return self.workspace.run / "slack-messages"

    def _path(self, token: str) -> Path:
        name = token if token.isalnum() else "none"
        return self._folder / f"{name}.json"

    def _forget_old(self) -> None:
        oldest = self.workspace.now().timestamp() - _SECONDS
        for path in self._folder.glob("*.json"):
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < oldest:
                    path.unlink()
