"""The Ed25519 key that signs seals: made once, kept where only its owner can read it."""

import hashlib
import os
import secrets
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from breachbook.durable import sync_folder, write_all
from breachbook.errors import CustodyError, VerificationError


def own_key(path: Path) -> Ed25519PrivateKey:
    """Load the key in a file, making key and file (mode 0600, PKCS #8 PEM) when there is none.

    Raises:
        CustodyError: Others can read the file, it holds no such key, or it cannot be read or
            written.
    """
    try:
        if not path.exists():
            _create(path)
        return _load(path)
    except OSError as error:
        raise CustodyError(
            f"{path}: {error.strerror}; the signing key is needed to seal"
        ) from error


def known_key(path: Path) -> Ed25519PublicKey | None:
    """Give the public half of the key in a file; None where there is no file, and none is made.

    Raises:
        CustodyError: The file cannot be used.
    """
    return own_key(path).public_key() if path.is_file() else None


def public_pem(key: Ed25519PrivateKey | Ed25519PublicKey) -> bytes:
    """Give the public key as PEM, as `openssl pkeyutl -pubin` reads it."""
    public = key.public_key() if isinstance(key, Ed25519PrivateKey) else key
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def public_key(pem: bytes) -> Ed25519PublicKey:
    """Read a public key that `public_pem` wrote.

    Raises:
        VerificationError: It is not an Ed25519 public key in PEM.
    """
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise VerificationError("public key: not PEM; allowed: an Ed25519 public key") from error
    if not isinstance(key, Ed25519PublicKey):
        raise VerificationError("public key: another kind of key; allowed: an Ed25519 public key")
    return key


def key_id(key: Ed25519PrivateKey | Ed25519PublicKey) -> str:
    """Name a key: SHA-256, 64 hex, of its SubjectPublicKeyInfo in DER."""
    public = key.public_key() if isinstance(key, Ed25519PrivateKey) else key
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def _create(path: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    staged = path.with_name(f".{path.name}.{secrets.token_hex(8)}.new")
    descriptor = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        write_all(descriptor, pem)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        path.hardlink_to(staged)  # unlike a rename, it never replaces the key another process made
    except FileExistsError:
        return
    finally:
        staged.unlink()
    sync_folder(path.parent)


def _load(path: Path) -> Ed25519PrivateKey:
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        raise CustodyError(
            f"{path}: mode {mode:o} lets others read the signing key; allowed: 600; "
            "if nobody did, run chmod 600, otherwise move it away and a new one is made"
        )
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise CustodyError(
            f"{path}: not an unencrypted private key in PEM; restore it from a copy"
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise CustodyError(f"{path}: another kind of private key; allowed: Ed25519")
    return key
