"""Doing what the engine says is due: one module per kind of work, each giving events and never appending them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from breachbook.agenda import Perform
from breachbook.events import Draft
from breachbook.library import Library
from breachbook.matter import Matter
from breachbook.matter_file import MatterFile
from breachbook.workspace import Workspace

Write = Callable[[Matter], Sequence[Draft]]


@dataclass(frozen=True)
class Job:
    """One claimed act and what it may use; ``file`` is this job's own view of the matter."""

    workspace: Workspace
    library: Library
    file: MatterFile
    perform: Perform
    slack: Any = None

    @property
    def where(self) -> str:
        """Name the step and its target as people type it."""
        return f"{self.perform.step}/{self.perform.target}".removesuffix("/-")


def _none(_: Matter) -> Sequence[Draft]:
    return ()


@dataclass(frozen=True)
class Result:
    """How an act ended.

    Attributes:
        state: finished, failed or uncertain; ``open`` when a person now has to do it.
        outcome: A closed word for the journal.
        reason: Free text, kept as a commitment.
        write: Gives the events of what came of it, under the journal's lock.
        data: Further keys of the ``step.finished`` event.
    """

    state: Literal["finished", "failed", "uncertain", "open"]
    outcome: str
    reason: str = ""
    write: Write = _none
    data: Mapping[str, Any] = field(default_factory=dict)


Do = Callable[[Job], Result]
