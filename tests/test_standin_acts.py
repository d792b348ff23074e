"""People act in the stand-in, and the app is told as Slack tells it."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient
from starlette.responses import JSONResponse, Response

from breachbook.slack.standin import Standin
from tests.standin_world import (
    BUTTON,
    CHANNEL,
    COUNSEL,
    ENGINEER,
    NOW,
    PLAIN,
    SETTINGS,
    STRANGER,
    App,
    app_of,
    control,
)

OPTIONS = [{"text": {"type": "plain_text", "text": name}, "value": name} for name in "xyz"]


def _input(kind: str, **more: Any) -> dict[str, Any]:
    element = {"type": kind, "action_id": "v", **more}
    return {"type": "input", "block_id": kind, "label": PLAIN, "element": element}


VIEW: dict[str, Any] = {
    "type": "modal",
    "title": PLAIN,
    "submit": PLAIN,
    "callback_id": "form",
    "blocks": [
        _input("plain_text_input", max_length=5),
        _input("static_select", options=OPTIONS, initial_option=OPTIONS[0]),
        _input("multi_static_select", options=OPTIONS, max_selected_items=2),
        _input("users_select"),
        _input("multi_users_select"),
        _input("datepicker"),
        _input("timepicker"),
        _input("datetimepicker"),
        _input("checkboxes", options=OPTIONS),
        _input("radio_buttons", options=OPTIONS),
    ],
}
ENTRIES: dict[str, Any] = {
    "plain_text_input": "text",
    "multi_static_select": ["x", "z"],
    "users_select": COUNSEL,
    "multi_users_select": [COUNSEL, ENGINEER],
    "datepicker": "2026-03-02",
    "timepicker": "15:30",
    "datetimepicker": "1772463600",
    "checkboxes": ["y"],
    "radio_buttons": "z",
}
SMALL: dict[str, Any] = {
    "type": "modal",
    "title": PLAIN,
    "submit": PLAIN,
    "blocks": [{**_input("plain_text_input"), "block_id": "b"}],
}


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


@pytest.fixture(scope="module")
def listening(server: Standin) -> Iterator[App]:
    """An app at the request URL."""
    with app_of(server) as made:
        yield made


@pytest.fixture
def app(standin: Standin, listening: App) -> App:
    """The app, having seen nothing yet."""
    listening.forget(standin)
    return listening


@pytest.fixture
def slack(standin: Standin) -> WebClient:
    """Slack's own client."""
    return WebClient(standin.state.data["token"], base_url=standin.api_url, retry_handlers=[])


def _opened(standin: Standin, slack: WebClient, view: dict[str, Any] = VIEW) -> str:
    trigger = standin.state.new_trigger(COUNSEL)
    view_id: str = slack.views_open(trigger_id=trigger, view=view)["view"]["id"]
    return view_id


def _open_views(standin: Standin) -> list[str]:
    return list(standin.state.data["views"])


def test_every_input_is_sent_in_slacks_form(standin: Standin, slack: WebClient, app: App) -> None:
    """Each kind of input arrives under its block and action with the key Slack gives it."""
    told = control(
        standin, "submit", user=COUNSEL, view_id=_opened(standin, slack), values=ENTRIES
    )

    values = {block: each["v"] for block, each in app.seen[0]["view"]["state"]["values"].items()}
    assert (told["open"], app.seen[0]["type"]) == (False, "view_submission")
    assert values["plain_text_input"] == {"type": "plain_text_input", "value": "text"}
    assert values["static_select"]["selected_option"]["value"] == "x"
    chosen = [each["value"] for each in values["multi_static_select"]["selected_options"]]
    assert chosen == ["x", "z"]
    assert values["users_select"]["selected_user"] == COUNSEL
    assert values["multi_users_select"]["selected_users"] == [COUNSEL, ENGINEER]
    assert values["datepicker"]["selected_date"] == "2026-03-02"
    assert values["timepicker"]["selected_time"] == "15:30"
    assert values["datetimepicker"]["selected_date_time"] == 1772463600
    assert [each["value"] for each in values["checkboxes"]["selected_options"]] == ["y"]
    assert values["radio_buttons"]["selected_option"]["value"] == "z"


