"""Asking for and giving the two counsel's consent that grave acts on evidence and holds need."""

from typing import Any

from breachbook.consent_book import WHAT, Consent
from breachbook.deadline_records import COUNSEL
from breachbook.errors import ApprovalError, UsageError
from breachbook.events import Actor, Draft, Event
from breachbook.matter import Matter
from breachbook.matter_file import MatterFile
from breachbook.records import may, on_matter, still_open
from breachbook.source import shown


def ask(file: MatterFile, actor: Actor, what: str, about: str, reason: str) -> list[Event]:
    """Ask two counsel to agree to an act; counsel who asks has thereby agreed.

    Raises:
        ApprovalError: Not on the matter, or it is closed.
        UsageError: Unknown act, or the same was asked before and still stands.
    """

    def drafts(matter: Matter) -> list[Draft]:
        on_matter(matter, actor)
        still_open(matter)
        if what not in WHAT:
            raise UsageError(f"got {shown(what)}; allowed: {', '.join(WHAT)}")
        _require_known(matter, what, about)
        standing = [
            consent.id
            for consent in matter.consents.consents.values()
            if (consent.what, consent.about) == (what, about)
            and consent.state in ("open", "given")
        ]
        if standing:
            raise UsageError(f"{matter.id}: this was asked before, as {standing[0]}")
        consent = matter.number("R")
        data = {
            "consent": consent,
            "what": what,
            "about": about,
            "reason": file.values.commit(reason),
        }
        asked = [Draft("consent.asked", data, actor)]
        if set(COUNSEL) & set(matter.roles.get(actor.person, ())):
            asked.append(Draft("consent.given", {"consent": consent}, actor))
        return asked

    return file.transact(drafts)


def give(file: MatterFile, actor: Actor, consent: str, delivery: str | None = None) -> list[Event]:
    """Agree to what was asked, as counsel, once.

    Raises:
        ApprovalError: No counsel of the matter, conflicted, or it is closed.
        UsageError: No such consent, or it is no longer open, or this person agreed before.
    """

    def drafts(matter: Matter) -> list[Draft]:
        may(matter, actor, COUNSEL, "agreeing to this")
        still_open(matter)
        found = _open(matter, consent)
        if actor.person in found.agreed:
            raise UsageError(f"{matter.id} {consent}: you agreed before; another counsel must too")
        data: dict[str, Any] = {"consent": consent}
        data |= {"delivery": delivery} if delivery else {}
        return [Draft("consent.given", data, actor)]

    return file.transact(drafts)


def withdraw(file: MatterFile, actor: Actor, consent: str, reason: str) -> list[Event]:
    """Take back what was asked or agreed, as counsel or as the one who asked, before it was used.

    Raises:
        ApprovalError: Neither counsel of the matter nor the one who asked.
        UsageError: No such consent, or it was used or withdrawn.
    """

    def drafts(matter: Matter) -> list[Draft]:
        on_matter(matter, actor)
        found = _known(matter, consent)
        if found.asked_by != actor.person:
            may(matter, actor, COUNSEL, "withdrawing this")
        if found.state in ("used", "withdrawn"):
            raise UsageError(f"{matter.id} {consent}: is {found.state}")
        data = {"consent": consent, "reason": file.values.commit(reason)}
        return [Draft("consent.withdrawn", data, actor)]

    return file.transact(drafts)


def standing(matter: Matter, what: str, about: str) -> Consent:
    """Give the consent that an act rests on.

    Raises:
        ApprovalError: Two counsel have not agreed to it.
    """
    found = matter.consents.given(what, about)
    if found is None:
        raise ApprovalError(
            f"{matter.id}: to {WHAT[what]} two counsel must agree first; ask with"
            f" `breachbook consent ask {matter.id} {what} {about} --reason TEXT`"
        )
    return found


def _require_known(matter: Matter, what: str, about: str) -> None:
    if what == "destroy-exhibit" and about not in matter.exhibits:
        raise UsageError(
            f"{matter.id}: got the exhibit {shown(about)};"
            f" allowed: {', '.join(matter.exhibits) or 'none is sealed'}"
        )
    if what == "release-hold" and tuple(about.split("|")) not in matter.holds:
        offered = ", ".join("|".join(key) for key in matter.holds) or "none stands"
        raise UsageError(f"{matter.id}: got the hold {shown(about)}; allowed: {offered}")


def _known(matter: Matter, consent: str) -> Consent:
    found = matter.consents.consents.get(consent)
    if found is None:
        offered = ", ".join(matter.consents.consents) or "none was asked for"
        raise UsageError(f"{matter.id}: got the consent {shown(consent)}; allowed: {offered}")
    return found


def _open(matter: Matter, consent: str) -> Consent:
    found = _known(matter, consent)
    if found.state != "open":
        raise UsageError(f"{matter.id} {consent}: is {found.state}; allowed: one that is open")
    return found
