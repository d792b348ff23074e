"""Count the deadlines of one matter and tell what is near."""

from typing import Any

from prefect import flow

from breachbook import prefect_tasks


@flow(
    name="track",
    flow_run_name="{matter} · {why}",
    retries=0,
    persist_result=False,
    log_prints=False,
)
async def track(matter: str, why: str = "track") -> dict[str, Any]:
    """Count the deadlines of one matter and tell what is near.

    Args:
        matter: Matter id.
        why: What woke it, for the name of the run.
    """
    return await prefect_tasks.advance(matter, "track")
