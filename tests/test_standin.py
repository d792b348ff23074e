"""The stand-in checks what Slack checks; asked with slack_sdk itself."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from breachbook.slack.modals import reason_view
from breachbook.slack.standin import Standin, sign, signed_headers
from breachbook.slack.standin.acts import Acts
from breachbook.slack.standin.arguments import Refused
from breachbook.slack.standin.schema import problems_of_blocks, problems_of_view
from breachbook.slack.standin.state import State
from tests.standin_world import CHANNEL, COUNSEL, ENGINEER, NOW, SETTINGS, running

PLAIN = {"type": "plain_text", "text": "x"}
BUTTON = {"type": "button", "text": PLAIN, "action_id": "a"}
INPUT = {"type": "input", "label": PLAIN, "element": {"type": "plain_text_input"}}


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


def _code(call: Any, **given: Any) -> str:
    with pytest.raises(SlackApiError) as refused:
        call(**given)
    return str(refused.value.response["error"])


def test_token_is_checked(standin: Standin) -> None:
    """No token and a wrong one are told apart, as Slack does."""
    wrong = WebClient("xoxb-wrong", base_url=standin.api_url)
    none = httpx.post(f"{standin.api_url}auth.test").json()

    assert _code(wrong.auth_test) == "invalid_auth"
    assert none == {"ok": False, "error": "not_authed"}


def test_identity_is_told(slack: WebClient) -> None:
    """The right token learns its team and bot."""
    told = slack.auth_test()

    assert (told["team_id"], told["bot_id"]) == ("T0STANDIN", "B0BREACHBK")


def test_unknown_method_is_refused(slack: WebClient) -> None:
    """A method that is not there is said to be unknown."""
    assert _code(slack.api_call, api_method="chat.shout") == "unknown_method"


def test_arguments_are_checked(slack: WebClient) -> None:
    """Missing and unknown arguments are all named at once."""
    with pytest.raises(SlackApiError) as refused:
        slack.api_call("chat.update", json={"chanel": CHANNEL, "text": "x"})

    assert refused.value.response["error"] == "invalid_arguments"
    assert refused.value.response["response_metadata"]["messages"] == [
        "[ERROR] missing required field: channel",
        "[ERROR] missing required field: ts",
        "[ERROR] unknown argument: chanel",
    ]


@pytest.mark.parametrize(
    ("blocks", "message"),
    [
        ([{"type": "header", "text": {**PLAIN, "text": "x" * 151}}], "less than 151 characters"),
        ([{"type": "section", "text": {**PLAIN, "text": "x" * 3001}}], "less than 3001"),
        ([{"type": "section", "text": {**PLAIN, "text": ""}}], "more than 0 characters"),
        ([{"type": "section"}], "either `text` or `fields`"),
        ([{"type": "section", "fields": [PLAIN] * 11}], "no more than 10 items"),
        (
            [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
            "unsupported type: mrkdwn",
        ),
        ([{"type": "actions", "elements": [BUTTON] * 26}], "no more than 25 items"),
        ([{"type": "actions", "elements": [BUTTON, BUTTON]}], "`action_id` already exists"),
        ([{"type": "actions", "elements": [{**BUTTON, "value": "v" * 2001}]}], "less than 2001"),
        (
            [{"type": "actions", "elements": [{**BUTTON, "style": "red"}]}],
            "one of primary, danger",
        ),
        (
            [{"type": "actions", "elements": [{**BUTTON, "text": {**PLAIN, "text": "x" * 76}}]}],
            "less than 76",
        ),
        ([{"type": "divider", "block_id": "b"}] * 2, "`block_id` already exists: b"),
        ([{"type": "divider", "block_id": "b" * 256}], "less than 256"),
        ([{"type": "divider", "colour": "red"}], "invalid additional property: colour"),
        ([{"type": "context", "elements": [PLAIN] * 11}], "no more than 10 items"),
        ([{"type": "poem"}], "unsupported type: poem"),
        (["text"], "unsupported type"),
        ([{"type": "divider"}] * 51, "no more than 50 items"),
    ],
)
def test_blocks_are_checked(slack: WebClient, blocks: list[Any], message: str) -> None:
    """Each limit and rule of Block Kit is refused, with the place."""
    with pytest.raises(SlackApiError) as refused:
        slack.chat_postMessage(channel=CHANNEL, text="x", blocks=blocks)

    assert refused.value.response["error"] == "invalid_blocks"
    assert message in str(refused.value.response["response_metadata"]["messages"])
    assert "[json-pointer:/blocks" in str(refused.value.response["response_metadata"])


def test_blocks_at_their_limits_are_taken(slack: WebClient) -> None:
    """Exactly at its limits a message is posted."""
    full = {**BUTTON, "text": {**PLAIN, "text": "x" * 75}, "value": "v" * 2000}
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {**PLAIN, "text": "x" * 150}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3000}},
        {"type": "section", "fields": [{**PLAIN, "text": "x" * 2000}] * 10},
        {"type": "actions", "elements": [{**full, "action_id": str(n)} for n in range(25)]},
        *[{"type": "divider"}] * 46,
    ]

    assert slack.chat_postMessage(channel=CHANNEL, text="x", blocks=blocks)["ok"]


@pytest.mark.parametrize(
    ("view", "message"),
    [
        ({"type": "modal", "title": {**PLAIN, "text": "x" * 25}, "blocks": []}, "less than 25"),
        ({"type": "modal", "title": PLAIN, "blocks": [INPUT]}, "submit is required"),
        ({"type": "modal", "blocks": []}, "missing required field: title"),
        ({"type": "sheet", "title": PLAIN, "blocks": []}, "must be one of modal"),
        (
            {"type": "modal", "title": PLAIN, "blocks": [], "private_metadata": "x" * 3001},
            "less than 3001",
        ),
        (
            {"type": "modal", "title": PLAIN, "blocks": [{"type": "divider"}] * 101},
            "more than 100",
        ),
    ],
)
def test_views_are_checked(view: dict[str, Any], message: str) -> None:
    """Each limit and rule of modals is found."""
    assert any(message in each for each in problems_of_view(view))


def test_malformed_structures_are_problems_not_crashes() -> None:
    """Whatever JSON is sent as blocks or view, problems come back."""
    junks: list[Any] = [None, 1, "x", [[]], [{"type": []}], {"type": "modal", "blocks": 3}]
    for junk in junks:
        assert problems_of_blocks(junk)
        assert problems_of_view(junk)


@pytest.mark.parametrize(
    ("channel", "code"), [("C0NONE", "channel_not_found"), ("C0PUBLIC", "not_in_channel")]
)
def test_membership_is_checked(
    standin: Standin, slack: WebClient, channel: str, code: str
) -> None:
    """The app posts only where it is; a private channel it is not in is not there."""
    public = {"id": "C0PUBLIC", "name": "town", "is_private": False}
    standin.state.configure({"channels": [public]})
    standin.state.data["channels"]["C0PUBLIC"]["members"] = [COUNSEL]

    assert _code(slack.chat_postMessage, channel=channel, text="x") == code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Leak", "invalid_name_specials"),
        ("a b", "invalid_name_specials"),
        ("x" * 81, "invalid_name_maxlength"),
        ("leak-2026-0001", "name_taken"),
    ],
)
def test_channel_names_are_checked(slack: WebClient, name: str, code: str) -> None:
    """A channel's name is lower-case, short and free."""
    assert _code(slack.conversations_create, name=name, is_private=True) == code


