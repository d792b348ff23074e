"""Calendar feeds of deadlines: written to a file, or read at a secret address."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from breachbook import rows
from breachbook.cli.output import as_json, moment, remark, say, table
from breachbook.cli.session import NOT_YOURS, current
from breachbook.errors import UsageError

if TYPE_CHECKING:
    from breachbook.feeds.addresses import Address, Subject


def feed(
    matter: str | None = None,
    /,
    *,
    person: str | None = None,
    all_: bool = False,
    out: Path | None = None,
    address: bool = False,
    list_: bool = False,
    revoke: str | None = None,
    json: bool = False,
) -> None:
    """Give the deadlines of a matter or of a person as an iCalendar feed.

    An address is printed once and is as good as a key: whoever has it reads what you may see, as long
    as you are in people.yaml, on the matter and not conflicted. It is answered by the desk, which
    `breachbook up` starts.

    For example:

    - breachbook feed LEAK-2026-0001 --out docket.ics
    - breachbook feed --person joan-petrov --out joan.ics
    - breachbook feed LEAK-2026-0001 --address
    - breachbook feed --person joan-petrov --all --address
    - breachbook feed --list
    - breachbook feed --revoke C1

    Args:
        matter: Its id.
        person: Id of people.yaml: the deadlines they keep, in every matter that both of you may see.
        all_: With --person: every deadline of those matters, whoever keeps it.
        out: Write the feed to this file, whose name ends in .ics.
        address: Make a secret address of the feed and print it.
        list_: List the addresses that concern you.
        revoke: Id of an address that is to show nothing any more.
        json: Print JSON.
    """
    from breachbook.feeds.addresses import Subject

    asked = [out is not None, address, list_, revoke is not None]
    if sum(asked) != 1:
        raise UsageError("allowed: one of --out FILE.ics, --address, --list and --revoke ID")
    if list_ or revoke is not None:
        if matter is not None or person is not None or all_:
            raise UsageError("got a feed; allowed: --list and --revoke alone")
        _revoke(revoke, json=json) if revoke is not None else _list(json=json)
        return
    if (matter is None) == (person is None) or (all_ and person is None):
        raise UsageError("allowed: the id of a matter, or --person PERSON with or without --all")
    subject = Subject(matter, person, all_)
    if out is not None:
        _write(subject, out, json=json)
    else:
        _address(subject, json=json)


def _write(subject: "Subject", out: Path, *, json: bool) -> None:
    from breachbook.canonical import sha256
    from breachbook.durable import replace

    if out.suffix != ".ics":
        raise UsageError(f"--out: got {out.name[:60]!r}; allowed: a name that ends in .ics")
    data = _read(subject)
    replace(out, data)
    count = data.count(b"\r\nBEGIN:VEVENT\r\n")
    if json:
        as_json({"out": str(out), "deadlines": count, "sha256": sha256(data)})
    else:
        say(f"{out}: {count} deadlines")


def _read(subject: "Subject") -> bytes:
    from breachbook.feeds import reading

    if subject.matter is not None:
        return reading.of_matter(*current.readable(subject.matter))
    people = current.workspace.people
    if subject.person not in people:
        raise UsageError(_nobody(subject.person))
    return reading.of_person(current.root, people, subject, current.reader())


def _address(subject: "Subject", *, json: bool) -> None:
    from breachbook.feeds.addresses import Addresses
    from breachbook.supervisor.settings import settings

    workspace = current.workspace
    reader, method = current.person(default=subject.person)
    if subject.matter is not None:
        _, state = current.readable(subject.matter)
        if not state.sees(reader):
            raise UsageError(f"{subject.matter}: {NOT_YOURS}")
    elif subject.person not in workspace.people:
        raise UsageError(_nobody(subject.person))
    id, token = Addresses(workspace.root).make(subject, reader, method, workspace.now())
    link = f"{settings(workspace).url('public')}/calendar/{token}.ics"
    if json:
        as_json({"id": id, "address": link, "of": str(subject), "reader": reader})
        return
    print(link)
    remark(
        f"{id}: shown this once; whoever has it reads what {reader} may see; `breachbook feed --revoke {id}` ends it"
    )


def _list(*, json: bool) -> None:
    seen = _seen()
    found = [_row(address, seen) for address in _mine(seen)]
    if json:
        as_json(found)
        return
    table(
        ("id", "of", "reader", "made", "state"),
        [(r["id"], r["of"], r["reader"], moment(r["made_at"]), r["state"]) for r in found],
        "no addresses yet; make one with `breachbook feed MATTER --address`",
    )


def _revoke(id: str, *, json: bool) -> None:
    from breachbook.feeds.addresses import Addresses

    offered = [address.id for address in _mine(_seen())]
    if id not in offered:
        raise UsageError(
            f"--revoke: got {id[:60]!r}; allowed: {', '.join(offered) or 'there is no address yet'}"
        )
    workspace = current.workspace
    Addresses(workspace.root).revoke(id, current.reader(), workspace.now())
    if json:
        as_json({"id": id, "state": "revoked"})
    else:
        say(f"{id}: shows nothing any more")


def _mine(seen: dict[str, Sequence[str]]) -> list["Address"]:
    """Give the addresses that concern who asks: their own, those of their deadlines, those of their matters."""
    from breachbook.feeds.addresses import Addresses

    reader, known = current.reader(), Addresses(current.workspace.root).all()
    return [
        address
        for address in known
        if reader is None
        or reader in (address.reader, address.subject.person)
        or reader in seen.get(address.subject.matter or "", ())
    ]


def _row(address: "Address", seen: dict[str, Sequence[str]]) -> dict[str, Any]:
    subject, people = address.subject, current.workspace.people
    is_dark = address.reader not in people or (
        address.reader not in seen.get(subject.matter, ())
        if subject.matter is not None
        else subject.person not in people
    )
    return {
        "id": address.id,
        "of": str(subject),
        "reader": address.reader,
        "made_at": address.made_at,
        "revoked_at": address.revoked_at,
        "revoked_by": address.revoked_by,
        "state": "revoked" if address.revoked_at else "dark" if is_dark else "open",
    }


def _seen() -> dict[str, Sequence[str]]:
    return {row["matter"]: row["people"] for row in rows.current(current.workspace.root)}


def _nobody(person: str | None) -> str:
    people = ", ".join(current.workspace.people.by_id)
    return f"--person: got {str(person)[:60]!r}; allowed: {people}"
