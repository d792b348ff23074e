"""Where a webhook may go: a fixed host over TLS, or the loopback; in examples only that."""

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from breachbook.errors import ContentError, Problem


def resolve(address: str, environment: Mapping[str, str], *, example: bool, file: str) -> str:
    """Resolve ``env:NAME`` and refuse an address that this workspace must not reach.

    Returns:
        Scheme, host, port and starting path, without a slash at the end.

    Raises:
        ContentError: The variable is not set, or the address is malformed or not allowed.
    """
    name = address.removeprefix("env:") if address.startswith("env:") else None
    value = address if name is None else environment.get(name, "")
    place = "address" if name is None else f"address (environment variable {name})"
    allowed = _refusal(value, example)
    if allowed:
        raise ContentError(
            [Problem(file, None, place, "another address" if value else "nothing", allowed)]
        )
    return value.rstrip("/")


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address literal means this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _refusal(value: str, example: bool) -> str | None:
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "an address such as https://portal.example"
    if parts.scheme not in {"http", "https"} or not host or not value.isascii():
        return "an address such as https://portal.example"
    if parts.username is not None or parts.query or parts.fragment:
        return "an address without user, query and fragment"
    if is_loopback(host):
        return None
    if example:
        return "in an example, an address on this machine such as http://127.0.0.1:8080"
    return None if parts.scheme == "https" else "https, except on this machine"
