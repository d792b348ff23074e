"""The process family on the real case: killed at any moment, it finishes, and nothing happens twice."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from breachbook.supervisor import prefect_client
from breachbook.supervisor.settings import DEPLOYED, environment, settings
from breachbook.workspace import Workspace
from tests.stage import Stage, until

pytestmark = pytest.mark.server
CANARY = "canary-7f3a9c51"
VICTIMS = ("engine", "slack", "desk", "engine", "tsa", "engine")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A workspace whose processes are not started."""
    made = Stage(tmp_path)
    yield made
    made.portal.stop()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A workspace whose processes run, with one matter that waits for triage."""
    made = Stage(tmp_path_factory.mktemp("running"))
    with made.up():
        made.report()
        until(lambda: "answer" in made.state().instance("triage", "-").acts, "triage")
        yield made
    made.portal.stop()


def _check(stage: Stage) -> None:
    """Every invariant of a finished matter."""
    until(lambda: bool(stage.state().evidence.stamps_of("E1")), "the trial authority's time-stamp")
    state = stage.state()
    subjects = Counter(approval.subject for approval in state.approvals.values())
    effects = Counter(
        key.split("/")[3]
        for key, count in stage.portal.state["effects"].items()
        for _ in range(count)
    )
    served = [document for document in state.documents.values() if document.served]

    assert max(subjects.values()) == 1
    assert effects == {"beiyuan-engineering-07": 1, "beiyuan-quality-02": 1}
    assert sorted(document.target for document in served) == ["larkmoor-supply", "moqiao-castings"]


def _events(stage: Stage) -> set[str]:
    """Name the events that Prefect's automations could have acted on."""
    database = f"file:{stage.workspace.run}/prefect/prefect.db?mode=ro"
    with contextlib.closing(sqlite3.connect(database, uri=True, timeout=10)) as connection:
        return {str(row[0]) for row in connection.execute("select distinct event from events")}


def _role(stage: Stage, role: str) -> int | None:
    for pid in stage.processes():
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"breachbook.supervisor.child" in words and role.encode() in words:
            return pid
    return None


def test_engine_and_desk_killed_again_and_again_lose_and_repeat_nothing(stage: Stage) -> None:
    """A killed child, or Slack gone for a while, holds up nothing for good; each effect happens once."""
    with stage.up():
        stage.report()
        killed_at: set[int] = set()
        while not stage.is_done():
            seq = stage.state().seq
            if (
                len(killed_at) < len(VICTIMS)
                and seq not in killed_at
                and seq >= 12 * (len(killed_at) + 1)
            ):
                victim = _role(stage, VICTIMS[len(killed_at)])
                if victim is not None:
                    os.kill(victim, signal.SIGKILL)
                    killed_at.add(seq)
            stage.people_act()
            stage.next_event(seq)

        until(lambda: "breachbook.approval.requested" in _events(stage), "Prefect's events")

        assert len(killed_at) >= 3
        _check(stage)


def test_supervisor_killed_leaves_no_orphan_and_the_next_one_finishes(stage: Stage) -> None:
    """Every child ends with a killed supervisor, and a new one completes the matter without asking again."""
    with stage.up() as process:
        stage.report()
        until(lambda: "answer" in stage.state().instance("triage", "-").acts, "triage")
        stage.people_act()
        until(lambda: len(stage.state().approvals) >= 2, "requests")
        process.send_signal(signal.SIGKILL)
        process.wait()
        until(lambda: stage.processes() == [], "every child to end")

    with stage.up():
        while not stage.is_done():
            seq = stage.state().seq
            stage.people_act()
            stage.next_event(seq)
    _check(stage)


def test_second_up_on_a_workspace_is_refused_with_the_reason(running: Stage) -> None:
    """One family runs a workspace; the second learns which process does."""
    told = subprocess.run(
        [sys.executable, "-m", "breachbook", "up"],
        env=running.environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert told.returncode == 1
    assert "already runs this workspace" in told.stderr


def test_pillar_flow_asks_the_engine_and_never_acts_itself(running: Stage) -> None:
    """A pillar started from outside is carried out by the engine, with every gate shut as it was."""
    script = (
        "import asyncio; from flows.contain import contain;"
        f"print(asyncio.run(contain('{running.matter}')))"
    )
    told = subprocess.run(
        [sys.executable, "-c", script],
        env=environment(running.workspace, settings(running.workspace)),
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )

    assert "suspend-portal/beiyuan-quality-02 after" in told.stdout
    assert running.portal.state["effects"] == {}


def test_report_through_prefect_opens_a_matter_and_leaves_no_text_behind(running: Stage) -> None:
    """What is typed into Prefect's report is in the matter, and in no file of Prefect's and no log."""
    typed = {
        "title": f"title {CANARY}",
        "summary": f"summary {CANARY}",
        "reporter": "peter-lindgren",
        "discovered_at": "2026-11-16T09:20:00-06:00",
        "vector": "supplier",
        "places": ["CN", "US"],
        "trade_secrets": ["wheel-casting-process"],
        "holders": ["moqiao-castings"],
        "custodians": ["alan-brooks"],
        "accounts": ["beiyuan-quality-02"],
        "sources": ["licence-share"],
    }
    refused = typed | {"reporter": CANARY, "title": f"other {CANARY}"}
    run, here = running.workspace.run, running.workspace
    until(lambda: (run / DEPLOYED).exists(), "the deployments")
    with ThreadPoolExecutor() as both:
        codes = list(both.map(lambda given: _typed_into_prefect(here, given), (typed, refused)))
    until(lambda: len(here.matter_ids()) == 2, "the matter")
    until(lambda: list(run.glob("refused-report-*")) != [], "the refusal")
    file = here.matter(here.matter_ids()[-1])
    until(lambda: "answer" in file.refresh().instance("triage", "-").acts, "triage")
    report = file.values.get(file.refresh().report["report"])
    until(lambda: _finished(here) == {"COMPLETED", "FAILED"}, "both runs to end")
    kept = [
        path.name
        for path in run.rglob("*")
        if path.is_file()
        and not path.name.startswith(("refused-report-", "slack-standin"))
        and CANARY.encode() in path.read_bytes()
    ]

    assert codes == [0, 0]
    assert report["title"] == f"title {CANARY}"
    assert kept == []


def _typed_into_prefect(workspace: Workspace, given: dict[str, object]) -> int:
    """Run the report's deployment by Prefect's own client."""
    words = ["deployment", "run", "report/report", "--params", json.dumps(given)]
    return prefect_client(workspace, words)


def _finished(workspace: Workspace) -> set[str]:
    """Name the states of the report's runs, from the database of the workspace's own Prefect."""
    database = f"file:{workspace.run}/prefect/prefect.db?mode=ro"
    query = "select r.state_type from flow_run r join flow f on f.id = r.flow_id where f.name = 'report'"
    with contextlib.closing(sqlite3.connect(database, uri=True, timeout=10)) as connection:
        return {str(row[0]) for row in connection.execute(query)}
