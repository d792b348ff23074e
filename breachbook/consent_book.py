"""Acts that two people must agree to, one after another: destroying, releasing, holding in silence.

A consent is asked for by one person of the matter and stands when two different counsel said yes;
whoever asks says the first yes, if they are counsel. The act that rests on it names it and uses it up.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from breachbook.entries import Commitment
from breachbook.events import Event

NEEDED = 2
WHAT: Mapping[str, str] = {
    "destroy-exhibit": "destroy an exhibit",
    "release-hold": "release a legal hold",
    "silent-hold": "place a legal hold that its custodian is not told of",
}


@dataclass(slots=True)
class Consent:
    """What two people were asked to agree to.

    Attributes:
        what: A key of WHAT.
        about: What it concerns, such as ``E1`` or ``legal-hold-1|alan-brooks``.
        agreed: Counsel who said yes, in order.
        state: open, given, withdrawn or used.
    """

    id: str
    what: str
    about: str
    asked_by: str
    asked_at: datetime
    reason: Commitment
    agreed: tuple[str, ...] = ()
    state: str = "open"


@dataclass
class ConsentBook:
    """Consents by id, oldest first."""

    consents: dict[str, Consent] = field(default_factory=dict)

    def apply(self, event: Event) -> None:
        """Take the next event of a consent."""
        _FOLD[event.kind](self, event, event.data)

    def given(self, what: str, about: str) -> Consent | None:
        """Give the consent to an act that stands and was not used, or None."""
        found = (
            consent
            for consent in self.consents.values()
            if (consent.what, consent.about, consent.state) == (what, about, "given")
        )
        return next(found, None)

    def use(self, consent: str) -> None:
        """Take that an act which rests on a consent was recorded."""
        self.consents[consent].state = "used"

    def _asked(self, event: Event, data: Mapping[str, Any]) -> None:
        self.consents[data["consent"]] = Consent(
            data["consent"],
            data["what"],
            data["about"],
            event.actor.person,
            event.when,
            data["reason"],
        )

    def _given(self, event: Event, data: Mapping[str, Any]) -> None:
        consent = self.consents[data["consent"]]
        consent.agreed = (*consent.agreed, event.actor.person)
        if len({*consent.agreed}) >= NEEDED:
            consent.state = "given"

    def _withdrawn(self, event: Event, data: Mapping[str, Any]) -> None:
        self.consents[data["consent"]].state = "withdrawn"


_Fold = Callable[[ConsentBook, Event, Mapping[str, Any]], None]
_FOLD: Mapping[str, _Fold] = {
    "consent.asked": ConsentBook._asked,
    "consent.given": ConsentBook._given,
    "consent.withdrawn": ConsentBook._withdrawn,
}
KINDS = tuple(_FOLD)
