"""Draft, put up for approval and serve what notices are due in one matter."""

from typing import Any

from prefect import flow

from breachbook import prefect_tasks


@flow(
    name="draft",
    flow_run_name="{matter} · {why}",
    retries=0,
    persist_result=False,
    log_prints=False,
)
async def draft(matter: str, why: str = "draft") -> dict[str, Any]:
    """Draft, put up for approval and serve what notices are due in one matter.

    Args:
        matter: Matter id.
        why: What woke it, for the name of the run.
    """
    return await prefect_tasks.advance(matter, "draft")
