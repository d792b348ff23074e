"""What is told: messages to post about steps, approvals and deadlines, and when to look again."""

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo

from breachbook import agreement, hold_reminders, ladder, nudges, overview
from breachbook.agenda import Reference, Tell
from breachbook.doers import doers
from breachbook.entries import DeadlineRecord, Message
from breachbook.matter import Approval, Instance, Matter
from breachbook.playbook import Playbook, Step
from breachbook.quorum import shortfall


def tells(
    matter: Matter, playbook: Playbook, reference: Reference, now: datetime
) -> Iterator[Tell]:
    """Name the messages that are not posted yet, in the order of the playbook."""
    yield from _tell(matter, "opened", "opened", matter.id)
    # Who may no longer see the matter leaves its channel before anything else is said there.
    yield from _tell_anew(matter, "members", overview.members_digest(matter, reference))
    for step in playbook.steps:
        for (step_id, target), instance in matter.steps.items():
            if step_id == step.id:
                yield from _step_tells(matter, reference, step, target, instance)
    yield from _task_tells(matter)
    for approval in matter.approvals.values():
        yield from _approval_tells(matter, reference, approval, now)
    yield from hold_reminders.hold_tells(matter, reference, now)
    yield from agreement.consent_tells(matter, reference)
    yield from _deadline_tells(matter, reference, now)
    yield from _standing_tells(matter, reference, now)


def tells_of_closed(matter: Matter, reference: Reference, now: datetime) -> Iterator[Tell]:
    """Name what still shows a closed matter as open: its topic, overview, tasks and cards; nothing new is said.

    Its open requests stay what they are, for it may be opened again: until then nobody can decide them.
    """
    opened = matter.messages.get("opened")
    if opened is None or opened.ts is None:
        return
    yield from _tell_anew(matter, "members", overview.members_digest(matter, reference))
    yield from _task_tells(matter)
    yield from agreement.settled_tells(matter)
    for approval in matter.approvals.values():
        card = matter.messages.get(f"card/{approval.id}")
        if card is not None and card.ts is not None:
            yield from _tell_card_anew(matter, approval, now)
    yield from _standing_tells(matter, reference, now)


def _standing_tells(matter: Matter, reference: Reference, now: datetime) -> Iterator[Tell]:
    # Last, so that one look tells them once whatever else it had to tell.
    yield from _tell_anew(matter, "topic", overview.topic_digest(matter))
    late = overview.overdue_ids(matter, reference, now)
    stuck = overview.unreachable_ids(matter, now)
    shown = overview.overview(matter, reference, late, stuck)
    yield from _tell_anew(matter, "overview", overview.overview_digest(shown))


def _approval_tells(
    matter: Matter, reference: Reference, approval: Approval, now: datetime
) -> Iterator[Tell]:
    yield from _tell(matter, f"card/{approval.id}", "card", approval.id)
    yield from _tell_card_anew(matter, approval, now)
    if approval.forced_by is not None:
        yield from _tell(matter, f"forced/{approval.id}", "break-glass", approval.id)
    if approval.state == "changes-requested":
        yield from _tell(matter, f"returned/{approval.id}", "returned", approval.id)
    for person in approval.pending(matter.conflicted, now):
        nudge = nudges.newest(nudges.of_approval(approval, zone_of(reference, person)), now)
        if nudge is not None:
            name = f"remind/{approval.id}/{person}/{nudge.number}"
            yield from _tell(matter, name, "approval-reminder", f"{approval.id}|{person}")


def _tell_card_anew(matter: Matter, approval: Approval, now: datetime) -> Iterator[Tell]:
    """Name the update of a card when what it shows is not what it was last told to show."""
    card, shown = f"card/{approval.id}", _shown(matter, approval, now)
    updates = (m for m in matter.messages.values() if m.what == "card-update")
    told = [message for message in updates if message.about == approval.id]
    if told and told[-1].ts is None:
        yield Tell(told[-1].key, "card-update", approval.id, again=True)
        return
    last = told[-1].key.removeprefix(f"{card}/").partition("~")[0] if told else "open-0-0"
    if shown != last:
        # A card that comes back to an earlier state, as when a matter is opened again, needs another key.
        back = f"~{len(told) + 1}" if f"{card}/{shown}" in matter.messages else ""
        yield Tell(f"{card}/{shown}{back}", "card-update", approval.id, again=False)


def _shown(matter: Matter, approval: Approval, now: datetime) -> str:
    """Name what a card shows; it is told anew whenever this changes."""
    shown = f"{approval.state}-{len(approval.decisions)}-{len(approval.delegations)}"
    if (newer := replaced_by(matter, approval)) is not None:
        shown += f"-{newer.id.rpartition('-')[2]}"
    if approval.state == "open" and not matter.open:
        shown += "-closed"
    return shown + ("-unreachable" if shortfall(matter, approval, now) else "")


def replaced_by(matter: Matter, approval: Approval) -> Approval | None:
    """Give the next request about the same step and target, if one followed."""
    rounds = [
        a for a in matter.approvals.values()
        if (a.step, a.target) == (approval.step, approval.target)
    ]  # fmt: skip
    place = rounds.index(approval)
    return rounds[place + 1] if place + 1 < len(rounds) else None


