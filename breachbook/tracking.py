"""What becomes of deadlines: those to record, to recount, and to mark as met, late or missed."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from breachbook import ladder
from breachbook.agenda import Count, Mark
from breachbook.canonical import digest
from breachbook.deadlines import Law
from breachbook.docket import Deadline, docket, is_late, performances
from breachbook.entries import DeadlineRecord
from breachbook.matter import Matter

_RUNNING = frozenset({"open", "missed"})
_BY_FACT = frozenset({"met", "late"})


def track(matter: Matter, law: Law, now: datetime) -> Iterator[Count | Mark]:
    """Name what is to record about deadlines: first the dates, and once they stand, their ends."""
    if not matter.dockets:
        return
    entries = docket(matter.facts.values(), law, matter.dockets)
    found = list(_counts(matter, entries))
    yield from found or _marks(matter, law, entries, now)


def _counts(matter: Matter, entries: Sequence[Deadline]) -> Iterator[Count]:
    """Name the deadlines that are new, counted otherwise than before, or resting on nothing."""
    seen: set[str] = set()
    for entry in entries:
        if entry.computed is None:
            continue
        seen.add(entry.id)
        record = matter.deadlines.get(entry.id)
        # What was met or waived stays as it was judged; only what still runs is counted anew.
        if (
            record is None
            or record.state == "superseded"
            or (record.state in _RUNNING and record.result != digest(entry.as_data()))
        ):
            yield Count(entry.id, entry)
    for record in matter.deadlines.values():
        if record.id not in seen and record.state in _RUNNING:
            follower = f"{record.rule}@{matter.ended_facts.get(record.fact)}"
            yield Count(record.id, None, follower if follower in seen else None)


def _marks(matter: Matter, law: Law, entries: Sequence[Deadline], now: datetime) -> Iterator[Mark]:
    facts = matter.facts
    done = {entry.id: fact for entry, fact in performances(facts.values(), law, entries)}
    for record in matter.deadlines.values():
        fact = done.get(record.id)
        if record.state in _RUNNING and fact is not None:
            state = "late" if is_late(fact.when, _end(record)) else "met"
            yield Mark(record.id, state, fact.when.isoformat(), fact.id, fact.proof)
        elif record.state in _BY_FACT and record.done_by and record.done_by not in facts:
            yield Mark(record.id, "reopened")
        elif record.state == "open" and (end := ladder.missed_at(record)) and now > end:
            yield Mark(record.id, "missed")


def _end(record: DeadlineRecord) -> str | None:
    return record.last_moment or record.legal
