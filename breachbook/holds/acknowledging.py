"""What is put to a person by a legal hold, answered by that person alone: the notice, its questions, tasks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from breachbook.approvals import CAUSES
from breachbook.errors import ApprovalError, UsageError
from breachbook.events import Actor, Draft, Event
from breachbook.hold_book import CUSTODIAN, Hold
from breachbook.hold_questions import check
from breachbook.hold_reminders import privilege_of
from breachbook.layout import MATTER_ID
from breachbook.matter import Matter
from breachbook.matter_file import MatterFile
from breachbook.records import keep_proof, still_open
from breachbook.source import shown
from breachbook.workspace import Workspace

NOT_YOURS = "there is no such hold, or it is not yours to acknowledge"
_SHOWN = 16


@dataclass(frozen=True, slots=True)
class Told:
    """What became of what a person said: ``recorded``, ``repeated`` (it was there) or ``refused``."""

    outcome: Literal["recorded", "repeated", "refused"]
    text: str
    matter: str = ""


def acknowledge(
    workspace: Workspace, matter: str, hold: str, *, actor: Actor, notice: str = ""
) -> Told:
    """Record that a person read the newest notice of a hold and keeps it.

    Whoever it is not put to is told what they would be told of a hold that does not exist.

    Args:
        notice: First characters of the SHA-256 of the PDF that was read; empty for the newest one.

    Raises:
        UsageError: Not the id of a matter.
    """
    return _said(
        workspace,
        matter,
        hold,
        actor,
        lambda state, file: _acknowledged(state, hold, actor, notice),
    )


def answer(
    workspace: Workspace, matter: str, hold: str, given: Mapping[str, str], *, actor: Actor
) -> Told:
    """Record a custodian's answers to the questions of a hold, for counsel alone; later ones replace them.

    Raises:
        UsageError: Not the id of a matter, or an answer is missing or not allowed.
    """
    told = check(given)
    return _said(
        workspace,
        matter,
        hold,
        actor,
        lambda state, file: _answered(state, file, hold, actor, told),
    )


_Judged = tuple[Told, list[Draft]]


def _said(
    workspace: Workspace,
    matter: str,
    hold: str,
    actor: Actor,
    judge: Callable[[Matter, MatterFile], _Judged],
) -> Told:
    if not MATTER_ID.fullmatch(matter):
        raise UsageError(f"got the matter {matter[:40]!r}; allowed: an id such as LEAK-2026-0001")
    if matter not in workspace.matter_ids():
        return Told("refused", NOT_YOURS)
    file = workspace.matter(matter)
    found: list[Told] = []

    def drafts(state: Matter) -> list[Draft]:
        if state.hold_book.entry(hold, actor.person) is None:
            found.append(Told("refused", NOT_YOURS))
            return []
        if not state.open:
            found.append(Told("refused", CAUSES["closed"], matter))
            return []
        told, drafted = judge(state, file)
        found.append(told)
        return drafted

    file.transact(drafts)
    return found[-1]


def _entry(matter: Matter, hold: str, person: str) -> Hold:
    found = matter.hold_book.entry(hold, person)
    assert found is not None, "asked before"
    return found


def _acknowledged(matter: Matter, hold: str, actor: Actor, notice: str) -> _Judged:
    entry = _entry(matter, hold, actor.person)
    if problem := _stale(entry, notice):
        return Told("refused", problem, matter.id), []
    if entry.state in ("acknowledged", "answered"):
        return Told("repeated", "already acknowledged", matter.id), []
    data: dict[str, object] = {"hold": hold, "custodian": actor.person}
    if entry.notice:
        data |= {"notice": entry.notice, "version": entry.version}
    draft = Draft("hold.acknowledged", data, actor, privilege_of(matter, hold))
    return Told("recorded", "acknowledged; thank you", matter.id), [draft]


def _stale(entry: Hold, notice: str) -> str:
    """Say why a notice cannot be acknowledged; empty when it can."""
    if entry.state == "released":
        return "this hold was released; nothing is to be acknowledged"
    if entry.state == "exempt":
        return "counsel asks for no acknowledgement from you; keep what the notice names"
    if entry.state == "issued" and not entry.notice:
        return "the hold was changed and its new notice is on its way; read that one, then acknowledge it"
    if notice and not entry.notice.startswith(notice):
        return (
            f"what you read is not the newest notice; read version {entry.version}, delivered last, whose PDF"
            f" has the SHA-256 {entry.notice[:_SHOWN]}..., then acknowledge it"
        )
    return ""


def _answered(
    matter: Matter, file: MatterFile, hold: str, actor: Actor, told: Mapping[str, str]
) -> _Judged:
    entry = _entry(matter, hold, actor.person)
    if entry.role != CUSTODIAN or entry.state not in ("acknowledged", "answered"):
        text = "the questions are for a custodian who acknowledged the newest notice"
        return Told("refused", text, matter.id), []
    data = {"hold": hold, "custodian": actor.person, "answers": file.values.commit(dict(told))}
    draft = Draft("hold.answered", data, actor, "attorney-client")
    return Told("recorded", "answered; thank you", matter.id), [draft]


def fulfil(
    file: MatterFile, actor: Actor, hold: str, task: str, proof: Path | bytes | None
) -> list[Event]:
    """Record that a data steward did a task of theirs, with the proof.

    Raises:
        ApprovalError: The hold is not put to this person, or the matter is closed.
        UsageError: No such task is open, or there is no proof.
    """
    if proof is None:
        raise UsageError(
            "hold steward-done: got no proof; allowed: --proof PATH, which a task demands"
        )
    kept = keep_proof(file, proof)

    def drafts(matter: Matter) -> list[Draft]:
        entry = matter.hold_book.entry(hold, actor.person)
        if entry is None:
            raise ApprovalError(NOT_YOURS)
        still_open(matter)
        if task not in entry.open_tasks:
            allowed = ", ".join(entry.open_tasks) or "none of yours is open"
            raise UsageError(f"{matter.id} {hold}: got the task {shown(task)}; allowed: {allowed}")
        data = {"hold": hold, "custodian": actor.person, "task": task, "proof": kept}
        return [Draft("hold.fulfilled", data, actor, privilege_of(matter, hold))]

    return file.transact(drafts)
