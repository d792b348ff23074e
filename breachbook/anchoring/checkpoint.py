"""The text of a checkpoint: what a journal was at one moment, signed so that it is checked far from us.

A signed note: text lines, an empty line, and one signature line ``- NAME BASE64`` with a long dash, where BASE64
holds 4 bytes naming the key and the 64 bytes of an Ed25519 signature over the text with its last newline.

Authority: C2SP signed-note and tlog-checkpoint, v1; what follows the root are extension lines of ours.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from breachbook.errors import VerificationError

MAX_BYTES = 4096
_ED25519 = b"\x01"
_TEXT = re.compile(
    r"breachbook/(?P<matter>LEAK-[0-9]{4}-[0-9]{4,6})\n"
    r"(?P<size>[1-9][0-9]{0,14})\n"
    r"(?P<root>[A-Za-z0-9+/]{43}=)\n"
    r"head (?P<head>[0-9a-f]{64})\n"
    r"nonce (?P<nonce>[0-9a-f]{64})\n"
    r"time (?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z)\n",
    re.ASCII,
)
_SIGNATURE = re.compile(r"— (?P<name>[^ +\n]+) (?P<signature>[A-Za-z0-9+/]+=*)\n")


@dataclass(frozen=True, slots=True)
class Note:
    """What a checkpoint says.

    Attributes:
        size: Number of the journal's lines it covers.
        root: Merkle root over them, 32 bytes.
        head: Hash of the last of them.
        nonce: 64 hex digits that nobody can guess, so that the digest of a checkpoint tells nothing of the matter.
        time: RFC 3339, UTC, by the clock of this machine.
    """

    matter: str
    size: int
    root: bytes
    head: str
    nonce: str
    time: str

    @property
    def origin(self) -> str:
        """Name the journal, and the key that signs for it."""
        return f"breachbook/{self.matter}"

    def text(self) -> bytes:
        """Give the bytes that are signed."""
        root = base64.b64encode(self.root).decode()
        lines = (
            self.origin, str(self.size), root,
            f"head {self.head}", f"nonce {self.nonce}", f"time {self.time}",
        )  # fmt: skip
        return "".join(f"{line}\n" for line in lines).encode()


def sign_note(note: Note, key: Ed25519PrivateKey) -> bytes:
    """Give a checkpoint with its signature, as it is kept and handed out."""
    signature = _key_hash(note.origin, key.public_key()) + key.sign(note.text())
    return note.text() + f"\n— {note.origin} {base64.b64encode(signature).decode()}\n".encode()


def split_note(data: bytes) -> tuple[Note, bytes, bytes]:
    """Read a checkpoint without checking who signed it: what it says, the key's 4 bytes, and the signature.

    Raises:
        VerificationError: It is not, byte for byte, a checkpoint as `sign_note` writes it.
    """
    try:
        text, _, last = data.decode().rpartition("\n\n")
        said, signed = _TEXT.fullmatch(f"{text}\n"), _SIGNATURE.fullmatch(last)
        if len(data) > MAX_BYTES or said is None or signed is None:
            raise ValueError("not a checkpoint")
        root = base64.b64decode(said["root"], validate=True)
        raw = base64.b64decode(signed["signature"], validate=True)
    except (ValueError, binascii.Error) as error:
        raise VerificationError("is no checkpoint of a journal, or was damaged") from error
    note = Note(said["matter"], int(said["size"]), root, said["head"], said["nonce"], said["time"])
    exact = f"\n— {note.origin} {base64.b64encode(raw).decode()}\n".encode()
    if len(raw) != 68 or note.text() + exact != data:
        raise VerificationError("is no checkpoint of a journal, or was damaged")
    return note, raw[:4], raw[4:]


def read_note(data: bytes, key: Ed25519PublicKey) -> Note:
    """Read a checkpoint and check its signature.

    Raises:
        VerificationError: It is no checkpoint, or was not signed by this key.
    """
    note, named, signature = split_note(data)
    try:
        key.verify(signature, note.text())
    except InvalidSignature:
        named = b""
    if named != _key_hash(note.origin, key):
        raise VerificationError("was not signed with the log key of this workspace")
    return note


def _key_hash(name: str, key: Ed25519PublicKey) -> bytes:
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + raw).digest()[:4]
