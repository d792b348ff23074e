"""The example's workspace, its desk over HTTP or Socket Mode, and a pretended Slack with its people."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from breachbook import example, intake, source
from breachbook.desk import Collaborators, public_app
from breachbook.desk.matters import Matters
from breachbook.events import Actor, Draft, stamp
from breachbook.library import Library
from breachbook.matter import Matter
from breachbook.slack.actions import of_matter
from breachbook.slack.blocks import button
from breachbook.slack.cards import button_value
from breachbook.slack.client import SlackClient
from breachbook.slack.standin import Standin, signed_headers
from breachbook.supervisor.desk_role import Deciding, Directory, SecurityLog
from breachbook.workspace import Workspace
from tests.builders import StandingClock
from tests.standin_world import control, running

TEAM, CHANNEL, TOWN = "T0HALDEN01", "C0MATTER01", "C0TOWN0001"
HELEN, DAVID, LIN, PETER = "U0HMARSH01", "U0DOKAFR01", "U0LINYUE01", "U0PLINDG01"
SAMUEL, JOAN, ALAN, NORA = "U0SRIVER01", "U0JPETRV01", "U0ABROOK01", "U0NWHITF01"
EVERYBODY = (HELEN, DAVID, LIN, PETER, SAMUEL, JOAN, ALAN, NORA)
SUBJECT = "ab" * 32
MATTER, REQUEST, DEADLINE, HOLD = "LEAK-2026-0001", "LEAK-2026-0001-A1", "T1", "hold-1"


@dataclass
class Desk:
    """Everything, running."""

    workspace: Workspace
    library: Library
    clock: StandingClock
    standin: Standin
    client: SlackClient
    url: str
    http: httpx.Client

    def control(self, act: str, **given: Any) -> dict[str, Any]:
        """Act in the pretended Slack."""
        return control(self.standin, act, **given)

    def seen(self, what: str) -> Any:
        """Read a part of the pretended Slack."""
        with self.standin.state.lock:
            return json.loads(json.dumps(self.standin.state.data[what]))

    def until(self, what: Callable[[], Any], named: str = "it") -> Any:
        """Wait, at most 10 s, for what comes after an acknowledgement."""
        end = time.monotonic() + 10
        while time.monotonic() < end:
            if found := what():
                return found
            time.sleep(0.01)
        raise AssertionError(f"waited 10 s for {named}")

    def view(self, user: str) -> dict[str, Any]:
        """Wait for the form that a person has open."""
        found: dict[str, Any] = self.until(lambda: self.views(user), "a form")[-1]
        return found

    def views(self, user: str) -> list[dict[str, Any]]:
        """List the forms a person has open."""
        return [held["view"] for held in self.seen("views").values() if held["user"] == user]

    def submit(self, user: str, **values: Any) -> dict[str, Any]:
        """Fill the open form in and send it."""
        return self.control("submit", user=user, view_id=self.view(user)["id"], values=values)

    def whispers(self, user: str) -> list[str]:
        """List what only a person was told in channels."""
        return [each["text"] for each in self.seen("ephemerals") if each["user"] == user]

    def whisper(self, user: str) -> str:
        """Wait for what a person is told."""
        return str(self.until(lambda: self.whispers(user), "a whisper")[-1])

    def send(self, body: Mapping[str, Any], **headers: str) -> httpx.Response:
        """Send JSON to the desk, signed for its time."""
        raw = json.dumps(body).encode()
        secret = self.standin.state.data["signing_secret"]
        signed = signed_headers(secret, raw, self.clock.now.timestamp())
        signed |= {"content-type": "application/json"} | headers
        return self.http.post(f"{self.url}/slack/events", content=raw, headers=signed)

    def matter(self, matter: str = MATTER) -> Matter:
        """Fold a matter's journal."""
        return self.workspace.matter(matter).refresh()

    def kinds(self) -> list[str]:
        """List the kinds of the journal's lines."""
        lines = (self.workspace.matters_folder / MATTER / "journal.jsonl").read_text("utf-8")
        return [json.loads(line)["kind"] for line in lines.splitlines()]

    def counted(self) -> list[str]:
        """List what was turned away."""
        path = self.workspace.root / "security.jsonl"
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        return [json.loads(line)["reason"] for line in lines]

    def append(self, *drafts: Draft) -> None:
        """Append to the matter as the engine would."""
        self.workspace.matter(MATTER).transact(lambda _: list(drafts))

    def report(self, **changes: Any) -> str:
        """Open the example's matter."""
        read = source.read(self.workspace.root / "report.yaml", "report.yaml")
        read = replace(read, data=read.data | changes)
        opened = intake.open_matter(
            self.workspace, self.library, read, Actor("peter-lindgren", "example")
        )
        return opened.matter

    def request(self, **changes: Any) -> None:
        """Ask counsel to approve something."""
        now = self.clock.now
        data: dict[str, Any] = {
            "request": REQUEST, "subject": SUBJECT, "step": "cease-and-desist", "target": "-",
            "round": 1, "document": "D1", "inputs": {}, "inputs_sha256": "0" * 64,
            "approvers": ["helen-marsh", "david-okafor"], "quorum": 1, "on_expiry": "refuse",
            "expires_at": stamp(now + timedelta(days=2)), "not_after": stamp(now + timedelta(days=9)),
            "authors": ["joan-petrov"], "excluded": ["joan-petrov", "peter-lindgren"],
        }  # fmt: skip
        self.append(Draft("approval.requested", data | changes))

    def deadline(self, safe: str = "2026-12-16") -> None:
        """Let a deadline run."""
        sha = self.workspace.matter(MATTER).store.put(b'{"title":"Answer <!channel>"}')
        data: dict[str, Any] = {
            "deadline": DEADLINE, "rule": "us-answer-21", "rule_sha256": "1" * 64, "fact": "F1",
            "raw": safe, "legal": "2026-12-18", "safe": safe, "provisional": False,
            "status": "verified", "result": sha,
        }  # fmt: skip
        self.append(Draft("deadline.computed", data))

    def hold(self) -> None:
        """Put a custodian under hold."""
        data = {"hold": HOLD, "custodian": "alan-brooks", "document": "D9"}
        self.append(Draft("hold.issued", data))

    def buttons(self, *names: str, request: str = REQUEST) -> str:
        """Post a message with buttons about the request, the deadline or the hold; gives its ts."""
        elements = [button(name, name, _value(name, request)) for name in names]
        block: dict[str, object] = {"type": "actions", "elements": elements}
        return self.client.post(CHANNEL, [block], "buttons", "/".join(names)).ts

    def click(self, user: str, name: str, request: str = REQUEST) -> dict[str, Any]:
        """Post a button and press it."""
        ts = self.buttons(name, request=request)
        return self.control("click", user=user, channel=CHANNEL, ts=ts, action_id=name)


