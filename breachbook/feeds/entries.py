"""What a feed shows: each recorded deadline with its result, its zone and its party, read and never recounted."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from breachbook.deadlines.options import zone_of
from breachbook.deadlines.regimes import REGIMES
from breachbook.entries import DeadlineRecord
from breachbook.errors import DeadlineError, StoreError
from breachbook.matter import Matter
from breachbook.matter_file import MatterFile
from breachbook.store import Store

CANCELLED = frozenset({"superseded", "waived"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One deadline of one matter.

    Attributes:
        uid: The same for one deadline for ever, and in no other workspace.
        result: The computation as kept; empty where it is no longer in the store.
        zone: Zone of the place, or None where it is not known.
        party: Name of whom the fact is about, or empty.
        is_running: Whether anybody is still reminded of it.
    """

    uid: str
    matter: str
    example: bool
    record: DeadlineRecord
    result: Mapping[str, Any]
    zone: ZoneInfo | None
    party: str
    is_running: bool

    @property
    def safe(self) -> date | datetime:
        """Give the day to plan on, or the instant."""
        text = self.record.safe
        return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def entries(file: MatterFile, matter: Matter) -> Iterator[Entry]:
    """Give every deadline that was ever recorded in a matter, by its safe moment."""
    for record in sorted(matter.deadlines.values(), key=lambda item: (item.safe, item.id)):
        result = _kept(file.store, record.result)
        yield Entry(
            uid=_uid(matter, record),
            matter=matter.id,
            example=matter.example,
            record=record,
            result=result,
            zone=_zone(_kept(file.store, record.rule_sha256), result.get("told") or {}),
            party=_party(file, matter, result.get("about")),
            is_running=matter.open and record.state == "open" and record.bound != "earliest",
        )


def _uid(matter: Matter, record: DeadlineRecord) -> str:
    # Two workspaces number their matters alike; the salted commitment to the report tells them apart.
    own = matter.report["report"]["c"][:16]
    return f"{matter.id}.{record.id.replace('@', '.')}.{own}@breachbook"


def _kept(store: Store, digest: str) -> dict[str, Any]:
    try:
        kept = json.loads(store.get(digest))
    except (StoreError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _zone(rule: Mapping[str, Any], told: Mapping[str, Any]) -> ZoneInfo | None:
    """Give the zone that a rule as kept was counted in: its regime's, else the one told, else its own."""
    regime = str(rule.get("regime"))
    for other in rule.get("instead") or ():
        if all(told.get(name) == value for name, value in other["when"].items()):
            regime = other.get("regime") or regime
            break
    options = {**(rule.get("options") or {}), **told}
    fixed = REGIMES[regime].zone if regime in REGIMES else None
    name = fixed or options.get("court_timezone")
    try:
        return zone_of(str(name)) if name else None
    except DeadlineError:
        return None


def _party(file: MatterFile, matter: Matter, about: object) -> str:
    party = matter.parties.get(str(about))
    details = file.values.get(party.details, {}) if party is not None else {}
    return str(details.get("name", ""))