def test_invitations_are_checked(slack: WebClient) -> None:
    """Unknown people and members are not invited."""
    channel = slack.conversations_create(name="fresh", is_private=True)["channel"]["id"]
    slack.conversations_invite(channel=channel, users=[COUNSEL])

    assert _code(slack.conversations_invite, channel=channel, users="U0X") == "user_not_found"
    again = _code(slack.conversations_invite, channel=channel, users=COUNSEL)
    assert again == "already_in_channel"
    assert slack.conversations_members(channel=channel)["members"][1:] == [COUNSEL]


def test_metadata_is_checked_and_shown_only_when_asked(slack: WebClient) -> None:
    """Metadata has Slack's form, and history gives it only with include_all_metadata."""
    good = {"event_type": "breachbook", "event_payload": {"key": "k"}}
    slack.chat_postMessage(channel=CHANNEL, text="x", metadata=good)
    bad = {"event_type": "breachbook"}
    bare = slack.conversations_history(channel=CHANNEL)["messages"][0]
    whole = slack.conversations_history(channel=CHANNEL, include_all_metadata=True)["messages"][0]

    code = _code(slack.chat_postMessage, channel=CHANNEL, text="x", metadata=bad)
    assert code == "invalid_metadata_format"
    assert "metadata" not in bare
    assert whole["metadata"] == good


