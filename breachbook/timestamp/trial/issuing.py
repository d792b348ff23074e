"""Answers requests for time-stamps as RFC 3161 has it: a token, or a rejection that says why."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from asn1crypto import algos, cms, core, tsp, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.serialization import Encoding

from breachbook.timestamp.reply import Response
from breachbook.timestamp.trial.keys import Keys

# An arc that RFC 5612 sets aside for examples.
POLICY = "1.3.6.1.4.1.32473.1"
_SIZES = {"sha256": 32, "sha384": 48, "sha512": 64}


class _RejectedError(Exception):
    """A request that is not granted, with the failure RFC 3161 has a name for."""


def answer(keys: Keys, request: bytes, now: datetime) -> bytes:
    """Give the reply to a request, in DER.

    Args:
        now: Aware; what the token will state.

    Authority:
        RFC 3161 section 2.4, RFC 5816 section 2.2.1 (ESSCertIDv2).
    """
    try:
        asked = _read(request)
    except _RejectedError as error:
        failed = {"status": "rejection", "fail_info": tsp.PKIFailureInfo({str(error)})}
        return bytes(Response({"status": failed}).dump())
    token = cms.ContentInfo({"content_type": "signed_data", "content": _signed(keys, asked, now)})
    granted = {"status": {"status": "granted"}, "time_stamp_token": token}
    return bytes(Response(granted).dump())


def _read(request: bytes) -> Any:
    try:
        asked = tsp.TimeStampReq.load(request, strict=True)
        imprint = asked["message_imprint"]
        algorithm = imprint["hash_algorithm"]["algorithm"].native
        size = len(imprint["hashed_message"].native)
        policy, extensions = asked["req_policy"].native, asked["extensions"].native
        version = asked["version"].native
        _ = asked["nonce"].native, asked["cert_req"].native
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise _RejectedError("bad_data_format") from error
    if version != "v1":
        raise _RejectedError("bad_request")
    if algorithm not in _SIZES:
        raise _RejectedError("bad_alg")
    if size != _SIZES[algorithm]:
        raise _RejectedError("bad_data_format")
    if policy is not None and asked["req_policy"].dotted != POLICY:
        raise _RejectedError("unaccepted_policy")
    if extensions:
        raise _RejectedError("unaccepted_extensions")
    return asked


def _signed(keys: Keys, asked: Any, now: datetime) -> cms.SignedData:
    content = _content(asked, now)
    signer = x509.Certificate.load(keys.signer.public_bytes(Encoding.DER))
    attributes = _attributes(signer.dump(), content)
    given: dict[str, Any] = {
        "version": "v3",
        "digest_algorithms": [algos.DigestAlgorithm({"algorithm": "sha256"})],
        "encap_content_info": {
            "content_type": "tst_info",
            "content": core.ParsableOctetString(content),
        },
        "signer_infos": [_signature(keys, signer, attributes)],
    }
    if asked["cert_req"].native:
        root = x509.Certificate.load(keys.root.public_bytes(Encoding.DER))
        # As DER sorts a set, which some who read tokens insist on.
        given["certificates"] = _set(sorted([signer, root], key=lambda one: bytes(one.dump())))
    return cms.SignedData(given)


def _set(certificates: Sequence[x509.Certificate]) -> cms.CertificateSet:
    return cms.CertificateSet(
        [cms.CertificateChoices("certificate", certificate) for certificate in certificates]
    )


def _content(asked: Any, now: datetime) -> bytes:
    info: dict[str, Any] = {
        "version": "v1",
        "policy": POLICY,
        "message_imprint": asked["message_imprint"],
        "serial_number": secrets.randbits(127) | 1,
        "gen_time": now.replace(microsecond=0),
        "accuracy": {"seconds": 1},
    }
    if asked["nonce"].native is not None:
        info["nonce"] = asked["nonce"]
    return bytes(tsp.TSTInfo(info).dump())


def _attributes(signer: bytes, content: bytes) -> cms.CMSAttributes:
    certificate = tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(signer).digest()})
    values = (
        ("content_type", "tst_info"),
        ("message_digest", hashlib.sha256(content).digest()),
        ("signing_certificate_v2", tsp.SigningCertificateV2({"certs": [certificate]})),
    )
    return cms.CMSAttributes(
        [cms.CMSAttribute({"type": kind, "values": [value]}) for kind, value in values]
    )


def _signature(
    keys: Keys, signer: x509.Certificate, attributes: cms.CMSAttributes
) -> cms.SignerInfo:
    by = {"issuer": signer.issuer, "serial_number": signer.serial_number}
    return cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier("issuer_and_serial_number", by),
            "digest_algorithm": {"algorithm": "sha256"},
            "signed_attrs": attributes,
            "signature_algorithm": {"algorithm": "sha256_ecdsa"},
            "signature": keys.key.sign(attributes.dump(), ECDSA(hashes.SHA256())),
        }
    )
