"""The public listener over real HTTP, against the stand-in."""

import json
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from breachbook.slack.cards import button_value, card_blocks
from breachbook.slack.standin import signed_headers
from breachbook.supervisor.desk_role import signing_secrets
from tests.slack_world import (
    CHANNEL,
    COUNSEL,
    ENGINEER,
    NOW,
    STRANGER,
    SUBJECT,
    TEAM,
    World,
    card,
    world,
)

TRIGGERS = count()


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A workspace and a desk, for all tests of this file."""
    with world(tmp_path_factory.mktemp("desk")) as made:
        yield made


@pytest.fixture
def here(standing: World) -> World:
    """The same as if nothing had happened."""
    standing.ledger.path.unlink(missing_ok=True)
    standing.ledger.broken = False
    standing.security.counted.clear()
    state = standing.standin.state
    with state.lock:
        for name in ("ephemerals", "views", "messages"):
            state.data[name].clear()
    return standing


def _clicked(user: str = COUNSEL, action: str = "approve", team: str = TEAM) -> bytes:
    payload: dict[str, Any] = {
        "type": "block_actions",
        "user": {"id": user, "team_id": team},
        "team": {"id": team},
        "channel": {"id": CHANNEL},
        "trigger_id": f"1.2.{next(TRIGGERS)}",
        "actions": [
            {
                "action_id": action,
                "block_id": "b",
                "type": "button",
                "value": button_value("LEAK-2026-0001-A3", SUBJECT),
            }
        ],
    }
    return urlencode({"payload": json.dumps(payload)}).encode()


def _posted(here: World) -> str:
    return here.client.post(CHANNEL, card_blocks(card()), "approve?", "key").ts


def _click(here: World, user: str, action: str, ts: str) -> dict[str, Any]:
    return here.control("click", user=user, channel=CHANNEL, ts=ts, action_id=action)


def test_click_is_recorded_before_it_is_acknowledged(here: World) -> None:
    """An approval is in the ledger, with person, subject and receipt time, when Slack gets 200."""
    told = _click(here, COUNSEL, "approve", _posted(here))

    assert told["attempts"][0]["status"] == 200
    assert here.ledger.lines() == [
        {
            "request": "LEAK-2026-0001-A3",
            "person": "ida",
            "decision": "approve",
            "comment": None,
            "method": "slack",
            "subject16": SUBJECT[:16],
            "received_at": NOW.isoformat(),
            "confirmed": None,
        }
    ]


def test_same_click_delivered_again_is_silent(here: World) -> None:
    """A repeated delivery, byte for byte, gets 200, decides nothing and tells nobody."""
    body = _clicked()

    answers = [here.send(body).status_code]
    answers += [here.send(body, **{"x-slack-retry-num": "1"}).status_code for _ in range(2)]

    assert answers == [200, 200, 200]
    assert len(here.ledger.lines()) == 1
    assert here.seen("ephemerals") == []
    assert here.security.counted == []


def test_replayed_body_is_counted_and_does_nothing(here: World) -> None:
    """A copy that Slack does not call a repetition has no effect either, and is counted."""
    body = _clicked(ENGINEER)

    answers = [here.send(body).status_code for _ in range(3)]

    assert answers == [200, 200, 200]
    assert len(here.until("ephemerals", 1)) == 1
    assert here.security.counted == ["replayed", "replayed"]


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"x-slack-signature": "v0=" + "0" * 64}, "bad-signature"),
        ({"x-slack-signature": "v0=\u00e9"}, "bad-signature"),
        ({"x-slack-request-timestamp": "now"}, "bad-timestamp"),
        ({"x-slack-request-timestamp": "-5"}, "bad-timestamp"),
        ({"x-slack-request-timestamp": str(int(NOW.timestamp()) + 1)}, "bad-signature"),
    ],
)
def test_request_that_is_not_slacks_is_refused(
    here: World, headers: dict[str, str], reason: str
) -> None:
    """A wrong signature or timestamp gets 401, is counted, and decides nothing."""
    body = _clicked()
    signed = signed_headers(here.standin.state.data["signing_secret"], body, NOW.timestamp())
    sent = {name: text.encode("latin-1") for name, text in (signed | headers).items()}
    pairs = [(name.encode(), text) for name, text in sent.items()]

    told = here.http.post(f"{here.url}/slack/events", content=body, headers=pairs)

    assert (told.status_code, told.content) == (401, b"")
    assert here.security.counted == [reason]
    assert here.ledger.lines() == []


@pytest.mark.parametrize(("seconds", "status"), [(-301, 401), (-300, 200), (300, 200), (301, 401)])
def test_request_older_than_five_minutes_is_refused(
    here: World, seconds: int, status: int
) -> None:
    """A correctly signed request counts for 300 s either way, and not a second longer."""
    body = _clicked()
    secret = here.standin.state.data["signing_secret"]
    headers = signed_headers(secret, body, NOW.timestamp() + seconds)

    told = here.http.post(f"{here.url}/slack/events", content=body, headers=headers)

    assert told.status_code == status
    assert here.security.counted == (["old-timestamp"] if status == 401 else [])


def test_missing_headers_are_refused(here: World) -> None:
    """A request without Slack's headers gets 401 and is counted."""
    told = here.http.post(f"{here.url}/slack/events", content=_clicked())

    assert told.status_code == 401
    assert here.security.counted == ["missing-headers"]