@pytest.mark.parametrize(
    ("block", "entry"),
    [
        ("plain_text_input", ""),
        ("plain_text_input", "longer"),
        ("static_select", "none"),
        ("static_select", ["x", "y"]),
        ("multi_static_select", ["x", "y", "z"]),
        ("users_select", "U0NOBODY"),
        ("datepicker", "2026-02-30"),
        ("timepicker", "25:00"),
        ("datetimepicker", "soon"),
        ("checkboxes", []),
    ],
)
def test_entry_slack_would_not_send_is_refused(
    standin: Standin, slack: WebClient, app: App, block: str, entry: Any
) -> None:
    """What Slack's client holds back does not reach the app."""
    view_id = _opened(standin, slack)
    values = {**ENTRIES, block: entry}
    told = control(standin, "submit", user=COUNSEL, view_id=view_id, values=values)

    assert (told["ok"], told["error"], app.seen) == (False, "entry_refused", [])


@pytest.mark.parametrize(
    ("answer", "is_open", "views"),
    [
        ({}, False, 0),
        ({"response_action": "clear"}, False, 0),
        ({"response_action": "errors", "errors": {"b": "No."}}, True, 1),
        ({"response_action": "errors", "errors": {"other": "No."}}, True, 1),
        ({"response_action": "update", "view": SMALL}, True, 1),
        ({"response_action": "update", "view": {**SMALL, "title": None}}, True, 1),
        ({"response_action": "push", "view": SMALL}, True, 2),
        ({"response_action": "dance"}, True, 1),
    ],
)
def test_answer_to_a_form_is_done(
    standin: Standin, slack: WebClient, app: App, answer: Any, is_open: bool, views: int
) -> None:
    """A form closes, clears, stays with errors, becomes another or gets one over it; nonsense leaves it open."""
    app.answers = lambda _told: JSONResponse(answer) if answer else Response()
    view_id = _opened(standin, slack, SMALL)
    told = control(standin, "submit", user=COUNSEL, view_id=view_id, values={"b": "x"})

    understood = answer.get("response_action") not in ("dance",) and "other" not in str(answer)
    understood = understood and "None" not in str(answer)
    assert (told["open"], len(_open_views(standin))) == (is_open, views)
    assert bool(told["trouble"]) is not understood
    assert told["errors"] == ({"b": "No."} if "No" in str(answer) and understood else {})


def test_closed_form_is_told_only_when_asked(standin: Standin, slack: WebClient, app: App) -> None:
    """Closing is told where the view has notify_on_close, and takes the form away."""
    for view in (SMALL, {**SMALL, "notify_on_close": True}):
        control(standin, "close", user=COUNSEL, view_id=_opened(standin, slack, view))

    assert [each["type"] for each in app.seen] == ["view_closed"]
    assert (app.seen[0]["is_cleared"], _open_views(standin)) == (False, [])


def test_press_in_a_form_brings_its_entries(standin: Standin, slack: WebClient, app: App) -> None:
    """A button in a modal sends block_actions with the view and what was entered so far."""
    actions = {"type": "actions", "block_id": "acts", "elements": [BUTTON]}
    view_id = _opened(standin, slack, {**SMALL, "blocks": [*SMALL["blocks"], actions]})
    control(standin, "press", user=COUNSEL, view_id=view_id, action_id="a", values={"b": "so far"})

    told = app.seen[0]
    assert (told["type"], told["container"]) == (
        "block_actions",
        {"type": "view", "view_id": view_id},
    )
    assert told["view"]["state"]["values"]["b"]["v"]["value"] == "so far"
    assert told["actions"][0]["action_id"] == "a"


def test_choice_in_a_message_is_sent(standin: Standin, slack: WebClient, app: App) -> None:
    """Overflow menus, selects and accessories of messages can be used."""
    menu = {"type": "overflow", "action_id": "o", "options": OPTIONS}
    section = {"type": "section", "text": PLAIN, "accessory": menu}
    day = {"type": "actions", "elements": [{"type": "datepicker", "action_id": "d"}]}
    ts = slack.chat_postMessage(channel=CHANNEL, text="x", blocks=[section, day])["ts"]
    where = {"user": COUNSEL, "channel": CHANNEL, "ts": ts}
    control(standin, "click", **where, action_id="o", value="y")
    control(standin, "click", **where, action_id="d", value="2026-03-09")

    first, second = (each["actions"][0] for each in app.seen)
    assert first["selected_option"]["value"] == "y"
    assert second["selected_date"] == "2026-03-09"
    assert app.seen[0]["message"]["ts"] == ts


