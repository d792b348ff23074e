"""What is told of legal holds, and who may know of one that its custodian is not told of."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo

from breachbook import ladder, nudges
from breachbook.agenda import Reference, Tell
from breachbook.hold_book import CUSTODIAN, RESUME, STEWARD, Hold, Order
from breachbook.matter import Matter


def counsel(matter: Matter, about: str = "") -> list[str]:
    """List the counsel of a matter; nobody conflicted, and not the one whom a hold is about."""
    wanted = set(ladder.ESCALATION)
    return [person for person, roles in matter.roles.items()
            if wanted & {*roles} and matter.sees(person) and person != about]  # fmt: skip


def knows(matter: Matter, person: str | None, hold: str) -> bool:
    """Say whether a person may know of a hold: a silent one only counsel and the steward it is put to."""
    order = matter.hold_book.orders.get(hold)
    if order is None or not order.silent:
        return True
    return person in counsel(matter, order.about) or (hold, person) in matter.hold_book.silent


def known(matter: Matter, person: str | None) -> list[Hold]:
    """List what holds put to anybody, as far as a person may know of it."""
    silent = matter.hold_book.silent.values()
    shown = [
        hold
        for hold in silent
        if person == hold.custodian
        or person in counsel(matter, matter.hold_book.orders[hold.id].about)
    ]
    return [*matter.holds.values(), *shown]


def privilege_of(matter: Matter, about: str) -> str:
    """Give the privilege of an event about a hold, a consent or a message of these: of a silent hold it is withheld.

    Args:
        about: As a message or a hold names it, such as ``HOLD|PERSON`` or ``consent/S1/...``.
    """
    for name in re.split(r"[|/]", about):
        consent = matter.consents.consents.get(name)
        order = matter.hold_book.orders.get(consent.about.partition("|")[0] if consent else name)
        if (order is not None and order.silent) or (consent and consent.what == "silent-hold"):
            return "attorney-client"
    return "none"


def manager(matter: Matter, reference: Reference, order: Order | None, person: str) -> str | None:
    """Name the manager who is told that a person stays silent; None where nobody may be.

    Nobody's manager is told of a silent hold, and none who is conflicted or has no Slack identity.
    """
    if person not in reference.people or (order is not None and order.silent):
        return None
    found = reference.people[person].manager
    if found is None or found in matter.conflicted or found not in reference.people:
        return None
    return found if reference.people[found].slack is not None else None


def hold_tells(matter: Matter, reference: Reference, now: datetime) -> Iterator[Tell]:
    """Name the messages about holds that are not posted yet."""
    for hold in matter.hold_book.every():
        yield from _notice(matter, reference, hold)
        yield from _settled(matter, hold)
        yield from _resumption(matter, hold)
        yield from _known(matter, reference, hold)
        if hold.awaits == "answers" and _reached(reference, hold.custodian):
            yield from _tell(matter, _name(hold, "questions"), "hold-questions", hold)
        yield from _nudge(matter, reference, hold, now)


def hold_times(matter: Matter, reference: Reference) -> Iterator[datetime]:
    """Give the moments at which time alone makes a reminder of a hold due."""
    for hold in matter.hold_book.every():
        for nudge in _nudges(matter, reference, hold):
            yield nudge.at


def _notice(matter: Matter, reference: Reference, hold: Hold) -> Iterator[Tell]:
    if not hold.notice or hold.state == "released":
        return
    name = f"{_base(hold)}/notice-{hold.notice[:12]}"
    if _reached(reference, hold.custodian):
        # A custodian has it from the step that issued it.
        yield from _tell(matter, name, "hold-notice", hold) if hold.role == STEWARD else ()
    elif hold.state == "issued":
        yield from _tell_counsel(matter, reference, name, "hold-by-hand", hold)


def _settled(matter: Matter, hold: Hold) -> Iterator[Tell]:
    """Name the message that shows what a person did, in the place of the buttons they did it with."""
    shown = hold.state
    if shown == "issued" and hold.past and hold.role == CUSTODIAN:
        yield from _tell(matter, _name(hold, f"amended-{hold.version}"), "hold-settled", hold)
    elif shown in ("acknowledged", "answered", "exempt", "released"):
        done = sum(task.done_at is not None for task in hold.tasks.values())
        name = _name(hold, f"{shown}-{done}" if done else shown)
        yield from _tell(matter, name, "hold-settled", hold)


def _resumption(matter: Matter, hold: Hold) -> Iterator[Tell]:
    for task in hold.open_tasks:
        if task.startswith(f"{RESUME}/") and hold.state != "released":
            yield from _tell(matter, f"{_base(hold)}/{task}", "hold-resume", hold)


def _known(matter: Matter, reference: Reference, hold: Hold) -> Iterator[Tell]:
    """Name the message that tells a steward of a silent hold that it is silent no more."""
    told_at = matter.hold_book.orders[hold.id].converted_at
    if told_at is None or hold.issued_at >= told_at or hold.role != STEWARD:
        return
    if hold.state != "released" and _reached(reference, hold.custodian):
        yield from _tell(matter, f"{_base(hold)}/known", "hold-known", hold)


def _nudge(matter: Matter, reference: Reference, hold: Hold, now: datetime) -> Iterator[Tell]:
    nudge = nudges.newest(_nudges(matter, reference, hold), now)
    if nudge is None:
        return
    name = _name(hold, str(nudge.number), awaited=True)
    reached = _reached(reference, hold.custodian)
    if nudge.to_manager:
        yield from _tell(matter, name, "hold-manager", hold)
    elif not nudge.escalates and reached:
        yield from _tell(matter, name, "hold-reminder", hold)
    elif (hold.id, hold.custodian) not in matter.hold_book.silent:
        yield from _tell(matter, name, "hold-escalation", hold)
    else:  # nothing of it is said in the matter's channel
        yield from _tell_counsel(matter, reference, name, "hold-silence", hold)


def _nudges(matter: Matter, reference: Reference, hold: Hold) -> Iterator[nudges.Nudge]:
    order = matter.hold_book.orders.get(hold.id)
    over = manager(matter, reference, order, hold.custodian)
    return nudges.of_hold(hold, _zone(reference, hold.custodian), managed=over is not None)


def _base(hold: Hold) -> str:
    return f"hold/{hold.id}/{hold.custodian}"


def _name(hold: Hold, what: str, *, awaited: bool = False) -> str:
    """Name a message; what is said again of another notice has another name."""
    stage = f"{hold.awaits}-" if awaited and hold.awaits != "acknowledgement" else ""
    again = f"{len(hold.past) + 1}-" if hold.past else ""
    return f"{_base(hold)}/{again}{stage}{what}"


def _tell(matter: Matter, name: str, what: str, hold: Hold) -> Iterator[Tell]:
    yield from _told(matter, name, what, f"{hold.id}|{hold.custodian}")


def _tell_counsel(
    matter: Matter, reference: Reference, name: str, what: str, hold: Hold
) -> Iterator[Tell]:
    """Name a direct message to each counsel who can have one."""
    order = matter.hold_book.orders.get(hold.id)
    for person in counsel(matter, order.about if order else ""):
        if _reached(reference, person):
            about = f"{hold.id}|{hold.custodian}|{person}"
            yield from _told(matter, f"{name}/{person}", what, about)


def _reached(reference: Reference, person: str) -> bool:
    return person in reference.people and reference.people[person].slack is not None


def _told(matter: Matter, name: str, what: str, about: str) -> Iterator[Tell]:
    message = matter.messages.get(name)
    if message is None or message.ts is None:
        yield Tell(name, what, about, message is not None)


def _zone(reference: Reference, person: str) -> tzinfo:
    return reference.people[person].tz if person in reference.people else UTC
