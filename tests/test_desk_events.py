"""Events: Home tabs, edited documents in the thread of a card, other people's bots; HTTP and sockets."""

import base64
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from breachbook.desk.matters import NOT_YOURS
from breachbook.errors import UsageError
from breachbook.events import Draft
from breachbook.slack import actions
from breachbook.slack.actions import of_matter
from breachbook.slack.blocks import button, section
from breachbook.workspace import Workspace
from tests.desk_world import (
    ALAN,
    CHANNEL,
    HELEN,
    HOLD,
    JOAN,
    MATTER,
    NORA,
    PETER,
    REQUEST,
    TEAM,
    Desk,
    desk,
)

TAKEN: list[tuple[str, str, str, bytes, str]] = []
OURS = {"user_id": "U0BREACHBK", "is_bot": True, "team_id": TEAM}


def _home(_workspace: Workspace) -> Any:
    pressed = button("Acknowledge", actions.HOLD_ACKNOWLEDGE, of_matter(MATTER, HOLD))
    block: dict[str, object] = {"type": "actions", "elements": [pressed]}
    return lambda person: {"type": "home", "blocks": [section(f"Hello {person}"), block]}


def _replace(_workspace: Workspace) -> Any:
    def take(matter: str, request: str, person: str, data: bytes, name: str) -> str:
        if data == b"bad":
            raise UsageError("not a document")
        TAKEN.append((matter, request, person, data, name))
        return "taken as version 2"

    return take


