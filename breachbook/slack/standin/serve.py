"""Running the stand-in on a loopback port, in a thread of this process."""

import socket
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import uvicorn

from breachbook.errors import EngineError
from breachbook.slack.standin.server import app
from breachbook.slack.standin.state import State

_START_SECONDS = 10.0


class Standin:
    """A running stand-in; a context manager, or `start` and `stop`.

    Args:
        path: State file; an existing one is taken up.
        settings: See `state.State`.
        port: 0 for any free one.
        now: Seconds since 1970.

    Raises:
        EngineError: The port is taken, or the server did not start.
    """

    def __init__(
        self,
        path: Path,
        settings: Mapping[str, Any] | None = None,
        *,
        port: int = 0,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.state = State(path, settings, now)
        self._socket = _bind(port)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.state.url = self.url
        config = uvicorn.Config(
            app(self.state),
            log_level="warning",
            access_log=False,
            ws="websockets-sansio",
            timeout_graceful_shutdown=2,
        )
        self.server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self.run, daemon=True, name="slack-standin")

    @property
    def api_url(self) -> str:
        """The Web API's base URL, to be given to `SlackClient`."""
        return f"{self.url}/api/"

    @property
    def page_url(self) -> str:
        """A link that lets a browser into the page; as secret as the control token."""
        return f"{self.url}/enter?key={self.state.data['control_token']}"

    def run(self) -> None:
        """Serve until told to stop, in the calling thread."""
        self.server.run(sockets=[self._socket])

    def start(self) -> None:
        """Serve in a thread; returns when requests are answered."""
        self._thread.start()
        end = time.monotonic() + _START_SECONDS
        while not self.server.started:
            if time.monotonic() > end or not self._thread.is_alive():
                raise EngineError(f"slack stand-in at {self.url}: did not start")
            time.sleep(0.01)

    def stop(self) -> None:
        """Stop the thread; the state file stays."""
        self.server.should_exit = True
        self._thread.join(_START_SECONDS)
        self._socket.close()

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()


def _bind(port: int) -> socket.socket:
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(("127.0.0.1", port))
        # From here on callers wait in the queue instead of being refused.
        bound.listen(128)
    except OSError as error:
        bound.close()
        raise EngineError(
            f"slack stand-in: port {port}: {error.strerror}; choose another"
        ) from error
    return bound
