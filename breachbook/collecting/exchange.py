"""One question to a web server and its answer, byte for byte as it came over the wire."""

import http.client
import io
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import SplitResult, quote, urlsplit

from breachbook import __version__
from breachbook.collecting.addresses import admitted
from breachbook.errors import CustodyError

_PIECE = 1 << 16
_PORTS = {"http": 80, "https": 443}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Limits:
    """How much and how long: bytes of one answer, seconds for it, whether only this machine is asked."""

    size: int
    seconds: int
    example: bool


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was asked and what came.

    Attributes:
        url: What was asked for, without a fragment.
        peer: Address literal that was connected to.
        asked: Bytes sent.
        raw: File with the bytes received, headers and all.
        head: Number of bytes up to the end of the headers.
        status: Code of the answer; 0 when none could be read.
        location: Where a redirection leads, else empty.
        cut: Why it is not whole: ``length``, ``time``, ``disconnect`` or empty.
        certificates: DER of what the server showed, its own first; empty without TLS.
        trusted: Whether they lead to a root this machine trusts, for this host.
    """

    url: str
    peer: str
    asked: bytes
    raw: Path
    head: int
    status: int
    location: str
    cut: str
    asked_at: datetime
    ended_at: datetime
    certificates: tuple[bytes, ...] = ()
    trusted: bool = True


class _CutError(Exception):
    """A limit of ours ended an answer; the argument is a value of ``Exchange.cut``."""


class _Tape(io.RawIOBase):
    """What `http.client` reads from: a socket whose every byte is kept as it comes."""

    def __init__(
        self, wire: socket.socket, kept: BinaryIO, limits: Limits, advance: Callable[[int], None]
    ) -> None:
        self.wire, self.kept, self.limits, self.advance = wire, kept, limits, advance
        self.until = time.monotonic() + limits.seconds
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        rest = self.until - time.monotonic()
        if rest <= 0:
            raise _CutError("time")
        if self.count > self.limits.size:
            raise _CutError("length")
        self.wire.settimeout(rest)
        try:
            got = self.wire.recv_into(buffer)
        except TimeoutError:
            raise _CutError("time") from None
        self.kept.write(memoryview(buffer)[:got])
        self.count += got
        self.advance(got)
        return got


def parted(url: str) -> SplitResult:
    """Take an address apart.

    Raises:
        CustodyError: It is none of a web page, or names a user.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
        host.encode("idna"), url.encode()
    except ValueError:
        host, parts = "", urlsplit("")
    if parts.scheme not in _PORTS or not host or any(c.isspace() or c < " " for c in url):
        raise CustodyError(f"{url[:200]!r}: allowed: an address such as https://share.example/x")
    if parts.username is not None or parts.password is not None:
        raise CustodyError(f"{host}: the address names a user; name it without user and password")
    return parts


def ask(
    url: str,
    raw: Path,
    limits: Limits,
    now: Callable[[], datetime],
    tell: Callable[[int], None] = lambda _: None,
) -> Exchange:
    """Ask once for an address and keep the answer; no redirection is followed.

    A server whose certificates are not trusted is asked all the same, since no secret is sent: what
    it shows may be all that is left of a leak. The exchange then says so.

    Raises:
        CustodyError: No such host, or one that may not be reached, or nobody answers there.
    """
    parts = parted(url)
    asked_at = now()
    host, port = str(parts.hostname), parts.port or _PORTS[parts.scheme]
    question = _question(parts)
    wire, trusted = _connected(host, port, parts.scheme == "https", limits)
    with wire, raw.open("xb") as kept:
        peer = str(wire.getpeername()[0])
        certificates = shown_by(wire)
        tape = _Tape(wire, kept, limits, tell)
        status, location, cut = _answer(wire, tape, question)
    return Exchange(
        url.partition("#")[0], peer, question, raw, _head(raw), status, location, cut,
        asked_at, now(), certificates, trusted,
    )  # fmt: skip


