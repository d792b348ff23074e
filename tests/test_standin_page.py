"""The stand-in's page: what a person does there with plain forms, and what it keeps out."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient
from starlette.responses import JSONResponse

from breachbook.slack.standin import Standin
from breachbook.slack.standin.mrkdwn import Reader
from breachbook.slack.standin.multipart import read_form
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
CONFIRM = {
    "title": {"type": "plain_text", "text": "Sure?"},
    "text": {"type": "mrkdwn", "text": "It *cannot* be undone."},
    "confirm": {"type": "plain_text", "text": "Do it"},
    "deny": {"type": "plain_text", "text": "Leave it"},
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


@pytest.fixture
def browser(standin: Standin) -> Iterator[httpx.Client]:
    """A browser that has the page's cookie and sends its origin."""
    headers = {"origin": standin.url}
    with httpx.Client(base_url=standin.url, headers=headers, follow_redirects=True) as made:
        made.get(standin.page_url)
        yield made


def _shown(browser: httpx.Client, **where: str) -> str:
    return unescape(browser.get("/", params={"user": COUNSEL, "channel": CHANNEL, **where}).text)


def _sent(browser: httpx.Client, path: str, **form: Any) -> str:
    told = browser.post(path, data={"user": COUNSEL, "channel": CHANNEL, **form})
    return unescape(told.text)


def test_channel_is_shown_with_all_it_holds(
    standin: Standin, slack: WebClient, browser: httpx.Client
) -> None:
    """Topic, pins, threads, files, whispers and mrkdwn are on the page, each for those it is for."""
    slack.conversations_setTopic(channel=CHANNEL, topic="Severity 1")
    ts = slack.chat_postMessage(channel=CHANNEL, text="*Overview* by <@U0COUNSEL>")["ts"]
    slack.pins_add(channel=CHANNEL, timestamp=ts)
    slack.files_upload_v2(
        channel=CHANNEL, thread_ts=ts, file_uploads=[{"filename": "a.pdf", "content": b"%PDF"}]
    )
    slack.chat_postEphemeral(channel=CHANNEL, user=COUNSEL, text="for you alone")
    page, other = _shown(browser), _shown(browser, user=ENGINEER)
    (link,) = re.findall(r'href="(/file/[^"]+)"', page)
    file = browser.get(link)

    assert "Severity 1" in page
    assert "1 pinned" in page
    assert "<b>Overview</b> by <span class='mention'>@Ida Marsh</span>" in page
    assert ("for you alone" in page, "for you alone" in other) == (True, False)
    assert file.content == b"%PDF"
    assert file.headers["content-disposition"].startswith("attachment")
    assert browser.get(link.replace(COUNSEL, STRANGER)).status_code == 404


def test_stranger_sees_nothing_of_a_channel(slack: WebClient, browser: httpx.Client) -> None:
    """Whoever is not in a channel is not shown it, even by its id."""
    slack.chat_postMessage(channel=CHANNEL, text="inner matters")
    page = _shown(browser, user=STRANGER)

    assert "inner matters" not in page
    assert "leak-2026-0001" not in page


def test_button_with_a_question_asks_first(
    standin: Standin, slack: WebClient, browser: httpx.Client, app: App
) -> None:
    """A confirm dialog stands between the press and the app."""
    blocks = [{"type": "actions", "block_id": "b", "elements": [{**BUTTON, "confirm": CONFIRM}]}]
    ts = slack.chat_postMessage(channel=CHANNEL, text="x", blocks=blocks)["ts"]
    pressed = {"ts": ts, "block_id": "b", "action_id": "a"}
    asked = _sent(browser, "/click", **pressed)
    before = list(app.seen)
    _sent(browser, "/click", **pressed, confirmed="yes")

    assert ("It <b>cannot</b> be undone." in asked, "Leave it" in asked, before) == (
        True,
        True,
        [],
    )
    assert app.seen[0]["actions"][0]["action_id"] == "a"


def test_form_is_filled_in_and_keeps_what_was_typed(
    standin: Standin, slack: WebClient, browser: httpx.Client, app: App
) -> None:
    """Errors stand at their field, entries stay, times are the reader's; then the form closes."""
    inputs: list[dict[str, Any]] = [
        {"type": "plain_text_input", "action_id": "text"},
        {"type": "checkboxes", "action_id": "ticks", "options": OPTIONS},
        {"type": "datetimepicker", "action_id": "at"},
        {"type": "radio_buttons", "action_id": "one", "options": OPTIONS},
    ]
    blocks = [
        {"type": "input", "block_id": each["action_id"], "label": PLAIN, "element": each}
        for each in inputs
    ]
    view = {"type": "modal", "title": PLAIN, "submit": PLAIN, "blocks": blocks}
    view_id = slack.views_open(trigger_id=standin.state.new_trigger(COUNSEL), view=view)["view"][
        "id"
    ]
    form = {
        "view_id": view_id,
        "value:text/text": "typed",
        "value:ticks/ticks": ["", "x", "z"],
        "local:at/at": "2026-03-02T09:00",
        "value:one/one": ["", "y"],
    }
    app.answers = lambda _told: JSONResponse(
        {"response_action": "errors", "errors": {"text": "Not that."}}
    )
    refused = _sent(browser, "/submit", **form)
    app.answers = lambda _told: JSONResponse({})
    closed = _sent(browser, "/submit", **form)

    values = app.seen[0]["view"]["state"]["values"]
    assert values["at"]["at"]["selected_date_time"] == int(NOW.timestamp())
    assert [each["value"] for each in values["ticks"]["ticks"]["selected_options"]] == ["x", "z"]
    assert "Not that." in refused
    assert 'value="typed"' in refused
    assert refused.count("checked") == 3
    assert ('class="dialog modal"' in refused, 'class="dialog modal"' in closed) == (True, False)


