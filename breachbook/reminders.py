"""What is told: messages to post about steps, approvals and deadlines, and when to look again."""

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo

from breachbook import ladder
from breachbook.agenda import Reference, Tell
from breachbook.doers import doers
from breachbook.entries import DeadlineRecord
from breachbook.matter import Instance, Matter
from breachbook.playbook import Playbook, Step


def tells(
    matter: Matter, playbook: Playbook, reference: Reference, now: datetime
) -> Iterator[Tell]:
    """Name the messages that are not posted yet, in the order of the playbook."""
    yield from _tell(matter, "opened", "opened", matter.id)
    for step in playbook.steps:
        for (step_id, target), instance in matter.steps.items():
            if step_id == step.id:
                yield from _step_tells(matter, reference, step, target, instance)
    for approval in matter.approvals.values():
        card = f"card/{approval.id}"
        yield from _tell(matter, card, "card", approval.id)
        if approval.state != "open" or approval.decisions:
            yield from _tell(
                matter,
                f"{card}/{approval.state}-{len(approval.decisions)}",
                "card-update",
                approval.id,
            )
        half = approval.requested_at + (approval.expires_at - approval.requested_at) / 2
        if approval.state == "open" and now >= half:
            yield from _tell(matter, f"remind/{approval.id}/1", "approval-reminder", approval.id)
    yield from _deadline_tells(matter, reference, now)


_ENDS = frozenset({ladder.OVERDUE, ladder.MISSED})


def keeper(matter: Matter, reference: Reference, record: DeadlineRecord) -> str | None:
    """Name who keeps a deadline: the one it was given to, or the first on the matter who keeps dockets."""
    if record.owner in reference.people and matter.sees(record.owner or ""):
        return record.owner
    for role in ladder.KEEPERS:
        for person in reference.people.with_any([role]):
            if matter.sees(person):
                return person
    return None


def zone_of_keeper(matter: Matter, reference: Reference, record: DeadlineRecord) -> tzinfo:
    """Give the zone of who keeps a deadline; UTC where nobody does."""
    person = keeper(matter, reference, record)
    return reference.people[person].tz if person is not None else UTC


def due_rungs(matter: Matter, reference: Reference, record: DeadlineRecord) -> list[ladder.Rung]:
    """List the rungs that fall after a deadline was recorded, in the order of gravity."""
    since = record.computed_at or datetime.min.replace(tzinfo=UTC)
    zone = zone_of_keeper(matter, reference, record)
    return [rung for rung in ladder.rungs(record, zone) if rung.at >= since or rung.name in _ENDS]


def rung_key(record: DeadlineRecord, rung: ladder.Rung) -> str:
    """Name the message of a rung; a moved date is reminded of anew."""
    return f"deadline/{record.id}/{record.safe[:10]}/{rung.name}"


def _deadline_tells(matter: Matter, reference: Reference, now: datetime) -> Iterator[Tell]:
    for record in matter.deadlines.values():
        if record.state not in ("open", "missed") or record.bound == "earliest":
            continue
        passed = [r for r in due_rungs(matter, reference, record) if r.at <= now]
        # Of several rungs passed at once only the gravest still says something.
        if passed:
            what = "deadline-escalation" if passed[-1].escalates else "deadline-reminder"
            yield from _tell(matter, rung_key(record, passed[-1]), what, record.id)
    for number, change in enumerate(matter.book.changes):
        if change.after is not None and change.after != change.before:
            name = f"deadline-change/{number}"
            yield from _tell(matter, name, "deadline-change", str(number))


def _step_tells(
    matter: Matter, reference: Reference, step: Step, target: str, instance: Instance
) -> Iterator[Tell]:
    for act in instance.acts.values():
        about = f"{step.id}|{target}"
        name = f"{step.id}/{target}/{instance.round}/{act.name}"
        if act.state == "started" and doers(step, target, act.name, reference):
            yield from _tell(matter, f"task/{name}/{act.key[-16:]}", "task", about)
        elif act.state in ("failed", "uncertain", "halted"):
            yield from _tell(matter, f"alert/{name}/{act.state}-{act.key[-16:]}", "alert", about)


def _tell(matter: Matter, name: str, what: str, about: str) -> Iterator[Tell]:
    message = matter.messages.get(name)
    if message is None or message.ts is None:
        yield Tell(name, what, about, message is not None)


def next_at(matter: Matter, reference: Reference, now: datetime) -> datetime | None:
    """Give the next moment at which time alone makes something due."""
    times: list[datetime] = []
    for approval in matter.approvals.values():
        if approval.state == "open":
            half = approval.requested_at + (approval.expires_at - approval.requested_at) / 2
            times += [half, approval.expires_at]
        if approval.state in ("open", "approved"):
            times.append(approval.not_after)
    for record in matter.deadlines.values():
        if record.state in ("open", "missed"):
            times += [rung.at for rung in due_rungs(matter, reference, record)]
    return min((time for time in times if time > now), default=None)
