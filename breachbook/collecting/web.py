"""Web pages and share links: every answer as it came, in a WARC, and the page as a browser shows it.

Authority:
    ISO 28500:2017, the WARC file format 1.1; its digests are SHA-1, so ours stand beside it.
"""

import hashlib
import json
from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from ssl import DER_cert_to_PEM_cert
from typing import BinaryIO
from urllib.parse import urljoin

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from breachbook.collecting.contract import Bench, Gathered, Order
from breachbook.collecting.exchange import Exchange, Limits, ask, parted
from breachbook.collecting.picture import PRINT, SCREENSHOT, Pictured, picture
from breachbook.custody import Finding
from breachbook.errors import CustodyError
from breachbook.events import stamp
from breachbook.seal.document import tool

WARC, CERTIFICATES, RECORDS = "capture.warc", "certificates.pem", "records.jsonl"
LARGEST_ANSWER = 1 << 30
MOST_REDIRECTS = 10


def web(order: Order, bench: Bench) -> Gathered:
    """Keep what an address answers, each redirection on the way, and the page's picture.

    Raises:
        CustodyError: The address is malformed or may not be reached, or nobody answers there.
    """
    parted(order.at)
    limits = Limits(LARGEST_ANSWER, order.seconds, bench.example)
    wire = bench.folder.with_name("wire")
    wire.mkdir(mode=0o700)
    asking = partial(_asked, wire=wire, limits=limits, bench=bench)
    exchanges, findings = _followed(order.at, asking)
    last = exchanges[-1]
    shown = picture(
        last.url, bench.folder, bench.folder.with_name("home"),
        example=bench.example, seconds=order.seconds,
    )  # fmt: skip
    again = _again(last, asking)
    every = [*exchanges, *again]
    findings += _findings(exchanges, again, shown)
    records = _write(bench.folder / WARC, every)
    certificates = dict.fromkeys(one for each in every for one in each.certificates)
    if certificates:
        (bench.folder / CERTIFICATES).write_text("".join(map(DER_cert_to_PEM_cert, certificates)))
    return Gathered(_account(every, shown), {RECORDS: records}, tuple(findings))


def _asked(url: str, number: int, *, wire: Path, limits: Limits, bench: Bench) -> Exchange:
    return ask(url, wire / f"{number}", limits, bench.now, bench.tell)


def _followed(url: str, asking: partial[Exchange]) -> tuple[list[Exchange], list[Finding]]:
    """Ask, and go where the answers lead; a first question that fails is an error, a later one a finding."""
    exchanges = [asking(url, 0)]
    seen = {exchanges[0].url}
    while location := exchanges[-1].location:
        try:
            following = urljoin(exchanges[-1].url, location).partition("#")[0]
        except ValueError:
            return exchanges, [Finding("no-answer", WARC, "a redirection to no address")]
        if following in seen or len(exchanges) > MOST_REDIRECTS:
            return exchanges, [Finding("cut-short", WARC, "redirections that never end")]
        seen.add(following)
        try:
            exchanges.append(asking(following, len(exchanges)))
        except CustodyError as error:
            return exchanges, [Finding("no-answer", WARC, f"a redirection: {error}")]
    return exchanges, []


def _again(last: Exchange, asking: partial[Exchange]) -> list[Exchange]:
    """Ask the last address a second time: what lives says something else then."""
    if last.cut:
        return []
    try:
        return [asking(last.url, MOST_REDIRECTS + 2)]
    except CustodyError:
        return []


def _findings(
    exchanges: Sequence[Exchange], again: Sequence[Exchange], shown: Pictured
) -> list[Finding]:
    found = []
    last = exchanges[-1]
    for each in exchanges:
        if each.cut:
            found.append(Finding("cut-short", WARC, f"{each.status}, by {each.cut}"))
        if not each.trusted:
            found.append(Finding("certificate-untrusted", CERTIFICATES))
    if not last.cut and not again:
        found.append(Finding("changed-while-read", WARC, "no answer when asked again"))
    elif again and (again[0].status, _body(again[0])) != (last.status, _body(last)):
        found.append(Finding("changed-while-read", WARC, "another answer when asked again"))
    if shown.fault:
        found.append(Finding("not-pictured", SCREENSHOT, shown.fault))
    return found


