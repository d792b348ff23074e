"""Socket Mode: the app connects, envelopes go down the WebSocket, acknowledgements come up."""

import asyncio
import json
import secrets
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotInTime
from dataclasses import dataclass, field
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from breachbook.slack.standin.arguments import Refused
from breachbook.slack.standin.state import BOT, Record, State

REASONS = ("warning", "refresh_requested", "link_disabled")
_TICKET_SECONDS = 30.0
_SEND_SECONDS = 3.0
_MOST = 10


@dataclass(eq=False)
class _Connection:
    socket: WebSocket
    loop: asyncio.AbstractEventLoop
    is_leaving: bool = False
    waiting: dict[str, Future[Record]] = field(default_factory=dict)

    def send(self, told: Mapping[str, Any]) -> None:
        sending = self.socket.send_text(json.dumps(told))
        asyncio.run_coroutine_threadsafe(sending, self.loop).result(_SEND_SECONDS)

    def close(self) -> None:
        closing = self.socket.close(1000)
        asyncio.run_coroutine_threadsafe(closing, self.loop).result(_SEND_SECONDS)


class Hub:
    """The open connections; `endpoint` serves them, the other methods are for other threads."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._lock = threading.Lock()
        self._tickets: dict[str, float] = {}
        self._connections: list[_Connection] = []
        self._turn = 0

    @property
    def is_connected(self) -> bool:
        """Tell whether an app listens."""
        return bool(self._connections)

    @property
    def count(self) -> int:
        """Say how many connections are open."""
        return len(self._connections)

    def ticket(self) -> str:
        """Give an address that lets one connection in, once, within 30 s."""
        ticket = secrets.token_hex(16)
        with self._lock:
            self._tickets[ticket] = time.monotonic() + _TICKET_SECONDS
        base = self._state.url.replace("http://", "ws://", 1)
        return f"{base}/link/?ticket={ticket}&app_id={BOT['app_id']}"

    def deliver(self, envelope: Mapping[str, Any], within_seconds: float) -> Record | None:
        """Send an envelope to one connection and wait; gives the acknowledgement, None without one."""
        answer: Future[Record] = Future()
        envelope_id = str(envelope["envelope_id"])
        try:
            connection = self._next()
        except Refused:
            return None
        connection.waiting[envelope_id] = answer
        try:
            connection.send(envelope)
            return answer.result(within_seconds)
        except (NotInTime, ConnectionError, RuntimeError):
            return None
        finally:
            connection.waiting.pop(envelope_id, None)

    def disconnect(self, reason: str = "refresh_requested") -> int:
        """Ask every connection to go, as Slack does when it restarts; gives how many were asked.

        After a ``warning`` the connection stays until the app leaves; after another reason it is
        closed.

        Raises:
            Refused: ``unknown_reason``.
        """
        if reason not in REASONS:
            raise Refused("unknown_reason")
        with self._lock:
            asked = list(self._connections)
        for connection in asked:
            connection.is_leaving = True
            connection.send({"type": "disconnect", "reason": reason, "debug_info": _DEBUG})
            if reason != "warning":
                connection.close()
        return len(asked)

    async def endpoint(self, socket: WebSocket) -> None:
        """Serve one connection from its ticket to its end."""
        if not self._admits(socket.query_params.get("ticket", "")):
            await socket.close(1008)
            return
        await socket.accept()
        connection = _Connection(socket, asyncio.get_running_loop())
        if not self._enter(connection):
            told = {"type": "disconnect", "reason": "too_many_websockets", "debug_info": _DEBUG}
            await socket.send_text(json.dumps(told))
            await socket.close(1000)
            return
        try:
            await socket.send_text(json.dumps(self._hello()))
            while True:
                _take(connection, await socket.receive_text())
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            self._leave(connection)

    def _admits(self, ticket: str) -> bool:
        with self._lock:
            until = self._tickets.pop(ticket, 0.0)
        return time.monotonic() < until

    def _enter(self, connection: _Connection) -> bool:
        with self._lock:
            if len(self._connections) >= _MOST:
                return False
            self._connections.append(connection)
            return True

    def _leave(self, connection: _Connection) -> None:
        with self._lock:
            self._connections.remove(connection)
        for answer in list(connection.waiting.values()):
            if not answer.done():
                answer.set_exception(ConnectionError("the connection ended"))

    def _next(self) -> _Connection:
        with self._lock:
            staying = [each for each in self._connections if not each.is_leaving]
            open_now = staying or self._connections
            if not open_now:
                raise Refused("no_connection")
            self._turn += 1
            return open_now[self._turn % len(open_now)]

    def _hello(self) -> Record:
        return {
            "type": "hello",
            "num_connections": self.count,
            "connection_info": {"app_id": BOT["app_id"]},
            "debug_info": {**_DEBUG, "approximate_connection_time": 18060},
        }


_DEBUG = {"host": "standin"}


def _take(connection: _Connection, text: str) -> None:
    try:
        told = json.loads(text)
    except ValueError:
        return
    if isinstance(told, dict):
        answer = connection.waiting.get(str(told.get("envelope_id")))
        if answer is not None and not answer.done():
            answer.set_result(told)
