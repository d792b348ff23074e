"""Tokens that matters keep: read back to be judged, and the certificates that are kept beside them."""

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from breachbook import stamp_authorities
from breachbook.exhibit_book import TimeStamp
from breachbook.store import Store
from breachbook.timestamp import reply as replies
from breachbook.timestamp.examination import Token
from breachbook.workspace import Workspace
from breachbook.workspace_files import TRIAL, StampAuthority


def kept(workspace: Workspace, store: Store, stamp: TimeStamp) -> Token:
    """Give a token that a matter keeps, to be judged by what breachbook.toml says of its authority now.

    The legal class is the one recorded when it came. An authority that is no longer configured has no roots.

    Raises:
        StoreError: Its bytes are not in the store.
        DamageError: They are not what the journal names.
    """
    row = stamp_authorities.configured(workspace).get(stamp.authority)
    if stamp.authority == TRIAL:
        row = stamp_authorities.trial("http://127.0.0.1/")
    roots = stamp_authorities.roots(workspace, row) if row is not None else b""
    given = {"id": stamp.authority, "url": "-", "roots": "-", "legal_class": stamp.legal_class}
    known = row.model_dump() if row is not None else {}
    authority = StampAuthority.model_validate(given | known | {"legal_class": stamp.legal_class})
    return Token(authority, roots, store.get(stamp.request), store.get(stamp.reply))


def chain(reply: bytes, roots: bytes) -> bytes:
    """Give the certificates a token embeds, and the roots it was judged by, as one PEM file.

    Raises:
        ValueError: Not a reply with a token, or no PEM file of roots.
    """
    statement, _ = replies.read(reply)
    embedded = [x509.load_der_x509_certificate(one) for one in statement.certificates]
    found = dict.fromkeys([*embedded, *x509.load_pem_x509_certificates(roots)])
    return b"".join(one.public_bytes(Encoding.PEM) for one in found)
