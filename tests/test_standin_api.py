"""The stand-in's Web API beyond posting: scopes, limits, faults, views, pins and channels."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import yaml
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from breachbook.slack.standin import Standin
from breachbook.slack.standin.arguments import SIGNATURES
from breachbook.slack.standin.schema import problems_of_blocks, problems_of_view
from breachbook.slack.standin.state import MANIFEST
from tests.standin_world import (
    BUTTON,
    CHANNEL,
    COUNSEL,
    ENGINEER,
    NOW,
    PLAIN,
    SETTINGS,
    STRANGER,
    control,
)

HOME = {"type": "home", "blocks": [{"type": "divider"}]}
MODAL = {"type": "modal", "title": PLAIN, "blocks": []}
OPTION = {"text": PLAIN, "value": "v"}


@pytest.fixture(scope="module")
def now() -> list[float]:
    """The stand-in's time, in a box."""
    return [NOW.timestamp()]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, now: list[float]) -> Iterator[Standin]:
    """A running stand-in."""
    path = tmp_path_factory.mktemp("standin") / "slack.json"
    with Standin(path, now=lambda: now[0]) as made:
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


def _refusal(call: Any, **given: Any) -> dict[str, Any]:
    with pytest.raises(SlackApiError) as refused:
        call(**given)
    told: dict[str, Any] = refused.value.response.data
    return told


def _code(call: Any, **given: Any) -> str:
    return str(_refusal(call, **given)["error"])


@pytest.mark.parametrize(
    ("method", "given", "needed"),
    [
        ("chat.postMessage", {"channel": CHANNEL, "text": "x"}, "chat:write"),
        ("conversations.create", {"name": "x", "is_private": True}, "groups:write"),
        ("conversations.create", {"name": "x"}, "channels:manage"),
        ("conversations.history", {"channel": CHANNEL}, "groups:history"),
        ("conversations.kick", {"channel": CHANNEL, "user": COUNSEL}, "groups:write"),
        ("conversations.list", {"types": "private_channel,im"}, "groups:read,im:read"),
        ("conversations.open", {"users": COUNSEL}, "im:write"),
        ("files.info", {"file": "F1"}, "files:read"),
        ("files.getUploadURLExternal", {"filename": "x", "length": 1}, "files:write"),
        ("pins.add", {"channel": CHANNEL, "timestamp": "1.1"}, "pins:write"),
        ("users.list", {}, "users:read"),
    ],
)
def test_call_without_its_scope_names_it(
    standin: Standin, slack: WebClient, method: str, given: dict[str, Any], needed: str
) -> None:
    """A call whose scope is not granted answers missing_scope with needed and provided."""
    standin.state.configure({"scopes": ["commands"]})
    told = _refusal(slack.api_call, api_method=method, params=given)

    assert told["error"] == "missing_scope"
    assert (told["needed"], told["provided"]) == (needed, "commands")


@pytest.fixture
def reading(standin: Standin) -> None:
    """Scopes that our app does without."""
    asked = yaml.safe_load(MANIFEST.read_text())["oauth_config"]["scopes"]["bot"]
    standin.state.configure({"scopes": [*asked, "pins:read", "users:read"]})


def test_scopes_are_those_of_the_manifest(standin: Standin, slack: WebClient) -> None:
    """Unless set, the app has the scopes its manifest asks for, and says so in a header."""
    asked = yaml.safe_load(MANIFEST.read_text())["oauth_config"]["scopes"]["bot"]
    told = slack.auth_test()

    assert told.headers["x-oauth-scopes"].split(",") == asked
    other = {"oauth_config": {"scopes": {"bot": ["chat:write"]}}}
    standin.state.configure({"manifest": other})
    assert standin.state.app("scopes") == ["chat:write"]


