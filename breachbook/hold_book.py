"""What a journal says of a matter's legal holds: the fold of those events."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from breachbook.events import Event, instant


@dataclass(slots=True)
class Hold:
    """A legal hold on one custodian.

    Attributes:
        state: issued, acknowledged or released.
        reply_by: When it should be acknowledged, or None.
    """

    id: str
    custodian: str
    state: str
    issued_at: datetime
    reply_by: datetime | None = None
    acknowledged_at: datetime | None = None


@dataclass
class HoldBook:
    """Legal holds by (hold, custodian)."""

    holds: dict[tuple[str, str], Hold] = field(default_factory=dict)

    def apply(self, event: Event) -> None:
        """Take the next event of a hold."""
        _FOLD[event.kind](self, event, event.data)

    def verified(self, hold: str, custodian: str, at: datetime) -> None:
        """Take that a delivery was found to have taken place, though its own record was cut off."""
        self.holds[hold, custodian] = Hold(hold, custodian, "issued", at)

    def _issued(self, event: Event, data: Mapping[str, Any]) -> None:
        reply_by = data.get("reply_by")
        self.holds[data["hold"], data["custodian"]] = Hold(
            data["hold"],
            data["custodian"],
            "issued",
            event.when,
            instant(reply_by) if reply_by else None,
        )

    def _acknowledged(self, event: Event, data: Mapping[str, Any]) -> None:
        hold = self.holds[data["hold"], data["custodian"]]
        hold.state, hold.acknowledged_at = "acknowledged", event.when

    def _released(self, event: Event, data: Mapping[str, Any]) -> None:
        self.holds[data["hold"], data["custodian"]].state = "released"


_Fold = Callable[[HoldBook, Event, Mapping[str, Any]], None]
_FOLD: Mapping[str, _Fold] = {
    "hold.issued": HoldBook._issued,
    "hold.acknowledged": HoldBook._acknowledged,
    "hold.released": HoldBook._released,
}
KINDS = tuple(_FOLD)
