"""The desk killed between receiving a click and acting on it, and right after: nothing is lost, nothing done twice."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.slack import PERSON, REPORT, SECRET, ask, click
from breachbook import example, intake, source
from breachbook.events import Actor
from breachbook.library import Library
from breachbook.supervisor.settings import settings
from breachbook.workspace import Workspace

DESK = """
import asyncio, sys
from pathlib import Path
from breachbook.slack.client import SlackClient
from breachbook.supervisor.desk_role import serve
from breachbook.workspace import Workspace

nowhere = SlackClient("xoxb-test", base_url="http://127.0.0.1:9/")
asyncio.run(serve(Workspace(Path(sys.argv[1])), nowhere))
"""


class Killable:
    """A workspace with one matter, a request that waits, and a desk that runs as a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.workspace = Workspace(example.install("railway-wheels", folder / "w"))
        read = source.parse(REPORT.encode(), "report.yaml")
        library, reporter = Library(self.workspace), Actor("peter-lindgren", "example")
        self.matter = intake.open_matter(self.workspace, library, read, reporter).matter
        self.request, self.subject = ask(self.workspace, self.matter, 1)
        self.port = settings(self.workspace).ports["public"]

    @contextmanager
    def desk(self) -> Iterator[subprocess.Popen[bytes]]:
        """Run the desk until the end of the block, or until it is killed in it."""
        command = [sys.executable, "-c", DESK, str(self.workspace.root)]
        environment = os.environ | {"SLACK_SIGNING_SECRET": SECRET}
        with subprocess.Popen(command, env=environment) as process:
            try:
                until(self._answers)
                yield process
            finally:
                process.kill()

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port)).close()
        except OSError:
            return False
        return True

    def click(self, *, retry: bool = False, heard: bool = True) -> None:
        """Approve in Slack, until it is acknowledged, or recorded where Slack is not to hear of it."""
        raw = click(self.workspace, self.request, self.subject, retry)
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as slack:
            slack.sendall(raw)
            if heard:
                assert b" 200 " in slack.makefile("rb").readline()
            else:
                until(self.decisions)

    def decisions(self) -> list[str]:
        """Name who decided, from the journal."""
        found = self.workspace.matter(self.matter).refresh().approvals[self.request]
        return [decision.person for decision in found.decisions]

    def kept(self) -> list[Path]:
        """List the clicks that were acknowledged and are not finished."""
        return list((self.workspace.run / "slack-inbox").glob("*.json"))

    @property
    def journal(self) -> bytes:
        """Give every line of the journal."""
        return (self.workspace.matters_folder / self.matter / "journal.jsonl").read_bytes()


def until(what: Callable[[], object]) -> None:
    """Wait, at most 20 s, for what another process does."""
    end = time.monotonic() + 20
    while not what():
        assert time.monotonic() < end, "waited 20 s"
        time.sleep(0.01)


@pytest.fixture
def world(tmp_path: Path) -> Killable:
    """A workspace of the example whose desk does not run yet."""
    return Killable(tmp_path)


def test_click_acknowledged_before_a_kill_is_acted_on_once(world: Killable) -> None:
    """Killed while it waits for the journal, the desk finds the click in its inbox and decides it, once."""
    before = world.journal
    with world.desk() as process:
        # Somebody else decides in the matter: the click is acknowledged, its decision waits for the lock.
        with world.workspace.matter(world.matter).journal.locked():
            world.click()
            until(world.kept)
            process.kill()
            process.wait()
        after = world.journal
    with world.desk():
        until(lambda: world.decisions() and not world.kept())
        decided = world.journal
        world.click(retry=True)
        until(lambda: not world.kept())

    assert after == before
    assert world.decisions() == [PERSON]
    assert world.journal == decided


def test_click_recorded_before_a_kill_has_no_second_effect(world: Killable) -> None:
    """Killed when its decision stood and before Slack heard so, the desk takes the redelivery for what it is."""
    with world.desk() as process:
        world.click(heard=False)
        process.kill()
        process.wait()
    decided = world.journal
    with world.desk():
        world.click(retry=True)
        until(lambda: not world.kept())

    assert world.decisions() == [PERSON]
    assert world.journal == decided
