"""A collector's bench, and small sources and servers that tests of collectors need."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from breachbook.collecting import KINDS, Bench, Gathered, Order
from breachbook.collecting.recording import by_hand, named
from breachbook.events import Event
from tests.cases_core import COUNSEL, Case
from tests.exhibits import AT


def bench(
    folder: Path,
    *,
    example: bool = True,
    environment: Mapping[str, str] | None = None,
    tell: Callable[[int], None] = lambda _: None,
) -> Bench:
    """Make an empty bench; an example's may reach this machine, and only this machine."""
    payload = folder / "bench" / "payload"
    payload.mkdir(parents=True)
    return Bench(payload, example, lambda: AT, environment or {}, tell)


def wanted(kind: str, at: Path | str = "", **more: Any) -> Order:
    """Order something stored in the United States."""
    return Order(kind, "-", "a source", str(at), "US", "US", **({"seconds": 60} | more))


def gather(on: Bench, order: Order) -> Gathered:
    """Let the kind's collector gather."""
    return KINDS[order.kind].load()(order, on)


def codes(gathered: Gathered) -> list[str]:
    """Name what was found."""
    return [finding.code for finding in gathered.findings]


@contextmanager
def served(handler: type[BaseHTTPRequestHandler], context: Any = None) -> Iterator[int]:
    """Serve on a loopback port, over TLS where a context is given."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    if context is not None:
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def order(case: Case, what: Path | str, kind: str | None = None, **told: Any) -> Order:
    """Order what a person named, stored in the United States unless said otherwise."""
    return named(case.workspace, str(what), kind, {"place": "US"} | told)


def collect(case: Case, wanted: Order, **changes: Any) -> list[Event]:
    """Collect as the example's counsel."""
    ordinary: dict[str, Any] = {"authority": "counsel's word", "repeat": ["breachbook", "x"]}
    actor = changes.pop("actor", COUNSEL)
    return by_hand(case.workspace, case.library, case.file, actor, wanted, **(ordinary | changes))


def sources(case: Case, *rows: str) -> None:
    """Add rows to sources.yaml."""
    path = case.workspace.root / "sources.yaml"
    path.write_text(path.read_text("utf-8") + "".join(rows), "utf-8")
