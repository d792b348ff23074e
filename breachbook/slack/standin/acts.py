"""Acting as a person: clicks, forms, commands, shortcuts, messages; told to the app as Slack tells them."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from breachbook.slack.standin import answers, elements, files, payloads, scopes, views
from breachbook.slack.standin.arguments import Refused
from breachbook.slack.standin.channels import direct
from breachbook.slack.standin.delivery import Attempt, Delivery
from breachbook.slack.standin.elements import Entry
from breachbook.slack.standin.messages import thread_of
from breachbook.slack.standin.sockets import Hub
from breachbook.slack.standin.state import BOT, Record, State

Values = Mapping[str, Entry]


class Acts:
    """What people of the pretended workspace do; each act gives the deliveries it led to.

    Every method raises `Refused` for what a person could not do in Slack: act where they are
    not, press what is not there, send an entry that Slack's client would not let them send.
    """

    def __init__(self, state: State, hub: Hub | None = None) -> None:
        self._state = state
        self._delivery = Delivery(state, hub or Hub(state))

    def click(
        self,
        user: str,
        channel: str,
        ts: str,
        action_id: str,
        value: Entry | None = None,
        block_id: str | None = None,
        retries: int = 0,
    ) -> list[Attempt]:
        """Press a button of a message, or choose `value` in another element of it."""
        with self._state.lock:
            place = self._state.place(user, channel)
            message = self._visible(user, channel, ts)
            element = elements.find(message["blocks"], action_id, block_id)
            action = elements.pressed(element, value, self._state.data["users"])
            payload = payloads.message_click(self._state, user, place, message, action)
        return self._delivery.interact(payload, retries)

    def press(
        self,
        user: str,
        view_id: str,
        action_id: str,
        value: Entry | None = None,
        block_id: str | None = None,
        values: Values | None = None,
        retries: int = 0,
    ) -> list[Attempt]:
        """Press or choose in a modal or Home tab; `values` is what stands in its other inputs."""
        with self._state.lock:
            held = self._held(user, view_id)
            view = held["view"]
            element = elements.find(view["blocks"], action_id, block_id)
            action = elements.pressed(element, value, self._state.data["users"])
            key = f"{element['block_id']}/{action_id}"
            chosen = {} if value is None else {key: value}
            self._enter(held, {**(values or {}), **chosen}, must=False)
            payload = payloads.view_click(self._state, user, view, held["entered"], action)
        return self._delivery.interact(payload, retries)

    def submit(self, user: str, view_id: str, values: Values, retries: int = 0) -> Record:
        """Fill a form in and send it; gives {attempts, open, errors, trouble}.

        `values` is text, or a list for elements that take several, by ``block_id``, or by
        ``block_id/action_id`` where the block holds more than one. Options are named by their
        value, people by id, days as 2026-03-02, hours as 15:30, instants in seconds since 1970.
        An input that is not named keeps what the app or an earlier press put there.
        """
        with self._state.lock:
            held = self._held(user, view_id)
            if held["view"]["type"] != "modal":
                raise Refused("view_not_found")
            self._enter(held, values, must=True)
            payload = payloads.submission(self._state, user, held["view"], held["entered"])
        attempts = self._delivery.interact(payload, retries)
        told = answers.after_submission(self._state, held, attempts[-1])
        return {"attempts": [asdict(each) for each in attempts], **told}

    def fill(self, user: str, view_id: str, values: Values) -> None:
        """Enter something into a form without sending it."""
        with self._state.lock:
            self._enter(self._held(user, view_id), values, must=False)

    def close(self, user: str, view_id: str, cleared: bool = False) -> list[Attempt]:
        """Close a form, or with `cleared` its whole stack; told if the app asked for it."""
        with self._state.lock:
            held = self._held(user, view_id)
            root = held["view"]["root_view_id"]
            whole = cleared or held["view"].get("clear_on_close", False)
            stack = [each for each in views.of_user(self._state, user)]
            gone = [each for each in stack if each["view"]["root_view_id"] == root]
            gone = list(reversed(gone)) if whole else [held]
            told = [
                payloads.closing(self._state, user, each["view"], cleared=whole)
                for each in gone
                if each["view"].get("notify_on_close")
            ]
            for each in gone:
                views.close(self._state, each["view"]["id"])
        return [attempt for payload in told for attempt in self._delivery.interact(payload)]

    def command(self, user: str, channel: str, command: str, text: str) -> list[Attempt]:
        """Type a slash command; its answer is shown."""
        with self._state.lock:
            place = self._state.place(user, channel)
            if command not in self._state.app("commands"):
                raise Refused("unknown_command")
            form = payloads.command(self._state, user, place, command, text)
        attempts = self._delivery.command(form)
        if attempts[-1].status == 200:
            with self._state.lock:
                answers.say(self._state, user, channel, attempts[-1].body)
        return attempts

    def shortcut(
        self, user: str, callback_id: str, channel: str = "", ts: str = ""
    ) -> list[Attempt]:
        """Use a shortcut: on a message where `channel` and `ts` name one, else the global one."""
        with self._state.lock:
            if not ts:
                payload = payloads.shortcut(self._state, user, callback_id)
            else:
                place = self._state.place(user, channel)
                message = self._state.message(channel, ts)
                payload = payloads.message_shortcut(self._state, user, callback_id, place, message)
        return self._delivery.interact(payload)

    def open_home(self, user: str, tab: str = "home") -> list[Attempt]:
        """Open the app's Home tab or its messages."""
        with self._state.lock:
            self._state.person(user)
            channel = direct(self._state, user)["channel"]["id"]
            event = payloads.home_opened(self._state, user, channel, tab)
        return self._tell("app_home_opened", event)

    def post(
        self,
        user: str,
        channel: str,
        text: str = "",
        thread_ts: str = "",
        attached: Sequence[tuple[str, bytes]] = (),
    ) -> Record:
        """Say something, with files given as (name, bytes); gives {ts, file_ids, attempts}."""
        with self._state.lock:
            place = self._state.place(user, channel)
            if place.get("is_archived"):
                raise Refused("is_archived")
            if not text and not attached:
                raise Refused("no_text")
            kept = [files.keep(self._state, user, name, body) for name, body in attached]
            files.share(self._state, kept, channel)
            message = self._said(user, channel, text, thread_ts, kept)
            told = [(_message_event(place), payloads.said(self._state, place, message))]
            told += [
                ("file_shared", payloads.shared(self._state, user, place, file["id"]))
                for file in kept
            ]
            hears = BOT["user_id"] in place["members"]
        attempts = [asdict(each) for told_ in told if hears for each in self._tell(*told_, place)]
        return {"ts": message["ts"], "file_ids": [f["id"] for f in kept], "attempts": attempts}

    def verify(self) -> bool:
        """Ask the request URL for its echo, as Slack does when it is set."""
        return self._delivery.verify()

    def _said(
        self, user: str, channel: str, text: str, thread_ts: str, kept: list[Record]
    ) -> Record:
        message: Record = {
            "type": "message",
            "user": user,
            "team": self._state.data["team_id"],
            "text": html.escape(text, quote=False),
            "blocks": [],
            "ts": self._state.ts(),
        }
        if thread_ts:
            message["thread_ts"] = thread_of(self._state, channel, thread_ts)
        if kept:
            message |= {"subtype": "file_share", "files": kept, "upload": False}
        self._state.messages(channel).append(message)
        self._state.save()
        return message

    def _tell(self, event: str, told: Record, place: Record | None = None) -> list[Attempt]:
        if event not in self._state.app("events"):
            return []
        scope = "files:read" if event == "file_shared" else ""
        if event.startswith("message.") and place is not None:
            scope = scopes.history_scope(place)
        return (
            self._delivery.event(told) if not scope or scope in self._state.app("scopes") else []
        )

    def _visible(self, user: str, channel: str, ts: str) -> Record:
        for each in self._state.data["ephemerals"]:
            if (each["user"], each["channel"], each["ts"]) == (user, channel, ts):
                found: Record = each
                return found
        return self._state.message(channel, ts)

    def _held(self, user: str, view_id: str) -> Record:
        data = self._state.data
        homes = [held for held in data["homes"].values() if held["view"]["id"] == view_id]
        held: Record | None = data["views"].get(view_id) or (homes[0] if homes else None)
        if held is None or held["user"] != user:
            raise Refused("view_not_found")
        return held

    def _enter(self, held: Record, values: Values, *, must: bool) -> None:
        """Keep what stands in a form's inputs; with `must`, what is required has to be there."""
        before: Mapping[str, Any] = held.get("entered", {})
        after: Record = {}
        for block, element in elements.elements_of(held["view"]["blocks"]):
            if element["type"] in ("button", "overflow"):
                continue
            block_id, action_id = block["block_id"], element["action_id"]
            entry = values.get(f"{block_id}/{action_id}", values.get(block_id))
            kept = before.get(block_id, {}).get(action_id)
            if entry is None and kept is not None:
                entry = elements.entry_of(kept)
            value = elements.entered(element, entry, self._state.data["users"])
            if must and elements.is_empty(value) and _is_required(block):
                raise Refused("entry_refused", f"[ERROR] {block_id}: 0 characters")
            after.setdefault(block_id, {})[action_id] = value
        held["entered"] = after
        self._state.save()


def _is_required(block: Record) -> bool:
    return block["type"] == "input" and not block.get("optional", False)


def _message_event(place: Record) -> str:
    kind = "im" if place["is_im"] else "groups" if place["is_private"] else "channels"
    return f"message.{kind}"
