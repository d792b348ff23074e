"""What the stand-in remembers, kept in one JSON file, so that it outlives its process."""

import json
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from breachbook.slack.standin.arguments import Refused

Record = dict[str, Any]

TEAM = "T0STANDIN"
BOT = {"user_id": "U0BREACHBK", "bot_id": "B0BREACHBK", "app_id": "A0BREACHBK"}
TRIGGER_SECONDS = 3.0
MANIFEST = Path(__file__).parent.parent / "manifest.yaml"


class State:
    """Users, channels, messages, files and forms of one pretended workspace.

    Callers hold `lock` while they read or change `data`, and call `save` after a change. File
    contents stand beside the JSON file in a folder of the same name plus ``.files``.

    Args:
        path: The JSON file; made with mode 0600, as it holds the pretended secrets.
        settings: For a new file: ``team_id``, ``token`` (of the bot), ``app_token`` (of Socket
            Mode), ``signing_secret``, ``control_token``, ``request_url``, ``scopes`` (list of the
            bot's), ``app_scopes``, ``rate_limits`` (bool), ``patience_seconds`` (how long the app
            may take to acknowledge, as Slack's 3), ``commands`` and ``shortcuts`` ({name,
            callback_id, type: message | global}) that people see, ``events`` (the subscribed
            ones), ``manifest`` (an app manifest in place of the one that Breachbook ships, which
            says the four where they are not set), ``users`` ({id, name, tz}), ``channels`` ({id,
            name, is_private, members}). What is left out is made up. Settings given for an
            existing file replace its settings, and add users and channels.
        now: Seconds since 1970.
    """

    def __init__(
        self,
        path: Path,
        settings: Mapping[str, Any] | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.lock = threading.RLock()
        self._changed = threading.Condition(self.lock)
        self._changes = 0
        self.now = now
        self.triggers: dict[str, tuple[str, float, bool]] = {}
        self.faults: list[Record] = []
        # Where the stand-in listens; known once it does.
        self.url = ""
        # Addresses that answer later: path token to where it leads, and how often it still may.
        self.responses: dict[str, Record] = {}
        self._path = path
        self._manifest = _of_manifest(yaml.safe_load(MANIFEST.read_text("utf-8")))
        self.data: Record = _fresh() | (self._read() or {})
        self.configure(settings or {})

    def configure(self, settings: Mapping[str, Any]) -> None:
        """Replace settings by name; add users and channels."""
        with self.lock:
            manifest = settings.get("manifest")
            for given in [_of_manifest(manifest) if manifest else {}, settings]:
                self.data |= {name: given[name] for name in _SETTINGS & set(given)}
            for user in settings.get("users", ()):
                self.data["users"][user["id"]] = {"tz": "UTC", **user}
            for channel in settings.get("channels", ()):
                self.data["channels"][channel["id"]] = new_channel(**channel)
            self.save()

    def forget(self, settings: Mapping[str, Any] | None = None) -> None:
        """Start over with an empty workspace; tokens, secrets and the request URL stay."""
        kept = ("token", "app_token", "signing_secret", "control_token", "request_url")
        with self.lock:
            self.data = _fresh() | {name: self.data[name] for name in kept}
            for held in (self.triggers, self.faults, self.responses):
                held.clear()
            self.configure(settings or {})

    def app(self, name: str) -> list[Any]:
        """Give the app's ``scopes``, ``commands``, ``shortcuts`` or ``events``: as set, else as in its manifest."""
        given = self.data[name]
        found: list[Any] = self._manifest[name] if given is None else given
        return found

    def save(self) -> None:
        """Replace the file at once, so that a reader sees the old or the new state."""
        fresh = self._path.with_name(f"{self._path.name}.new")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(self.data, ensure_ascii=False, separators=(",", ":")))
        fresh.replace(self._path)
        with self._changed:
            self._changes += 1
            self._changed.notify_all()

    def settle(self, most_seconds: float, quiet_seconds: float) -> None:
        """Wait for a change, and then until nothing changes; each for so long at most."""
        with self._changed:
            wait = most_seconds
            for _ in range(10):
                seen = self._changes
                if not self._changed.wait_for(lambda: self._changes != seen, wait):  # noqa: B023
                    return
                wait = quiet_seconds

    def ts(self) -> str:
        """Give the next message timestamp: microseconds, never the same twice."""
        micros = max(int(self.now() * 1_000_000), self.data["last_ts"] + 1)
        self.data["last_ts"] = micros
        return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"

    def new_id(self, prefix: str) -> str:
        """Give an id of Slack's form."""
        self.data["last_id"] += 1
        return f"{prefix}0{self.data['last_id']:08d}"

    def channel(self, channel_id: str, *, write: bool = False) -> Record:
        """Find a channel the app may see, and with `write` change.

        Raises:
            Refused: ``channel_not_found``, also for a private one the app is not in;
                ``not_in_channel`` for a public one; ``is_archived``.
        """
        channel: Record | None = self.data["channels"].get(channel_id)
        if channel is None or (channel["is_private"] and BOT["user_id"] not in channel["members"]):
            raise Refused("channel_not_found")
        if BOT["user_id"] not in channel["members"]:
            raise Refused("not_in_channel")
        if write and channel.get("is_archived"):
            raise Refused("is_archived")
        return channel

    def person(self, user_id: str) -> Record:
        """Find a person, not the app.

        Raises:
            Refused: ``user_not_found``.
        """
        user: Record | None = self.data["users"].get(user_id)
        if user is None or user_id == BOT["user_id"]:
            raise Refused("user_not_found")
        return user

    def place(self, user_id: str, channel_id: str) -> Record:
        """Find a channel a person is in, whether or not the app is.

        Raises:
            Refused: ``channel_not_found`` or ``user_not_in_channel``.
        """
        channel: Record | None = self.data["channels"].get(channel_id)
        if channel is None:
            raise Refused("channel_not_found")
        if user_id not in channel["members"]:
            raise Refused("user_not_in_channel")
        return channel

    def messages(self, channel_id: str) -> list[Record]:
        """Give a channel's messages, oldest first, replies included."""
        found: list[Record] = self.data["messages"].setdefault(channel_id, [])
        return found

    def message(self, channel_id: str, ts: str) -> Record:
        """Find a message.

        Raises:
            Refused: ``message_not_found``.
        """
        for message in self.messages(channel_id):
            if message["ts"] == ts:
                return message
        raise Refused("message_not_found")

    def file_path(self, file_id: str) -> Path:
        """Say where a file's contents are."""
        folder = self._path.with_name(f"{self._path.name}.files")
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder / file_id

    def new_trigger(self, user: str) -> str:
        """Make a trigger id: it opens one form, within three seconds."""
        trigger = f"{secrets.randbelow(10**9)}.{secrets.randbelow(10**9)}.{secrets.token_hex(8)}"
        self.triggers[trigger] = (user, self.now(), False)
        return trigger

    def take_trigger(self, trigger: str) -> str:
        """Use a trigger id up and give its user.

        Raises:
            Refused: ``invalid_trigger_id``, ``exchanged_trigger_id`` or ``expired_trigger_id``.
        """
        if trigger not in self.triggers:
            raise Refused("invalid_trigger_id")
        user, made_at, taken = self.triggers[trigger]
        if taken:
            raise Refused("exchanged_trigger_id")
        if self.now() - made_at > TRIGGER_SECONDS:
            raise Refused("expired_trigger_id")
        self.triggers[trigger] = (user, made_at, True)
        return user

    def _read(self) -> Record | None:
        if not self._path.exists():
            return None
        found: Record = json.loads(self._path.read_text())
        return found


