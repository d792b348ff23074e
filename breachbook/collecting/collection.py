"""One collection: a source gathered as its kind has it, and sealed with the record of how."""

import fcntl
import os
import shlex
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from breachbook.collecting.admission import faults
from breachbook.collecting.contract import Bench, Gathered, Order
from breachbook.collecting.machine import condition
from breachbook.collecting.registry import KINDS
from breachbook.custody import Described, Progress, Sealed
from breachbook.errors import ContentError, CustodyError, Problem
from breachbook.layout import SEAL_KEY
from breachbook.seal import acquire, own_key
from breachbook.seal.meter import Meter
from breachbook.seal.names import shown, text_of
from breachbook.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why, by whom and when in the matter's life something is collected.

    Attributes:
        step: Step that collects; ``-`` for a person.
        authority: Step and key, approval, hold, or the person's words.
        operator: Person, or ``breachbook`` for a step.
        repeat: Command line that collects the same again; secrets by reference only.
        journal_head: Hash of the matter's last event.
        previous_seal: SHA-256 of the seal file of the exhibit before, or None.
    """

    matter: str
    step: str
    authority: str
    operator: str
    repeat: Sequence[str]
    journal_head: str
    previous_seal: str | None


def order_of(row: Mapping[str, Any], workspace: Workspace) -> Order:
    """Make the order to collect a row of sources.yaml.

    Raises:
        ContentError: The row does not say what its kind must.
    """
    problems = [
        Problem("sources.yaml", None, f"{row['id']}.{fault.key}", fault.got, fault.allowed)
        for fault in faults(row)
    ]
    if problems:
        raise ContentError(problems)
    return Order(
        kind=row["kind"],
        source=row["id"],
        title=row["title"],
        at=_where(row, workspace),
        command=tuple(row.get("command") or ()),
        place=row["place"],
        stored=stored_in(workspace),
        personal_data=row["personal_data"],
        state_secret=row["state_secret"],
        trade_secret=row["trade_secret"],
        legal_basis=row["legal_basis"] or "",
        works_council=row["works_council"] or "",
        seconds=row["seconds"],
        secret=row["secret"] or "",
        known_hosts=str(workspace.root / (row["known_hosts"] or "known_hosts")),
        server=_slack(workspace),
    )


def _slack(workspace: Workspace) -> str:
    slack = workspace.config.slack
    return os.environ.get("BREACHBOOK_SLACK_BASE_URL") or (slack.base_url if slack else "")


def _where(row: Mapping[str, Any], workspace: Workspace) -> str:
    if row.get("path"):
        return str(workspace.root / row["path"])
    return str(row.get("url") or row.get("channel") or "")


def stored_in(workspace: Workspace) -> str:
    """Name the country the workspace's exhibits are stored in."""
    return workspace.config.evidence.stored_in or workspace.config.organisation.place


def collect(
    workspace: Workspace,
    order: Order,
    exhibits: Path,
    exhibit: str,
    why: Occasion,
    *,
    resume: bool = False,
    progress: Callable[[Progress], None] | None = None,
) -> Sealed:
    """Gather a source and seal it; see `breachbook.seal.acquire` for how an exhibit appears.

    The key of the act is the exhibit's id: one that is there is verified and returned, and nothing is
    gathered again.

    Args:
        resume: Go on where an interrupted attempt under the same id ended, and when this one is
            interrupted leave its copies, hidden, for the next.

    Raises:
        CustodyError: Nothing of it could be gathered, or it could not be sealed.
    """
    kind = KINDS[order.kind]
    with _bench(exhibits, exhibit) as folder:
        source = Path(order.at) if kind.in_place else folder
        meter = Meter("gathering", 0, 0, progress)
        bench = Bench(folder, workspace.example, workspace.now, os.environ, meter.advance)
        there = (exhibits / exhibit).exists()
        gathered = Gathered() if there else _gather(order, bench)
        return acquire(
            source,
            exhibits,
            exhibit,
            record=_record(order, why, gathered, workspace),
            key=own_key(workspace.root / SEAL_KEY),
            journal_head=why.journal_head,
            previous_seal=why.previous_seal,
            now=workspace.now,
            workers=workspace.config.evidence.workers,
            algorithm=workspace.config.evidence.algorithm,
            progress=progress,
            describe=lambda copies: _described(gathered, copies),
            # What was gathered is gone after an interruption, so only copies of the source itself stay.
            resume=resume and kind.in_place,
        )


def _gather(order: Order, bench: Bench) -> Gathered:
    try:
        return KINDS[order.kind].load()(order, bench)
    except OSError as error:
        raise CustodyError(
            f"{order.title}: {error.strerror or error} while gathering; nothing of it is kept;"
            " see to the disk and collect it again"
        ) from error


def _described(gathered: Gathered, copies: Path) -> Described:
    if gathered.describe is None:
        return Described(gathered.tags, gathered.findings)
    more = gathered.describe(copies)
    return Described({**gathered.tags, **more.tags}, (*gathered.findings, *more.findings))


def _record(
    order: Order, why: Occasion, gathered: Gathered, workspace: Workspace
) -> dict[str, object]:
    """Compose what the exhibit itself says of its collection; the legal basis stays in the matter."""
    return {
        "matter": why.matter,
        "step": why.step,
        "source": order.source,
        "title": order.title,
        "collector": order.kind,
        "scope": scope(order),
        "place": order.place,
        "stored": order.stored,
        "personal_data": order.personal_data,
        "state_secret": order.state_secret,
        "trade_secret": order.trade_secret,
        "works_council": order.works_council,
        "authority": why.authority,
        "operator": why.operator,
        "clock": {"synced": workspace.clock()[1].get("synced")},
        "machine": condition(workspace.root),
        "repeat": shlex.join(why.repeat),
        "collection": dict(gathered.account),
    }


def scope(order: Order) -> str:
    """Say in one line what is collected: the path, the address, or the command."""
    if order.command:
        return shlex.join(order.command)
    return shown(text_of(os.fsencode(order.at)))


@contextmanager
def _bench(exhibits: Path, exhibit: str) -> Iterator[Path]:
    """Give an empty hidden folder that one collection holds, and remove it in the end."""
    exhibits.mkdir(mode=0o700, parents=True, exist_ok=True)
    outer = exhibits / f".{exhibit}.gathered"
    outer.mkdir(mode=0o700, exist_ok=True)
    lock = os.open(outer, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise CustodyError(
            f"{exhibits / exhibit}: another process is collecting this exhibit; wait for it"
        ) from None
    try:
        folder = outer / "payload"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        yield folder
    finally:
        shutil.rmtree(outer, ignore_errors=True)
        os.close(lock)
