"""From a report to an open matter: checked whole, written whole, and the same report twice is one matter."""

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from breachbook.canonical import digest
from breachbook.durable import sync_folder
from breachbook.errors import ContentError, Problem, StoreError
from breachbook.events import Actor, Draft
from breachbook.library import Library
from breachbook.matter_file import MatterFile
from breachbook.playbook import Playbook
from breachbook.source import Source, validate
from breachbook.store import read_regular
from breachbook.workspace import Workspace, software
from breachbook.workspace_files import Report

SAME_WITHIN = timedelta(hours=24)
MAX_ATTACHMENT = 256 * 1024 * 1024
_LISTS = ("places", "trade_secrets", "holders", "custodians", "accounts", "sources", "suspects")


@dataclass(frozen=True, slots=True)
class Opened:
    """A matter that a report opened, or the one that the same report opened before."""

    matter: str
    new: bool
    unreadable: tuple[str, ...] = ()


def check_report(workspace: Workspace, library: Library, read: Source) -> Report:
    """Check a report whole, its references included.

    Raises:
        ContentError: With every problem, each with its line.
    """
    report = validate(read, Report)
    problems = list(_references(workspace, library, read, report))
    if problems:
        raise ContentError(problems)
    return report


def _references(
    workspace: Workspace, library: Library, read: Source, report: Report
) -> Iterator[Problem]:
    people, parties = set(workspace.people.by_id), set(workspace.rows("parties"))
    known: Mapping[str, tuple[set[str], str]] = {
        "reporter": (people, "people.yaml"),
        "custodians": (people, "people.yaml"),
        "suspects": (people, "people.yaml"),
        "holders": (parties, "parties.yaml"),
        "trade_secrets": (set(workspace.rows("trade_secrets")), "trade_secrets.yaml"),
        "accounts": (set(workspace.rows("accounts")), "accounts.yaml"),
        "sources": (set(workspace.rows("sources")), "sources.yaml"),
    }
    for key, (ids, file) in known.items():
        value = getattr(report, key)
        for index, item in enumerate([value] if isinstance(value, str) else value):
            if item not in ids:
                path = (key,) if isinstance(value, str) else (key, index)
                yield read.problem(
                    path, item, f"an id of {file}: {', '.join(sorted(ids)) or 'none yet'}"
                )
    for index, fact in enumerate(report.facts):
        wrong = library.law_problem(fact.kind, fact.when)
        if wrong:
            yield read.problem(("facts", index), f"{fact.kind} {fact.when}", wrong)
        if (fact.kind, fact.about) in [(f.kind, f.about) for f in report.facts[:index]]:
            got = f"{fact.kind} about {fact.about} twice"
            yield read.problem(("facts", index), got, "each once; the right date alone")


def open_matter(
    workspace: Workspace,
    library: Library,
    read: Source,
    actor: Actor,
    attachments: Sequence[Path] = (),
    new: bool = False,
    unreadable: Sequence[str] = (),
) -> Opened:
    """Open a matter from a report; the clock is running, so only the report itself can refuse it.

    The same report within 24 hours gives the matter it already opened, unless ``new``. An attachment that is
    missing or unreadable is recorded as such.

    Args:
        unreadable: Names of further attachments that could not be fetched.

    Raises:
        ContentError: The report has problems; nothing was written.
    """
    report = check_report(workspace, library, read)
    playbook_raw, playbook = library.playbook_for(report.vector)
    sha = digest(report.as_data())
    with _opening(workspace):
        if not new and (before := _same(workspace, sha)):
            return Opened(before, False)
        matter = _next_id(workspace)
        staged = workspace.matters_folder / f".opening-{matter}"
        shutil.rmtree(staged, ignore_errors=True)
        staged.mkdir(mode=0o700)
        file = MatterFile(staged, workspace.clock, software())
        kept = [_keep(file, path) for path in attachments]
        kept += [{"name": name, "sha256": None, "state": "unreadable"} for name in unreadable]
        _write(workspace, file, matter, report, sha, actor, playbook_raw, playbook, kept)
        for name in ("documents", "exhibits", "exports"):
            (staged / name).mkdir(mode=0o700)
        sync_folder(staged)
        staged.rename(workspace.matters_folder / matter)
        sync_folder(workspace.matters_folder)
    return Opened(matter, True, tuple(str(item["name"]) for item in kept if not item["sha256"]))


