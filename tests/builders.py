"""Small makers of what the tests of the core begin with: a standing clock, drafts, a journal."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from breachbook.events import Actor, Draft, Event, encode
from breachbook.journal import Journal
from breachbook.matter_file import MatterFile

SOFTWARE = {"build": "0" * 16, "name": "breachbook", "version": "0"}
NOON = datetime(2026, 11, 16, 18, 0, tzinfo=UTC)
COUNSEL = Actor("helen-marsh", "example")
SOME_COMMITMENT = {"c": "c" * 64}


class StandingClock:
    """A clock that shows what it was set to; ``pass_time`` is the only thing that moves it."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> tuple[datetime, dict[str, Any]]:
        """Give the time and the state of the clock, as `breachbook.clock.now` does."""
        return self.now, {"mono_ns": 1, "synced": True}

    def pass_time(self, **parts: float) -> None:
        """Move on by hours=, minutes= and so on."""
        self.now += timedelta(**parts)


def note(number: int = 1) -> Draft:
    """Draft the simplest event there is."""
    return Draft("note.added", {"note": f"N{number}", "text": SOME_COMMITMENT})


def opened(**changes: Any) -> Draft:
    """Draft the opening of a matter, reported by Peter Lindgren."""
    data: dict[str, Any] = {
        "matter": "LEAK-2026-0001",
        "example": True,
        "vector": "supplier",
        "places": ["CN", "US"],
        "trade_secrets": ["wheel-process"],
        "holders": ["moqiao"],
        "custodians": ["alan-brooks"],
        "accounts": ["portal-07"],
        "sources": ["share"],
        "suspects": [],
        "reporter": "peter-lindgren",
        "discovered_at": "2026-11-16T09:20:00-06:00",
        "report": SOME_COMMITMENT,
        "report_sha256": "a" * 64,
        "attachments": [],
    }
    return Draft("matter.opened", data | changes)


def act(step: str, name: str, target: str = "-", round_: int = 1, key: str = "") -> dict[str, Any]:
    """Give the keys that every event of an act has."""
    own = key or f"LEAK-2026-0001/{step}/{round_}/{target}/{'0' * 16}"
    return {"step": step, "target": target, "round": round_, "act": name, "key": own}


def event(draft: Draft, seq: int = 1, at: datetime = NOON, prev: str = "0" * 64) -> Event:
    """Make an event of a draft without any file."""
    stamped = at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    made, _ = encode(
        draft,
        seq=seq,
        at=stamped,
        clock={"mono_ns": 1, "synced": True},
        software=SOFTWARE,
        prev=prev,
    )
    return made


def chain(drafts: list[Draft], start: datetime = NOON) -> list[Event]:
    """Make the events of a journal, a minute apart."""
    events: list[Event] = []
    for number, draft in enumerate(drafts):
        prev = events[-1].hash if events else "0" * 64
        events.append(event(draft, number + 1, start + timedelta(minutes=number), prev))
    return events


def journal(folder: Path, known_seq: int = 0) -> Journal:
    """Open the journal of a folder with a standing clock."""
    return Journal(folder / "journal.jsonl", StandingClock(), SOFTWARE, lambda: known_seq)


def append(target: Journal, *drafts: Draft) -> list[Event]:
    """Append under the journal's lock."""
    with target.locked() as writer:
        return writer.append(list(drafts))


def matter_file(folder: Path, clock: StandingClock | None = None) -> MatterFile:
    """Open a matter's folder with a standing clock."""
    return MatterFile(folder, clock or StandingClock(), SOFTWARE)


def decided(request: str, person: str, decision: str, subject: str) -> Draft:
    """Draft one person's decision."""
    data: Mapping[str, Any] = {"request": request, "subject": subject, "decision": decision}
    return Draft("approval.decided", data, Actor(person, "slack"))
