"""Report a leak from Prefect: its UI, its command line or an automation."""

from typing import Any

from prefect import flow

from breachbook import prefect_tasks


@flow(name="report", retries=0, persist_result=False, log_prints=False)
async def report(
    title: str,
    reporter: str,
    discovered_at: str,
    vector: str,
    places: list[str],
    trade_secrets: list[str],
    summary: str,
    holders: list[str] | None = None,
    custodians: list[str] | None = None,
    accounts: list[str] | None = None,
    sources: list[str] | None = None,
    suspects: list[str] | None = None,
    occurred_at: str | None = None,
) -> dict[str, Any]:
    """Open a matter from a reported leak; the engine goes on with it.

    What was typed is removed from Prefect as soon as the matter is durable, and also when it is refused.

    Args:
        title: What happened, in one line.
        reporter: Person id of people.yaml.
        discovered_at: Date and time with offset, such as 2026-11-16T09:40:00-06:00.
        vector: supplier, employee, competitor, cyber, publication, lost-device or other.
        places: ISO country codes, such as CN and US.
        trade_secrets: Ids of trade_secrets.yaml.
        summary: What is known.
        holders: Party ids of parties.yaml who are thought to hold the secret.
        custodians: Person ids who hold relevant information.
        accounts: Ids of accounts.yaml to be shut.
        sources: Ids of sources.yaml to be preserved.
        suspects: Person ids who must not see the matter.
        occurred_at: Date and time with offset, if known.
    """
    return await prefect_tasks.report(dict(locals()))
