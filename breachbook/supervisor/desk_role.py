"""The desk's process: Slack's endpoint and calendar feeds, and the private pages, on two listeners of 127.0.0.1."""

import asyncio
import json
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Literal

import uvicorn
from starlette.applications import Starlette

from breachbook import decisions
from breachbook.approvals import CAUSES, Answer
from breachbook.desk import Calendars, Collaborators, Pages, private_app, public_app
from breachbook.desk.collaborators import MatterPage, MatterRow
from breachbook.desk.handing_in import HandingIn
from breachbook.desk.matters import Matters
from breachbook.durable import write_all
from breachbook.errors import EngineError, UsageError
from breachbook.events import Actor
from breachbook.library import Library
from breachbook.slack.client import SlackClient
from breachbook.supervisor.settings import HOST, settings
from breachbook.views import pages
from breachbook.views.home import home_view
from breachbook.wake import Waker
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

    def __init__(self, workspace: Workspace, wake: Callable[[str], None]) -> None:
        self._workspace = workspace
        self._wake = wake

    def __call__(
        self, request_id: str, *, person: str, decision: Answer, comment: str | None,
        method: Literal["slack"], subject16: str, received_at: datetime, confirmed: str | None = None,
    ) -> decisions.Decided:  # fmt: skip
        """Judge and record one decision; see `decisions.decide`."""
        decided = decisions.decide(
            self._workspace, request_id, actor=Actor(person, method), answer=decision, comment=comment,
            subject16=subject16, received_at=received_at, confirmed=confirmed,
        )  # fmt: skip
        self._wake(decided.matter)
        return decided


async def serve(workspace: Workspace, slack: SlackClient | None) -> None:
    """Serve until the process is ended."""
    chosen = settings(workspace)
    library = Library(workspace)
    collaborators = _collaborators(workspace, library, slack) if slack is not None else None
    apps = [
        (private_app(_pages(workspace, library)), chosen.ports["private"]),
        (public_app(collaborators, calendars(workspace)), chosen.ports["public"]),
    ]
    await asyncio.gather(*(_listener(app, port).serve() for app, port in apps))


def _listener(app: Starlette, port: int) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            app, host=HOST, port=port, log_level="warning", access_log=False, lifespan="auto"
        )
    )


class Replacing:
    """Takes an edited document from Slack as the next version of what a request is about."""

    def __init__(self, workspace: Workspace, library: Library) -> None:
        self._workspace = workspace
        self._library = library

    def __call__(self, matter: str, request: str, person: str, data: bytes, name: str) -> str:
        """Record the new version; see `replacing.replace`."""
        from breachbook import replacing

        file = self._workspace.matter(matter)
        approval = file.refresh().approvals.get(request)
        if approval is None:
            raise UsageError(CAUSES["unknown-request"])
        return replacing.replace(
            self._workspace, self._library, file, Actor(person, "slack"), approval.document, data, name,
            f"edited in the thread of {request}",
        ).text  # fmt: skip


class Directory:
    """Who is who, as people.yaml stands at each request."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def by_slack(self, team_id: str, user_id: str) -> str | None:
        """Find the person pinned to a Slack team and user, or None."""
        return self._workspace.people.by_slack(team_id, user_id)


def signing_secrets(environment: Mapping[str, str]) -> Sequence[str]:
    """Give the signing secrets: one, or two while the old one is being replaced."""
    given = environment.get("SLACK_SIGNING_SECRET", "").split(",")
    return [secret for each in given if (secret := each.strip())][:2]


def app_token(workspace: Workspace, environment: Mapping[str, str]) -> str:
    """Give the token of Socket Mode; empty: only HTTP.

    Raises:
        EngineError: breachbook.toml wants Socket Mode and there is no token.
    """
    token, chosen = environment.get("SLACK_APP_TOKEN", ""), workspace.config.slack
    if chosen is not None and chosen.socket_mode and not token:
        raise EngineError(
            "slack.socket_mode: got true without SLACK_APP_TOKEN; allowed: the app's token in the environment"
        )
    return token


def _collaborators(workspace: Workspace, library: Library, slack: SlackClient) -> Collaborators:
    waker = Waker(workspace)
    return Collaborators(
        signing_secrets=lambda: signing_secrets(os.environ),
        decide=Deciding(workspace, waker),
        people=Directory(workspace),
        security=SecurityLog(workspace),
        slack=slack,
        now=workspace.now,
        matters=Matters(workspace, library, waker),
        home=lambda person: home_view(workspace, library, person),
        replace=Replacing(workspace, library),
        inbox=workspace.run / "slack-inbox",
        app_token=app_token(workspace, os.environ),
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

    handing_in = HandingIn(workspace, library, Waker(workspace))
    threading.Thread(target=handing_in.finish_left, daemon=True).start()
    return Pages(
        links=workspace.run / "links", matters=matters, matter=matter, now=workspace.now,
        handing_in=handing_in,
    )  # fmt: skip
