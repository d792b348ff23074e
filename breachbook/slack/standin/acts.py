"""Acting as a person: clicks, forms and commands, sent to the app signed as Slack signs them."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

import httpx

from breachbook.slack.standin.arguments import Refused
from breachbook.slack.standin.state import BOT, Record, State

TIMEOUT_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One delivery: the app's status (0: no answer in time) and body, and how long it took."""

    status: int
    body: str
    seconds: float


def sign(secret: str, body: bytes, stamp: str) -> str:
    """Sign a request body as Slack does, version v0; `stamp` is seconds since 1970."""
    based = b"v0:" + stamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), based, hashlib.sha256).hexdigest()


def signed_headers(secret: str, body: bytes, now: float) -> dict[str, str]:
    """Give the headers of a signed form."""
    stamp = str(int(now))
    return {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": sign(secret, body, stamp),
        "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
    }


class Acts:
    """What people of the pretended workspace do.

    A delivery that is not answered within three seconds is repeated as often as `retries` says,
    with ``X-Slack-Retry-Num``. Slack itself repeats events but not clicks; an app that bears
    this bears Slack.
    """

    def __init__(self, state: State, clock: Callable[[], float] = time.monotonic) -> None:
        self._state = state
        self._clock = clock

    def click(
        self, user: str, channel: str, ts: str, action_id: str, retries: int = 1
    ) -> list[Attempt]:
        """Click a button of a message.

        Raises:
            Refused: No such message or button, or the person is not in the channel.
        """
        with self._state.lock:
            place = self._state.channel(channel)
            if user not in place["members"]:
                raise Refused("user_not_in_channel")
            message = self._state.message(channel, ts)
            payload = self._click_payload(user, place, message, _button(message, action_id))
        return self._deliver("request_url", _as_payload(payload), retries)

    def submit(
        self, user: str, view_id: str, values: Mapping[str, str], retries: int = 1
    ) -> Record:
        """Fill a form in and send it; gives the attempts and whether the form stays open.

        `values` is text by ``block_id``; each block has one input.

        Raises:
            Refused: Not their form, or an entry Slack would not let them send.
        """
        with self._state.lock:
            held = self._state.data["views"].get(view_id)
            if held is None or held["user"] != user:
                raise Refused("view_not_found")
            view = {**held["view"], "state": {"values": _entered(held["view"], values)}}
            payload = {"type": "view_submission", **self._who(user), "view": view}
        attempts = self._deliver("request_url", _as_payload(payload), retries)
        last = attempts[-1]
        told = json.loads(last.body) if last.status == 200 and last.body.strip() else {}
        closed = last.status == 200 and told.get("response_action", "clear") == "clear"
        if closed:
            with self._state.lock:
                self._state.data["views"].pop(view_id, None)
                self._state.save()
        errors = told.get("errors", {})
        return {
            "attempts": [asdict(each) for each in attempts],
            "open": not closed,
            "errors": errors,
        }

    def command(self, user: str, channel: str, command: str, text: str) -> list[Attempt]:
        """Send a slash command."""
        with self._state.lock:
            who = self._who(user)
            place = self._state.channel(channel)
        form = {
            "command": command,
            "text": text,
            "team_id": who["team"]["id"],
            "channel_id": channel,
            "channel_name": place["name"],
            "user_id": user,
            "user_name": who["user"]["name"],
            "api_app_id": BOT["app_id"],
            "trigger_id": who["trigger_id"],
        }
        return self._deliver("command_url", urlencode(form).encode(), 0)

    def _click_payload(
        self, user: str, place: Record, message: Record, action: Mapping[str, Any]
    ) -> Record:
        where = {"message_ts": message["ts"], "channel_id": place["id"]}
        return {
            "type": "block_actions",
            **self._who(user),
            "container": {"type": "message", **where, "is_ephemeral": False},
            "channel": {"id": place["id"], "name": place["name"]},
            "message": message,
            "state": {"values": {}},
            "actions": [{**action, "action_ts": self._state.ts()}],
        }

    def _who(self, user: str) -> Record:
        known = self._state.data["users"].get(user)
        if known is None:
            raise Refused("user_not_found")
        team = known.get("team_id", self._state.data["team_id"])
        return {
            "user": {
                "id": user,
                "username": known["name"],
                "name": known["name"],
                "team_id": team,
            },
            "team": {"id": self._state.data["team_id"], "domain": "standin"},
            "enterprise": None,
            "is_enterprise_install": False,
            "api_app_id": BOT["app_id"],
            "trigger_id": self._state.new_trigger(user),
        }

    def _deliver(self, setting: str, body: bytes, retries: int) -> list[Attempt]:
        url = str(self._state.data[setting])
        if not url:
            raise Refused(f"{setting}_not_set")
        attempts: list[Attempt] = []
        for number in range(retries + 1):
            attempts.append(self._once(url, body, number))
            if attempts[-1].status:
                break
        return attempts

    def _once(self, url: str, body: bytes, number: int) -> Attempt:
        secret = str(self._state.data["signing_secret"])
        headers = signed_headers(secret, body, self._state.now())
        if number:
            headers |= {"x-slack-retry-num": str(number), "x-slack-retry-reason": "http_timeout"}
        began = self._clock()
        try:
            told = httpx.post(
                url, content=body, headers=headers, timeout=TIMEOUT_SECONDS, trust_env=False
            )
        except httpx.HTTPError:
            return Attempt(0, "", self._clock() - began)
        return Attempt(told.status_code, told.text, self._clock() - began)


def _as_payload(payload: Mapping[str, Any]) -> bytes:
    return urlencode({"payload": json.dumps(payload)}).encode()


def _button(message: Record, action_id: str) -> Record:
    for block in message["blocks"]:
        for element in block.get("elements", []) if block["type"] == "actions" else []:
            if element.get("action_id") == action_id:
                kept = ("action_id", "text", "value", "type", "style")
                shown = {key: element[key] for key in kept if key in element}
                return {**shown, "block_id": block["block_id"]}
    raise Refused("button_not_found")


def _entered(view: Record, values: Mapping[str, str]) -> Record:
    entered: Record = {}
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        element, text = block["element"], values.get(block["block_id"], "")
        least = 0 if block.get("optional") else max(1, element.get("min_length", 1))
        if not least <= len(text) <= element.get("max_length", 3000):
            raise Refused("entry_refused", f"[ERROR] {block['block_id']}: {len(text)} characters")
        given = {"type": element["type"], "value": text or None}
        entered[block["block_id"]] = {element.get("action_id", "input"): given}
    return entered
