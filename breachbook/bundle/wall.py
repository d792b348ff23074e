"""Who is shown which lines of a journal, and which of the texts behind them.

A court is shown every line that is not privileged. An opponent, a regulator and an insurer are shown
what concerns the exhibits they get, and no free text at all. What is not named here is withheld.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from breachbook.events import ENGINE, Event

AUDIENCES: Mapping[str, str] = {
    "court": "a court",
    "opponent": "an opponent",
    "regulator": "a regulator",
    "insurer": "an insurer",
}
COURT = "court"

# Type of privilege to the basis a privilege log names.
TYPES: Mapping[str, str] = {
    "attorney-client": "communication in confidence with counsel, to obtain or give legal advice",
    "work-product": "prepared by or for counsel because of anticipated litigation",
    "common-interest": "shared in confidence among parties with a common legal interest",
    "confidential-secret": "describes a trade secret; shown only under an order that protects it",
}

_EVIDENCE = frozenset(
    {
        "exhibit.begun", "exhibit.sealed", "timestamp.received", "timestamp.failed",
        "custody.entered", "anchor.made", "anchor.posted", "anchor.failed",
    }
)  # fmt: skip
# Handlings that say to whom else something was shown.
_SHOWN_TO = frozenset({"exported", "copied", "accessed"})
# Kind of event to its texts that a court is shown; every other text is withheld.
_TEXTS: Mapping[str, frozenset[str]] = {
    kind: frozenset(keys.split())
    for kind, keys in {
        "custody.entered": "purpose authority place condition reason",
        "exhibit.begun": "authority title",
        "exhibit.sealed": "legal_basis",
        "fact.corrected": "reason",
        "fact.recorded": "reason",
        "fact.retracted": "reason",
        "gate.cleared": "authority scope",
        "party.recorded": "details",
        "value.erased": "authority",
    }.items()
}
_MACHINE = frozenset({"reason"})
_TEXT_TYPES: Mapping[tuple[str, str], str] = {
    ("matter.opened", "report"): "confidential-secret",
    ("approval.decided", "comment"): "attorney-client",
    ("approval.requested", "comment"): "attorney-client",
}
# Counsel's consent to a hold that its custodian is not told of, and the placing of it.
_SECRET_CONSENT, _SECRET_HOLD = "silent-hold", "hold.placed"
_PARTS = re.compile(r"[|/:#~,]")


@dataclass(frozen=True, slots=True)
class Shown:
    """A line that is shown.

    Attributes:
        texts: Commitments of it whose text is shown too.
        withheld: Commitments of it whose text is withheld as privileged, to the type of privilege.
    """

    texts: tuple[str, ...]
    withheld: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Withheld:
    """A line of which only a hash is shown.

    Attributes:
        type: A key of TYPES; empty where it only is not about what the audience gets.
        counsel_only: Whether counsel alone may know of it, and not everybody of the matter.
    """

    type: str
    counsel_only: bool = False


class Wall:
    """What one audience is shown of one journal.

    Args:
        audience: A key of AUDIENCES.
        exhibits: Ids of the exhibits in the bundle.
        party: Who gets it, or None; others who were shown the exhibits are not named to them.
        events: The whole journal.
    """

    def __init__(
        self, audience: str, exhibits: Collection[str], party: str | None, events: Iterable[Event]
    ) -> None:
        self.audience, self.exhibits, self.party = audience, frozenset(exhibits), party
        self._hidden = frozenset(_hidden(events))

    def judge(self, event: Event) -> Shown | Withheld:
        """Say what is shown of a line."""
        if _is_silent(event) or self._hidden & set(_words(event.data)):
            kind = "work-product" if event.privilege == "none" else event.privilege
            return Withheld(kind, counsel_only=True)
        if event.privilege != "none":
            # What a custodian answered is read by counsel alone, whoever else is on the matter.
            return Withheld(event.privilege, counsel_only=event.kind == "hold.answered")
        if event.kind == "note.added":
            return Withheld("attorney-client")
        if self.audience != COURT and not self._concerns(event):
            return Withheld("")
        return self._shown(event)

    def _concerns(self, event: Event) -> bool:
        if event.kind not in _EVIDENCE:
            return False
        data = event.data
        about = data.get("exhibit") or data.get("about") or ""
        is_anchor = event.kind.startswith("anchor.") or about.startswith("K")
        if not is_anchor and about not in self.exhibits:
            return False
        others = {data.get("party"), data.get("person")} - {None, self.party}
        return not (data.get("act") in _SHOWN_TO and others)

    def _shown(self, event: Event) -> Shown:
        texts: list[str] = []
        withheld: dict[str, str] = {}
        if self.audience != COURT:
            return Shown((), withheld)
        allowed = _TEXTS.get(event.kind, frozenset())
        if event.kind.startswith("step.") and event.actor == ENGINE:
            allowed = _MACHINE  # what a program reported, not what anybody thought
        for key, commitment in commitments(event.data):
            if key in allowed:
                texts.append(commitment)
            else:
                withheld[commitment] = _TEXT_TYPES.get((event.kind, key), "work-product")
        return Shown(tuple(texts), withheld)


def commitments(data: object, key: str = "") -> Iterator[tuple[str, str]]:
    """List the commitments in an event's data, each under the top-level key it stands below."""
    if isinstance(data, Mapping):
        if data.keys() == {"c"} and isinstance(data["c"], str):
            yield key, data["c"]
            return
        for name, value in data.items():
            yield from commitments(value, key or name)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from commitments(value, key)


def _hidden(events: Iterable[Event]) -> Iterator[str]:
    """Name the holds that few may know of, and the consents about them."""
    for event in events:
        if _is_silent(event):
            yield from (str(event.data[key]) for key in ("hold", "consent") if key in event.data)


def _is_silent(event: Event) -> bool:
    return event.kind == _SECRET_HOLD or event.data.get("what") == _SECRET_CONSENT


def _words(data: object) -> Iterator[str]:
    """List every closed word in an event's data, and the parts of those that are joined."""
    if isinstance(data, str):
        yield data
        yield from _PARTS.split(data)
    elif isinstance(data, Mapping):
        for value in data.values():
            yield from _words(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _words(value)
