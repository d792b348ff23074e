"""What people record of deadlines and gates: done with proof, waived by two, given to somebody, cleared.

In a closed matter nothing of it is recorded: `ApprovalError`.
"""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from breachbook.docket import is_late
from breachbook.entries import DeadlineRecord
from breachbook.errors import ApprovalError, UsageError
from breachbook.events import Actor, Draft, Event, stamp
from breachbook.gates import standing
from breachbook.library import Library
from breachbook.matter import Matter, read_when
from breachbook.matter_file import MatterFile
from breachbook.records import keep_proof, may, on_matter, still_open
from breachbook.source import shown

COUNSEL = ("ip-counsel", "general-counsel", "outside-counsel")


def done(
    file: MatterFile, actor: Actor, deadline: str, when: str, proof: Path | None
) -> list[Event]:
    """Record that what a deadline asks for was done; judged as met or late by its legal end.

    Raises:
        UsageError: Unknown or ended deadline, an unreadable time or proof.
    """
    try:
        moment = read_when(when)
    except ValueError:
        raise UsageError(
            f"got the time {shown(when)}; allowed: 2026-11-16, or 2026-11-16T09:40:00-06:00"
        ) from None
    sha = keep_proof(file, proof)

    def drafts(matter: Matter) -> list[Draft]:
        on_matter(matter, actor)
        still_open(matter)
        record = _running(matter, deadline)
        late = is_late(moment, record.last_moment or record.legal)
        data: dict[str, Any] = {"deadline": record.id, "when": moment.isoformat()}
        data |= {"proof": sha} if sha else {}
        return [Draft("deadline.late" if late else "deadline.met", data, actor)]

    return file.transact(drafts)


def ask_waiver(file: MatterFile, actor: Actor, deadline: str, reason: str) -> list[Event]:
    """Ask to let a deadline pass; it stands until another counsel agrees."""

    def drafts(matter: Matter) -> list[Draft]:
        on_matter(matter, actor)
        still_open(matter)
        record = _running(matter, deadline)
        data = {"deadline": record.id, "reason": file.values.commit(reason)}
        return [Draft("waiver.requested", data, actor)]

    return file.transact(drafts)


def waive(file: MatterFile, actor: Actor, deadline: str, reason: str) -> list[Event]:
    """Agree that a deadline may pass, as counsel other than who asked.

    Raises:
        ApprovalError: Nobody asked, the same person asked, or it is no counsel.
    """

    def drafts(matter: Matter) -> list[Draft]:
        may(matter, actor, COUNSEL, "waiving a deadline")
        still_open(matter)
        record = _running(matter, deadline)
        if record.waiver is None:
            raise ApprovalError(
                f"{matter.id} {record.id}: nobody asked to waive it; `breachbook deadline ask-waiver` does"
            )
        if record.waiver == actor.person:
            raise ApprovalError(
                f"{matter.id} {record.id}: you asked for the waiver; another counsel must agree"
            )
        data = {
            "deadline": record.id,
            "reason": file.values.commit(reason),
            "requested_by": record.waiver,
        }
        return [Draft("deadline.waived", data, actor)]

    return file.transact(drafts)


def reopen(file: MatterFile, actor: Actor, deadline: str, reason: str) -> list[Event]:
    """Let a deadline run again that was recorded as done, waived or missed by mistake."""

    def drafts(matter: Matter) -> list[Draft]:
        on_matter(matter, actor)
        still_open(matter)
        record = _known(matter, deadline)
        if record.state in ("open", "superseded") and record.waiver is None:
            raise UsageError(
                f"{matter.id} {record.id}: is {record.state}; allowed: one that was ended or asked to be waived"
            )
        if record.done_by is not None:
            raise UsageError(
                f"{matter.id} {record.id}: is met by the fact {record.done_by}; correct or retract that"
            )
        data = {
            "deadline": record.id,
            "cause": "recorded-by-mistake",
            "reason": file.values.commit(reason),
        }
        return [Draft("deadline.reopened", data, actor)]

    return file.transact(drafts)


