"""The example's matter with a pretended Slack: what is told there, as its people see it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from breachbook.acts.telling import Teller
from breachbook.agenda import Tell
from breachbook.executor import Advanced, Executor
from breachbook.slack.client import SlackClient
from breachbook.slack.standin import Standin
from tests.cases_core import Case

Block = dict[str, Any]


class Telling:
    """A case, its Slack, and what is shown there."""

    def __init__(self, case: Case, standin: Standin) -> None:
        self.case = case
        self.standin = standin
        self.waits: list[float] = []
        token = standin.state.data["token"]
        self.client = SlackClient(token, base_url=standin.api_url, pause=self.waits.append)

    def advance(self) -> Advanced:
        """Do everything that is due, messages included."""
        executor = Executor(self.case.workspace, self.case.library, self.client)
        return asyncio.run(executor.advance(self.case.id))

    def user(self, person: str) -> str:
        """Give a person's Slack user."""
        identity = self.case.workspace.people[person].slack
        assert identity is not None
        return identity.user_id

    def fault(self, method: str, kind: str, times: int = 1, **more: Any) -> None:
        """Let the pretended Slack fail."""
        self.standin.state.faults.append({"method": method, "kind": kind, "times": times, **more})

    @property
    def channel(self) -> Block:
        """Give the matter's channel."""
        channels = self.standin.state.data["channels"].values()
        return next(c for c in channels if c["name"] == f"breach-{self.case.id.lower()}")

    def said(self) -> list[Block]:
        """Give the messages in the matter's channel, replies aside."""
        return self._top(self.channel["id"])

    def direct(self, person: str) -> list[Block]:
        """Give the direct messages a person got."""
        user = self.user(person)
        channels = self.standin.state.data["channels"].values()
        own = [c["id"] for c in channels if c["is_im"] and user in c["members"]]
        return [message for channel in own for message in self._top(channel)]

    def _top(self, channel: str) -> list[Block]:
        return [
            m
            for m in self.standin.state.messages(channel)
            if m.get("thread_ts", m["ts"]) == m["ts"] and m.get("text") is not None
        ]

    def under(self, key: str) -> Block:
        """Give the message in the matter's channel under a key."""
        return next(m for m in self.said() if key_of(m) == key)

    def posted(self) -> list[str]:
        """Name everything posted anywhere, oldest first."""
        listed = self.standin.state.data["messages"].values()
        return [key_of(m) for messages in listed for m in messages if key_of(m)]

    def files(self, key: str) -> list[str]:
        """Name the files in the thread of a message."""
        ts = self.under(key)["ts"]
        replies = self.standin.state.messages(self.channel["id"])
        return [f["name"] for m in replies if m.get("thread_ts") == ts for f in m.get("files", ())]

    def tell(self, item: Tell) -> None:
        """Tell one message, as the executor does."""
        Teller(self.case.workspace, self.case.library, self.case.file, self.client).tell(item)

    def journaled(self, what: str) -> list[str]:
        """Name the messages of a kind the journal has as sent."""
        return [m.key for m in self.case.matter.messages.values() if m.what == what and m.ts]


def key_of(message: Block) -> str:
    """Give the key a message carries."""
    payload = message.get("metadata", {}).get("event_payload", {})
    return str(payload.get("key", ""))


def texts(value: Any, kind: str = "") -> str:
    """Join every text of blocks; of one kind, or of all."""
    return "\n".join(_texts(value, kind))


def _texts(value: Any, kind: str) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("text"), str) and value.get("type") in ("plain_text", "mrkdwn"):
            if not kind or value["type"] == kind:
                yield value["text"]
            return
        for part in value.values():
            yield from _texts(part, kind)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part, kind)


def buttons(message: Block) -> dict[str, str]:
    """Give a message's buttons: action to value."""
    return {
        element["action_id"]: element["value"]
        for block in message["blocks"]
        if block["type"] == "actions"
        for element in block["elements"]
    }


@contextmanager
def quiet() -> Iterator[None]:
    """Name a portal where none listens."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BREACHBOOK_DEMO_PORTAL_URL", "http://127.0.0.1:1")
        patch.setenv("BREACHBOOK_DEMO_PORTAL_TOKEN", "none")
        yield


@contextmanager
def telling(case: Case, folder: Path) -> Iterator[Telling]:
    """Run a pretended Slack with everybody of the workspace."""
    people = case.workspace.people.by_id.values()
    settings = {
        "team_id": "T0HALDEN01",
        "users": [
            {"id": p.slack.user_id, "name": p.name, "tz": p.zone} for p in people if p.slack
        ],
    }
    with Standin(folder / "slack.json", settings) as standin:
        yield Telling(case, standin)
