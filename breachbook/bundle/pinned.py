"""What stands beside the bags: seals, the bytes that were signed, signatures, keys, time-stamps, checkpoints.

Everything is laid out so that `openssl` and `sha256sum` take it as it is.
"""

from collections.abc import Iterator

from breachbook import layout
from breachbook.anchoring.checkpoint import split_note
from breachbook.bundle.material import Material
from breachbook.errors import VerificationError
from breachbook.exhibit_book import TimeStamp
from breachbook.seal import own_key, public_pem, seal_path
from breachbook.seal.envelope import pre_authentication, unwrap

SEAL_KEY, LOG_KEY = "keys/seal.pem", "keys/log.pem"


def pinned(material: Material) -> dict[str, bytes]:
    """Write everything that pins the exhibits and the journal, by path in the bundle.

    Raises:
        VerificationError: A seal or a checkpoint is not what Breachbook writes.
        StoreError: A time-stamp or a checkpoint that the journal names is not kept.
    """
    files = {SEAL_KEY: public_pem(own_key(material.workspace.root / layout.SEAL_KEY))}
    for exhibit in material.exhibits:
        files |= _seal(material, exhibit)
        files |= _stamps(material, exhibit, f"exhibits/{exhibit}.stamps")
    if material.anchors:
        files[LOG_KEY] = public_pem(own_key(material.workspace.root / layout.LOG_KEY))
    for anchor in material.anchors:
        note = material.file.store.get(anchor.checkpoint)
        said, _, signature = split_note(note)
        name = f"anchors/{anchor.id}"
        files |= {f"{name}.note": note, f"{name}.text": said.text(), f"{name}.sig": signature}
        files |= _stamps(material, anchor.id, f"anchors/{anchor.id}.stamps")
    return files


def _seal(material: Material, exhibit: str) -> dict[str, bytes]:
    data = seal_path(material.bag(exhibit)).read_bytes()
    try:
        envelope = unwrap(data)
        signature = envelope.signatures[0][1]
    except (ValueError, IndexError) as error:
        raise VerificationError(f"{exhibit}: its seal is not a signed one: {error}") from error
    name = f"exhibits/{exhibit}.seal"
    return {
        f"{name}.json": data,
        f"{name}.pae": pre_authentication(envelope.payload_type, envelope.payload),
        f"{name}.sig": signature,
    }


def _stamps(material: Material, about: str, folder: str) -> dict[str, bytes]:
    """Lay out the newest token of each authority; the certificates are no trust of themselves."""
    newest = {stamp.authority: stamp for stamp in material.matter.evidence.stamps_of(about)}
    return {
        f"{folder}/{stamp.authority}.{ending}": material.file.store.get(digest)
        for stamp in newest.values()
        for ending, digest in _parts(stamp)
    }


def _parts(stamp: TimeStamp) -> Iterator[tuple[str, str]]:
    yield from (("tsq", stamp.request), ("tsr", stamp.reply))
    if stamp.chain:
        yield "pem", stamp.chain
