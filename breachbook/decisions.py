"""Taking a person's decision on a request: judged purely, recorded durably, before anybody is told."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from breachbook.approvals import (
    Answer,
    Verdict,
    judge,
    judge_break_glass,
    judge_delegation,
)
from breachbook.errors import UsageError
from breachbook.events import Actor, Draft, stamp
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
    confirmed: str | None = None,
) -> Decided:
    """Record an authenticated person's decision, or that they may not decide.

    Args:
        subject16: First 16 hex digits of the subject the person saw; None only on the command line, where the
            newest subject is shown before.
        received_at: Our receipt of it, by which expiry is judged.
        confirmed: The matter's number as typed, for a request of high risk.

    Raises:
        UsageError: Not a request id, or no such matter.
    """
    when = received_at or workspace.now()

    def verdict_of(matter: Matter) -> Verdict:
        return judge(matter, request, actor.person, answer, subject16, when, confirmed)

    def drafts_of(file: MatterFile, matter: Matter, verdict: Verdict) -> list[Draft]:
        data: dict[str, Any] = {
            "request": request, "subject": matter.approvals[request].subject, "decision": answer,
        }  # fmt: skip
        if comment:
            data["comment"] = file.values.commit(comment)
        by = replace(actor, acting_for=verdict.acting_for)
        return [Draft("approval.decided", data, by, "attorney-client")]

    return _record(workspace, request, actor, verdict_of, drafts_of)


def delegate(
    workspace: Workspace,
    request: str,
    *,
    actor: Actor,
    to: str,
    until: datetime,
    reason: str | None = None,
    received_at: datetime | None = None,
) -> Decided:
    """Hand one's decision on a request to another until a moment; within what its policy allows.

    Raises:
        UsageError: Not a request id, or no such matter.
    """
    when = received_at or workspace.now()

    def verdict_of(matter: Matter) -> Verdict:
        return judge_delegation(matter, request, actor.person, to, until, when)

    def drafts_of(file: MatterFile, matter: Matter, verdict: Verdict) -> list[Draft]:
        data: dict[str, Any] = {
            "request": request, "from": actor.person, "to": to, "until": stamp(until),
        }  # fmt: skip
        if reason:
            data["reason"] = file.values.commit(reason)
        return [Draft("approval.delegated", data, actor)]

    return _record(workspace, request, actor, verdict_of, drafts_of)


def break_glass(
    workspace: Workspace,
    request: str,
    *,
    actor: Actor,
    reason: str,
    confirmed: str | None,
    received_at: datetime | None = None,
) -> Decided:
    """Approve alone, as somebody whom the policy names for emergencies; everyone is told why.

    Raises:
        UsageError: Not a request id, no such matter, or no reason.
    """
    if not reason.strip():
        raise UsageError("got no reason; allowed: why it cannot wait for the people asked")
    when = received_at or workspace.now()

    def verdict_of(matter: Matter) -> Verdict:
        return judge_break_glass(matter, request, actor.person, confirmed, when)

    def drafts_of(file: MatterFile, matter: Matter, verdict: Verdict) -> list[Draft]:
        data = {
            "request": request,
            "subject": matter.approvals[request].subject,
            "reason": file.values.commit(reason),
        }
        return [Draft("approval.forced", data, actor, "attorney-client")]

    return _record(workspace, request, actor, verdict_of, drafts_of)


def _record(
    workspace: Workspace,
    request: str,
    actor: Actor,
    verdict_of: Callable[[Matter], Verdict],
    drafts_of: Callable[[MatterFile, Matter, Verdict], list[Draft]],
) -> Decided:
    """Judge under the journal's lock, and record what was judged in the same append."""
    file = workspace.matter(matter_of(request))
    verdicts: list[Verdict] = []

    def drafts(matter: Matter) -> list[Draft]:
        verdict = verdict_of(matter)
        verdicts.append(verdict)
        if verdict.outcome == "recorded":
            return drafts_of(file, matter, verdict)
        # Being asked for the matter's number is no attempt yet.
        is_asked_more = verdict.cause == "unconfirmed"
        if verdict.outcome == "repeated" or is_asked_more or request not in matter.approvals:
            return []
        return [Draft("approval.refused", {"request": request, "cause": verdict.cause}, actor)]

    file.transact(drafts)
    verdict = verdicts[-1]
    return Decided(
        verdict.outcome, verdict.cause, verdict.text, file.folder.name, file.journal.seq
    )
