"""Do everything that is due in one matter; the engine runs this at every wake-up."""

from typing import Any

from prefect import flow

from breachbook import prefect_tasks


@flow(
    name="respond",
    flow_run_name="{matter} · {why}",
    retries=0,
    persist_result=False,
    log_prints=False,
)
async def respond(matter: str, why: str = "respond") -> dict[str, Any]:
    """Do everything that is due in one matter; the engine runs this at every wake-up.

    Args:
        matter: Matter id.
        why: What woke it, for the name of the run.
    """
    return await prefect_tasks.advance(matter, "respond")
