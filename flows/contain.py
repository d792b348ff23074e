"""Do what containment is due in one matter; gates stay shut."""

from typing import Any

from prefect import flow

from breachbook import prefect_tasks


@flow(
    name="contain",
    flow_run_name="{matter} · {why}",
    retries=0,
    persist_result=False,
    log_prints=False,
)
async def contain(matter: str, why: str = "contain") -> dict[str, Any]:
    """Do what containment is due in one matter; gates stay shut.

    Args:
        matter: Matter id.
        why: What woke it, for the name of the run.
    """
    return await prefect_tasks.advance(matter, "contain")