def test_home_tab_opens_shows_and_takes_clicks(
    standin: Standin, slack: WebClient, app: App
) -> None:
    """Opening the tab is an event; what the app publishes there can be pressed."""
    opened = control(standin, "home", user=COUNSEL)
    blocks = [{"type": "actions", "elements": [BUTTON]}]
    told = slack.views_publish(user_id=COUNSEL, view={"type": "home", "blocks": blocks})
    control(standin, "press", user=COUNSEL, view_id=told["view"]["id"], action_id="a")

    event, click = app.seen
    assert opened["attempts"][0]["status"] == 200
    assert (event["type"], event["event"]["type"]) == ("event_callback", "app_home_opened")
    assert (event["event"]["user"], event["event"]["tab"]) == (COUNSEL, "home")
    assert event["event_id"].startswith("Ev")
    assert click["view"]["type"] == "home"


def test_shortcuts_bring_what_they_are_used_on(
    standin: Standin, slack: WebClient, app: App
) -> None:
    """A message shortcut carries message and channel, a global one neither; both a working trigger."""
    ts = control(standin, "message", user=ENGINEER, channel=CHANNEL, text="look")["ts"]
    control(
        standin,
        "shortcut",
        user=COUNSEL,
        callback_id="report-message",
        channel=CHANNEL,
        ts=ts,
    )
    control(standin, "shortcut", user=COUNSEL, callback_id="report")

    on_message, anywhere = app.seen[1:]
    assert (on_message["type"], on_message["callback_id"]) == ("message_action", "report-message")
    assert (on_message["message"]["text"], on_message["channel"]["id"]) == ("look", CHANNEL)
    assert (anywhere["type"], "message" in anywhere) == ("shortcut", False)
    for told in (on_message, anywhere):
        assert slack.views_open(trigger_id=told["trigger_id"], view=SMALL)["ok"]


def test_message_with_a_file_is_told_twice(standin: Standin, slack: WebClient, app: App) -> None:
    """A person's file comes as message and as file_shared; its bytes need the bot token."""
    standin.state.configure({"events": ["message.groups", "file_shared"]})
    content = base64.b64encode(b"draft two").decode()
    told = control(
        standin,
        "upload",
        user=COUNSEL,
        channel=CHANNEL,
        name="letter.docx",
        content=content,
        text="<edited>",
    )
    (message, shared) = (each["event"] for each in app.seen)
    file = slack.files_info(file=shared["file_id"])["file"]
    bare = httpx.get(file["url_private"])
    token = {"authorization": f"Bearer {standin.state.data['token']}"}
    whole = httpx.get(file["url_private_download"], headers=token)

    assert (message["subtype"], message["text"]) == ("file_share", "&lt;edited&gt;")
    assert message["files"][0]["id"] == shared["file_id"] == told["file_ids"][0]
    assert (file["name"], file["size"], file["user"]) == ("letter.docx", 9, COUNSEL)
    assert (bare.status_code, whole.content) == (302, b"draft two")


def test_events_are_told_as_subscribed_and_allowed(
    standin: Standin, slack: WebClient, app: App
) -> None:
    """A message is told only where the app is, has subscribed and has the scope of its history."""
    town = {"id": "C0TOWN", "name": "town", "is_private": False, "members": [COUNSEL]}
    standin.state.configure({"channels": [town]})
    control(standin, "message", user=COUNSEL, channel="C0TOWN", text="not subscribed")
    standin.state.configure({"scopes": ["chat:write"]})
    control(standin, "message", user=COUNSEL, channel=CHANNEL, text="no scope")

    assert app.seen == []


def test_event_is_repeated_three_times(standin: Standin, app: App) -> None:
    """An event that is answered with an error is sent again, marked and under the same id; a click is not."""
    app.answers = lambda _told: Response(status_code=500)
    told = control(standin, "message", user=COUNSEL, channel=CHANNEL, text="x")
    clicked = control(standin, "shortcut", user=COUNSEL, callback_id="report")

    assert [each["status"] for each in told["attempts"]] == [500] * 4
    numbers = [each.get("x-slack-retry-num") for each in app.headers]
    assert numbers == [None, "1", "2", "3", None]
    assert app.headers[1]["x-slack-retry-reason"] == "http_error"
    assert len({each["event_id"] for each in app.seen[:4]}) == 1
    assert [each["status"] for each in clicked["attempts"]] == [500]


