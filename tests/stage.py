"""A whole Breachbook for tests: real processes on a copy of the example, a portal, and people who answer."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from breachbook import decisions, example, intake, serving, source, steps, wake
from breachbook.demo.portal import Portal
from breachbook.engine import is_done, targets
from breachbook.events import Actor
from breachbook.library import Library
from breachbook.matter import Matter
from breachbook.matter_file import MatterFile
from breachbook.workspace import Workspace

TRIAGER, CLERK, APPROVERS = "helen-marsh", "joan-petrov", ("david-okafor", "lin-yue")


class Stage:
    """One workspace with its portal; `up` starts the processes as a user would, in a process of their own."""

    def __init__(self, folder: Path) -> None:
        self.workspace = Workspace(example.install("railway-wheels", folder / "w"))
        self.library = Library(self.workspace)
        self.portal = Portal(folder / "portal.json")
        self.matter = ""
        self._read: dict[str, MatterFile] = {}

    @contextlib.contextmanager
    def up(self, slack: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
        """Run ``breachbook up --demo-slack --demo-tsa``; at the end it is asked to stop.

        Args:
            slack: The environment that leads to another Slack than the demonstration's.
        """
        command = ["up"] if slack is not None else ["up", "--demo-slack", "--demo-tsa"]
        (self.workspace.run / "heartbeat.json").unlink(missing_ok=True)
        with (self.workspace.run / "up.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "breachbook", *command], env=self.environment() | dict(slack or {}),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            until(
                lambda: (self.workspace.run / "heartbeat.json").exists(), "the engine's first look"
            )
            yield process
        finally:
            process.terminate()
            process.wait(30)

    def environment(self) -> dict[str, str]:
        """Give the environment in which the recipe finds the portal."""
        return {
            **os.environ,
            "BREACHBOOK_WORKSPACE": str(self.workspace.root),
            "BREACHBOOK_DEMO_PORTAL_URL": self.portal.url,
            "BREACHBOOK_DEMO_PORTAL_TOKEN": self.portal.token,
        }

    def report(self) -> str:
        """Report the example's leak and wake the engine."""
        read = source.read(self.workspace.root / "report.yaml", "report.yaml")
        opened = intake.open_matter(
            self.workspace, self.library, read, Actor("peter-lindgren", "example")
        )
        self.matter = opened.matter
        wake.wake(self.workspace, self.matter)
        return self.matter

    def state(self) -> Matter:
        """Read what the matter's journal got since; earlier answers change with it."""
        if self.matter not in self._read:
            self._read[self.matter] = self.workspace.matter(self.matter)
        return self._read[self.matter].refresh()

    def people_act(self) -> None:
        """Do whatever waits for a person: triage, decisions, service; once each."""
        file, state = self.workspace.matter(self.matter), self.state()
        if (act := state.instance("triage", "-").acts.get("answer")) and act.state == "started":
            rows = source.read(self.workspace.root / "answers.yaml").data["steps"]["triage"]
            steps.answer(file, self.library, Actor(TRIAGER, "example"), "triage", rows["answers"])
        for approval in list(state.approvals.values()):
            for person in APPROVERS if approval.state == "open" else ():
                decisions.decide(
                    self.workspace, approval.id, actor=Actor(person, "example"), answer="approve",
                    subject16=approval.subject[:16],
                )  # fmt: skip
        for document in list(state.documents.values()):
            self._serve(document.id, document.step, document.target)
        wake.wake(self.workspace, self.matter)

    def _serve(self, document: str, step: str, target: str) -> None:
        state = self.state()
        act = state.instance(step, target).acts.get("serve")
        if step != "cease-and-desist" or act is None or act.state != "started":
            return
        if state.instance(step, target).document != document:
            return
        proof = self.workspace.root / f"receipt-{document}.txt"
        proof.write_text("receipt\n", "utf-8")
        when = self.workspace.now().isoformat(timespec="seconds")
        file = self.workspace.matter(self.matter)
        serving.served(
            file, self.library, Actor(CLERK, "example"), document, "courier", when, proof
        )

    def next_event(self, seq: int) -> None:
        """Wait until the journal is longer than ``seq`` lines, or everything is done."""
        until(lambda: self.state().seq > seq or self.is_done(), "the next event")

    def is_done(self) -> bool:
        """Say whether every step of the playbook is done."""
        state = self.state()
        playbook = self.library.pinned(self.workspace.matter(self.matter), state)
        reference = self.library.reference()
        return all(
            is_done(step, state.instance(step.id, target))
            for step in playbook.steps
            for target in targets(step, state, reference)
        )

    def processes(self) -> list[int]:
        """List the processes that run for this workspace."""
        mark = f"BREACHBOOK_WORKSPACE={self.workspace.root}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if entry.name.isdigit() and mark in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
        return found


def until(reached: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
    """Wait for a condition, described for whoever reads the failure."""
    end = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.05)
