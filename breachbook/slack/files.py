"""Fetching files that people put into Slack: from Slack's own hosts only, and no more than a limit."""

from collections.abc import Iterator, Mapping
from urllib.parse import SplitResult, urlsplit

import httpx

from breachbook.slack.web import SlackWeb

MAX_FILE = 100 * 1024 * 1024
MAX_FILES = 20
_SECONDS = 20.0


class NotFetched(Exception):  # noqa: N818 (an ordinary outcome)
    """A file could not be had; the text is a word for the log."""


def file_rows(message: object) -> list[dict[str, str]]:
    """List a message's files as `file_row` gives them, the first MAX_FILES."""
    listed = message.get("files") if isinstance(message, Mapping) else None
    found = [item for item in listed or () if isinstance(item, Mapping)]
    return [file_row(item) for item in found[:MAX_FILES]]


def file_row(item: Mapping[str, object]) -> dict[str, str]:
    """Give name, address and type of one file, as far as they are told."""
    return {
        "name": str(item.get("name") or item.get("title") or "file")[:200],
        "url": str(item.get("url_private_download") or item.get("url_private") or ""),
        "type": str(item.get("mimetype") or ""),
    }


def safe_name(name: str) -> str:
    """Give a name that stays in its folder: no path, nothing hidden, no control characters."""
    shown = "".join(char for char in name if char.isprintable() and char not in "/\\")
    # A name has at most 255 bytes; some are left for a number before it.
    short = shown[-120:].encode()[-200:].decode(errors="ignore")
    return short.lstrip(". ").rstrip() or "file"


def fetch(slack: SlackWeb, row: Mapping[str, str], most: int = MAX_FILE) -> bytes:
    """Fetch one file with the bot token, whole.

    Raises:
        NotFetched: See `pieces`.
    """
    return b"".join(pieces(slack, row, most))


def pieces(slack: SlackWeb, row: Mapping[str, str], most: int) -> Iterator[bytes]:
    """Fetch one file with the bot token, piece by piece.

    Raises:
        NotFetched: Not an address of Slack's, refused, too big, or something else than the file.
    """
    try:
        allowed = is_slacks(urlsplit(row["url"]), urlsplit(slack.sdk.base_url))
    except ValueError:
        allowed = False
    if not allowed:
        raise NotFetched("not an address of Slack's")
    headers = {"authorization": f"Bearer {slack.sdk.token}"}
    count = 0
    try:
        with httpx.stream(
            "GET", row["url"], headers=headers, timeout=_SECONDS, follow_redirects=False
        ) as told:
            if told.status_code != 200:
                raise NotFetched(f"answered {told.status_code}")
            kind = told.headers.get("content-type", "")
            # Slack answers 200 with its page to sign in when the token may not read files.
            if kind.startswith("text/html") and not row.get("type", "").startswith("text/html"):
                raise NotFetched("a page instead of the file")
            for chunk in told.iter_bytes():
                count += len(chunk)
                if count > most:
                    raise NotFetched("too big")
                yield chunk
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotFetched(type(error).__name__) from None


def is_slacks(url: SplitResult, base: SplitResult) -> bool:
    """Tell whether a file's address is of the Slack that we talk to; the token goes nowhere else."""
    try:
        if (url.scheme, url.hostname, url.port) == (base.scheme, base.hostname, base.port):
            return True
        host, ours = url.hostname or "", base.hostname or ""
        plain_port = url.scheme == "https" and url.port in (None, 443)
    except ValueError:
        return False
    return plain_port and ours in ("slack.com", "www.slack.com") and host.endswith(".slack.com")
