"""The register: it is disposable, but what it says must follow from the journals."""

from collections.abc import Sequence
from pathlib import Path

from breachbook import layout, rows
from breachbook.audit.verdicts import Check, judged
from breachbook.events import Event
from breachbook.matter import Matter


def check_register(root: Path, events: Sequence[Event], matter: Matter, size: int) -> Check:
    """Compare a matter's row with its journal; a row that only lags is no difference."""
    found = [row for row in rows.registered(root) if row["matter"] == matter.id]
    if not found:
        return Check(matter.id, "register", "not-checked", "it has no row of this matter")
    if len(found) > 1:
        return judged(
            matter.id, "register", [f"register.json: {len(found)} rows of one matter"], ""
        )
    row = found[0]
    seq = row.get("seq")
    if not isinstance(seq, int) or seq > matter.seq or seq < 1:
        reason = f"register.json: knows line {seq}, the journal ends at line {matter.seq}"
        return judged(matter.id, "register", [reason], "")
    if row.get("head") != events[seq - 1].hash:
        reason = f"register.json: line {seq} had another hash when the register saw it"
        return judged(matter.id, "register", [reason], "")
    if seq < matter.seq:
        reason = f"it lags at line {seq} of {matter.seq}; the engine brings it up"
        return Check(matter.id, "register", "not-checked", reason)
    expected = rows.make(matter, size)
    wrong = [
        f"register.json: {key} does not follow from the journal"
        for key in expected
        if row.get(key) != expected[key]
    ]
    return judged(matter.id, "register", wrong, f"follows from line {seq}")


def check_unknown(root: Path) -> list[Check]:
    """Name matters that the register knows and that are gone, and what is no matter in the folder of matters."""
    known = set(layout.matter_ids(root))
    checks = [
        judged(
            row["matter"],
            "register",
            ["register.json: knows this matter, whose folder is gone"],
            "",
        )
        for row in rows.registered(root)
        if row["matter"] not in known
    ]
    place = root / "matters"
    strays = (
        sorted(entry.name for entry in place.iterdir() if entry.name not in known)
        if place.is_dir()
        else []
    )
    findings = [
        f"matters/{name}: is no matter" for name in strays if not name.startswith(".opening-")
    ]
    remarks = [
        f"matters/{name}: a report that was cut off; nothing was opened"
        for name in strays
        if name.startswith(".opening-")
    ]
    if findings or remarks:
        checks.append(judged("-", "folder", findings, "no other matter", remarks))
    return checks
