"""What each child of the supervisor does; every role binds to 127.0.0.1 and takes its secrets from the environment."""

import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from breachbook import content
from breachbook.library import Library
from breachbook.slack.client import SlackClient
from breachbook.supervisor.settings import DEPLOYED, FINISH, HOST, settings
from breachbook.workspace import Workspace

PILLARS = ("respond", "contain", "preserve", "draft", "track")


def play(role: str) -> None:
    """Run a role until the process is ended."""
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.WARNING,
        format="%(asctime)s %(name)s %(levelname)s %(message)s",
    )
    workspace = Workspace(Path(os.environ["BREACHBOOK_WORKSPACE"]))
    _ROLES[role](workspace)


def slack_client(workspace: Workspace, environment: Mapping[str, str]) -> SlackClient | None:
    """Give a client for the workspace's Slack, or None when it is not configured."""
    token, chosen = environment.get("SLACK_BOT_TOKEN"), workspace.config.slack
    if not token or chosen is None:
        return None
    return SlackClient(
        token, base_url=environment.get("BREACHBOOK_SLACK_BASE_URL") or chosen.base_url
    )


def _prefect(workspace: Workspace) -> None:
    import uvicorn
    from prefect.server.api.server import create_app
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    @event.listens_for(Engine, "connect")
    def _zero_what_is_freed(connection: Any, _record: Any) -> None:
        # A report's text is blanked in a row; without this its bytes would stay in the file's free space.
        cursor = connection.cursor()
        cursor.execute("PRAGMA secure_delete = ON")
        cursor.close()

    app = create_app()
    uvicorn.run(
        app,
        host=HOST,
        port=settings(workspace).ports["prefect"],
        log_level="warning",
        access_log=False,
    )


def _engine(workspace: Workspace) -> None:
    from prefect.flows import load_flow_from_entrypoint

    from breachbook import prefect_tasks
    from breachbook.engine_host import EngineHost

    async def run() -> None:
        flows: dict[str, Any] = {
            name: load_flow_from_entrypoint(
                content.flow_entrypoint(name, workspace.root), use_placeholder_flow=False
            )
            for name in PILLARS
        }
        host = EngineHost(
            workspace, Library(workspace), slack_client(workspace, os.environ), flows
        )
        prefect_tasks.hold(host)
        serving = asyncio.create_task(host.run())
        asyncio.get_running_loop().add_signal_handler(FINISH, serving.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await serving

    asyncio.run(run())


def _deployments(workspace: Workspace) -> None:
    from prefect.deployments.runner import RunnerDeployment
    from prefect.runner import Runner

    async def run() -> None:
        runner = Runner(name="breachbook", limit=2, pause_on_shutdown=False)
        for name in ("report", *PILLARS[1:], "watch"):
            entrypoint = content.flow_entrypoint(name, workspace.root)
            added = runner.add_deployment(RunnerDeployment.from_entrypoint(entrypoint, name=name))
            if not isinstance(added, UUID):
                await added
        (workspace.run / DEPLOYED).touch(mode=0o600)
        await runner.start()

    asyncio.run(run())


def _desk(workspace: Workspace) -> None:
    from breachbook.supervisor.desk_role import serve

    asyncio.run(serve(workspace, slack_client(workspace, os.environ)))


def _slack(workspace: Workspace) -> None:
    from breachbook.slack.standin import Standin

    chosen = settings(workspace)
    slack = workspace.config.slack
    known = [person for person in workspace.people.by_id.values() if person.slack]
    Standin(
        workspace.run / "slack-standin.json",
        {
            "team_id": slack.team_id if slack else "T0EXAMPLE1",
            "token": os.environ["SLACK_BOT_TOKEN"],
            "signing_secret": os.environ["SLACK_SIGNING_SECRET"],
            "control_token": os.environ["BREACHBOOK_STANDIN_CONTROL"],
            "request_url": f"{chosen.url('public')}/slack/events",
            "users": [
                {"id": p.slack.user_id, "name": p.name, "tz": p.zone} for p in known if p.slack
            ],
        },
        port=chosen.ports["slack"],
    ).run()


def _portal(workspace: Workspace) -> None:
    from breachbook.demo.portal import Portal

    token = os.environ["BREACHBOOK_DEMO_PORTAL_TOKEN"]
    Portal(workspace.run / "portal.json", settings(workspace).ports["portal"], token).join()


def _tsa(workspace: Workspace) -> None:
    from breachbook.stamp_authorities import TRIAL_FOLDER
    from breachbook.timestamp.trial import Authority, keys

    made = keys(workspace.root / TRIAL_FOLDER, workspace.now())
    Authority(made, settings(workspace).ports["tsa"], workspace.now).run()


_ROLES: Mapping[str, Callable[[Workspace], None]] = {
    "prefect": _prefect,
    "engine": _engine,
    "deployments": _deployments,
    "desk": _desk,
    "slack": _slack,
    "portal": _portal,
    "tsa": _tsa,
}
