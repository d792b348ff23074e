"""Channels and people, with Slack's error codes."""

import re
from collections.abc import Mapping
from typing import Any

from breachbook.slack.standin.arguments import Refused
from breachbook.slack.standin.state import BOT, Record, State, new_channel

Arguments = Mapping[str, Any]
_MAX_TOPIC, _MAX_NAME = 250, 80
_PLAIN_NAME = re.compile(r"[a-z0-9_\-\u0080-\uffff]+")


def create(state: State, given: Arguments) -> Record:
    """Create a channel with the app in it."""
    name = _free_name(state, given["name"])
    made = new_channel(state.new_id("C"), name, is_private=given.get("is_private", False))
    state.data["channels"][made["id"]] = made
    state.save()
    return {"channel": _shown(made)}


def invite(state: State, given: Arguments) -> Record:
    """Put people into a channel: all or none."""
    channel = state.channel(given["channel"], write=True)
    users = [user.strip() for user in given["users"].split(",")]
    for user in users:
        if user == BOT["user_id"]:
            raise Refused("cant_invite_self")
        _user(state, user)
        if user in channel["members"]:
            raise Refused("already_in_channel")
    channel["members"] += users
    state.save()
    return {"channel": _shown(channel)}


def kick(state: State, given: Arguments) -> Record:
    """Take a person out of a channel."""
    channel = state.channel(given["channel"], write=True)
    if given["user"] == BOT["user_id"]:
        raise Refused("cant_kick_self")
    _user(state, given["user"])
    if given["user"] not in channel["members"]:
        raise Refused("not_in_channel")
    channel["members"].remove(given["user"])
    state.save()
    return {}


def set_topic(state: State, given: Arguments) -> Record:
    """Set a channel's topic."""
    return _described(state, given, "topic")


def set_purpose(state: State, given: Arguments) -> Record:
    """Set a channel's purpose."""
    return _described(state, given, "purpose")


def _described(state: State, given: Arguments, what: str) -> Record:
    channel = state.channel(given["channel"], write=True)
    if channel["is_im"]:
        raise Refused("method_not_supported_for_channel_type")
    if len(given[what]) > _MAX_TOPIC:
        raise Refused("too_long")
    channel[what] = given[what]
    state.save()
    return {"channel": _shown(channel)}


def rename(state: State, given: Arguments) -> Record:
    """Give a channel another name."""
    channel = state.channel(given["channel"], write=True)
    channel["name"] = _free_name(state, given["name"])
    state.save()
    return {"channel": _shown(channel)}


def archive(state: State, given: Arguments) -> Record:
    """Close a channel; it can still be read."""
    channel = state.channel(given["channel"])
    if channel["is_im"]:
        raise Refused("method_not_supported_for_channel_type")
    if channel.get("is_archived"):
        raise Refused("already_archived")
    channel["is_archived"] = True
    state.save()
    return {}


def open_conversation(state: State, given: Arguments) -> Record:
    """Open the direct-message channel with one person; the same one each time."""
    if "channel" in given:
        return {"channel": _shown(state.channel(given["channel"]))}
    user = _user(state, given.get("users", ""))["id"]
    if user == BOT["user_id"]:
        raise Refused("cannot_dm_bot")
    return direct(state, user)


def direct(state: State, user: str) -> Record:
    """Find or make the channel between the app and one person."""
    for channel in state.data["channels"].values():
        if channel["is_im"] and user in channel["members"]:
            return {"channel": {"id": channel["id"]}, "already_open": True}
    made = new_channel(state.new_id("D"), f"dm-{user.lower()}", [user], is_im=True)
    state.data["channels"][made["id"]] = made
    state.save()
    return {"channel": {"id": made["id"]}}


def info(state: State, given: Arguments) -> Record:
    """Describe a channel."""
    return {"channel": _shown(state.channel(given["channel"]))}


def list_conversations(state: State, given: Arguments) -> Record:
    """List channels the app can see, of the asked types."""
    return page(given, "channels", _listed(state, given))


def users_conversations(state: State, given: Arguments) -> Record:
    """List the channels a person (left out: the app) is in, as far as the app can see."""
    user = given.get("user", BOT["user_id"])
    _user(state, user)
    members = {each["id"]: each["members"] for each in state.data["channels"].values()}
    mine = [each for each in _listed(state, given) if user in members[each["id"]]]
    return page(given, "channels", mine)


def _listed(state: State, given: Arguments) -> list[Record]:
    kinds = given.get("types", "public_channel").split(",")
    seen = [_shown(channel) for channel in state.data["channels"].values() if _is(channel, kinds)]
    return [each for each in seen if not (given.get("exclude_archived") and each["is_archived"])]


def members(state: State, given: Arguments) -> Record:
    """List the members of a channel."""
    return page(given, "members", state.channel(given["channel"])["members"])


def user_info(state: State, given: Arguments) -> Record:
    """Describe a user."""
    return {"user": _described_user(state, _user(state, given["user"]))}


def users_list(state: State, given: Arguments) -> Record:
    """List everybody."""
    everybody = [_described_user(state, user) for user in state.data["users"].values()]
    return page(given, "members", everybody)


def _described_user(state: State, user: Record) -> Record:
    profile = {"real_name": user["name"], "display_name": user["name"]}
    told = {"team_id": state.data["team_id"], "real_name": user["name"], "profile": profile}
    return {"deleted": False, "is_bot": user["id"] == BOT["user_id"], **user, **told}


def _user(state: State, user_id: str) -> Record:
    user: Record | None = state.data["users"].get(user_id)
    if user is None:
        raise Refused("user_not_found")
    return user


def _is(channel: Record, kinds: list[str]) -> bool:
    private = channel["is_private"] and not channel["is_im"]
    kind = "im" if channel["is_im"] else "private_channel" if private else "public_channel"
    return kind in kinds and (kind == "public_channel" or BOT["user_id"] in channel["members"])


def _shown(channel: Record) -> Record:
    kept = {key: channel[key] for key in ("id", "name", "is_private", "is_im")}
    said = {each: {"value": channel.get(each, "")} for each in ("topic", "purpose")}
    people = {
        "num_members": len(channel["members"]),
        "is_member": BOT["user_id"] in channel["members"],
    }
    if channel["is_im"]:
        kept["user"] = next((each for each in channel["members"] if each != BOT["user_id"]), "")
    return {**kept, **said, **people, "is_archived": channel.get("is_archived", False)}


def _free_name(state: State, name: str) -> str:
    if not name:
        raise Refused("invalid_name_required")
    if len(name) > _MAX_NAME:
        raise Refused("invalid_name_maxlength")
    if not _PLAIN_NAME.fullmatch(name):
        raise Refused("invalid_name_specials")
    if any(channel["name"] == name for channel in state.data["channels"].values()):
        raise Refused("name_taken")
    return name


def page(given: Arguments, name: str, items: list[Any]) -> Record:
    """Cut one page out of a listing, with the cursor of the next."""
    limit = min(max(given.get("limit", 100), 1), 999)
    cursor = given.get("cursor") or "0"
    if not cursor.isdecimal():
        raise Refused("invalid_cursor")
    start = int(cursor)
    more = str(start + limit) if start + limit < len(items) else ""
    return {name: items[start : start + limit], "response_metadata": {"next_cursor": more}}
