"""What is counted and told: deadlines to record, messages to post, and when to look again."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from breachbook.agenda import Count, Reference, Tell
from breachbook.canonical import digest
from breachbook.deadlines import Law
from breachbook.docket import docket
from breachbook.doers import doers
from breachbook.matter import Instance, Matter
from breachbook.playbook import Playbook, Step


def counts(matter: Matter, law: Law) -> Iterator[Count]:
    """Name the deadlines to record: new, counted otherwise than before, or resting on nothing."""
    if not matter.dockets:
        return
    seen: set[str] = set()
    for deadline in docket(matter.facts.values(), law, matter.dockets):
        if deadline.computed is None:
            continue
        seen.add(deadline.id)
        record = matter.deadlines.get(deadline.id)
        if (
            record is None
            or record.state == "superseded"
            or record.result != digest(deadline.as_data())
        ):
            yield Count(deadline.id, deadline)
    for record in matter.deadlines.values():
        if record.id not in seen and record.state == "open":
            yield Count(record.id, None)


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
    for record in matter.deadlines.values():
        days = (_day(record.safe) - now).days
        if record.state == "open" and days < 7:
            rung = "overdue" if days < -1 else "1" if days < 1 else "7"
            yield from _tell(
                matter,
                f"deadline/{record.id}/{record.safe[:10]}/{rung}",
                "deadline-reminder",
                record.id,
            )


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


def _day(text: str) -> datetime:
    value = datetime.fromisoformat(text)
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def next_at(matter: Matter, now: datetime) -> datetime | None:
    """Give the next moment at which time alone makes something due."""
    times: list[datetime] = []
    for approval in matter.approvals.values():
        if approval.state == "open":
            half = approval.requested_at + (approval.expires_at - approval.requested_at) / 2
            times += [half, approval.expires_at]
        if approval.state in ("open", "approved"):
            times.append(approval.not_after)
    for record in matter.deadlines.values():
        if record.state == "open":
            times += [_day(record.safe) - timedelta(days=days) for days in (7, 1, -1)]
    return min((time for time in times if time > now), default=None)
