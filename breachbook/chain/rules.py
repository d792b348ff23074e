"""What stands between an exhibit and whoever would handle it: roles, holds, undertakings, borders."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from breachbook import gates
from breachbook.chain.hand import Hand
from breachbook.doers import HANDLERS
from breachbook.errors import ApprovalError, CustodyError, UsageError
from breachbook.events import Draft
from breachbook.exhibit_book import Exhibit
from breachbook.intake import party_draft
from breachbook.layout import COUNTRY
from breachbook.matter import Matter
from breachbook.records import may, on_matter
from breachbook.source import shown


@dataclass(frozen=True, slots=True)
class Other:
    """Whoever is on the other side of a handling.

    Attributes:
        id: Id in people.yaml, of a party of the matter, or of a row of parties.yaml.
        is_person: Whether it is a person of people.yaml.
        place: ISO country of a party; empty for a person.
        row: The row of parties.yaml of an outsider who becomes a party of the matter by this.
    """

    id: str
    is_person: bool
    place: str = ""
    row: Mapping[str, Any] | None = None

    def as_data(self) -> dict[str, str]:
        """Give the key of the event that names them."""
        return {"person" if self.is_person else "party": self.id}

    def party(self, hand: Hand) -> list[Draft]:
        """Write the event that makes an outsider of parties.yaml a party of the matter."""
        return [party_draft(hand.file, self.row, hand.actor)] if self.row else []


def handler(matter: Matter, hand: Hand, what: str) -> None:
    """Refuse whoever may not handle exhibits of the matter.

    A closed matter's exhibits are handled too: most go back or are destroyed after its end.

    Raises:
        ApprovalError: Not on the matter, conflicted, or without a fitting role.
    """
    on_matter(matter, hand.actor)
    may(matter, hand.actor, HANDLERS, what)


def require_role(matter: Matter, person: str) -> None:
    """Refuse to hand an exhibit to somebody of the matter whose role is not to handle evidence.

    Raises:
        ApprovalError: They hold none of HANDLERS.
    """
    if not {*HANDLERS} & {*matter.roles.get(person, ())}:
        raise ApprovalError(
            f"{matter.id}: {person} holds none of the roles that handle exhibits: {', '.join(HANDLERS)}"
        )


def known(matter: Matter, exhibit: str) -> Exhibit:
    """Give an exhibit that is still there.

    Raises:
        UsageError: There is none of that id, or it was destroyed.
    """
    found = matter.exhibits.get(exhibit)
    if found is None:
        offered = ", ".join(matter.exhibits) or "none is sealed yet"
        raise UsageError(f"{matter.id}: got the exhibit {shown(exhibit)}; allowed: {offered}")
    if found.destroyed_at is not None:
        raise UsageError(f"{matter.id} {exhibit}: was destroyed on {found.destroyed_at:%Y-%m-%d}")
    return found


def other(matter: Matter, hand: Hand, name: str) -> Other:
    """Find who is on the other side.

    Raises:
        UsageError: Nobody of that id, or another holder of the secret who is no party here.
    """
    workspace = hand.library.workspace
    if name in workspace.people:
        return Other(name, True)
    if name in matter.parties:
        return Other(name, False, matter.parties[name].place)
    row = workspace.rows("parties").get(name)
    # A holder who became a party would be sent letters: only a report makes one.
    if row is not None and row["role"] != "holder":
        return Other(name, False, row["place"], row)
    raise UsageError(
        f"{matter.id}: got {shown(name)} on the other side; allowed: an id of people.yaml, a party"
        f" of the matter ({', '.join(matter.parties) or 'none'}), or a row of parties.yaml that is no"
        " holder; add a row for whoever is missing"
    )


def receiver(matter: Matter, hand: Hand, name: str) -> Other:
    """Find who is to get an exhibit or a copy of it.

    Raises:
        ApprovalError: Somebody recorded as conflicted.
        UsageError: Nobody of that id, or another holder of the secret who is no party here.
    """
    side = other(matter, hand, name)
    if side.id in matter.conflicted:
        raise ApprovalError(f"{matter.id}: {shown(name)} is recorded as conflicted")
    return side


def is_inside(matter: Matter, side: Other) -> bool:
    """Tell whether somebody acts here for themselves: a person who may see the matter."""
    return side.is_person and matter.sees(side.id)


def require_free(matter: Matter, exhibit: str, what: str) -> None:
    """Refuse what would end our keeping of an exhibit while it must be preserved.

    Any hold of the matter covers all its exhibits. Which it is, is not said: one may be known to few.

    Raises:
        CustodyError: A duty to preserve stands.
    """
    if matter.hold_book.stands:
        raise CustodyError(
            f"{matter.id} {exhibit}: a duty to preserve stands, so it cannot be {what} by anyone;"
            " ask counsel; allowed once every hold is released"
        )


def require_not_offered(matter: Matter, exhibit: str) -> None:
    """Refuse what would end our keeping of an exhibit that somebody was offered.

    Raises:
        CustodyError: It is offered.
    """
    if (offered := matter.evidence.open_offer(exhibit)) is not None:
        raise CustodyError(f"{matter.id} {exhibit}: is offered, as {offered.id}; withdraw that")


def require_undertaking(matter: Matter, exhibit: Exhibit, holder: str) -> str | None:
    """Give the undertaking under which somebody may see a trade secret; None where none is needed.

    Raises:
        ApprovalError: The exhibit holds a trade secret and they gave no undertaking.

    Authority:
        最高人民法院关于知识产权民事诉讼证据的若干规定 (2020), article 26: whoever gets to know secret
        evidence undertakes to keep it in confidence first.
    """
    found = matter.evidence.undertaking_of(holder, exhibit.id)
    if found is None and exhibit.trade_secret:
        raise ApprovalError(
            f"{matter.id} {exhibit.id}: holds a trade secret and no undertaking of {shown(holder)} is on"
            f" file; record the signed paper with `breachbook evidence undertaking {matter.id} {holder}"
            " --proof FILE`"
        )
    return found.id if found else None


def destination(matter: Matter, hand: Hand, exhibit: Exhibit, side: Other, to: str | None) -> str:
    """Give the country an exhibit goes to, once nothing bars it from leaving where it is.

    Raises:
        UsageError: The country is not known, or is no ISO code.
        ApprovalError: A gate of law bars it.
    """
    country = to or side.place
    if not country:
        raise UsageError(
            f"{matter.id} {exhibit.id}: got no country of {shown(side.id)}; allowed: --to-place with an"
            " ISO code, because some law forbids that evidence leaves its own country"
        )
    # A party elsewhere than the place of delivery takes the exhibit home, for all we know.
    for each in dict.fromkeys(filter(None, (country, side.place))):
        require_passage(matter, hand, exhibit, each)
    return country


def require_passage(matter: Matter, hand: Hand, exhibit: Exhibit, to: str) -> None:
    """Refuse to let an exhibit into a country while a gate of law bars it from leaving its own.

    Raises:
        UsageError: No ISO code.
        ApprovalError: A gate of law bars it.
    """
    if not COUNTRY.fullmatch(to):
        raise UsageError(f"got the country {shown(to)}; allowed: an ISO code such as US or CN")
    barred = gates.leaving(matter, hand.library.law, exhibit, to, hand.today)
    if barred:
        raise ApprovalError(
            f"{matter.id} {exhibit.id}: may not go to {to} yet: {', '.join(barred)};"
            f" counsel clears a gate with `breachbook gate clear {matter.id} GATE ...`"
        )
