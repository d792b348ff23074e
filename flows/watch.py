"""Look at every matter that has something to do by now: reminders, expiries, lost wake-ups, orphans."""

from prefect import flow

from breachbook import prefect_tasks


@flow(name="watch", retries=0, persist_result=False, log_prints=False)
async def watch() -> list[str]:
    """Wake every matter for which something is due; give their ids."""
    return await prefect_tasks.watch()
