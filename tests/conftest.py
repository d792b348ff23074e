"""Long tests start first; a test whose program is missing is skipped and listed, or fails."""

import os
import shutil
from collections import defaultdict
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.builders import StandingClock
from tests.terminal import Run, terminal

REQUIRE_ALL = "BREACHBOOK_REQUIRE_ALL"

# No test fails because a machine was slow; and a temporary folder is shared by a property's examples.
settings.register_profile(
    "patient",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("patient")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command; give its exit code, output and remarks."""
    return terminal(capsys)


@pytest.fixture(scope="module")
def standing_clock() -> Iterator[None]:
    """A clock that stands at the day of the report."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("breachbook.clock.now", StandingClock())
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start the long tests first, so that two processes end at about the same time."""
    items.sort(key=lambda item: item.get_closest_marker("server") is None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose program is not on PATH; fail it when ``BREACHBOOK_REQUIRE_ALL`` is 1."""
    programs = [program for mark in item.iter_markers("needs") for program in mark.args]
    missing = [program for program in programs if shutil.which(program) is None]
    if not missing:
        return
    item.user_properties.append(("missing", missing))
    reason = f"needs {', '.join(missing)}, not on PATH"
    if os.environ.get(REQUIRE_ALL) == "1":
        pytest.fail(f"{reason}; {REQUIRE_ALL}=1 allows no skip", pytrace=False)
    pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print one table: each missing program with the tests that could not run without it."""
    waiting: dict[str, set[str]] = defaultdict(set)
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, programs in getattr(report, "user_properties", ()):
                if name == "missing":
                    for program in programs:
                        waiting[program].add(report.nodeid)
    if not waiting:
        return
    terminalreporter.section("programs not on PATH")
    for program, tests in sorted(waiting.items()):
        for index, test in enumerate(sorted(tests)):
            terminalreporter.write_line(f"{program if index == 0 else '':<16} {test}")
