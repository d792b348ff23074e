"""Checking: the journals and what they rest on, and the files that people write."""

from pathlib import Path
from typing import Literal

from breachbook.cli import FAILED, NOT_VERIFIED
from breachbook.cli.output import as_json, remark, say, table
from breachbook.cli.session import current

SHOWN = 20


def audit(what: Literal["verify"], matter: str | None = None, /, *, json: bool = False) -> int:
    """Verify every journal and everything it rests on; nothing is repaired.

    Re-hashes and replays the journal, and compares it with values, store, documents, exhibits, approvals and
    register. Exits 3 on any difference.

    For example:

    - breachbook audit verify
    - breachbook audit verify LEAK-2026-0001 --json

    Args:
        what: What to do.
        matter: Only this matter.
        json: Print JSON.
    """
    from breachbook.audit import verify

    found = verify(current.root, matter)
    if json:
        as_json(found.as_data())
    else:
        table(
            ("matter", "layer", "verdict", "reason"),
            [(check.matter, check.layer, check.status, check.reason) for check in found.checks],
            "no matters yet",
        )
        for check in found.checks:
            for finding in check.findings[:SHOWN]:
                remark(f"{check.matter} {check.layer}: {finding}")
            if len(check.findings) > SHOWN:
                remark(
                    f"{check.matter} {check.layer}: and {len(check.findings) - SHOWN} more; --json lists all"
                )
            for line in check.remarks[:SHOWN]:
                say(f"{check.matter} {check.layer}: {line}")
        for line in found.caveats:
            say(line)
    return 0 if found.is_sound else NOT_VERIFIED


def lint(path: Path | None = None, /, *, json: bool = False) -> int:
    """Check the files that people write, and name every problem at once.

    Without a path: the workspace with its playbooks, notices, law and recipes, and those we ship.

    For example:

    - breachbook lint
    - breachbook lint playbooks/supplier-leak.yaml
    - breachbook lint report.yaml

    Args:
        path: One file or folder.
        json: Print JSON.
    """
    from breachbook.lint import lint_all, lint_path

    root = current.root
    workspace = current.workspace if (root / "breachbook.toml").is_file() else None
    checked, problems = lint_all(workspace) if path is None else lint_path(path, workspace)
    if json:
        keys = ("file", "line", "key", "got", "allowed", "next")
        as_json(
            {
                "checked": checked,
                "problems": [{key: getattr(item, key) for key in keys} for item in problems],
            }
        )
    else:
        for problem in problems:
            say(str(problem))
        say(f"{len(checked)} checked, {len(problems)} problems")
    return FAILED if problems else 0
