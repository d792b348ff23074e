"""Asking for and giving the two counsel's consent that grave acts on evidence and holds need."""

from shlex import quote

from breachbook.agreement import is_counsel, is_open, is_silent, known_to
from breachbook.consent_book import WHAT, Consent
from breachbook.deadline_records import COUNSEL
from breachbook.errors import ApprovalError, UsageError
from breachbook.events import Actor, Draft, Event
from breachbook.hold_reminders import known, privilege_of
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
        if what == "silent-hold":
            may(matter, actor, COUNSEL, "asking for a hold in silence")
        _require_known(matter, actor, what, about)
        standing = [
            consent.id
            for consent in known_to(matter, actor.person)
            if (consent.what, consent.about) == (what, about)
            and consent.state in ("open", "given")
        ]
        if standing:
            raise UsageError(f"{matter.id}: this was asked before, as {standing[0]}")
        # Of a series of their own: a gap in the others would tell that there is one.
        consent = matter.number("S" if is_silent(matter, what, about) else "R")
        data = {
            "consent": consent,
            "what": what,
            "about": about,
            "reason": file.values.commit(reason),
        }
        kept = "attorney-client" if is_silent(matter, what, about) else "none"
        asked = [Draft("consent.asked", data, actor, kept)]
        if is_counsel(matter, actor.person, what, about):
            asked.append(Draft("consent.given", {"consent": consent}, actor, kept))
        return asked

    return file.transact(drafts)


def give(file: MatterFile, actor: Actor, consent: str) -> list[Event]:
    """Agree to what was asked, as counsel, once.

    Raises:
        ApprovalError: No counsel of the matter, conflicted, whom it concerns, or it is closed.
        UsageError: No such consent, or it is no longer open, or this person agreed before.
    """

    def drafts(matter: Matter) -> list[Draft]:
        may(matter, actor, COUNSEL, "agreeing to this")
        still_open(matter)
        found = _known(matter, actor, consent)
        if not is_counsel(matter, actor.person, found.what, found.about):
            raise ApprovalError(f"{matter.id} {consent}: concerns you; other counsel must agree")
        if actor.person in found.agreed:
            raise UsageError(f"{matter.id} {consent}: you agreed before; another counsel must too")
        if not is_open(matter, found):
            raise UsageError(f"{matter.id} {consent}: is {found.state}; allowed: one that is open")
        return [Draft("consent.given", {"consent": consent}, actor, privilege_of(matter, consent))]

    return file.transact(drafts)


def withdraw(file: MatterFile, actor: Actor, consent: str, reason: str) -> list[Event]:
    """Take back what was asked or agreed, as counsel or as the one who asked, before it was used.

    Raises:
        ApprovalError: Neither counsel of the matter nor the one who asked.
        UsageError: No such consent, or it was used or withdrawn.
    """

    def drafts(matter: Matter) -> list[Draft]:
        on_matter(matter, actor)
        found = _known(matter, actor, consent)
        if found.asked_by != actor.person:
            may(matter, actor, COUNSEL, "withdrawing this")
        if found.state in ("used", "withdrawn"):
            raise UsageError(f"{matter.id} {consent}: is {found.state}")
        data = {"consent": consent, "reason": file.values.commit(reason)}
        return [Draft("consent.withdrawn", data, actor, privilege_of(matter, consent))]

    return file.transact(drafts)


def standing(matter: Matter, what: str, about: str) -> Consent:
    """Give the consent that an act rests on.

    Raises:
        ApprovalError: Two counsel have not agreed to it, or one of them may no longer have a say.
    """
    found = matter.consents.given(what, about)
    if found is None:
        raise ApprovalError(
            f"{matter.id}: to {WHAT[what]} two counsel must agree first; ask with"
            f" `breachbook consent ask {matter.id} {what} {quote(about)} --reason TEXT`"
        )
    if is_open(matter, found):
        raise ApprovalError(
            f"{matter.id} {found.id}: one who agreed is conflicted or no counsel of the matter any more;"
            f" another agrees with `breachbook consent give {matter.id} {found.id}`"
        )
    return found


def _require_known(matter: Matter, actor: Actor, what: str, about: str) -> None:
    if what == "destroy-exhibit":
        there = [one.id for one in matter.exhibits.values() if one.destroyed_at is None]
        if about not in there:
            raise UsageError(
                f"{matter.id}: got the exhibit {shown(about)}; allowed: {', '.join(there) or 'none is there'}"
            )
    if what == "release-hold":
        holds = [hold for hold in matter.holds.values() if hold.state != "released"]
        if is_counsel(matter, actor.person):
            holds += [
                one
                for one in known(matter, actor.person)
                if (one.id, one.custodian) in matter.hold_book.silent and one.state != "released"
            ]
        offered = [f"{hold.id}|{hold.custodian}" for hold in holds]
        if about not in offered:
            raise UsageError(
                f"{matter.id}: got the hold {shown(about)}; allowed: {', '.join(offered) or 'none stands'}"
            )


def _known(matter: Matter, actor: Actor, consent: str) -> Consent:
    found = {one.id: one for one in known_to(matter, actor.person)}
    if consent not in found:
        offered = ", ".join(found) or "none was asked for"
        raise UsageError(f"{matter.id}: got the consent {shown(consent)}; allowed: {offered}")
    return found[consent]