def test_every_method_is_there(slack: WebClient) -> None:
    """No method that has a signature lacks its deed."""
    for method in SIGNATURES:
        told = httpx.post(
            f"{slack.base_url}{method}", headers={"authorization": f"Bearer {slack.token}"}
        )
        assert told.status_code == 200


@pytest.mark.usefixtures("reading")
def test_rate_limits_are_kept_when_switched_on(
    standin: Standin, slack: WebClient, now: list[float]
) -> None:
    """After a burst of three a channel takes one message a second, and a tier has its minute."""
    standin.state.configure({"rate_limits": True})
    for _ in range(3):
        slack.chat_postMessage(channel=CHANNEL, text="x")
    with pytest.raises(SlackApiError) as refused:
        slack.chat_postMessage(channel=CHANNEL, text="x")
    other = slack.conversations_open(users=COUNSEL)["channel"]["id"]
    slack.chat_postMessage(channel=other, text="x")
    now[0] += 1
    slack.chat_postMessage(channel=CHANNEL, text="x")
    for _ in range(20):
        slack.users_list()
    tier = _refusal(slack.users_list)
    now[0] += 60
    slack.users_list()

    assert refused.value.response.status_code == 429
    assert refused.value.response.headers["Retry-After"] == "1"
    assert tier["error"] == "ratelimited"


def test_outage_does_nothing_until_it_ends(standin: Standin, slack: WebClient) -> None:
    """During an outage every method answers 503 and has no effect; calm ends it."""
    control(standin, "fault", kind="outage", times=1000)
    failed = [_status(standin, method) for method in ("auth.test", "chat.postMessage")]
    before = list(standin.state.messages(CHANNEL))
    control(standin, "calm")

    assert (failed, before) == ([503, 503], [])
    assert slack.chat_postMessage(channel=CHANNEL, text="x")["ok"]


def _status(standin: Standin, method: str) -> int:
    headers = {"authorization": f"Bearer {standin.state.data['token']}"}
    told = httpx.post(
        f"{standin.api_url}{method}", data={"channel": CHANNEL, "text": "x"}, headers=headers
    )
    return told.status_code


def test_view_is_updated_unless_it_changed(standin: Standin, slack: WebClient) -> None:
    """views.update goes by id or external id, keeps the id, and refuses an old hash."""
    view = {**MODAL, "external_id": "mine"}
    first = slack.views_open(trigger_id=standin.state.new_trigger(COUNSEL), view=view)["view"]
    second = slack.views_update(external_id="mine", hash=first["hash"], view=view)["view"]
    stale = _code(slack.views_update, view_id=first["id"], hash=first["hash"], view=view)
    trigger = standin.state.new_trigger(COUNSEL)

    assert (second["id"], stale) == (first["id"], "hash_conflict")
    assert _code(slack.views_update, view_id="V0NONE", view=view) == "not_found"
    assert _code(slack.views_open, trigger_id=trigger, view=view) == "duplicate_external_id"


def test_at_most_three_views_are_stacked(standin: Standin, slack: WebClient) -> None:
    """views.push lays two over the first; the next is refused, as is one over nothing."""
    trigger = standin.state.new_trigger
    nothing = _code(slack.views_push, trigger_id=trigger(COUNSEL), view=MODAL)
    root = slack.views_open(trigger_id=trigger(COUNSEL), view=MODAL)["view"]
    tops = [slack.views_push(trigger_id=trigger(COUNSEL), view=MODAL)["view"] for _ in range(2)]
    full = _code(slack.views_push, trigger_id=trigger(COUNSEL), view=MODAL)

    assert (nothing, full) == ("not_found", "push_limit_reached")
    assert [top["root_view_id"] for top in tops] == [root["id"]] * 2
    assert tops[1]["previous_view_id"] == tops[0]["id"]


