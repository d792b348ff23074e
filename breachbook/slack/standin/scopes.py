"""Which scope each Web API method needs.

Authority: the scopes named on each method's page of Slack's reference; where a method takes one
of several, the one that Slack's own answer names as needed.
"""

from collections.abc import Mapping
from typing import Any

from breachbook.slack.standin.state import State

_FIXED: Mapping[str, str] = {
    "chat.delete": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "conversations.open": "im:write",
    "files.completeUploadExternal": "files:write",
    "files.getUploadURLExternal": "files:write",
    "files.info": "files:read",
    "pins.add": "pins:write",
    "pins.list": "pins:read",
    "pins.remove": "pins:write",
    "users.info": "users:read",
    "users.list": "users:read",
}
_BY_KIND: Mapping[str, str] = {
    "conversations.archive": "manage",
    "conversations.history": "history",
    "conversations.info": "read",
    "conversations.invite": "manage",
    "conversations.kick": "manage",
    "conversations.members": "read",
    "conversations.rename": "manage",
    "conversations.replies": "history",
    "conversations.setPurpose": "manage",
    "conversations.setTopic": "manage",
}
_TYPES = {"public_channel": "channels", "private_channel": "groups", "im": "im"}


def needed(state: State, method: str, given: Mapping[str, Any]) -> list[str]:
    """List the scopes one call needs: those of the kind of its channel, or of the kinds it lists."""
    if method in _FIXED:
        return [_FIXED[method]]
    if method == "conversations.create":
        private = str(given.get("is_private", "")).lower() in ("1", "true")
        return ["groups:write" if private else "channels:manage"]
    if method in ("conversations.list", "users.conversations"):
        kinds = str(given.get("types", "public_channel")).split(",")
        return [f"{_TYPES[kind]}:read" for kind in kinds if kind in _TYPES]
    if method in _BY_KIND:
        return [_of_kind(_kind(state, str(given.get("channel", ""))), _BY_KIND[method])]
    return []


def history_scope(channel: Mapping[str, Any]) -> str:
    """Name the scope under which messages of a channel are told to the app."""
    return f"{_kind_of(channel)}:history"


def _kind(state: State, channel_id: str) -> str:
    channel = state.data["channels"].get(channel_id)
    return "groups" if channel is None else _kind_of(channel)


def _kind_of(channel: Mapping[str, Any]) -> str:
    return "im" if channel["is_im"] else "groups" if channel["is_private"] else "channels"


def _of_kind(kind: str, what: str) -> str:
    return f"{kind}:write" if what == "manage" and kind != "channels" else f"{kind}:{what}"
