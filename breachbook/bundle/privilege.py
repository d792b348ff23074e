"""The privilege log: that something is withheld, by whom, before whom, and why; nothing of what it says."""

import csv
import io
import math
from collections.abc import Iterable
from dataclasses import dataclass

from breachbook.bundle.material import Material
from breachbook.bundle.wall import TYPES, Withheld
from breachbook.deadline_records import COUNSEL
from breachbook.events import Event, stamp

_COLUMNS = ("line", "date", "what", "author", "recipients", "type", "basis")
_REPORTER = "reporter"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that is withheld.

    Attributes:
        line: Number of the journal line.
        what: ``record``, or ``text`` where the line itself is shown.
        author: Person who recorded it.
        recipients: Those who could read it in the matter at any time since.
        type: A key of `wall.TYPES`.
    """

    line: int
    at: str
    what: str
    author: str
    recipients: tuple[str, ...]
    type: str

    @property
    def basis(self) -> str:
        """Give the ground on which it is withheld."""
        return TYPES[self.type]


def entries(material: Material) -> list[Entry]:
    """List what is withheld as privileged, in the journal's order.

    Authority: Federal Rules of Civil Procedure, rule 26(b)(5)(A).
    """
    found: list[Entry] = []
    readers = _Readers(material.events)
    for event, verdict in zip(material.events, material.disclosure.verdicts, strict=True):
        if isinstance(verdict, Withheld):
            kinds = [("record", verdict.type)] if verdict.type else []
            recipients = readers.beside(event, counsel_only=verdict.counsel_only)
        else:
            kinds = [("text", kind) for kind in sorted(set(verdict.withheld.values()))]
            recipients = readers.beside(event)
        found += [
            Entry(event.seq, stamp(event.when), what, event.actor.person, recipients, kind)
            for what, kind in kinds
        ]
    return found


def as_csv(material: Material, log: list[Entry]) -> bytes:
    """Write the log as CSV (RFC 4180); no name in it is taken for a formula by a spreadsheet."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for one in log:
        recipients = "; ".join(named(material, person) for person in one.recipients)
        names = (_inert(named(material, one.author)), _inert(recipients))
        writer.writerow((one.line, one.at, one.what, *names, one.type, one.basis))
    return out.getvalue().encode()


def _inert(cell: str) -> str:
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def named(material: Material, person: str) -> str:
    """Give a person's name as people.yaml has it, else the id."""
    people = material.workspace.people
    return people[person].name if person in people else person


class _Readers:
    """Until which line each person could read a matter, and whether they are counsel of it."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._until: dict[str, float] = {}
        self._counsel: set[str] = set()
        for event in events:
            person = str(event.data.get("person"))
            if event.kind == "people.added" and set(event.data["roles"]) - {_REPORTER}:
                self._until[person] = math.inf
                self._counsel |= {person} if set(event.data["roles"]) & set(COUNSEL) else set()
            elif event.kind in ("people.removed", "people.conflicted") and person in self._until:
                self._until[person] = event.seq

    def beside(self, event: Event, *, counsel_only: bool = False) -> tuple[str, ...]:
        """Name those who could read a line at any time since it was written, without its author."""
        return tuple(
            person
            for person, until in self._until.items()
            if until > event.seq
            and person != event.actor.person
            and (person in self._counsel or not counsel_only)
        )
