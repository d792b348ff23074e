"""Messages pinned to a channel, with Slack's error codes."""

from collections.abc import Mapping
from typing import Any

from breachbook.slack.standin import shown
from breachbook.slack.standin.arguments import Refused
from breachbook.slack.standin.state import BOT, Record, State

Arguments = Mapping[str, Any]
_MOST = 100


def add(state: State, given: Arguments) -> Record:
    """Pin a message."""
    channel = state.channel(given["channel"], write=True)
    message = state.message(given["channel"], given["timestamp"])
    pins = of_channel(state, channel["id"])
    if any(pin["ts"] == message["ts"] for pin in pins):
        raise Refused("already_pinned")
    if len(pins) >= _MOST:
        raise Refused("too_many_pins")
    pins.append({"ts": message["ts"], "by": BOT["user_id"], "at": int(state.now())})
    message["pinned_to"] = [channel["id"]]
    state.save()
    return {}


def remove(state: State, given: Arguments) -> Record:
    """Take a pin off."""
    channel = state.channel(given["channel"])
    message = state.message(given["channel"], given["timestamp"])
    pins = of_channel(state, channel["id"])
    kept = [pin for pin in pins if pin["ts"] != message["ts"]]
    if len(kept) == len(pins):
        raise Refused("no_pin")
    state.data["pins"][channel["id"]] = kept
    message.pop("pinned_to", None)
    state.save()
    return {}


def listed(state: State, given: Arguments) -> Record:
    """List a channel's pins, newest first."""
    channel = state.channel(given["channel"])
    items = [
        {
            "type": "message",
            "channel": channel["id"],
            "created": pin["at"],
            "created_by": pin["by"],
            "message": shown.message(state, state.message(channel["id"], pin["ts"])),
        }
        for pin in reversed(of_channel(state, channel["id"]))
    ]
    return {"items": items}


def of_channel(state: State, channel: str) -> list[Record]:
    """Give a channel's pins, oldest first."""
    found: list[Record] = state.data["pins"].setdefault(channel, [])
    return found
