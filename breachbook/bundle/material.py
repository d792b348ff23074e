"""What a bundle is made from: a matter as of one line of its journal, and what an audience is shown of it."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from breachbook.anchors import newest
from breachbook.bundle.disclosure import Disclosure
from breachbook.bundle.wall import COURT, Shown, Wall
from breachbook.canonical import sha256
from breachbook.events import Event
from breachbook.exhibit_book import Anchor, Exhibit
from breachbook.matter import Matter, fold
from breachbook.matter_file import MatterFile
from breachbook.values import Values
from breachbook.workspace import Workspace


@dataclass(frozen=True)
class Material:
    """A matter as of the last line of its journal, for one audience.

    Attributes:
        file: The matter's folder.
        events: Its whole journal.
        lines: The same as bytes, without newlines.
        matter: The fold of it.
        exhibits: Ids of the exhibits that go into the bundle.
        audience: A key of `wall.AUDIENCES`.
        party: Party that gets it, or None.
    """

    workspace: Workspace
    file: MatterFile
    events: Sequence[Event]
    lines: Sequence[bytes] = field(repr=False)
    matter: Matter = field(repr=False)
    exhibits: tuple[str, ...]
    audience: str
    party: str | None

    @classmethod
    def read(
        cls,
        workspace: Workspace,
        matter: str,
        exhibits: Sequence[str],
        audience: str,
        party: str | None = None,
    ) -> "Material":
        """Read a matter whole and verify its journal.

        Raises:
            DamageError: The journal is not as it was written.
        """
        file = workspace.matter(matter)
        events = file.journal.read()
        lines = file.journal.path.read_bytes()[: file.journal.size].split(b"\n")[:-1]
        state = fold(events)
        return cls(workspace, file, events, lines, state, tuple(exhibits), audience, party)

    @property
    def name(self) -> str:
        """Name the bundle: its audience and the head of the journal it was made at."""
        return f"{self.audience}-{self.matter.head[:12]}"

    @property
    def at(self) -> datetime:
        """Give the time of the journal's last line: the only present that a bundle knows."""
        return self.matter.last_at or datetime.min.replace(tzinfo=UTC)

    @cached_property
    def wall(self) -> Wall:
        """Give what the audience is shown."""
        return Wall(self.audience, self.exhibits, self.party, self.events)

    @cached_property
    def disclosure(self) -> Disclosure:
        """Give the journal as the audience is shown it."""
        anchor = newest(self.matter)
        verdicts = [self.wall.judge(event) for event in self.events]
        return Disclosure(self.lines, verdicts, anchor.size if anchor else 0)

    @property
    def sealed(self) -> list[Exhibit]:
        """Give the exhibits of the bundle."""
        return [self.matter.exhibits[one] for one in self.exhibits]

    @property
    def anchors(self) -> list[Anchor]:
        """Give the anchors whose checkpoint is kept, oldest first."""
        return [one for one in self.matter.evidence.anchors.values() if one.checkpoint]

    def bag(self, exhibit: str) -> Path:
        """Give where an exhibit's bag is in the workspace."""
        return self.file.exhibits / exhibit

    def walled(self) -> tuple[MatterFile, Matter]:
        """Give the matter without the custody entries and texts that the audience is not shown."""
        shown = {
            event.data["entry"]
            for event, verdict in zip(self.events, self.disclosure.verdicts, strict=True)
            if event.kind == "custody.entered" and isinstance(verdict, Shown)
        }
        matter, file = copy.copy(self.matter), copy.copy(self.file)
        matter.evidence = copy.copy(matter.evidence)
        matter.evidence.custody = [one for one in matter.evidence.custody if one.id in shown]
        if self.audience != COURT:
            matter.evidence.undertakings = []
            file.values = Values(file.folder / "values-not-shown")
        return file, matter

    @property
    def digest(self) -> str:
        """Hash the journal's bytes."""
        return sha256(b"".join(line + b"\n" for line in self.lines))
