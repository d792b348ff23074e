"""Doing what is due: claimed in the journal, done under a lock, its outcome recorded, and asked again.

Deciding is serialised per matter by the journal's lock; acting is not, so that a long acquisition holds up
nothing else. Only the engine's process (or a team's worker) has an `Executor`.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from breachbook import anchoring, approvals, engine
from breachbook.acts import Do, Job, Result, containing, counting, delivering, drafting, preserving
from breachbook.acts.asking import request_drafts
from breachbook.acts.telling import Teller
from breachbook.agenda import (
    PILLARS,
    Agenda,
    Checkpoint,
    Claimed,
    Count,
    Deposit,
    Due,
    Expire,
    Mark,
    Perform,
    Request,
    Stamp,
    Tell,
    Void,
    Wait,
)
from breachbook.doers import doers
from breachbook.errors import BreachbookError, EngineError, StaleHead
from breachbook.events import Draft
from breachbook.library import Library
from breachbook.locks import StepLock
from breachbook.matter import Matter
from breachbook.timestamp.obtaining import Obtaining
from breachbook.workspace import Workspace

log = logging.getLogger("breachbook.executor")

Wrap = Callable[[str, Callable[[], Awaitable[str]]], Awaitable[str]]

_DO: dict[tuple[str, str], Do] = {
    ("hold", "draft"): drafting.draft,
    ("notice", "draft"): drafting.draft,
    ("contain", "plan"): drafting.draft,
    ("contain", "execute"): containing.execute,
    ("preserve", "acquire"): preserving.preserve,
    ("hold", "issue"): delivering.issue,
    ("notice", "serve"): delivering.serve,
    ("docket", "adopt"): counting.adopt,
}
_NOT_NOW = frozenset({"running-elsewhere", "overtaken", "not-recorded"})
_TELL_AGAIN_SECONDS = 10.0


async def plain(name: str, act: Callable[[], Awaitable[str]]) -> str:
    """Run an act without Prefect."""
    return await act()


@dataclass(frozen=True)
class Advanced:
    """What one call of `Executor.advance` did.

    Attributes:
        done: What was done, in order: ``step/target act outcome``.
        waits: What the matter waits for now.
        next_at: When to look again if nothing happens before.
        retry: Whether a message could not be sent and should be tried again soon.
        news: What automations may want to know, by kind and id: ``("approval.requested", REQUEST)``.
    """

    done: tuple[str, ...]
    waits: tuple[Wait, ...]
    next_at: datetime | None
    retry: bool
    news: tuple[tuple[str, str], ...] = ()


class Executor:
    """Advances matters of one workspace.

    Args:
        slack: A `SlackClient`, or None when Slack is not configured: then nothing is told there.
        advanced: Called after each change of a matter, so that the register follows.
        anchors: Whether this process anchors the journals; one of a workspace's does.
    """

    def __init__(
        self, workspace: Workspace, library: Library, slack: Any = None,
        advanced: Callable[[str], None] = lambda _: None, *, anchors: bool = False,
    ) -> None:  # fmt: skip
        self.workspace = workspace
        self.library = library
        self.slack = slack
        self.deposits = anchoring.Deposits(workspace, slack, advanced) if anchors else None
        self.stamps = Obtaining(workspace, advanced)
        self._advanced = advanced
        self._again: dict[str, asyncio.Event] = {}

    def nudge(self, matter: str) -> bool:
        """Make a running `advance` of a matter ask again; False if none runs."""
        if matter in self._again:
            self._again[matter].set()
            return True
        return False

    async def due_now(self) -> list[str]:
        """Wake every matter that has something to do by now; only the engine's host does."""
        return []

    async def advance(
        self, matter: str, kinds: frozenset[str] = PILLARS["respond"], wrap: Wrap = plain
    ) -> Advanced:
        """Do everything that is due in a matter, until only people, time or work elsewhere is waited for.

        Args:
            wrap: Runs one act under a name; the flows make a Prefect task of it.

        Raises:
            DamageError: The journal does not verify; nothing is done.
        """
        run = _Run(self, matter, kinds, wrap)
        self._again[matter] = run.again
        try:
            return await run.to_the_end()
        finally:
            self._again.pop(matter, None)