def test_message_needs_text_and_a_limit(slack: WebClient) -> None:
    """Nothing, and too much, are not posted."""
    assert (
        _code(slack.api_call, api_method="chat.postMessage", json={"channel": CHANNEL})
        == "no_text"
    )
    assert _code(slack.chat_postMessage, channel=CHANNEL, text="x" * 40_001) == "msg_too_long"


def test_thread_needs_its_parent(slack: WebClient) -> None:
    """A reply hangs on a message that is there and is not itself a reply."""
    parent = slack.chat_postMessage(channel=CHANNEL, text="x")["ts"]
    reply = slack.chat_postMessage(channel=CHANNEL, text="y", thread_ts=parent)["ts"]

    code = _code(slack.chat_postMessage, channel=CHANNEL, text="z", thread_ts="1.000001")
    assert code == "thread_not_found"
    code = _code(slack.chat_postMessage, channel=CHANNEL, text="z", thread_ts=reply)
    assert code == "cannot_reply_to_message"
    texts = [each["text"] for each in slack.conversations_history(channel=CHANNEL)["messages"]]
    assert texts == ["x"]
    thread = slack.conversations_replies(channel=CHANNEL, ts=parent)["messages"]
    assert [each["text"] for each in thread] == ["x", "y"]


def test_upload_needs_its_bytes(standin: Standin, slack: WebClient) -> None:
    """A file is shared only once its announced number of bytes has arrived."""
    told = slack.files_getUploadURLExternal(filename="a.pdf", length=4)
    short = httpx.post(told["upload_url"], content=b"%PD")
    early = _code(slack.files_completeUploadExternal, files=[{"id": told["file_id"]}])
    whole = httpx.post(told["upload_url"], content=b"%PDF")
    shared = slack.files_completeUploadExternal(files=[{"id": told["file_id"]}])

    assert (short.status_code, early, whole.status_code) == (400, "file_not_found", 200)
    assert shared["files"] == [{"id": told["file_id"], "title": "a.pdf"}]
    assert standin.state.file_path(told["file_id"]).read_bytes() == b"%PDF"


def test_trigger_works_once_and_not_for_long(tmp_path: Path) -> None:
    """A form is opened within three seconds of its click, and once."""
    now = [NOW.timestamp()]
    view = reason_view("A3 " + "a" * 16, "reject", CHANNEL)
    with Standin(tmp_path / "slack.json", SETTINGS, now=lambda: now[0]) as standin:
        slack = WebClient(standin.state.data["token"], base_url=standin.api_url)
        used, old = (standin.state.new_trigger(COUNSEL) for _ in range(2))
        slack.views_open(trigger_id=used, view=view)
        twice = _code(slack.views_open, trigger_id=used, view=view)
        now[0] += 3.1
        late = _code(slack.views_open, trigger_id=old, view=view)
        foreign = _code(slack.views_open, trigger_id="1.2.x", view=view)

    codes = (twice, late, foreign)
    assert codes == ("exchanged_trigger_id", "expired_trigger_id", "invalid_trigger_id")