def test_text_command_and_file_are_sent_from_one_box(
    standin: Standin, browser: httpx.Client, app: App
) -> None:
    """The box posts a message, with files where attached, and runs what starts with a slash."""
    _sent(browser, "/say", text="hello <all>")
    _sent(browser, "/say", text="/leak  status now")
    files = {"file": ("draft.docx", b"\r\n--x\x00\r\n", "application/octet-stream")}
    browser.post("/say", data={"user": COUNSEL, "channel": CHANNEL, "text": "see"}, files=files)
    unknown = _sent(browser, "/say", text="/nothing")

    message, command, upload = app.seen
    assert message["event"]["text"] == "hello &lt;all&gt;"
    assert (command["command"], command["text"]) == ("/leak", "status now")
    file = upload["event"]["files"][0]
    assert (file["name"], file["size"]) == ("draft.docx", 8)
    assert standin.state.file_path(file["id"]).read_bytes() == b"\r\n--x\x00\r\n"
    assert "unknown command" in unknown


def test_shortcuts_home_and_threads_are_reached(
    standin: Standin, slack: WebClient, browser: httpx.Client, app: App
) -> None:
    """Each message offers its shortcuts and a reply; the app its Home tab with what can be pressed."""
    ts = slack.chat_postMessage(channel=CHANNEL, text="x")["ts"]
    _sent(browser, "/shortcut", callback_id="report-message", ts=ts)
    _sent(browser, "/say", text="reply", thread=ts)
    blocks = [{"type": "actions", "block_id": "b", "elements": [BUTTON]}]
    view = slack.views_publish(user_id=COUNSEL, view={"type": "home", "blocks": blocks})["view"]
    home = _sent(browser, "/home")
    _sent(browser, "/press", view_id=view["id"], press="b/a", tab="home")

    kinds = [each["type"] for each in app.seen]
    assert kinds == ["message_action", "event_callback", "event_callback", "block_actions"]
    assert app.seen[1]["event"]["thread_ts"] == ts
    assert 'data-action="a"' in home


@pytest.mark.parametrize(
    "path", ["/click", "/press", "/submit", "/close", "/say", "/shortcut", "/home"]
)
def test_foreign_form_does_nothing(standin: Standin, browser: httpx.Client, path: str) -> None:
    """A form of another site, or without the cookie, is refused everywhere."""
    foreign = browser.post(path, headers={"origin": "http://evil.example"})
    bare = httpx.post(f"{standin.url}{path}", headers={"origin": standin.url})

    assert (foreign.status_code, bare.status_code) == (403, 401)


def test_hostile_text_stays_text(
    standin: Standin, slack: WebClient, browser: httpx.Client
) -> None:
    """Names, topics, messages, notes and links cannot bring markup or scripts onto the page."""
    evil = "<script>alert(1)</script>\"'"
    standin.state.configure({"users": [{"id": COUNSEL, "name": evil}]})
    slack.conversations_setTopic(channel=CHANNEL, topic=evil)
    slack.chat_postMessage(channel=CHANNEL, text=f"{evil} <javascript:x|{evil}> `{evil}`")
    control(standin, "message", user=COUNSEL, channel=CHANNEL, text=evil)
    told = browser.get("/", params={"user": COUNSEL, "channel": CHANNEL, "note": evil})

    assert "<script" not in told.text
    assert 'href="javascript' not in told.text
    assert "default-src 'none'" in told.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("*b* _i_ ~s~", "<b>b</b> <i>i</i> <s>s</s>"),
        ("a*b*c snake_case_name", "a*b*c snake_case_name"),
        ("`*x* &lt;`", "<code>*x* &lt;</code>"),
        ("```a\n*b*```", "<pre>a\n*b*</pre>"),
        ("<https://x.example|here>", "here (https://x.example)"),
        ("<!channel> <@U0NONE>", "@channel"),
        ("&gt; said\nplain", "<span class='quote'>said</span>plain"),
        ("<!date^1772463600^{date_num} {time}|then>", ">2026-03-02 09:00</time>"),
        ("<!date^1772463600^{date_short_pretty}|then>", ">today</time>"),
        ("<!date^1772463600^{nonsense}|then>", "then"),
        ("<b>&amp;lt;", "&lt;b&gt;&amp;lt;"),
    ],
)
def test_mrkdwn_is_shown(text: str, shown: str) -> None:
    """Marks become their look, dates the reader's, everything else is escaped."""
    reader = Reader({"users": {}, "channels": {}}, "America/Chicago", NOW.timestamp())

    assert shown in str(reader.words(text))


def test_multipart_is_read_exactly() -> None:
    """Bytes of files stay as they are, texts get plain line ends, empty file fields are left out."""
    body = (
        b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\none\r\ntwo\r\n'
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="C:\\x\\a.bin"\r\n\r\n\r\n\x00\r\n'
        b'--b\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\n\r\n--b--\r\n'
    )
    form = read_form("multipart/form-data; boundary=b", body)

    assert form.get("text") == "one\ntwo"
    assert form.files == [("a.bin", b"\r\n\x00")]
    assert read_form("multipart/form-data; boundary=b", b"junk").texts == {}
