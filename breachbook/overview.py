"""The overview of a matter that its channel shows: what stands, as rows; a new digest is a new overview."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from breachbook import ladder
from breachbook.agenda import Reference
from breachbook.canonical import digest
from breachbook.entries import Approval, DeadlineRecord, Document
from breachbook.events import stamp
from breachbook.matter import Matter
from breachbook.quorum import shortfall

SHOWN = 5


def severity(matter: Matter) -> str:
    """Give how severe a leak is, as whoever triages answered; empty before."""
    for instance in matter.steps.values():
        if said := instance.answers.get("severity"):
            return str(said)
    return ""


def running(matter: Matter) -> list[DeadlineRecord]:
    """List the deadlines somebody has to meet, by the day to plan on."""
    found = [
        record
        for record in matter.deadlines.values()
        if record.state in ("open", "missed") and record.bound != "earliest"
    ]
    return sorted(found, key=lambda record: (record.safe, record.id))


def upcoming(matter: Matter) -> list[DeadlineRecord]:
    """List those of them that can still be met."""
    return [record for record in running(matter) if record.state == "open"]


def counted(matter: Matter) -> bool:
    """Say whether any deadline was counted that somebody has, or had, to meet."""
    return any(record.bound != "earliest" for record in matter.deadlines.values())


def is_overdue(record: DeadlineRecord, overdue: Collection[str]) -> bool:
    """Say whether a deadline is past its safe moment."""
    return record.state == "missed" or record.id in overdue


def overview(
    matter: Matter,
    reference: Reference,
    overdue: Collection[str] = (),
    unreachable: Collection[str] = (),
) -> dict[str, Any]:
    """Describe a matter at a glance, in ids and dates only.

    Args:
        overdue: Deadlines whose safe moment is over.
        unreachable: Requests that those asked can never approve.

    Returns:
        matter, state, severity, playbook, approvals (id, document, step, lacks, unreachable, expires_at,
        card: channel and ts or None; none in a closed matter), deadlines (id, rule, safe, legal,
        provisional, overdue), more (deadlines not shown), counted (whether there ever was one),
        overdue (count), exhibits (id, source, files), documents (id, step, target, version, state),
        holds (count by state) and people (id and roles).
    """
    due = running(matter)
    late = [record for record in due if is_overdue(record, overdue)]
    coming = [record for record in due if not is_overdue(record, overdue)]
    return {
        "matter": matter.id,
        "state": "open" if matter.open else "closed",
        "severity": severity(matter),
        "playbook": matter.playbook[0] if matter.playbook else "",
        "approvals": [
            _approval(matter, a, unreachable)
            for a in matter.approvals.values()
            if a.state == "open" and matter.open
        ],
        "deadlines": [_deadline(record, overdue) for record in (*late, *coming[:SHOWN])],
        "more": len(coming[SHOWN:]),
        "counted": counted(matter),
        "overdue": len(late),
        "exhibits": [
            {"id": e.id, "source": e.target, "files": e.files} for e in matter.exhibits.values()
        ],
        "documents": list(_documents(matter)),
        "holds": _holds(matter),
        "people": [
            {"id": person, "roles": list(roles), "known": person in reference.people}
            for person, roles in matter.roles.items()
            if matter.sees(person)
        ],
    }


def overview_digest(rows: dict[str, Any]) -> str:
    """Name an overview by what it says."""
    return digest(rows)[:12]


def topic_digest(matter: Matter) -> str:
    """Name a channel's topic by what it says: severity and the next deadline, or that the matter is closed."""
    if not matter.open:
        return digest(["closed", severity(matter)])[:12]
    following = upcoming(matter)[:1]
    if not following and counted(matter):
        return digest(["none runs", severity(matter)])[:12]
    return digest([severity(matter), *((r.id, r.rule, r.safe) for r in following)])[:12]


def members(matter: Matter, reference: Reference) -> list[str]:
    """Name the Slack users who belong into the channel: those who may see the matter, and nobody else."""
    found = []
    for person in matter.roles:
        if matter.sees(person) and person in reference.people:
            identity = reference.people[person].slack
            found += [identity.user_id] if identity else []
    return found


def members_digest(matter: Matter, reference: Reference) -> str:
    """Name a channel's people."""
    return digest(sorted(members(matter, reference)))[:12]


def has_its_people(matter: Matter, reference: Reference) -> bool:
    """Say whether the matter's channel was last told to hold its people and nobody else."""
    told = [
        message for message in matter.messages.values() if message.what == "members" and message.ts
    ]
    return bool(told) and told[-1].key.rpartition("-")[2] == members_digest(matter, reference)


def overdue_ids(matter: Matter, reference: Reference, now: datetime) -> frozenset[str]:
    """Name the deadlines whose safe moment is over where their keeper is; none in a closed matter."""
    from breachbook.reminders import zone_of_keeper

    if not matter.open:
        return frozenset()

    return frozenset(
        record.id
        for record in upcoming(matter)
        for rung in ladder.rungs(record, zone_of_keeper(matter, reference, record))
        if rung.name == ladder.OVERDUE and rung.at <= now
    )


def unreachable_ids(matter: Matter, now: datetime) -> frozenset[str]:
    """Name the open requests that those asked can never approve."""
    return frozenset(a.id for a in matter.approvals.values() if shortfall(matter, a, now))


def _approval(matter: Matter, approval: Approval, unreachable: Collection[str]) -> dict[str, Any]:
    card = matter.messages.get(f"card/{approval.id}")
    return {
        "id": approval.id,
        "step": approval.step,
        "document": approval.document,
        "lacks": approval.still_needed,
        "unreachable": approval.id in unreachable,
        "expires_at": stamp(approval.expires_at),
        "card": [card.channel, card.ts] if card and card.ts else None,
    }


def _deadline(record: DeadlineRecord, overdue: Collection[str]) -> dict[str, Any]:
    return {
        "id": record.id,
        "rule": record.rule,
        "result": record.result,
        "safe": record.safe,
        "legal": record.legal,
        "provisional": record.provisional,
        "overdue": is_overdue(record, overdue),
    }


def _documents(matter: Matter) -> Iterator[dict[str, Any]]:
    for document in matter.documents.values():
        if matter.instance(document.step, document.target).document != document.id:
            continue
        yield {
            "id": document.id, "step": document.step, "target": document.target,
            "version": document.version, "state": _state(matter, document),
        }  # fmt: skip


_CARRIED_OUT = {"issue": "issued", "serve": "delivered", "execute": "done"}


def _state(matter: Matter, document: Document) -> str:
    """Say how far a document is: what became of what it is for, else of the request about it."""
    if document.served:
        return "served"
    for act in matter.instance(document.step, document.target).acts.values():
        if act.state == "finished" and act.name in _CARRIED_OUT:
            return _CARRIED_OUT[act.name]
    asked = [a.state for a in matter.approvals.values() if a.document == document.id]
    return asked[-1] if asked else "drafted"


def _holds(matter: Matter) -> dict[str, int]:
    states = [hold.state for hold in matter.holds.values()]
    return {state: states.count(state) for state in sorted(set(states))}
