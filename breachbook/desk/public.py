"""The public listener: what Slack sends, verified, answered in time; calendar feeds; and nothing else."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from breachbook.desk.calendars import Feeds
from breachbook.desk.collaborators import Calendars, Collaborators
from breachbook.desk.dispatch import Answer, Dispatcher
from breachbook.desk.payloads import Received, read_body
from breachbook.desk.sockets import SocketMode
from breachbook.desk.verify import TurnedAway, body_of, check

PATH = "/slack/events"


def public_app(slack: Collaborators | None, calendars: Calendars | None = None) -> Starlette:
    """Build the public app: POST /slack/events for all that Slack sends, and feeds.

    A request that is not Slack's, or not of a known person, gets 401 (413 when over 1 MiB), is
    counted, and has no other effect. A repeated delivery of the same click gets 200. With an
    app token the same is also received in Socket Mode. What is answered at /calendar/ stands in
    `desk.calendars`.
    """
    routes: list[Route] = []
    ends: list[Callable[[], None]] = []
    desk = Dispatcher(slack) if slack is not None else None
    if desk is not None:
        routes.append(Route(PATH, _Endpoint(desk).answer, methods=["POST"]))
        ends.append(desk.close)
    if calendars is not None:
        feeds = Feeds(calendars)
        routes.append(Route("/calendar/{token}.ics", feeds.answer, methods=["GET"]))
        ends.append(feeds.close)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with _beside(desk):
            yield
        for end in ends:
            end()

    return Starlette(routes=routes, lifespan=lifespan)


@asynccontextmanager
async def _beside(desk: Dispatcher | None) -> AsyncIterator[None]:
    """Finish what was left, and hold a socket to Slack, while the app serves."""
    tasks: list[asyncio.Task[None]] = []
    if desk is not None:
        tasks.append(asyncio.create_task(desk.resume()))
        if desk.desk.app_token:
            tasks.append(asyncio.create_task(SocketMode(desk).run()))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task


class _Endpoint:
    def __init__(self, desk: Dispatcher) -> None:
        self._desk = desk

    async def answer(self, request: Request) -> Response:
        received_at = self._desk.desk.now()
        raw = await body_of(request)
        if isinstance(raw, TurnedAway):
            return await self._turn_away(raw)
        refused = check(request.headers, raw, self._desk.desk.signing_secrets(), received_at)
        if refused is not None:
            return await self._turn_away(refused)
        try:
            body = read_body(raw, request.headers.get("content-type", ""))
        except ValueError:
            return await self._turn_away(TurnedAway(400, "malformed"))
        if body.get("type") == "url_verification":
            return await self._echo(body.get("challenge"))
        is_retry = "x-slack-retry-num" in request.headers
        return _response(await self._desk.take(Received(body, received_at, is_retry)))

    async def _echo(self, challenge: object) -> Response:
        if not isinstance(challenge, str):
            return await self._turn_away(TurnedAway(400, "malformed"))
        return Response(json.dumps({"challenge": challenge}), media_type="application/json")

    async def _turn_away(self, refused: TurnedAway) -> Response:
        await self._desk.count(refused.reason)
        return _response(Answer(refused.status))


def _response(answer: Answer) -> Response:
    after = BackgroundTask(answer.after) if answer.after else None
    # Slack need not repeat what will be refused again.
    headers = {"x-slack-no-retry": "1"} if answer.status in (400, 401, 413) else None
    return Response(
        answer.body, answer.status, headers, media_type=answer.media_type, background=after
    )
