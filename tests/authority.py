"""Time-stamp authorities for tests: one of openssl, one that forges what openssl would not sign, and bad servers."""

import contextlib
import hashlib
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from breachbook.workspace_files import StampAuthority

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
POLICY = "1.3.6.1.4.1.55555.1"
STAMPS = ExtendedKeyUsageOID.TIME_STAMPING
_CONFIG = f"""[tsa]
default_tsa = own
[own]
serial = ./serial
signer_digest = sha256
default_policy = {POLICY}
digests = sha256, sha384, sha512
accuracy = secs:1
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


@dataclass(frozen=True)
class Pair:
    """A key and its certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        """Give the certificate in DER."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        """Give the certificate in PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)


@dataclass(frozen=True)
class Make:
    """What a certificate should be; a signer of time-stamps as it ought to be, unless said otherwise."""

    name: str = "Example Signer"
    ca: bool = False
    usages: Sequence[x509.ObjectIdentifier] = (STAMPS,)
    critical: bool = True
    days: tuple[float, float] = (-30, 300)
    now: datetime = NOW
    serial: int | None = None


def name(text: str) -> x509.Name:
    """Name somebody of the example."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example Stamps Ltd"),
            x509.NameAttribute(NameOID.COMMON_NAME, text),
        ]
    )


def certify(wanted: Make, issuer: Pair | None = None, key: Any = None) -> Pair:
    """Issue a certificate, signed by its issuer or by itself."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    begin, end = (wanted.now + timedelta(days=days) for days in wanted.days)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(wanted.name))
        .issuer_name(issuer.certificate.subject if issuer else name(wanted.name))
        .public_key(key.public_key())
        .serial_number(wanted.serial or x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(wanted.ca, None), critical=True)
    )
    if wanted.usages:
        usage = x509.ExtendedKeyUsage(wanted.usages)
        builder = builder.add_extension(usage, critical=wanted.critical)
    return Pair(key, builder.sign(issuer.key if issuer else key, hashes.SHA256()))


def root(title: str = "Example Root", **changes: Any) -> Pair:
    """Make a root of its own."""
    return certify(
        Make(title, ca=True, usages=(), days=changes.pop("days", (-900, 3000)), **changes)
    )


def query(data: bytes, nonce: int | None = 7, policy: str | None = None) -> bytes:
    """Ask for a time-stamp of bytes, independently of how Breachbook asks."""
    given: dict[str, Any] = {
        "version": "v1",
        "message_imprint": imprint(data),
        "cert_req": True,
    }
    if nonce is not None:
        given["nonce"] = nonce
    if policy is not None:
        given["req_policy"] = policy
    return bytes(tsp.TimeStampReq(given).dump())


def imprint(data: bytes, algorithm: str = "sha256") -> dict[str, Any]:
    """Give the imprint of bytes."""
    digest = hashlib.new(algorithm, data).digest()
    return {"hash_algorithm": {"algorithm": algorithm}, "hashed_message": digest}


@dataclass(frozen=True)
class Forge:
    """What a forged token should say; everything in order unless said otherwise."""

    data: bytes
    nonce: int | None = 7
    when: datetime = NOW
    policy: str = POLICY
    algorithm: str = "sha256"
    named: Sequence[bytes] | None = None
    numbered: int | None = None
    version_1: bool = False
    bound: bool = True
    tsa: x509.Name | None = None
    status: str = "granted"
    embed: Sequence[Pair] | None = None
    sorted: bool = True
    info: dict[str, Any] = field(default_factory=dict)


def forge(wanted: Forge, signer: Pair, parents: Sequence[Pair] = ()) -> bytes:
    """Sign a token with whatever certificate and attributes were asked for."""
    info: dict[str, Any] = {
        "version": "v1",
        "policy": wanted.policy,
        "message_imprint": imprint(wanted.data, wanted.algorithm),
        "serial_number": 99,
        "gen_time": wanted.when,
    }
    if wanted.nonce is not None:
        info["nonce"] = wanted.nonce
    if wanted.tsa is not None:
        info["tsa"] = {"directory_name": asn1.Name.load(wanted.tsa.public_bytes())}
    info = {name: (info | wanted.info)[name] for name in _ORDER if name in info | wanted.info}
    content = tsp.TSTInfo({k: _general(k, v) for k, v in info.items()})
    embedded = [
        one.der for one in (wanted.embed if wanted.embed is not None else (signer, *parents))
    ]
    signed = _signed(wanted, content, signer, sorted(embedded, reverse=not wanted.sorted))
    token = cms.ContentInfo({"content_type": "signed_data", "content": signed})
    response = {"status": {"status": wanted.status}, "time_stamp_token": token}
    return bytes(tsp.TimeStampResp(response).dump())


_ORDER = (
    "version", "policy", "message_imprint", "serial_number", "gen_time", "accuracy", "ordering",
    "nonce", "tsa",
)  # fmt: skip


def _general(key: str, value: Any) -> Any:
    return asn1.GeneralName(*next(iter(value.items()))) if key == "tsa" else value


