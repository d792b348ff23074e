"""What an app answers: to a command or form in its acknowledgement, later at a response address."""

import json
from collections.abc import Mapping
from typing import Any

from breachbook.slack.standin import views
from breachbook.slack.standin.arguments import Refused
from breachbook.slack.standin.delivery import Attempt
from breachbook.slack.standin.elements import elements_of
from breachbook.slack.standin.messages import said_of, whisper, with_ids
from breachbook.slack.standin.state import BOT, Record, State

_TROUBLE = "We had some trouble connecting. Try again?"


def say(state: State, user: str, channel: str, body: str) -> None:
    """Show what a command was answered with: text, or JSON with ``response_type``."""
    told = _read(body)
    if told:
        _show(state, user, channel, told)


def respond(state: State, token: str, body: str) -> int:
    """Take what an app sends to a response address; gives the HTTP status."""
    with state.lock:
        about = state.responses.get(token)
        if about is None or about["left"] < 1 or state.now() > about["until"]:
            return 404
        about["left"] -= 1
        told = _read(body)
        try:
            if told.get("delete_original") or told.get("replace_original"):
                _change(state, about, told)
            else:
                _show(state, about["user"], about["channel"], told)
        except Refused:
            return 400
        return 200


def after_submission(state: State, held: Record, last: Attempt) -> Record:
    """Do what the app answered to a sent form: close, clear, errors, update or push.

    Gives {open, errors, trouble}; an answer Slack would not understand leaves the form open with
    `trouble`.
    """
    if last.status != 200:
        return _left_open(held, trouble=_TROUBLE)
    with state.lock:
        view = held["view"]
        try:
            told = _acknowledged(last.body)
            return _ACTIONS[told.get("response_action", "")](state, held, told)
        except (Refused, KeyError, ValueError, TypeError) as error:
            messages = " ".join(error.messages) if isinstance(error, Refused) else ""
            return _left_open(held, trouble=f"{_TROUBLE} {view['id']}: {error} {messages}".strip())
        finally:
            state.save()


def _acknowledged(body: str) -> Mapping[str, Any]:
    told = json.loads(body) if body.strip() else {}
    if not isinstance(told, dict):
        raise ValueError("an object or nothing is expected")
    return told


def _left_open(held: Record, errors: Record | None = None, trouble: str = "") -> Record:
    held["errors"] = errors or {}
    held["trouble"] = trouble
    return {"open": True, "errors": errors or {}, "trouble": trouble}


def _closed(state: State, held: Record, _told: Mapping[str, Any]) -> Record:
    views.close(state, held["view"]["id"])
    return {"open": False, "errors": {}, "trouble": ""}


def _cleared(state: State, held: Record, told: Mapping[str, Any]) -> Record:
    for each in views.of_user(state, held["user"]):
        if each["view"]["root_view_id"] == held["view"]["root_view_id"]:
            views.close(state, each["view"]["id"])
    return _closed(state, held, told)


def _refused(_state: State, held: Record, told: Mapping[str, Any]) -> Record:
    inputs = {block["block_id"] for block, _ in elements_of(held["view"]["blocks"])}
    errors = dict(told["errors"])
    if not errors or set(errors) - inputs:
        raise ValueError(f"errors name no input block: {', '.join(sorted(set(errors) - inputs))}")
    return _left_open(held, errors)


def _updated(state: State, held: Record, told: Mapping[str, Any]) -> Record:
    views.replace(state, held, views.checked_modal(told["view"]))
    held.pop("entered", None)
    return _left_open(held)


def _pushed(state: State, held: Record, told: Mapping[str, Any]) -> Record:
    views.add(state, held["user"], views.checked_modal(told["view"]), held)
    return _left_open(held)


_ACTIONS = {
    "": _closed,
    "clear": _cleared,
    "errors": _refused,
    "update": _updated,
    "push": _pushed,
}


def _read(body: str) -> Mapping[str, Any]:
    if not body.strip():
        return {}
    try:
        told = json.loads(body)
    except ValueError:
        return {"text": body}
    return told if isinstance(told, dict) else {"text": body}


def _show(state: State, user: str, channel: str, told: Mapping[str, Any]) -> None:
    kept = {key: told[key] for key in ("text", "blocks", "thread_ts") if key in told}
    if told.get("response_type") != "in_channel":
        whisper(state, channel, user, kept)
        return
    message = {"type": "message", "user": BOT["user_id"], **BOT, "ts": state.ts()}
    message |= said_of(kept)
    with_ids(state, message)
    state.messages(channel).append(message)
    state.save()


def _change(state: State, about: Record, told: Mapping[str, Any]) -> None:
    whispers = state.data["ephemerals"]
    for original in [*state.messages(about["channel"]), *whispers]:
        if original["ts"] != about["ts"]:
            continue
        if told.get("delete_original"):
            kept = whispers if original in whispers else state.messages(about["channel"])
            kept.remove(original)
        else:
            original |= {"blocks": [], **said_of(told)}
            with_ids(state, original)
        state.save()
        return
    raise Refused("message_not_found")
