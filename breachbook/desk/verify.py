"""Whether a request is Slack's: signed with our secret, fresh, and of reasonable size.

Authority: Slack, "Verifying requests from Slack", signature version v0: HMAC-SHA-256 over
``v0:timestamp:body``, timestamp at most five minutes off.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from slack_sdk.signature import SignatureVerifier
from starlette.requests import Request

MAX_BYTES = 1024 * 1024
MAX_AGE_SECONDS = 300
REASONS = frozenset(
    {
        "oversize",
        "missing-headers",
        "bad-timestamp",
        "old-timestamp",
        "bad-signature",
        "malformed",
        "unknown-user",
        "bot",
        "replayed",
        "unknown-calendar",
    }
)


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """A request nothing is done about: the status it gets and the word it is counted under."""

    status: int
    reason: str


async def body_of(request: Request) -> bytes | TurnedAway:
    """Read a body, at most 1 MiB; a longer one is not read to its end."""
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared) > MAX_BYTES:
        return TurnedAway(413, "oversize")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            return TurnedAway(413, "oversize")
    return bytes(body)


def check(
    headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime
) -> TurnedAway | None:
    """Check a request's signature and age; None when it is Slack's.

    Args:
        headers: Case-insensitive, or with lower-case names.
        body: Exactly as received.
        secrets: Signing secrets, any of which may have signed.
        now: Aware.
    """
    stamp = headers.get("x-slack-request-timestamp")
    given = headers.get("x-slack-signature")
    if not stamp or not given:
        return TurnedAway(401, "missing-headers")
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 12):
        return TurnedAway(401, "bad-timestamp")
    if abs(now.timestamp() - int(stamp)) > MAX_AGE_SECONDS:
        return TurnedAway(401, "old-timestamp")
    if not any(_signed(secret, stamp, body, given) for secret in secrets):
        return TurnedAway(401, "bad-signature")
    return None


def _signed(secret: str, stamp: str, body: bytes, given: str) -> bool:
    try:
        expected = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=body)
    except UnicodeDecodeError:
        return False
    # As bytes: `compare_digest` raises on text that is not ASCII, which a stranger can send.
    return hmac.compare_digest((expected or "").encode(), given.encode("utf-8", "replace"))
