"""One call of the Web API: who calls, with what, and Slack's answer; faults on request."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from breachbook.slack.standin import channels, files, messages
from breachbook.slack.standin.arguments import Refused, read
from breachbook.slack.standin.state import Record, State

METHODS: Mapping[str, Callable[[State, Mapping[str, Any]], Record]] = {
    "auth.test": messages.auth_test,
    "chat.postMessage": messages.post_message,
    "chat.postEphemeral": messages.post_ephemeral,
    "chat.update": messages.update,
    "conversations.create": channels.create,
    "conversations.history": messages.history,
    "conversations.info": channels.info,
    "conversations.invite": channels.invite,
    "conversations.list": channels.list_conversations,
    "conversations.members": channels.members,
    "conversations.open": channels.open_conversation,
    "conversations.replies": messages.replies,
    "conversations.setTopic": channels.set_topic,
    "files.completeUploadExternal": files.complete,
    "users.info": channels.user_info,
    "views.open": messages.open_view,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back over HTTP."""

    body: Record
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


def answer(state: State, method: str, token: str, given: Mapping[str, Any], base: str) -> Answer:
    """Answer one call.

    `token` is empty when none was sent, `given` the arguments as they arrived, `base` the
    stand-in's own address, for uploads.
    """
    with state.lock:
        try:
            _authenticate(state, token)
            arguments = read(method, given)
            fault = _fault(state, method)
            if fault and fault["kind"] == "rate-limit":
                wait = {"Retry-After": str(fault.get("retry_after", 1))}
                return Answer({"ok": False, "error": "ratelimited"}, 429, wait)
            told = _call(state, method, arguments, base)
        except Refused as refused:
            return Answer(_refusal(refused))
        if fault and fault["kind"] == "lose-answer":
            return Answer({}, 503)
        return Answer({"ok": True, **told})


def _authenticate(state: State, token: str) -> None:
    if not token:
        raise Refused("not_authed")
    if not hmac.compare_digest(token.encode(), str(state.data["token"]).encode()):
        raise Refused("invalid_auth")


def _call(state: State, method: str, arguments: Mapping[str, Any], base: str) -> Record:
    if method == "files.getUploadURLExternal":
        return files.upload_url(state, arguments, base)
    return METHODS[method](state, arguments)


def _fault(state: State, method: str) -> Record | None:
    """Take the next planned fault of a method: ``rate-limit``, or ``lose-answer`` after acting."""
    for fault in state.faults:
        if fault["method"] == method and fault["times"] > 0:
            fault["times"] -= 1
            return fault
    return None


def _refusal(refused: Refused) -> Record:
    told: Record = {"ok": False, "error": refused.code}
    if refused.messages:
        told["response_metadata"] = {"messages": list(refused.messages)}
        told["errors"] = [each.removeprefix("[ERROR] ") for each in refused.messages]
    return told