def _question(parts: SplitResult) -> bytes:
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = f"?{quote(parts.query, safe='/?%:@!$&()*+,;=~-._')}" if parts.query else ""
    host = str(parts.hostname).encode("idna").decode() if parts.hostname else ""
    host = f"[{host}]" if ":" in host else host
    port = f":{parts.port}" if parts.port else ""
    return (
        f"GET {path}{query} HTTP/1.1\r\nHost: {host}{port}\r\n"
        f"User-Agent: breachbook/{__version__} (evidence collection)\r\n"
        "Accept: */*\r\nAccept-Encoding: identity\r\nConnection: close\r\n\r\n"
    ).encode("ascii")


def _connected(host: str, port: int, secure: bool, limits: Limits) -> tuple[socket.socket, bool]:
    """Connect to one of the admitted addresses; say whether its certificates are trusted."""
    addresses = admitted(host, port, example=limits.example)
    if not secure:
        return _dialled(host, addresses, port, limits), True
    strict = ssl.create_default_context()
    try:
        return _secured(_dialled(host, addresses, port, limits), strict, host), True
    except ssl.SSLCertVerificationError:
        lax = ssl.create_default_context()
        lax.check_hostname, lax.verify_mode = False, ssl.CERT_NONE
        try:
            return _secured(_dialled(host, addresses, port, limits), lax, host), False
        except OSError as error:
            raise CustodyError(f"{host}: {error.strerror or 'no TLS could be agreed'}") from error
    except OSError as error:
        raise CustodyError(f"{host}: {error.strerror or 'no TLS could be agreed'}") from error


def _dialled(host: str, addresses: list[str], port: int, limits: Limits) -> socket.socket:
    for address in addresses:
        with suppress(OSError):
            return socket.create_connection((address, port), timeout=min(30, limits.seconds))
    raise CustodyError(f"{host}: nobody answers at port {port}; collect it when it is there")


def _secured(wire: socket.socket, context: ssl.SSLContext, host: str) -> socket.socket:
    try:
        return context.wrap_socket(wire, server_hostname=host)
    except BaseException:
        wire.close()
        raise


def shown_by(wire: socket.socket) -> tuple[bytes, ...]:
    """Give the certificates a server showed, as DER, its own first."""
    if not isinstance(wire, ssl.SSLSocket):
        return ()
    own = wire.getpeercert(binary_form=True)
    # Public from Python 3.13 on; before, the same stands one attribute deeper.
    source = wire if hasattr(wire, "get_unverified_chain") else wire._sslobj  # type: ignore[attr-defined]
    chain = source.get_unverified_chain() or ()
    found = [one if isinstance(one, bytes) else one.public_bytes(2) for one in chain]
    return tuple(found) or ((own,) if own else ())


def _answer(wire: socket.socket, tape: _Tape, question: bytes) -> tuple[int, str, str]:
    """Send a question and read the answer to its end; give status, location, and why it was cut."""
    answer = http.client.HTTPResponse(cast(socket.socket, _Handle(tape)), method="GET")
    status, location = 0, ""
    try:
        wire.settimeout(tape.limits.seconds)
        wire.sendall(question)
        answer.begin()
        status = answer.status
        if status in _REDIRECTS:
            location = answer.headers.get("Location", "")
        while answer.read(_PIECE):
            pass
        cut = "disconnect" if answer.length else ""
    except _CutError as error:
        cut = str(error)
    except (http.client.HTTPException, OSError, ValueError):
        cut = "disconnect"
    finally:
        answer.close()
    return status, location, cut


class _Handle:
    """What `http.client` takes for a socket."""

    def __init__(self, tape: _Tape) -> None:
        self._tape = tape

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self._tape)


def _head(raw: Path) -> int:
    """Count the bytes of the headers, the empty line after them included."""
    with raw.open("rb") as handle:
        start = handle.read(1 << 20)
    ends = [at + len(mark) for mark in (b"\r\n\r\n", b"\n\n") if (at := start.find(mark)) >= 0]
    return min(ends, default=len(start))
