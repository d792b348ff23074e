"""A webhook target on the loopback that counts effects per key and misbehaves as its path says."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "made-up-token-4711"


class Target:
    """``POST /<behaviour>/<account>`` acts once per key; ``GET /state/<account>`` reads back.

    Attributes:
        effects: How often each key had an effect.
        states: Account to ``suspended`` or ``active``.
        seen: Every request: method, path, headers, body.
        hold: Set to let the requests of ``/slow/`` be answered.
    """

    def __init__(self) -> None:
        self.effects: Counter[str] = Counter()
        self.states: dict[str, str] = {}
        self.seen: list[tuple[str, str, dict[str, str], Any]] = []
        self.hold = threading.Event()
        self.url = ""

    def act(self, handler: BaseHTTPRequestHandler) -> None:
        """Take a POST: have the effect, then answer as the path says."""
        _, behaviour, account = handler.path.split("/")
        body = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        self.seen.append(("POST", handler.path, dict(handler.headers), body))
        key = handler.headers["Idempotency-Key"]
        if behaviour not in {"refuse", "redirect"} and key not in self.effects:
            self.effects[key] += 1
            self.states[account] = "active" if behaviour == "reactivate" else "suspended"
        if behaviour == "drop":
            handler.close_connection = True
            return
        if behaviour == "slow":
            self.hold.wait(30)
        statuses = {"error": 500, "refuse": 403, "redirect": 307, "conflict": 409}
        reply(handler, statuses.get(behaviour, 200), {"token": TOKEN}, f"{self.url}/act/{account}")

    def show(self, handler: BaseHTTPRequestHandler) -> None:
        """Take a GET: the state of an account, or an answer that says nothing."""
        self.seen.append(("GET", handler.path, dict(handler.headers), None))
        _, what, account = handler.path.split("/", 2)
        if what == "keys":
            found = self.effects[account] > 0
            reply(handler, 200 if found else 404, {"state": "suspended"})
        elif what == "state":
            reply(handler, 200, {"account": {"state": self.states.get(account, "active")}})
        elif what == "long":
            reply(handler, 200, {"account": {"state": "x" * 2_000_000}})
        else:
            reply(handler, 200, ["no", "state"])


def reply(handler: BaseHTTPRequestHandler, status: int, body: Any, location: str = "") -> None:
    """Answer with JSON."""
    data = json.dumps(body).encode()
    handler.send_response(status)
    if 300 <= status <= 399:
        handler.send_header("Location", location)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)


@contextmanager
def serving() -> Iterator[Target]:
    """Serve a target on a free port of 127.0.0.1."""
    target = Target()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            target.act(self)

        def do_GET(self) -> None:
            target.show(self)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    target.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield target
    finally:
        target.hold.set()
        server.shutdown()
        thread.join()
        server.server_close()