_SETTINGS = {
    "team_id",
    "token",
    "app_token",
    "signing_secret",
    "control_token",
    "request_url",
    "scopes",
    "app_scopes",
    "rate_limits",
    "patience_seconds",
    "commands",
    "shortcuts",
    "events",
}


def _fresh() -> Record:
    return {
        "team_id": TEAM,
        "token": f"xoxb-standin-{secrets.token_hex(16)}",
        "app_token": f"xapp-1-{BOT['app_id']}-{secrets.token_hex(16)}",
        "signing_secret": secrets.token_hex(16),
        "control_token": secrets.token_urlsafe(24),
        "request_url": "",
        "scopes": None,
        "app_scopes": ["connections:write"],
        "rate_limits": False,
        "patience_seconds": 3.0,
        "commands": None,
        "shortcuts": None,
        "events": None,
        "users": {BOT["user_id"]: {"id": BOT["user_id"], "name": "Breachbook", "tz": "UTC"}},
        "channels": {},
        "messages": {},
        "ephemerals": [],
        "files": {},
        "views": {},
        "homes": {},
        "pins": {},
        "last_ts": 0,
        "last_id": 0,
    }


def _of_manifest(manifest: Mapping[str, Any]) -> Record:
    features, settings = manifest.get("features", {}), manifest.get("settings", {})
    scopes = manifest.get("oauth_config", {}).get("scopes", {})
    return {
        "scopes": list(scopes.get("bot", ())),
        "commands": [each["command"] for each in features.get("slash_commands", ())],
        "shortcuts": list(features.get("shortcuts", ())),
        "events": list(settings.get("event_subscriptions", {}).get("bot_events", ())),
    }


def new_channel(
    id: str,
    name: str,
    members: list[str] | tuple[str, ...] = (),
    is_private: bool = True,
    is_im: bool = False,
) -> Record:
    """Describe a channel with the app in it; the arguments are the keys of `channels`."""
    everyone = list(dict.fromkeys([BOT["user_id"], *members]))
    return {
        "id": id,
        "name": name,
        "is_private": is_private,
        "is_im": is_im,
        "members": everyone,
        "topic": "",
        "purpose": "",
        "is_archived": False,
    }
