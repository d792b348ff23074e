"""From a delivery to its answer: once, in time, and finished after it was acknowledged.

The same for HTTP and for Socket Mode. Handlers run in threads; a decision is in the journal
before its answer, or, when that takes too long, the delivery is in the inbox before it.
"""

import asyncio
import contextlib
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from slack_bolt import BoltRequest, BoltResponse

from breachbook.desk import payloads
from breachbook.desk.collaborators import Collaborators
from breachbook.desk.inbox import Inbox
from breachbook.desk.interactions import FollowUp, bolt_app
from breachbook.desk.payloads import Received
from breachbook.errors import BreachbookError
from breachbook.slack.web import SlackError

_LOG = logging.getLogger(__name__)
_DECIDERS, _SPEAKERS = 16, 8
_REMEMBER_SECONDS, _REMEMBER = 300.0, 20_000
_KEEP_SECONDS = 0.1
_ERRORS = '"response_action": "errors"'


@dataclass(frozen=True, slots=True)
class Answer:
    """What a delivery is answered with, and what is to be awaited after that."""

    status: int
    body: str = ""
    media_type: str | None = None
    after: Callable[[], Awaitable[None]] | None = None


@dataclass(frozen=True, slots=True)
class _Work:
    key: str
    received: Received
    asked: BoltRequest
    answer: asyncio.Future[BoltResponse]

    @property
    def follow_ups(self) -> list[FollowUp]:
        found: list[FollowUp] = self.asked.context["follow_ups"]
        return found


class Dispatcher:
    """Answers deliveries; all methods but `close` run on one event loop."""

    def __init__(self, collaborators: Collaborators) -> None:
        self.desk = collaborators
        self._bolt = bolt_app(collaborators)
        self._inbox = Inbox(collaborators.inbox) if collaborators.inbox else None
        # Apart, so that waiting for Slack never keeps a decision from being recorded.
        self._deciders = ThreadPoolExecutor(_DECIDERS, "desk-decide")
        self._speakers = ThreadPoolExecutor(_SPEAKERS, "desk-speak")
        self._keepers = ThreadPoolExecutor(2, "desk-keep")
        self._seen: OrderedDict[str, tuple[float, asyncio.Future[BoltResponse]]] = OrderedDict()

    def close(self) -> None:
        """Let what is being recorded end."""
        self._deciders.shutdown(wait=True)
        self._speakers.shutdown(wait=True, cancel_futures=True)
        self._keepers.shutdown(wait=True)

    async def count(self, reason: str) -> None:
        """Count a request that was turned away."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._deciders, self.desk.security.count, reason)

    async def resume(self) -> None:
        """Finish what an earlier process acknowledged and did not finish."""
        for key, received in list(self._inbox.left()) if self._inbox else []:
            try:
                answer = await self.take(received)
                if answer.after is not None:
                    await answer.after()
            except Exception:  # noqa: BLE001 (one that cannot be finished must not hold up the others)
                _LOG.warning("left in the inbox, not finished: %s", key)

    async def take(self, received: Received) -> Answer:
        """Answer a delivery that is known to be Slack's; a repeated one has no second effect."""
        body = received.body
        if not payloads.is_well_formed(body):
            return await self._refuse(400, "malformed")
        if payloads.is_own(body):
            return Answer(200)
        if payloads.is_bot(body):
            return await self._refuse(401, "bot")
        if not payloads.is_heard(body):
            return Answer(200)
        key = payloads.key(body)
        self._forget()
        if key in self._seen:
            return await self._again(received, self._seen[key][1])
        return await self._first(key, received)

    async def _refuse(self, status: int, reason: str) -> Answer:
        await self.count(reason)
        return Answer(status)

    async def _again(self, received: Received, answer: asyncio.Future[BoltResponse]) -> Answer:
        if not received.is_retry:
            await self.count("replayed")
        await asyncio.wait({answer}, timeout=self.desk.acknowledge_within_seconds)
        return _answer(answer.result()) if answer.done() else Answer(200)

    async def _first(self, key: str, received: Received) -> Answer:
        context = {"received_at": received.at, "follow_ups": []}
        asked = BoltRequest(body=received.body, context=context, mode="socket_mode")
        loop = asyncio.get_running_loop()
        answer = loop.run_in_executor(self._deciders, self._bolt.dispatch, asked)
        self._seen[key] = (time.monotonic(), answer)
        answer.add_done_callback(partial(self._forget_failure, key))
        work = _Work(key, received, asked, answer)
        await asyncio.wait({answer}, timeout=self.desk.acknowledge_within_seconds)
        is_late = not answer.done()
        kept = is_late or any(each.is_owed for each in work.follow_ups)
        if kept:
            await self._keep(work)
        # What comes again may be in the inbox since before this process began.
        was_kept = kept or received.is_retry
        after = partial(self._finish, work, is_late=is_late, was_kept=was_kept)
        if is_late:
            return Answer(200, after=after)
        told = _answer(answer.result())
        return Answer(told.status, told.body, told.media_type, after)

    async def _keep(self, work: _Work) -> None:
        if self._inbox is None:
            return
        keeping = asyncio.get_running_loop().run_in_executor(
            self._keepers, self._inbox.keep, work.key, work.received
        )
        # A disk that hangs must not hold up the acknowledgement.
        await asyncio.wait({keeping}, timeout=_KEEP_SECONDS)
        keeping.add_done_callback(_say_failure)

    async def _finish(self, work: _Work, *, is_late: bool, was_kept: bool) -> None:
        await work.answer
        loop = asyncio.get_running_loop()
        finished = True
        for follow_up in work.follow_ups:
            if follow_up.only_if_late and not is_late:
                continue
            done = await loop.run_in_executor(self._speakers, _run, follow_up)
            finished = finished and (done or not follow_up.is_owed)
        if was_kept and finished and self._inbox is not None:
            await loop.run_in_executor(self._keepers, self._inbox.done, work.key)

    def _forget(self) -> None:
        oldest = time.monotonic() - _REMEMBER_SECONDS
        while self._seen:
            key, (at, answer) = next(iter(self._seen.items()))
            if at > oldest and len(self._seen) < _REMEMBER:
                return
            if not answer.done() and len(self._seen) < _REMEMBER:
                return
            del self._seen[key]

    def _forget_failure(self, key: str, answer: asyncio.Future[BoltResponse]) -> None:
        """Let what had no effect be tried again with the same words."""
        failed = answer.cancelled() or answer.exception() is not None
        if failed or answer.result().status >= 400 or _ERRORS in answer.result().body:
            self._seen.pop(key, None)


def _run(follow_up: FollowUp) -> bool:
    try:
        follow_up.run()
    except SlackError as error:
        _LOG.warning("not told to the person: %s", error)
        return True
    except BreachbookError as error:
        _LOG.warning("not finished: %s", error)
        return False
    return True


def _answer(told: BoltResponse) -> Answer:
    # What no handler is for is nothing that went wrong: an old button, another app's form.
    if told.status == 404:
        return Answer(200)
    return Answer(told.status, told.body, told.first_headers().get("content-type"))


def _say_failure(keeping: asyncio.Future[None]) -> None:
    with contextlib.suppress(asyncio.CancelledError):
        if error := keeping.exception():
            _LOG.warning("not kept while it is worked on: %s", type(error).__name__)