@pytest.mark.parametrize("declared", [True, False])
def test_body_over_one_mebibyte_is_refused(here: World, declared: bool) -> None:
    """An oversize body gets 413 whether its length is declared or streamed."""
    body = b"x" * (1024 * 1024 + 1)
    chunks = iter([body[:700_000], body[700_000:]])
    signed = signed_headers("any", b"", NOW.timestamp())

    told = here.http.post(
        f"{here.url}/slack/events", content=body if declared else chunks, headers=signed
    )

    assert told.status_code == 413
    assert here.security.counted == ["oversize"]


@pytest.mark.parametrize(("user", "team"), [(STRANGER, TEAM), (COUNSEL, "T0OTHER")])
def test_unknown_user_or_team_is_refused_without_a_word(here: World, user: str, team: str) -> None:
    """A user who is not pinned, or pinned in another team, gets 401 and no message."""
    told = here.send(_clicked(user, team=team))

    assert told.status_code == 401
    assert here.security.counted == ["unknown-user"]
    assert here.seen("ephemerals") == []
    assert here.ledger.lines() == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"user": {"id": COUNSEL, "team_id": TEAM, "is_bot": True}}, "bot"),
        ({"user": COUNSEL}, "malformed"),
        ({"actions": []}, "malformed"),
        ({"actions": [{"action_id": 7}]}, "malformed"),
        ({"type": "made_up"}, "malformed"),
    ],
)
def test_bot_and_odd_payload_are_refused(
    here: World, changes: dict[str, Any], reason: str
) -> None:
    """A bot's click, and a payload without what every click has, are refused and counted."""
    payload = json.loads(dict(parse_qsl(_clicked().decode()))["payload"]) | changes

    told = here.send(urlencode({"payload": json.dumps(payload)}).encode())

    assert told.status_code == (401 if reason == "bot" else 400)
    assert (told.content, told.headers["x-slack-no-retry"]) == (b"", "1")
    assert here.security.counted == [reason]
    assert here.ledger.lines() == []


def test_request_url_is_verified(here: World) -> None:
    """The challenge is echoed where it is signed, and not where it is not."""
    unsigned = here.http.post(
        f"{here.url}/slack/events", json={"type": "url_verification", "challenge": "x"}
    )

    assert here.control("verify")["verified"] is True
    assert unsigned.status_code == 401


def test_only_one_path_is_served(here: World) -> None:
    """Clicks, commands and events come to one path; others do not exist."""
    found = [
        here.http.post(f"{here.url}/slack/{path}", content=b"x").status_code
        for path in ("actions", "commands", "events")
    ]

    assert found == [404, 404, 401]


def test_two_secrets_are_accepted_for_a_time(here: World) -> None:
    """While a signing secret is replaced the old and the new one count, a third does not."""
    assert signing_secrets({"SLACK_SIGNING_SECRET": " a, b,,c"}) == ["a", "b"]
    assert signing_secrets({}) == []
    assert here.send(_clicked(), secret="c").status_code == 401


@pytest.mark.parametrize("body", [b"payload=%7B", b"", b"payload=%22x%22", b"payload=%FF"])
def test_signed_nonsense_does_nothing(here: World, body: bytes) -> None:
    """What Slack signs but we cannot read is refused, counted, and decides nothing."""
    told = here.send(body)

    assert told.status_code in (400, 401)
    assert len(here.security.counted) == 1
    assert here.ledger.lines() == []


def test_rotated_secret_works_at_once(here: World) -> None:
    """A card posted before the signing secret changed can be decided after it."""
    ts = _posted(here)
    here.standin.state.configure({"signing_secret": "a-new-one"})

    told = _click(here, COUNSEL, "approve", ts)

    assert told["attempts"][0]["status"] == 200
    assert len(here.ledger.lines()) == 1


def test_wrong_role_is_told_to_the_person_alone(here: World) -> None:
    """A known person who may not decide gets 200 and an ephemeral answer, escaped."""
    told = _click(here, ENGINEER, "approve", _posted(here))

    (whisper,) = here.until("ephemerals", 1)
    assert told["attempts"][0]["status"] == 200
    assert (whisper["user"], whisper["channel"]) == (ENGINEER, CHANNEL)
    assert "You may not decide &lt;this&gt;" in whisper["blocks"][0]["text"]["text"]
    assert len(here.seen("messages")[CHANNEL]) == 1


@pytest.mark.parametrize("action", ["reject", "request-changes"])
def test_refusal_asks_for_a_reason_first(here: World, action: str) -> None:
    """Refuse and Request changes open a form; only its submission decides, with the reason."""
    _click(here, COUNSEL, action, _posted(here))
    (view,) = here.until("views", 1)
    before = here.ledger.lines()

    told = here.control(
        "submit", user=COUNSEL, view_id=view["view"]["id"], values={"reason": "No *basis* <yet>"}
    )

    assert before == []
    assert told["open"] is False
    (line,) = here.ledger.lines()
    assert (line["decision"], line["comment"]) == (action, "No *basis* <yet>")
    assert line["subject16"] == SUBJECT[:16]