@contextmanager
def _opening(workspace: Workspace) -> Iterator[None]:
    workspace.matters_folder.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(
        workspace.run / "opening.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
    )
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _same(workspace: Workspace, sha: str) -> str | None:
    oldest = workspace.now() - SAME_WITHIN
    for matter in reversed(workspace.matter_ids()):
        try:
            opened = workspace.matter(matter).refresh()
        except StoreError:
            continue  # another matter's damage must not hold up a report
        if opened.opened_at is None or opened.opened_at < oldest:
            return None
        if opened.report.get("report_sha256") == sha:
            return matter
    return None


def _next_id(workspace: Workspace) -> str:
    year = workspace.now().year
    numbers = [
        int(m.rsplit("-", 1)[1]) for m in workspace.matter_ids() if m.startswith(f"LEAK-{year}-")
    ]
    return f"LEAK-{year}-{max(numbers, default=0) + 1:04d}"


def _keep(file: MatterFile, path: Path) -> dict[str, Any]:
    try:
        data = read_regular(path, MAX_ATTACHMENT)
    except OSError as error:
        state = "missing" if isinstance(error, FileNotFoundError) else "unreadable"
        return {"name": path.name, "sha256": None, "state": state}
    return {"name": path.name, "sha256": file.store.put(data), "state": "stored"}


def _write(
    workspace: Workspace, file: MatterFile, matter: str, report: Report, sha: str, actor: Actor,
    playbook_raw: bytes, playbook: Playbook, attachments: list[dict[str, Any]],
) -> None:  # fmt: skip
    commit = file.values.commit
    ids = {name: list(getattr(report, name)) for name in _LISTS}
    opened: dict[str, Any] = {
        **ids,
        "matter": matter,
        "example": workspace.example,
        "vector": report.vector,
        "reporter": report.reporter,
        "discovered_at": report.discovered_at,
        "report": commit(report.as_data()),
        "report_sha256": sha,
        "attachments": [
            {**item, "name": commit(_printable(item["name"]))} for item in attachments
        ],
    }
    if report.occurred_at:
        opened["occurred_at"] = report.occurred_at
    drafts = [Draft("matter.opened", opened, actor)]
    drafts.append(
        Draft(
            "playbook.chosen",
            {"playbook": playbook.id, "sha256": file.store.put(playbook_raw)},
            actor,
        )
    )
    roles = {role for step in playbook.steps for role in step.roles()}
    for person in workspace.people.by_id.values():
        if roles & set(person.roles) or person.id == report.reporter:
            drafts.append(
                Draft("people.added", {"person": person.id, "roles": list(person.roles)}, actor)
            )
    drafts += [party_draft(file, row, actor) for row in _parties(workspace, report)]
    for number, fact in enumerate(report.facts, 1):
        data = {
            "fact": f"F{number}",
            "fact_kind": fact.kind,
            "when": fact.when,
            "about": fact.about,
        }
        drafts.append(Draft("fact.recorded", data, actor))
    file.transact(lambda _: drafts)


def _parties(workspace: Workspace, report: Report) -> list[dict[str, Any]]:
    rows = workspace.rows("parties")
    wanted = list(report.holders)
    wanted += [workspace.rows("accounts")[account]["party"] for account in report.accounts]
    return [rows[party] for party in dict.fromkeys(wanted) if party in rows]


def party_draft(
    file: MatterFile, row: Mapping[str, Any], actor: Actor, reason: str | None = None
) -> Draft:
    """Write the event that records a party as it now stands; its names and addresses become a commitment."""
    data = {
        "party": row["id"],
        "role": row["role"],
        "place": row["place"],
        "language": row["language"],
    }
    data["details"] = file.values.commit(dict(row))
    if reason is not None:
        data["reason"] = file.values.commit(reason)
    return Draft("party.recorded", data, actor)


def _printable(name: str) -> str:
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
