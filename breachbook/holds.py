"""Acknowledging legal holds: only the custodian may, once, and it is recorded before anybody is told."""

from dataclasses import dataclass
from typing import Literal

from breachbook.errors import UsageError
from breachbook.events import Actor, Draft
from breachbook.layout import MATTER_ID
from breachbook.matter import Matter
from breachbook.workspace import Workspace

NOT_YOURS = "there is no such hold, or it is not yours to acknowledge"


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What became of an acknowledgement: ``recorded``, ``repeated`` (it was there) or ``refused``."""

    outcome: Literal["recorded", "repeated", "refused"]
    text: str
    matter: str = ""


def acknowledge(workspace: Workspace, matter: str, hold: str, *, actor: Actor) -> Acknowledged:
    """Record that a custodian read and keeps a hold.

    Whoever is not its custodian is told what they would be told of a hold that does not exist.

    Raises:
        UsageError: Not the id of a matter.
    """
    if not MATTER_ID.fullmatch(matter):
        raise UsageError(f"got the matter {matter[:40]!r}; allowed: an id such as LEAK-2026-0001")
    if matter not in workspace.matter_ids():
        return Acknowledged("refused", NOT_YOURS)
    file = workspace.matter(matter)
    found: list[Acknowledged] = []

    def drafts(state: Matter) -> list[Draft]:
        found.append(_judge(state, hold, actor.person))
        if found[-1].outcome != "recorded":
            return []
        return [Draft("hold.acknowledged", {"hold": hold, "custodian": actor.person}, actor)]

    file.transact(drafts)
    return found[-1]


def _judge(matter: Matter, hold: str, person: str) -> Acknowledged:
    record = matter.holds.get((hold, person))
    if record is None:
        return Acknowledged("refused", NOT_YOURS)
    if record.state == "released":
        return Acknowledged(
            "refused", "this hold was released; nothing is to be acknowledged", matter.id
        )
    if record.state == "acknowledged":
        return Acknowledged("repeated", "already acknowledged", matter.id)
    return Acknowledged("recorded", "acknowledged; thank you", matter.id)