def _body(one: Exchange) -> str:
    with one.raw.open("rb") as handle:
        handle.seek(one.head)
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _account(exchanges: Sequence[Exchange], shown: Pictured) -> dict[str, object]:
    return {
        "programs": {"warcio": version("warcio"), "browser": shown.program},
        "exchanges": [
            {
                "url": one.url,
                "address": one.peer,
                "asked_at": stamp(one.asked_at),
                "ended_at": stamp(one.ended_at),
                "status": one.status,
                "location": one.location,
                "cut": one.cut,
                "bytes": one.raw.stat().st_size,
                "body_sha256": _body(one),
                "certificates_sha256": [hashlib.sha256(c).hexdigest() for c in one.certificates],
                "certificates_trusted": one.trusted,
            }
            for one in exchanges
        ],
        "browser": {
            "ended_at_url": shown.final,
            "reached": dict(shown.reached or {}),
            "files": [SCREENSHOT, PRINT],
        },
        "repeat_without_breachbook": f"curl --location --include {exchanges[0].url}",
    }


class _AsSent(StatusAndHeaders):  # type: ignore[misc]
    """Headers as they came over the wire; what parses and writes them anew would lose bytes."""

    def __init__(self, head: bytes) -> None:
        super().__init__("", [])
        self.headers_buff = head

    def __bool__(self) -> bool:
        return True

    def compute_headers_buffer(self, header_filter: object = None) -> bytes:
        """Give the bytes as they came."""
        return self.headers_buff


def _write(path: Path, exchanges: Sequence[Exchange]) -> bytes:
    """Write the WARC; give one line a record: where it lies in the file, and its SHA-256."""
    lines: list[dict[str, object]] = []
    with path.open("xb") as out:
        writer = WARCWriter(out, gzip=False, warc_version="1.1")
        info = {"software": f"breachbook {tool()['version']}", "format": "WARC File Format 1.1"}
        writer.write_record(writer.create_warcinfo_record(path.name, info))
        lines.append({"type": "warcinfo", "offset": 0, "bytes": out.tell()})
        for one in exchanges:
            for kind in ("response", "request"):
                start = out.tell()
                _record(writer, one, kind)
                place = {"offset": start, "bytes": out.tell() - start}
                lines.append({"type": kind, "url": one.url, **place})
    with path.open("rb") as handle:
        for line in lines:
            line["sha256"] = hashlib.sha256(handle.read(int(str(line["bytes"])))).hexdigest()
    return b"".join(json.dumps(line, sort_keys=True).encode() + b"\n" for line in lines)


def _record(writer: WARCWriter, one: Exchange, kind: str) -> None:
    headers = {"WARC-Date": stamp(one.asked_at), "WARC-IP-Address": one.peer}
    if kind == "request":
        _one(writer, one.url, kind, _AsSent(one.asked), BytesIO(), 0, headers)
        return
    if one.cut:
        headers["WARC-Truncated"] = one.cut
    with one.raw.open("rb") as raw:
        head = raw.read(one.head)
        length = one.raw.stat().st_size - one.head
        _one(writer, one.url, kind, _AsSent(head), raw, length, headers)


def _one(
    writer: WARCWriter,
    url: str,
    kind: str,
    head: _AsSent,
    body: BinaryIO,
    length: int,
    headers: dict[str, str],
) -> None:
    record = writer.create_warc_record(
        url, kind, payload=body, length=length, http_headers=head, warc_headers_dict=headers
    )
    writer.write_record(record)
