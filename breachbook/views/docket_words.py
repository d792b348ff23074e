"""How the docket report words what it is told: dates, notes, warnings, clearances."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

Row = Mapping[str, Any]

WARNINGS = {
    "no-open-day": "No open day lies between the trigger and the end: safe is the earlier of end and legal end.",
    "disputed": "The law is read in more than one way: the safe day is taken from the earliest reading.",
    "provisional": "The official calendar does not reach so far: the safe day rests on what is known now.",
    "safe-estimated": "The legal end needs no calendar, but the safe day lies beyond the official one.",
    "weekends-only": "No calendar was named: the safe day regards Saturdays and Sundays alone.",
    "no-subdivision": "Only holidays common to the whole country are known: name the part of the country.",
    "no-zone": "The zone of the place is not known: the day is the one recorded.",
    "clerk-hours": "A paper filing ends when the clerk's office closes, at an hour that is not known here.",
    "after-hours": "The event came after closing time and may count as of the next open day.",
    "custom": "Whether the end moves rests on a custom, or on an office that was not told.",
    "court-calendar": "The office's own calendar decides and was not told.",
}  # fmt: skip


def legal(row: Row) -> str:
    """Write the legal end: the first day from which something may be done, or that it is not certain."""
    end = moment(row["legal"]) or "not certain yet"
    return f"from {end}" if row.get("bound") == "earliest" else end


def note(row: Row) -> str:
    """Write what to know at a glance; empty where there is nothing."""
    said = ("missed", "overdue", "today", "permitted")
    marks = [
        row["urgency"] if row["urgency"] in said else "",
        "provisional" if row["provisional"] else "",
        "disputed" if row.get("disputed") else "",
        row["status"] if row["status"] != "verified" else "",
        f"waiver asked for by {row['waiver']}" if row.get("waiver") else "",
    ]
    return ", ".join(filter(None, marks))


def told(options: Row) -> str:
    """Write what counting was told with a fact."""
    return "; ".join(f"{name}: {_value(value)}" for name, value in options.items())


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def moment(text: str | None) -> str:
    """Write an instant with its offset; a date stays a date."""
    if not text or "T" not in text:
        return text or ""
    at = datetime.fromisoformat(text)
    clock = f"{at:%Y-%m-%d %H:%M}" + (f":{at:%S}" if at.second else "")
    zone = f"{at:%z}"
    return f"{clock} UTC" + (f"{zone[:3]}:{zone[3:5]}" if zone not in ("+0000", "") else "")


def minute(at: str | None) -> str:
    """Write an instant of the journal, which is in UTC, to the minute."""
    return f"{at[:16].replace('T', ' ')} UTC" if at else ""


def moved(row: Row, name: str) -> str:
    """Write a date before and after a recount; once where it stayed."""
    before = moment(row["before"][name]) or "not certain"
    after = (moment(row["after"][name]) or "not certain") if row["after"] else "gone"
    return before if before == after else f"{before} became {after}"


def clearance(given: Row) -> str:
    """Write who cleared a gate, when, on what authority and how far."""
    until = f", until the end of {given['until']}" if given["until"] else ""
    steps = f" for {', '.join(given['steps'])}" if given["steps"] else ""
    return (
        f"by {given['by']} at {moment(given['at'])} on the authority of {given['authority']}{steps}{until};"
        f" scope: {given['scope']}; given for version {given['rule_sha256'][:16]}"
    )
