"""Legal holds: acknowledged by their custodian alone, once, and released by counsel with a reason."""

from dataclasses import dataclass
from typing import Literal

from breachbook.approvals import CAUSES
from breachbook.deadline_records import COUNSEL
from breachbook.errors import UsageError
from breachbook.events import Actor, Draft, Event
from breachbook.layout import MATTER_ID
from breachbook.matter import Matter
from breachbook.matter_file import MatterFile
from breachbook.records import may, still_open
from breachbook.source import shown
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


def release(file: MatterFile, actor: Actor, hold: str, custodian: str, reason: str) -> list[Event]:
    """Release a custodian from a hold, as counsel and with a reason.

    Raises:
        ApprovalError: The person is no counsel on the matter, or it is closed.
        UsageError: There is no such hold, or it was released before.
    """

    def drafts(matter: Matter) -> list[Draft]:
        may(matter, actor, COUNSEL, "releasing a legal hold")
        still_open(matter)
        record = matter.holds.get((hold, custodian))
        if record is None or record.state == "released":
            standing = [
                f"{h.id} of {h.custodian}" for h in matter.holds.values() if h.state != "released"
            ]
            raise UsageError(
                f"{matter.id}: got the hold {shown(hold)} of {shown(custodian)};"
                f" allowed: {', '.join(standing) or 'none stands'}"
            )
        data = {"hold": hold, "custodian": custodian, "reason": file.values.commit(reason)}
        return [Draft("hold.released", data, actor)]

    return file.transact(drafts)


def _judge(matter: Matter, hold: str, person: str) -> Acknowledged:
    record = matter.holds.get((hold, person))
    if record is None:
        return Acknowledged("refused", NOT_YOURS)
    if not matter.open:
        return Acknowledged("refused", CAUSES["closed"], matter.id)
    if record.state == "released":
        return Acknowledged(
            "refused", "this hold was released; nothing is to be acknowledged", matter.id
        )
    if record.state == "acknowledged":
        return Acknowledged("repeated", "already acknowledged", matter.id)
    return Acknowledged("recorded", "acknowledged; thank you", matter.id)
