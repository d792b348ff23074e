"""Replies of time-stamp authorities, read as far as judging them needs."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from asn1crypto import cms, core, parser, tsp, x509

GRANTED = frozenset({"granted", "granted_with_mods"})
# asn1crypto takes quadratic time over some nonsense; a time-stamp has 2 to 20 KiB.
MAX_EXAMINED = 128 * 1024
IMPRINTS = frozenset({"sha256", "sha384", "sha512"})
_WITH_MODIFICATIONS, _GRANTED = b"\x02\x01\x01", b"\x02\x01\x00"
_HASHES = frozenset({"sha1", "sha224", *IMPRINTS})


class Response(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    """TimeStampResp; unlike asn1crypto's own, a rejection may come without a token, as RFC 3161 has it."""

    _fields = [
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]


@dataclass(frozen=True, slots=True)
class Name:
    """How a token names one certificate: a digest, and perhaps issuer and serial number."""

    algorithm: str
    digest: bytes
    issuer: x509.Name | None
    serial: int | None

    def fits(self, certificate: bytes) -> bool:
        """Say whether it names this certificate (DER)."""
        if self.algorithm not in _HASHES:
            return False
        if hashlib.new(self.algorithm, certificate).digest() != self.digest:
            return False
        if self.issuer is None:
            return True
        read = x509.Certificate.load(certificate)
        return (read.issuer, read.serial_number) == (self.issuer, self.serial)


@dataclass(frozen=True, slots=True)
class Statement:
    """What a token says.

    Attributes:
        algorithm: Hash of the imprint.
        when: Its genTime, in UTC.
        tsa: Subject it says it comes from, or None; False for another kind of name.
        certificates: The embedded certificates (DER), sorted as DER sorts them.
        signer: The one of them that the signature names, or None.
        names: The certificates it is bound to (ESSCertID of either version), one tuple an attribute.
    """

    version: int
    algorithm: str
    imprint: bytes
    policy: str
    nonce: int | None
    when: datetime
    serial: int
    tsa: x509.Name | bool | None
    certificates: tuple[bytes, ...]
    signer: bytes | None
    names: tuple[tuple[Name, ...], ...]


def is_granted(reply: bytes) -> bool:
    """Say whether the authority says that it stamped.

    Raises:
        ValueError: Not a reply.
    """
    return str(_response(reply)["status"]["status"].native) in GRANTED


def read(reply: bytes) -> tuple[Statement, bytes]:
    """Read a granted reply, and give it in strict DER.

    An authority may embed its certificates in any order; DER sorts them, and so does the second value. In it
    "granted with modifications" reads "granted": everything that may be modified is examined.

    Raises:
        ValueError: Not a reply with one token of one signature.
    """
    response = _response(reply)
    token = response["time_stamp_token"]
    if token["content_type"].native != "signed_data":
        raise ValueError("not signed data")
    signed: Any = token["content"]
    info = signed["encap_content_info"]["content"].parsed
    if not isinstance(info, tsp.TSTInfo) or len(signed["signer_infos"]) != 1:
        raise ValueError("not a token with one signature")
    as_sent = signed["certificates"].contents or b""
    certificates = tuple(sorted(_elements(as_sent)))
    statement = _statement(info, certificates, signed["signer_infos"][0])
    # Spliced, not encoded anew: what was signed must stay as it came. A set in order is as long as before.
    strict = reply.replace(as_sent, b"".join(certificates), 1)
    if response["status"]["status"].native != "granted":
        strict = strict.replace(_WITH_MODIFICATIONS, _GRANTED, 1)
    return statement, strict


def _response(reply: bytes) -> Any:
    if len(reply) > MAX_EXAMINED:
        raise ValueError("larger than any time-stamp")
    return Response.load(reply, strict=True)


def _elements(contents: bytes) -> Iterator[bytes]:
    while contents:
        size = parser.peek(contents)
        yield contents[:size]
        contents = contents[size:]


def _items(values: Any) -> Sequence[Any]:
    return tuple(values) if values.native is not None else ()


def _statement(info: Any, certificates: tuple[bytes, ...], signature: Any) -> Statement:
    imprint = info["message_imprint"]
    return Statement(
        int(info["version"]),
        str(imprint["hash_algorithm"]["algorithm"].native),
        bytes(imprint["hashed_message"].native),
        str(info["policy"].dotted),
        info["nonce"].native,
        _utc(info["gen_time"].native),
        int(info["serial_number"].native),
        _tsa(info["tsa"]),
        certificates,
        _signer(certificates, signature["sid"]),
        _names(signature["signed_attrs"]),
    )


def _utc(when: datetime) -> datetime:
    return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)


def _tsa(name: Any) -> x509.Name | bool | None:
    if name.native is None:
        return None
    return name.chosen if name.name == "directory_name" else False


def _signer(certificates: Sequence[bytes], sid: Any) -> bytes | None:
    if sid.name != "issuer_and_serial_number":
        raise ValueError("the signature names its certificate in another way than RFC 3161 does")
    issuer, serial = sid.chosen["issuer"], sid.chosen["serial_number"].native
    found = []
    for one in certificates:
        read = x509.Certificate.load(one)
        if read.serial_number == serial and read.issuer == issuer:
            found.append(one)
    if len(set(found)) > 1:
        raise ValueError("two certificates of the same number")
    return found[0] if found else None


def _names(attributes: Any) -> tuple[tuple[Name, ...], ...]:
    found = []
    for attribute in _items(attributes):
        if attribute["type"].native in ("signing_certificate", "signing_certificate_v2"):
            if len(attribute["values"]) != 1:
                raise ValueError("an attribute with several values")
            found.append(tuple(_name(one) for one in attribute["values"][0]["certs"]))
    return tuple(found)


def _name(one: Any) -> Name:
    # Version 1 (RFC 2634) has SHA-1 always; in version 2 (RFC 5035) SHA-256 is what is left out.
    second = isinstance(one, tsp.ESSCertIDv2)
    algorithm = one["hash_algorithm"]["algorithm"].native if second else "sha1"
    by = one["issuer_serial"]
    if by.native is None:
        return Name(algorithm, one["cert_hash"].native, None, None)
    issuers = [each.chosen for each in by["issuer"] if each.name == "directory_name"]
    if len(issuers) != 1:
        raise ValueError("a certificate named by several issuers")
    return Name(algorithm, one["cert_hash"].native, issuers[0], by["serial_number"].native)
