"""The process family on the real case: killed at any moment, it finishes, and nothing happens twice."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from breachbook.supervisor import Lock, prefect_client
from breachbook.supervisor.settings import DEPLOYED, environment, settings
from breachbook.wake import wake
from tests.stage import Stage, until

pytestmark = pytest.mark.server
CANARY = "canary-7f3a9c51"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A workspace whose processes are not started."""
    made = Stage(tmp_path)
    yield made
    made.portal.stop()


def _check(stage: Stage) -> None:
    """Every invariant of a finished matter."""
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
    """The supervisor starts a killed child again and the matter completes, each effect once."""
    with stage.up():
        stage.report()
        killed_at: set[int] = set()
        while not stage.is_done():
            seq = stage.state().seq
            if len(killed_at) < 5 and seq not in killed_at and seq >= 12 * (len(killed_at) + 1):
                victim = _role(stage, "desk" if len(killed_at) == 2 else "engine")
                if victim is not None:
                    os.kill(victim, signal.SIGKILL)
                    killed_at.add(seq)
            stage.people_act()
            until(
                lambda before=seq: stage.state().seq > before or stage.is_done(), "the next event"
            )  # type: ignore[misc]

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
            until(
                lambda before=seq: stage.state().seq > before or stage.is_done(), "the next event"
            )  # type: ignore[misc]
    _check(stage)


def test_second_up_on_a_workspace_is_refused_with_the_reason(stage: Stage) -> None:
    """One family runs a workspace; the second learns which process does."""
    lock = Lock(stage.workspace)
    told = subprocess.run(
        [sys.executable, "-m", "breachbook", "up"],
        env=stage.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    lock.free()

    assert told.returncode == 1
    assert f"process {os.getpid()} already runs this workspace" in told.stderr


def test_report_through_prefect_opens_a_matter_and_leaves_no_text_behind(stage: Stage) -> None:
    """What is typed into Prefect's report is in the matter, and nowhere in Prefect's database or any log."""
    typed = {
        "title": f"title {CANARY}", "summary": f"summary {CANARY}", "reporter": "peter-lindgren",
        "discovered_at": "2026-11-16T09:20:00-06:00", "vector": "supplier", "places": ["CN", "US"],
        "trade_secrets": ["wheel-casting-process"], "holders": ["moqiao-castings"],
        "custodians": ["alan-brooks"], "accounts": ["beiyuan-quality-02"], "sources": ["licence-share"],
    }  # fmt: skip
    with stage.up():
        until(lambda: (stage.workspace.run / DEPLOYED).exists(), "the deployments")
        code = prefect_client(
            stage.workspace, ["deployment", "run", "report/report", "--params", json.dumps(typed)]
        )
        until(lambda: stage.workspace.matter_ids() != [], "the matter")
        stage.matter = stage.workspace.matter_ids()[0]
        until(lambda: "answer" in stage.state().instance("triage", "-").acts, "triage")
        refused = typed | {"reporter": CANARY, "title": f"other {CANARY}"}
        prefect_client(
            stage.workspace,
            ["deployment", "run", "report/report", "--params", json.dumps(refused)],
        )
        until(lambda: list(stage.workspace.run.glob("refused-report-*")) != [], "the refusal")
        file = stage.workspace.matter(stage.matter)
        report = file.values.get(file.refresh().report["report"])
    kept = [
        path.name
        for path in stage.workspace.run.rglob("*")
        if path.is_file()
        and not path.name.startswith("refused-report-")
        and CANARY.encode() in path.read_bytes()
    ]

    assert code == 0
    assert report["title"] == f"title {CANARY}"
    assert [name for name in kept if not name.startswith("slack-standin")] == []


def test_pillar_flow_asks_the_engine_and_never_acts_itself(stage: Stage) -> None:
    """A pillar started from outside is carried out by the engine, with every gate shut as it was."""
    with stage.up():
        stage.report()
        until(lambda: "answer" in stage.state().instance("triage", "-").acts, "triage")
        code = subprocess.run(
            [sys.executable, "-c", f"import asyncio; from flows.contain import contain; print(asyncio.run(contain('{stage.matter}')))"],
            env=environment(stage.workspace, settings(stage.workspace)), capture_output=True, text=True, check=False,
            cwd=Path(__file__).parents[1],
        )  # fmt: skip
        woken = wake(stage.workspace, stage.matter)

    assert "suspend-portal/beiyuan-quality-02 after" in code.stdout
    assert woken
    assert stage.portal.state["effects"] == {}
