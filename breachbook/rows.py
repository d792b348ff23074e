"""One row per matter: what the register keeps, and how it is read and brought up to the journals.

Every command may need a row, so nothing is imported here that reading the register does not need.
"""

import json
import os
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from breachbook.errors import DamageError, UsageError
from breachbook.layout import MARK, MATTER_ID, matter_ids

if TYPE_CHECKING:
    from breachbook.matter import Matter
    from breachbook.matter_file import MatterFile

SHOWN = 5
ERASED = "(erased)"
_REPORT = b'"report":{"c":"'


def make(matter: "Matter", size: int) -> dict[str, Any]:
    """Derive a matter's row from its fold.

    Args:
        size: Of the journal as folded, in bytes.

    Returns:
        matter, head, seq, size, state, vector, opened_at, people (who may see it), asked (of whom a legal
        hold awaits something), next_safe (date or None),
        approvals (open request ids), deadlines (up to five overdue and the next five, each id, rule, raw, legal, safe,
        status, result, bound and state) and overdue (count, missed ones too), as of the matter's last line.
    """
    from breachbook.events import stamp

    running = sorted(
        (d for d in matter.deadlines.values() if d.state in ("open", "missed")),
        key=lambda d: d.safe,
    )
    today = matter.last_at.date().isoformat() if matter.last_at else ""
    # Nobody is late for a first permitted day.
    late = [d for d in running if d.safe[:10] < today and d.bound != "earliest"]
    coming = [d for d in running if d.safe[:10] >= today]
    return {
        "matter": matter.id,
        "head": matter.head,
        "seq": matter.seq,
        "size": size,
        "state": "open" if matter.open else "closed",
        "vector": matter.report.get("vector", ""),
        "opened_at": stamp(matter.opened_at) if matter.opened_at else "",
        "people": [person for person in matter.roles if matter.sees(person)],
        "asked": sorted({hold.custodian for hold in matter.hold_book.every() if hold.awaits}),
        "next_safe": coming[0].safe if coming else None,
        "approvals": [a.id for a in matter.approvals.values() if a.state == "open"],
        "deadlines": [
            {
                "id": d.id, "rule": d.rule, "raw": d.raw, "legal": d.legal, "safe": d.safe,
                "status": d.status, "result": d.result, "bound": d.bound, "state": d.state,
            }
            for d in (*late[-SHOWN:], *coming[:SHOWN])
        ],
        "overdue": len(late),
    }  # fmt: skip


def open_file(root: Path, matter: str) -> "MatterFile":
    """Open a matter for reading only.

    Raises:
        UsageError: There is no workspace, or no such matter.
    """
    from breachbook.matter_file import MatterFile

    if not (root / MARK).is_file():
        raise UsageError(
            f"{root}: got no workspace here ({MARK} is missing); allowed: a folder made by `breachbook init`;"
            " pass --workspace or set BREACHBOOK_WORKSPACE"
        )
    folder = root / "matters" / matter
    if not MATTER_ID.fullmatch(matter) or not (folder / "journal.jsonl").is_file():
        offered = ", ".join(matter_ids(root)[-5:]) or "none yet"
        raise UsageError(
            f"got the matter {matter[:60]!r}; allowed: one of `breachbook matters` (the last ones: {offered})"
        )
    return MatterFile(folder, _no_clock, {})


def registered(root: Path) -> list[dict[str, Any]]:
    """Read the register as it stands; an absent or unreadable one is empty."""
    try:
        table = json.loads((root / "register.json").read_bytes())["matters"]
        return [row for row in table.values() if "matter" in row]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []


def current(root: Path) -> list[dict[str, Any]]:
    """Give every matter's row, oldest first; one the register lags behind is made from its journal.

    A journal that does not verify gives a row with ``state: damaged`` and nothing derived from it.
    """
    known = {row["matter"]: row for row in registered(root)}
    return list(_brought_up(root, known))


def _brought_up(root: Path, known: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    prefix = f"{root}/matters/"
    for matter in matter_ids(root):
        try:
            size = os.stat(f"{prefix}{matter}/journal.jsonl").st_size  # noqa: PTH116 (10,000 of them)
        except FileNotFoundError:
            continue
        row = known.get(matter)
        if row is not None and row.get("size") == size and "asked" in row:
            yield row
            continue
        file = open_file(root, matter)
        try:
            yield make(file.refresh(), file.journal.size)
        except DamageError as error:
            yield {
                "matter": matter, "state": "damaged", "vector": "", "opened_at": "", "people": [], "asked": [],
                "next_safe": None, "approvals": [], "deadlines": [], "overdue": 0, "damage": str(error),
            }  # fmt: skip


def title_of(folder: str) -> str:
    """Read a matter's title from the first lines of its journal and values, and nothing else.

    Args:
        folder: ``matters/<id>``, as text because a list may ask for thousands.
    """
    try:
        with open(f"{folder}/journal.jsonl", "rb") as handle:  # noqa: PTH123
            commitment = handle.readline().partition(_REPORT)[2][:64]
        with open(f"{folder}/values.jsonl", "rb") as handle:  # noqa: PTH123
            for line in handle:
                if commitment and commitment in line:
                    return str(json.loads(line)["value"]["title"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return ERASED


def overdue(row: dict[str, Any], today: date) -> int:
    """Count a row's deadlines whose safe day is over by ``today``."""
    day = today.isoformat()
    return int(row["overdue"]) + sum(
        1
        for item in row["deadlines"][min(int(row["overdue"]), SHOWN) :]
        if item["safe"][:10] < day and item.get("bound") != "earliest"
    )


def _no_clock() -> tuple[datetime, dict[str, Any]]:
    raise AssertionError("a matter opened for reading was written to")
