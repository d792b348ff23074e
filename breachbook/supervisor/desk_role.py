"""The desk's process: Slack's endpoint and calendar feeds, and the private pages, on two listeners of 127.0.0.1."""

import asyncio
import json
import os
import threading
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import uvicorn
from starlette.applications import Starlette

from breachbook import decisions, wake
from breachbook.approvals import Answer
from breachbook.desk import Calendars, Collaborators, Pages, private_app, public_app
from breachbook.desk.collaborators import MatterPage, MatterRow
from breachbook.durable import write_all
from breachbook.events import Actor
from breachbook.library import Library
from breachbook.slack.client import SlackClient
from breachbook.supervisor.settings import HOST, settings
from breachbook.views import pages
from breachbook.workspace import Workspace

_SECURITY_LIMIT = 4 * 1024 * 1024


class SecurityLog:
    """Counts requests that were turned away in ``security.jsonl``: reason and time, no content, bounded size."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._path = workspace.root / "security.jsonl"

    def count(self, reason: str) -> None:
        """Add one line; nothing is added to a file of 4 MiB."""
        line = (
            json.dumps({"at": self._workspace.now().isoformat(), "reason": reason}).encode()
            + b"\n"
        )
        descriptor = os.open(
            self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600
        )
        try:
            if os.fstat(descriptor).st_size < _SECURITY_LIMIT:
                write_all(descriptor, line)
        finally:
            os.close(descriptor)


class Deciding:
    """Takes decisions from Slack into the journal and wakes the engine."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def __call__(
        self, request_id: str, *, person: str, decision: Answer, comment: str | None,
        method: Literal["slack"], subject16: str, received_at: datetime,
    ) -> decisions.Decided:  # fmt: skip
        """Judge and record one decision; see `decisions.decide`."""
        decided = decisions.decide(
            self._workspace, request_id, actor=Actor(person, method), answer=decision, comment=comment,
            subject16=subject16, received_at=received_at,
        )  # fmt: skip
        threading.Thread(
            target=wake.wake, args=(self._workspace, decided.matter), daemon=True
        ).start()
        return decided


async def serve(workspace: Workspace, slack: SlackClient | None) -> None:
    """Serve until the process is ended."""
    chosen = settings(workspace)
    library = Library(workspace)
    collaborators = _collaborators(workspace, slack) if slack is not None else None
    apps = [
        (private_app(_pages(workspace, library)), chosen.ports["private"]),
        (public_app(collaborators, calendars(workspace)), chosen.ports["public"]),
    ]
    await asyncio.gather(*(_listener(app, port).serve() for app, port in apps))


def _listener(app: Starlette, port: int) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            app, host=HOST, port=port, log_level="warning", access_log=False, lifespan="off"
        )
    )


def _collaborators(workspace: Workspace, slack: SlackClient) -> Collaborators:
    def signing_secrets() -> Sequence[str]:
        return [
            secret for secret in os.environ.get("SLACK_SIGNING_SECRET", "").split(",") if secret
        ]

    return Collaborators(
        signing_secrets=signing_secrets,
        decide=Deciding(workspace),
        people=workspace.people,
        security=SecurityLog(workspace),
        slack=slack,
        now=workspace.now,
    )


def calendars(workspace: Workspace) -> Calendars:
    """Give what the calendar feeds need; what writes them is imported when one is asked for."""

    def feed(token: str) -> bytes | None:
        from breachbook.feeds.reading import at_address

        return at_address(workspace, token)

    return Calendars(feed=feed, security=SecurityLog(workspace))


def _pages(workspace: Workspace, library: Library) -> Pages:
    def matters(person: str) -> Sequence[MatterRow]:
        return pages.page_rows(workspace, library, person)

    def matter(person: str, wanted: str) -> MatterPage | None:
        return pages.page(workspace, library, person, wanted)

    return Pages(links=workspace.run / "links", matters=matters, matter=matter, now=workspace.now)
