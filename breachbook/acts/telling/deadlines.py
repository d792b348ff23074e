"""What is told of deadlines: reminders that can be answered at once, and dates that moved."""

from breachbook import ladder
from breachbook.acts.telling.scene import Said, Scene
from breachbook.agenda import Tell
from breachbook.deadline_book import CAUSES
from breachbook.entries import DeadlineRecord
from breachbook.errors import EngineError
from breachbook.reminders import keeper
from breachbook.slack.blocks import Block
from breachbook.slack.client import Posted
from breachbook.slack.dated import deadline_buttons

_STATES = {
    ladder.OVERDUE: "the day to plan on is over",
    ladder.MISSED: "the legal end has passed and nothing is recorded as done",
}


def reminder(scene: Scene, item: Tell) -> Said:
    """Remind who keeps a deadline, and where it is said so counsel too, with what can be done at once."""
    record = scene.matter.deadlines[item.about]
    rung = item.key.rpartition("/")[2]
    ended = rung in _STATES
    whom = _whom(scene, record, escalates=item.what == "deadline-escalation")
    return scene.note(
        _words(scene, record, rung, whom),
        title="Deadline" if not ended else "Deadline passed", people=scene.everybody(whom),
        buttons=buttons(scene, record, ended=ended),
    )  # fmt: skip


def buttons(scene: Scene, record: DeadlineRecord, *, ended: bool) -> tuple[Block, ...]:
    """Offer what a deadline can be answered with; one that is over is not snoozed.

    Service is offered only where a service is what meets this rule's deadline.
    """
    served = record.rule in scene.library.law.met_by_service
    return deadline_buttons(scene.matter.id, record.id, service=served, snooze=not ended)


def settled(scene: Scene, item: Tell, channel: str) -> Posted:
    """Take the buttons off a reminder whose deadline ended or moved, and say so.

    Raises:
        EngineError: The reminder is not where it was.
    """
    sent = scene.matter.messages.get(item.about)
    if sent is None or sent.channel is None or sent.ts is None:
        raise EngineError(f"slack: the reminder {item.about} is not posted")
    record = scene.matter.deadlines[sent.about or ""]
    state = "it moved" if record.state in ("open", "missed") else _ended(record)
    said = scene.note(
        f"{scene.title(record)} ({record.id}): {state}. Plan on {record.safe}."
        if record.state in ("open", "missed")
        else f"{scene.title(record)} ({record.id}): {state}.",
        title="Deadline",
    )
    return scene.rewrite(Posted(sent.channel, sent.ts), said.blocks, said.text)


def _ended(record: DeadlineRecord) -> str:
    words = {
        "met": "done in time", "late": "done late", "waived": "waived by two counsel",
        "superseded": "counted anew or no longer there",
    }  # fmt: skip
    on = f" on {record.done_on}" if record.done_on else ""
    return words.get(record.state, record.state) + on


def change(scene: Scene, item: Tell) -> Said:
    """Say that a date moved, from what to what and why."""
    moved = scene.matter.book.changes[int(item.about)]
    before, after = moved.before, moved.after
    now = (
        f"now plan on {after[0]}, legal end {after[1] or 'not yet certain'}"
        if after
        else "it is gone"
    )
    return scene.note(
        f"Deadline {moved.rule} ({moved.deadline}): {CAUSES[moved.cause]}. Before: plan on {before[0]},"
        f" legal end {before[1] or 'not yet certain'}; {now}."
    )


def _whom(scene: Scene, record: DeadlineRecord, *, escalates: bool) -> list[str]:
    kept = keeper(scene.matter, scene.reference, record)
    whom = [kept] if kept else []
    if escalates:
        counsel = scene.reference.people.with_any(ladder.ESCALATION)
        whom += [person for person in counsel if scene.matter.sees(person) and person not in whom]
    return whom


def _words(scene: Scene, record: DeadlineRecord, rung: str, whom: list[str]) -> str:
    state = _STATES.get(rung, f"{rung} before the day to plan on")
    return (
        f"Deadline {scene.title(record) or record.rule} ({record.id}): {state}. Plan on {record.safe};"
        f" the law allows until {record.legal or 'a date not yet certain'}. Rule {record.rule},"
        f" {record.status}. For: {scene.names(whom)}."
    )
