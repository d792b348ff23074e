"""One invocation: which workspace, who is asking, and what is said about the engine at the end."""

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from breachbook import layout, rows
from breachbook.cli.output import remark
from breachbook.errors import BreachbookError, UsageError

if TYPE_CHECKING:
    from breachbook.events import Actor
    from breachbook.library import Library
    from breachbook.matter import Matter
    from breachbook.matter_file import MatterFile
    from breachbook.workspace import Workspace

STALE = timedelta(minutes=3)
NOT_YOURS = "there is no such matter, or it is not yours to see"


class Session:
    """What was given with the command, and what was found from it.

    Attributes:
        given: --workspace, or None.
        acting_as: --as, or None; only an example allows it.
        remarked: Whether the state of the engine was already said.
    """

    def __init__(self) -> None:
        self.begin(None, None)

    def begin(self, given: str | None, acting_as: str | None) -> None:
        """Forget the last command, if this process ran one, and take what was given with this one."""
        self.given = given
        self.acting_as = acting_as
        self.remarked = False
        self._workspace: Workspace | None = None

    @property
    def root(self) -> Path:
        """Give the workspace's folder; nothing is read."""
        return layout.find(self.given, os.environ, Path.cwd())

    @property
    def workspace(self) -> "Workspace":
        """Give the workspace, its files to be read strictly."""
        if self._workspace is None:
            from breachbook.workspace import Workspace

            self._workspace = Workspace(self.root)
        return self._workspace

    @property
    def library(self) -> "Library":
        """Give what the workspace's matters rest on."""
        from breachbook.library import Library

        return Library(self.workspace)

    def person(self, default: str | None = None) -> "tuple[str, str]":
        """Say who acts and how they were identified.

        Args:
            default: Who acts in an example when nobody was named.

        Raises:
            UsageError: Nobody in people.yaml has this user id, or --as is not allowed or names nobody.
        """
        people, example = self.workspace.people, self.workspace.example
        if self.acting_as is not None:
            if not example:
                raise UsageError(
                    "--as: got a workspace that is not an example; allowed: your own user id, as os_uid in people.yaml"
                )
            if self.acting_as not in people:
                raise UsageError(
                    f"--as: got {self.acting_as[:60]!r}; allowed: {', '.join(people.by_id)}"
                )
            return self.acting_as, "example"
        found = people.by_uid(os.getuid())
        if found is not None:
            return found, "os-user"
        if example and default in people and default is not None:
            return default, "example"
        hint = ", or --as PERSON, as this is an example" if example else ""
        raise UsageError(
            f"people.yaml: got your user id {os.getuid()}, which is nobody's; allowed: os_uid: {os.getuid()}"
            f" in one row{hint}"
        )

    def actor(self, default: str | None = None) -> "Actor":
        """Give the actor for events that this command appends; see `person`."""
        from breachbook.events import Actor

        return Actor(*self.person(default))

    def writable(self, matter: str) -> "tuple[MatterFile, Actor]":
        """Open a matter to be written to, and say by whom.

        Raises:
            UsageError: No such matter, or --as in a matter that was not opened as an example.
        """
        actor = self.actor()
        file = self.workspace.matter(matter)
        if actor.method == "example" and not file.refresh().example:
            raise UsageError(f"{matter}: was not opened as an example; allowed: without --as")
        return file, actor

    def readable(self, matter: str) -> "tuple[MatterFile, Matter]":
        """Open a matter to be read, if whoever asks may see it.

        Raises:
            UsageError: No such matter, or not theirs to see.
        """
        file = rows.open_file(self.root, matter)
        state = file.refresh()
        reader = self.reader()
        if reader is not None and not state.sees(reader):
            raise UsageError(f"{matter}: {NOT_YOURS}")
        return file, state

    def reader(self) -> str | None:
        """Name who reads, or None when nobody in people.yaml has this user id: then the file system decides.

        People and user ids are kept in ``run/people.json`` beside the size and time of the files they
        were read from, so that reading a matter need not check every file of the workspace again.
        """
        if self.acting_as is None and not (self.root / "people.yaml").exists():
            return None
        known = self._known()
        if self.acting_as is None:
            found = known["uids"].get(str(os.getuid()))
            return str(found) if found is not None else None
        if not known["example"] or self.acting_as not in known["people"]:
            self.person()
        return self.acting_as

    def _known(self) -> Mapping[str, Any]:
        kept = self.root / "run" / "people.json"
        basis = [_mark(self.root / name) for name in ("people.yaml", layout.MARK)]
        try:
            known: dict[str, Any] = json.loads(kept.read_bytes())
            if known["basis"] == basis:
                return known
        except (OSError, ValueError, KeyError, TypeError):
            pass
        people = self.workspace.people.by_id.values()
        known = {
            "basis": basis,
            "example": self.workspace.example,
            "people": [person.id for person in people],
            "uids": {
                str(person.os_uid): person.id for person in people if person.os_uid is not None
            },
        }
        from breachbook.durable import replace

        replace(self.workspace.run / "people.json", json.dumps(known).encode())
        return known

    def tell_engine(self, matter: str) -> None:
        """Wake the engine, or say that it does not run."""
        from breachbook.wake import wake

        if not wake(self.workspace, matter):
            remark(
                "the engine is not running; nothing is lost, it goes on when `breachbook up` is started"
            )
            self.remarked = True

    def about_engine(self) -> None:
        """Say on stderr when the engine last looked, if that is too long ago."""
        root = self.root
        if self.remarked or not (root / layout.MARK).is_file():
            return
        now = datetime.now(UTC)
        last = _heartbeat(root)
        if last is not None and now - last < STALE:
            return
        since = "is not running" if last is None else f"last looked {last:%Y-%m-%d %H:%M} UTC"
        try:
            open_ = [row for row in rows.current(root) if row["state"] == "open"]
            late = str(sum(rows.overdue(row, now.date()) for row in open_))
        except (BreachbookError, OSError):
            late = "an unknown number of"
        remark(f"the engine {since}; {late} deadlines are overdue; start it with `breachbook up`")


def _mark(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns, status.st_ino]


def _heartbeat(root: Path) -> datetime | None:
    try:
        return datetime.fromisoformat(
            json.loads((root / "run" / "heartbeat.json").read_bytes())["at"]
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


current = Session()
