"""Preserve and hold what is due in one matter."""

from typing import Any

from prefect import flow

from breachbook import prefect_tasks


@flow(
    name="preserve",
    flow_run_name="{matter} · {why}",
    retries=0,
    persist_result=False,
    log_prints=False,
)
async def preserve(matter: str, why: str = "preserve") -> dict[str, Any]:
    """Preserve and hold what is due in one matter.

    Args:
        matter: Matter id.
        why: What woke it, for the name of the run.
    """
    return await prefect_tasks.advance(matter, "preserve")
