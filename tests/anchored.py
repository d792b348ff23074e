"""A matter that is anchored, with a folder outside, and what may be done to its journal."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from breachbook.anchoring import (
    Note,
    places,
)
from breachbook.engine_host import EngineHost
from breachbook.events import FIRST_PREV, Draft, Event, decode, encode
from breachbook.executor import Executor
from tests.cases_core import Case

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NOTE = Note("LEAK-2026-0001", 7, b"\x01" * 32, "ab" * 32, "cd" * 32, "2026-11-16T18:00:00.000000Z")


def anchored_matter(base: Path) -> Case:
    """Make a matter advanced by an engine that anchors, with one folder outside."""
    (base / "outside").mkdir()
    case = Case.install(base / "w")
    with (case.workspace.root / "breachbook.toml").open("a") as config:
        config.write('\n[anchors]\nslack = false\nfolders = ["../outside"]\n')
    case.report()
    engine(case)
    case.answer()
    engine(case)
    case.clock.now += timedelta(minutes=60)
    engine(case)
    return case


def copied(anchored: Case, tmp_path: Path) -> Case:
    """Copy it, with the folder outside."""
    made = anchored.copy(tmp_path / "w")
    source, target = outside(anchored), tmp_path / "outside" / made.id
    target.mkdir(parents=True)
    for path in source.iterdir():
        (target / path.name).write_bytes(path.read_bytes())
    return made


def engine(case: Case, slack: Any = None) -> None:
    """Advance as the engine's process does, until every place has answered."""
    executor = Executor(case.workspace, case.library, slack, anchors=True)
    asyncio.run(executor.advance(case.id))
    assert executor.deposits is not None
    executor.deposits.close()


def outside(case: Case) -> Path:
    """Give the matter's part of the folder outside."""
    return case.workspace.root.parent / "outside" / case.id


def journal(case: Case) -> Path:
    """Give the journal's file."""
    return case.workspace.matters_folder / case.id / "journal.jsonl"


def lines(case: Case) -> list[bytes]:
    """Give the journal's lines without their ends."""
    return journal(case).read_bytes().split(b"\n")[:-1]


def put(case: Case, kept: list[bytes]) -> None:
    """Put other lines in the journal's place."""
    journal(case).write_bytes(b"".join(line + b"\n" for line in kept))


def rechained(kept: list[bytes], start: int) -> list[bytes]:
    """Write every line from one on anew, with right hashes, as who can write to the disk may."""
    events = events_of(kept)
    prev = events[start - 1].hash if start else FIRST_PREV
    made = list(kept[:start])
    for event in events[start:]:
        draft = Draft(event.kind, event.data, event.actor, event.privilege)
        other = "2026-11-16T17:59:59.000000Z"
        anew, line = encode(
            draft, seq=event.seq, at=other, clock=event.clock, software=event.software, prev=prev
        )
        prev = anew.hash
        made.append(line[:-1])
    return made


def events_of(kept: list[bytes]) -> list[Event]:
    """Decode lines that follow one another."""
    events: list[Event] = []
    prev = FIRST_PREV
    for seq, line in enumerate(kept, 1):
        events.append(decode(line, seq=seq, prev=prev, where="test"))
        prev = events[-1].hash
    return events


def wake(case: Case) -> Any:
    """Wake the engine's process for the matter and give what it answers."""

    async def asked() -> Any:
        host = EngineHost(case.workspace, case.library, None, {})
        answer = await host._answer({"matter": case.id, "pillar": "respond"})
        assert host.deposits is not None
        host.deposits.close()
        return answer

    return asyncio.run(asked())


def folders_of(case: Case) -> dict[str, Path]:
    """Give the configured folders outside by name."""
    return places.folders(case.workspace.root, case.workspace.config.anchors)
