"""Messages, with Slack's error codes."""

from collections.abc import Mapping
from typing import Any

from breachbook.slack.standin import shown
from breachbook.slack.standin.arguments import Refused
from breachbook.slack.standin.channels import page
from breachbook.slack.standin.schema import problems_of_blocks
from breachbook.slack.standin.state import BOT, Record, State

Arguments = Mapping[str, Any]
_MAX_TEXT, _MAX_METADATA = 40_000, 16_000


def auth_test(state: State, _given: Arguments) -> Record:
    """Say who the token is."""
    known = {"url": f"{state.url}/", "team": "Stand-in", "user": "breachbook"}
    return {**known, "team_id": state.data["team_id"], **BOT}


def post_message(state: State, given: Arguments) -> Record:
    """Post a message as the app."""
    channel = state.channel(given["channel"], write=True)
    said = said_of(given)
    if "thread_ts" in given:
        said["thread_ts"] = thread_of(state, given["channel"], given["thread_ts"])
    message = {
        "type": "message",
        "user": BOT["user_id"],
        "bot_id": BOT["bot_id"],
        "app_id": BOT["app_id"],
        "team": state.data["team_id"],
        "ts": state.ts(),
        **said,
    }
    with_ids(state, message)
    state.messages(channel["id"]).append(message)
    state.save()
    return {"channel": channel["id"], "ts": message["ts"], "message": message}


def update(state: State, given: Arguments) -> Record:
    """Replace what a message shows; metadata that is not given stays."""
    state.channel(given["channel"], write=True)
    message = state.message(given["channel"], given["ts"])
    if message.get("bot_id") != BOT["bot_id"] or message.get("subtype") == "tombstone":
        raise Refused("cant_update_message")
    message |= {"blocks": [], **said_of(given), "edited": {"user": BOT["user_id"]}}
    with_ids(state, message)
    state.save()
    return {"channel": given["channel"], "ts": given["ts"], "text": message.get("text", "")}


def post_ephemeral(state: State, given: Arguments) -> Record:
    """Show something to one member of a channel."""
    channel = state.channel(given["channel"], write=True)
    if given["user"] not in channel["members"]:
        raise Refused("user_not_in_channel")
    return {"message_ts": whisper(state, channel["id"], given["user"], given)["ts"]}


def whisper(state: State, channel: str, user: str, given: Arguments) -> Record:
    """Keep what one person alone sees in a channel."""
    kept = {"channel": channel, "user": user, "ts": state.ts(), **said_of(given)}
    if "thread_ts" in given:
        kept["thread_ts"] = given["thread_ts"]
    with_ids(state, kept)
    state.data["ephemerals"].append(kept)
    state.save()
    return kept


def history(state: State, given: Arguments) -> Record:
    """List a channel's messages, newest first, without replies in threads."""
    state.channel(given["channel"])
    whole = given.get("include_all_metadata", False)
    found = [
        shown.in_thread(state, given["channel"], message, with_metadata=whole)
        for message in reversed(state.messages(given["channel"]))
        if _within(message, given) and message.get("thread_ts", message["ts"]) == message["ts"]
    ]
    return page(given, "messages", found)


def replies(state: State, given: Arguments) -> Record:
    """List a thread, the parent first."""
    state.channel(given["channel"])
    whole = given.get("include_all_metadata", False)
    parent = state.message(given["channel"], given["ts"])
    first = shown.in_thread(state, given["channel"], parent, with_metadata=whole)
    thread = [
        shown.message(state, message, with_metadata=whole)
        for message in state.messages(given["channel"])
        if message.get("thread_ts") == given["ts"] != message["ts"] and _within(message, given)
    ]
    return page(given, "messages", [first, *thread])


def _within(message: Record, given: Arguments) -> bool:
    stamp, inclusive = float(message["ts"]), given.get("inclusive", False)
    oldest = float(given.get("oldest", 0) or 0)
    latest = float(given.get("latest", 0) or 0) or float("inf")
    return oldest < stamp < latest or (inclusive and stamp in (oldest, latest))


def delete(state: State, given: Arguments) -> Record:
    """Delete an own message; one with replies leaves its gravestone."""
    state.channel(given["channel"], write=True)
    message = state.message(given["channel"], given["ts"])
    if message.get("bot_id") != BOT["bot_id"]:
        raise Refused("cant_delete_message")
    listed = state.messages(given["channel"])
    if any(each.get("thread_ts") == message["ts"] for each in listed if each is not message):
        said = {"subtype": "tombstone", "text": "This message was deleted.", "blocks": []}
        message.pop("metadata", None)
        message.pop("files", None)
        message |= said
    else:
        listed.remove(message)
    pins = state.data["pins"].get(given["channel"], [])
    state.data["pins"][given["channel"]] = [pin for pin in pins if pin["ts"] != message["ts"]]
    state.save()
    return {"channel": given["channel"], "ts": given["ts"]}


def permalink(state: State, given: Arguments) -> Record:
    """Give a message's address in a browser."""
    state.channel(given["channel"])
    message = state.message(given["channel"], given["message_ts"])
    return {"channel": given["channel"], "permalink": link(state, given["channel"], message["ts"])}


def link(state: State, channel: str, ts: str) -> str:
    """Write a message's address."""
    return f"{state.url}/archives/{channel}/p{ts.replace('.', '')}"


def said_of(given: Arguments) -> Record:
    """Check what is to be said, and give it as a message keeps it.

    Raises:
        Refused: Empty, too long, or not Block Kit.
    """
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


def thread_of(state: State, channel: str, ts: str) -> str:
    """Check that a message can be replied to.

    Raises:
        Refused: ``thread_not_found`` or ``cannot_reply_to_message``.
    """
    try:
        parent = state.message(channel, ts)
    except Refused:
        raise Refused("thread_not_found") from None
    if "thread_ts" in parent and parent["thread_ts"] != ts:
        raise Refused("cannot_reply_to_message")
    return ts


def with_ids(state: State, holder: Record) -> None:
    """Give blocks and elements that have none the ids Slack would give them."""
    holder["blocks"] = [
        {"block_id": state.new_id("b"), **_named(state, block)}
        for block in holder.get("blocks", [])
    ]


def _named(state: State, block: Record) -> Record:
    named = dict(block)
    for key in {"element", "accessory"} & set(block):
        named[key] = {"action_id": state.new_id("a"), **block[key]}
    if block["type"] == "actions":
        named["elements"] = [
            {"action_id": state.new_id("a"), **element} for element in block["elements"]
        ]
    return named
