"""What a program on this machine prints: run as sources.yaml lists it, without a shell, from a bare environment."""

import hashlib
from pathlib import Path

from breachbook.collecting import programs
from breachbook.collecting.contract import Bench, Gathered, Order
from breachbook.custody import Finding
from breachbook.events import stamp

OUTPUT, COMPLAINTS = "stdout", "stderr"
LARGEST = 8 << 30


def command(order: Order, bench: Bench) -> Gathered:
    """Run a program and lay out what it printed and what it complained of, even where it failed."""
    program, *rest = order.command
    place = programs.found(program)
    home = bench.folder.with_name("home")
    home.mkdir(mode=0o700)
    environment = programs.environment(home)
    started = bench.now()
    ended = programs.run(
        [place, *rest],
        folder=home,
        stdout=bench.folder / OUTPUT,
        stderr=bench.folder / COMPLAINTS,
        seconds=order.seconds,
        environment=environment,
        largest=LARGEST,
    )
    findings = []
    if ended.cut:
        findings.append(Finding("cut-short", OUTPUT, f"by our limit of {ended.cut}"))
    elif ended.code:
        findings.append(Finding("program-failed", OUTPUT, f"exit code {ended.code}"))
    account = {
        "program": place,
        "program_sha256": _digest(place),
        "arguments": rest,
        "environment": {name: value for name, value in environment.items() if name != "HOME"},
        "exit_code": ended.code,
        "ended_by_us": ended.cut,
        "started_at": stamp(started),
        "ended_at": stamp(bench.now()),
    }
    return Gathered(account, findings=tuple(findings))


def _digest(place: str) -> str:
    with Path(place).open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