class _Run:
    """One advance of one matter."""

    def __init__(self, executor: Executor, matter: str, kinds: frozenset[str], wrap: Wrap) -> None:
        self.executor = executor
        self.kinds = kinds if executor.slack is not None else kinds - {"tell"}
        if executor.deposits is not None:
            self.kinds |= {"anchor"}
        self.wrap = wrap
        self.again = asyncio.Event()
        self.file = executor.workspace.matter(matter)
        self.teller = Teller(executor.workspace, executor.library, self.file, executor.slack)
        self.running: dict[tuple[str, str], asyncio.Task[None]] = {}
        self.set_aside: set[str] = set()
        self.untold: set[str] = set()
        self.unanchored = False
        self.done: list[str] = []
        self.retry = False
        self.news: list[tuple[str, str]] = []

    async def to_the_end(self) -> Advanced:
        while True:
            if self.again.is_set():
                self.untold.clear()
                self.unanchored = False
            self.again.clear()
            agenda = await asyncio.to_thread(self._look)
            self._deposit(agenda.due)
            self._stamp(agenda.due)
            if self._begin(agenda.due):
                continue
            if await self._step(agenda.due):
                continue
            if not self.running and not self.again.is_set():
                return Advanced(
                    tuple(self.done), agenda.waits, agenda.next_at, self.retry, tuple(self.news)
                )
            if self.running:
                await self._rest()

    def _look(self) -> Agenda:
        matter = self.file.refresh()
        playbook = self.executor.library.pinned(self.file, matter)
        reference = self.executor.library.reference()
        return engine.due(matter, playbook, reference, self.executor.workspace.now(), self.kinds)

    def _begin(self, items: Iterable[Due]) -> bool:
        """Start work for every act that is free, one at a time per step and target; False if there was none."""
        begun = False
        for item in items:
            perform = item.perform if isinstance(item, Claimed) else item
            if not isinstance(perform, Perform) or perform.key in self.set_aside:
                continue
            place = (perform.step, perform.target)
            if place not in self.running:
                work = self._work(perform, isinstance(item, Claimed))
                self.running[place] = asyncio.create_task(work)
                begun = True
        return begun

    async def _rest(self) -> None:
        again = asyncio.create_task(self.again.wait())
        # Slack may answer again long before a long acquisition ends.
        limit = _TELL_AGAIN_SECONDS if self.untold else None
        ended, _ = await asyncio.wait(
            [again, *self.running.values()], timeout=limit, return_when=asyncio.FIRST_COMPLETED
        )
        if self.again.is_set():
            self.set_aside.clear()
        if not ended:
            self.untold.clear()
        again.cancel()
        for place, task in list(self.running.items()):
            if task.done():
                del self.running[place]
                task.result()

    async def _step(self, items: Sequence[Due]) -> bool:
        """Record what needs no work: voids, expiries, requests, dates; then tell. False if nothing changed."""
        records = [
            item for item in items if isinstance(item, Void | Expire | Request | Count | Mark)
        ]
        if records:
            await asyncio.to_thread(self._record, records)
            return True
        causes = [item.cause for item in items if isinstance(item, Checkpoint)]
        if causes and not self.unanchored:
            await asyncio.to_thread(self._anchor, causes[0])
            return True
        tells = [item for item in items if isinstance(item, Tell) and item.key not in self.untold]
        if not tells:
            return False
        if not await asyncio.to_thread(self._tell, tells[0]):
            self.untold.add(tells[0].key)
            self.retry = True
        return True

    def _deposit(self, items: Iterable[Due]) -> None:
        for item in items:
            if isinstance(item, Deposit) and self.executor.deposits is not None:
                self.executor.deposits.begin(self.file.folder.name, item)

    def _stamp(self, items: Iterable[Due]) -> None:
        for item in items:
            if isinstance(item, Stamp):
                self.executor.stamps.begin(self.file.folder.name, item)

    def _anchor(self, cause: str) -> None:
        root, now = self.executor.workspace.root, self.executor.workspace.now()
        try:
            with contextlib.suppress(StaleHead):
                anchoring.make(root, self.file, cause, now)
        except BreachbookError as error:
            log.error("%s: not anchored: %s", self.file.folder.name, error)
            self.unanchored = self.retry = True
        self.executor._advanced(self.file.folder.name)

    def _tell(self, item: Tell) -> bool:
        try:
            self.teller.tell(item)
        except BreachbookError as error:
            log.warning("%s: message %s not sent: %s", self.file.folder.name, item.what, error)
            return False
        except Exception:
            log.exception("%s: message %s not sent", self.file.folder.name, item.what)
            return False
        if item.what in ("deadline-reminder", "deadline-escalation"):
            self.news.append(("deadline.near", item.about))
        return True

    def _record(self, records: Sequence[Void | Expire | Request | Count | Mark]) -> None:
        seq = self.file.refresh().seq
        with contextlib.suppress(StaleHead):
            events = self.file.transact(lambda matter: self._drafts(matter, records), expected=seq)
            self.news += [(e.kind, e.data["request"]) for e in events if "request" in e.data]
        self.executor._advanced(self.file.folder.name)

    def _drafts(
        self, matter: Matter, records: Sequence[Void | Expire | Request | Count | Mark]
    ) -> list[Draft]:
        drafts: list[Draft] = []
        asked = 0
        for item in records:
            if isinstance(item, Void):
                drafts += approvals.void(matter, item.request, item.cause, item.changed)
            elif isinstance(item, Expire):
                approval = matter.approvals[item.request]
                data = {
                    "request": item.request,
                    "subject": approval.subject,
                    "outcome": approval.on_expiry,
                }
                drafts.append(Draft("approval.expired", data))
            elif isinstance(item, Count):
                drafts += counting.count_drafts(self.file, matter, item)
            elif isinstance(item, Mark):
                drafts.append(counting.mark_draft(item))
            else:
                drafts += request_drafts(
                    self.executor.workspace, self.executor.library, self.file, matter, item, asked
                )
                asked += 1
        return drafts

    async def _work(self, perform: Perform, claimed: bool) -> None:
        job = Job(
            self.executor.workspace, self.executor.library,
            self.executor.workspace.matter(self.file.folder.name), perform, self.executor.slack,
        )  # fmt: skip
        name = f"{job.where} {perform.act}"
        outcome = await self.wrap(name, lambda: asyncio.to_thread(self._act, job, claimed))
        if outcome in _NOT_NOW:
            self.set_aside.add(perform.key)
        else:
            self.done.append(f"{name} {outcome}")

    def _act(self, job: Job, claimed: bool) -> str:
        """Do one act under its lock, which this thread holds to the end whatever becomes of the caller."""
        lock = StepLock(
            self.executor.workspace.run / self.file.folder.name,
            job.perform.step,
            job.perform.target,
        )
        if not lock.take():
            return "running-elsewhere"
        try:
            return perform_act(job, claimed)
        except StaleHead:
            return "overtaken"
        except BreachbookError as error:
            log.error("%s %s: %s", self.file.folder.name, job.where, error)
            return "not-recorded"
        except Exception:
            log.exception("%s %s", self.file.folder.name, job.where)
            return "not-recorded"
        finally:
            lock.free()
            self.executor._advanced(self.file.folder.name)


