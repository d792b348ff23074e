"""Telling the engine that a matter changed. If nobody answers nothing is lost: it compares heads by itself."""

import asyncio
import contextlib
import json
import socket
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from breachbook.errors import EngineError
from breachbook.workspace import Workspace

SOCKET = "engine.sock"
_LIMIT = 1 << 20

Handler = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


def wake(workspace: Workspace, matter: str, timeout_seconds: float = 1.0) -> bool:
    """Tell the engine that a matter changed; False when no engine answers."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(timeout_seconds)
            line.connect(_address(workspace))
            line.sendall(json.dumps({"matter": matter}).encode() + b"\n")
            return bool(line.recv(64))
    except OSError:
        return False


class Waker:
    """Tells the engine beside whatever else goes on; a matter that waits to be told is told once."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        # One thread that lives on: starting one for each click costs more than the click's decision.
        self._telling = ThreadPoolExecutor(1, "wake")
        self._waiting: set[str] = set()
        self._lock = threading.Lock()

    def __call__(self, matter: str) -> None:
        """Have the engine told, without waiting for it."""
        with self._lock:
            if matter in self._waiting:
                return
            self._waiting.add(matter)
        self._telling.submit(self._tell, matter)

    def _tell(self, matter: str) -> None:
        with self._lock:
            self._waiting.discard(matter)
        wake(self._workspace, matter)


async def ask(workspace: Workspace, matter: str, pillar: str) -> dict[str, Any]:
    """Have the engine advance a matter by one pillar's kinds, and wait for what came of it.

    Raises:
        EngineError: No engine answers; nothing is lost.
    """
    try:
        reader, writer = await asyncio.open_unix_connection(_address(workspace), limit=_LIMIT)
    except OSError as error:
        raise EngineError(
            "engine: got no answer; allowed: a running `breachbook up`; nothing is lost"
        ) from error
    try:
        writer.write(json.dumps({"matter": matter, "pillar": pillar}).encode() + b"\n")
        await writer.drain()
        told = await reader.readline()
    finally:
        writer.close()
    if not told:
        raise EngineError(
            "engine: stopped while asked; nothing is lost, it goes on when it is started again"
        )
    answer: dict[str, Any] = json.loads(told)
    return answer


async def listen(workspace: Workspace, handler: Handler) -> asyncio.Server:
    """Listen on the engine's socket, mode 0600; one JSON line in, one out."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, ValueError, asyncio.IncompleteReadError):
            request = json.loads(await reader.readline())
            answer = await handler(request)
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()
        writer.close()

    path = workspace.run / SOCKET
    path.unlink(missing_ok=True)
    server = await asyncio.start_unix_server(serve, _address(workspace), limit=_LIMIT)
    path.chmod(0o600)
    return server


def _address(workspace: Workspace) -> str:
    """Give the socket's path, by a short way where the long one is over the system's 107 bytes."""
    path = workspace.run / SOCKET
    if len(str(path).encode()) < 108:
        return str(path)
    return _short(path)


def _short(path: Path) -> str:
    import os

    descriptor = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    _held.append(descriptor)
    return f"/proc/self/fd/{descriptor}/{path.name}"


_held: list[int] = []
