"""The public listener: what Slack sends, verified, answered in time; calendar feeds; and nothing else."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime
from urllib.parse import parse_qsl

from slack_bolt import BoltRequest, BoltResponse
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from breachbook.desk.calendars import Feeds
from breachbook.desk.collaborators import Calendars, Collaborators
from breachbook.desk.interactions import FollowUp, bolt_app
from breachbook.desk.verify import TurnedAway, body_of, check
from breachbook.errors import EngineError

_LOG = logging.getLogger(__name__)
_DECIDERS, _SPEAKERS = 16, 8


def public_app(slack: Collaborators | None, calendars: Calendars | None = None) -> Starlette:
    """Build the public app: POST /slack/actions, /slack/commands where a command is given, and feeds.

    A request that is not Slack's, or not of a known person, gets 401 (413 when over 1 MiB), is
    counted, and has no other effect. A repeated delivery of the same click gets 200. What is
    answered at /calendar/ stands in `desk.calendars`.
    """
    routes: list[Route] = []
    ends: list[Callable[[], None]] = []
    if slack is not None:
        desk = _Desk(slack)
        routes.append(Route("/slack/actions", desk.answer, methods=["POST"]))
        if slack.command is not None:
            routes.append(Route("/slack/commands", desk.answer, methods=["POST"]))
        ends.append(desk.close)
    if calendars is not None:
        feeds = Feeds(calendars)
        routes.append(Route("/calendar/{token}.ics", feeds.answer, methods=["GET"]))
        ends.append(feeds.close)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        for end in ends:
            end()

    return Starlette(routes=routes, lifespan=lifespan)


class _Desk:
    def __init__(self, collaborators: Collaborators) -> None:
        self._desk = collaborators
        self._bolt = bolt_app(collaborators)
        # Apart, so that waiting for Slack never keeps a decision from being recorded.
        self._deciders = ThreadPoolExecutor(_DECIDERS, "desk-decide")
        self._speakers = ThreadPoolExecutor(_SPEAKERS, "desk-speak")

    def close(self) -> None:
        self._deciders.shutdown(wait=True)
        self._speakers.shutdown(wait=True, cancel_futures=True)

    async def answer(self, request: Request) -> Response:
        received_at = self._desk.now()
        body = await body_of(request)
        if isinstance(body, TurnedAway):
            return await self._turn_away(body)
        secrets = self._desk.signing_secrets()
        refused = check(request.headers, body, secrets, received_at)
        if refused is not None:
            return await self._turn_away(refused)
        asked = _bolt_request(request, body, received_at)
        if asked is None:
            return await self._turn_away(TurnedAway(400, "malformed"))
        return await self._dispatch(asked)

    async def _dispatch(self, asked: BoltRequest) -> Response:
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(self._deciders, self._bolt.dispatch, asked)
        seconds = self._desk.acknowledge_within_seconds
        await asyncio.wait({work}, timeout=seconds)
        after = BackgroundTask(self._follow_up, asked, work, late=not work.done())
        if not work.done():
            return Response(background=after)
        told = work.result()
        kind = told.first_headers().get("content-type")
        return Response(told.body, told.status, media_type=kind, background=after)

    async def _follow_up(
        self, asked: BoltRequest, work: asyncio.Future[BoltResponse], *, late: bool
    ) -> None:
        await work
        follow_ups: list[FollowUp] = asked.context["follow_ups"]
        loop = asyncio.get_running_loop()
        for follow_up in follow_ups:
            if follow_up.only_if_late and not late:
                continue
            try:
                await loop.run_in_executor(self._speakers, follow_up.run)
            except EngineError as error:
                _LOG.warning("not told to the person: %s", error)

    async def _turn_away(self, refused: TurnedAway) -> Response:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._deciders, self._desk.security.count, refused.reason)
        return Response(status_code=refused.status)


def _bolt_request(request: Request, body: bytes, received_at: datetime) -> BoltRequest | None:
    headers: dict[str, str | Sequence[str]] = dict(request.headers.items())
    context = {"received_at": received_at, "follow_ups": []}
    try:
        text = body.decode()
        form = dict(parse_qsl(text))
        # Bolt fails on a payload that is no object.
        if not form or not isinstance(json.loads(form.get("payload", "{}")), dict):
            return None
    except ValueError:
        return None
    return BoltRequest(body=text, headers=headers, context=context)
