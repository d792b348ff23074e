"""Socket Mode: the desk connects to Slack, and the same deliveries come down a WebSocket.

Authority: Slack, "Using Socket Mode": an envelope is acknowledged by its id on the connection it
came by; before Slack ends a connection it says so, and a new one may be opened beside the old.
The socket itself is authenticated, so nothing is signed.
"""

import asyncio
import contextlib
import json
import logging
import random
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, InvalidURI, WebSocketException

from breachbook.connectors.address import is_loopback
from breachbook.desk.dispatch import Answer, Dispatcher
from breachbook.desk.payloads import Received
from breachbook.desk.verify import MAX_BYTES
from breachbook.errors import EngineError
from breachbook.slack.web import SlackWeb

_LOG = logging.getLogger(__name__)
_SDK = logging.getLogger("breachbook.desk.websockets")
_SDK.setLevel(logging.CRITICAL)  # its lines hold the connection's ticket
_PING_SECONDS, _OPEN_SECONDS, _DRAIN_SECONDS = 10.0, 10.0, 10.0
_KINDS = ("interactive", "slash_commands", "events_api")
_LOST = (OSError, WebSocketException, InvalidHandshake, InvalidURI, TimeoutError, EngineError)


def _wait_seconds(failures: int) -> float:
    """Double from a tenth of a second to half a minute, apart by chance."""
    longest = min(30.0, 0.1 * 2.0 ** min(failures, 10))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 (no secret)


class SocketMode:
    """Holds a connection to Slack until it is cancelled.

    Args:
        wait_seconds: How long to wait after so many failures in a row.
    """

    def __init__(
        self, desk: Dispatcher, wait_seconds: Callable[[int], float] = _wait_seconds
    ) -> None:
        self._desk = desk
        self._base = desk.desk.slack.sdk.base_url
        self._web = SlackWeb(desk.desk.app_token, base_url=self._base, max_wait_seconds=60.0)
        self._wait_seconds = wait_seconds
        self._links: set[asyncio.Task[None]] = set()
        self._work: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Connect, and connect again whenever the newest connection ends or is about to."""
        failures = 0
        try:
            while True:
                try:
                    connection = await self._connect()
                except _LOST as error:
                    failures += 1
                    _LOG.warning("socket mode: not connected: %s", _said(error))
                    await asyncio.sleep(self._wait_seconds(failures))
                    continue
                failures = 0 if await self._hold(connection) else failures + 1
                await asyncio.sleep(self._wait_seconds(failures))
        finally:
            await self._end()

    async def _end(self) -> None:
        # What was received is answered before the connection goes.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._desk.desk.acknowledge_within_seconds + 1.0):
                await asyncio.gather(*self._work, return_exceptions=True)
        for link in self._links:
            link.cancel()
        await asyncio.gather(*self._links, return_exceptions=True)

    async def _connect(self) -> ClientConnection:
        told = await asyncio.to_thread(self._web.call, "apps.connections.open")
        url = str(told.get("url", ""))
        _check(url, self._base)
        return await connect(
            url,
            max_size=MAX_BYTES,
            open_timeout=_OPEN_SECONDS,
            close_timeout=1.0,
            ping_interval=_PING_SECONDS,
            ping_timeout=_PING_SECONDS,
            logger=_SDK,
        )

    async def _hold(self, connection: ClientConnection) -> bool:
        """Wait until a new connection is needed; True when this one was any good."""
        leaving, greeted = asyncio.Event(), asyncio.Event()
        link = asyncio.create_task(self._read(connection, leaving, greeted))
        self._links.add(link)
        link.add_done_callback(self._links.discard)
        await leaving.wait()
        return greeted.is_set()

    async def _read(
        self, connection: ClientConnection, leaving: asyncio.Event, greeted: asyncio.Event
    ) -> None:
        """Read to the end; once it is leaving, only for as long as Slack may still send."""
        try:
            async with connection:
                async with asyncio.timeout(None) as limit:
                    async for message in connection:
                        kind = self._take(connection, message)
                        if kind == "hello":
                            greeted.set()
                        if kind == "disconnect" and not leaving.is_set():
                            leaving.set()
                            now = asyncio.get_running_loop().time()
                            limit.reschedule(now + _DRAIN_SECONDS)
        except _LOST as error:
            _LOG.info("socket mode: a connection ended: %s", _said(error))
        finally:
            leaving.set()

    def _take(self, connection: ClientConnection, message: str | bytes) -> str:
        try:
            told = json.loads(message)
        except (ValueError, RecursionError):
            return ""
        if not isinstance(told, dict):
            return ""
        kind = str(told.get("type"))
        if kind in _KINDS and isinstance(told.get("envelope_id"), str):
            work = asyncio.create_task(self._answer(connection, told))
            self._work.add(work)
            work.add_done_callback(self._work.discard)
        return kind

    async def _answer(self, connection: ClientConnection, told: Mapping[str, Any]) -> None:
        request = SocketModeRequest.from_dict(dict(told))
        if request is None or not isinstance(request.payload, dict):
            return
        is_retry = bool(request.retry_attempt)
        received = Received(request.payload, self._desk.desk.now(), is_retry)
        answer = await self._desk.take(received)
        with contextlib.suppress(*_LOST):
            # Unsent, Slack repeats it, and the repetition gets the same answer.
            await connection.send(json.dumps(_response(request, answer)))
        if answer.after is not None:
            await answer.after()


def _response(request: SocketModeRequest, answer: Answer) -> dict[str, Any]:
    payload: dict[str, Any] | None = None
    if request.accepts_response_payload and answer.body:
        try:
            payload = json.loads(answer.body)
        except ValueError:
            payload = {"text": answer.body}
    told: dict[str, Any] = SocketModeResponse(request.envelope_id, payload).to_dict()
    return told


def _check(url: str, base: str) -> None:
    """Refuse an address that would carry what people say in clear over a network."""
    parts, api = urlsplit(url), urlsplit(base)
    is_local = api.scheme == "http" and is_loopback(parts.hostname or "")
    if not (parts.scheme == "wss" or (parts.scheme == "ws" and is_local)):
        raise EngineError("socket mode: got an address that is not wss")


def _said(error: BaseException) -> str:
    # Others' words may hold the address with its ticket.
    return str(error) if isinstance(error, EngineError) else type(error).__name__
