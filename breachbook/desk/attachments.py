"""Keeping what people attach in Slack until it is part of a report."""

import logging
from pathlib import Path

from breachbook.slack.client import SlackClient
from breachbook.slack.files import NotFetched, fetch, safe_name

_LOG = logging.getLogger(__name__)


def fetch_into(
    slack: SlackClient, rows: list[dict[str, str]], folder: Path
) -> tuple[list[Path], list[str]]:
    """Fetch files into a folder, each in one of its own; gives their paths and the names of the others."""
    paths: list[Path] = []
    failed: list[str] = []
    for number, row in enumerate(rows):
        name = safe_name(row["name"])
        try:
            data = fetch(slack, row)
        except NotFetched as error:
            _LOG.warning("attachment not fetched: %s", error)
            failed.append(name)
            continue
        place = folder / str(number)
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = place / name
        path.write_bytes(data)
        paths.append(path)
    return paths, failed
