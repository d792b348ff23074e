"""Where the processes of a workspace meet: ports and secrets kept in ``run/``, and the environment of each child."""

import json
import os
import secrets
import signal
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from breachbook.durable import replace
from breachbook.workspace import Workspace

HOST = "127.0.0.1"
DEPLOYED = "deployed"
# Not SIGTERM: while a flow runs, Prefect has a handler of its own on it.
FINISH = signal.SIGUSR2
_NAMES = ("prefect", "public", "private", "slack", "portal", "tsa")


@dataclass(frozen=True, slots=True)
class Settings:
    """Ports on 127.0.0.1, and the password of the workspace's own Prefect server.

    Attributes:
        own_prefect: False when PREFECT_API_URL names a server of the user's.
    """

    ports: Mapping[str, int]
    auth: str
    own_prefect: bool

    def url(self, name: str) -> str:
        """Give a listener's address."""
        return f"http://{HOST}:{self.ports[name]}"


def settings(workspace: Workspace) -> Settings:
    """Give the workspace's settings, made once and kept in ``run/`` with mode 0600."""
    auth = workspace.run / "prefect-auth"
    if not auth.exists():
        replace(auth, f"breachbook:{secrets.token_urlsafe(24)}".encode())
    return Settings(
        _ports(workspace.run / "ports.json"),
        auth.read_text("utf-8"),
        "PREFECT_API_URL" not in os.environ,
    )


def _ports(path: Path) -> dict[str, int]:
    try:
        ports = {name: int(port) for name, port in json.loads(path.read_text("utf-8")).items()}
    except (OSError, ValueError, AttributeError):
        ports = {}
    if ports.keys() != set(_NAMES):
        held = [socket.create_server((HOST, 0)) for _ in _NAMES]
        ports = {name: sock.getsockname()[1] for name, sock in zip(_NAMES, held, strict=True)}
        for sock in held:
            sock.close()
        replace(path, json.dumps(ports).encode())
    return ports


def renew_ports(workspace: Workspace) -> None:
    """Forget the ports, because one of them is taken by somebody else."""
    (workspace.run / "ports.json").unlink(missing_ok=True)


def environment(workspace: Workspace, chosen: Settings) -> dict[str, str]:
    """Give a child its environment: nothing phones home, Prefect keeps no contents and stays in the workspace."""
    found = {
        **os.environ,
        "BREACHBOOK_WORKSPACE": str(workspace.root),
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
        "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": "2592000",
        "NO_PROXY": "127.0.0.1,localhost",
    }
    if chosen.own_prefect:
        found |= {
            "PREFECT_HOME": str(workspace.run / "prefect"),
            "PREFECT_API_URL": f"{chosen.url('prefect')}/api",
            "PREFECT_API_AUTH_STRING": chosen.auth,
            "PREFECT_SERVER_API_AUTH_STRING": chosen.auth,
        }
    return found
