"""A page that shows the pretended workspace and lets a person act in it; it needs no scripts."""

import hmac
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from markupsafe import escape
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from breachbook.slack.standin import files
from breachbook.slack.standin.acts import Acts
from breachbook.slack.standin.arguments import Refused
from breachbook.slack.standin.delivery import Attempt
from breachbook.slack.standin.multipart import Form, read_form
from breachbook.slack.standin.scene import Asked, Scenes
from breachbook.slack.standin.state import State

COOKIE = "standin"
_FOLDER = Path(__file__).parent
_CSP = (
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_MAX_BODY = 32 * 1024 * 1024
# What an app does after its acknowledgement should be seen on the page that follows a click.
_FOLLOW_SECONDS, _QUIET_SECONDS = 0.5, 0.15

Handler = Callable[["Page", Request, Form], Response]


def _guarded(handler: Handler) -> Callable[["Page", Request], Any]:
    """Let in who has the cookie; a form must come from this page."""

    @wraps(handler)
    async def endpoint(page: "Page", request: Request) -> Response:
        if not page.knows(request):
            return HTMLResponse("<p>Open the link with its key.</p>", 401)
        origin = f"{request.url.scheme}://{request.headers.get('host', '')}"
        if request.method == "POST" and request.headers.get("origin") != origin:
            return HTMLResponse("<p>Other origin.</p>", 403)
        body = await _body(request)
        if body is None:
            return HTMLResponse("<p>Too much at once.</p>", 413)
        form = read_form(request.headers.get("content-type", ""), body)
        answer = await run_in_threadpool(handler, page, request, form)
        answer.headers["content-security-policy"] = _CSP
        answer.headers["referrer-policy"] = "same-origin"
        answer.headers["x-content-type-options"] = "nosniff"
        answer.headers["cache-control"] = "no-store"
        return answer

    return endpoint


async def _body(request: Request) -> bytes | None:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_BODY:
            return None
    return bytes(body)


class Page:
    """The page at ``/``; ``/enter?key=`` with the control token lets a browser in."""

    def __init__(self, state: State, acts: Acts) -> None:
        self._state = state
        self._acts = acts
        self._scenes = Scenes(state)

    def routes(self) -> list[Route]:
        """List the page's routes."""
        forms = {
            "/click": self.click,
            "/press": self.press,
            "/submit": self.submit,
            "/close": self.close,
            "/say": self.say,
            "/shortcut": self.shortcut,
            "/home": self.home,
        }
        return [
            Route("/", self.show),
            Route("/enter", self.enter),
            Route("/page.css", self.style),
            Route("/file/{file}", self.file),
            Route("/archives/{channel}/{stamp}", self.archived),
            *[Route(path, does, methods=["POST"]) for path, does in forms.items()],
        ]

    def knows(self, request: Request) -> bool:
        """Tell whether the request has the cookie."""
        return self._is_key(request.cookies.get(COOKIE, ""))

    async def enter(self, request: Request) -> Response:
        """Exchange the key for a cookie; what else the link names (user, channel, tab) is shown."""
        if not self._is_key(request.query_params.get("key", "")):
            return HTMLResponse("<p>Not the key.</p>", 401)
        named = {key: text for key, text in request.query_params.items() if key != "key"}
        onward = escape(f"/?{urlencode(named)}" if named else "/")
        answer = HTMLResponse(
            f'<meta http-equiv="refresh" content="0; url={onward}"><a href="{onward}">Go on</a>'
        )
        key = str(self._state.data["control_token"])
        answer.set_cookie(COOKIE, key, httponly=True, samesite="strict")
        return answer

    async def style(self, _request: Request) -> Response:
        """Give the style sheet."""
        return FileResponse(_FOLDER / "page.css", media_type="text/css")

    @_guarded
    def show(self, request: Request, _form: Form) -> Response:
        """Show one channel or the Home tab as one person sees it, with their open form."""
        named = ("user", "channel", "tab", "thread", "note", "confirm")
        asked = Asked(**{name: request.query_params.get(name, "") for name in named})
        return HTMLResponse(self._scenes.render(asked))

    @_guarded
    def file(self, request: Request, _form: Form) -> Response:
        """Give a file for keeping, to a person who may see it."""
        with self._state.lock:
            try:
                user = request.query_params.get("user", "")
                file = files.seen_by(self._state, user, str(request.path_params["file"]))
            except Refused:
                return HTMLResponse("<p>No such file.</p>", 404)
            # Always as a download: a hostile HTML file must not run under this page's origin.
            return FileResponse(
                self._state.file_path(file["id"]),
                filename=file["name"],
                media_type="application/octet-stream",
            )

    @_guarded
    def archived(self, request: Request, _form: Form) -> Response:
        """Lead from a message's permalink to the message."""
        channel = str(request.path_params["channel"])
        stamp = str(request.path_params["stamp"]).removeprefix("p")
        anchor = f"m{stamp[:-6]}.{stamp[-6:]}" if stamp.isdecimal() else ""
        return RedirectResponse(f"/?{urlencode({'channel': channel})}#{anchor}", 303)

    @_guarded
    def click(self, _request: Request, form: Form) -> Response:
        """Press or choose in a message as the chosen person; asks first where the app wants it."""
        where = [form.get(name) for name in ("ts", "block_id", "action_id", "value")]
        if form.get("confirmed") != "yes" and self._scenes.question(form.get("channel"), where):
            return _back(form, confirm="|".join(where))
        return self._done(
            form,
            lambda: self._acts.click(
                form.get("user"),
                form.get("channel"),
                form.get("ts"),
                form.get("action_id"),
                form.get("value") or None,
                form.get("block_id"),
            ),
        )

    @_guarded
    def press(self, _request: Request, form: Form) -> Response:
        """Press or choose in a modal or Home tab."""
        view_id, values = form.get("view_id"), self._values(form)
        block_id, _, action_id = form.get("press").partition("/")
        where = [view_id, block_id, action_id, ""]
        asks = self._scenes.question("", where) and form.get("confirmed") != "yes"

        def act() -> list[Attempt]:
            if asks:
                self._acts.fill(form.get("user"), view_id, values)
                return []
            chosen = values.get(f"{block_id}/{action_id}")
            return self._acts.press(form.get("user"), view_id, action_id, chosen, block_id, values)

        if not asks:
            return self._done(form, act)
        return self._done(form, act, confirm="|".join(where))

    @_guarded
    def submit(self, _request: Request, form: Form) -> Response:
        """Send a form as the chosen person."""
        values = self._values(form)

        def act() -> list[Attempt]:
            # Kept first, so that a form that is not taken stays filled in.
            self._acts.fill(form.get("user"), form.get("view_id"), values)
            self._acts.submit(form.get("user"), form.get("view_id"), values)
            return []

        return self._done(form, act)

    @_guarded
    def close(self, _request: Request, form: Form) -> Response:
        """Close a form."""
        return self._done(form, lambda: self._acts.close(form.get("user"), form.get("view_id")))

    @_guarded
    def say(self, _request: Request, form: Form) -> Response:
        """Post a message with files, or send a command."""
        user, channel, text = form.get("user"), form.get("channel"), form.get("text").strip()

        def act() -> list[Attempt]:
            if text.startswith("/") and not form.files:
                name, _, rest = text.partition(" ")
                return self._acts.command(user, channel, name, rest.strip())
            told = self._acts.post(user, channel, text, form.get("thread"), form.files)
            return [Attempt(**each) for each in told["attempts"]]

        return self._done(form, act)

    @_guarded
    def shortcut(self, _request: Request, form: Form) -> Response:
        """Use a shortcut, on a message where one is named."""
        given = [form.get(name) for name in ("user", "callback_id", "channel", "ts")]
        if not given[3]:
            given[2] = ""
        return self._done(form, lambda: self._acts.shortcut(*given))

    @_guarded
    def home(self, _request: Request, form: Form) -> Response:
        """Open the app's Home tab, or its messages."""
        tab = "messages" if form.get("tab") == "messages" else "home"
        form.texts["tab"] = [tab]
        return self._done(form, lambda: self._acts.open_home(form.get("user"), tab))

    def _done(self, form: Form, act: Callable[[], list[Attempt]], confirm: str = "") -> Response:
        note = ""
        try:
            told = act()
            if told and not told[-1].is_taken:
                note = f"The app answered {told[-1].status or 'nothing in time'}."
            if not confirm:
                self._state.settle(_FOLLOW_SECONDS, _QUIET_SECONDS)
        except Refused as refused:
            said = " ".join(each.removeprefix("[ERROR] ") for each in refused.messages)
            note = f"Not done: {refused.code.replace('_', ' ')}. {said}".strip()
        return _back(form, note, confirm)

    def _values(self, form: Form) -> dict[str, list[str]]:
        values = {
            name.removeprefix("value:"): texts
            for name, texts in form.texts.items()
            if name.startswith("value:")
        }
        for name, texts in form.texts.items():
            if name.startswith("local:"):
                values[name.removeprefix("local:")] = self._instants(form.get("user"), texts)
        return values

    def _instants(self, user: str, texts: list[str]) -> list[str]:
        with self._state.lock:
            zone = ZoneInfo(self._state.data["users"].get(user, {}).get("tz", "UTC"))
        try:
            return [
                str(int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()))
                for text in texts
                if text
            ]
        except ValueError:
            return texts

    def _is_key(self, given: str) -> bool:
        key = str(self._state.data["control_token"])
        return hmac.compare_digest(given.encode(), key.encode())


def _back(form: Form, note: str = "", confirm: str = "") -> Response:
    place = {name: form.get(name) for name in ("user", "channel", "tab", "thread")}
    told = {**place, "note": note, "confirm": confirm}
    return RedirectResponse(f"/?{urlencode({k: v for k, v in told.items() if v})}", 303)
