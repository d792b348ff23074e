"""The journal: every stored byte re-hashed, every line in its place, and the whole replayed."""

import re
from dataclasses import dataclass
from pathlib import Path

from breachbook.audit.verdicts import Check, judged
from breachbook.errors import BreachbookError, DamageError
from breachbook.events import FIRST_PREV, Draft, Event, check, decode
from breachbook.matter import Matter

_STATED = re.compile(rb'"hash":"([0-9a-f]{64})"\}\Z')


@dataclass(frozen=True, slots=True)
class Read:
    """A journal as read; ``matter`` is None when it does not verify or cannot be replayed."""

    check: Check
    events: tuple[Event, ...]
    size: int
    matter: Matter | None


def read_journal(folder: Path) -> Read:
    """Verify and replay ``journal.jsonl``; a torn last line is a finding too."""
    name = folder.name
    try:
        data = (folder / "journal.jsonl").read_bytes()
    except OSError as error:
        return Read(judged(name, "journal", [f"journal.jsonl: {error.strerror}"], ""), (), 0, None)
    *lines, torn = data.split(b"\n")
    events, findings = _decoded(lines)
    if torn:
        findings.append(
            f"journal.jsonl: line {len(lines) + 1} is torn: {len(torn)} bytes without an end;"
            " the next append sets them aside"
        )
    if not lines:
        findings.append("journal.jsonl: is empty")
    whole = not findings or (bool(torn) and len(findings) == 1 and bool(lines))
    matter = _replayed(name, events, findings) if whole else None
    verdict = judged(name, "journal", findings, f"{len(events)} lines")
    return Read(verdict, tuple(events), len(data) - len(torn), matter)


def _decoded(lines: list[bytes]) -> tuple[list[Event], list[str]]:
    """Decode every line; after a damaged one go on from the hash it states, to name the others too."""
    events: list[Event] = []
    findings: list[str] = []
    prev = FIRST_PREV
    for number, line in enumerate(lines, 1):
        try:
            event = decode(line, seq=number, prev=prev, where="journal.jsonl")
            check(Draft(event.kind, event.data, event.actor, event.privilege))
            events.append(event)
            prev = event.hash
        except DamageError as error:
            findings.append(str(error))
            stated = _STATED.search(line)
            prev = stated[1].decode() if stated else prev
        except (BreachbookError, KeyError, TypeError, ValueError, AttributeError) as error:
            findings.append(f"journal.jsonl: line {number} is not an event: {error}")
            stated = _STATED.search(line)
            prev = stated[1].decode() if stated else prev
    return events, findings


def _replayed(name: str, events: list[Event], findings: list[str]) -> Matter | None:
    matter = Matter()
    for event in events:
        try:
            matter.apply(event)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            findings.append(
                f"journal.jsonl: line {event.seq} ({event.kind}) cannot be replayed: {error!r}"
            )
            return None
    opened = [event.seq for event in events if event.kind == "matter.opened"]
    if opened != [1] or matter.id != name:
        findings.append(
            f"journal.jsonl: is the journal of {matter.id or 'no matter'}, not of {name}"
        )
        return None
    return matter