def test_form_is_judged_again_when_submitted(here: World) -> None:
    """A form whose subject has changed stays open with the reason why, and decides nothing."""
    changed = card(subject_sha256="ee" * 32)
    ts = here.client.post(CHANNEL, card_blocks(changed), "approve?", "key").ts
    _click(here, COUNSEL, "reject", ts)
    (view,) = here.until("views", 1)

    told = here.control(
        "submit", user=COUNSEL, view_id=view["view"]["id"], values={"reason": "late"}
    )

    assert told["open"] is True
    assert told["errors"] == {"reason": "What you saw has changed since."}
    assert here.ledger.lines() == []


def test_form_with_only_blanks_stays_open(here: World) -> None:
    """Blanks are not a reason."""
    _click(here, COUNSEL, "reject", _posted(here))
    (view,) = here.until("views", 1)

    told = here.control(
        "submit", user=COUNSEL, view_id=view["view"]["id"], values={"reason": "  \n"}
    )

    assert told["errors"] == {"reason": "Please give a reason."}
    assert here.ledger.lines() == []


def test_form_that_cannot_be_opened_is_said(here: World) -> None:
    """When Slack does not open the form, the person is told that nothing was recorded."""
    here.send(_clicked(COUNSEL, "reject"))

    (whisper,) = here.until("ephemerals", 1)
    assert "nothing was recorded" in whisper["text"]


def test_slow_decision_is_acknowledged_in_time_and_still_recorded(tmp_path: Path) -> None:
    """A click is acknowledged although the journal hangs; the late answer comes as a whisper."""
    with world(tmp_path, acknowledge_within_seconds=0.1) as here:
        here.ledger.hold = threading.Event()
        ts = _posted(here)
        first = _click(here, COUNSEL, "approve", ts)["attempts"][0]
        second = _click(here, ENGINEER, "approve", ts)["attempts"][0]
        recorded_before = here.ledger.lines()
        here.ledger.hold.set()
        (whisper,) = here.until("ephemerals", 1)

    assert (first["status"], second["status"]) == (200, 200)
    assert max(first["seconds"], second["seconds"]) < 1.0
    assert recorded_before == []
    assert whisper["user"] == ENGINEER
    assert [line["person"] for line in here.ledger.lines()] == ["ida"]


def test_late_refusal_of_a_form_comes_as_a_whisper(tmp_path: Path) -> None:
    """A form closed by a late acknowledgement still gets its refusal told."""
    with world(tmp_path, acknowledge_within_seconds=0.1) as here:
        _click(here, ENGINEER, "reject", _posted(here))
        (view,) = here.until("views", 1)
        here.ledger.hold = threading.Event()
        told = here.control(
            "submit", user=ENGINEER, view_id=view["view"]["id"], values={"reason": "no"}
        )
        here.ledger.hold.set()
        (whisper,) = here.until("ephemerals", 1)

    assert told["open"] is False
    assert "You may not decide" in whisper["text"]


def test_decision_that_cannot_be_recorded_is_said(here: World) -> None:
    """When the journal refuses, the person learns that nothing was recorded."""
    here.ledger.broken = True

    told = _click(here, COUNSEL, "approve", _posted(here))

    (whisper,) = here.until("ephemerals", 1)
    assert told["attempts"][0]["status"] == 200
    assert "Nothing was recorded: the disk is full" in whisper["text"]


@pytest.mark.parametrize("value", ["", "LEAK-2026-0001-A3", "x y z", "A3 " + "g" * 16])
def test_button_with_a_foreign_value_decides_nothing(here: World, value: str) -> None:
    """A value that a card did not write decides nothing, and the person learns so."""
    for action in ("approve", "reject"):
        payload = {
            "type": "block_actions",
            "user": {"id": COUNSEL, "team_id": TEAM},
            "team": {"id": TEAM},
            "channel": {"id": CHANNEL},
            "trigger_id": "1.2.3",
            "actions": [{"action_id": action, "type": "button", "value": value}],
        }
        told = here.send(urlencode({"payload": json.dumps(payload)}).encode())
        assert told.status_code == 200

    whispers = here.until("ephemerals", 2)
    assert all("Nothing was recorded" in each["text"] for each in whispers)
    assert here.ledger.lines() == []


def test_form_with_foreign_metadata_stays_open(here: World) -> None:
    """A form we did not write is not taken for a decision, and does not close as if it were."""
    payload = {
        "type": "view_submission",
        "user": {"id": COUNSEL, "team_id": TEAM},
        "team": {"id": TEAM},
        "view": {
            "type": "modal",
            "callback_id": "decide",
            "private_metadata": "A3 " + "a" * 16 + " approve C0MATTER",
            "state": {"values": {"reason": {"reason": {"value": "x"}}}},
        },
    }
    told = here.send(urlencode({"payload": json.dumps(payload)}).encode())

    assert told.json()["response_action"] == "errors"
    assert here.ledger.lines() == []
