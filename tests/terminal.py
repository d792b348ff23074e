"""Typing commands in this process."""

from collections.abc import Callable
from pathlib import Path

import pytest

from breachbook.cli import main
from tests.cases_core import Case

Run = Callable[..., tuple[int, str, str]]


def terminal(capsys: pytest.CaptureFixture[str]) -> Run:
    """Make what runs a command in a workspace and gives its exit code, output and remarks."""

    def run(case: Case | Path | None, *arguments: object) -> tuple[int, str, str]:
        root = case.workspace.root if isinstance(case, Case) else case
        place = ["--workspace", str(root)] if root else []
        code = main([*map(str, arguments), *place])
        out, err = capsys.readouterr()
        return code, out, err

    return run
