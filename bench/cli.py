"""The command line against the import of the library it is written with.

Promise: `deadlines`, `show`, `count` and `matters` take at most 1.5 times `python -c 'import cyclopts'`
with 100 matters, and under 1 s with 10,000. Output goes to a pipe; runs are interleaved; the best
of each counts, because other work on the machine only adds.
Run: python -m bench.cli
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from breachbook import example, facts, intake, rows, source, steps
from breachbook.durable import replace
from breachbook.events import Actor
from breachbook.executor import Executor
from breachbook.library import Library
from breachbook.workspace import Workspace

RATIO, SECONDS, ROUNDS = 1.5, 1.0, 25
FEW, MANY = 100, 10_000
FIRST = "LEAK-2026-0001"
_BASE = "python -c 'import cyclopts'"


def _workspace(folder: Path) -> Workspace:
    """Make a workspace whose one matter has steps, letters, an exhibit and a docket."""
    workspace = Workspace(example.install("railway-wheels", folder))
    library = Library(workspace)
    read = source.read(folder / "report.yaml", "report.yaml")
    intake.open_matter(workspace, library, read, Actor("peter-lindgren", "example"))
    executor = Executor(workspace, library)
    asyncio.run(executor.advance(FIRST))
    answers = source.read(folder / "answers.yaml").data["steps"]["triage"]["answers"]
    counsel = Actor("helen-marsh", "example")
    steps.answer(workspace.matter(FIRST), library, counsel, "triage", answers)
    asyncio.run(executor.advance(FIRST))
    clerk = Actor("joan-petrov", "example")
    for row in source.read(folder / "facts.yaml").data["facts"]:
        file = workspace.matter(FIRST)
        about = row.get("about", "incident")
        facts.record_fact(file, library, clerk, row["kind"], row["when"], about)
    asyncio.run(executor.advance(FIRST))
    return workspace


def _multiply(workspace: Workspace, number: int) -> None:
    """Add matters that share the first one's files, and the register an engine would have written."""
    first = workspace.matters_folder / FIRST
    file = workspace.matter(FIRST)
    row = rows.make(file.refresh(), file.journal.size)
    table = {}
    for index in range(1, number + 1):
        matter = f"LEAK-2026-{index:04d}"
        folder = workspace.matters_folder / matter
        if not folder.exists():
            folder.mkdir()
            for name in ("journal.jsonl", "values.jsonl"):
                (folder / name).hardlink_to(first / name)
            (folder / "store").symlink_to(first / "store")
        table[str(index)] = {**row, "matter": matter, "settled": True, "next_wake": None}
    replace(workspace.root / "register.json", json.dumps({"matters": table}).encode())
    beat = {"at": "2999-01-01T00:00:00Z"}
    replace(workspace.run / "heartbeat.json", json.dumps(beat).encode())


def _commands() -> Mapping[str, Sequence[str]]:
    program = str(Path(sys.executable).with_name("breachbook"))
    return {
        _BASE: [sys.executable, "-c", "import cyclopts"],
        "matters": [program, "matters"],
        f"show {FIRST}": [program, "show", FIRST],
        f"deadlines {FIRST}": [program, "deadlines", FIRST],
        "deadlines": [program, "deadlines"],
        "count": [
            program,
            "count",
            "--regime",
            "us-itc",
            "--from",
            "2026-11-16",
            "--period",
            "12 days",
        ],
        "matters --json": [program, "matters", "--json"],
        f"show {FIRST} --json": [program, "show", FIRST, "--json"],
        f"deadlines {FIRST} --json": [program, "deadlines", FIRST, "--json"],
    }


def installed(folder: Path | str) -> dict[str, str]:
    """Give the environment in which programs start as installed ones do: compiled, once, to bytecode."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": f"{folder}/bytecode"}


def _measure(workspace: Workspace, rounds: int) -> dict[str, float]:
    environment: dict[str, Any] = {
        **installed(workspace.root.parent),
        "BREACHBOOK_WORKSPACE": str(workspace.root),
    }
    taken: dict[str, list[float]] = {}
    for round_ in range(rounds + 1):
        for name, command in _commands().items():
            began = time.perf_counter()
            subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
            if round_:  # the first round fills the caches
                taken.setdefault(name, []).append(time.perf_counter() - began)
    return {name: min(seconds) for name, seconds in taken.items()}


def main() -> int:
    """Print the figures; 1 when a promise is broken."""
    folder = Path(tempfile.mkdtemp(prefix="breachbook-bench-"))
    broken = False
    try:
        workspace = _workspace(folder / "w")
        for number, rounds in ((FEW, ROUNDS), (MANY, 3)):
            _multiply(workspace, number)
            taken = _measure(workspace, rounds)
            print(f"{number} matters")
            for name, seconds in taken.items():
                ratio = seconds / taken[_BASE]
                over = ratio > RATIO if number == FEW else seconds > SECONDS
                broken |= over and name != _BASE
                mark = "  over the promise" if over and name != _BASE else ""
                print(f"  {name:34} {seconds * 1000:7.1f} ms  ratio {ratio:5.2f}{mark}")
    finally:
        shutil.rmtree(folder)
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())
