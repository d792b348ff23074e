"""Secret addresses of feeds: whoever holds the token reads; only its SHA-256 is kept, in ``feeds.json``."""

import fcntl
import hmac
import json
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from breachbook import durable
from breachbook.canonical import sha256
from breachbook.errors import StoreError, UsageError
from breachbook.events import stamp

FILE = "feeds.json"
_FORMAT = 1
_SECRET_BYTES = 32
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Subject:
    """What a feed is of: one matter, or one person.

    Attributes:
        matter: Matter id, or None.
        person: Person who keeps the deadlines, or None.
        everything: For a person: every deadline they may see, whoever keeps it.
    """

    matter: str | None = None
    person: str | None = None
    everything: bool = False

    def __str__(self) -> str:
        if self.matter is not None:
            return self.matter
        return f"{'all deadlines seen by' if self.everything else 'deadlines of'} {self.person}"


@dataclass(frozen=True, slots=True)
class Address:
    """One secret address.

    Attributes:
        id: ``C1``, ``C2`` ... within the workspace.
        sha256: Of the token.
        subject: What it shows.
        reader: Person who made it; it shows what they may see at the time of each read.
        method: How they were identified.
        made_at: When, as an event's ``at``.
        revoked_at: When it was revoked, or None.
        revoked_by: By whom; None while it stands, or where the file system alone decided.
    """

    id: str
    sha256: str
    subject: Subject
    reader: str
    method: str
    made_at: str
    revoked_at: str | None = None
    revoked_by: str | None = None


class Addresses:
    """The addresses of one workspace."""

    def __init__(self, root: Path) -> None:
        self._path = root / FILE
        self._lock = root / "run" / "feeds.lock"

    def all(self) -> tuple[Address, ...]:
        """Give every address, oldest first, revoked ones too.

        Raises:
            StoreError: The file is not what was written; nobody is let in by it.
        """
        try:
            kept = json.loads(self._path.read_bytes())
            if kept["v"] != _FORMAT:
                raise ValueError(f"format {kept['v']}")
            rows = kept["addresses"]
            return tuple(Address(**{**row, "subject": Subject(**row["subject"])}) for row in rows)
        except FileNotFoundError:
            return ()
        except (ValueError, KeyError, TypeError) as error:
            raise StoreError(
                f"{FILE}: cannot be read as it was written; remove it and make the addresses anew"
            ) from error

    def find(self, token: str) -> Address | None:
        """Find the address of a token; None when there is none or it was revoked.

        Every digest is compared to its end, so that the time taken tells nothing of a near miss.
        """
        if not _TOKEN.fullmatch(token):
            return None
        digest, found = sha256(token.encode()), None
        for address in self.all():
            if hmac.compare_digest(address.sha256, digest):
                found = address
        return found if found is not None and found.revoked_at is None else None

    def make(self, subject: Subject, reader: str, method: str, now: datetime) -> tuple[str, str]:
        """Make an address; give its id and its token, which is not kept and cannot be shown again."""
        token = secrets.token_urlsafe(_SECRET_BYTES)
        with self._held():
            known = self.all()
            id = f"C{len(known) + 1}"
            made = Address(id, sha256(token.encode()), subject, reader, method, stamp(now))
            self._write((*known, made))
        return id, token

    def revoke(self, id: str, by: str | None, now: datetime) -> None:
        """Let an address show nothing any more; one that was revoked already stays as it is.

        Raises:
            UsageError: There is none of that id.
        """
        with self._held():
            known = {address.id: address for address in self.all()}
            if id not in known:
                raise UsageError(f"got the address {id[:60]!r}; allowed: {', '.join(known)}")
            if known[id].revoked_at is None:
                known[id] = replace(known[id], revoked_at=stamp(now), revoked_by=by)
                self._write(tuple(known.values()))

    def _write(self, addresses: tuple[Address, ...]) -> None:
        kept = {"v": _FORMAT, "addresses": [asdict(address) for address in addresses]}
        durable.replace(self._path, json.dumps(kept, indent=1).encode())

    @contextmanager
    def _held(self) -> Iterator[None]:
        self._lock.parent.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)
