"""The play: every line is a command a person would type, or a signed click; nothing is reached into."""

import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from breachbook import example, source
from breachbook.agenda import PILLARS, Count
from breachbook.demo.counsel import Counsel
from breachbook.demo.timeline import Timeline
from breachbook.engine import due, is_done, targets
from breachbook.errors import EngineError
from breachbook.library import Library
from breachbook.matter import Matter
from breachbook.supervisor.settings import settings
from breachbook.views.time_stamps import stamps_text, stamps_view
from breachbook.workspace import Workspace

NAME = "railway-wheels"
CLERK = "joan-petrov"
APPROVERS = ("david-okafor", "lin-yue")
STEP_SECONDS = 75.0


def run(keep: Path | None = None) -> Path:
    """Play the example matter and say where everything is; give the workspace.

    Args:
        keep: A new or empty folder for the workspace; a temporary one that stays if None.

    Raises:
        EngineError: Something did not happen in time.
    """
    folder = keep or Path(tempfile.mkdtemp(prefix="breachbook-demo-"))
    stage = Stage(example.install(NAME, folder))
    with stage.open():
        stage.play()
    stage.epilogue()
    return folder


class Stage:
    """One play in one workspace."""

    def __init__(self, folder: Path) -> None:
        self.workspace = Workspace(folder)
        self.library = Library(self.workspace)
        self.began = time.monotonic()
        self.matter = ""

    @contextlib.contextmanager
    def open(self) -> Iterator[None]:
        """Start all of Breachbook's processes and the stand-ins; stop them at the end."""
        self.environment = {**os.environ, "BREACHBOOK_WORKSPACE": str(self.workspace.root)}
        up = subprocess.Popen(
            [sys.executable, "-m", "breachbook", "up", "--demo-slack", "--demo-tsa"],
            env=self.environment, stdin=subprocess.DEVNULL,
            stdout=(self.workspace.run / "up.log").open("ab"), stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            self.say(
                "starting Prefect's server, the engine, the desk, and local stand-ins for Slack and a"
                " time-stamp authority"
            )
            self.wait(
                "everything to start", lambda: (self.workspace.run / "heartbeat.json").exists(), up
            )
            yield
        finally:
            up.terminate()
            up.wait(30)

    def play(self) -> None:
        """Report, triage, approve, serve, record; each when its turn comes."""
        with _hazards(self.workspace.root):
            self.matter = self.command("report", "report.yaml").split()[0]
            timeline = Timeline(self.workspace, self.matter, self.began)
            with timeline:
                self.until(
                    "triage to be asked", lambda m: "answer" in m.instance("triage", "-").acts
                )
                self.answer()
                self.until("the shared folder to be sealed", lambda m: bool(m.exhibits))
                self.until("its seal to be time-stamped", _is_stamped)
                self.approve_all()
                self.serve()
                self.facts()
                self.until("every step to be done", self.all_done)
                self.until("the docket to follow from every fact", self.all_counted)

    def answer(self) -> None:
        """Let the example's counsel answer the triage."""
        rows = source.read(self.workspace.root / "answers.yaml").data["steps"]["triage"]
        pairs = [f"{name}={value}" for name, value in rows["answers"].items()]
        self.command("answer", self.matter, "triage", *pairs, person=rows["person"])

    def approve_all(self) -> None:
        """Approve by signed clicks until nothing waits for a decision and every letter is out for service."""
        chosen = settings(self.workspace)
        control = (self.workspace.run / "stand-ins").read_text("utf-8").split()[2]
        counsel = Counsel(chosen.url("slack"), control)
        end = time.monotonic() + STEP_SECONDS
        try:
            while not self._letters_out(self.state()):
                if time.monotonic() > end:
                    raise EngineError("demo: the letters were not approved in time")
                if not self._approve_one(counsel):
                    time.sleep(0.2)
        finally:
            counsel.close()

    def _approve_one(self, counsel: Counsel) -> bool:
        for approval in self.state().approvals.values():
            for person in APPROVERS:
                if person in approval.pending((), self.workspace.now()):
                    identity = self.workspace.people[person].slack
                    assert identity is not None
                    counsel.click(identity.user_id, approval.id, "approve", STEP_SECONDS)
                    return True
        return False

    def _letters_out(self, matter: Matter) -> bool:
        holders = matter.report["holders"]
        return all(
            "serve" in matter.instance("cease-and-desist", holder).acts for holder in holders
        )

    def serve(self) -> None:
        """Record the service of each letter, with a receipt as proof."""
        for document in list(self.state().documents.values()):
            instance = self.state().instance(document.step, document.target)
            if (
                document.step != "cease-and-desist"
                or instance.document != document.id
                or document.served
            ):
                continue
            receipt = self.workspace.root / f"receipt-{document.id}.txt"
            receipt.write_text(f"Example courier receipt for {document.id}; invented.\n", "utf-8")
            when = self.workspace.now().isoformat(timespec="seconds")
            self.command(
                "served",
                self.matter,
                document.id,
                "--method",
                "courier",
                "--on",
                when,
                "--proof",
                str(receipt),
                person=CLERK,
            )
            self.command(
                "fact", self.matter, "demand-reached-obligor", when[:10], "--about", document.target,
                "--proof", str(receipt), person=CLERK,
            )  # fmt: skip

    def facts(self) -> None:
        """Record what happens in court in the days after, as the clerk would."""
        for row in source.read(self.workspace.root / "facts.yaml").data["facts"]:
            about = row.get("about", "incident")
            self.command(
                "fact", self.matter, row["kind"], row["when"], "--about", about, person=CLERK
            )

    def all_done(self, matter: Matter) -> bool:
        """Say whether every step of the playbook is done."""
        playbook = self.library.pinned(self.workspace.matter(self.matter), matter)
        reference = self.library.reference()
        return all(
            is_done(step, matter.instance(step.id, target))
            for step in playbook.steps
            for target in targets(step, matter, reference)
        )

    def all_counted(self, matter: Matter) -> bool:
        """Tell whether no deadline is left to be counted."""
        playbook = self.library.pinned(self.workspace.matter(self.matter), matter)
        agenda = due(
            matter, playbook, self.library.reference(), self.workspace.now(), PILLARS["track"]
        )
        return bool(matter.deadlines) and not any(isinstance(item, Count) for item in agenda.due)

    def state(self) -> Matter:
        """Read the matter as its journal now has it."""
        return self.workspace.matter(self.matter).refresh()

    def until(self, what: str, reached: Callable[[Matter], bool]) -> None:
        """Wait until the matter has come so far."""
        self.wait(what, lambda: reached(self.state()))

    def wait(
        self,
        what: str,
        reached: Callable[[], bool],
        process: subprocess.Popen[bytes] | None = None,
    ) -> None:
        """Wait for a condition.

        Raises:
            EngineError: It was not met in time, or the process it depends on ended.
        """
        end = time.monotonic() + STEP_SECONDS
        while not reached():
            if time.monotonic() > end or (process is not None and process.poll() is not None):
                raise EngineError(f"demo: waited for {what}; the logs are in {self.workspace.run}")
            time.sleep(0.1)

    def command(self, *arguments: str, person: str | None = None) -> str:
        """Type a command of Breachbook's, and give what it prints.

        Raises:
            EngineError: It failed.
        """
        typed: Sequence[str] = [*arguments, *(["--as", person] if person else [])]
        done = subprocess.run(
            [sys.executable, "-m", "breachbook", *typed], env=self.environment, cwd=self.workspace.root,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise EngineError(f"demo: `breachbook {' '.join(typed)}` failed:\n{done.stderr}")
        return done.stdout

    def say(self, text: str) -> None:
        """Print one line with the seconds since the beginning."""
        print(f"{time.monotonic() - self.began:6.1f} s  {text}", flush=True)  # noqa: T201 (the demo's terminal)

    def epilogue(self) -> None:
        """Say where everything is, and how to look at it."""
        for line in _epilogue(self.workspace, self.matter, self.state()):
            print(line, flush=True)  # noqa: T201 (the demo's terminal)
        self.say(f"done in {timedelta(seconds=round(time.monotonic() - self.began))}")


def _epilogue(workspace: Workspace, matter: str, state: Matter) -> Iterator[str]:
    folder = workspace.matters_folder / matter
    yield ""
    for document in state.documents.values():
        if document.served:
            yield f"letter    {folder / 'documents' / document.id}   {document.notice} {document.language}, served"
    for exhibit in state.exhibits.values():
        findings = json.dumps(dict(exhibit.findings))
        place = folder / "exhibits" / exhibit.id
        yield f"evidence  {place}   {exhibit.files} files, findings {findings}"
        yield f"          time-stamps: {stamps_text(stamps_view(state.evidence, exhibit.id))}"
    open_ = [d for d in state.deadlines.values() if d.state == "open"]
    yield f"docket    {len(open_)} deadlines of {', '.join(state.dockets)}"
    yield f"journal   {folder / 'journal.jsonl'}   {state.seq} lines"
    effects = json.loads((workspace.run / "portal.json").read_text("utf-8"))["effects"]
    yield f"effects   {json.dumps(_per_step(effects))}   each must be 1"
    yield ""
    yield f"export BREACHBOOK_WORKSPACE={workspace.root}"
    for line in (
        "audit verify",
        f"show {matter}",
        f"deadlines {matter}",
        f"evidence verify {matter}",
        f"export {matter} --for court --to-place US --as helen-marsh",
        "up --demo-slack --demo-tsa",
    ):
        yield f"  breachbook {line}"


def _is_stamped(matter: Matter) -> bool:
    return all(matter.evidence.stamps_of(exhibit) for exhibit in matter.exhibits)


def _per_step(effects: Mapping[str, int]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for key, count in effects.items():
        _, step, _, target, _ = key.split("/")
        counted[f"{step}/{target}"] = counted.get(f"{step}/{target}", 0) + count
    return counted


@contextlib.contextmanager
def _hazards(folder: Path) -> Iterator[None]:
    """Add to the shared folder what Git cannot hold, and let files vanish while it is read."""
    spec = importlib.util.spec_from_file_location(
        "add_live_hazards", folder / "add_live_hazards.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.add_hazards(folder / "share")
    with module.vanish_during(folder / "share"):
        yield