def test_home_is_published_unless_it_changed(standin: Standin, slack: WebClient) -> None:
    """views.publish replaces a person's Home, refuses an old hash, a stranger and a modal."""
    first = slack.views_publish(user_id=COUNSEL, view=HOME)["view"]
    second = slack.views_publish(user_id=COUNSEL, view=HOME, hash=first["hash"])["view"]
    stale = _code(slack.views_publish, user_id=COUNSEL, view=HOME, hash=first["hash"])

    assert (first["id"], stale) == (second["id"], "hash_conflict")
    assert _code(slack.views_publish, user_id="U0NONE", view=HOME) == "invalid_arguments"
    assert _code(slack.views_publish, user_id=COUNSEL, view=MODAL) == "invalid_arguments"


@pytest.mark.usefixtures("reading")
def test_pins_come_and_go(slack: WebClient) -> None:
    """A message is pinned once, listed, and unpinned once; deleting it takes its pin."""
    ts = slack.chat_postMessage(channel=CHANNEL, text="x")["ts"]
    slack.pins_add(channel=CHANNEL, timestamp=ts)
    again = _code(slack.pins_add, channel=CHANNEL, timestamp=ts)
    listed = slack.pins_list(channel=CHANNEL)["items"]
    slack.pins_remove(channel=CHANNEL, timestamp=ts)
    none = _code(slack.pins_remove, channel=CHANNEL, timestamp=ts)
    slack.pins_add(channel=CHANNEL, timestamp=ts)
    slack.chat_delete(channel=CHANNEL, ts=ts)

    assert [each["message"]["ts"] for each in listed] == [ts]
    assert (again, none) == ("already_pinned", "no_pin")
    assert slack.pins_list(channel=CHANNEL)["items"] == []


def test_only_own_messages_are_deleted(standin: Standin, slack: WebClient) -> None:
    """The app deletes its own; a parent with replies leaves a gravestone, a person's stays."""
    own = slack.chat_postMessage(channel=CHANNEL, text="x")["ts"]
    slack.chat_postMessage(channel=CHANNEL, text="reply", thread_ts=own)
    theirs = control(standin, "message", user=COUNSEL, channel=CHANNEL, text="y")["ts"]
    slack.chat_delete(channel=CHANNEL, ts=own)

    assert _code(slack.chat_delete, channel=CHANNEL, ts=theirs) == "cant_delete_message"
    assert _code(slack.chat_update, channel=CHANNEL, ts=theirs, text="z") == "cant_update_message"
    left = slack.conversations_history(channel=CHANNEL)["messages"]
    assert [each.get("subtype") for each in left] == [None, "tombstone"]


def test_permalink_leads_to_its_message(standin: Standin, slack: WebClient) -> None:
    """A permalink opens the page at the message, for whoever has the page's key."""
    ts = slack.chat_postMessage(channel=CHANNEL, text="x")["ts"]
    link = slack.chat_getPermalink(channel=CHANNEL, message_ts=ts)["permalink"]
    with httpx.Client() as browser:
        outside = browser.get(link).status_code
        browser.get(standin.page_url)
        inside = browser.get(link)

    assert outside == 401
    assert inside.headers["location"] == f"/?channel={CHANNEL}#m{ts}"


def test_archived_channel_is_read_only(slack: WebClient) -> None:
    """An archived channel is read, and neither written nor archived again."""
    channel = slack.conversations_create(name="fresh", is_private=True)["channel"]["id"]
    slack.conversations_setPurpose(channel=channel, purpose="why")
    slack.conversations_rename(channel=channel, name="fresher")
    slack.conversations_archive(channel=channel)
    seen = slack.conversations_info(channel=channel)["channel"]
    told = slack.conversations_list(types="private_channel", exclude_archived=True)
    listed = [each["id"] for each in told["channels"]]

    assert (seen["name"], seen["purpose"]["value"], seen["is_archived"]) == (
        "fresher",
        "why",
        True,
    )
    assert listed == [CHANNEL]
    assert _code(slack.chat_postMessage, channel=channel, text="x") == "is_archived"
    assert _code(slack.conversations_archive, channel=channel) == "already_archived"


