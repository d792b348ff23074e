"""The control interface: acting as people, settings and faults, under its own token."""

import base64
import hmac
from collections.abc import Callable, Mapping
from dataclasses import asdict

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from breachbook.slack.standin.acts import Acts
from breachbook.slack.standin.api import EVERY_METHOD
from breachbook.slack.standin.arguments import Refused
from breachbook.slack.standin.delivery import Attempt
from breachbook.slack.standin.sockets import Hub
from breachbook.slack.standin.state import Record, State

_SHOWN = (
    "team_id",
    "users",
    "channels",
    "messages",
    "ephemerals",
    "files",
    "views",
    "homes",
    "pins",
)


class Control:
    """``GET /control/state`` and ``POST /control/{act}``, with the control token as bearer.

    Acts, with the arguments of `Acts`' methods as a JSON object: ``click``, ``press``,
    ``submit``, ``close``, ``command``, ``shortcut``, ``home``, ``message``, and ``upload``
    ({user, channel, name, content: base64, text, thread_ts}). Besides: ``settings`` (as `State`;
    a request URL is asked for its echo), ``fault`` ({method or ``*``, kind: outage | rate-limit |
    lose-answer, times, retry_after}), ``calm`` (drops the planned faults),
    ``forget`` (starts over, with settings as `State`), ``disconnect``
    ({reason}) and ``verify``.
    """

    def __init__(self, state: State, acts: Acts, hub: Hub) -> None:
        self._state = state
        self._acts = acts
        self._hub = hub
        self._does: Mapping[str, Callable[[Record], Record]] = {
            "click": lambda given: _told(acts.click(**given)),
            "press": lambda given: _told(acts.press(**given)),
            "submit": lambda given: acts.submit(**given),
            "close": lambda given: _told(acts.close(**given)),
            "command": lambda given: _told(acts.command(**given)),
            "shortcut": lambda given: _told(acts.shortcut(**given)),
            "home": lambda given: _told(acts.open_home(**given)),
            "message": lambda given: acts.post(**given),
            "upload": self._upload,
            "settings": self._settings,
            "fault": self._fault,
            "calm": self._calm,
            "forget": self._forget,
            "disconnect": lambda given: {"asked": hub.disconnect(**given)},
            "verify": lambda _given: {"verified": acts.verify()},
        }

    async def show(self, request: Request) -> Response:
        """Show the pretended workspace."""
        if not self._allowed(request):
            return PlainTextResponse("control token needed\n", 401)
        with self._state.lock:
            told = {name: self._state.data[name] for name in _SHOWN}
            return JSONResponse({**told, "sockets": self._hub.count})

    async def act(self, request: Request) -> Response:
        """Do one act."""
        if not self._allowed(request):
            return PlainTextResponse("control token needed\n", 401)
        try:
            does = self._does.get(str(request.path_params["act"]))
            if does is None:
                raise Refused("unknown_act")
            told = await run_in_threadpool(does, await request.json())
        except Refused as refused:
            said = {"ok": False, "error": refused.code, "messages": list(refused.messages)}
            return JSONResponse(said, 400)
        except (TypeError, KeyError, ValueError) as error:
            return JSONResponse({"ok": False, "error": f"arguments: {error}"}, 400)
        return JSONResponse({"ok": True, **told})

    def _upload(self, given: Record) -> Record:
        body = base64.b64decode(given.pop("content"), validate=True)
        attached = [(str(given.pop("name")), body)]
        return self._acts.post(**given, attached=attached)

    def _settings(self, given: Record) -> Record:
        self._state.configure(given)
        return {"verified": self._acts.verify()} if given.get("request_url") else {}

    def _fault(self, given: Record) -> Record:
        with self._state.lock:
            self._state.faults.append({"times": 1, "method": EVERY_METHOD, **given})
        return {}

    def _forget(self, given: Record) -> Record:
        self._state.forget(given)
        return {}

    def _calm(self, _given: Record) -> Record:
        with self._state.lock:
            self._state.faults.clear()
        return {}

    def _allowed(self, request: Request) -> bool:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), str(self._state.data["control_token"]).encode())


def _told(attempts: list[Attempt]) -> Record:
    return {"attempts": [asdict(each) for each in attempts]}