def test_signature_is_slacks() -> None:
    """What the stand-in signs, slack_sdk's verifier takes, and only that."""
    headers = signed_headers("secret", b"payload=x", NOW.timestamp())
    given = headers["x-slack-signature"]
    verifier = SignatureVerifier("secret")

    stamp = headers["x-slack-request-timestamp"]
    assert given == verifier.generate_signature(timestamp=stamp, body=b"payload=x")
    assert given != sign("other", b"payload=x", stamp)


def test_control_needs_its_own_token(standin: Standin) -> None:
    """The bot token does not open the control interface."""
    headers = {"authorization": f"Bearer {standin.state.data['token']}"}

    assert httpx.get(f"{standin.url}/control/state", headers=headers).status_code == 401
    assert httpx.post(f"{standin.url}/control/click", headers=headers).status_code == 401


def test_only_loopback_names_are_answered(standin: Standin) -> None:
    """A browser led here under a foreign name gets nothing."""
    told = httpx.get(f"{standin.url}/", headers={"host": "evil.example"})

    assert told.status_code == 400


def test_click_without_answer_is_repeated(standin: Standin, slack: WebClient) -> None:
    """A delivery that nobody answers is sent again, marked as a retry, freshly signed."""
    seen: list[dict[str, str]] = []
    release = threading.Event()

    def slow(request: Request) -> Response:
        seen.append(dict(request.headers))
        release.wait(0 if "x-slack-retry-num" in request.headers else 10)
        return Response()

    blocks = [{"type": "actions", "elements": [{**BUTTON, "value": "v"}]}]
    ts = slack.chat_postMessage(channel=CHANNEL, text="x", blocks=blocks)["ts"]
    with running(Starlette(routes=[Route("/", slow, methods=["POST"])])) as url:
        standin.state.configure({"request_url": f"{url}/", "patience_seconds": 0.5})
        attempts = _acts(
            standin, user=COUNSEL, channel=CHANNEL, ts=str(ts), action_id="a", retries=1
        )
        release.set()

    assert [each["status"] for each in attempts] == [0, 200]
    assert seen[1]["x-slack-retry-num"] == "1"
    assert seen[1]["x-slack-retry-reason"] == "http_timeout"


def _acts(standin: Standin, **given: Any) -> list[dict[str, Any]]:
    headers = {"authorization": f"Bearer {standin.state.data['control_token']}"}
    url = f"{standin.url}/control/click"
    told = httpx.post(url, json=given, headers=headers, timeout=30).json()
    attempts: list[dict[str, Any]] = told["attempts"]
    return attempts


def test_page_is_for_its_key_and_its_own_forms(standin: Standin, slack: WebClient) -> None:
    """The page opens by its key, shows messages as text, and takes forms from itself only."""
    hostile = [{"type": "section", "text": {**PLAIN, "text": "&lt;script&gt;x&lt;/script&gt;"}}]
    slack.chat_postMessage(channel=CHANNEL, text="x", blocks=hostile)
    with httpx.Client(base_url=standin.url) as browser:
        before = browser.get("/")
        wrong = browser.get("/enter?key=no")
        browser.get(standin.page_url)
        page = browser.get("/", params={"user": COUNSEL, "channel": CHANNEL})
        foreign = browser.post("/click", headers={"origin": "http://evil.example"})
        without = browser.post("/click")

    assert (before.status_code, wrong.status_code) == (401, 401)
    assert (page.status_code, foreign.status_code, without.status_code) == (200, 403, 403)
    assert "&lt;script&gt;x&lt;/script&gt;" in page.text
    assert "<script>" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_message_outside_the_channel_cannot_be_clicked(standin: Standin) -> None:
    """People click only where they are."""
    standin.state.data["channels"][CHANNEL]["members"].remove(ENGINEER)

    with pytest.raises(Refused, match="user_not_in_channel"):
        Acts(standin.state).click(ENGINEER, CHANNEL, "1.0", "approve")


def test_state_file_is_the_owners_alone(tmp_path: Path) -> None:
    """The pretended secrets are in a file only its owner reads."""
    path = tmp_path / "slack.json"
    state = State(path, SETTINGS)

    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text())["token"] == state.data["token"]
