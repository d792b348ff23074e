"""What a journal holds that no anchor covers yet, and what of it is decisive."""

from dataclasses import dataclass, field
from datetime import datetime

from breachbook.events import Event

# What is anchored at once; everything else of weight after a while.
DECISIVE = frozenset(
    {
        "matter.closed",
        "people.conflicted",
        "exhibit.sealed",
        "approval.decided",
        "approval.forced",
        "consent.given",
        "hold.issued",
        "hold.amended",
        "hold.released",
        "document.served",
        "gate.cleared",
        "export.made",
        "value.erased",
        "tail.cut",
    }
)
# Ids of holds in silence and of the consents to them: an anchor at once would show that there is one.
_KNOWN_TO_FEW = ("steward-hold-", "S")
_DECISIVE_ACTS = frozenset({"transferred", "returned", "destroyed"})

# Anchoring itself writes lines: without weight, or an anchor would follow each anchor for ever.
_WEIGHTLESS = frozenset(
    {
        "anchor.made",
        "anchor.posted",
        "anchor.failed",
        "timestamp.received",
        "timestamp.failed",
        "message.queued",
        "message.sent",
    }
)


@dataclass(slots=True)
class Growth:
    """The lines of weight that a journal got since its newest anchor.

    Attributes:
        seq: The last of them; one an anchor covers where there is none.
        since: When the first of them was written, or None where there is none.
        cause: Kind of the first decisive one, or empty.
        covered_since: By anchor, when the first line of weight was written that no earlier one covers.
    """

    seq: int = 0
    since: datetime | None = None
    cause: str = ""
    covered_since: dict[str, datetime] = field(default_factory=dict)

    def take(self, event: Event) -> None:
        """Take the next event."""
        if event.kind == "anchor.made":
            self.covered_since[event.data["anchor"]] = self.since or event.when
            if event.data["size"] >= self.seq:
                self.since, self.cause = None, ""
        elif event.kind not in _WEIGHTLESS:
            self.seq = event.seq
            self.since = self.since or event.when
            # An anchor at once would betray a privileged line, such as that of a silent hold.
            if not self.cause and event.privilege == "none" and is_decisive(event):
                self.cause = event.kind


def is_decisive(event: Event) -> bool:
    """Say whether a line is anchored at once."""
    if event.kind == "custody.entered":
        return event.data["act"] in _DECISIVE_ACTS
    about = str(event.data.get("hold", event.data.get("consent", "")))
    return event.kind in DECISIVE and not about.startswith(_KNOWN_TO_FEW)
