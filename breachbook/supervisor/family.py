"""The processes of one workspace: started in order, mended when one dies, ended together."""

import contextlib
import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

from breachbook.errors import EngineError
from breachbook.stamp_authorities import TRIAL_URL
from breachbook.supervisor.settings import (
    DEPLOYED,
    FINISH,
    HOST,
    Settings,
    environment,
    renew_ports,
    settings,
)
from breachbook.wake import SOCKET
from breachbook.workspace import Workspace

START_SECONDS = 90.0
PORTAL = "BREACHBOOK_DEMO_PORTAL_URL"
_GIVE_UP_AFTER = 8


@dataclass
class Member:
    """One child: what it runs and how often it was started lately."""

    role: str
    command: list[str]
    process: subprocess.Popen[bytes]
    started_at: float
    falls: int = 0


class Family:
    """Children that live exactly as long as this process; use as a context manager.

    Args:
        demo_slack: Also start the local stand-in for Slack, and point the others at it.
        demo_tsa: Also start the trial time-stamp authority, and let it stamp.
    """

    def __init__(
        self, workspace: Workspace, *, demo_slack: bool = False, demo_tsa: bool = False
    ) -> None:
        self.workspace = workspace
        self.settings = self._usable_settings()
        self.environment = environment(workspace, self.settings)
        self.demo_slack = demo_slack
        if demo_slack:
            self.environment |= demo_environment(workspace, self.settings)
        self.demo_tsa = demo_tsa
        self.environment[TRIAL_URL] = f"{self.settings.url('tsa')}/" if demo_tsa else ""
        self._members: dict[str, Member] = {}
        self._read, self._write = os.pipe2(os.O_CLOEXEC)

    def _usable_settings(self) -> Settings:
        chosen = settings(self.workspace)
        if any(_taken(port) for port in chosen.ports.values()):
            renew_ports(self.workspace)
            chosen = settings(self.workspace)
        return chosen

    def __enter__(self) -> "Family":
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start every child and wait until each answers.

        Raises:
            EngineError: One did not come up; all are ended.
        """
        for name in (SOCKET, DEPLOYED):
            (self.workspace.run / name).unlink(missing_ok=True)
        if self.demo_slack:
            self._launch("slack", self._command("slack"))
            self._await("slack", lambda: _answers(self.settings.ports["slack"]))
        if self.demo_tsa:
            self._launch("tsa", self._command("tsa"))
            self._await("tsa", lambda: _answers(self.settings.ports["tsa"]))
        if self.environment.get(PORTAL) == self.settings.url("portal"):
            self._launch("portal", self._command("portal"))
        if self.settings.own_prefect:
            self._launch("prefect", self._command("prefect"))
        self._launch("desk", self._command("desk"))
        self._await("desk", lambda: _answers(self.settings.ports["private"]))
        if self.settings.own_prefect:
            self._await(
                "prefect", lambda: _healthy(self.settings.ports["prefect"], self.settings.auth)
            )
        self._launch("engine", self._command("engine"))
        self._await("engine", lambda: _connects(self.workspace))
        self._launch("deployments", self._command("deployments"))
        self._await("deployments", lambda: (self.workspace.run / DEPLOYED).exists())

    def _command(self, role: str) -> list[str]:
        return [sys.executable, "-m", "breachbook.supervisor.child", role]

    def _launch(self, role: str, command: list[str]) -> None:
        log = self.workspace.run / f"{role}.log"
        with log.open("ab") as out:
            process = subprocess.Popen(
                [*command, str(self._read)], env=self.environment, pass_fds=[self._read],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            )  # fmt: skip
        log.chmod(0o600)
        before = self._members.get(role)
        falls = before.falls + 1 if before else 0
        self._members[role] = Member(role, command, process, time.monotonic(), falls)

    def _await(self, role: str, ready: Callable[[], bool]) -> None:
        end = time.monotonic() + START_SECONDS
        while not ready():
            member = self._members[role]
            if member.process.poll() is not None or time.monotonic() > end:
                raise EngineError(f"{role}: did not come up; its last words are in run/{role}.log")
            time.sleep(0.05)

    def mend(self, say: Callable[[str], None]) -> None:
        """Start again whatever died, and end what it left behind.

        Raises:
            EngineError: A child dies again and again.
        """
        for member in list(self._members.values()):
            if member.process.poll() is None:
                continue
            _end_group(member.process.pid)
            alive = time.monotonic() - member.started_at
            if alive > 60:
                member.falls = 0
            if member.falls >= _GIVE_UP_AFTER:
                raise EngineError(
                    f"{member.role}: dies again and again; its last words are in run/{member.role}.log"
                )
            say(f"{member.role} died (exit {member.process.returncode}); starting it again")
            self._launch(member.role, member.command)

    def addresses(self) -> list[str]:
        """Say where everything is, and what may be reached from outside."""
        lines = [f"workspace   {self.workspace.root}"]
        if self.settings.own_prefect:
            lines.append(f"prefect     {self.settings.url('prefect')}   this machine only")
        lines.append(
            f"pages       {self.settings.url('private')}   this machine only; `breachbook link` lets a person in"
        )
        if "SLACK_BOT_TOKEN" in self.environment:
            lines.append(
                f"slack       {self.settings.url('public')}/slack/events   may be tunnelled: only this one"
            )
        else:
            lines.append(
                "slack       not configured: SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET are not set"
            )
        if self.demo_slack:
            lines.append(
                f"stand-in    {self.settings.url('slack')}/enter?key={self.environment['BREACHBOOK_STANDIN_CONTROL']}"
                "   a local page in Slack's place"
            )
        if self.demo_tsa:
            lines.append(
                f"time-stamps {self.environment[TRIAL_URL]}   a trial authority of our own: worthless as proof"
            )
        return lines

    def pid(self, role: str) -> int:
        """Give the process id of a child."""
        return self._members[role].process.pid

    def stop(self) -> None:
        """Let the engine finish its register, then close the pipe, which ends every child, and wait for them."""
        engine = self._members.get("engine")
        if engine is not None and engine.process.poll() is None:
            engine.process.send_signal(FINISH)
            with contextlib.suppress(subprocess.TimeoutExpired):
                engine.process.wait(5)
        for descriptor in (self._write, self._read):
            with contextlib.suppress(OSError):
                os.close(descriptor)
        for member in self._members.values():
            try:
                member.process.wait(10)
            except subprocess.TimeoutExpired:
                _end_group(member.process.pid)
                member.process.wait(10)
            _end_group(member.process.pid)
        self._members.clear()


def demo_environment(workspace: Workspace, chosen: Settings) -> dict[str, str]:
    """Give the secrets of the stand-ins: made for this workspace, worth nothing elsewhere."""
    path = workspace.run / "stand-ins"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text("\n".join(secrets.token_hex(16) for _ in range(4)))
    token, signing, control, portal = path.read_text("utf-8").split()
    own = (
        {}
        if PORTAL in os.environ or not workspace.example
        else {PORTAL: chosen.url("portal"), "BREACHBOOK_DEMO_PORTAL_TOKEN": portal}
    )
    return {
        **own,
        "SLACK_BOT_TOKEN": f"xoxb-{token}",
        "SLACK_SIGNING_SECRET": signing,
        "BREACHBOOK_STANDIN_CONTROL": control,
        "SLACK_APP_TOKEN": "",  # a real one must not reach a stand-in
        "BREACHBOOK_SLACK_BASE_URL": f"{chosen.url('slack')}/api/",
    }


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((HOST, port)) == 0


def _healthy(port: int, auth: str) -> bool:
    import base64

    connection = http.client.HTTPConnection(HOST, port, timeout=1)
    token = base64.b64encode(auth.encode()).decode()
    try:
        connection.request("GET", "/api/health", headers={"Authorization": f"Basic {token}"})
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _connects(workspace: Workspace) -> bool:
    return (workspace.run / SOCKET).exists()


def _end_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
