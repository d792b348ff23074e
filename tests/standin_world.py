"""The stand-in for Slack, and an app that is nothing but its answers, for the stand-in's own tests."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import httpx
import uvicorn
from slack_sdk.signature import Clock, SignatureVerifier
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from breachbook.slack.standin import Standin

COUNSEL, ENGINEER, STRANGER = "U0COUNSEL", "U0ENGINEER", "U0STRANGER"
CHANNEL = "C0MATTER"
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
SETTINGS: dict[str, Any] = {
    "users": [
        {"id": COUNSEL, "name": "Ida Marsh", "tz": "America/Chicago"},
        {"id": ENGINEER, "name": "Lee Ng"},
        {"id": STRANGER, "name": "Not Here"},
    ],
    "channels": [{"id": CHANNEL, "name": "leak-2026-0001", "members": [COUNSEL, ENGINEER]}],
    "commands": ["/leak"],
    "shortcuts": [
        {"name": "Report this as a leak", "callback_id": "report-message", "type": "message"},
        {"name": "Report a leak", "callback_id": "report", "type": "global"},
    ],
}
PLAIN = {"type": "plain_text", "text": "x"}
BUTTON: dict[str, Any] = {"type": "button", "text": PLAIN, "action_id": "a"}


@contextmanager
def running(app: Starlette) -> Iterator[str]:
    """Serve an app on a free loopback port; gives its URL."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


@dataclass
class App:
    """Keeps what it is sent, having checked Slack's signature; answers as `answers` says."""

    secret: str
    seen: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answers: Callable[[dict[str, Any]], Response] = lambda _told: Response()
    url: str = ""

    def forget(self, standin: Standin) -> None:
        """Start over at the request URL of a stand-in."""
        self.seen.clear()
        self.headers.clear()
        self.answers = lambda _told: Response()
        standin.state.configure({"request_url": self.url})

    async def endpoint(self, request: Request) -> Response:
        """Take one delivery."""
        body, headers = await request.body(), dict(request.headers)
        verifier = SignatureVerifier(self.secret, _StoppedClock())
        if not verifier.is_valid_request(body, headers):
            return Response(status_code=401)
        told = _read(body, headers["content-type"])
        self.seen.append(told)
        self.headers.append(headers)
        return self.answers(told)


class _StoppedClock(Clock):
    def now(self) -> float:
        """Give the tests' time."""
        return NOW.timestamp()


def _read(body: bytes, kind: str) -> dict[str, Any]:
    if kind == "application/json":
        told: dict[str, Any] = json.loads(body)
        return told
    form = {name: texts[0] for name, texts in parse_qs(body.decode()).items()}
    return json.loads(form["payload"]) if "payload" in form else form


@contextmanager
def app_of(standin: Standin) -> Iterator[App]:
    """Run an app at the stand-in's request URL."""
    app = App(standin.state.data["signing_secret"])
    routes = [Route("/slack/events", app.endpoint, methods=["POST"])]
    with running(Starlette(routes=routes)) as url:
        app.url = f"{url}/slack/events"
        standin.state.configure({"request_url": app.url})
        yield app


def control(standin: Standin, act: str, **given: Any) -> dict[str, Any]:
    """Act through the control interface."""
    headers = {"authorization": f"Bearer {standin.state.data['control_token']}"}
    url = f"{standin.url}/control/{act}"
    answer: dict[str, Any] = httpx.post(url, json=given, headers=headers, timeout=30).json()
    return answer
