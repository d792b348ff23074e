"""Asks an authority for a time-stamp over HTTP; a stalled, wandering or talkative one does no harm."""

import asyncio
import hashlib
import secrets
from urllib.parse import urlsplit

import httpx
from asn1crypto import tsp

from breachbook.connectors.address import is_loopback
from breachbook.workspace_files import StampAuthority

MAX_REPLY = 1024 * 1024
_QUERY, _REPLY = "application/timestamp-query", "application/timestamp-reply"


class NoAnswerError(Exception):
    """Nothing came back that could be examined; ``fault`` says why, as `FAULTS` has it."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


def request(data: bytes, policy: str | None = None) -> bytes:
    """Build a request: the SHA-256 of the data, a fresh nonce, and the wish for the signer's certificate.

    Args:
        data: Bytes with a random nonce of their own, so that their digest confirms nothing to whoever guesses.
        policy: Object identifier to ask for, or None for the authority's usual one.
    """
    imprint = {
        "hash_algorithm": {"algorithm": "sha256"},
        "hashed_message": hashlib.sha256(data).digest(),
    }
    wanted = {"req_policy": policy} if policy is not None else {}
    asked = {"version": "v1", "message_imprint": imprint, "nonce": secrets.randbits(64)}
    return bytes(tsp.TimeStampReq(asked | wanted | {"cert_req": True}).dump())


def allowed(authority: StampAuthority, *, example: bool) -> bool:
    """Say whether requests may go to an authority's address: https, or this machine; in examples only that."""
    try:
        parts = urlsplit(authority.url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or not host:
        return False
    if is_loopback(host):
        return True
    return not example and (parts.scheme == "https" or authority.is_trial)


async def ask(authority: StampAuthority, request: bytes, *, example: bool = False) -> bytes:
    """Send a request once and give the answer's bytes; redirects and proxies of the environment are not used.

    Raises:
        NoAnswerError: Nothing that could be a reply came back within the authority's time.
    """
    if not allowed(authority, example=example):
        raise NoAnswerError("bad-address")
    began, limit = False, float(authority.timeout_seconds)
    try:
        async with asyncio.timeout(limit):
            async with (
                httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=limit) as client,
                client.stream(
                    "POST", authority.url, content=request,
                    headers={"Content-Type": _QUERY, "Accept": _REPLY, "Accept-Encoding": "identity"},
                ) as got,
            ):  # fmt: skip
                began = True
                return await _body(got)
    except (TimeoutError, httpx.TimeoutException):
        raise NoAnswerError("late" if began else "no-answer") from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
        raise NoAnswerError("no-answer") from None


async def _body(got: httpx.Response) -> bytes:
    if got.has_redirect_location:
        raise NoAnswerError("redirected")
    if got.status_code != httpx.codes.OK:
        raise NoAnswerError("refused")
    body = bytearray()
    async for chunk in got.aiter_raw():
        body += chunk
        if len(body) > MAX_REPLY:
            raise NoAnswerError("too-long")
    return bytes(body)
