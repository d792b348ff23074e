"""Socket Mode of the stand-in, with slack_bolt's own handler and with bare sockets."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.sync.connection import Connection

from breachbook.slack.standin import Standin
from tests.standin_world import (
    BUTTON,
    CHANNEL,
    COUNSEL,
    NOW,
    PLAIN,
    SETTINGS,
    app_of,
    control,
)

VIEW = {"type": "modal", "title": PLAIN, "submit": PLAIN, "callback_id": "form", "blocks": []}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standin]:
    """A running stand-in whose clock stands still."""
    path = tmp_path_factory.mktemp("standin") / "slack.json"
    with Standin(path, now=NOW.timestamp) as made:
        yield made


@pytest.fixture
def standin(server: Standin) -> Standin:
    """The stand-in with nothing in it but its settings."""
    server.state.forget(SETTINGS)
    return server


@pytest.fixture
def slack(standin: Standin) -> WebClient:
    """Slack's own client."""
    return WebClient(standin.state.data["token"], base_url=standin.api_url, retry_handlers=[])


@contextmanager
def _link(standin: Standin, slack: WebClient) -> Iterator[Connection]:
    url = slack.apps_connections_open(app_token=standin.state.data["app_token"])["url"]
    with connect(url, proxy=None) as socket:
        assert json.loads(socket.recv(5))["type"] == "hello"
        yield socket


def _received(socket: Connection) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(socket.recv(5))
    return told


class _Acting(threading.Thread):
    """An act of a person that waits for the app's answer."""

    def __init__(self, standin: Standin, act: str, **given: Any) -> None:
        super().__init__(daemon=True)
        self._asked = (standin, act, given)
        self.told: dict[str, Any] = {}
        self.start()

    def run(self) -> None:
        """Act."""
        standin, act, given = self._asked
        self.told = control(standin, act, **given)

    def done(self) -> dict[str, Any]:
        """Give the outcome."""
        self.join(15)
        return self.told


def _listening(slack: WebClient) -> tuple[App, list[str], threading.Event, threading.Event]:
    """Make an app that notes what reaches it, and tells when its form and its Home were asked for."""
    seen: list[str] = []
    opened_view, opened_home = threading.Event(), threading.Event()
    app = App(client=slack, token_verification_enabled=False)

    @app.action("a")
    def click(ack: Any, body: dict[str, Any], client: WebClient) -> None:
        ack()
        seen.append("click")
        client.views_open(trigger_id=body["trigger_id"], view=VIEW)
        opened_view.set()

    @app.view("form")
    def form(ack: Any) -> None:
        seen.append("form")
        ack(response_action="update", view={**VIEW, "callback_id": "second"})

    @app.command("/leak")
    def command(ack: Any, respond: Any) -> None:
        seen.append("command")
        ack("Noted.")
        respond("More.")

    @app.shortcut("report-message")
    def shortcut(ack: Any) -> None:
        seen.append("shortcut")
        ack()

    @app.event("app_home_opened")
    def home(event: dict[str, Any]) -> None:
        seen.append(event["tab"])
        opened_home.set()

    return app, seen, opened_view, opened_home


def test_bolt_takes_everything_over_a_socket(standin: Standin, slack: WebClient) -> None:
    """Clicks, forms, commands, shortcuts and events reach slack_bolt's handler, which answers them."""
    app, seen, opened_view, opened_home = _listening(slack)
    blocks = [{"type": "actions", "elements": [BUTTON]}]
    ts = slack.chat_postMessage(channel=CHANNEL, text="x", blocks=blocks)["ts"]
    handler = SocketModeHandler(app, standin.state.data["app_token"], web_client=slack)
    handler.connect()  # type: ignore[no-untyped-call]
    try:
        here = {"user": COUNSEL, "channel": CHANNEL}
        clicked = control(standin, "click", **here, ts=ts, action_id="a")
        opened_view.wait(5)
        (view_id,) = standin.state.data["views"]
        sent = control(standin, "submit", user=COUNSEL, view_id=view_id, values={})
        commanded = control(standin, "command", **here, command="/leak", text="")
        control(standin, "shortcut", **here, callback_id="report-message", ts=ts)
        opened = control(standin, "home", user=COUNSEL)
        opened_home.wait(5)
    finally:
        handler.close()  # type: ignore[no-untyped-call]

    assert seen == ["click", "form", "command", "shortcut", "home"]
    assert [each["attempts"][0]["status"] for each in (clicked, sent, commanded, opened)] == [
        200
    ] * 4
    assert (sent["open"], sent["trouble"]) == (True, "")
    assert standin.state.data["views"][view_id]["view"]["callback_id"] == "second"
    assert "Noted." in [each["text"] for each in standin.state.data["ephemerals"]]


