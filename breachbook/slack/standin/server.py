"""The stand-in's HTTP side: the Web API, uploads, and a control interface under its own token."""

import hmac
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from breachbook.slack.standin import files
from breachbook.slack.standin.acts import Acts
from breachbook.slack.standin.api import answer
from breachbook.slack.standin.arguments import Refused
from breachbook.slack.standin.page import Page
from breachbook.slack.standin.state import Record, State

_HOSTS = ["127.0.0.1", "localhost"]


def app(state: State) -> Starlette:
    """Build the stand-in over its state; serve it on 127.0.0.1 only.

    ``/api/{method}`` is the Web API. Under ``/control/``, with ``Authorization: Bearer`` and the
    control token: ``GET state``; ``POST settings`` (as `State`), ``fault`` ({method, kind:
    rate-limit | lose-answer, times, retry_after}), ``click`` ({user, channel, ts, action_id}),
    ``submit`` ({user, view_id, values}) and ``command`` ({user, channel, command, text}).
    ``/`` is a page for people.
    """
    acts = Acts(state)
    control = _Control(state, acts)
    return Starlette(
        routes=[
            Route("/api/{method}", _api(state), methods=["GET", "POST"]),
            Route("/upload/{file}", _upload(state), methods=["POST"]),
            Route("/control/state", control.show),
            Route("/control/{act}", control.act, methods=["POST"]),
            *Page(state, acts).routes(),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=_HOSTS, www_redirect=False)],
    )


def _api(state: State) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        given = dict(request.query_params)
        body = await request.body()
        if request.headers.get("content-type", "").startswith("application/json"):
            try:
                sent = json.loads(body)
            except ValueError:
                sent = None
            if not isinstance(sent, dict):
                return JSONResponse({"ok": False, "error": "invalid_json"})
            given |= sent
        else:
            given |= dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        named = str(given.pop("token", ""))
        token = request.headers.get("authorization", "").removeprefix("Bearer ") or named
        base = str(request.base_url).rstrip("/")
        method = str(request.path_params["method"])
        told = await run_in_threadpool(answer, state, method, token, given, base)
        return JSONResponse(told.body, told.status, told.headers)

    return endpoint


def _upload(state: State) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        body = await request.body()
        with state.lock:
            status = files.receive(state, str(request.path_params["file"]), body)
        return PlainTextResponse(f"OK - {len(body)}" if status == 200 else "refused", status)

    return endpoint


class _Control:
    def __init__(self, state: State, acts: Acts) -> None:
        self._state = state
        self._acts = acts

    async def show(self, request: Request) -> Response:
        if not self._allowed(request):
            return PlainTextResponse("control token needed\n", 401)
        with self._state.lock:
            shown = ("team_id", "users", "channels", "messages", "ephemerals", "files", "views")
            return JSONResponse({name: self._state.data[name] for name in shown})

    async def act(self, request: Request) -> Response:
        if not self._allowed(request):
            return PlainTextResponse("control token needed\n", 401)
        try:
            given = await request.json()
            told = await run_in_threadpool(self._do, str(request.path_params["act"]), given)
        except Refused as refused:
            said = {"ok": False, "error": refused.code, "messages": list(refused.messages)}
            return JSONResponse(said, 400)
        except (TypeError, KeyError, ValueError) as error:
            return JSONResponse({"ok": False, "error": f"arguments: {error}"}, 400)
        return JSONResponse({"ok": True, **told})

    def _do(self, act: str, given: Record) -> Record:
        if act == "click":
            return {"attempts": [asdict(each) for each in self._acts.click(**given)]}
        if act == "submit":
            return self._acts.submit(**given)
        if act == "command":
            return {"attempts": [asdict(each) for each in self._acts.command(**given)]}
        if act == "settings":
            self._state.configure(given)
        elif act == "fault":
            self._state.faults.append({"times": 1, "method": given["method"], **given})
        else:
            raise Refused("unknown_act")
        return {}

    def _allowed(self, request: Request) -> bool:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), str(self._state.data["control_token"]).encode())
