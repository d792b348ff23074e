"""Deadlines as people read them: every date with its rule, authority, status and working."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from breachbook.errors import StoreError

if TYPE_CHECKING:
    from breachbook.entries import DeadlineRecord
    from breachbook.matter import Matter
    from breachbook.matter_file import MatterFile
    from breachbook.store import Store

RUNNING = frozenset({"open", "missed"})


def deadline_views(
    file: "MatterFile", matter: "Matter", *, ended: bool = False
) -> list[dict[str, Any]]:
    """List a matter's deadlines by their safe day; each as it was computed and kept, never recounted.

    Args:
        ended: List those that were met, waived or superseded too.

    Returns:
        Rows of what was kept of the count (`breachbook.docket.Deadline.as_data`) with, as the journal
        has them: matter, state, computed_at, owner (who it was given to, or None), reminders,
        done ({on, fact, proof} or None) and waiver (who asked, or None).
    """
    records = sorted(matter.deadlines.values(), key=lambda record: (record.safe, record.id))
    return [
        complete(file.store, matter.id, _recorded(record))
        for record in records
        if ended or record.state in RUNNING
    ]


def _recorded(record: "DeadlineRecord") -> dict[str, Any]:
    from breachbook.events import stamp

    ending = {"on": record.done_on, "fact": record.done_by, "proof": record.proof}
    return {
        "id": record.id, "rule": record.rule, "rule_sha256": record.rule_sha256,
        "raw": record.raw, "legal": record.legal, "safe": record.safe,
        "provisional": record.provisional, "status": record.status, "result": record.result,
        "bound": record.bound, "last_moment": record.last_moment, "state": record.state,
        "computed_at": stamp(record.computed_at) if record.computed_at else None,
        "reminders": list(record.reminders), "owner": record.owner, "waiver": record.waiver,
        "done": ending if record.done_on else None,
    }  # fmt: skip


def from_rows(rows: Iterable[Mapping[str, Any]], root: Path | None = None) -> list[dict[str, Any]]:
    """List the deadlines that the register's rows hold, over open matters, by their safe day.

    Args:
        root: The workspace, to add title, authority and working from the matters' stores; None leaves them out.
    """
    found = []
    for row in rows:
        store = _store(root, row["matter"]) if root else None
        for item in row["deadlines"] if row["state"] == "open" else ():
            found.append(
                complete(store, row["matter"], item)
                if store
                else {**item, "matter": row["matter"]}
            )
    return sorted(found, key=lambda item: (item["safe"], item["matter"], item["id"]))


def _store(root: Path, matter: str) -> "Store":
    from breachbook.store import Store

    return Store(root / "matters" / matter / "store")


def complete(store: "Store", matter: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Add what was kept of the computation (title, authority, fact, working, warnings) to a deadline's dates.

    A result that is no longer there, or is not what was kept, leaves the journal's dates and says so.
    """
    try:
        result = json.loads(store.get(row["result"]))
    except StoreError as error:
        result = {"title": row["rule"], "authority": None, "working": [], "warnings": [str(error)]}
    return {**result, **row, "matter": matter}


def plain_title(value: Any) -> str:
    """Give a title that may be written in several languages, in English when there is one."""
    if isinstance(value, Mapping):
        return str(value.get("en") or value.get("en-US") or next(iter(value.values()), ""))
    return str(value or "")


def authority(value: Any) -> str:
    """Name an authority with its pinpoint, of one or several."""
    if isinstance(value, Mapping):
        return " ".join(str(value[key]) for key in ("title", "locator") if value.get(key))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "; ".join(authority(item) for item in value)
    return str(value or "")
