"""The only place, with the starting command, where matters meet Prefect: ids, step names and outcome codes pass."""

import asyncio
import os
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from prefect import get_client, runtime, task
from prefect.cache_policies import NO_CACHE
from prefect.events import emit_event

from breachbook import wake
from breachbook.agenda import PILLARS, Wait
from breachbook.canonical import canonical
from breachbook.durable import replace
from breachbook.errors import BreachbookError, EngineError
from breachbook.events import Actor
from breachbook.executor import Executor
from breachbook.intake import Opened, open_matter
from breachbook.layout import find
from breachbook.library import Library
from breachbook.source import parse
from breachbook.workspace import Workspace

_executor: Executor | None = None
_waiting: dict[int, Callable[[], Awaitable[str]]] = {}


def hold(executor: Executor | None) -> None:
    """Make this process the one that acts (the engine's), or no longer."""
    global _executor
    _executor = executor


@task(
    name="act",
    task_run_name="{name}",
    retries=0,
    cache_policy=NO_CACHE,
    persist_result=False,
    log_prints=False,
)
async def _act(name: str, number: int) -> str:
    return await _waiting.pop(number)()


async def as_task(name: str, act: Callable[[], Awaitable[str]]) -> str:
    """Run one act as a Prefect task that knows its name and outcome code, never its contents."""
    number = id(act)
    _waiting[number] = act
    return await _act(name, number)


async def advance(matter: str, pillar: str) -> dict[str, Any]:
    """Advance a matter by one pillar's kinds of step: here if this is the engine, else by asking it.

    Returns:
        ``{"done": ["step/target act outcome", ...], "waits": ["step/target why", ...]}``: ids and codes only.
    """
    if _executor is None:
        return await wake.ask(_workspace(), matter, pillar)
    result = await _executor.advance(matter, PILLARS[pillar], as_task)
    for kind, ident in result.news:
        emit(kind, matter, ident)
    return told(result.done, result.waits, result.retry)


def told(done: tuple[str, ...], waits: tuple[Wait, ...], retry: bool) -> dict[str, Any]:
    """Put an advance into ids and codes."""
    return {
        "done": list(done),
        "waits": [
            f"{wait.step}/{wait.target}".removesuffix("/-") + f" {wait.why}" for wait in waits
        ],
        "retry": retry,
    }


def emit(event: str, matter: str, ident: str) -> None:
    """Tell Prefect's automations what happened: ``breachbook.<event>`` with an id and nothing else."""
    emit_event(
        f"breachbook.{event}",
        resource={"prefect.resource.id": f"breachbook.matter.{matter}"},
        payload={"id": ident},
    )


async def watch() -> list[str]:
    """Wake every matter that has something to do by now; give their ids."""
    if _executor is None:
        answer = await wake.ask(_workspace(), "*", "watch")
        return list(answer["woken"])
    return await _executor.due_now()


async def report(given: Mapping[str, Any]) -> dict[str, Any]:
    """Open a matter from a report typed into Prefect, then remove what was typed from Prefect.

    Raises:
        EngineError: The report has problems; they are in a file that the message names, not in the message.
    """
    workspace = _workspace()
    typed = {key: value for key, value in given.items() if value not in (None, [])}
    try:
        opened = await asyncio.to_thread(_open, workspace, typed)
    except BreachbookError as error:
        name = f"refused-report-{runtime.flow_run.id}.txt"
        replace(workspace.run / name, f"{error}\n".encode())
        raise EngineError(
            f"the report was refused and nothing was written; every problem is in run/{name}"
        ) from None
    finally:
        await _blank(workspace)
    wake.wake(workspace, opened.matter)
    return {"matter": opened.matter, "new": opened.new}


def _open(workspace: Workspace, typed: Mapping[str, Any]) -> Opened:
    actor = Actor(str(typed.get("reporter", "")), "prefect")
    return open_matter(workspace, Library(workspace), parse(canonical(typed), "report"), actor)


async def _blank(workspace: Workspace) -> None:
    async with get_client() as client:
        await client.update_flow_run(runtime.flow_run.id, parameters={})
    database = workspace.run / "prefect" / "prefect.db"
    if database.exists():
        await asyncio.to_thread(_truncate_log, database)


def _truncate_log(database: Path) -> None:
    """Empty the write-ahead log of our own Prefect server; its pages are zeroed as they are freed (`child`)."""
    connection = sqlite3.connect(database, timeout=10)
    try:
        for _ in range(50):
            busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            if not busy:
                return
    finally:
        connection.close()


def _workspace() -> Workspace:
    return Workspace(find(None, os.environ, Path.cwd()))
