"""The stand-in's HTTP and WebSocket side: the Web API, files, sockets, control and the page."""

import hmac
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Route, WebSocketRoute

from breachbook.slack.standin import answers, files
from breachbook.slack.standin.acts import Acts
from breachbook.slack.standin.api import Api
from breachbook.slack.standin.arguments import Refused
from breachbook.slack.standin.control import Control
from breachbook.slack.standin.page import Page
from breachbook.slack.standin.sockets import Hub
from breachbook.slack.standin.state import State

_HOSTS = ["127.0.0.1", "localhost"]


def app(state: State) -> Starlette:
    """Build the stand-in over its state; serve it on 127.0.0.1 only.

    ``/api/{method}`` is the Web API, ``/link/`` the WebSocket of Socket Mode, ``/upload/``,
    ``/files-pri/`` and ``/response/`` are addresses the Web API and payloads give out,
    ``/control/`` is `Control`, ``/`` a page for people.
    """
    hub = Hub(state)
    acts = Acts(state, hub)
    control = Control(state, acts, hub)
    private = _private(state)
    return Starlette(
        routes=[
            Route("/api/{method}", _api(Api(state, hub)), methods=["GET", "POST"]),
            WebSocketRoute("/link/", hub.endpoint),
            Route("/upload/{file}", _upload(state), methods=["POST"]),
            Route("/files-pri/{named}/{file}", private),
            Route("/files-pri/{named}/download/{file}", private),
            Route("/response/{token}", _response(state), methods=["POST"]),
            Route("/control/state", control.show),
            Route("/control/{act}", control.act, methods=["POST"]),
            *Page(state, acts).routes(),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=_HOSTS, www_redirect=False)],
    )


def _api(api: Api) -> Callable[[Request], Any]:
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
        token = _bearer(request) or named
        method = str(request.path_params["method"])
        told = await run_in_threadpool(api.answer, method, token, given)
        return JSONResponse(told.body, told.status, told.headers)

    return endpoint


def _upload(state: State) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        body = await request.body()
        with state.lock:
            status = files.receive(state, str(request.path_params["file"]), body)
        return PlainTextResponse(f"OK - {len(body)}" if status == 200 else "refused", status)

    return endpoint


def _private(state: State) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        with state.lock:
            token, scoped = str(state.data["token"]), "files:read" in state.app("scopes")
            if not scoped or not hmac.compare_digest(_bearer(request).encode(), token.encode()):
                # Slack leads whoever has no token to its log-in page, not to an error.
                return RedirectResponse("/", 302)
            try:
                file = files.seen_by_app(state, str(request.path_params["file"]))
            except Refused:
                return PlainTextResponse("no such file\n", 404)
            return FileResponse(state.file_path(file["id"]), filename=file["name"])

    return endpoint


def _response(state: State) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        body = (await request.body()).decode("utf-8", "replace")
        status = await run_in_threadpool(
            answers.respond, state, str(request.path_params["token"]), body
        )
        return PlainTextResponse("ok" if status == 200 else "refused", status)

    return endpoint


def _bearer(request: Request) -> str:
    return request.headers.get("authorization", "").removeprefix("Bearer ")
