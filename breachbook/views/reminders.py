"""The proof of reminders: what fell due, when it was sent, and what was not.

The journal is played again, because a date that moved, or a deadline that ended, leaves no trace of
its earlier reminders in the matter as it stands.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from breachbook.agenda import Reference
from breachbook.entries import DeadlineRecord
from breachbook.events import Event, stamp
from breachbook.matter import Matter
from breachbook.reminders import due_rungs, rung_key
from breachbook.views.deadlines import RUNNING

Row = dict[str, Any]

# The engine looks every few seconds; what ended so soon after a reminder fell due needed none.
_SOON = timedelta(minutes=5)
_ENDS = frozenset(
    {"deadline.superseded", "deadline.met", "deadline.late", "deadline.waived"},
)
_TURNS = _ENDS | {"deadline.assigned"}
_RANK = ("sent", "superseded", "ended", "due", "not-sent")


@dataclass(slots=True)
class _Life:
    """A deadline from one count to the next, with the rungs that fell due in it."""

    record: DeadlineRecord
    due: dict[str, tuple[str, datetime, bool]] = field(default_factory=dict)
    ended_at: datetime | None = None


def reminder_views(events: Iterable[Event], reference: Reference, now: datetime) -> list[Row]:
    """Prove, for every reminder that fell due, what became of it, in the order they fell due.

    Args:
        events: The whole journal.
        reference: People, for the zones of who keeps the deadlines.
        now: Aware; what falls due later is left out.

    Returns:
        Rows of key, deadline, rule, safe, rung, to (owner, or owner-and-counsel), due_at, state,
        sent_at (the journal's time), channel and ts (Slack's), queued, by (the later rung it was
        superseded by) and waited (seconds from due to sent, of the later one where there is one).
        States: sent; superseded (a later rung had passed too when the engine looked, and that was
        sent); ended (the deadline was, before the engine looked); due (within minutes); not-sent.
    """
    matter = Matter()
    lives: list[_Life] = []
    current: dict[str, _Life] = {}
    for event in events:
        deadline = event.data.get("deadline", "")
        if event.kind in _TURNS:
            _note(matter, reference, current[deadline], event.when)
        elif event.kind == "matter.closed":
            _note_all(matter, reference, current, event.when)
        matter.apply(event)
        if event.kind == "deadline.computed":
            current[deadline] = _Life(matter.deadlines[deadline])
            lives.append(current[deadline])
        elif event.kind in _ENDS:
            current[deadline].ended_at = event.when
        elif event.kind == "deadline.reopened":
            current[deadline].ended_at = None
    if matter.open:
        _note_all(matter, reference, current, now)
    return _rows(matter, lives, now)


def verdict(rows: Sequence[Row]) -> str:
    """Say in one line whether every reminder that fell due was sent."""
    if not rows:
        return "no reminder has fallen due"
    words = {
        "sent": "sent", "superseded": "overtaken by a later one of the same deadline that was sent",
        "ended": "not needed because the deadline had ended", "due": "due just now",
        "not-sent": "NOT SENT",
    }  # fmt: skip
    counts = {state: sum(row["state"] == state for row in rows) for state in _RANK}
    parts = ", ".join(f"{n} {words[state]}" for state, n in counts.items() if n)
    waits = [row["waited"] for row in rows if row["waited"] is not None]
    longest = f"; the longest wait was {timedelta(seconds=max(waits))}" if waits else ""
    judged = (
        "NOT EVERY reminder that fell due was sent"
        if counts["not-sent"]
        else ("every reminder that fell due is accounted for")
    )
    return f"{judged}: of {len(rows)}, {parts}{longest}"


def _note_all(
    matter: Matter, reference: Reference, current: dict[str, _Life], at: datetime
) -> None:
    for life in current.values():
        _note(matter, reference, life, at)


def _note(matter: Matter, reference: Reference, life: _Life, at: datetime) -> None:
    """Take down the rungs of a running deadline that have passed."""
    record = life.record
    if record.state not in RUNNING or record.bound == "earliest":
        return
    since = record.computed_at or datetime.min.replace(tzinfo=UTC)
    for rung in due_rungs(matter, reference, record):
        if rung.at <= at:
            known = (rung_key(record, rung), max(rung.at, since), rung.escalates)
            life.due.setdefault(rung.name, known)


def _rows(matter: Matter, lives: Iterable[_Life], now: datetime) -> list[Row]:
    found: dict[str, Row] = {}
    for life in lives:
        for row in _of_life(matter, life, now):
            known = found.setdefault(row["key"], row)
            if _RANK.index(row["state"]) < _RANK.index(known["state"]):
                found[row["key"]] = row
    return sorted(found.values(), key=lambda row: (row["due_at"], row["key"]))


def _of_life(matter: Matter, life: _Life, now: datetime) -> Iterable[Row]:
    """Describe the rungs of one life; they stand in the order of the ladder."""
    rungs = list(life.due.items())
    for number, (name, (key, due_at, escalates)) in enumerate(rungs):
        message = matter.messages.get(key)
        sent_at = message.sent_at if message else None
        state, by = "sent", None
        if sent_at is None:
            state, by, sent_at = _unsent(matter, life, rungs[number + 1 :], due_at, now)
            if message is not None and state == "superseded":
                state, by, sent_at = "not-sent", None, None
        waited = int((sent_at - due_at).total_seconds()) if sent_at else None
        yield {
            "key": key, "deadline": life.record.id, "rule": life.record.rule,
            "safe": life.record.safe, "rung": name,
            "to": "owner-and-counsel" if escalates else "owner",
            "due_at": stamp(due_at), "state": state,
            "sent_at": stamp(sent_at) if sent_at and state == "sent" else None,
            "channel": message.channel if message else None, "ts": message.ts if message else None,
            "queued": message is not None, "by": by,
            "waited": None if waited is None else max(waited, 0),
        }  # fmt: skip


def _unsent(
    matter: Matter,
    life: _Life,
    later: Iterable[tuple[str, tuple[str, datetime, bool]]],
    due_at: datetime,
    now: datetime,
) -> tuple[str, str | None, datetime | None]:
    """Say what became of a rung that was not sent: its state, by which rung, and when that was."""
    for name, (key, _, _) in later:
        message = matter.messages.get(key)
        if message is not None and message.sent_at is not None:
            return "superseded", name, message.sent_at
    if life.ended_at is not None and life.ended_at - due_at <= _SOON:
        return "ended", None, None
    if life.ended_at is None and matter.open and now - due_at <= _SOON:
        return "due", None, None
    return "not-sent", None, None
