"""How deadlines press: computed when people look, never kept."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from breachbook.views.deadlines import RUNNING


def pressing(
    rows: Iterable[Mapping[str, Any]],
    now: datetime,
    keepers: Mapping[str, tuple[str, str]] | None = None,
) -> list[dict[str, Any]]:
    """Add to each row how it presses, and who keeps it.

    Args:
        now: Aware.
        keepers: Deadline id to a person and their zone, as `breachbook.views.docket` gives them;
            without them the owner is who it was given to, and the day is UTC's.

    Returns:
        The rows with urgency (see `urgency`) and owner, a person or None.
    """
    zones: dict[str, tzinfo] = {}
    found = []
    for row in rows:
        person, zone = keepers.get(row["id"], (None, "")) if keepers else (row.get("owner"), "")
        if zone and zone not in zones:
            from zoneinfo import ZoneInfo

            zones[zone] = ZoneInfo(zone)
        pressed = urgency(row, now, zones.get(zone, UTC))
        found.append({**row, "urgency": pressed, "owner": person})
    return found


def urgency(row: Mapping[str, Any], now: datetime, zone: tzinfo = UTC) -> str:
    """Say in one word how a deadline presses at a time.

    Args:
        zone: Where its owner is: a day is over when it is over there.

    Returns:
        ended; missed (the journal says so); overdue (the safe moment is over); today; within-3 and
        within-14 (days); later; provisional (later, and not certain); permitted (the first day on
        which something may be done has come); not-counted.
    """
    if row.get("state", "open") not in RUNNING:
        return "not-counted" if row.get("problem") else "ended"
    days = _days(row["safe"], now, zone)
    if row.get("bound") == "earliest":
        return "permitted" if days <= 0 else "later"
    if row.get("state") == "missed":
        return "missed"
    if days < 0 or _is_over(row["safe"], now):
        return "overdue"
    for limit, word in ((0, "today"), (3, "within-3"), (14, "within-14")):
        if days <= limit:
            return word
    return "provisional" if row.get("provisional") else "later"


def _days(safe: str, now: datetime, zone: tzinfo) -> int:
    """Count the days until a date or instant, at a place."""
    day = (
        datetime.fromisoformat(safe).astimezone(zone).date()
        if "T" in safe
        else date.fromisoformat(safe)
    )
    return (day - now.astimezone(zone).date()).days


def _is_over(safe: str, now: datetime) -> bool:
    return "T" in safe and datetime.fromisoformat(safe) < now