def perform_act(job: Job, claimed: bool) -> str:
    """Claim, do and record one act; give its outcome word.

    An act claimed before a crash is done again only if it is repeatable; otherwise its effect is looked for,
    and if that shows nothing certain a person must say.
    """
    perform = job.perform
    if claimed:
        _still_claimed(job)
        if not perform.repeatable:
            return _record_effect(
                job, containing.recover(job) if perform.kind == "contain" else "unknown"
            )
    elif _by_hand(job):
        return _hand_over(job)
    else:
        _claim(job)
    try:
        result = _DO[perform.kind, perform.act](job)
    except EngineError:
        # Slack is not there: the claim stays, and the act is done again under its key when it is.
        raise
    except BreachbookError as error:
        result = Result("failed", "refused", str(error))
    except Exception as error:
        log.exception("%s %s failed", job.file.folder.name, job.where)
        result = Result("failed", "fault", type(error).__name__)
    _record(job, result)
    return result.outcome


def _still_claimed(job: Job) -> None:
    """Refuse to take an act for a crash's orphan that somebody ended since it was looked at."""
    perform = job.perform
    act = job.file.refresh().instance(perform.step, perform.target).acts.get(perform.act)
    if act is None or act.key != perform.key or act.state != "started":
        raise StaleHead(f"{perform.key} was ended meanwhile")


def _by_hand(job: Job) -> bool:
    matter = job.file.refresh()
    step = job.library.pinned(job.file, matter).step(job.perform.step)
    return bool(doers(step, job.perform.target, job.perform.act, job.library.reference()))


def _hand_over(job: Job) -> str:
    """Open an act that a person does; a letter is laid out for service before."""
    if job.perform.act == "serve":
        delivering.serve(job)
    _claim(job)
    return "opened"


def _base(job: Job) -> dict[str, Any]:
    p = job.perform
    return {"step": p.step, "target": p.target, "round": p.round, "act": p.act, "key": p.key}


def _claim(job: Job) -> None:
    perform = job.perform

    def drafts(matter: Matter) -> list[Draft]:
        playbook = job.library.pinned(job.file, matter)
        agenda = engine.due(matter, playbook, job.library.reference(), job.workspace.now())
        if perform not in agenda.due:
            raise StaleHead(f"{perform.key} is no longer due")
        data = _base(job) | {"subject": perform.subject, "repeatable": perform.repeatable}
        if perform.request:
            data["request"] = perform.request
        return [Draft("step.started", data)]

    job.file.transact(drafts)


def _record_effect(job: Job, effect: str) -> str:
    data = _base(job)
    if effect == "unknown":
        drafts = [Draft("step.uncertain", data | {"outcome": "interrupted"})]
    else:
        drafts = [Draft("step.verified", data | {"effect": effect})]
    job.file.transact(lambda _: drafts)
    return f"found-{effect}"


def _record(job: Job, result: Result) -> None:
    def drafts(matter: Matter) -> list[Draft]:
        data = _base(job) | {"outcome": result.outcome} | dict(result.data)
        if result.reason:
            data["reason"] = job.file.values.commit(result.reason)
        if result.state == "finished":
            return [*result.write(matter), Draft("step.finished", data)]
        return [Draft(f"step.{result.state}", data)]

    job.file.transact(drafts)
