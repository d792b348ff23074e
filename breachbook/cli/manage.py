"""Running a matter: its people, parties, playbook, notes, and whether it is open."""

from typing import Literal

from breachbook.cli.act import as_pairs, recorded
from breachbook.cli.session import current


def people(
    matter: str,
    change: Literal["add", "remove", "conflict"],
    person: str,
    /,
    *,
    reason: str | None = None,
    json: bool = False,
) -> None:
    """Add a person to a matter, remove one, or record one as conflicted.

    Who is conflicted sees nothing of the matter any more and decides nothing in it.

    For example:

    - breachbook people LEAK-2026-0001 add ruth-cole
    - breachbook people LEAK-2026-0001 conflict zhou-min --reason "named in the log"

    Args:
        matter: Its id.
        change: What changes.
        person: Id of people.yaml.
        reason: Why.
        json: Print JSON.
    """
    from breachbook import records

    file, actor = current.writable(matter)
    recorded(
        matter, records.change_people(file, current.library, actor, change, person, reason), json
    )


def party(matter: str, party: str, /, *changes: str, reason: str, json: bool = False) -> None:
    """Correct a party's name or address as the matter has it; approvals given on the old one fall.

    For example:

    - breachbook party LEAK-2026-0001 moqiao-castings "address=8 Example Road" --reason "new register entry"

    Args:
        matter: Its id.
        party: Id of the party.
        changes: name=value, such as address=...
        reason: Why.
        json: Print JSON.
    """
    from breachbook import records

    file, actor = current.writable(matter)
    recorded(matter, records.correct_party(file, actor, party, as_pairs(changes), reason), json)


def playbook(matter: str, playbook: str, /, *, reason: str, json: bool = False) -> None:
    """Run a matter by another playbook, or by the newest text of its own.

    For example:

    - breachbook playbook LEAK-2026-0001 supplier-leak --reason "version 2"

    Args:
        matter: Its id.
        playbook: Id of the playbook.
        reason: Why.
        json: Print JSON.
    """
    from breachbook import records

    file, actor = current.writable(matter)
    recorded(matter, records.change_playbook(file, current.library, actor, playbook, reason), json)


def note(
    matter: str, text: str, /, *, privilege: str = "attorney-client", json: bool = False
) -> None:
    """Add a note to a matter.

    For example:

    - breachbook note LEAK-2026-0001 "spoke with the Chicago office"

    Args:
        matter: Its id.
        text: The note.
        privilege: none, attorney-client, work-product, common-interest or confidential-secret.
        json: Print JSON.
    """
    from breachbook import records
    from breachbook.errors import UsageError
    from breachbook.events import PRIVILEGES

    if privilege not in PRIVILEGES:
        raise UsageError(
            f"--privilege: got {privilege[:60]!r}; allowed: {', '.join(sorted(PRIVILEGES))}"
        )
    file, actor = current.writable(matter)
    recorded(matter, records.note(file, actor, text, privilege), json)


def close(matter: str, /, *, reason: str, json: bool = False) -> None:
    """Close a matter: nothing is done in it by itself any more.

    For example:

    - breachbook close LEAK-2026-0001 --reason "settled"

    Args:
        matter: Its id.
        reason: Why.
        json: Print JSON.
    """
    from breachbook import records

    file, actor = current.writable(matter)
    recorded(matter, records.close(file, actor, reason), json)


def reopen(matter: str, /, *, reason: str, json: bool = False) -> None:
    """Open a closed matter again.

    For example:

    - breachbook reopen LEAK-2026-0001 --reason "they did not pay"

    Args:
        matter: Its id.
        reason: Why.
        json: Print JSON.
    """
    from breachbook import records

    file, actor = current.writable(matter)
    recorded(matter, records.close(file, actor, reason, reopen=True), json)
