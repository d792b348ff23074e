"""Who reads what: the wall of every matter is judged anew at each read, and no read is recorded."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from breachbook import rows
from breachbook.errors import DamageError, UsageError
from breachbook.feeds.addresses import Addresses, Subject
from breachbook.people import People

if TYPE_CHECKING:
    from breachbook.feeds.entries import Entry
    from breachbook.matter import Matter
    from breachbook.matter_file import MatterFile
    from breachbook.workspace import Workspace


def at_address(workspace: "Workspace", token: str) -> bytes | None:
    """Give the feed of a secret address as its reader may see it now.

    Returns:
        None where there is no such address, it was revoked, or its reader left people.yaml or the matter.

    Raises:
        BreachbookError: It cannot be read; a client keeps what it has.
    """
    address = Addresses(workspace.root).find(token)
    if address is None:
        return None
    return _feed(workspace.root, workspace.people, address.subject, address.reader)


def _feed(root: Path, people: People, subject: Subject, reader: str) -> bytes | None:
    if reader not in people:
        return None
    if subject.person is not None:
        if subject.person not in people:
            return None
        return of_person(root, people, subject, reader)
    try:
        file = rows.open_file(root, subject.matter or "")
    except UsageError:
        return None
    matter = file.refresh()
    return of_matter(file, matter) if matter.sees(reader) else None


def of_matter(file: "MatterFile", matter: "Matter") -> bytes:
    """Give the feed of one matter; whoever calls has judged that it may be seen."""
    from breachbook.feeds.entries import entries
    from breachbook.feeds.ical import calendar

    return calendar(f"Deadlines of {matter.id}", list(entries(file, matter)))


def of_person(root: Path, people: People, subject: Subject, reader: str | None) -> bytes:
    """Give the feed of one person over every matter that both they and the reader may see.

    Args:
        subject: Of a person who stands in people.yaml.
        reader: Who reads; None where the file system decided.

    Raises:
        DamageError: A journal does not verify, so that nobody knows whose deadlines it holds.
    """
    from breachbook.feeds.ical import calendar

    person = people[subject.person or ""]
    name = "All deadlines of the matters" if subject.everything else "Deadlines"
    shown = list(_of_person(root, people, subject, reader))
    return calendar(f"{name} of {person.name}", shown)


def _of_person(
    root: Path, people: People, subject: Subject, reader: str | None
) -> "Iterator[Entry]":
    from breachbook.agenda import Reference
    from breachbook.deadlines import Law
    from breachbook.feeds.entries import entries
    from breachbook.reminders import keeper

    reference, person = Reference(people, Law()), subject.person or ""
    for row in rows.current(root):
        if row["state"] == "damaged":
            raise DamageError(row["damage"])
        if person not in row["people"]:
            continue
        file = rows.open_file(root, row["matter"])
        matter = file.refresh()
        if not matter.sees(person) or (reader is not None and not matter.sees(reader)):
            continue
        for entry in entries(file, matter):
            if subject.everything or keeper(matter, reference, entry.record) == person:
                yield entry
