"""The private pages: what stands, what waits and what is due, for people who hold a one-time link.

Plain pages without scripts, on the loopback address. They show, and take evidence; nothing is decided here.
"""

from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from breachbook.desk.collaborators import Pages
from breachbook.desk.links import SESSION_LIVES, Sessions, redeem

COOKIE = "breachbook"
_TEMPLATES = Path(__file__).parent / "templates"
_SAFE_METHODS = ("GET", "HEAD")
_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # with no-referrer a browser calls the origin of our own forms null
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


def private_app(pages: Pages) -> Starlette:
    """Build the private app; serve it on 127.0.0.1 only.

    Routes: ``/enter?key=`` takes a one-time link, ``/`` lists the matters of the person,
    ``/matters/{id}`` shows one, ``POST /matters/{id}/evidence`` takes files, ``POST /leave`` signs out.
    """
    site = _Site(pages)
    routes = [
        Route("/", site.matters),
        Route("/matters/{matter}", site.matter),
        Route("/matters/{matter}/evidence", site.hand_in, methods=["POST"]),
        Route("/enter", site.enter),
        Route("/leave", site.leave, methods=["POST"]),
        Route("/style.css", _style),
    ]
    guards = [
        Middleware(_Guard),
        Middleware(TrustedHostMiddleware, allowed_hosts=list(pages.hosts), www_redirect=False),
    ]
    failures = {404: site.missing, 413: site.too_large}
    return Starlette(routes=routes, middleware=guards, exception_handlers=failures)


class _Site:
    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._sessions = Sessions()
        self._templates = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    async def matters(self, request: Request) -> Response:
        person = self._person(request)
        if person is None:
            return self._strangers()
        rows = await run_in_threadpool(self._pages.matters, person)
        return self._show("matters.html", 200, matters=rows, person=person)

    async def matter(self, request: Request) -> Response:
        person = self._person(request)
        if person is None:
            return self._strangers()
        wanted = str(request.path_params["matter"])
        page = await run_in_threadpool(self._pages.matter, person, wanted)
        if page is None:
            return await self.missing(request)
        return self._show("matter.html", 200, matter=page, person=person)

    async def hand_in(self, request: Request) -> Response:
        person = self._person(request)
        if person is None:
            return self._strangers()
        wanted, taker = str(request.path_params["matter"]), self._pages.handing_in
        page = await run_in_threadpool(self._pages.matter, person, wanted)
        if page is None or taker is None or not page["may_hand_in"]:
            return await self.missing(request)
        handed = await taker.take(request, person, wanted)
        title = f"Sealed as {handed.exhibit}" if handed.exhibit else "Not handed in"
        return self._message(200 if handed.exhibit else 400, title, handed.text)

    async def enter(self, request: Request) -> Response:
        now = self._pages.now()
        key = request.query_params.get("key", "")
        person = await run_in_threadpool(redeem, self._pages.links, key, now)
        if person is None:
            return self._strangers()
        # A page, not a redirect: coming from elsewhere, a browser would not send the new
        # SameSite=Strict cookie along the redirect.
        shown = self._show("message.html", 200, title="Signed in", text="", onward=True)
        return _with_cookie(shown, self._sessions.start(person, now))

    async def leave(self, request: Request) -> Response:
        self._sessions.end(request.cookies.get(COOKIE, ""))
        answer = RedirectResponse("/", 303)
        answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return answer

    async def missing(self, _request: Request, _error: Exception | None = None) -> Response:
        text = "There is no such page, or it is not yours to see."
        return self._message(404, "Not found", text)

    async def too_large(self, _request: Request, _error: Exception | None = None) -> Response:
        text = (
            "Nothing was kept: that is more than is taken here. Use “breachbook evidence collect”."
        )
        return self._message(413, "Too large", text)

    def _strangers(self) -> Response:
        text = "Run “breachbook link” for a link. A link works once, within ten minutes."
        return self._message(401, "Please use a link", text)

    def _message(self, status: int, title: str, text: str) -> Response:
        return self._show("message.html", status, title=title, text=text, onward=False)

    def _person(self, request: Request) -> str | None:
        now: datetime = self._pages.now()
        return self._sessions.person(request.cookies.get(COOKIE, ""), now)

    def _show(self, template: str, status: int, **values: object) -> Response:
        return HTMLResponse(self._templates.get_template(template).render(values), status)


class _Guard:
    """Refuses unsafe methods from other origins, and puts the strict headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        if scope["type"] == "http" and not _same_origin(Request(scope)):
            await Response("other origin\n", 403)(scope, receive, send_guarded)
            return
        await self._app(scope, receive, send_guarded)


def _same_origin(request: Request) -> bool:
    if request.method in _SAFE_METHODS:
        return True
    host = request.headers.get("host", "")
    return request.headers.get("origin") == f"{request.url.scheme}://{host}"


def _with_cookie(answer: Response, value: str) -> Response:
    seconds = int(SESSION_LIVES.total_seconds())
    answer.set_cookie(COOKIE, value, max_age=seconds, httponly=True, samesite="strict")
    return answer


async def _style(_request: Request) -> Response:
    return FileResponse(_TEMPLATES / "style.css", media_type="text/css")
