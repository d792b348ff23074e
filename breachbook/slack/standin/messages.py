"""Messages and forms, with Slack's error codes."""

from collections.abc import Mapping
from typing import Any

from breachbook.slack.standin.arguments import Refused
from breachbook.slack.standin.channels import page
from breachbook.slack.standin.schema import problems_of_blocks, problems_of_view
from breachbook.slack.standin.state import BOT, Record, State

Arguments = Mapping[str, Any]
_MAX_TEXT, _MAX_METADATA = 40_000, 16_000


def auth_test(state: State, _given: Arguments) -> Record:
    """Say who the token is."""
    return {"url": "https://standin.invalid/", "team_id": state.data["team_id"], **BOT}


def post_message(state: State, given: Arguments) -> Record:
    """Post a message as the app."""
    channel = state.channel(given["channel"])
    said = _said(given)
    if "thread_ts" in given:
        said["thread_ts"] = _thread(state, given["channel"], given["thread_ts"])
    message = {
        "type": "message",
        "user": BOT["user_id"],
        "bot_id": BOT["bot_id"],
        "app_id": BOT["app_id"],
        "team": state.data["team_id"],
        "ts": state.ts(),
        **said,
    }
    _with_block_ids(state, message)
    state.messages(channel["id"]).append(message)
    state.save()
    return {"channel": channel["id"], "ts": message["ts"], "message": message}


def update(state: State, given: Arguments) -> Record:
    """Replace what a message shows; metadata that is not given stays."""
    state.channel(given["channel"])
    message = state.message(given["channel"], given["ts"])
    if message.get("bot_id") != BOT["bot_id"]:
        raise Refused("cant_update_message")
    message |= {"blocks": [], **_said(given)}
    _with_block_ids(state, message)
    state.save()
    return {"channel": given["channel"], "ts": given["ts"], "text": message.get("text", "")}


def post_ephemeral(state: State, given: Arguments) -> Record:
    """Show something to one member of a channel."""
    channel = state.channel(given["channel"])
    if given["user"] not in channel["members"]:
        raise Refused("user_not_in_channel")
    shown = {"channel": channel["id"], "user": given["user"], "ts": state.ts(), **_said(given)}
    state.data["ephemerals"].append(shown)
    state.save()
    return {"message_ts": shown["ts"]}


def history(state: State, given: Arguments) -> Record:
    """List a channel's messages, newest first, without replies in threads."""
    state.channel(given["channel"])
    oldest = float(given.get("oldest", 0) or 0)
    found = [
        _seen(message, given)
        for message in reversed(state.messages(given["channel"]))
        if float(message["ts"]) > oldest
        and message.get("thread_ts", message["ts"]) == message["ts"]
    ]
    return page(given, "messages", found)


def replies(state: State, given: Arguments) -> Record:
    """List a thread, the parent first."""
    state.channel(given["channel"])
    parent = state.message(given["channel"], given["ts"])
    thread = [
        message
        for message in state.messages(given["channel"])
        if message.get("thread_ts") == given["ts"]
    ]
    return page(given, "messages", [_seen(each, given) for each in [parent, *thread]])


def open_view(state: State, given: Arguments) -> Record:
    """Open a modal for the user of a trigger."""
    found = problems_of_view(given["view"])
    if found:
        raise Refused("invalid_arguments", *found)
    user = state.take_trigger(given.get("trigger_id", ""))
    view = {**given["view"], "id": state.new_id("V"), "team_id": state.data["team_id"], **BOT}
    _with_block_ids(state, view)
    state.data["views"][view["id"]] = {"user": user, "view": view}
    state.save()
    return {"view": view}


def _said(given: Arguments) -> Record:
    text, blocks = given.get("text", ""), given.get("blocks") or []
    if not text and not blocks:
        raise Refused("no_text")
    if len(text) > _MAX_TEXT:
        raise Refused("msg_too_long")
    if len(given.get("attachments") or []) > 100:
        raise Refused("too_many_attachments")
    if not isinstance(blocks, list):
        raise Refused("invalid_blocks_format")
    found = problems_of_blocks(blocks)
    if found:
        raise Refused("invalid_blocks", *found)
    said = {"text": text, "blocks": blocks}
    return said | ({"metadata": _metadata(given["metadata"])} if "metadata" in given else {})


def _metadata(metadata: object) -> object:
    if not isinstance(metadata, Mapping) or set(metadata) != {"event_type", "event_payload"}:
        raise Refused("invalid_metadata_format")
    kind, payload = metadata["event_type"], metadata["event_payload"]
    if not isinstance(kind, str) or not kind or not isinstance(payload, Mapping):
        raise Refused("invalid_metadata_format")
    if len(str(payload)) > _MAX_METADATA:
        raise Refused("metadata_too_large")
    return metadata


def _thread(state: State, channel: str, ts: str) -> str:
    try:
        parent = state.message(channel, ts)
    except Refused:
        raise Refused("thread_not_found") from None
    if "thread_ts" in parent and parent["thread_ts"] != ts:
        raise Refused("cannot_reply_to_message")
    return ts


def _with_block_ids(state: State, holder: Record) -> None:
    holder["blocks"] = [
        {"block_id": state.new_id("b"), **block} for block in holder.get("blocks", [])
    ]


def _seen(message: Record, given: Arguments) -> Record:
    with_metadata = given.get("include_all_metadata", False)
    return {key: each for key, each in message.items() if with_metadata or key != "metadata"}