def _signed(
    wanted: Forge, content: tsp.TSTInfo, signer: Pair, embedded: list[bytes]
) -> cms.SignedData:
    attributes = [
        _attribute("content_type", "tst_info"),
        _attribute("message_digest", hashlib.sha256(content.dump()).digest()),
    ]
    if wanted.bound:
        attributes.append(_binding(wanted, signer))
    listed = cms.CMSAttributes(attributes)
    signature = signer.key.sign(listed.dump(), ec.ECDSA(hashes.SHA256()))
    own = asn1.Certificate.load(signer.der)
    info = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                "issuer_and_serial_number",
                {"issuer": own.issuer, "serial_number": own.serial_number},
            ),
            "digest_algorithm": {"algorithm": "sha256"},
            "signed_attrs": listed,
            "signature_algorithm": {"algorithm": "sha256_ecdsa"},
            "signature": signature,
        }
    )
    given: dict[str, Any] = {
        "version": "v3",
        "digest_algorithms": [algos.DigestAlgorithm({"algorithm": "sha256"})],
        "encap_content_info": {
            "content_type": "tst_info",
            "content": core.ParsableOctetString(content.dump()),
        },
        "signer_infos": [info],
    }
    if embedded:
        given["certificates"] = _unsorted(embedded)
    return cms.SignedData(given)


def _unsorted(certificates: list[bytes]) -> cms.CertificateSet:
    """Give a set in the order of the list, as openssl writes it."""
    body = b"".join(certificates)
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    head = bytes([0x31, 0x80 | len(size)]) + size if len(body) > 127 else bytes([0x31, len(body)])
    return cms.CertificateSet.load(head + body)


def _attribute(kind: str, value: Any) -> cms.CMSAttribute:
    return cms.CMSAttribute({"type": kind, "values": [value]})


def _binding(wanted: Forge, signer: Pair) -> cms.CMSAttribute:
    named = wanted.named if wanted.named is not None else [signer.der]
    more: dict[str, Any] = {}
    if wanted.numbered is not None:
        issuer = asn1.GeneralName("directory_name", asn1.Certificate.load(signer.der).issuer)
        more["issuer_serial"] = {"issuer": [issuer], "serial_number": wanted.numbered}
    if wanted.version_1:
        first = [tsp.ESSCertID({"cert_hash": hashlib.sha1(c).digest()} | more) for c in named]  # noqa: S324 (RFC 2634 knows no other)
        return _attribute("signing_certificate", tsp.SigningCertificate({"certs": first}))
    second = [tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(c).digest()} | more) for c in named]
    return _attribute("signing_certificate_v2", tsp.SigningCertificateV2({"certs": second}))


class OpenSsl:
    """A time-stamp authority that is ``openssl ts``: one request at a time, as its serial file needs."""

    def __init__(self, folder: Path, now: datetime | None = None, **changes: Any) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        present = now or datetime.now(UTC)
        self.root = root(now=present)
        self.signer = certify(Make(now=present, **changes), self.root)
        self._lock = threading.Lock()
        for file, data in (
            ("openssl.cnf", _CONFIG.encode()),
            ("serial", b"01\n"),
            ("root.pem", self.root.pem),
            ("signer.pem", self.signer.pem),
            ("key.pem", _private(self.signer.key)),
        ):
            (folder / file).write_bytes(data)

    @property
    def roots(self) -> Path:
        """Give the PEM file of the root."""
        return self.folder / "root.pem"

    def stamp(self, request: bytes) -> bytes:
        """Answer one request."""
        with self._lock:
            (self.folder / "q").write_bytes(request)
            (self.folder / "r").unlink(missing_ok=True)
            _openssl(
                "ts", "-reply", "-config", "openssl.cnf", "-section", "own", "-queryfile", "q",
                "-signer", "signer.pem", "-inkey", "key.pem", "-chain", "root.pem", "-out", "r",
                cwd=self.folder,
            )  # fmt: skip
            return (self.folder / "r").read_bytes()


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _openssl(*arguments: str, cwd: Path) -> bool:
    done = subprocess.run(["openssl", *arguments], cwd=cwd, capture_output=True, check=False)
    return done.returncode == 0


def judged_by_openssl(
    folder: Path, reply: bytes, roots: bytes, at: datetime,
    *, data: bytes | None = None, request: bytes | None = None,
) -> bool:  # fmt: skip
    """Ask ``openssl ts -verify`` for its verdict as of a time."""
    given = {"reply": reply, "roots": roots, "data": data, "request": request}
    for file, content in given.items():
        if content is not None:
            (folder / file).write_bytes(content)
    about = ["-queryfile", "request"] if request is not None else ["-data", "data"]
    return _openssl(
        "ts", "-verify", *about, "-in", "reply", "-CAfile", "roots",
        "-attime", str(int(at.timestamp())), cwd=folder,
    )  # fmt: skip


def settings(id_: str, url: str, roots: Path | str, **changes: Any) -> StampAuthority:
    """Give a row of breachbook.toml for an authority."""
    given = {"id": id_, "url": url, "roots": str(roots), "legal_class": "plain"}
    return StampAuthority.model_validate(given | changes)


Answer = Callable[[BaseHTTPRequestHandler, bytes], None]


def replying(stamp: Callable[[bytes], bytes]) -> Answer:
    """Answer as an authority should."""

    def answer(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        reply = stamp(body)
        handler.send_response(200)
        handler.send_header("Content-Type", "application/timestamp-reply")
        handler.send_header("Content-Length", str(len(reply)))
        handler.end_headers()
        handler.wfile.write(reply)

    return answer


@dataclass
class Listening:
    """A server on the loopback.

    Attributes:
        got: The bodies it was sent.
    """

    url: str
    got: list[bytes]
    answer: Answer


@contextlib.contextmanager
def serving(answer: Answer) -> Iterator[Listening]:
    """Serve one answer over HTTP; replace ``answer`` to give another one later."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            listening.got.append(body)
            with contextlib.suppress(OSError):
                listening.answer(self, body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    listening = Listening(f"http://127.0.0.1:{server.server_address[1]}/", [], answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield listening
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def reached(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait for a condition."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "did not come true in time"
        time.sleep(0.02)
