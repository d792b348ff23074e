"""What was acknowledged before it was finished: kept durably, so that a kill loses no click."""

import json
import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from breachbook.desk.payloads import Received
from breachbook.durable import replace

_LOG = logging.getLogger(__name__)


class Inbox:
    """A folder (0700) with one file per unfinished delivery, named by its key."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def keep(self, key: str, received: Received) -> None:
        """Keep a delivery until `done`; keeping it twice changes nothing."""
        kept = {"at": received.at.isoformat(), "body": received.body}
        replace(self._path(key), json.dumps(kept).encode())

    def done(self, key: str) -> None:
        """Forget a delivery that was finished."""
        self._path(key).unlink(missing_ok=True)

    def left(self) -> Iterator[tuple[str, Received]]:
        """Give what a process that ended left, oldest first; an unreadable one stays where it is."""
        for path in sorted(self._folder.glob("*.json"), key=lambda path: path.stat().st_mtime):
            try:
                kept = json.loads(path.read_bytes())
                at = datetime.fromisoformat(kept["at"])
                yield path.stem, Received(dict(kept["body"]), at, is_retry=True)
            except (OSError, ValueError, KeyError, TypeError):
                _LOG.warning("not readable, left alone: %s", path.name)

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.json"
