"""Keys and certificates of the trial authority: made once for a workspace, and kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from breachbook.durable import replace
from breachbook.stamp_authorities import TRIAL_ROOT

_LIVES = timedelta(days=20 * 365)
_KEY, _SIGNER = "signer-key.pem", "signer.pem"


@dataclass(frozen=True)
class Keys:
    """What the trial authority signs with, and what its tokens are trusted by."""

    key: EllipticCurvePrivateKey
    signer: x509.Certificate
    root: x509.Certificate


def keys(folder: Path, now: datetime) -> Keys:
    """Give the keys kept in a folder, and make them if there are none; the root's key is thrown away.

    Args:
        now: Aware; the certificates are valid from the day before.
    """
    if not (folder / _SIGNER).exists():
        _make(folder, now)
    key = load_pem_private_key((folder / _KEY).read_bytes(), None)
    assert isinstance(key, EllipticCurvePrivateKey)
    signer, root = (
        x509.load_pem_x509_certificate((folder / name).read_bytes())
        for name in (_SIGNER, TRIAL_ROOT)
    )
    return Keys(key, signer, root)


def _make(folder: Path, now: datetime) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    roots, own = generate_private_key(SECP256R1()), generate_private_key(SECP256R1())
    root = _builder("trial root, worthless as proof", "trial root, worthless as proof", now)
    root = root.public_key(roots.public_key())
    root = root.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    root = root.add_extension(_usage(signs_certificates=True), critical=True)
    signer = _builder(
        "trial time-stamps, worthless as proof", "trial root, worthless as proof", now
    )
    signer = signer.public_key(own.public_key())
    signer = signer.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    signer = signer.add_extension(_usage(signs_certificates=False), critical=True)
    stamps = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    signer = signer.add_extension(stamps, critical=True)
    pem = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    replace(folder / _KEY, pem)
    for name, made in ((TRIAL_ROOT, root), (_SIGNER, signer)):
        certificate = made.sign(roots, hashes.SHA256())
        replace(folder / name, certificate.public_bytes(Encoding.PEM))


def _builder(subject: str, issuer: str, now: datetime) -> x509.CertificateBuilder:
    return x509.CertificateBuilder(
        issuer_name=_name(issuer),
        subject_name=_name(subject),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - timedelta(days=1),
        not_valid_after=now + _LIVES,
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
