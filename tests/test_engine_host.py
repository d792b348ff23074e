"""The engine's own loop: what falls due while it looks away is not slept through."""

import asyncio
from pathlib import Path

from breachbook.engine_host import EngineHost
from tests.cases_core import waits_for_triage


def test_matter_whose_request_expires_before_its_row_is_written_is_woken(tmp_path: Path) -> None:
    """The register calls it unfinished: its next moment has passed, and nothing else would wake it."""
    case = waits_for_triage(tmp_path / "w")
    case.answer()

    async def play() -> tuple[list[str], list[str]]:
        host = EngineHost(case.workspace, case.library, None, {})
        await host.advance(case.id)
        case.clock.pass_time(hours=23)
        await host.advance(case.id)
        host._settle()
        resting = await host.due_now()
        case.clock.pass_time(hours=2)
        host._dirty.add(case.id)
        host._settle()
        woken = await host.due_now()
        await asyncio.gather(*host._busy.values())
        return resting, woken

    assert asyncio.run(play()) == ([], [case.id])
    assert "expired" in {one.state for one in case.matter.approvals.values()}
