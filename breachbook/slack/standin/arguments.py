"""The arguments of each Web API method, and how they arrive: JSON, or a form with JSON inside.

Slack passes over many argument names it does not know; the stand-in refuses them, so that a
misspelt one is noticed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_STRUCTURED = frozenset({"blocks", "metadata", "view", "files", "attachments"})
_BOOLEANS = frozenset(
    {
        "is_private",
        "include_all_metadata",
        "inclusive",
        "exclude_archived",
        "unfurl_links",
        "unfurl_media",
        "link_names",
        "mrkdwn",
        "reply_broadcast",
        "include_locale",
        "include_num_members",
        "return_im",
        "force",
    }
)
_WHOLE = frozenset({"limit", "length"})


class Refused(Exception):  # noqa: N818 (an answer, not a fault)
    """Slack's answer ``ok: false`` with its error code and, for schema errors, its messages."""

    def __init__(self, code: str, *messages: str) -> None:
        super().__init__(code)
        self.code = code
        self.messages = messages


@dataclass(frozen=True, slots=True)
class Signature:
    """Names a method must and may be given."""

    required: frozenset[str]
    optional: frozenset[str]


def _takes(required: str, optional: str = "") -> Signature:
    return Signature(frozenset(required.split()), frozenset(optional.split()))


_SAID = "text blocks attachments thread_ts parse link_names"
_PAGED = "cursor limit"
SIGNATURES: Mapping[str, Signature] = {
    "auth.test": _takes(""),
    "chat.postMessage": _takes(
        "channel", f"{_SAID} metadata unfurl_links unfurl_media mrkdwn reply_broadcast"
    ),
    "chat.postEphemeral": _takes("channel user", _SAID),
    "chat.update": _takes(
        "channel ts", "text blocks attachments parse link_names metadata reply_broadcast"
    ),
    "apps.connections.open": _takes(""),
    "chat.delete": _takes("channel ts"),
    "chat.getPermalink": _takes("channel message_ts"),
    "conversations.archive": _takes("channel"),
    "conversations.create": _takes("name", "is_private"),
    "conversations.history": _takes(
        "channel", f"{_PAGED} oldest latest inclusive include_all_metadata"
    ),
    "conversations.replies": _takes(
        "channel ts", f"{_PAGED} oldest latest inclusive include_all_metadata"
    ),
    "conversations.info": _takes("channel", "include_locale include_num_members"),
    "conversations.invite": _takes("channel users", "force"),
    "conversations.kick": _takes("channel user"),
    "conversations.list": _takes("", f"{_PAGED} exclude_archived types"),
    "conversations.members": _takes("channel", _PAGED),
    "conversations.open": _takes("", "channel users return_im"),
    "conversations.rename": _takes("channel name"),
    "conversations.setPurpose": _takes("channel purpose"),
    "conversations.setTopic": _takes("channel topic"),
    "files.completeUploadExternal": _takes(
        "files", "channel_id channels thread_ts initial_comment blocks"
    ),
    "files.getUploadURLExternal": _takes("filename length", "alt_txt snippet_type"),
    "files.info": _takes("file", "cursor limit count page"),
    "pins.add": _takes("channel timestamp"),
    "pins.list": _takes("channel"),
    "pins.remove": _takes("channel timestamp"),
    "users.conversations": _takes("", f"{_PAGED} user types exclude_archived"),
    "users.info": _takes("user", "include_locale"),
    "users.list": _takes("", f"{_PAGED} include_locale"),
    "views.open": _takes("view", "trigger_id"),
    "views.publish": _takes("user_id view", "hash"),
    "views.push": _takes("view", "trigger_id"),
    "views.update": _takes("view", "view_id external_id hash"),
}


def read(method: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Decode and check a call's arguments.

    Raises:
        Refused: ``unknown_method``, or ``invalid_arguments`` with every problem found.
    """
    signature = SIGNATURES.get(method)
    if signature is None:
        raise Refused("unknown_method")
    found = [
        f"[ERROR] missing required field: {name}"
        for name in sorted(signature.required - set(given))
    ]
    arguments: dict[str, Any] = {}
    for name, value in given.items():
        # Slack's own framework names the team in every call.
        if name not in signature.required | signature.optional | {"team_id"}:
            found.append(f"[ERROR] unknown argument: {name}")
            continue
        try:
            arguments[name] = _decoded(name, value)
        except ValueError:
            found.append(f"[ERROR] cannot be read: {name}")
    if found:
        raise Refused("invalid_arguments", *found)
    return arguments


def _decoded(name: str, value: Any) -> Any:
    if name in _STRUCTURED:
        return json.loads(value) if isinstance(value, str) else value
    if name in _BOOLEANS:
        if str(value).lower() not in ("1", "0", "true", "false"):
            raise ValueError(name)
        return str(value).lower() in ("1", "true")
    if name in _WHOLE:
        return int(value)
    if not isinstance(value, str):
        raise ValueError(name)
    return value
