"""The register: one row per matter for questions across matters. Disposable; the journals are the record."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tinydb import TinyDB, where
from tinydb.storages import Storage

from breachbook import rows
from breachbook.agenda import Agenda
from breachbook.durable import replace
from breachbook.events import stamp
from breachbook.matter import Matter


class AtomicStorage(Storage):
    """TinyDB's data in memory, and on disk only as a whole file put in place at `flush`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._data: dict[str, dict[str, Any]] | None = None
        self._changed = False

    def read(self) -> dict[str, dict[str, Any]] | None:
        """Give the data; an unreadable file is an empty register, which is made again from the journals."""
        if self._data is None:
            try:
                self._data = json.loads(self._path.read_text("utf-8"))
            except (OSError, ValueError):
                self._data = {}
        return self._data

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        """Take the data; `flush` puts it on disk."""
        self._data = data
        self._changed = True

    def flush(self) -> None:
        """Replace the file if anything changed since the last time."""
        if self._changed:
            self._changed = False
            replace(self._path, json.dumps(self._data, separators=(",", ":")).encode())


class Register:
    """Rows of matters, written by the engine alone, at most one file replacement a second.

    A row is what `rows.make` gives, with settled and next_wake (RFC 3339 UTC or None).
    """

    def __init__(self, path: Path) -> None:
        self._storage = AtomicStorage(path)
        db = TinyDB.__new__(TinyDB)
        db._storage, db._opened, db._tables = self._storage, True, {}
        self._table = db.table("matters", cache_size=0)
        self._ids: dict[str, int] = {row["matter"]: row.doc_id for row in self._table.all()}

    def rows(self) -> list[dict[str, Any]]:
        """List every row."""
        return [dict(row) for row in self._table.all()]

    def row(self, matter: str) -> Mapping[str, Any] | None:
        """Give one matter's row, or None."""
        found = self._table.get(doc_id=self._ids[matter]) if matter in self._ids else None
        return found if isinstance(found, Mapping) else None

    def note(self, matter: Matter, size: int, agenda: Agenda | None, settled: bool) -> None:
        """Take a matter's newest state."""
        row = make_row(matter, size, agenda, settled)
        if matter.id in self._ids:
            self._table.update(row, doc_ids=[self._ids[matter.id]])
        else:
            self._ids[matter.id] = self._table.insert(row)

    def forget(self, matter: str) -> None:
        """Drop the row of a matter that is no longer there."""
        self._table.remove(where("matter") == matter)
        self._ids.pop(matter, None)

    def flush(self) -> None:
        """Put what changed on disk."""
        self._storage.flush()


def make_row(matter: Matter, size: int, agenda: Agenda | None, settled: bool) -> dict[str, Any]:
    """Derive a matter's row from its fold; see `Register` for the keys."""
    next_wake = stamp(agenda.next_at) if agenda and agenda.next_at else None
    return {**rows.make(matter, size), "settled": settled, "next_wake": next_wake}
