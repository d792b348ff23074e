"""Web pages: every answer byte for byte, each redirection, the page's picture, and no way inside."""

import hashlib
import json
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from warcio.archiveiterator import ArchiveIterator

from breachbook.collecting import addresses, web
from breachbook.collecting.exchange import Limits, ask
from breachbook.collecting.gateway import gateway
from breachbook.collecting.picture import PRINT, SCREENSHOT
from breachbook.collecting.web import CERTIFICATES, RECORDS, WARC
from breachbook.custody import Described
from breachbook.errors import CustodyError
from tests.exhibits import AT, inspect, preserve
from tests.gathering import bench, codes, gather, served, wanted

PAGE = b"<html><title>Leak</title><body style='height:4000px'><h1>Tread profile 7</h1>%s</body></html>"
LIMITS = Limits(1 << 20, 20, True)


class Site(BaseHTTPRequestHandler):
    """A small site: a page, redirections, and answers that end badly."""

    protocol_version = "HTTP/1.1"
    extra = b""
    asked: list[str] = []

    def log_message(self, *_: object) -> None:
        """Stay silent."""

    def do_GET(self) -> None:
        """Answer by the path."""
        self.asked.append(self.path)
        self.close_connection = True
        getattr(
            self, "_at_" + self.path.strip("/").partition("?")[0].replace("-", "_"), self._at_404
        )()

    def _at_404(self) -> None:
        self.send_response(404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _at_page(self) -> None:
        self._say(200, PAGE % self.extra, {"Content-Type": "text/html"})

    def _at_live(self) -> None:
        self._say(200, str(len(self.asked)).encode(), {"Content-Type": "text/plain"})

    def _at_link(self) -> None:
        self._say(302, b"moved", {"Location": "/second?token=7#part"})

    def _at_second(self) -> None:
        self._say(307, b"", {"Location": "page"})

    def _at_round(self) -> None:
        self._say(301, b"", {"Location": "/round"})

    def _at_inward(self) -> None:
        self._say(302, b"", {"Location": "http://10.1.2.3/secret"})

    def _at_elsewhere(self) -> None:
        self._say(302, b"", {"Location": "file:///etc/passwd"})

    def _at_nowhere(self) -> None:
        self._say(302, b"", {"Location": "http://[::1"})

    def _at_unnamed(self) -> None:
        self._say(302, b"", {"Location": f"http://{'a' * 64}.example/"})

    def _at_chunks(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"3\r\none\r\n4\r\n two\r\n0\r\n\r\n")

    def _at_large(self) -> None:
        self._say(200, b"x" * (3 << 20))

    def _at_broken(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"only this")

    def _at_drip(self) -> None:
        self.send_response(200)
        self.end_headers()
        stop = threading.Event()
        with suppress(OSError):
            for _ in range(100):
                self.wfile.write(b".")
                stop.wait(0.1)

    def _at_noise(self) -> None:
        self.wfile.write(b"\x00\x01 no http at all\r\n\r\n")

    def _say(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def site() -> Iterator[str]:
    """The site, on a loopback port."""
    Site.asked.clear()
    with served(Site) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without a browser."""
    monkeypatch.setattr("breachbook.collecting.picture.BROWSERS", ("no-such-browser",))


def records_of(path: Path) -> list[Any]:
    """Read a WARC by the library, which checks each digest of its own."""
    found = []
    with path.open("rb") as handle:
        for record in ArchiveIterator(handle, check_digests="raise"):
            record.content_stream().read()
            found.append(record)
    return found


@pytest.mark.usefixtures("no_browser")
def test_each_answer_on_the_way_is_kept(tmp_path: Path, site: str) -> None:
    """Both redirections and the page stand in the WARC and in the record, with the address reached."""
    on = bench(tmp_path)
    gathered = gather(on, wanted("web", f"{site}/link"))

    exchanges: Any = gathered.account["exchanges"]
    kept = records_of(on.folder / WARC)
    uris = [one.rec_headers["WARC-Target-URI"] for one in kept if one.rec_type == "response"]
    paths = ["/link", "/second?token=7", "/page", "/page"]
    assert [one["status"] for one in exchanges] == [302, 307, 200, 200]
    assert uris == [site + path for path in paths] == [one["url"] for one in exchanges]
    assert {one["address"] for one in exchanges} == {"127.0.0.1"}
    assert exchanges[2]["body_sha256"] == hashlib.sha256(PAGE % b"").hexdigest()
    assert codes(gathered) == ["not-pictured"]


@pytest.mark.usefixtures("no_browser")
def test_our_digest_of_each_record_is_over_the_bytes_in_the_file(
    tmp_path: Path, site: str
) -> None:
    """Anybody can cut a record out of the WARC and hash it; the answer in it is as it was sent."""
    on = bench(tmp_path)
    gathered = gather(on, wanted("web", f"{site}/chunks"))

    data = (on.folder / WARC).read_bytes()
    rows = [json.loads(line) for line in gathered.tags[RECORDS].splitlines()]
    parts = [data[row["offset"] : row["offset"] + row["bytes"]] for row in rows]
    assert b"".join(parts) == data
    assert [hashlib.sha256(part).hexdigest() for part in parts] == [row["sha256"] for row in rows]
    assert b"\r\n\r\n3\r\none\r\n4\r\n two\r\n0\r\n\r\n" in parts[1]


@pytest.mark.usefixtures("no_browser")
def test_page_that_lives_is_flagged(tmp_path: Path, site: str) -> None:
    """Asked twice, it says something else: both answers are kept, and it is told."""
    on = bench(tmp_path)
    gathered = gather(on, wanted("web", f"{site}/live"))

    assert codes(gathered) == ["changed-while-read", "not-pictured"]
    assert len([one for one in records_of(on.folder / WARC) if one.rec_type == "response"]) == 2


@pytest.mark.usefixtures("no_browser")
@pytest.mark.parametrize(
    ("path", "cut", "first"),
    [
        ("large", "length", "cut-short"),
        ("broken", "disconnect", "cut-short"),
        ("drip", "time", "cut-short"),
        ("noise", "disconnect", "cut-short"),
        ("round", "", "cut-short"),
        ("inward", "", "no-answer"),
        ("elsewhere", "", "no-answer"),
        ("nowhere", "", "no-answer"),
        ("unnamed", "", "no-answer"),
    ],
)
def test_answer_that_ends_badly_is_kept_as_far_as_it_came(
    tmp_path: Path, site: str, monkeypatch: pytest.MonkeyPatch, path: str, cut: str, first: str
) -> None:
    """Too long, broken off, dripping, no HTTP, going in a circle or inward: one finding each."""
    monkeypatch.setattr(web, "LARGEST_ANSWER", 1 << 20)
    on = bench(tmp_path)
    gathered = gather(on, wanted("web", f"{site}/{path}", seconds=1 if path == "drip" else 20))

    exchanges: Any = gathered.account["exchanges"]
    kept = [one for one in records_of(on.folder / WARC) if one.rec_type == "response"]
    assert codes(gathered)[0] == first
    assert exchanges[0]["cut"] == cut
    assert exchanges[0]["bytes"] > 0
    assert (kept[0].rec_headers["WARC-Truncated"] or "") == cut


@pytest.mark.parametrize(
    ("address", "example", "words"),
    [
        ("http://127.0.0.1:9/", False, "on the public internet"),
        ("http://localhost:9/", False, "on the public internet"),
        ("http://[::1]:9/", False, "on the public internet"),
        ("http://10.0.0.7/", False, "on the public internet"),
        ("http://169.254.169.254/latest", False, "on the public internet"),
        ("http://[::ffff:10.0.0.7]/", False, "on the public internet"),
        ("http://192.0.2.1/", True, "on this machine"),
        ("http://127.0.0.1:9/", True, "nobody answers"),
        ("https://a:canary@x.example/", False, "names a user"),
        ("ftp://x.example/", False, "allowed: an address"),
        ("http://x.example/a b\r\nHost: y", False, "allowed: an address"),
        ("http:///x", False, "allowed: an address"),
        ("http://a..b/", False, "allowed: an address"),
        ("http://x.example/\udcff", False, "allowed: an address"),
    ],
)
def test_address_that_may_not_be_reached_is_refused(
    tmp_path: Path, address: str, example: bool, words: str
) -> None:
    """Nothing inside the firm's own network is asked, and an example asks only its own machine."""
    with pytest.raises(CustodyError, match=words) as told:
        gather(bench(tmp_path, example=example), wanted("web", address))

    assert "canary" not in str(told.value)


@pytest.mark.parametrize(
    ("address", "admitted"),
    [
        ("1.1.1.1", True), ("2606:4700::1111", True), ("127.0.0.1", False), ("0.1.2.3", False),
        ("192.168.1.1", False), ("100.64.0.1", False), ("224.0.0.1", False), ("fe80::1%eth0", False),
        ("fc00::1", False), ("64:ff9b::a00:7", False), ("2002:a00:7::1", False), ("::", False),
        ("fec0::7", False),
    ],
)  # fmt: skip
def test_public_addresses_are_admitted_and_no_others(address: str, admitted: bool) -> None:
    """Forms of IPv6 that lead to a private address of IPv4 are private."""
    assert addresses.is_admitted(address, example=False) is admitted


@pytest.mark.needs("chromium")
def test_page_is_pictured_whole_as_png_and_pdf(tmp_path: Path, site: str) -> None:
    """The picture is as tall as the page, the PDF holds its words, and who was asked is recorded."""
    on = bench(tmp_path)
    gathered = gather(on, wanted("web", f"{site}/link"))

    head = (on.folder / SCREENSHOT).read_bytes()[:24]
    browser: Any = gathered.account["browser"]
    programs: Any = gathered.account["programs"]
    assert gathered.findings == ()
    assert int.from_bytes(head[20:24], "big") >= 4000
    assert "Tread profile 7" in PdfReader(on.folder / PRINT).pages[0].extract_text()
    assert browser["reached"] == {site.removeprefix("http://"): "127.0.0.1"}
    assert browser["ended_at_url"] == f"{site}/page"
    assert "hromium" in programs["browser"]


@pytest.mark.needs("chromium")
def test_hostile_page_does_not_lead_the_browser_inward(
    tmp_path: Path, site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Frames, scripts and pictures of a page reach nothing that the collector itself may not."""
    inside = b"<iframe src='http://10.1.2.3/x'></iframe><script>alert(1); fetch('http://192.168.0.1/')</script>"
    monkeypatch.setattr(Site, "extra", inside + b"<iframe src='file:///etc/passwd'></iframe>")
    gathered = gather(bench(tmp_path), wanted("web", f"{site}/page"))

    browser: Any = gathered.account["browser"]
    assert gathered.findings == ()
    assert {"10.1.2.3:80": "", "192.168.0.1:80": ""}.items() <= browser["reached"].items()


@pytest.mark.needs("chromium")
def test_page_that_the_browser_cannot_load_is_a_finding(tmp_path: Path, site: str) -> None:
    """The answer is kept although there is no picture of it."""
    on = bench(tmp_path)
    gathered = gather(on, wanted("web", f"{site}/noise"))

    assert codes(gathered)[-1] == "not-pictured"
    assert (on.folder / WARC).stat().st_size > 500


@pytest.mark.usefixtures("no_browser")
def test_capture_is_sealed_with_its_digests_under_the_seal(tmp_path: Path, site: str) -> None:
    """Payload is what was captured; the list of digests is a tag file of the bag."""
    on = bench(tmp_path)
    gathered = gather(on, wanted("web", f"{site}/page"))
    sealed = preserve(
        on.folder, tmp_path / "exhibits", record={"collection": dict(gathered.account)},
        describe=lambda _: Described(gathered.tags, gathered.findings),
    )  # fmt: skip

    assert [path.name for path in (sealed.path / "data").iterdir()] == [WARC]
    assert (sealed.path / "breachbook" / RECORDS).read_bytes() == gathered.tags[RECORDS]
    assert inspect(sealed).is_sound


@pytest.fixture
def authority(tmp_path: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for localhost that nobody trusts yet, and a server's context with it."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return certificate, context


@pytest.mark.needs("openssl")
@pytest.mark.usefixtures("no_browser")
@pytest.mark.parametrize("trusted", [True, False])
def test_certificates_of_a_server_are_kept(
    tmp_path: Path,
    authority: tuple[Path, ssl.SSLContext],
    monkeypatch: pytest.MonkeyPatch,
    trusted: bool,
) -> None:
    """They stand beside the capture; those nobody trusts are a finding, and the page is kept all the same."""
    certificate, context = authority
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    on = bench(tmp_path)
    with served(Site, context) as port:
        gathered = gather(on, wanted("web", f"https://localhost:{port}/page"))

    kept = (on.folder / CERTIFICATES).read_text()
    assert ssl.PEM_cert_to_DER_cert(kept) == ssl.PEM_cert_to_DER_cert(certificate.read_text())
    assert ("certificate-untrusted" in codes(gathered)) is not trusted
    assert "changed-while-read" not in codes(gathered)


def test_one_answer_is_asked_for_without_a_secret(tmp_path: Path, site: str) -> None:
    """What is sent names the program and nothing of its user."""
    made = ask(f"{site}/page#part", tmp_path / "raw", LIMITS, lambda: AT)

    assert made.url == f"{site}/page"
    assert made.asked.startswith(b"GET /page HTTP/1.1\r\nHost: 127.0.0.1:")
    assert b"cookie" not in made.asked.lower()
    assert (made.status, made.cut) == (200, "")


def test_gateway_passes_plain_requests_to_admitted_hosts_only(site: str) -> None:
    """A proxy's client gets the page of this machine, and is refused another's."""
    port = int(site.rpartition(":")[2])
    with gateway(example=True) as way:
        said = [
            _through(
                way.server_address[1], f"GET http://{host}/page HTTP/1.1\r\nHost: {host}\r\n\r\n"
            )
            for host in (f"127.0.0.1:{port}", "10.0.0.7:80")
        ]

    assert b"Tread profile 7" in said[0]
    assert said[1].startswith(b"HTTP/1.1 403 ")
    assert way.reached == {f"127.0.0.1:{port}": "127.0.0.1", "10.0.0.7:80": ""}


def test_gateway_tunnels_and_drops_what_is_no_request(site: str) -> None:
    """CONNECT opens a way to an admitted host; other schemes and noise are dropped."""
    port = int(site.rpartition(":")[2])
    with gateway(example=True) as way:
        to = way.server_address[1]
        asked = f"CONNECT 127.0.0.1:{port} HTTP/1.1\r\n\r\nGET /page HTTP/1.1\r\nHost: x\r\n\r\n"
        tunnel = _through(to, asked)
        noise = [
            _through(to, text) for text in ("nonsense\r\n\r\n", "GET ftp://x/ HTTP/1.1\r\n\r\n")
        ]

    assert tunnel.startswith(b"HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 200 ")
    assert noise == [b"", b""]


def _through(port: int, asked: str) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as wire:
        wire.sendall(asked.encode())
        said = BytesIO()
        while piece := wire.recv(65536):
            said.write(piece)
    return said.getvalue()
