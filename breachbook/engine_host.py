"""The engine's process: it is woken, or looks by itself, and advances matters one flow run per wake-up."""

import asyncio
import contextlib
import json
import logging
import os
from collections.abc import Callable
from typing import Any

from breachbook import engine, wake
from breachbook.agenda import PILLARS, Agenda, Stamp
from breachbook.anchoring import Guard
from breachbook.digest import Digests
from breachbook.durable import replace
from breachbook.errors import BreachbookError, DamageError
from breachbook.events import stamp
from breachbook.executor import Executor
from breachbook.layout import MATTER_ID
from breachbook.library import Library
from breachbook.register import Register
from breachbook.views.agenda import keep, step_views
from breachbook.workspace import Workspace

log = logging.getLogger("breachbook.engine")

TICK_SECONDS = 10
AT_ONCE = 4

Flow = Callable[..., Any]


class EngineHost(Executor):
    """An executor that listens for wake-ups, keeps the register and looks at the clock.

    Args:
        flows: Pillar name to Prefect flow; empty runs without Prefect.
    """

    def __init__(
        self, workspace: Workspace, library: Library, slack: Any, flows: dict[str, Flow]
    ) -> None:
        super().__init__(workspace, library, slack, self._changed, anchors=True)
        self._guard = Guard(workspace)
        self._kinds = PILLARS["respond"] - ({"tell"} if slack is None else set()) | {"anchor"}
        self._flows = flows
        self._register = Register(workspace.root / "register.json")
        self._loop = asyncio.get_running_loop()
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._busy: dict[str, asyncio.Task[dict[str, Any]]] = {}
        self._dirty: set[str] = set()
        self._wanted: set[str] = set()
        self._digests = Digests(workspace, library, slack) if slack is not None else None
        self._digesting: asyncio.Task[None] | None = None

    def _changed(self, matter: str) -> None:
        self._loop.call_soon_threadsafe(self._on_change, matter)

    def _on_change(self, matter: str) -> None:
        self._dirty.add(matter)
        self.nudge(matter)

    async def run(self) -> None:
        """Serve until cancelled; the register is up to date when this ends."""
        server = await wake.listen(self.workspace, self._answer)
        try:
            async with server:
                while True:
                    await self._tick()
                    for _ in range(TICK_SECONDS):
                        await asyncio.sleep(1)
                        if self._dirty:
                            await asyncio.to_thread(self._settle)
        finally:
            if self.deposits is not None:
                self.deposits.close(wait=False)
            self._dirty.update(m for m in self.workspace.matter_ids() if self._lags(m))
            self._settle()

    async def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        matter, pillar = str(request.get("matter", "")), str(request.get("pillar", ""))
        if pillar == "watch":
            return {"woken": await self.due_now()}
        if not MATTER_ID.fullmatch(matter) or pillar not in {"", *PILLARS}:
            return {"refused": "unknown matter or pillar"}
        if not pillar:
            self.wake(matter, "wake")
            return {"woken": [matter]}
        with contextlib.suppress(KeyError):
            await asyncio.shield(self._busy[matter])
        return await self._start(matter, pillar, pillar)

    def wake(self, matter: str, why: str) -> None:
        """Advance a matter soon; wake-ups of one matter that is being advanced are merged into that."""
        if self.nudge(matter):
            return
        if matter in self._busy:
            self._wanted.add(matter)
        else:
            self._start(matter, "respond", why)

    def _start(self, matter: str, pillar: str, why: str) -> asyncio.Task[dict[str, Any]]:
        task = asyncio.create_task(self._advance(matter, pillar, why))
        self._busy[matter] = task
        task.add_done_callback(lambda done: self._ended(matter, done))
        return task

    def _ended(self, matter: str, done: asyncio.Task[dict[str, Any]]) -> None:
        if self._busy.get(matter) is done:
            del self._busy[matter]
        if not done.cancelled() and done.exception() is not None:
            log.error("%s: %s", matter, type(done.exception()).__name__)
        self._dirty.add(matter)
        if matter in self._wanted and matter not in self._busy:
            self._wanted.discard(matter)
            self.wake(matter, "wake")

    async def _advance(self, matter: str, pillar: str, why: str) -> dict[str, Any]:
        async with self._slots:
            row = self._register.row(matter)
            if await asyncio.to_thread(self._guard.reason, matter, row) is not None:
                return {"refused": "rolled-back"}
            flow = self._flows.get(pillar)
            if flow is not None:
                try:
                    result: dict[str, Any] = await _tagged(flow, matter, why)
                    return result
                except DamageError as error:
                    log.error("%s", error)
                    return {"refused": "journal-damaged"}
                except Exception as error:  # noqa: BLE001 (Prefect may fail in any way; the matter must go on without it)
                    log.warning(
                        "%s: Prefect failed (%s), going on without it",
                        matter,
                        type(error).__name__,
                    )
            done = await self.advance(matter, PILLARS[pillar])
            return {"done": list(done.done), "waits": [], "retry": done.retry}

    async def due_now(self) -> list[str]:
        """Wake every matter that changed unseen, was left unfinished, or whose time has come; give their ids."""
        woken = []
        now = self.workspace.now()
        for matter in await asyncio.to_thread(self.workspace.matter_ids):
            row = self._register.row(matter)
            if matter not in self._busy and (row is None or self._is_due(matter, row, stamp(now))):
                woken.append(matter)
                self.wake(matter, "watch")
        return woken

    def _is_due(self, matter: str, row: Any, now: str) -> bool:
        late = row["next_wake"] is not None and row["next_wake"] <= now
        return late or not row["settled"] or self._lags(matter)

    def _lags(self, matter: str) -> bool:
        row = self._register.row(matter)
        path = self.workspace.matters_folder / matter / "journal.jsonl"
        return row is None or path.stat().st_size != row["size"]

    async def _tick(self) -> None:
        try:
            await self.due_now()
            await asyncio.to_thread(self._settle)
        except BreachbookError as error:
            log.error("%s", error)
        if self._digests is not None and (self._digesting is None or self._digesting.done()):
            # Not waited for: a slow Slack must not hold up the matters.
            self._digesting = asyncio.create_task(self._digest(self._digests))
        beat = {"at": stamp(self.workspace.now()), "pid": os.getpid()}
        await asyncio.to_thread(
            replace, self.workspace.run / "heartbeat.json", json.dumps(beat).encode()
        )

    async def _digest(self, digests: Digests) -> None:
        try:
            await asyncio.to_thread(digests.send_due)
        except BreachbookError as error:
            log.error("digests: %s", error)
        except Exception:
            log.exception("digests")

    def _settle(self) -> None:
        """Bring the register up to the journals that changed; at most once a second."""
        known = {row["matter"] for row in self._register.rows()}
        changed = {*self._dirty, *(set(self.workspace.matter_ids()) - known)}
        self._dirty.clear()
        for matter in changed:
            if self._guard.reason(matter, self._register.row(matter)) is not None:
                continue  # the register keeps what it knew: it is a witness
            file = self.workspace.matter(matter)
            try:
                state = file.refresh()
                playbook = self.library.pinned(file, state)
                agenda = engine.due(
                    state, playbook, self.library.reference(), self.workspace.now(), self._kinds
                )
            except DamageError as error:
                log.error("%s", error)
                continue
            settled = matter not in self._busy and not _acts(agenda)
            self._register.note(state, file.journal.size, agenda, settled)
            views = step_views(state, playbook, self.library.reference(), agenda)
            keep(self.workspace.root, state, views, agenda.next_at)
        for matter in known - set(self.workspace.matter_ids()):
            self._register.forget(matter)
        self._register.flush()


def _acts(agenda: Agenda) -> bool:
    # A time-stamp stays due while its authority is asked, and the agenda says when to ask again.
    return any(not isinstance(item, Stamp) for item in agenda.due)


async def _tagged(flow: Flow, matter: str, why: str) -> Any:
    from prefect import tags

    with tags(matter):
        return await flow(matter=matter, why=why)