def test_people_are_taken_out(slack: WebClient) -> None:
    """Whoever is kicked is out; the app cannot kick itself, nor who is not there."""
    slack.conversations_kick(channel=CHANNEL, user=ENGINEER)

    assert ENGINEER not in slack.conversations_members(channel=CHANNEL)["members"]
    code = _code(slack.conversations_kick, channel=CHANNEL, user=STRANGER)
    assert code == "not_in_channel"
    code = _code(slack.conversations_kick, channel=CHANNEL, user="U0BREACHBK")
    assert code == "cant_kick_self"


@pytest.mark.usefixtures("reading")
def test_people_and_their_channels_are_listed(slack: WebClient) -> None:
    """users.list gives everybody with a mark for bots; users.conversations what a person is in."""
    members = slack.users_list()["members"]
    mine = slack.users_conversations(user=COUNSEL, types="private_channel")["channels"]
    theirs = slack.users_conversations(user=STRANGER, types="private_channel")["channels"]

    assert [each["is_bot"] for each in members] == [True, False, False, False]
    assert ([each["id"] for each in mine], theirs) == ([CHANNEL], [])


def test_file_is_seen_only_where_the_app_is(standin: Standin, slack: WebClient) -> None:
    """A file in a channel without the app is not found."""
    town = {"id": "C0TOWN", "name": "town", "members": [COUNSEL]}
    standin.state.configure({"channels": [town]})
    standin.state.data["channels"]["C0TOWN"]["members"] = [COUNSEL]
    told = control(standin, "upload", user=COUNSEL, channel="C0TOWN", name="a.txt", content="eA==")

    assert _code(slack.files_info, file=told["file_ids"][0]) == "file_not_found"


@pytest.mark.parametrize(
    ("element", "message"),
    [
        ({"type": "static_select", "options": [OPTION] * 101}, "no more than 100 items"),
        ({"type": "static_select"}, "either `options` or `option_groups`"),
        (
            {
                "type": "static_select",
                "options": [OPTION],
                "initial_option": {**OPTION, "value": "w"},
            },
            "must exactly match",
        ),
        ({"type": "static_select", "options": [{**OPTION, "value": "v" * 151}]}, "less than 151"),
        ({"type": "overflow", "options": [OPTION] * 6}, "no more than 5 items"),
        ({"type": "checkboxes", "options": [OPTION] * 11}, "no more than 10 items"),
        ({"type": "datepicker", "initial_date": "2026-2-3"}, "of the form YYYY-MM-DD"),
        ({"type": "timepicker", "initial_time": "25:00"}, "of the form HH:mm"),
        ({"type": "datetimepicker", "initial_date_time": 5}, "whole number"),
        ({"type": "plain_text_input"}, "unsupported type: plain_text_input"),
        ({"type": "multi_users_select"}, "unsupported type: multi_users_select"),
        (
            {**BUTTON, "confirm": {"title": PLAIN, "text": PLAIN, "confirm": PLAIN}},
            "missing required field: deny",
        ),
    ],
)
def test_elements_are_checked(element: dict[str, Any], message: str) -> None:
    """Each limit of an element, and an element in the wrong kind of block, is found."""
    found = problems_of_blocks([{"type": "actions", "elements": [element]}])

    assert message in str(found)


def test_home_has_its_own_rules() -> None:
    """A Home takes inputs without a submit button and no title; a modal only one focus."""
    text = {"type": "plain_text_input", "focus_on_load": True}
    ask = {"type": "input", "label": PLAIN, "element": text}

    assert problems_of_view({"type": "home", "blocks": [ask]}, "home") == []
    assert "title" in str(problems_of_view({**HOME, "title": PLAIN}, "home"))
    both = {**MODAL, "submit": PLAIN, "blocks": [ask, ask]}
    assert "focus_on_load" in str(problems_of_view(both))
