"""The trial authority on 127.0.0.1: one request at a time, small ones only."""

import threading
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from breachbook.timestamp.trial.issuing import answer
from breachbook.timestamp.trial.keys import Keys

_MAX_REQUEST = 64 * 1024
_SECONDS = 10


class Authority:
    """Serves time-stamps over HTTP.

    Args:
        port: 0 for any free one.
        now: Gives the time that tokens state.
    """

    def __init__(self, keys: Keys, port: int, now: Callable[[], datetime]) -> None:
        self._keys = keys
        self._now = now
        self._turn = threading.Lock()
        self._server = _Server(("127.0.0.1", port), self._handler())

    @property
    def url(self) -> str:
        """Give the address requests go to."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    def run(self) -> None:
        """Serve until `stop`."""
        self._server.serve_forever()

    def stop(self) -> None:
        """Stop serving and free the port."""
        self._server.shutdown()
        self._server.server_close()

    def answer(self, request: bytes) -> bytes:
        """Answer one request, after those before it."""
        with self._turn:
            return answer(self._keys, request, self._now())

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        authority = self

        class Handler(BaseHTTPRequestHandler):
            timeout = _SECONDS

            def do_POST(self) -> None:
                length = self.headers.get("Content-Length", "")
                if self.headers.get("Content-Type") != "application/timestamp-query":
                    self.send_error(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
                elif not length.isdecimal() or not 0 < int(length[:9]) <= _MAX_REQUEST:
                    self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
                else:
                    self._reply(authority.answer(self.rfile.read(int(length))))

            def _reply(self, body: bytes) -> None:
                self.send_response(HTTPStatus.OK)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
