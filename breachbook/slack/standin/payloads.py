"""The payloads Slack sends for what people do; built under the lock of the state."""

import secrets
from collections.abc import Mapping
from typing import Any

from breachbook.slack.standin import shown
from breachbook.slack.standin.state import BOT, Record, State

_RESPONSES, _RESPONSE_SECONDS = 5, 1800.0


def who(state: State, user_id: str) -> Record:
    """Give the part every payload has: person, team, app and a fresh trigger."""
    user = state.person(user_id)
    team = user.get("team_id", state.data["team_id"])
    named = {"id": user_id, "username": user["name"], "name": user["name"], "team_id": team}
    return {
        "user": named,
        "team": {"id": state.data["team_id"], "domain": "standin"},
        "enterprise": None,
        "is_enterprise_install": False,
        "api_app_id": BOT["app_id"],
        "token": "unused",
        "trigger_id": state.new_trigger(user_id),
    }


def message_click(
    state: State, user: str, place: Record, message: Record, action: Record
) -> Record:
    """Give the payload of a click in a message; one that only they see is not sent along."""
    whispered = "type" not in message
    where = {"message_ts": message["ts"], "channel_id": place["id"], "is_ephemeral": whispered}
    payload = {
        "type": "block_actions",
        **who(state, user),
        "container": {"type": "message", **where},
        "channel": {"id": place["id"], "name": place["name"]},
        "state": {"values": {}},
        "response_url": response_url(state, user, place["id"], message["ts"]),
        "actions": [{**action, "action_ts": state.ts()}],
    }
    return payload if whispered else payload | {"message": shown.message(state, message)}


def view_click(state: State, user: str, view: Record, values: Record, action: Record) -> Record:
    """Give the payload of a click in a modal or Home tab."""
    return {
        "type": "block_actions",
        **who(state, user),
        "container": {"type": "view", "view_id": view["id"]},
        "view": {**view, "state": {"values": values}},
        "state": {"values": values},
        "actions": [{**action, "action_ts": state.ts()}],
    }


def submission(state: State, user: str, view: Record, values: Record) -> Record:
    """Give the payload of a sent form."""
    sent = {**view, "state": {"values": values}}
    return {"type": "view_submission", **who(state, user), "view": sent, "response_urls": []}


def closing(state: State, user: str, view: Record, *, cleared: bool) -> Record:
    """Give the payload of a closed form."""
    told = {"type": "view_closed", **who(state, user), "view": view, "is_cleared": cleared}
    del told["trigger_id"]
    return told


def shortcut(state: State, user: str, callback_id: str) -> Record:
    """Give the payload of a global shortcut."""
    stamp = {"action_ts": state.ts(), "callback_id": callback_id}
    return {"type": "shortcut", **who(state, user), **stamp}


def message_shortcut(
    state: State, user: str, callback_id: str, place: Record, message: Record
) -> Record:
    """Give the payload of a shortcut on a message."""
    return {
        "type": "message_action",
        **who(state, user),
        "callback_id": callback_id,
        "action_ts": state.ts(),
        "message_ts": message["ts"],
        "channel": {"id": place["id"], "name": place["name"]},
        "message": shown.message(state, message),
        "response_url": response_url(state, user, place["id"], message["ts"]),
    }


def command(state: State, user: str, place: Record, name: str, text: str) -> dict[str, str]:
    """Give the form of a slash command."""
    known = who(state, user)
    return {
        "command": name,
        "text": text,
        "token": "unused",
        "team_id": known["team"]["id"],
        "team_domain": known["team"]["domain"],
        "channel_id": place["id"],
        "channel_name": "directmessage" if place["is_im"] else place["name"],
        "user_id": user,
        "user_name": known["user"]["name"],
        "api_app_id": BOT["app_id"],
        "is_enterprise_install": "false",
        "response_url": response_url(state, user, place["id"], ""),
        "trigger_id": known["trigger_id"],
    }


def home_opened(state: State, user: str, channel: str, tab: str) -> Record:
    """Give the event of an opened Home tab."""
    told = {"type": "app_home_opened", "user": user, "channel": channel, "tab": tab}
    held = state.data["homes"].get(user)
    view = {"view": held["view"]} if held and tab == "home" else {}
    return {**told, **view, "event_ts": state.ts()}


def said(state: State, place: Record, message: Mapping[str, Any]) -> Record:
    """Give the event of a person's message."""
    kind = "im" if place["is_im"] else "group" if place["is_private"] else "channel"
    where = {"channel": place["id"], "channel_type": kind, "event_ts": message["ts"]}
    return {**shown.message(state, message), **where}


def shared(state: State, user: str, place: Record, file_id: str) -> Record:
    """Give the event of a shared file."""
    told = {"type": "file_shared", "file_id": file_id, "file": {"id": file_id}}
    return {**told, "user_id": user, "channel_id": place["id"], "event_ts": state.ts()}


def response_url(state: State, user: str, channel: str, ts: str) -> str:
    """Give an address that answers five times within half an hour; `ts` is the original's."""
    token = secrets.token_hex(16)
    until = state.now() + _RESPONSE_SECONDS
    about = {"user": user, "channel": channel, "ts": ts}
    state.responses[token] = {**about, "left": _RESPONSES, "until": until}
    return f"{state.url}/response/{token}"
