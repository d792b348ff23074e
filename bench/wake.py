"""From a report to its first approval card, and from a click to the next step, against Prefect alone.

Promise: at most 1.2 x a bare async Prefect flow with as many tasks in a living process, and at least 8 x
faster than a served deployment needs to start. All three are measured in one run, on the same server.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from breachbook import decisions, intake, source, wake
from breachbook.demo.portal import Portal
from breachbook.events import Actor
from breachbook.example import install
from breachbook.library import Library
from breachbook.supervisor.family import Family
from breachbook.supervisor.settings import environment
from breachbook.workspace import Workspace

ROUNDS = 7
SERVED_ROUNDS = 2
PLAYBOOK = """
id: supplier-leak
title: One quiet containment
version: 1
steps:
  - id: shut
    kind: contain
    title: Shut the account
    each: account
    target_notices: false
    alters_evidence: false
    approve: {from: [general-counsel], expires: 8 hours}
"""
REPORT = """
title: Bench
reporter: peter-lindgren
discovered_at: "2026-11-16T09:20:00-06:00"
vector: supplier
places: [US]
trade_secrets: [wheel-casting-process]
accounts: [beiyuan-quality-02]
summary: one account
"""
FLOW = """
from prefect import flow, task

@task
async def act(n: int) -> int:
    return n

@flow
async def bare() -> int:
    return await act(1)
"""


def main() -> None:
    """Measure and print the table."""
    folder = Path(tempfile.mkdtemp(prefix="breachbook-bench-"))
    try:
        print_table(*measure(folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure(folder: Path) -> tuple[list[float], list[float], list[float], list[float]]:
    """Give seconds: report to card, click to step, bare flow, served deployment's start."""
    workspace = Workspace(install("railway-wheels", folder / "w"))
    portal = Portal(folder / "portal.json")
    os.environ |= {
        "BREACHBOOK_DEMO_PORTAL_URL": portal.url,
        "BREACHBOOK_DEMO_PORTAL_TOKEN": portal.token,
    }
    recipe = workspace.root / "recipes" / "portal-suspend.yaml"
    text = recipe.read_text("utf-8").replace("target_notices: true", "target_notices: false")
    recipe.write_text(text.replace("alters_evidence: true", "alters_evidence: false"), "utf-8")
    (workspace.root / "playbooks").mkdir()
    (workspace.root / "playbooks" / "supplier-leak.yaml").write_text(PLAYBOOK, "utf-8")
    with Family(workspace, demo_slack=True) as family:
        environ = environment(workspace, family.settings)
        library = Library(workspace)
        pairs = [one_matter(workspace, library, number) for number in range(ROUNDS + 1)][1:]
        bare = in_process(environ, folder)
        served = [served_start(environ, folder) for _ in range(SERVED_ROUNDS)]
    portal.stop()
    return [first for first, _ in pairs], [second for _, second in pairs], bare, served


def one_matter(workspace: Workspace, library: Library, number: int) -> tuple[float, float]:
    """Report, wait for the card; decide, wait for the step: seconds by the journal's own times."""
    read = source.parse(f"{REPORT}  no {number}\n".encode(), "report.yaml")
    began = time.time()
    opened = intake.open_matter(workspace, library, read, Actor("peter-lindgren", "example"))
    wake.wake(workspace, opened.matter)
    file = workspace.matter(opened.matter)
    request = f"{opened.matter}-A1"
    carded = wait(lambda: event_at(file.journal.path, "message.sent", f"card/{request}"))
    clicked = time.time()
    decisions.decide(workspace, request, actor=Actor("david-okafor", "example"), answer="approve")
    wake.wake(workspace, opened.matter)
    started = wait(lambda: event_at(file.journal.path, "step.started", "execute"))
    return carded - began, started - clicked


def event_at(path: Path, kind: str, word: str) -> float | None:
    """Give when an event was written, seconds since 1970."""
    for line in path.read_text("utf-8").splitlines():
        event = json.loads(line)
        if event["kind"] == kind and word in (
            event["data"].get("message"),
            event["data"].get("act"),
        ):
            return datetime.fromisoformat(event["at"]).timestamp()
    return None


def wait(seen: Callable[[], float | None]) -> float:
    """Wait until something is there."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if (found := seen()) is not None:
            return found
        time.sleep(0.01)
    raise SystemExit("bench: nothing happened within 60 s")


def in_process(environ: dict[str, str], folder: Path) -> list[float]:
    """Time the bare flow again and again in one living process."""
    (folder / "bare.py").write_text(FLOW, "utf-8")
    script = (
        "import asyncio, json, time\nfrom bare import bare\nasync def main():\n    times = []\n"
        f"    for _ in range({ROUNDS} + 1):\n"
        "        t = time.perf_counter(); await bare(); times.append(time.perf_counter() - t)\n"
        "    print(json.dumps(times[1:]))\nasyncio.run(main())"
    )
    times: list[float] = json.loads(last_line(script, environ, folder))
    return times


def last_line(script: str, environ: dict[str, str], folder: Path) -> str:
    """Run a script in a process of its own and give the last line it prints."""
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environ,
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()[-1]


def served_start(environ: dict[str, str], folder: Path) -> float:
    """Time a served deployment from trigger to the end of its first task."""
    script = (
        "import time\nfrom prefect.deployments import run_deployment\n"
        "t = time.perf_counter(); run = run_deployment('bare/bench', poll_interval=0.1); "
        "print(time.perf_counter() - t)"
    )
    serve = "from bare import bare; bare.serve(name='bench', pause_on_shutdown=False)"
    server = subprocess.Popen(
        [sys.executable, "-c", serve],
        env=environ,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        time.sleep(8)
        told = last_line(script, environ, folder)
    finally:
        server.terminate()
        server.wait(20)
    return float(told)


def print_table(
    card: list[float], step: list[float], bare: list[float], served: list[float]
) -> None:
    """Print medians as ratios."""
    one, start = statistics.median(bare), statistics.median(served)
    print(
        "| measured (median of one run) | against a bare flow (promise 1.2) | served start against it (promise 8) |"
    )
    print("|---|---|---|")
    for name, times in (
        ("report to first approval card", card),
        ("click to next step started", step),
    ):
        own = statistics.median(times)
        print(f"| {name} | {own / one:.2f} x | {start / own:.1f} x |")


if __name__ == "__main__":
    main()
