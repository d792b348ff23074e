"""The seal: one small document that pins a bag, its circumstances and its place in the journal."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from breachbook import __version__
from breachbook.build import build_sha256
from breachbook.clock import now as machine_clock
from breachbook.events import stamp
from breachbook.seal.tag_files import TagFile

FORMAT = 1
TYPE = "breachbook-seal"


def compose(
    exhibit: str,
    *,
    tags: Mapping[str, TagFile],
    tag_manifest: str,
    algorithm: str,
    counts: Mapping[str, int],
    findings: Mapping[str, int],
    record_sha256: str,
    journal_head: str,
    previous_seal: str | None,
    sealed_at: datetime,
) -> dict[str, Any]:
    """Compose a seal document.

    A fresh 256-bit nonce makes it unguessable, so its digest can go to a time-stamper or a chat
    channel without confirming anything to somebody who guesses what the exhibit holds.

    Args:
        exhibit: Its id.
        tags: Every tag file by its path in the bag, the tag manifest included.
        tag_manifest: Path of the tag manifest.
        algorithm: The one algorithm of all manifests.
        counts: ``files``, ``folders``, ``others`` and ``bytes`` of what was found and preserved.
        findings: Finding code to how often.
        record_sha256: Digest of the caller's record as canonical JSON.
        journal_head: Hash of the matter's last event when the work began.
        previous_seal: Digest of the seal file before this one, or None.
        sealed_at: Aware time of sealing.
    """
    return {
        "v": FORMAT,
        "type": TYPE,
        "exhibit": exhibit,
        "nonce": secrets.token_hex(32),
        "sealed_at": stamp(sealed_at),
        "clock": {"synced": machine_clock()[1]["synced"]},
        "algorithms": [algorithm],
        "tag_manifest": {"name": tag_manifest, "sha256": tags[tag_manifest].sha256},
        "tag_files": [
            {"name": name, "sha256": one.sha256, "bytes": one.size}
            for name, one in sorted(tags.items())
        ],
        "counts": dict(counts),
        "findings": dict(findings),
        "record_sha256": record_sha256,
        "journal_head": journal_head,
        "previous_seal": previous_seal,
        "tool": tool(),
    }


def tool() -> dict[str, str]:
    """Name what seals: program, version, and a digest over every line of its code."""
    return {"name": "breachbook", "version": __version__, "build_sha256": build_sha256()}