def test_event_retries_stop_when_the_app_says_so(standin: Standin, app: App) -> None:
    """X-Slack-No-Retry in an answer ends the repeats."""
    app.answers = lambda _told: Response(status_code=503, headers={"x-slack-no-retry": "1"})
    told = control(standin, "message", user=COUNSEL, channel=CHANNEL, text="x")

    assert len(told["attempts"]) == 1


def test_command_is_answered_now_and_later(standin: Standin, app: App) -> None:
    """The acknowledgement's text is shown to the person alone; the response address works five times."""
    app.answers = lambda _told: JSONResponse({"text": "Noted."})
    given = {"user": COUNSEL, "channel": CHANNEL}
    control(standin, "command", **given, command="/leak", text="status")
    hook = WebhookClient(app.seen[0]["response_url"])
    codes = [hook.send(text="later", response_type="in_channel").status_code for _ in range(6)]
    unknown = control(standin, "command", **given, command="/unknown", text="")

    assert (app.seen[0]["command"], app.seen[0]["text"]) == ("/leak", "status")
    assert [each["text"] for each in standin.state.data["ephemerals"]] == ["Noted."]
    assert codes == [200] * 5 + [404]
    assert len(standin.state.messages(CHANNEL)) == 5
    assert unknown["error"] == "unknown_command"


def test_original_is_replaced_at_the_response_address(
    standin: Standin, slack: WebClient, app: App
) -> None:
    """A click's response address replaces or deletes the message that was clicked, a whisper too."""
    blocks = [{"type": "actions", "elements": [BUTTON]}]
    slack.chat_postEphemeral(channel=CHANNEL, user=COUNSEL, text="x", blocks=blocks)
    ts = standin.state.data["ephemerals"][0]["ts"]
    control(standin, "click", user=COUNSEL, channel=CHANNEL, ts=ts, action_id="a")
    hook = WebhookClient(app.seen[0]["response_url"])
    hook.send(text="done", replace_original=True)
    replaced = standin.state.data["ephemerals"][0]["text"]
    hook.send(delete_original=True)

    assert app.seen[0]["container"]["is_ephemeral"] is True
    assert "message" not in app.seen[0]
    assert (replaced, standin.state.data["ephemerals"]) == ("done", [])


@pytest.mark.parametrize(
    ("act", "given"),
    [
        ("message", {"text": "x"}),
        ("command", {"command": "/leak", "text": ""}),
        ("shortcut", {"callback_id": "report-message", "ts": "1.000000"}),
        ("click", {"ts": "1.000000", "action_id": "a"}),
    ],
)
def test_people_act_only_where_they_are(
    standin: Standin, app: App, act: str, given: dict[str, Any]
) -> None:
    """Whoever is not in a channel can do nothing there."""
    told = control(standin, act, user=STRANGER, channel=CHANNEL, **given)

    assert (told["error"], app.seen) == ("user_not_in_channel", [])


def test_request_url_is_asked_for_its_echo(standin: Standin, app: App) -> None:
    """Setting the URL sends url_verification; only the challenge in the answer verifies it."""
    url = standin.state.data["request_url"]
    silent = control(standin, "settings", request_url=url)
    app.answers = lambda told: JSONResponse({"challenge": told["challenge"]})
    echoed = control(standin, "settings", request_url=url)

    assert (silent["verified"], echoed["verified"]) == (False, True)
    assert app.seen[0]["type"] == "url_verification"


def test_state_outlives_the_process(tmp_path: Path) -> None:
    """What was said and opened is there again after a restart, under another port."""
    path = tmp_path / "slack.json"
    with Standin(path, SETTINGS, now=NOW.timestamp) as first:
        client = WebClient(first.state.data["token"], base_url=first.api_url)
        _opened(first, client)
        client.chat_postMessage(channel=CHANNEL, text="x")
    with Standin(path, now=NOW.timestamp) as second:
        client = WebClient(second.state.data["token"], base_url=second.api_url)

        assert len(client.conversations_history(channel=CHANNEL)["messages"]) == 1
        assert len(second.state.data["views"]) == 1
        assert json.loads(path.read_text())["users"][COUNSEL]["tz"] == "America/Chicago"
