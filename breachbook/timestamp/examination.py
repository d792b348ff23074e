"""Judges a time-stamp: every check of RFC 3161 that can be made without asking anybody."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import rfc3161_client
from asn1crypto import tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from breachbook.timestamp import reply as replies
from breachbook.timestamp.reply import Statement
from breachbook.workspace_files import StampAuthority

SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Token:
    """A reply of an authority and what it is judged by.

    Attributes:
        authority: As breachbook.toml has it; its policy and name are demanded where they are given.
        roots: PEM of the roots it is trusted by; empty when none is known.
        request: What was asked (DER); empty when that is not at hand: then no nonce is compared.
        reply: What was answered (DER), as it came.
    """

    authority: StampAuthority
    roots: bytes
    request: bytes
    reply: bytes


@dataclass(frozen=True, slots=True)
class Examined:
    """What a token says, and what is wrong with it.

    Attributes:
        faults: Keys of `breachbook.timestamp.FAULTS`, the gravest first; none if it stands.
        when: The time it states, in UTC, or None if it states none.
        serial: Number the authority gave it.
        legal_class: What its authority's word is worth; ``trial`` is worthless as proof.
        signer: Subject of the certificate it was signed with (RFC 4514).
    """

    faults: tuple[str, ...]
    when: datetime | None
    serial: int | None
    legal_class: str
    signer: str | None


def examine(token: Token, data: bytes, *, now: datetime, not_before: datetime | None) -> Examined:
    """Examine a token over the bytes it should stamp; a bad one is a result, never an error.

    A certificate must have been valid at the time the token states, not today.

    Args:
        now: Aware; a token may be at most 5 minutes ahead of it.
        not_before: When the bytes came to be; a token may be at most 5 minutes older. None: not judged.

    Authority:
        RFC 3161 section 2.2 and 2.3, RFC 5816 section 2.2 (ESSCertIDv2).
    """
    legal_class = token.authority.legal_class
    try:
        if not replies.is_granted(token.reply):
            return Examined(("rejected",), None, None, legal_class, None)
        statement, strict = replies.read(token.reply)
        faults = tuple(dict.fromkeys(_faults(token, data, statement, strict)))
        faults += tuple(_of_time(statement.when, now, not_before))
        signer = _subject(statement)
    except _UNREADABLE:
        return Examined(("malformed",), None, None, legal_class, None)
    return Examined(faults, statement.when, statement.serial, legal_class, signer)


# What asn1crypto, cryptography and rfc3161-client raise over bytes that are something else.
_UNREADABLE = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    RecursionError,
    NotImplementedError,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)


def _subject(statement: Statement) -> str | None:
    if statement.signer is None:
        return None
    return x509.load_der_x509_certificate(statement.signer).subject.rfc4514_string()


def _faults(token: Token, data: bytes, said: Statement, strict: bytes) -> Iterator[str]:
    if said.version != 1:
        yield "malformed"
    yield from _of_subject(token, data, said)
    if said.signer is None:
        yield "no-certificate"
        return
    roots = _roots(token.roots)
    certificate = x509.load_der_x509_certificate(said.signer)
    yield from _of_signer(token.authority, said, certificate)
    yield from _of_binding(said, roots)
    yield from _of_purpose(certificate)
    yield from _of_chain(strict, data, roots, said)


def _roots(pem: bytes) -> tuple[x509.Certificate, ...]:
    try:
        return tuple(x509.load_pem_x509_certificates(pem))
    except ValueError:
        return ()


def _of_subject(token: Token, data: bytes, said: Statement) -> Iterator[str]:
    """Compare imprint, nonce and policy with what was asked."""
    if (
        said.algorithm not in replies.IMPRINTS
        or hashlib.new(said.algorithm, data).digest() != said.imprint
    ):
        yield "wrong-imprint"
    if token.request:
        asked = tsp.TimeStampReq.load(token.request, strict=True)
        imprint = asked["message_imprint"]
        if (
            imprint["hash_algorithm"]["algorithm"].native,
            imprint["hashed_message"].native,
        ) != (said.algorithm, said.imprint):
            yield "wrong-imprint"
        if asked["nonce"].native is not None and asked["nonce"].native != said.nonce:
            yield "wrong-nonce"
        if asked["req_policy"].native is not None and asked["req_policy"].dotted != said.policy:
            yield "wrong-policy"
    if token.authority.policy not in (None, said.policy):
        yield "wrong-policy"


def _of_signer(
    authority: StampAuthority, said: Statement, certificate: x509.Certificate
) -> Iterator[str]:
    if authority.name is not None and not _is_named(certificate.subject, authority.name):
        yield "wrong-signer"
    if said.tsa is None:
        return
    assert said.signer is not None
    own = asn1.Certificate.load(said.signer)
    alternative = own.subject_alt_name_value or ()
    names = [own.subject, *(each.chosen for each in alternative if each.name == "directory_name")]
    if said.tsa not in names:
        yield "wrong-signer"


def _is_named(subject: x509.Name, name: str) -> bool:
    try:
        return x509.Name.from_rfc4514_string(name) == subject
    except ValueError:
        return name == subject.rfc4514_string()


def _of_binding(said: Statement, roots: Sequence[x509.Certificate]) -> Iterator[str]:
    """Check that the signature names its certificate: each attribute first this, then only others of its chain.

    Without it, a signature could be passed off as made with another certificate of the same key.
    """
    chain = [*said.certificates, *(root.public_bytes(Encoding.DER) for root in roots)]
    assert said.signer is not None
    bound = [
        bool(names)
        and names[0].fits(said.signer)
        and all(any(name.fits(one) for one in chain) for name in names[1:])
        for names in said.names
    ]
    if not bound or not all(bound):
        yield "unbound"


def _of_purpose(certificate: x509.Certificate) -> Iterator[str]:
    extensions = certificate.extensions
    try:
        usage = extensions.get_extension_for_class(x509.ExtendedKeyUsage)
        stamps_only = usage.critical and list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING]
    except x509.ExtensionNotFound:
        stamps_only = False
    try:
        basic = extensions.get_extension_for_class(x509.BasicConstraints).value
        is_authority = basic.ca
    except x509.ExtensionNotFound:
        is_authority = False
    if not stamps_only or is_authority:
        yield "wrong-purpose"


def _of_chain(
    strict: bytes, data: bytes, roots: Sequence[x509.Certificate], said: Statement
) -> Iterator[str]:
    """Let rfc3161-client check signature and chain as of the token's own time."""
    if not roots:
        yield "no-roots"
        return
    builder = rfc3161_client.VerifierBuilder()
    for root in dict.fromkeys(roots):
        builder = builder.add_root_certificate(root)
    response = rfc3161_client.decode_timestamp_response(strict)
    try:
        builder.build().verify(response, said.imprint)
    except rfc3161_client.VerificationError as error:
        yield _word(str(error))


def _word(text: str) -> str:
    if "certificate verify error" not in text:
        return "bad-signature" if "pkcs7" in text else "wrong-purpose"
    if "has expired" in text or "not yet valid" in text:
        return "expired"
    return "wrong-purpose" if "certificate purpose" in text else "untrusted"


def _of_time(when: datetime, now: datetime, not_before: datetime | None) -> Iterator[str]:
    if when > now + SKEW:
        yield "future-time"
    if not_before is not None and when < not_before - SKEW:
        yield "early-time"
