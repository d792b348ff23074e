"""Asking over real HTTP: whatever a server does, there is one plain word for it within its time."""

import asyncio
import contextlib
import gzip
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from asn1crypto import tsp

from breachbook.canonical import sha256
from breachbook.timestamp.asking import MAX_REPLY, NoAnswerError, allowed, ask, request
from tests.authority import Listening, serving, settings

DATA = b"a seal with its nonce"


@pytest.fixture
def server() -> Iterator[Listening]:
    """A server that answers with the bytes of the request."""
    with serving(lambda handler, body: reply(handler, body)) as listening:
        yield listening


def reply(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    """Answer at once."""
    handler.send_response(status)
    for key, value in headers.items():
        handler.send_header(key.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def drip(handler: BaseHTTPRequestHandler, _: bytes) -> None:
    """Begin to answer, and never end."""
    handler.send_response(200)
    handler.end_headers()
    for _tenth in range(100):
        handler.wfile.write(b"0")
        handler.wfile.flush()
        time.sleep(0.1)


def stall(handler: BaseHTTPRequestHandler, _: bytes) -> None:
    """Take the request and say nothing."""
    with contextlib.suppress(OSError):
        handler.connection.settimeout(20)
        handler.connection.recv(1)


def endless(handler: BaseHTTPRequestHandler, _: bytes) -> None:
    """Answer with more than anybody wants."""
    handler.send_response(200)
    handler.end_headers()
    for _part in range(64):
        handler.wfile.write(b"0" * MAX_REPLY)


def asked(url: str, **changes: Any) -> bytes:
    """Ask once, within a second."""
    row = settings("s", url, "roots.pem", **({"timeout_seconds": 1} | changes))
    return asyncio.run(ask(row, request(DATA)))


def test_request_holds_the_digest_a_nonce_and_nothing_else() -> None:
    """Only the blinded digest leaves; two requests for the same bytes differ."""
    first, second = (tsp.TimeStampReq.load(request(DATA)).native for _ in range(2))
    nonces = {first.pop("nonce"), second.pop("nonce")}

    assert first == second
    assert first["message_imprint"]["hashed_message"].hex() == sha256(DATA)
    assert first["cert_req"] is True
    assert (first["req_policy"], first["extensions"]) == (None, None)
    assert len(nonces) == 2
    assert DATA not in request(DATA)


def test_configured_policy_is_asked_for() -> None:
    """An authority with several policies is told which one is meant."""
    assert tsp.TimeStampReq.load(request(DATA, "1.2.3.4"))["req_policy"].native == "1.2.3.4"


def test_answer_comes_back_as_it_was_sent(server: Listening) -> None:
    """The bytes are given as they came, and the server got one request of the right kind."""
    given = asked(server.url)

    assert server.got == [given]
    assert tsp.TimeStampReq.load(given)["version"].native == "v1"


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (stall, "no-answer"),
        (drip, "late"),
        (endless, "too-long"),
        (lambda h, b: reply(h, b"", 302, Location="http://127.0.0.1:1/"), "redirected"),
        (lambda h, b: reply(h, b"busy", 503), "refused"),
        (lambda h, b: reply(h, b"no", 404), "refused"),
        (lambda h, b: h.wfile.write(b"\x00\x01 not HTTP at all\r\n\r\n"), "no-answer"),
        (lambda h, b: h.connection.close(), "no-answer"),
    ],
    ids=["stalls", "drips", "talks-on", "redirects", "is-busy", "is-gone", "garbles", "hangs-up"],
)
def test_bad_server_has_its_word_within_its_time(
    server: Listening, answer: Callable[[BaseHTTPRequestHandler, bytes], None], fault: str
) -> None:
    """No redirect is followed, no answer is waited for beyond its time, none is read beyond its size."""
    server.answer = answer
    began = time.monotonic()
    with pytest.raises(NoAnswerError) as told:
        asked(server.url)

    assert told.value.fault == fault
    assert time.monotonic() - began < 60
    assert len(server.got) == 1


def test_compressed_answer_is_not_unpacked(server: Listening) -> None:
    """A small answer that would unpack to a large one stays small."""
    packed = gzip.compress(b"0" * 50 * MAX_REPLY)
    server.answer = lambda handler, body: reply(handler, packed, Content_Encoding="gzip")

    assert asked(server.url) == packed


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/", "https://127.0.0.1:1/", "https://nowhere.invalid/"]
)
def test_nobody_there_is_no_answer(url: str) -> None:
    """A refused connection, or a name nobody has, is no answer."""
    with pytest.raises(NoAnswerError, match="no-answer"):
        asked(url)


@pytest.mark.parametrize(
    ("url", "legal_class", "example", "may"),
    [
        ("https://stamps.example/tsa", "plain", False, True),
        ("http://stamps.example/tsa", "plain", False, False),
        ("http://stamps.example/tsa", "qualified-eu", False, False),
        ("http://stamps.example/tsa", "trial", False, True),
        ("http://127.0.0.1:8080", "plain", False, True),
        ("http://localhost:8080", "plain", True, True),
        ("https://stamps.example/tsa", "plain", True, False),
        ("http://stamps.example/tsa", "trial", True, False),
        ("http://127.0.0.1.example/", "plain", False, False),
        ("ftp://127.0.0.1/", "plain", False, False),
        ("https://", "plain", False, False),
        ("https://[::1", "plain", False, False),
        ("stamps.example", "plain", False, False),
    ],
)
def test_address_is_https_or_this_machine(
    url: str, legal_class: str, example: bool, may: bool
) -> None:
    """Nothing goes out in the clear, but to a trial authority; an example asks only this machine."""
    row = settings("s", url, "roots.pem", legal_class=legal_class)

    assert allowed(row, example=example) == may


def test_address_that_is_not_allowed_is_not_asked(server: Listening) -> None:
    """The word comes before anything is sent."""
    with pytest.raises(NoAnswerError, match="bad-address"):
        asked("http://stamps.example/")
