"""What people record in a matter as a whole: its parties, people, playbook, notes and its end."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from breachbook.approvals import CAUSES
from breachbook.errors import ApprovalError, UsageError
from breachbook.events import Actor, Draft, Event
from breachbook.intake import MAX_ATTACHMENT, party_draft
from breachbook.library import Library
from breachbook.matter import Matter
from breachbook.matter_file import MatterFile
from breachbook.source import shown
from breachbook.store import read_regular


def may(matter: Matter, actor: Actor, roles: Sequence[str], what: str) -> None:
    """Refuse whoever is conflicted, or holds none of the roles that may do this."""
    if actor.person in matter.conflicted:
        raise ApprovalError(f"{matter.id}: you are recorded as conflicted on this matter")
    if not set(roles) & set(matter.roles.get(actor.person, ())):
        raise ApprovalError(
            f"{matter.id}: {what} is for {' or '.join(roles)}; you hold none of these on this matter"
        )


def on_matter(matter: Matter, actor: Actor) -> None:
    """Refuse whoever is not, or no longer, on the matter."""
    if not matter.sees(actor.person):
        raise ApprovalError("there is no such matter, or it is not yours to see")


def still_open(matter: Matter) -> None:
    """Refuse in a closed matter what only belongs into a running one; asked after who may see it at all."""
    if not matter.open:
        raise ApprovalError(f"{matter.id}: {CAUSES['closed']}")


def keep_proof(file: MatterFile, path: Path | bytes | None) -> str | None:
    """Keep a proof, a file or its bytes, in the matter's store, if there is one, and give its hash."""
    if path is None:
        return None
    if isinstance(path, bytes):
        return file.store.put(path)
    try:
        return file.store.put(read_regular(path, MAX_ATTACHMENT))
    except OSError as error:
        raise UsageError(
            f"{path}: got {error.strerror or error}; allowed: a readable file as proof"
        ) from error


def correct_party(
    file: MatterFile, actor: Actor, party: str, changes: Mapping[str, str], reason: str
) -> list[Event]:
    """Correct a party's name or address as the matter has it; what was approved on the old one falls."""

    def drafts(matter: Matter) -> list[Draft]:
        on_matter(matter, actor)
        if party not in matter.parties:
            raise UsageError(
                f"{matter.id}: got the party {shown(party)}; allowed: {', '.join(matter.parties)}"
            )
        row = dict(file.values.get(matter.parties[party].details, {}))
        if unknown := [name for name in changes if name not in row or name == "id"]:
            raise UsageError(
                f"{matter.id} {party}: got {', '.join(unknown)}; allowed: {', '.join(k for k in row if k != 'id')}"
            )
        if all(row[name] == value for name, value in changes.items()):
            raise UsageError(f"{matter.id} {party}: nothing would change")
        return [party_draft(file, row | dict(changes), actor, reason)]

    return file.transact(drafts)


def change_people(
    file: MatterFile,
    library: Library,
    actor: Actor,
    change: str,
    person: str,
    reason: str | None = None,
) -> list[Event]:
    """Add a person to a matter, remove one, or record one as conflicted."""
    if person not in library.workspace.people:
        raise UsageError(f"got the person {shown(person)}; allowed: an id of people.yaml")

    def drafts(matter: Matter) -> list[Draft]:
        on_matter(matter, actor)
        data: dict[str, Any] = {"person": person}
        if change == "add":
            data["roles"] = list(library.workspace.people[person].roles)
        elif reason:
            data["reason"] = file.values.commit(reason)
        kind = {
            "add": "people.added",
            "remove": "people.removed",
            "conflict": "people.conflicted",
        }[change]
        return [Draft(kind, data, actor)]

    return file.transact(drafts)


def change_playbook(
    file: MatterFile, library: Library, actor: Actor, playbook: str, reason: str
) -> list[Event]:
    """Run the matter by another playbook, or by the newest text of its own."""
    raw, found = library.playbook(playbook)
    sha = file.store.put(raw)

    def drafts(matter: Matter) -> list[Draft]:
        on_matter(matter, actor)
        data = {"playbook": found.id, "sha256": sha, "reason": file.values.commit(reason)}
        return [Draft("playbook.chosen", data, actor)]

    return file.transact(drafts)


def note(
    file: MatterFile, actor: Actor, text: str, privilege: str = "attorney-client"
) -> list[Event]:
    """Add a note; it is privileged unless said otherwise."""

    def drafts(matter: Matter) -> list[Draft]:
        on_matter(matter, actor)
        return [
            Draft(
                "note.added",
                {"note": matter.number("N"), "text": file.values.commit(text)},
                actor,
                privilege,
            )
        ]

    return file.transact(drafts)


def close(file: MatterFile, actor: Actor, reason: str, reopen: bool = False) -> list[Event]:
    """Close a matter, or open it again; a closed matter does nothing by itself."""

    def drafts(matter: Matter) -> list[Draft]:
        on_matter(matter, actor)
        if matter.open == reopen:
            raise UsageError(f"{matter.id}: is already {'open' if matter.open else 'closed'}")
        kind = "matter.reopened" if reopen else "matter.closed"
        return [Draft(kind, {"reason": file.values.commit(reason)}, actor)]

    return file.transact(drafts)
