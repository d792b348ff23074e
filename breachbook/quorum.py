"""Whether the people asked can still approve a request: some may be excluded, conflicted or gone since."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from breachbook.matter import Approval, Matter
from breachbook.playbook import Approve


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Why those asked can never approve a request.

    Attributes:
        stage: The first stage that cannot be passed, counted from 1.
        needs: Approvals it needs.
        able: Who of its people approved or still can.
    """

    stage: int
    needs: int
    able: tuple[str, ...]


def shortfall(matter: Matter, approval: Approval, now: datetime) -> Shortfall | None:
    """Say which stage of an open request cannot be passed any more, whoever approves; None if all can."""
    if approval.state != "open" or not matter.open:
        return None
    for number, stage in enumerate(approval.stages, 1):
        able = tuple(p for p in stage.approvers if _counts_still(matter, approval, p, now))
        if stage.lacks(frozenset(able)):
            return Shortfall(number, stage.quorum, able)
    return None


def _counts_still(matter: Matter, approval: Approval, person: str, now: datetime) -> bool:
    if person in approval.approved:
        return True
    # What a delegate says for a conflicted person falls with it; for one who left the matter it stands.
    voices = [person, *(d.to for d in approval.delegations if d.by == person and now < d.until)]
    there = any(voice in matter.roles and voice not in matter.conflicted for voice in voices)
    return there and person not in matter.conflicted


def unreachable(
    matter: Matter,
    approval: Approval,
    policy: Approve | None,
    now: datetime,
    named: Callable[[str], str] = str,
) -> str:
    """Say plainly that a request cannot be approved by those asked, and how to go on; empty when it can.

    Args:
        policy: Of the step as the matter's playbook has it now, or None when it has none.
        named: Gives a person's name.
    """
    found = shortfall(matter, approval, now)
    if found is None:
        return ""
    able = ", ".join(map(named, found.able))
    left = f"of those asked only {able}" if able else "none of those asked"
    is_asked_again = approval.escalated_from is not None
    asks = (policy.escalated if is_asked_again else policy.in_order) if policy else []
    roles = asks[found.stage - 1].roles if found.stage <= len(asks) else []
    whom = " or ".join(roles) or "a role that it asks"
    where = f"{approval.step}/{approval.target}".removesuffix("/-")
    ways = [
        f"add somebody who holds {whom} with `breachbook people {matter.id} add PERSON`, then ask anew"
        f" with `breachbook restart {matter.id} {where} --reason TEXT`"
    ]
    if policy and approval.on_expiry == "escalate" and not is_asked_again:
        ways.append(f"wait until it expires: {' or '.join(policy.escalate_to)} are asked then")
    if alone := [p for p in approval.break_glass if matter.sees(p)]:
        ways.append(f"in an emergency {', '.join(map(named, alone))} may approve alone")
    of = f" of stage {found.stage}" if len(approval.stages) > 1 else ""
    return (
        f"The approvals{of} cannot be reached any more: {found.needs} needed, and {left} can"
        f" give one. To go on, {'; or '.join(ways)}."
    )
