"""What two counsel are asked to agree to: whether it stands, who may know of it, and what is told in Slack.

What is asked about a hold that its custodian is not told of goes to each counsel alone.
"""

from collections.abc import Iterator

from breachbook.agenda import Reference, Tell
from breachbook.consent_book import NEEDED, Consent
from breachbook.entries import Message
from breachbook.hold_reminders import counsel
from breachbook.matter import Matter


def is_open(matter: Matter, consent: Consent) -> bool:
    """Tell whether a consent still lacks counsel; the yes of one who may have no say any more is none."""
    if consent.state not in ("open", "given"):
        return False
    return lacking(matter, consent) > 0


def lacking(matter: Matter, consent: Consent) -> int:
    """Count the counsel who have still to agree."""
    return max(0, NEEDED - len({*consent.agreed} & {*_asked(matter, consent)}))


def is_counsel(matter: Matter, person: str, what: str = "", about: str = "") -> bool:
    """Tell whether somebody is counsel of the matter, not conflicted, and not whom a consent concerns."""
    return person in counsel(matter, concerned(matter, what, about))


def concerned(matter: Matter, what: str, about: str) -> str:
    """Name whom a consent concerns, who has no say in it; empty for one about an exhibit."""
    if what == "silent-hold":
        return about
    hold, _, person = about.partition("|")
    order = matter.hold_book.orders.get(hold)
    return order.about if order is not None and order.silent else person


def may_agree(matter: Matter, consent: Consent) -> list[str]:
    """Name who is still asked: counsel of the matter who did not agree yet; nobody once it needs none."""
    if not is_open(matter, consent):
        return []
    return [person for person in _asked(matter, consent) if person not in consent.agreed]


def _asked(matter: Matter, consent: Consent) -> list[str]:
    return counsel(matter, concerned(matter, consent.what, consent.about))


def is_silent(matter: Matter, what: str, about: str) -> bool:
    """Tell whether a consent is about a hold that its custodian is not told of."""
    hold, _, person = about.partition("|")
    return what == "silent-hold" or (hold, person) in matter.hold_book.silent


def known_to(matter: Matter, person: str | None) -> list[Consent]:
    """List the consents a person may know of: about a silent hold only counsel and the one who asked.

    Args:
        person: None for somebody whom people.yaml does not name.
    """
    return [
        consent
        for consent in matter.consents.consents.values()
        if not is_silent(matter, consent.what, consent.about)
        or consent.asked_by == person
        or person in _asked(matter, consent)
    ]


def consent_tells(matter: Matter, reference: Reference) -> Iterator[Tell]:
    """Name the messages about consents that are not posted yet; of a settled one nobody is asked."""
    asked = {m.about: m for m in matter.messages.values() if m.what == "consent"}
    for consent in matter.consents.consents.values():
        for about in _abouts(matter, reference, consent) if is_open(matter, consent) else ():
            message = asked.get(about)
            if message is None:
                key = f"consent/{about.replace('|', '/')}/{state_shown(matter, about)}"
                yield Tell(key, "consent", about, again=False)
            elif message.ts is None:
                yield Tell(message.key, "consent", about, again=True)
    yield from settled_tells(matter)


def settled_tells(matter: Matter) -> Iterator[Tell]:
    """Name the update of a posted question when what it shows is not what it last showed."""
    told: dict[str | None, list[Message]] = {}
    for message in matter.messages.values():
        if message.what == "consent-update":
            told.setdefault(message.about, []).append(message)
    for message in list(matter.messages.values()):
        if message.what == "consent" and message.ts:
            yield from _update(matter, message, told.get(message.key, []))


def state_shown(matter: Matter, about: str) -> str:
    """Name what a question in Slack shows; it is told anew whenever this changes.

    Args:
        matter: As it stands.
        about: The consent, and after a bar the one counsel who is asked.

    Returns:
        open, given, used, withdrawn, ``closed`` with the matter, or ``void`` for who is counsel no
        more, and how many agreed: ``open1``.
    """
    id_, _, person = about.partition("|")
    consent = matter.consents.consents[id_]
    state = "open" if is_open(matter, consent) else consent.state
    if person and person not in _asked(matter, consent):
        state = "void"
    elif state == "open" and not matter.open:
        state = "closed"
    return f"{state}{len(consent.agreed)}"


def _abouts(matter: Matter, reference: Reference, consent: Consent) -> Iterator[str]:
    """Name to whom it is put: the channel, or each counsel whom Slack can reach alone."""
    if not is_silent(matter, consent.what, consent.about):
        yield consent.id
        return
    for person in _asked(matter, consent):
        if person in reference.people and reference.people[person].slack is not None:
            yield f"{consent.id}|{person}"


def _update(matter: Matter, asked: Message, told: list[Message]) -> Iterator[Tell]:
    if told and told[-1].ts is None:
        yield Tell(told[-1].key, "consent-update", asked.key, again=True)
        return
    now = state_shown(matter, asked.about or "")
    last = told[-1].key.rpartition("-")[2] if told else asked.key.rpartition("/")[2]
    if now != last:
        yield Tell(f"{asked.key}/now/{len(told) + 1}-{now}", "consent-update", asked.key, False)
