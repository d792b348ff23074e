"""What Slack did not take is told again while long work still keeps the same run alive."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from breachbook.agenda import PILLARS
from breachbook.executor import Executor, _Run, plain
from tests.cases_core import Case
from tests.telling_world import Telling, quiet, telling


@pytest.mark.parametrize("nudged", [True, False], ids=["nudged", "after a while"])
def test_failed_message_is_sent_while_long_work_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nudged: bool
) -> None:
    """A message that failed is sent before an acquisition ends, at the next nudge or a little later."""
    monkeypatch.setattr("breachbook.acts.telling.teller.REST_SECONDS", 0.0)
    monkeypatch.setattr("breachbook.executor._TELL_AGAIN_SECONDS", 60.0 if nudged else 0.01)
    case = Case.install(tmp_path / "w")
    case.report()
    with quiet(), telling(case, tmp_path) as world:
        world.fault("*", "outage", 10_000)
        was_working, retry = asyncio.run(_play(world, nudged))

    assert was_working
    assert retry
    assert world.posted().count("opened") == 1


async def _play(world: Telling, nudged: bool) -> tuple[bool, bool]:
    """Run a matter with work that goes on; give whether it still did when the message came, and its end."""
    executor = Executor(world.case.workspace, world.case.library, world.client)
    run, acquired = _Run(executor, world.case.id, PILLARS["respond"], plain), asyncio.Event()

    async def acquire() -> None:
        await acquired.wait()

    run.running["preserve-share", "share"] = asyncio.create_task(acquire())
    ending = asyncio.create_task(run.to_the_end())
    await _until(lambda: "opened" in run.untold)
    world.standin.state.faults.clear()
    if nudged:
        run.again.set()
    await _until(lambda: "opened" in world.posted())
    was_working = not acquired.is_set()
    acquired.set()
    return was_working, (await ending).retry


async def _until(what: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not what():
            await asyncio.sleep(0.005)