def _value(name: str, request: str) -> str:
    if name.startswith("deadline"):
        return of_matter(MATTER, DEADLINE)
    return of_matter(MATTER, HOLD) if name.startswith("hold") else button_value(request, SUBJECT)


@contextmanager
def desk(
    folder: Path, *, socket: bool = False, **changes: Callable[[Workspace], Any]
) -> Iterator[Desk]:
    """Start a pretended Slack and a desk that is wired to it; `changes` make other collaborators."""
    clock = StandingClock()
    workspace = Workspace(example.install("railway-wheels", folder / "w"), clock)
    library = Library(workspace)
    known = [p for p in workspace.people.by_id.values() if p.slack]
    settings: dict[str, Any] = {
        "team_id": TEAM,
        "users": [{"id": p.slack.user_id, "name": p.name} for p in known if p.slack],
        "channels": [
            {"id": CHANNEL, "name": "breach-leak-2026-0001", "members": list(EVERYBODY)},
            {"id": TOWN, "name": "town", "members": list(EVERYBODY), "is_private": False},
        ],
    }
    with Standin(folder / "slack.json", settings, now=lambda: clock.now.timestamp()) as standin:
        data = standin.state.data
        client = SlackClient(data["token"], base_url=standin.api_url)
        collaborators = Collaborators(
            signing_secrets=lambda: [data["signing_secret"]],
            decide=Deciding(workspace, lambda _matter: None),
            people=Directory(workspace),
            security=SecurityLog(workspace),
            slack=client,
            now=workspace.now,
            matters=Matters(workspace, library, lambda _matter: None),
            inbox=workspace.run / "slack-inbox",
            app_token=data["app_token"] if socket else "",
        )
        made = {name: make(workspace) for name, make in changes.items()}
        collaborators = replace(collaborators, **made)
        with running(public_app(collaborators)) as url, httpx.Client() as http:
            found = Desk(workspace, library, clock, standin, client, url, http)
            if not socket:
                standin.state.configure({"request_url": f"{url}/slack/events"})
            else:
                found.until(lambda: _sockets(found), "a socket")
            try:
                yield found
            finally:
                standin.server.should_exit = True  # both servers take a while, so at once


def _sockets(found: Desk) -> int:
    token = found.standin.state.data["control_token"]
    headers = {"authorization": f"Bearer {token}"}
    told = found.http.get(f"{found.standin.url}/control/state", headers=headers)
    return int(told.json()["sockets"])
