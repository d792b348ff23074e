"""The example's supplier portal: a webhook that suspends accounts and counts its effects."""

import json
import secrets
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from breachbook.durable import replace

_LIMIT = 64 * 1024


class Portal:
    """A portal on 127.0.0.1; ``effects`` counts, per idempotency key, how often an account was suspended.

    ``POST /accounts/ID/suspend`` with an ``Idempotency-Key`` suspends; ``GET /accounts/ID`` reads back. It
    does not refuse a repeated key, so that every repetition shows.

    Args:
        path: JSON file that outlives the process.
        port: 0 for any free one.
        token: What a caller must bear; made up when empty.
    """

    def __init__(self, path: Path, port: int = 0, token: str = "") -> None:
        self._path = path
        self._lock = threading.Lock()
        self.state: dict[str, Any] = {"accounts": {}, "effects": {}}
        if path.exists():
            self.state = json.loads(path.read_text("utf-8"))
        self.token = token or secrets.token_hex(16)
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.portal = self
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def suspend(self, account: str, action: str, key: str) -> None:
        """Suspend or reactivate an account, and count the effect under its key, durably."""
        with self._lock:
            effects = self.state["effects"]
            effects[key] = effects.get(key, 0) + 1
            self.state["accounts"][account] = "suspended" if action == "suspend" else "active"
            replace(self._path, json.dumps(self.state).encode())

    def join(self) -> None:
        """Serve until the process ends."""
        self._thread.join()

    def stop(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    portal: Portal


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        account = self.path.split("/")[2] if self.path.startswith("/accounts/") else ""
        self._answer(HTTPStatus.OK, account)

    def do_POST(self) -> None:
        portal = self.server.portal
        self.rfile.read(min(int(self.headers.get("Content-Length", "0")), _LIMIT))
        key = self.headers.get("Idempotency-Key", "")
        parts = self.path.split("/")
        borne = self.headers.get("Authorization") == f"Bearer {portal.token}"
        if len(parts) != 4 or not key or not borne:
            self._answer(HTTPStatus.FORBIDDEN, "")
            return
        portal.suspend(parts[2], parts[3], key)
        self._answer(HTTPStatus.OK, parts[2])

    def _answer(self, status: HTTPStatus, account: str) -> None:
        state = self.server.portal.state["accounts"].get(account, "active")
        data = json.dumps({"account": account, "state": state}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing on the terminal."""
