"""Tests that need a program: skipped and listed, or failed where every program is required."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

TESTS = """\
import pytest

@pytest.mark.needs("no-such-program", "git")
def test_one():
    raise AssertionError("never run")

def test_two():
    pass
"""


def outcome(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run two tests, one of which needs a program that is nowhere."""
    (folder / "test_needs.py").write_text(TESTS, "utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    needs: programs\n", "utf-8")
    shutil.copy(Path(__file__).with_name("conftest.py"), folder)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)]
    kept = {name: value for name, value in os.environ.items() if name != "BREACHBOOK_REQUIRE_ALL"}
    return subprocess.run(
        command, env=kept | environment, cwd=folder, capture_output=True, text=True, check=False
    )


def test_missing_program_skips_its_tests_and_is_listed(tmp_path: Path) -> None:
    """A closing table names each missing program with the tests that waited for it."""
    done = outcome(tmp_path)

    assert done.returncode == 0
    assert "1 passed, 1 skipped" in done.stdout
    assert "no-such-program  test_needs.py::test_one" in done.stdout


def test_missing_program_fails_its_tests_where_all_are_required(tmp_path: Path) -> None:
    """Where every program is required, as in CI, a skip is a failure."""
    done = outcome(tmp_path, BREACHBOOK_REQUIRE_ALL="1")

    assert done.returncode == 1
    assert "1 passed, 1 error" in done.stdout
    assert "needs no-such-program, not on PATH" in done.stdout