def test_builtin_client_comes_back_when_asked_to(standin: Standin, slack: WebClient) -> None:
    """After a disconnect of refresh_requested slack_sdk's client opens another connection."""
    seen = threading.Event()
    client = SocketModeClient(standin.state.data["app_token"], web_client=slack)

    def take(taking: Any, request: SocketModeRequest) -> None:
        taking.send_socket_mode_response({"envelope_id": request.envelope_id})
        seen.set()

    client.socket_mode_request_listeners.append(take)
    client.connect()
    before = client.session_id()
    try:
        asked = control(standin, "disconnect", reason="refresh_requested")["asked"]
        back = threading.Event()
        for _ in range(100):
            if client.is_connected() and client.session_id() != before:
                break
            back.wait(0.05)
        control(standin, "message", user=COUNSEL, channel=CHANNEL, text="x")
        told = seen.wait(5)
    finally:
        client.close()

    assert (asked, told) == (1, True)
    assert client.session_id() != before


def test_envelopes_have_slacks_form(standin: Standin, slack: WebClient) -> None:
    """Each kind of delivery comes under its type, with what an acknowledgement may carry."""
    told = []
    with _link(standin, slack) as socket:
        for act, given in (
            ("shortcut", {"user": COUNSEL, "callback_id": "report"}),
            (
                "command",
                {"user": COUNSEL, "channel": CHANNEL, "command": "/leak", "text": "x"},
            ),
            ("message", {"user": COUNSEL, "channel": CHANNEL, "text": "x"}),
        ):
            acting = _Acting(standin, act, **given)
            told.append(_received(socket))
            socket.send(json.dumps({"envelope_id": told[-1]["envelope_id"]}))
            assert acting.done()["attempts"][0]["status"] == 200

    kinds = [(each["type"], each["accepts_response_payload"]) for each in told]
    assert kinds == [("interactive", True), ("slash_commands", True), ("events_api", False)]
    assert (told[2]["retry_attempt"], told[2]["payload"]["type"]) == (0, "event_callback")
    assert "x-slack-signature" not in json.dumps(told)


def test_each_envelope_goes_to_one_connection(standin: Standin, slack: WebClient) -> None:
    """Of two connections each gets some, none gets what the other got."""
    counts = {}
    with _link(standin, slack) as first, _link(standin, slack) as second:
        for name, socket in (("first", second), ("second", first)):
            acting = _Acting(standin, "shortcut", user=COUNSEL, callback_id="report")
            for each in (first, second):
                try:
                    told = json.loads(each.recv(0.5))
                except TimeoutError:
                    continue
                counts[name] = told["envelope_id"]
                each.send(json.dumps({"envelope_id": told["envelope_id"]}))
            assert acting.done()["attempts"][0]["status"] == 200
            assert socket.protocol.state.name == "OPEN"

    assert len(set(counts.values())) == 2


