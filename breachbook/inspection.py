"""Verifies the exhibits of one matter by all that its workspace knows: key, journal, seals before, time-stamps."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from breachbook import layout
from breachbook.canonical import sha256
from breachbook.custody import LAYERS, Progress, Report
from breachbook.errors import StoreError
from breachbook.events import Event
from breachbook.exhibit_book import Exhibit
from breachbook.matter import Matter
from breachbook.seal import known_key, seal_path, verify
from breachbook.store import Store
from breachbook.workspace import Workspace

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from breachbook.timestamp import Token

# Authorities have this long to stamp a new seal before its lack counts against the exhibit.
PATIENCE = timedelta(hours=1)


class Inspector:
    """What a workspace knows of one matter's exhibits.

    Args:
        workspace: Its key, its authorities and its clock.
        folder: The matter's folder.
        matter: As its journal has it.
        events: The whole journal.
    """

    def __init__(
        self, workspace: Workspace, folder: Path, matter: Matter, events: Iterable[Event]
    ) -> None:
        self._workspace = workspace
        self._folder = folder
        self._matter = matter
        self._heads = heads(events)

    @cached_property
    def keys(self) -> "list[Ed25519PublicKey]":
        """Give the workspace's public key; none when its file is not there, and none is made.

        Raises:
            CustodyError: The file cannot be used.
        """
        key = known_key(self._workspace.root / layout.SEAL_KEY)
        return [key] if key else []

    def verify(
        self,
        exhibit: Exhibit,
        *,
        times: bool = True,
        progress: Callable[[Progress], None] | None = None,
    ) -> Report:
        """Verify an exhibit that was not destroyed, in every layer.

        Args:
            times: Compare modification times and modes too.
            progress: Told a few times a second.

        Raises:
            VerificationError: It is not there.
            CustodyError: The workspace's key cannot be used.
            ContentError: breachbook.toml cannot be read, and there are time-stamps to judge by it.
        """
        return verify(
            self._folder / "exhibits" / exhibit.id,
            public_keys=self.keys,
            expected_seal_sha256=exhibit.seal_sha256,
            heads=self._heads,
            tokens=self.tokens(exhibit),
            now=self._workspace.now(),
            metadata=times,
            workers=self._workspace.config.evidence.workers,
            progress=progress,
        )

    def tokens(self, exhibit: Exhibit) -> "list[Token]":
        """Read an exhibit's time-stamps back; one that the store lost comes as nothing, which is a fault."""
        stamps = self._matter.evidence.stamps_of(exhibit.id)
        if not stamps:
            return []
        from breachbook.timestamp import Token, keeping
        from breachbook.workspace_files import StampAuthority

        found = []
        for one in stamps:
            try:
                token = keeping.kept(self._workspace, Store(self._folder / "store"), one)
            except StoreError:
                unknown = StampAuthority.model_construct(
                    id=one.authority, legal_class=one.legal_class, policy=None, name=None
                )
                token = Token(unknown, b"", b"", b"")
            found.append(token)
        return found

    def required(self, exhibit: Exhibit) -> frozenset[str]:
        """Name the layers that must have been checked: all, but time-stamps that cannot be there yet."""
        authorities = self._workspace.config.evidence.authorities
        proving = any(not one.is_trial for one in authorities)
        new = self._workspace.now() - exhibit.sealed_at < PATIENCE
        return frozenset(LAYERS) - ({"time-stamps"} if new or not proving else set())

    def after_destruction(self, exhibit: Exhibit) -> list[str]:
        """Find what is wrong with what stays of a destroyed exhibit: its seal file."""
        path = seal_path(self._folder / "exhibits" / exhibit.id)
        try:
            whole = sha256(path.read_bytes()) == exhibit.seal_sha256
        except OSError:
            return [f"{path.name} is missing; it stays when an exhibit is destroyed"]
        return [] if whole else [f"{path.name} is not the seal in the journal"]


def heads(events: Iterable[Event]) -> Mapping[str, str | None]:
    """Give for the hash of each journal line the digest of the newest seal by then, None before the first.

    A seal names the journal's head and the seal before it: so each exhibit pins those before it, and none
    can be taken out of a matter unseen.
    """
    newest: str | None = None
    found: dict[str, str | None] = {}
    for event in events:
        if event.kind == "exhibit.sealed":
            newest = str(event.data["seal_sha256"])
        found[event.hash] = newest
    return found
