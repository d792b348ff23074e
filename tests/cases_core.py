"""The example's matter on disk, advanced in this process: a standing clock, no Slack."""

import asyncio
import shutil
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from breachbook import consents, content, decisions, engine, intake, serving, source, steps
from breachbook.agenda import Due, Perform
from breachbook.deadlines import Law, load_law
from breachbook.demo.portal import Portal
from breachbook.errors import BreachbookError
from breachbook.events import Actor, Draft, Event
from breachbook.executor import Advanced, Executor
from breachbook.journal import Journal
from breachbook.library import Library
from breachbook.matter import Matter
from breachbook.matter_file import MatterFile
from breachbook.workspace import Workspace, software
from tests.builders import StandingClock

REPORTER = Actor("peter-lindgren", "example")
COUNSEL = Actor("helen-marsh", "example")
CLERK = Actor("joan-petrov", "example")
TRIAGE = {
    "secret_identified": "yes",
    "ex_parte_considered": "yes",
    "ex_parte_relief": "not-sought",
    "severity": "high",
    "signatory": "company",
}
LETTER = "cease-and-desist"


@cache
def _shipped_law() -> Law:
    return load_law(content.law_folders())


class Case:
    """A workspace of the example and one matter in it."""

    def __init__(self, root: Path, portal: Portal | None = None) -> None:
        self.clock = StandingClock()
        self.workspace = Workspace(root, self.clock)
        self.library = Library(self.workspace)
        # The shipped law is slow to read, and no test that uses this changes it.
        vars(self.library)["law"] = _shipped_law()
        self.portal = portal
        self.id = "LEAK-2026-0001"

    @classmethod
    def install(cls, folder: Path) -> "Case":
        """Copy the example, with a few of its shared files."""
        shipped = content.find("examples", "railway-wheels")
        shutil.copytree(shipped, folder, ignore=shutil.ignore_patterns("share", "docket-*"))
        shutil.copytree(shipped / "share" / "tables", folder / "share")
        return cls(folder)

    def copy(self, folder: Path, portal: Portal | None = None) -> "Case":
        """Give a workspace of its own that stands where this one does."""
        shutil.copytree(self.workspace.root, folder, symlinks=True)
        made = Case(folder, portal)
        made.clock.now = self.clock.now
        return made

    @property
    def file(self) -> MatterFile:
        """Open the matter anew, as another process would."""
        return self.workspace.matter(self.id)

    @property
    def matter(self) -> Matter:
        """Fold the matter's journal."""
        return self.file.refresh()

    def events(self) -> list[Event]:
        """Read the whole journal."""
        path = self.workspace.matters_folder / self.id / "journal.jsonl"
        return Journal(path, self.clock, software()).read()

    def since(self, seq: int) -> list[str]:
        """Name what was recorded after a line: ``kind step/target act`` or ``kind``."""
        return [told(event) for event in self.events()[seq:]]

    def report(self, **more: Any) -> intake.Opened:
        """Open a matter from the example's report."""
        read = source.read(self.workspace.root / "report.yaml", "report.yaml")
        return intake.open_matter(self.workspace, self.library, read, REPORTER, **more)

    def advance(self) -> Advanced:
        """Do everything that is due."""
        return asyncio.run(Executor(self.workspace, self.library).advance(self.id))

    def due(self) -> list[Due]:
        """Ask the engine what is due now, messages included."""
        file = self.file
        matter = file.refresh()
        playbook = self.library.pinned(file, matter)
        return list(
            engine.due(matter, playbook, self.library.reference(), self.workspace.now()).due
        )

    def claim(self, step: str, target: str) -> Perform:
        """Claim an act as an executor does that is killed right after."""
        perform = next(
            item
            for item in self.due()
            if isinstance(item, Perform) and (item.step, item.target) == (step, target)
        )
        data = {
            "step": step, "target": target, "round": perform.round, "act": perform.act,
            "key": perform.key, "subject": perform.subject, "repeatable": perform.repeatable,
        }  # fmt: skip
        self.file.transact(lambda _: [Draft("step.started", data)])
        return perform

    def answer(self, **changes: str) -> list[Event]:
        """Answer triage as the example's counsel."""
        return steps.answer(self.file, self.library, COUNSEL, "triage", TRIAGE | changes)

    def request(self, step: str, target: str) -> str:
        """Give the newest request of one instance."""
        found = [a for a in self.matter.approvals.values() if (a.step, a.target) == (step, target)]
        return found[-1].id

    def approve(self, step: str, target: str, people: Sequence[str]) -> list[str]:
        """Let people approve; give the outcomes."""
        request = self.request(step, target)
        subject = self.matter.approvals[request].subject[:16]
        return [
            decisions.decide(
                self.workspace, request, actor=Actor(person, "example"), answer="approve",
                subject16=subject,
            ).outcome
            for person in people
        ]  # fmt: skip

    def serve(self, target: str, **changes: Any) -> list[Event]:
        """Record that the newest letter to a holder was delivered."""
        proof = self.workspace.root / "receipt.txt"
        proof.write_text("signed for\n")
        given: dict[str, Any] = {
            "document": self.matter.instance(LETTER, target).document,
            "method": "courier",
            "when": "2026-11-16T15:00:00-06:00",
            "proof": proof,
        } | changes
        actor = given.pop("actor", CLERK)
        return serving.served(self.file, self.library, actor, **given)


def told(event: Event) -> str:
    """Name an event in one line."""
    data = event.data
    where = f" {data['step']}/{data['target']}" if "step" in data else ""
    act = f" {data['act']}" if "act" in data else ""
    return f"{event.kind}{where}{act}"


def waits_for_triage(folder: Path) -> Case:
    """Open a matter and advance it until counsel is asked."""
    case = Case.install(folder)
    case.report()
    case.advance()
    return case


def two_agree(case: Case, what: str, about: str) -> None:
    """Let two counsel agree to an act."""
    asked = consents.ask(case.file, COUNSEL, what, about, "agreed at the meeting")
    other = Actor("david-okafor", "example")
    consents.give(case.file, other, asked[0].data["consent"])


def refused(
    case: Case, act: Callable[[], object], error: type[BreachbookError], words: str
) -> None:
    """Check that an act is refused with these words and that nothing was recorded."""
    before = (case.file.folder / "journal.jsonl").read_bytes()
    values = (case.file.folder / "values.jsonl").read_bytes()
    with pytest.raises(error) as told:
        act()

    assert words in str(told.value)
    assert (case.file.folder / "journal.jsonl").read_bytes() == before
    assert (case.file.folder / "values.jsonl").read_bytes() == values