def assign(file: MatterFile, actor: Actor, deadline: str, person: str) -> list[Event]:
    """Give a deadline to a person of the matter, who is reminded in their own zone."""

    def drafts(matter: Matter) -> list[Draft]:
        on_matter(matter, actor)
        still_open(matter)
        record = _running(matter, deadline)
        if not matter.sees(person):
            people = ", ".join(p for p in matter.roles if matter.sees(p))
            raise UsageError(f"{matter.id}: got the person {shown(person)}; allowed: {people}")
        return [Draft("deadline.assigned", {"deadline": record.id, "person": person}, actor)]

    return file.transact(drafts)


def snooze(
    file: MatterFile, actor: Actor, deadline: str, until: datetime, now: datetime
) -> list[Event]:
    """Send no reminder of a deadline until a moment, which is never after the day to plan on.

    Raises:
        UsageError: Unknown or ended deadline, or a moment that is past or after the safe one.
    """

    def drafts(matter: Matter) -> list[Draft]:
        on_matter(matter, actor)
        still_open(matter)
        record = _running(matter, deadline)
        if until <= now or is_late(until, record.safe):
            raise UsageError(
                f"{matter.id} {record.id}: got a snooze until {until.isoformat(' ', 'minutes')};"
                f" allowed: until {record.safe}, the day to plan on, at the latest"
            )
        return [Draft("deadline.snoozed", {"deadline": record.id, "until": stamp(until)}, actor)]

    return file.transact(drafts)


def clear_gate(
    file: MatterFile,
    library: Library,
    actor: Actor,
    gate: str,
    authority: str,
    scope: str,
    steps: Sequence[str],
    until: date | None,
) -> list[Event]:
    """Clear a gate of law as counsel, naming authority and scope.

    Raises:
        ApprovalError: The person is no counsel on the matter.
        UsageError: The gate does not stand here, or a step is not one of the playbook.
    """

    def drafts(matter: Matter) -> list[Draft]:
        may(matter, actor, COUNSEL, "clearing a gate of law")
        still_open(matter)
        rule = _gate(file, library, matter, gate)
        known = [step.id for step in library.pinned(file, matter).steps]
        if wrong := [step for step in steps if step not in known]:
            raise UsageError(f"got the step {', '.join(wrong)}; allowed: {', '.join(known)}")
        data: dict[str, Any] = {
            "gate": gate,
            "rule_sha256": rule,
            "authority": file.values.commit(authority),
            "scope": file.values.commit(scope),
        }
        data |= {"steps": list(steps)} if steps else {}
        data |= {"until": until.isoformat()} if until else {}
        return [Draft("gate.cleared", data, actor)]

    return file.transact(drafts)


def restore_gate(
    file: MatterFile, library: Library, actor: Actor, gate: str, reason: str
) -> list[Event]:
    """Take a clearance back; the gate bars again."""

    def drafts(matter: Matter) -> list[Draft]:
        may(matter, actor, COUNSEL, "restoring a gate of law")
        still_open(matter)
        if gate not in matter.book.clearances:
            cleared = ", ".join(matter.book.clearances) or "none is cleared"
            raise UsageError(f"{matter.id}: got the gate {shown(gate)}; allowed: {cleared}")
        data = {"gate": gate, "reason": file.values.commit(reason)}
        return [Draft("gate.restored", data, actor)]

    return file.transact(drafts)


def _gate(file: MatterFile, library: Library, matter: Matter, gate: str) -> str:
    today = library.workspace.now().date()
    found = {entry.rule.id: entry.rule for entry in standing(matter, library.law, today)}
    if gate not in found:
        offered = ", ".join(found) or "none stands in this matter"
        raise UsageError(f"{matter.id}: got the gate {shown(gate)}; allowed: {offered}")
    file.store.put(found[gate].written)
    return found[gate].digest


def _known(matter: Matter, deadline: str) -> DeadlineRecord:
    if deadline not in matter.deadlines:
        offered = ", ".join(d.id for d in matter.deadlines.values() if d.state == "open")
        raise UsageError(
            f"{matter.id}: got the deadline {shown(deadline)}; allowed: {offered or 'none is open'}"
        )
    return matter.deadlines[deadline]


def _running(matter: Matter, deadline: str) -> DeadlineRecord:
    record = _known(matter, deadline)
    if record.state not in ("open", "missed"):
        raise UsageError(
            f"{matter.id} {record.id}: is {record.state}; allowed: an open or missed deadline"
            " (`breachbook deadline reopen` undoes an end)"
        )
    return record
