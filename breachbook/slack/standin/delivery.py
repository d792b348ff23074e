"""Deliveries to the app: signed over HTTP, or down a socket when one is connected."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx

from breachbook.slack.standin.arguments import Refused
from breachbook.slack.standin.sockets import Hub
from breachbook.slack.standin.state import BOT, Record, State

EVENT_RETRIES = 3
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
_NEVER_RETRIED = "x-slack-no-retry"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One delivery: the app's status (0: no answer in time) and body, and how long it took."""

    status: int
    body: str
    seconds: float

    @property
    def is_taken(self) -> bool:
        """Tell whether the app acknowledged."""
        return 200 <= self.status < 300


def sign(secret: str, body: bytes, stamp: str) -> str:
    """Sign a request body as Slack does, version v0; `stamp` is seconds since 1970."""
    based = b"v0:" + stamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), based, hashlib.sha256).hexdigest()


def signed_headers(secret: str, body: bytes, now: float, kind: str = FORM) -> dict[str, str]:
    """Give the headers of a signed body; `kind` is its content type."""
    stamp = str(int(now))
    return {
        "content-type": kind,
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": sign(secret, body, stamp),
        "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
    }


class Delivery:
    """Brings to the app what people do.

    Clicks, forms, shortcuts and commands are delivered once, as Slack does; with `retries` they
    are repeated, which an app must bear too. Events that are not acknowledged within three
    seconds are repeated three times; here without Slack's waits in between (at once, one minute,
    five minutes).
    """

    def __init__(
        self, state: State, hub: Hub, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._state = state
        self._hub = hub
        self._clock = clock

    def interact(self, payload: Mapping[str, Any], retries: int = 0) -> list[Attempt]:
        """Deliver a click, form or shortcut."""
        if self._hub.is_connected:
            return self._sent("interactive", payload, retries, accepts=True)
        return self._posted(urlencode({"payload": json.dumps(payload)}).encode(), FORM, retries)

    def command(self, form: Mapping[str, str]) -> list[Attempt]:
        """Deliver a slash command."""
        if self._hub.is_connected:
            return self._sent("slash_commands", form, 0, accepts=True)
        return self._posted(urlencode(form).encode(), FORM, 0)

    def event(self, event: Mapping[str, Any]) -> list[Attempt]:
        """Deliver an event of the Events API, to whichever place listens; none if there is none."""
        with self._state.lock:
            team = self._state.data["team_id"]
            whom = {"enterprise_id": None, "team_id": team, "user_id": BOT["user_id"]}
            told = {
                "token": "unused",
                "team_id": team,
                "api_app_id": BOT["app_id"],
                "event": event,
                "type": "event_callback",
                "event_id": self._state.new_id("Ev"),
                "event_time": int(self._state.now()),
                "authorizations": [{**whom, "is_bot": True, "is_enterprise_install": False}],
                "is_ext_shared_channel": False,
            }
        if self._hub.is_connected:
            return self._sent("events_api", told, EVENT_RETRIES, accepts=False)
        if not self._state.data["request_url"]:
            return []
        return self._posted(json.dumps(told).encode(), JSON, EVENT_RETRIES)

    def verify(self) -> bool:
        """Ask the request URL for its echo, as Slack does when it is set."""
        challenge = hashlib.sha256(str(self._state.data["request_url"]).encode()).hexdigest()
        asked = {"token": "unused", "challenge": challenge, "type": "url_verification"}
        told = self._posted(json.dumps(asked).encode(), JSON, 0)[-1]
        return told.status == 200 and challenge in told.body

    def _patience(self) -> float:
        return float(self._state.data["patience_seconds"])

    def _posted(self, body: bytes, kind: str, retries: int) -> list[Attempt]:
        url = str(self._state.data["request_url"])
        if not url:
            raise Refused("request_url_not_set")
        attempts: list[Attempt] = []
        reason = ""
        for number in range(retries + 1):
            made, no_more = self._once(url, body, kind, number, reason)
            attempts.append(made)
            # Events are repeated after any failure; what people do only when nobody answered.
            if made.is_taken or no_more or (made.status and kind == FORM):
                break
            reason = "http_error" if made.status else "http_timeout"
        return attempts

    def _once(
        self, url: str, body: bytes, kind: str, number: int, reason: str
    ) -> tuple[Attempt, bool]:
        secret = str(self._state.data["signing_secret"])
        headers = signed_headers(secret, body, self._state.now(), kind)
        if number:
            headers |= {"x-slack-retry-num": str(number), "x-slack-retry-reason": reason}
        began = self._clock()
        try:
            told = httpx.post(
                url, content=body, headers=headers, timeout=self._patience(), trust_env=False
            )
        except httpx.HTTPError:
            return Attempt(0, "", self._clock() - began), False
        attempt = Attempt(told.status_code, told.text, self._clock() - began)
        return attempt, told.headers.get(_NEVER_RETRIED) == "1"

    def _sent(
        self, kind: str, payload: Mapping[str, Any], retries: int, *, accepts: bool
    ) -> list[Attempt]:
        attempts: list[Attempt] = []
        for number in range(retries + 1):
            envelope = self._envelope(kind, payload, number, accepts=accepts)
            began = self._clock()
            answer = self._hub.deliver(envelope, self._patience())
            attempts.append(_answered(answer, self._clock() - began))
            if answer is not None:
                break
        return attempts

    def _envelope(
        self, kind: str, payload: Mapping[str, Any], number: int, *, accepts: bool
    ) -> Record:
        with self._state.lock:
            envelope_id = self._state.new_id("E")
        told: Record = {
            "type": kind,
            "envelope_id": envelope_id,
            "payload": payload,
            "accepts_response_payload": accepts,
        }
        if kind == "events_api" or number:
            told |= {"retry_attempt": number, "retry_reason": "timeout" if number else ""}
        return told


def _answered(answer: Record | None, seconds: float) -> Attempt:
    if answer is None:
        return Attempt(0, "", seconds)
    payload = answer.get("payload")
    said = "" if not payload else payload if isinstance(payload, str) else json.dumps(payload)
    return Attempt(200, said, seconds)
