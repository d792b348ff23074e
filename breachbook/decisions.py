"""Taking a person's decision on a request: judged purely, recorded durably, before anybody is told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from breachbook.approvals import Answer, Verdict, judge
from breachbook.errors import UsageError
from breachbook.events import Actor, Draft
from breachbook.layout import MATTER_ID
from breachbook.matter import Matter
from breachbook.matter_file import MatterFile
from breachbook.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of a decision: ``recorded``, ``repeated`` (nothing changed) or ``refused``."""

    outcome: Literal["recorded", "repeated", "refused"]
    code: str
    text: str
    matter: str = ""
    head: int = 0


def matter_of(request: str) -> str:
    """Give the matter a request id belongs to: ``LEAK-2026-0001-A3`` to ``LEAK-2026-0001``.

    Raises:
        UsageError: Not a request id.
    """
    matter, _, number = request.rpartition("-A")
    if not MATTER_ID.fullmatch(matter) or not number.isdigit():
        raise UsageError(
            f"got the request {request[:40]!r}; allowed: an id such as LEAK-2026-0001-A3, see `approvals`"
        )
    return matter


def decide(
    workspace: Workspace,
    request: str,
    *,
    actor: Actor,
    answer: Answer,
    comment: str | None = None,
    subject16: str | None = None,
    received_at: datetime | None = None,
) -> Decided:
    """Record an authenticated person's decision, or that they may not decide.

    Args:
        subject16: First 16 hex digits of the subject the person saw; None only on the command line, where the
            newest subject is shown before.
        received_at: Our receipt of it, by which expiry is judged.

    Raises:
        UsageError: Not a request id, or no such matter.
    """
    file = workspace.matter(matter_of(request))
    when = received_at or workspace.now()
    verdicts: list[Verdict] = []

    def drafts(matter: Matter) -> list[Draft]:
        verdict = judge(matter, request, actor.person, answer, subject16, when)
        verdicts.append(verdict)
        return list(_drafts(file, matter, request, actor, verdict, answer, comment))

    file.transact(drafts)
    verdict = verdicts[-1]
    return Decided(
        verdict.outcome, verdict.cause, verdict.text, file.folder.name, file.journal.seq
    )


def _drafts(
    file: MatterFile,
    matter: Matter,
    request: str,
    actor: Actor,
    verdict: Verdict,
    answer: Answer,
    comment: str | None,
) -> list[Draft]:
    if verdict.outcome == "repeated":
        return []
    if verdict.outcome == "refused":
        if request not in matter.approvals:
            return []
        return [Draft("approval.refused", {"request": request, "cause": verdict.cause}, actor)]
    data: dict[str, Any] = {
        "request": request, "subject": matter.approvals[request].subject, "decision": answer,
    }  # fmt: skip
    if comment:
        data["comment"] = file.values.commit(comment)
    return [Draft("approval.decided", data, actor, "attorney-client")]
