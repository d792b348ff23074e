"""What every connector promises: a plan that changes nothing, one act under a key, a look."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Effect = Literal["done", "failed", "unknown"]
Seen = Literal["took", "not-taken", "unknown"]


@dataclass(frozen=True)
class Call:
    """One use of a recipe on one target.

    Attributes:
        matter: Matter id.
        step: Step id of the playbook.
        target: What is acted on, an account id.
        round: Grows only by a person's decision to do it again.
        parameters: Values that the recipe's templates may name, from the account's row.
    """

    matter: str
    step: str
    target: str
    round: int
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Description:
    """What a connector is and can do.

    Attributes:
        title: The recipe's title.
        by_person: Somebody does it and records it; `Connector.execute` then only says so.
        undoable: `Connector.undo` can take the effect back.
    """

    title: str
    by_person: bool
    undoable: bool


@dataclass(frozen=True)
class Plan:
    """Exactly what would change, without secrets; its canonical JSON is bound by the approval."""

    data: Mapping[str, Any]
    lines: tuple[str, ...]

    def as_data(self) -> dict[str, Any]:
        """Give the plan as canonical JSON takes it, with the sentences shown to approvers."""
        return {**self.data, "lines": list(self.lines)}


@dataclass(frozen=True)
class Outcome:
    """What became of an act.

    Attributes:
        effect: ``done``; ``failed``, nothing changed; ``unknown``, ask `Connector.verify`.
        code: One of a closed vocabulary per connector, fit for the journal.
        detail: One sentence for people; never a secret, never text that the other side chose.
    """

    effect: Effect
    code: str
    detail: str


class Connector(Protocol):
    """One way to act on a system outside, made for one recipe."""

    def describe(self) -> Description:
        """Say what the connector is and can do."""
        ...

    def plan(self, call: Call) -> Plan:
        """Say exactly what `execute` would change; read-only, the same answer for the same call.

        Raises:
            ContentError: A parameter or a setting that the recipe needs is missing or unfit.
        """
        ...

    def execute(self, call: Call, key: str) -> Outcome:
        """Act once.

        Args:
            call: What to act on.
            key: ``matter/step/round/target/subject``; it names the effect, not the try.
        """
        ...

    def verify(self, call: Call, key: str) -> Seen:
        """Look whether the effect is there; changes nothing."""
        ...

    def undo(self, call: Call, key: str) -> Outcome:
        """Take the effect back, once, under ``key`` with ``/undo`` added."""
        ...
