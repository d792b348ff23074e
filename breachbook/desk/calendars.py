"""Calendar feeds: who holds an address reads what its person may see; everybody else learns nothing.

An address that never was, was revoked, or whose person may no longer read is answered alike. Tokens
are in no log, and nothing is written on a read but the count of what was turned away.
"""

import asyncio
import hashlib
import logging
from concurrent.futures import ThreadPoolExecutor

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from breachbook.desk.collaborators import Calendars
from breachbook.errors import BreachbookError

_LOG = logging.getLogger(__name__)
_READERS, _AT_ONCE = 2, 32
_RETRY_SECONDS = "300"
_TYPE = "text/calendar; charset=utf-8"
_HEADERS = {
    "cache-control": "private, no-cache",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
}


class Feeds:
    """Answers GET and HEAD /calendar/<token>.ics.

    200 with an ETag, 304 when the client has it already, 404 when there is nothing for the token,
    503 when it cannot be read now or too many wait, so that a client keeps what it has.
    """

    def __init__(self, calendars: Calendars) -> None:
        self._calendars = calendars
        # Apart from Slack's, so that no calendar keeps a decision from being recorded.
        self._readers = ThreadPoolExecutor(_READERS, "desk-calendar")
        self._waiting = 0

    async def answer(self, request: Request) -> Response:
        """Answer one request; a query has no meaning here and finds nothing."""
        if self._waiting >= _AT_ONCE:
            return _later()
        token = "" if request.url.query else str(request.path_params["token"])
        loop = asyncio.get_running_loop()
        self._waiting += 1
        try:
            data = await loop.run_in_executor(self._readers, self._read, token)
        except (BreachbookError, OSError) as error:
            _LOG.warning("a calendar could not be read: %s", error)
            return _later()
        finally:
            self._waiting -= 1
        if data is None:
            return PlainTextResponse("Not Found", 404, headers=_HEADERS)
        headers = {**_HEADERS, "etag": f'"{hashlib.sha256(data).hexdigest()[:32]}"'}
        if _has(request.headers.get("if-none-match", ""), headers["etag"]):
            return Response(status_code=304, headers=headers)
        return Response(data, headers={**headers, "content-type": _TYPE})

    def close(self) -> None:
        """End the threads; a read under way ends first."""
        self._readers.shutdown(wait=True, cancel_futures=True)

    def _read(self, token: str) -> bytes | None:
        data = self._calendars.feed(token)
        if data is None:
            self._calendars.security.count("unknown-calendar")
        return data


def _later() -> Response:
    return Response(status_code=503, headers={**_HEADERS, "retry-after": _RETRY_SECONDS})


def _has(given: str, etag: str) -> bool:
    """Tell whether If-None-Match names what would be sent (RFC 9110, 13.1.2: compared weakly)."""
    tags = {tag.strip().removeprefix("W/") for tag in given.split(",")}
    return etag in tags or "*" in tags
