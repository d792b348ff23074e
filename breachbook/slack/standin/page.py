"""A page that shows the pretended workspace and lets a person click in it."""

import hmac
import html
import re
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from breachbook.slack.standin.acts import Acts
from breachbook.slack.standin.arguments import Refused
from breachbook.slack.standin.state import BOT, State

COOKIE = "standin"
_FOLDER = Path(__file__).parent
_CSP = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'"
_MARK = re.compile(r"<!date\^\d+\^[^|>]*\|([^>]*)>|<@([A-Z0-9]+)>|\*([^*\n]+)\*")

Handler = Callable[["Page", Request, Mapping[str, str]], Response]


def _guarded(handler: Handler) -> Callable[["Page", Request], Any]:
    """Let in who has the cookie; a form must come from this page."""

    @wraps(handler)
    async def endpoint(page: "Page", request: Request) -> Response:
        if not page.knows(request):
            return HTMLResponse("<p>Open the link with its key.</p>", 401)
        origin = f"{request.url.scheme}://{request.headers.get('host', '')}"
        if request.method == "POST" and request.headers.get("origin") != origin:
            return HTMLResponse("<p>Other origin.</p>", 403)
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        answer = await run_in_threadpool(handler, page, request, form)
        answer.headers["content-security-policy"] = _CSP
        answer.headers["referrer-policy"] = "no-referrer"
        return answer

    return endpoint


class Page:
    """The page at ``/``; ``/enter?key=`` with the control token lets a browser in."""

    def __init__(self, state: State, acts: Acts) -> None:
        self._state = state
        self._acts = acts
        # Not strict: most keys of Slack's objects are optional.
        self._jinja = Environment(loader=FileSystemLoader(_FOLDER), autoescape=True)
        self._jinja.filters["words"] = self._words
        self._jinja.filters["plain"] = html.unescape

    def routes(self) -> list[Route]:
        """List the page's routes."""
        return [
            Route("/", self.show),
            Route("/enter", self.enter),
            Route("/click", self.click, methods=["POST"]),
            Route("/submit", self.submit, methods=["POST"]),
            Route("/page.css", self.style),
        ]

    def knows(self, request: Request) -> bool:
        """Tell whether the request has the cookie."""
        return self._is_key(request.cookies.get(COOKIE, ""))

    async def enter(self, request: Request) -> Response:
        """Exchange the key for a cookie."""
        if not self._is_key(request.query_params.get("key", "")):
            return HTMLResponse("<p>Not the key.</p>", 401)
        answer = HTMLResponse(
            '<meta http-equiv="refresh" content="0; url=/"><a href="/">Go on</a>'
        )
        key = str(self._state.data["control_token"])
        answer.set_cookie(COOKIE, key, httponly=True, samesite="strict")
        return answer

    async def style(self, _request: Request) -> Response:
        """Give the style sheet."""
        return FileResponse(_FOLDER / "page.css", media_type="text/css")

    @_guarded
    def show(self, request: Request, _form: Mapping[str, str]) -> Response:
        """Show one channel as one person sees it, with their open form."""
        with self._state.lock:
            data = self._state.data
            people = [user for user in data["users"].values() if user["id"] != BOT["user_id"]]
            user = request.query_params.get("user") or (people[0]["id"] if people else "")
            channels = [each for each in data["channels"].values() if user in each["members"]]
            first = channels[0]["id"] if channels else ""
            channel = request.query_params.get("channel") or first
            mine = channel in [each["id"] for each in channels]
            shown = self._jinja.get_template("page.html").render(
                people=people,
                user=user,
                channels=channels,
                channel=channel if mine else "",
                messages=self._state.messages(channel) if mine else [],
                whispers=[each for each in data["ephemerals"] if each["user"] == user],
                views=[each["view"] for each in data["views"].values() if each["user"] == user],
                note=request.query_params.get("note", ""),
            )
        return HTMLResponse(shown)

    @_guarded
    def click(self, _request: Request, form: Mapping[str, str]) -> Response:
        """Click a button as the chosen person."""
        try:
            told = self._acts.click(form["user"], form["channel"], form["ts"], form["action_id"])
            note = "" if told[-1].status == 200 else f"The app answered {told[-1].status}."
        except (Refused, KeyError) as error:
            note = f"Not done: {error}"
        return _back(form, note)

    @_guarded
    def submit(self, _request: Request, form: Mapping[str, str]) -> Response:
        """Send a form as the chosen person."""
        values = {
            name.removeprefix("value:"): text
            for name, text in form.items()
            if name.startswith("value:")
        }
        try:
            told = self._acts.submit(form["user"], form["view_id"], values)
            note = " ".join(told["errors"].values())
        except (Refused, KeyError) as error:
            note = f"Not done: {error}"
        return _back(form, note)

    def _is_key(self, given: str) -> bool:
        key = str(self._state.data["control_token"])
        return hmac.compare_digest(given.encode(), key.encode())

    def _words(self, text: str) -> Markup:
        """Show `mrkdwn`: bold, dates by their fallback, mentions by name."""
        users, shown, end = self._state.data["users"], Markup(), 0
        for found in _MARK.finditer(text):
            shown += escape(html.unescape(text[end : found.start()]))
            date, user, bold = found.groups()
            if bold is not None:
                shown += Markup("<b>{}</b>").format(html.unescape(bold))
            else:
                named = date if date is not None else f"@{users.get(user, {}).get('name', user)}"
                shown += escape(html.unescape(named))
            end = found.end()
        return shown + escape(html.unescape(text[end:]))


def _back(form: Mapping[str, str], note: str) -> Response:
    place = {"user": form.get("user", ""), "channel": form.get("channel", ""), "note": note}
    return RedirectResponse(
        "/?" + "&".join(f"{key}={quote(each)}" for key, each in place.items()), 303
    )
