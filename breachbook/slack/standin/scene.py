"""What the page shows one person: channels, messages with their threads, Home tab, the open form."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader

from breachbook.slack.standin import elements, pins, views
from breachbook.slack.standin.arguments import Refused
from breachbook.slack.standin.channels import direct
from breachbook.slack.standin.mrkdwn import Reader
from breachbook.slack.standin.objects import options_of
from breachbook.slack.standin.state import BOT, Record, State


@dataclass(frozen=True, slots=True)
class Asked:
    """Which person, channel or tab, thread, note and question the page is asked for."""

    user: str = ""
    channel: str = ""
    tab: str = ""
    thread: str = ""
    note: str = ""
    confirm: str = ""


class Scenes:
    """Renders the page."""

    def __init__(self, state: State) -> None:
        self._state = state
        # Not strict: most keys of Slack's objects are optional.
        self._jinja = Environment(
            loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True
        )
        self._jinja.filters["plain"] = html.unescape
        self._jinja.filters["initials"] = _initials
        self._jinja.filters["size"] = _size

    def render(self, asked: Asked) -> str:
        """Render the page."""
        with self._state.lock:
            return self._jinja.get_template("page.html").render(**self._scene(asked))

    def question(self, channel: str, where: Sequence[str]) -> Record | None:
        """Find the dialog an element asks before it is pressed.

        `where` is message timestamp or view id, block id, action id and chosen value.
        """
        try:
            with self._state.lock:
                holder = self._holder(channel, where[0])
                element = elements.find(holder["blocks"], where[2], where[1])
        except (Refused, IndexError):
            return None
        found: Record | None = element.get("confirm")
        return found

    def _holder(self, channel: str, name: str) -> Record:
        data = self._state.data
        for held in [*data["views"].values(), *data["homes"].values()]:
            if held["view"]["id"] == name:
                view: Record = held["view"]
                return view
        for each in data["ephemerals"]:
            if (each["channel"], each["ts"]) == (channel, name):
                whisper: Record = each
                return whisper
        return self._state.message(channel, name)

    def _scene(self, asked: Asked) -> dict[str, Any]:
        data = self._state.data
        people = [user for user in data["users"].values() if user["id"] != BOT["user_id"]]
        known = {person["id"]: person for person in people}
        me = known.get(asked.user) or (
            people[0] if people else {"id": "", "name": "", "tz": "UTC"}
        )
        channels = [
            each
            for each in data["channels"].values()
            if me["id"] in each["members"] and not each["is_im"]
        ]
        here = self._here(asked, me["id"], channels)
        reader = Reader(data, me.get("tz", "UTC"), self._state.now())
        return {
            "asked": asked,
            "me": me,
            "people": people,
            "users": known,
            "bot": data["users"][BOT["user_id"]],
            "channels": sorted(channels, key=lambda each: str(each["name"])),
            "here": here,
            "tab": asked.tab,
            "rows": self._rows(here, me["id"]) if here else [],
            "pinned": self._pinned(here) if here else [],
            "home": data["homes"].get(me["id"]),
            "modal": next(reversed(views.of_user(self._state, me["id"])), None),
            "question": self._question(asked),
            "shortcuts": self._state.app("shortcuts"),
            "commands": self._state.app("commands"),
            "reader": reader,
            "options": options_of,
            "chosen": _chosen,
            "local": lambda seconds: _local(seconds, me.get("tz", "UTC")),
        }

    def _here(self, asked: Asked, user: str, channels: list[Record]) -> Record | None:
        if asked.tab == "home" or not user:
            return None
        if asked.tab == "messages":
            return self._own(direct(self._state, user)["channel"]["id"])
        place = self._state.data["channels"].get(asked.channel)
        if place is not None and user in place["members"]:
            return self._own(asked.channel)
        return channels[0] if channels else None

    def _own(self, channel: str) -> Record:
        found: Record = self._state.data["channels"][channel]
        return found

    def _rows(self, here: Record, user: str) -> list[Record]:
        """Order what is said: threads under their parents, whispers where they were said."""
        whispers = [
            {**each, "whisper": True}
            for each in self._state.data["ephemerals"]
            if each["user"] == user and each["channel"] == here["id"]
        ]
        listed = sorted([*self._state.messages(here["id"]), *whispers], key=lambda e: str(e["ts"]))
        tops = {each["ts"] for each in listed if each.get("thread_ts", each["ts"]) == each["ts"]}
        rows = []
        for each in listed:
            if each["ts"] not in tops and each.get("thread_ts") in tops:
                continue
            replies = [one for one in listed if one.get("thread_ts") == each["ts"] != one["ts"]]
            rows.append({"message": each, "replies": replies})
        return rows

    def _pinned(self, here: Record) -> list[Record]:
        stamps = [pin["ts"] for pin in pins.of_channel(self._state, here["id"])]
        return [each for each in self._state.messages(here["id"]) if each["ts"] in stamps]

    def _question(self, asked: Asked) -> Record | None:
        where = asked.confirm.split("|", 3)
        found = self.question(asked.channel, where) if len(where) == 4 else None
        return {**found, "where": where} if found else None


def _chosen(held: Mapping[str, Any], block: Record, element: Record) -> list[str]:
    """Give what stands in an element of a view: what was entered, else what the app put in."""
    entered = held.get("entered", {}).get(block["block_id"], {}).get(element["action_id"])
    if entered is not None and entered["type"] != element["type"]:
        entered = None
    entry = elements.initial(element) if entered is None else elements.entry_of(entered)
    return [entry] if isinstance(entry, str) else list(entry)


def _local(seconds: str, zone: str) -> str:
    if not seconds:
        return ""
    at = datetime.fromtimestamp(int(seconds), UTC).astimezone(ZoneInfo(zone))
    return f"{at:%Y-%m-%dT%H:%M}"


def _initials(name: str) -> str:
    words = name.split()
    return "".join(word[0] for word in [*words[:1], *words[1:][-1:]]).upper()


def _size(count: int) -> str:
    if count < 1000:
        return f"{count} bytes"
    return f"{count / 1000:.0f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"
