"""A matter's steps with what each waits for: asked of the engine, and kept while nothing it rests on changes."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from breachbook import __version__
from breachbook.durable import replace
from breachbook.events import instant, stamp
from breachbook.matter import Matter
from breachbook.matter_file import MatterFile

if TYPE_CHECKING:
    from breachbook.agenda import Agenda, Reference
    from breachbook.library import Library
    from breachbook.playbook import Playbook, Step

Row = dict[str, Any]
_FILES = (
    "breachbook.toml",
    "people.yaml",
    "trade_secrets.yaml",
    "agreements.yaml",
    "parties.yaml",
    "accounts.yaml",
    "sources.yaml",
)
_FOLDERS = ("recipes", "notices", "law")


def step_views(
    matter: Matter, playbook: "Playbook", reference: "Reference", agenda: "Agenda"
) -> list[Row]:
    """Describe every step instance in the playbook's order.

    Returns:
        Rows of step, id (with its target), target, kind, title, state (done, skipped, failed, uncertain, refused,
        expired, waiting, running or due), why, detail, who, until (RFC 3339 or None), round and document.
    """
    from breachbook.engine import targets

    waits = {(wait.step, wait.target): wait for wait in agenda.waits}
    found = []
    for step in playbook.steps:
        for target in targets(step, matter, reference):
            wait = waits.get((step.id, target))
            found.append(
                {
                    **_row(matter, step, target, wait.why if wait else ""),
                    "why": wait.why if wait else "",
                    "detail": wait.detail if wait else "",
                    "who": list(wait.who) if wait else [],
                    "until": stamp(wait.until) if wait and wait.until else None,
                }
            )
    return found


def _row(matter: Matter, step: "Step", target: str, why: str) -> Row:
    from breachbook.engine import is_done

    instance = matter.instance(step.id, target)
    if is_done(step, instance):
        state = "skipped" if instance.skipped else "done"
    elif why in ("failed", "uncertain", "refused", "expired"):
        state = why
    elif why:
        state = "waiting"
    else:
        state = (
            "running" if any(act.state == "started" for act in instance.acts.values()) else "due"
        )
    return {
        "step": step.id, "id": f"{step.id}/{target}".removesuffix("/-"), "target": target, "kind": step.kind,
        "title": step.title, "state": state, "round": instance.round, "document": instance.document,
    }  # fmt: skip


def words(row: Mapping[str, Any]) -> str:
    """Say in words what a step waits for; empty when nothing."""
    who = " or ".join(row["who"])
    match row["why"]:
        case "after":
            return f"after {row['detail']}"
        case "person":
            return f"{who} ({row['detail']})"
        case "approval":
            return f"approval {row['detail']} by {who or 'nobody left'}"
        case "preservation":
            return f"preservation of {row['detail']}"
        case "hold":
            return f"release: {row['detail']}"
        case "law-gate":
            return f"counsel to clear {row['detail']} (`breachbook gate clear`)"
        case "refused" | "expired" | "voided" | "changes-requested":
            return f"{row['detail']} is {row['why']}"
        case why:
            return ": ".join(part for part in (why, row["detail"]) if part)


def of(
    root: Path, file: MatterFile, matter: Matter, now: datetime, library: Callable[[], "Library"]
) -> list[Row]:
    """Give a matter's steps: as they were kept if that still holds, else asked of the engine and kept.

    Args:
        library: Gives what the matter rests on, only when it must be read.

    Raises:
        BreachbookError: A file of the workspace that the steps rest on cannot be accepted.
    """
    try:
        kept = json.loads(_path(root, matter.id).read_bytes())
        until = kept["until"]
        if kept["basis"] == _basis(root, matter) and (until is None or now < instant(until)):
            steps: list[Row] = kept["steps"]
            return steps
    except (OSError, ValueError, KeyError, TypeError):
        pass
    from breachbook import engine

    rests_on = library()
    playbook = rests_on.pinned(file, matter)
    reference = rests_on.reference()
    agenda = engine.due(matter, playbook, reference, now)
    made = step_views(matter, playbook, reference, agenda)
    keep(root, matter, made, agenda.next_at)
    return made


def keep(root: Path, matter: Matter, steps: Sequence[Row], until: datetime | None) -> None:
    """Keep a matter's steps until its journal, a file they rest on, or the time ``until`` says otherwise."""
    kept = {
        "basis": _basis(root, matter),
        "until": stamp(until) if until else None,
        "steps": list(steps),
    }
    path = _path(root, matter.id)
    replace(path, json.dumps(kept, separators=(",", ":")).encode(), sync=False)


def _path(root: Path, matter: str) -> Path:
    folder = root / "run" / "steps"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"{matter}.json"


def _basis(root: Path, matter: Matter) -> list[Any]:
    """Name what the steps rest on: the journal's head, and size and time of every file of the workspace."""
    marks: list[Any] = [__version__, matter.head]
    for name in _FILES:
        marks.append(_mark(root / name))
    for name in _FOLDERS:
        folder = root / name
        if folder.is_dir():
            marks += [
                [str(path.relative_to(root)), _mark(path)] for path in sorted(folder.rglob("*"))
            ]
    return marks


def _mark(path: Path) -> list[int]:
    try:
        status = path.stat()
    except FileNotFoundError:
        return []
    return [status.st_size, status.st_mtime_ns]