def zone_of(reference: Reference, person: str | None) -> tzinfo:
    """Give a person's zone; UTC for one who is not in people.yaml."""
    if person is None or person not in reference.people:
        return UTC
    return reference.people[person].tz


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
    return zone_of(reference, keeper(matter, reference, record))


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
        passed = [
            rung
            for rung in due_rungs(matter, reference, record)
            if rung.at <= now and not _is_snoozed(record, rung, now)
        ]
        # Of several rungs passed at once only the gravest still says something.
        if passed:
            what = "deadline-escalation" if passed[-1].escalates else "deadline-reminder"
            yield from _tell(matter, rung_key(record, passed[-1]), what, record.id)
    yield from _settled_tells(matter)
    for number, change in enumerate(matter.book.changes):
        if change.after is not None and change.after != change.before:
            name = f"deadline-change/{number}"
            yield from _tell(matter, name, "deadline-change", str(number))


def _settled_tells(matter: Matter) -> Iterator[Tell]:
    """Name the reminders whose deadline ended or moved since: their buttons are taken away."""
    for message in list(matter.messages.values()):
        if message.what not in ("deadline-reminder", "deadline-escalation") or not message.ts:
            continue
        record = matter.deadlines.get(message.about or "")
        moved = record is not None and f"/{record.safe[:10]}/" not in message.key
        if record is not None and (moved or record.state not in ("open", "missed")):
            yield from _tell(matter, f"settled/{message.key}", "deadline-settled", message.key)


def _is_snoozed(record: DeadlineRecord, rung: ladder.Rung, now: datetime) -> bool:
    until = record.snoozed_until
    return until is not None and now < until and rung.name not in _ENDS


def _step_tells(
    matter: Matter, reference: Reference, step: Step, target: str, instance: Instance
) -> Iterator[Tell]:
    for act in instance.acts.values():
        about = f"{step.id}|{target}"
        name = f"{step.id}/{target}/{instance.round}/{act.name}"
        if act.state == "started" and doers(step, target, act.name, reference):
            if instance.skipped:
                continue
            yield from _tell(matter, f"task/{name}/{act.key[-16:]}", "task", about)
        elif act.state in ("failed", "uncertain", "halted"):
            yield from _tell(matter, f"alert/{name}/{act.state}-{act.key[-16:]}", "alert", about)


def _task_tells(matter: Matter) -> Iterator[Tell]:
    """Name the update of a posted task when it is not any more what its message last said."""
    told: dict[str | None, list[Message]] = {}
    for message in matter.messages.values():
        if message.what == "task-update":
            told.setdefault(message.about, []).append(message)
    for message in list(matter.messages.values()):
        if message.what == "task" and message.ts:
            yield from _task_update(matter, message.key, told.get(message.key, []))


def _task_update(matter: Matter, task: str, told: list[Message]) -> Iterator[Tell]:
    if told and told[-1].ts is None:
        yield Tell(told[-1].key, "task-update", task, again=True)
        return
    state, last = state_of_task(matter, task), "open"
    if told:
        last = told[-1].key.rpartition("-")[2]
    # What somebody did stays said of it, whatever round follows.
    if last not in (state, "finished"):
        yield Tell(f"{task}/now/{len(told) + 1}-{state}", "task-update", task, again=False)


def state_of_task(matter: Matter, task: str) -> str:
    """Say what became of the act a task message asks for.

    Args:
        task: Key of the message.

    Returns:
        ``open``; ``closed`` while the matter is; ``skipped``; ``replaced`` by another round; or as the act ended.
    """
    _, step, target, round_, name, key = task.split("/")
    instance = matter.instance(step, target)
    act = instance.acts.get(name)
    if act is None or str(instance.round) != round_ or not act.key.endswith(key):
        return "replaced"
    if act.state == "started" and instance.skipped:
        return "skipped"
    if act.state == "started":
        return "open" if matter.open else "closed"
    return act.state


def _tell(matter: Matter, name: str, what: str, about: str) -> Iterator[Tell]:
    message = matter.messages.get(name)
    if message is None or message.ts is None:
        yield Tell(name, what, about, message is not None)


def _tell_anew(matter: Matter, what: str, digest: str) -> Iterator[Tell]:
    """Name a message that shows a state, when that is another than the one last told."""
    told = [message for message in matter.messages.values() if message.what == what]
    if told and told[-1].ts is None:
        yield Tell(told[-1].key, what, matter.id, again=True)
    elif not told or told[-1].key.rpartition("-")[2] != digest:
        yield Tell(f"{what}/{len(told) + 1}-{digest}", what, matter.id, again=False)


def next_at(matter: Matter, reference: Reference, now: datetime) -> datetime | None:
    """Give the next moment at which time alone makes something due."""
    times: list[datetime] = []
    for approval in matter.approvals.values():
        for person in approval.pending(matter.conflicted, now):
            zone = zone_of(reference, person)
            times += [nudge.at for nudge in nudges.of_approval(approval, zone)]
        if approval.state == "open":
            times.append(approval.expires_at)
        if approval.state in ("open", "approved"):
            times.append(approval.not_after)
    times += hold_reminders.hold_times(matter, reference)
    for record in matter.deadlines.values():
        if record.state in ("open", "missed"):
            times += [rung.at for rung in due_rungs(matter, reference, record)]
            times += [record.snoozed_until] if record.snoozed_until else []
    return min((time for time in times if time > now), default=None)
