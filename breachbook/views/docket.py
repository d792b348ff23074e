"""What stands on a docket besides the dates: who keeps them, gates, and what could not be counted.

These rest on the law and on people.yaml, which take long to read: they are kept in ``run/docket/``
until the journal, one of those files, or the day says otherwise.
"""

import contextlib
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from breachbook import __version__, content
from breachbook.durable import replace
from breachbook.events import stamp
from breachbook.rows import ERASED

if TYPE_CHECKING:
    from breachbook.deadlines import Rule
    from breachbook.gates import Gate
    from breachbook.library import Library
    from breachbook.matter import Matter
    from breachbook.matter_file import MatterFile

Row = dict[str, Any]


class Beside(NamedTuple):
    """What a docket has besides dates.

    Attributes:
        keepers: Deadline id to the person who keeps it and their zone.
        gates: Rows of id, rule, rule_sha256, kind (gate), state (bars, cleared, or practice where
            it blocks nothing), blocks, title, who, consequence, authority, status, confidence,
            checked_on, in_force, note, out_of_scope, docket, trigger, facts (ids) and clearance.
        problems: Rows of id, rule, title, fact, about, when, told and problem.
    """

    keepers: Mapping[str, tuple[str, str]]
    gates: list[Row]
    problems: list[Row]


def beside(
    root: Path, file: "MatterFile", matter: "Matter", now: datetime,
    library: Callable[[], "Library"],
) -> Beside:  # fmt: skip
    """Give what a matter's docket has besides dates: as it was kept, else made anew and kept.

    Args:
        now: Aware; a clearance holds to the end of its last day.
        library: Gives what the matter rests on, only when it must be read.

    Raises:
        BreachbookError: A file of law or of the workspace cannot be accepted.
    """
    path = root / "run" / "docket" / f"{matter.id}.json"
    basis = _basis(root, matter, now.date())
    made = _kept(path, basis)
    if made is None:
        made = _make(matter, library(), now.date())
        _keep(path, {"basis": basis, "made": made})
    return _whole(file, matter, made)


def made_anew(file: "MatterFile", matter: "Matter", library: "Library", on: date) -> Beside:
    """Give the same without what was kept, as of a day."""
    return _whole(file, matter, _make(matter, library, on))


def _whole(file: "MatterFile", matter: "Matter", made: Row) -> Beside:
    for gate in made["gates"]:
        gate["clearance"] = _clearance(file, matter, gate["rule"])
    keepers = {id: (person, zone) for id, (person, zone) in made["keepers"].items()}
    return Beside(keepers, made["gates"], made["problems"])


def _make(matter: "Matter", library: "Library", on: date) -> Row:
    """Ask the law and the people of the workspace; no clearance's words are in the answer."""
    from breachbook.agenda import Reference
    from breachbook.docket import docket
    from breachbook.gates import standing
    from breachbook.reminders import keeper

    law = library.law
    reference = Reference(people=library.workspace.people, law=law)
    keepers = {
        record.id: [person, reference.people[person].zone]
        for record in matter.deadlines.values()
        if (person := keeper(matter, reference, record)) is not None
    }
    entries = docket(matter.facts.values(), law, matter.dockets)
    barring = {gate.rule.id: gate for gate in standing(matter, law, on)}
    rules = {id: gate.rule for id, gate in barring.items()}
    rules |= {entry.rule.id: entry.rule for entry in entries if entry.rule.kind == "gate"}
    gates = [_gate(matter, rule, barring.get(rule.id)) for rule in rules.values()]
    problems = [entry.as_data() for entry in entries if entry.problem]
    return {
        "keepers": keepers,
        "gates": sorted(gates, key=lambda row: (row["state"] == "practice", row["id"])),
        "problems": [{**row, "state": "not-counted"} for row in problems],
    }


def _gate(matter: "Matter", rule: "Rule", barring: "Gate | None") -> Row:
    state = "practice" if barring is None else "cleared" if barring.holds else "bars"
    return {
        "id": rule.id, "rule": rule.id, "rule_sha256": rule.digest, "kind": rule.kind,
        "state": state, "blocks": list(rule.blocks), "title": dict(rule.title), "who": rule.who,
        "consequence": rule.consequence,
        "authority": {
            "title": rule.authority.title, "locator": rule.authority.locator,
            "says": rule.authority.says,
        },
        "status": rule.status, "confidence": rule.confidence,
        "checked_on": rule.checked_on.isoformat(),
        "in_force": {
            "from": rule.in_force_from.isoformat(),
            "to": rule.in_force_to.isoformat() if rule.in_force_to else None,
        },
        "note": rule.note, "out_of_scope": rule.out_of_scope, "docket": rule.docket,
        "trigger": rule.trigger,
        "facts": [fact.id for fact in matter.facts.values() if fact.kind == rule.trigger],
    }  # fmt: skip


def _clearance(file: "MatterFile", matter: "Matter", gate: str) -> Row | None:
    """Give a clearance with its words, which stand in the values alone, or None."""
    found = matter.book.clearances.get(gate)
    if found is None:
        return None
    return {
        "by": found.by, "at": stamp(found.at), "rule_sha256": found.rule_sha256,
        "authority": file.values.get(found.authority, ERASED),
        "scope": file.values.get(found.scope, ERASED),
        "steps": list(found.steps), "until": found.until,
    }  # fmt: skip


def _kept(path: Path, basis: list[Any]) -> Row | None:
    try:
        kept = json.loads(path.read_bytes())
        made: Row = kept["made"]
        return made if kept["basis"] == basis else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _keep(path: Path, kept: Row) -> None:
    """Write it whole; a folder that cannot be written is done without."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace(path, json.dumps(kept, separators=(",", ":")).encode(), sync=False)


def _basis(root: Path, matter: "Matter", on: date) -> list[Any]:
    """Name what it rests on: version, day, the journal's head, size and time of every file read."""
    files = [root / "people.yaml"]
    for folder in content.law_folders(root):
        files += sorted(folder.rglob("*.yaml"))
    return [__version__, on.isoformat(), matter.head, *map(_mark, files)]


def _mark(path: Path) -> list[Any]:
    try:
        status = path.stat()
    except FileNotFoundError:
        return []
    return [path.name, status.st_size, status.st_mtime_ns]
