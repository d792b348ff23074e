"""The signed wrapping of a seal document.

Authority:
    DSSE, the Dead Simple Signing Envelope, protocol version 1: what is signed is the
    pre-authentication encoding of type and payload, so no canonical form of the envelope is needed
    to check a signature.
"""

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from breachbook.canonical import canonical
from breachbook.custody import Status
from breachbook.seal.keys import key_id

PAYLOAD_TYPE = "application/vnd.breachbook.seal+json"


@dataclass(frozen=True, slots=True)
class Envelope:
    """A payload, its type, and signatures as (key id, signature) pairs."""

    payload: bytes
    payload_type: str
    signatures: tuple[tuple[str, bytes], ...]


def pre_authentication(payload_type: str, payload: bytes) -> bytes:
    """Give the bytes that are signed: ``DSSEv1 <length> <type> <length> <payload>``."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def wrap(payload: bytes, key: Ed25519PrivateKey | None) -> bytes:
    """Write an envelope as canonical JSON; without a key its list of signatures is empty."""
    signed = [] if key is None else [_signature(payload, key)]
    text = base64.b64encode(payload).decode()
    return canonical({"payload": text, "payloadType": PAYLOAD_TYPE, "signatures": signed}) + b"\n"


def unwrap(data: bytes) -> Envelope:
    """Read an envelope.

    Raises:
        ValueError: It is not byte for byte what `wrap` writes for its content.
    """
    try:
        value = json.loads(data)
        envelope = Envelope(
            base64.b64decode(value["payload"], validate=True),
            str(value["payloadType"]),
            tuple(
                (str(one["keyid"]), base64.b64decode(one["sig"], validate=True))
                for one in value["signatures"]
            ),
        )
    except (KeyError, TypeError, binascii.Error, UnicodeDecodeError) as error:
        raise ValueError("not a signing envelope") from error
    rows = [_row(name, signature) for name, signature in envelope.signatures]
    again = {
        "payload": base64.b64encode(envelope.payload).decode(),
        "payloadType": envelope.payload_type,
        "signatures": rows,
    }
    if canonical(again) + b"\n" != data:
        raise ValueError("not in canonical form")
    return envelope


def check(envelope: Envelope, keys: Iterable[Ed25519PublicKey]) -> tuple[Status, str]:
    """Judge the signatures of an envelope against the keys that are trusted."""
    trusted = {key_id(key): key for key in keys}
    if not trusted:
        return "not-checked", "no public key was given"
    if not envelope.signatures:
        return "invalid", "the seal is not signed, and a signature was expected"
    signed = pre_authentication(envelope.payload_type, envelope.payload)
    for name, signature in envelope.signatures:
        if name not in trusted:
            return "invalid", f"signed with the key {name[:16]}, which is not one of those given"
        try:
            trusted[name].verify(signature, signed)
        except InvalidSignature:
            return "invalid", f"the signature with the key {name[:16]} does not match"
    return (
        "valid",
        f"signed with the key {', '.join(name[:16] for name, _ in envelope.signatures)}",
    )


def _signature(payload: bytes, key: Ed25519PrivateKey) -> dict[str, str]:
    return _row(key_id(key), key.sign(pre_authentication(PAYLOAD_TYPE, payload)))


def _row(name: str, signature: bytes) -> dict[str, str]:
    return {"keyid": name, "sig": base64.b64encode(signature).decode()}
