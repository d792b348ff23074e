"""One call of the Web API: who calls, with what, and Slack's answer; faults on request."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from breachbook.slack.standin import channels, files, messages, pins, scopes, views
from breachbook.slack.standin.arguments import SIGNATURES, Refused, read
from breachbook.slack.standin.limits import RateLimits
from breachbook.slack.standin.sockets import Hub
from breachbook.slack.standin.state import Record, State

METHODS: Mapping[str, Callable[[State, Mapping[str, Any]], Record]] = {
    "auth.test": messages.auth_test,
    "chat.delete": messages.delete,
    "chat.getPermalink": messages.permalink,
    "chat.postEphemeral": messages.post_ephemeral,
    "chat.postMessage": messages.post_message,
    "chat.update": messages.update,
    "conversations.archive": channels.archive,
    "conversations.create": channels.create,
    "conversations.history": messages.history,
    "conversations.info": channels.info,
    "conversations.invite": channels.invite,
    "conversations.kick": channels.kick,
    "conversations.list": channels.list_conversations,
    "conversations.members": channels.members,
    "conversations.open": channels.open_conversation,
    "conversations.rename": channels.rename,
    "conversations.replies": messages.replies,
    "conversations.setPurpose": channels.set_purpose,
    "conversations.setTopic": channels.set_topic,
    "files.completeUploadExternal": files.complete,
    "files.getUploadURLExternal": files.upload_url,
    "files.info": files.info,
    "pins.add": pins.add,
    "pins.list": pins.listed,
    "pins.remove": pins.remove,
    "users.conversations": channels.users_conversations,
    "users.info": channels.user_info,
    "users.list": channels.users_list,
    "views.open": views.open_view,
    "views.publish": views.publish,
    "views.push": views.push,
    "views.update": views.update,
}
CONNECT = "apps.connections.open"
EVERY_METHOD = "*"


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back over HTTP."""

    body: Record
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class Missing(Refused):
    """The token lacks a scope."""

    def __init__(self, needed: list[str], provided: list[str]) -> None:
        super().__init__("missing_scope")
        self.told = {"needed": ",".join(needed), "provided": ",".join(provided)}


class Api:
    """The Web API over a state; its sockets are the `hub`'s."""

    def __init__(self, state: State, hub: Hub) -> None:
        self._state = state
        self._hub = hub
        self._limits = RateLimits()

    def answer(self, method: str, token: str, given: Mapping[str, Any]) -> Answer:
        """Answer one call; `token` is empty when none was sent, `given` as it arrived."""
        state = self._state
        with state.lock:
            fault = _fault(state, method)
            if fault and fault["kind"] == "outage":
                return Answer({"ok": False, "error": "service_unavailable"}, 503)
            try:
                self._authenticate(method, token)
                arguments = self._admitted(method, given)
                if fault and fault["kind"] == "rate-limit":
                    return _limited(int(fault.get("retry_after", 1)))
                wait = self._limits.wait(method, given, state.now()) if _limits(state) else 0
                if wait:
                    return _limited(wait)
                told = self._call(method, arguments)
            except Missing as missing:
                return Answer({"ok": False, "error": missing.code, **missing.told})
            except Refused as refused:
                return Answer(_refusal(refused))
            if fault and fault["kind"] == "lose-answer":
                return Answer({}, 503)
            return Answer({"ok": True, **told}, headers={"x-oauth-scopes": _provided(state)})

    def _authenticate(self, method: str, token: str) -> None:
        if not token:
            raise Refused("not_authed")
        app = _same(token, self._state.data["app_token"])
        if not app and not _same(token, self._state.data["token"]):
            raise Refused("invalid_auth")
        if app != (method == CONNECT):
            raise Refused("not_allowed_token_type")

    def _admitted(self, method: str, given: Mapping[str, Any]) -> dict[str, Any]:
        if method not in SIGNATURES:
            raise Refused("unknown_method")
        app = method == CONNECT
        provided = self._state.data["app_scopes"] if app else self._state.app("scopes")
        asked = ["connections:write"] if app else scopes.needed(self._state, method, given)
        if not set(asked) <= set(provided):
            raise Missing(asked, provided)
        return read(method, given)

    def _call(self, method: str, arguments: Mapping[str, Any]) -> Record:
        if method == CONNECT:
            return {"url": self._hub.ticket()}
        return METHODS[method](self._state, arguments)


def _same(given: str, wanted: object) -> bool:
    return hmac.compare_digest(given.encode(), str(wanted).encode())


def _limits(state: State) -> bool:
    return bool(state.data["rate_limits"])


def _provided(state: State) -> str:
    return ",".join(state.app("scopes"))


def _limited(seconds: int) -> Answer:
    return Answer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": str(seconds)})


def _fault(state: State, method: str) -> Record | None:
    """Take the next planned fault of a method.

    Its kind is ``outage`` (503 before anything is done), ``rate-limit``, or ``lose-answer`` (503
    after acting); its method may be ``*``.
    """
    for fault in state.faults:
        if fault["method"] in (method, EVERY_METHOD) and fault["times"] > 0:
            fault["times"] -= 1
            return fault
    return None


def _refusal(refused: Refused) -> Record:
    told: Record = {"ok": False, "error": refused.code}
    if refused.messages:
        told["response_metadata"] = {"messages": list(refused.messages)}
        told["errors"] = [each.removeprefix("[ERROR] ") for each in refused.messages]
    return told