@pytest.fixture
def here(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """A desk with one open matter, Home tabs, and something that takes documents."""
    TAKEN.clear()
    socket = getattr(request, "param", "http") == "socket"
    with desk(tmp_path, socket=socket, home=_home, replace=_replace) as made:
        made.report()
        yield made


def _event(**event: Any) -> dict[str, Any]:
    return {
        "type": "event_callback", "team_id": TEAM, "api_app_id": "A0", "event_id": "Ev1",
        "authorizations": [OURS], "event": event,
    }  # fmt: skip


def _card(here: Desk) -> str:
    key = f"card/{REQUEST}"
    ts = here.client.post(CHANNEL, [section("a card")], "a card", key).ts
    here.append(
        Draft("message.sent", {"message": key, "what": "card", "channel": CHANNEL, "ts": ts})
    )
    return ts


def _upload(here: Desk, user: str, thread: str, name: str, data: bytes) -> None:
    here.standin.state.data["channels"][CHANNEL]["members"].append(user)
    content = base64.b64encode(data).decode()
    given = {"channel": CHANNEL, "thread_ts": thread, "name": name, "content": content, "text": ""}
    here.control("upload", user=user, **given)


@pytest.mark.parametrize("here", ["http", "socket"], indirect=True)
def test_home_tab_is_shown_to_its_person(here: Desk) -> None:
    """Opening the Home tab publishes what that person may see."""
    here.control("home", user=HELEN)

    shown = here.until(lambda: here.seen("homes").get(HELEN), "the home")
    assert shown["view"]["blocks"][0]["text"]["text"] == "Hello helen-marsh"


def test_act_in_the_home_tab_is_answered_there(here: Desk) -> None:
    """A hold acknowledged in the Home tab is recorded, said in a direct message, and the tab made anew."""
    here.hold()
    here.control("home", user=ALAN)
    before = here.until(lambda: here.seen("homes").get(ALAN), "the home")["view"]

    here.control("press", user=ALAN, view_id=before["id"], action_id=actions.HOLD_ACKNOWLEDGE)

    direct = here.until(lambda: _direct(here, ALAN), "a direct message")
    here.until(lambda: here.seen("homes")[ALAN]["view"]["hash"] != before["hash"], "the new tab")
    assert direct[0]["text"] == "acknowledged; thank you"
    assert here.matter().holds[HOLD, "alan-brooks"].state == "acknowledged"


def _direct(here: Desk, user: str) -> list[dict[str, Any]]:
    found = [
        c["id"] for c in here.seen("channels").values() if c["is_im"] and user in c["members"]
    ]
    messages: dict[str, list[dict[str, Any]]] = here.seen("messages")
    return [message for channel in found for message in messages.get(channel, [])]


@pytest.mark.parametrize("here", ["http", "socket"], indirect=True)
def test_document_in_the_thread_of_a_card_is_taken(here: Desk) -> None:
    """An edited DOCX under a card is handed on with its matter, request and author, once."""
    here.request()

    _upload(here, JOAN, _card(here), "letter.DOCX", b"PK new")

    assert here.whisper(JOAN) == "taken as version 2"
    assert TAKEN == [("LEAK-2026-0001", REQUEST, "joan-petrov", b"PK new", "letter.DOCX")]


def test_document_that_is_not_taken_is_said(here: Desk) -> None:
    """The reason is told to the person alone; another file, and another thread, are left alone."""
    here.request()
    ts = _card(here)
    other = here.client.post(CHANNEL, [section("talk")], "talk", "note/1").ts

    _upload(here, JOAN, ts, "notes.txt", b"x")
    _upload(here, JOAN, other, "letter.docx", b"x")
    _upload(here, JOAN, ts, "letter.docx", b"bad")

    assert here.whisper(JOAN) == "Nothing was replaced: not a document"
    assert TAKEN == []


def test_document_of_somebody_not_on_the_matter_is_refused(here: Desk) -> None:
    """Who sits in the channel without being on the matter replaces nothing and learns nothing."""
    here.request()

    _upload(here, NORA, _card(here), "letter.docx", b"PK new")

    assert here.whisper(NORA) == NOT_YOURS
    assert TAKEN == []


def test_event_of_a_bot_or_stranger_is_refused(here: Desk) -> None:
    """Other people's bots, unknown people and other teams get 401; our own messages 200; nothing happens."""
    said = {"type": "message", "channel": CHANNEL, "text": "x", "ts": "1.2"}
    sent = [
        (_event(**said, user="U0OTHERBOT", bot_id="B0OTHER"), 401),
        (_event(**said, user="U0STRANGER"), 401),
        (_event(**said, user=HELEN) | {"team_id": "T0OTHER"}, 401),
        (_event(**said, user="U0BREACHBK", bot_id="B0OURS"), 200),
        (_event(type="channel_archive", channel=CHANNEL, user=HELEN), 200),
    ]

    found = [here.send(body).status_code for body, _ in sent]

    assert found == [status for _, status in sent]
    assert here.counted() == ["bot", "unknown-user", "unknown-user"]


def test_event_sent_again_is_done_once(here: Desk) -> None:
    """Slack's repetition of an event, known by its id, is acknowledged and not done again."""
    here.request()
    ts = _card(here)
    file = {"name": "a.docx", "url_private": f"{here.standin.url}/nothing", "mimetype": "x/y"}
    body = _event(
        type="message",
        subtype="file_share",
        channel=CHANNEL,
        user=JOAN,
        thread_ts=ts,
        files=[file],
    )

    found = [here.send(body, **{"x-slack-retry-num": str(n)}).status_code for n in (1, 2, 3)]

    assert found == [200, 200, 200]
    assert "could not be fetched" in here.whisper(JOAN)
    assert len(here.whispers(JOAN)) == 1


@pytest.mark.parametrize("here", ["socket"], indirect=True)
def test_socket_that_is_lost_again_and_again_loses_nothing(here: Desk) -> None:
    """Through each kind of goodbye, and Slack being away for a while, every click counts once."""
    here.request(quorum=2, approvers=["helen-marsh", "david-okafor"])
    ts = here.buttons(actions.APPROVE)
    here.control("fault", method="apps.connections.open", kind="outage", times=2)
    for reason in ("warning", "refresh_requested", "link_disabled", "warning"):
        here.control("disconnect", reason=reason)
        here.until(lambda: _clicked(here, ts), f"a click after {reason}")

    assert here.kinds().count("approval.decided") == 1
    assert here.whispers(HELEN) == []


def _clicked(here: Desk, ts: str) -> bool:
    told = here.control("click", user=HELEN, channel=CHANNEL, ts=ts, action_id="approve")
    return bool(told.get("attempts")) and told["attempts"][-1]["status"] == 200


@pytest.mark.parametrize("here", ["socket"], indirect=True)
def test_refusals_of_socket_mode_are_those_of_http(here: Desk) -> None:
    """A stranger down the socket has no effect, is counted, and is told nothing."""
    here.request()
    state = here.standin.state
    state.configure({"users": [{"id": "U0STRANGER", "name": "x"}]})
    state.data["channels"][CHANNEL]["members"].append("U0STRANGER")

    here.click("U0STRANGER", actions.APPROVE)

    assert here.counted() == ["unknown-user"]
    assert here.whispers("U0STRANGER") == []
    assert here.matter().approvals[REQUEST].decisions == []


def test_click_is_kept_while_the_journal_is_held(here: Desk) -> None:
    """A click that must wait is acknowledged while it waits, is kept in the inbox, and recorded once."""
    here.request()
    ts = here.buttons(actions.APPROVE)
    inbox = here.workspace.run / "slack-inbox"
    with here.workspace.matter(MATTER).journal.locked():
        told = here.control("click", user=HELEN, channel=CHANNEL, ts=ts, action_id="approve")
        kept = [path.stat().st_mode & 0o777 for path in inbox.iterdir()]

    here.until(lambda: not list(inbox.iterdir()), "the inbox to be worked off")
    assert told["attempts"][0]["status"] == 200
    assert kept == [0o600]
    assert here.kinds().count("approval.decided") == 1


def test_secrets_reach_no_log(here: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """Neither a token nor what a payload holds is written to a log when something fails."""
    caplog.set_level(logging.DEBUG)
    body = _event(
        type="message", user=PETER, channel=CHANNEL, text="canary-words", thread_ts="9.9"
    )
    body["event"]["files"] = [{"name": "a.docx", "url_private": "https://evil.example/canary-url"}]

    here.send(body)
    here.client.call("auth.test")

    ours = [r for r in caplog.records if r.name.startswith("breachbook")]
    words = "\n".join(record.getMessage() for record in ours)
    assert "canary" not in words
    assert here.standin.state.data["token"] not in words
