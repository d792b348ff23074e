"""What Slack sends, taken apart: one shape whether it came as a form, as JSON or down a socket."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from breachbook.canonical import sha256

Body = dict[str, Any]
_HEARD = ("app_home_opened", "message")
_SUBTYPES = (None, "file_share", "thread_broadcast")


@dataclass(frozen=True, slots=True)
class Received:
    """One delivery, known to be Slack's.

    Attributes:
        body: As Slack documents it for Socket Mode: a mapping, also of a slash command.
        at: Our receipt of it.
        is_retry: Slack says that it sent this before.
    """

    body: Body
    at: datetime
    is_retry: bool = False


def read_body(raw: bytes, content_type: str) -> Body:
    """Read an HTTP body: JSON, a form with ``payload``, or the form of a slash command.

    Raises:
        ValueError: None of these.
    """
    if content_type.startswith("application/json"):
        body = _strict(raw.decode())
    else:
        form = dict(parse_qsl(raw.decode(), max_num_fields=100))
        body = _strict(form["payload"]) if "payload" in form else form
    if not isinstance(body, dict) or not body:
        raise ValueError("not an object")
    return body


def _strict(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def is_well_formed(body: Body) -> bool:
    """Tell whether a body has what the handlers rely on."""
    try:
        return _is_well_formed(body)
    except (KeyError, TypeError, IndexError, AttributeError):
        return False


def _is_well_formed(body: Body) -> bool:
    match body.get("type"):
        case "event_callback":
            return isinstance(body["event"]["type"], str) and _texts(body, "team_id")
        case "block_actions":
            action = body["actions"][0]
            return _texts(body["user"], "id") and _texts(action, "action_id")
        case "view_submission":
            view = body["view"]
            values = view["state"]["values"]
            return _texts(body["user"], "id") and all(
                isinstance(entry, dict) for block in values.values() for entry in block.values()
            )
        case "view_closed" | "shortcut" | "message_action":
            return _texts(body["user"], "id")
        case None:
            return _texts(body, "command", "user_id", "team_id")
        case _:
            return False


def _texts(holder: Mapping[str, Any], *names: str) -> bool:
    return all(isinstance(holder[name], str) for name in names)


def is_heard(body: Body) -> bool:
    """Tell whether an event is one of those the desk does something about."""
    if body.get("type") != "event_callback":
        return True
    event = body["event"]
    if event["type"] not in _HEARD or not isinstance(event.get("user"), str):
        return False
    return event["type"] != "message" or event.get("subtype") in _SUBTYPES


def is_own(body: Body) -> bool:
    """Tell whether an event is about something the app itself did."""
    event = body.get("event")
    if not isinstance(event, Mapping):
        return False
    ours = [item for item in body.get("authorizations") or () if isinstance(item, Mapping)]
    users = {item.get("user_id") for item in ours if item.get("is_bot")}
    app = event.get("app_id")
    return event.get("user") in users or (app is not None and app == body.get("api_app_id"))


def is_bot(body: Body) -> bool:
    """Tell whether somebody else's bot acted."""
    holders = [body.get("event"), body.get("user")]
    return any(
        isinstance(holder, Mapping)
        and bool(holder.get("bot_id") or holder.get("is_bot") or holder.get("bot_profile"))
        for holder in holders
    ) or bool(body.get("bot_id"))


def identity(body: Body) -> tuple[str, str]:
    """Give team and user; a guest of a shared channel counts under their own team."""
    if body.get("type") == "event_callback":
        event = body["event"]
        team = event.get("user_team") or event.get("team") or body["team_id"]
        return str(team), str(event.get("user"))
    user = body.get("user")
    if isinstance(user, Mapping):
        team = body.get("team")
        home = team.get("id") if isinstance(team, Mapping) else None
        return str(user.get("team_id") or home), str(user.get("id"))
    return str(body.get("team_id")), str(body.get("user_id"))


def key(body: Body) -> str:
    """Name a delivery by what stays the same when Slack repeats it."""
    if isinstance(body.get("event_id"), str):
        return _digest(["event", body["event_id"]])
    if body.get("type") == "view_submission":
        view = body["view"]
        return _digest(["view", identity(body), view.get("id"), view["state"]["values"]])
    if isinstance(body.get("trigger_id"), str):
        pressed = [[a.get("action_id"), a.get("value")] for a in body.get("actions") or ()]
        asked = [body.get(name) for name in ("type", "callback_id", "command", "text")]
        return _digest(["trigger", identity(body), body["trigger_id"], pressed, asked])
    return _digest(["body", body])


def _digest(parts: object) -> str:
    return sha256(json.dumps(parts, sort_keys=True, default=str).encode())


def is_from_home(body: Body) -> bool:
    """Tell whether something was done in a Home tab, or sent from a form that was opened there."""
    view = body.get("view")
    if not isinstance(view, Mapping):
        return False
    sent = body.get("type") == "view_submission" and str(view.get("private_metadata")).endswith(
        " -"
    )
    return view.get("type") == "home" or sent


def value_of(body: Body) -> str:
    """Give what a pressed button carries."""
    return str(body["actions"][0].get("value"))


def channel_of(body: Body) -> str:
    """Give the channel something was pressed in; empty in a Home tab."""
    channel = body.get("channel")
    if isinstance(channel, Mapping):
        return str(channel.get("id", ""))
    return str(body.get("channel_id", ""))
