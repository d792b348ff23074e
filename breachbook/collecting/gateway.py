"""The browser's only way out: a proxy on the loopback that connects to admitted addresses and notes each."""

import contextlib
import select
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from breachbook.collecting.addresses import admitted
from breachbook.errors import CustodyError

_PIECE = 1 << 16
_IDLE_SECONDS = 60.0
_LARGEST_HEAD = 1 << 16
_NOT_ADMITTED = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_TUNNEL = b"HTTP/1.1 200 Connection established\r\n\r\n"


class Gateway(socketserver.ThreadingTCPServer):
    """Serves one browser.

    Attributes:
        example: As in `admitted`.
        reached: Hosts, with port, and the address each was reached at; empty for one refused.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, example: bool) -> None:
        super().__init__(("127.0.0.1", 0), _Passage)
        self.example = example
        self.reached: dict[str, str] = {}

    @property
    def address(self) -> str:
        """Give where the browser finds it, as its option takes it."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def dial(self, host: str, port: int) -> socket.socket | None:
        """Connect to a host if it may be reached; None if not, or if nobody answers."""
        name = f"{host}:{port}"
        self.reached.setdefault(name, "")
        with contextlib.suppress(CustodyError):
            for address in admitted(host, port, example=self.example):
                with contextlib.suppress(OSError):
                    made = socket.create_connection((address, port), timeout=20)
                    self.reached[name] = address
                    return made
        return None


@contextmanager
def gateway(*, example: bool) -> Iterator[Gateway]:
    """Run a gateway while the browser runs."""
    with Gateway(example) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()


class _Passage(socketserver.BaseRequestHandler):
    """One connection of the browser: a tunnel, or one plain request passed on."""

    server: Gateway

    def handle(self) -> None:
        self.request.settimeout(_IDLE_SECONDS)
        with contextlib.suppress(OSError, ValueError):
            self._pass()

    def _pass(self) -> None:
        head, rest = self._head()
        method, target, version = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
        if method == "CONNECT":
            parts = urlsplit(f"//{target}")
            first, answer = rest, _TUNNEL
        else:
            parts = urlsplit(target)
            if parts.scheme != "http":
                raise ValueError("not a plain request")
            first, answer = _rewritten(head, method, parts.path, parts.query, version) + rest, b""
        port = parts.port or (443 if method == "CONNECT" else 80)
        there = self.server.dial(parts.hostname or "", port)
        if there is None:
            self.request.sendall(_NOT_ADMITTED)
            return
        with there:
            self.request.sendall(answer)
            there.sendall(first)
            _relay(self.request, there)

    def _head(self) -> tuple[bytes, bytes]:
        data = b""
        while b"\r\n\r\n" not in data:
            piece = self.request.recv(_PIECE)
            if not piece or len(data) > _LARGEST_HEAD:
                raise ValueError("no request")
            data += piece
        head, _, rest = data.partition(b"\r\n\r\n")
        return head, rest


def _rewritten(head: bytes, method: str, path: str, query: str, version: str) -> bytes:
    """Ask the server itself, once on this connection: the next request may be for another host."""
    kept = [
        line
        for line in head.split(b"\r\n")[1:]
        if not line.lower().startswith((b"proxy-", b"connection:"))
    ]
    first = f"{method} {path or '/'}{'?' + query if query else ''} {version}".encode("latin-1")
    return b"\r\n".join([first, *kept, b"Connection: close", b"", b""])


def _relay(one: socket.socket, other: socket.socket) -> None:
    """Pass bytes both ways until either side ends or falls silent."""
    ways = {one: other, other: one}
    while ready := select.select([*ways], [], [], _IDLE_SECONDS)[0]:
        for source in ready:
            piece = source.recv(_PIECE)
            if not piece:
                return
            ways[source].sendall(piece)