def test_lost_connection_leads_to_the_other(standin: Standin, slack: WebClient) -> None:
    """An event whose connection ends before it is acknowledged is sent down another, marked as a retry."""
    with _link(standin, slack) as first, _link(standin, slack) as second:
        acting = _Acting(standin, "message", user=COUNSEL, channel=CHANNEL, text="x")
        got: dict[str, Any] = {}
        for one, other in ((first, second), (second, first)):
            try:
                got["first"] = json.loads(one.recv(0.7))
            except TimeoutError:
                continue
            one.close()
            got["second"] = json.loads(other.recv(5))
            other.send(json.dumps({"envelope_id": got["second"]["envelope_id"]}))
            break
        told = acting.done()

    assert [each["status"] for each in told["attempts"]] == [0, 200]
    assert got["second"]["retry_attempt"] == 1
    assert got["first"]["payload"] == got["second"]["payload"]


def test_unacknowledged_click_counts_as_lost(standin: Standin, slack: WebClient) -> None:
    """A click that is not acknowledged in time, three seconds unless set, is not delivered again."""
    slacks = standin.state.data["patience_seconds"]
    standin.state.configure({"patience_seconds": 0.3})
    with _link(standin, slack) as socket:
        acting = _Acting(standin, "shortcut", user=COUNSEL, callback_id="report")
        _received(socket)
        told = acting.done()

    assert [each["status"] for each in told["attempts"]] == [0]
    assert told["attempts"][0]["seconds"] >= 0.3
    assert slacks == 3


def test_request_url_is_used_when_no_socket_is_there(standin: Standin, slack: WebClient) -> None:
    """Once the last connection is gone, deliveries go to the request URL again."""
    with app_of(standin) as app:
        with _link(standin, slack) as socket:
            acting = _Acting(standin, "shortcut", user=COUNSEL, callback_id="report")
            socket.send(json.dumps({"envelope_id": _received(socket)["envelope_id"]}))
            acting.done()
        over_http = control(standin, "shortcut", user=COUNSEL, callback_id="report")

    assert len(app.seen) == 1
    assert over_http["attempts"][0]["status"] == 200


def test_ticket_lets_in_once(standin: Standin, slack: WebClient) -> None:
    """A second use of an address, and an address without its ticket, are refused."""
    url = slack.apps_connections_open(app_token=standin.state.data["app_token"])["url"]
    with connect(url, proxy=None) as socket:
        socket.recv(5)
        refused = []
        for again in (url, url.partition("?")[0]):
            try:
                with connect(again, proxy=None):
                    refused.append(False)
            except Exception as error:  # noqa: BLE001 (the library's own kinds of refusal)
                refused.append("403" in str(error))

    assert refused == [True, True]


def test_app_token_opens_sockets_and_nothing_else(standin: Standin, slack: WebClient) -> None:
    """The bot's token opens no socket, the app's token posts nothing, and its scope is checked."""
    app_token = standin.state.data["app_token"]
    app = WebClient(app_token, base_url=standin.api_url)

    def code(call: Any, **given: Any) -> str:
        with pytest.raises(SlackApiError) as refused:
            call(**given)
        return str(refused.value.response["error"])

    bot = code(slack.apps_connections_open, app_token=standin.state.data["token"])
    posting = code(app.chat_postMessage, channel=CHANNEL, text="x")
    standin.state.configure({"app_scopes": []})
    unscoped = code(slack.apps_connections_open, app_token=app_token)

    assert (bot, posting) == ("not_allowed_token_type", "not_allowed_token_type")
    assert unscoped == "missing_scope"


def test_warning_leaves_the_connection_open(standin: Standin, slack: WebClient) -> None:
    """After a warning the connection still answers; after another reason it is closed."""
    with _link(standin, slack) as socket:
        control(standin, "disconnect", reason="warning")
        warned = _received(socket)
        alive = socket.ping().wait(5)
        control(standin, "disconnect", reason="link_disabled")
        disabled = _received(socket)
        with pytest.raises(ConnectionClosed):
            socket.recv(5)

    assert (warned["type"], warned["reason"], alive) == ("disconnect", "warning", True)
    assert disabled["reason"] == "link_disabled"
    assert control(standin, "disconnect", reason="mood")["error"] == "unknown_reason"
