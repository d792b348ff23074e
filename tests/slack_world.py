"""A pretended Slack workspace, a desk and small real collaborators, all over loopback HTTP."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import httpx

from breachbook.desk import Collaborators, public_app
from breachbook.errors import StoreError
from breachbook.slack.cards import Approver, Card, Decided, Document, Recipient
from breachbook.slack.client import SlackClient
from breachbook.slack.standin import Standin, signed_headers
from tests.standin_world import control, running

COUNSEL, ENGINEER, STRANGER = "U0COUNSEL", "U0ENGINEER", "U0STRANGER"
CHANNEL = "C0MATTER"
TEAM = "T0STANDIN"
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
SETTINGS: dict[str, Any] = {
    "users": [
        {"id": COUNSEL, "name": "Ida Marsh"},
        {"id": ENGINEER, "name": "Lee Ng"},
        {"id": STRANGER, "name": "Not Pinned"},
    ],
    "channels": [
        {"id": CHANNEL, "name": "leak-2026-0001", "members": [COUNSEL, ENGINEER, STRANGER]}
    ],
}
SUBJECT = "ab" * 32


def card(**changes: Any) -> Card:
    """Give an open approval card with one of everything."""
    facts: dict[str, Any] = {
        "request_id": "LEAK-2026-0001-A3",
        "subject_sha256": SUBJECT,
        "matter": "LEAK-2026-0001",
        "title": "Suspend the supplier's portal access",
        "what": "The three accounts of Tie Lun Foundry are suspended.",
        "why": "Drawings were fetched after the contract ended.",
        "undo": "Give the access back.",
        "recipients": (Recipient("Tie Lun Foundry", "legal@tielun.example"),),
        "documents": (Document("Demand letter (en)", "cd" * 32),),
        "approvers": (Approver("Ida Marsh", COUNSEL),),
        "still_needed": "1 of ip-counsel",
        "decisions": (Decided("Ida Marsh", NOW, "request-changes", "wrong address"),),
        "expires_at": NOW,
        "on_expiry": "refused",
        "zone": "America/Chicago",
    }
    return Card(**(facts | changes))


@dataclass(frozen=True)
class Told:
    """The outcome of a decision."""

    outcome: Literal["recorded", "repeated", "refused"]
    code: str
    text: str


@dataclass
class Ledger:
    """Decisions in a file, one a line; only counsel may decide, once, on the subject shown."""

    path: Path
    lock: threading.Lock = field(default_factory=threading.Lock)
    hold: threading.Event | None = None
    broken: bool = False

    def decide(self, request_id: str, **given: Any) -> Told:
        """Record a decision."""
        if self.hold is not None:
            self.hold.wait(10)
        if self.broken:
            raise StoreError("the disk is full")
        line = {"request": request_id, **given, "received_at": given["received_at"].isoformat()}
        with self.lock:
            if given["person"] != "ida":
                return Told("refused", "role", "You may not decide <this>: it needs ip-counsel.")
            if given["subject16"] != SUBJECT[:16]:
                return Told("refused", "subject", "What you saw has changed since.")
            if any(each["decision"] == given["decision"] for each in self.lines()):
                return Told("repeated", "repeated", "")
            with self.path.open("a") as file:
                file.write(json.dumps(line) + "\n")
            return Told("recorded", "recorded", "")

    def lines(self) -> list[dict[str, Any]]:
        """Read what is recorded."""
        if not self.path.exists():
            return []
        return [json.loads(line) for line in self.path.read_text().splitlines()]


@dataclass
class Counter:
    """Counts in memory."""

    counted: list[str] = field(default_factory=list)

    def count(self, reason: str) -> None:
        """Count one."""
        self.counted.append(reason)


class Directory:
    """Two pinned people."""

    def by_slack(self, team_id: str, user_id: str) -> str | None:
        """Find a person."""
        return {(TEAM, COUNSEL): "ida", (TEAM, ENGINEER): "lee"}.get((team_id, user_id))


@dataclass
class World:
    """Everything, running."""

    standin: Standin
    client: SlackClient
    ledger: Ledger
    security: Counter
    url: str
    http: httpx.Client

    def control(self, act: str, **given: Any) -> dict[str, Any]:
        """Act through the control interface."""
        return control(self.standin, act, **given)

    def seen(self, what: str) -> Any:
        """Read a part of the pretended workspace."""
        token = self.standin.state.data["control_token"]
        headers = {"authorization": f"Bearer {token}"}
        return self.http.get(f"{self.standin.url}/control/state", headers=headers).json()[what]

    def until(self, what: str, count: int) -> list[Any]:
        """Wait, at most 5 s, for what comes after an acknowledgement."""
        end = time.monotonic() + 5
        while time.monotonic() < end:
            found = self.seen(what)
            listed = list(found.values()) if isinstance(found, dict) else list(found)
            if len(listed) >= count:
                return listed
            time.sleep(0.02)
        raise AssertionError(f"{what}: fewer than {count} after 5 s")

    def send(self, body: bytes, secret: str | None = None, **headers: str) -> httpx.Response:
        """Send a body to the desk, signed for the desk's time."""
        key = secret or self.standin.state.data["signing_secret"]
        signed = signed_headers(key, body, NOW.timestamp()) | headers
        return self.http.post(f"{self.url}/slack/events", content=body, headers=signed)


@contextmanager
def world(folder: Path, acknowledge_within_seconds: float = 2.0) -> Iterator[World]:
    """Start a pretended workspace and a desk that is wired to it."""
    ledger, security = Ledger(folder / "decisions.jsonl"), Counter()
    with Standin(folder / "slack.json", SETTINGS, now=NOW.timestamp) as standin:
        client = SlackClient(standin.state.data["token"], base_url=standin.api_url)
        collaborators = Collaborators(
            signing_secrets=lambda: [standin.state.data["signing_secret"]],
            decide=ledger.decide,
            people=Directory(),
            security=security,
            slack=client,
            now=lambda: NOW,
            acknowledge_within_seconds=acknowledge_within_seconds,
        )
        with running(public_app(collaborators)) as url, httpx.Client() as http:
            standin.state.configure({"request_url": f"{url}/slack/events"})
            try:
                yield World(standin, client, ledger, security, url, http)
            finally:
                standin.server.should_exit = True  # both servers take a while, so at once
