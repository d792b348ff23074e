"""Judges the seal of an exhibit: against the bag, against trusted keys, against the journal."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from breachbook.canonical import canonical, sha256
from breachbook.seal import document
from breachbook.seal.bag import RECORD
from breachbook.seal.envelope import PAYLOAD_TYPE, check, unwrap
from breachbook.seal.findings import Verdicts
from breachbook.seal.names import shown
from breachbook.seal.staging import seal_path
from breachbook.seal.tag_reading import Tag
from breachbook.store import read_regular

_LARGEST_SEAL = 16 << 20


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a seal from elsewhere.

    Attributes:
        keys: Keys whose signature is trusted; without any the signature is not checked.
        seal_sha256: What the journal says of the seal file, or None.
        heads: Hash of each journal line to the digest of the seal that was the newest then, None
            before the first; None when there is no journal to compare with.
    """

    keys: Sequence[Ed25519PublicKey] = ()
    seal_sha256: str | None = None
    heads: Mapping[str, str | None] | None = None


def check_seal(
    bag: Path, tags: Mapping[str, Tag], verdicts: Verdicts, known: Known
) -> tuple[bytes, datetime] | None:
    """Judge the layers seal, signature and journal.

    Args:
        bag: The bag's folder.
        tags: Every file outside ``data/``, read to its end.
        verdicts: Takes the findings.
        known: What is known of the seal.

    Returns:
        The seal file and when it says it was made, or None if there is none that can be read.
    """
    path = seal_path(bag)
    try:
        data = read_regular(path, _LARGEST_SEAL)
    except OSError as error:
        _without_seal(path.name, error.strerror or str(error), verdicts, known, RECORD in tags)
        return None
    try:
        envelope = unwrap(data)
        stated = json.loads(envelope.payload)
        if envelope.payload_type != PAYLOAD_TYPE or canonical(stated) != envelope.payload:
            raise ValueError("not a seal document in canonical form")
        _compare(path.name, bag.name, stated, tags, verdicts)
        _check_journal(path.name, data, stated, verdicts, known)
        sealed_at = datetime.fromisoformat(str(stated["sealed_at"]))
        if sealed_at.tzinfo is None:
            raise ValueError("a time without its zone")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        verdicts.found("seal", "malformed", path.name, str(error))
        _check_pinned(path.name, data, verdicts, known)
        return None
    verdicts.state("seal", "valid", f"sealed {stated['sealed_at']}, every digest in it matches")
    status, reason = check(envelope, known.keys)
    verdicts.state("signature", status, reason)
    if status == "invalid":
        verdicts.found("signature", "disagrees", path.name, reason)
    return data, sealed_at


def _without_seal(
    name: str,
    reason: str,
    verdicts: Verdicts,
    known: Known,
    own: bool,
) -> None:
    """A bag of somebody else's has no seal; one of ours that has none lost it."""
    if own or known.keys or known.seal_sha256:
        verdicts.found("seal", "missing", name, reason.lower())
    for layer in ("seal", "signature", "journal", "time-stamps"):
        verdicts.state(layer, "not-checked", f"there is no seal {name}")
    if known.seal_sha256:
        verdicts.found("journal", "missing", name, "the journal names a seal")


def _check_pinned(name: str, data: bytes, verdicts: Verdicts, known: Known) -> None:
    if known.seal_sha256 is None:
        verdicts.state("journal", "not-checked", "no digest from a journal was given")
        return
    if sha256(data) != known.seal_sha256:
        verdicts.found("journal", "changed", name, f"the journal says {known.seal_sha256[:16]}")
    reason = f"the seal is the one the journal names, {known.seal_sha256[:16]}"
    verdicts.state("journal", "valid", reason)


def _check_journal(
    name: str, data: bytes, stated: Mapping[str, Any], verdicts: Verdicts, known: Known
) -> None:
    """Compare the seal with the journal, and its place in the chain of seals."""
    _check_pinned(name, data, verdicts, known)
    if known.heads is None:
        return
    if stated["journal_head"] not in known.heads:
        verdicts.found("journal", "disagrees", name, "names no line of this journal")
    elif stated["previous_seal"] != known.heads[stated["journal_head"]]:
        detail = "names another seal before it than the journal does"
        verdicts.found("journal", "disagrees", name, detail)


def _compare(
    name: str,
    exhibit: str,
    stated: Mapping[str, Any],
    tags: Mapping[str, Tag],
    verdicts: Verdicts,
) -> None:
    """Compare every statement of the seal with the bag."""

    def differs(code: str, path: str, detail: str = "") -> None:
        verdicts.found("seal", code, shown(path), detail)

    if stated["type"] != document.TYPE or stated["v"] != document.FORMAT:
        raise ValueError(f"a document of type {stated['type']}, version {stated['v']}")
    if stated["exhibit"] != exhibit:
        differs("disagrees", name, f"is the seal of {stated['exhibit']}")
    sealed = {one["name"]: one for one in stated["tag_files"]}
    for path in sealed.keys() - tags.keys():
        differs("missing", path, "named in the seal")
    for path in tags.keys() - sealed.keys():
        differs("extra", path, "not named in the seal")
    for path in sealed.keys() & tags.keys():
        if (
            tags[path].digest("sha256") != sealed[path]["sha256"]
            or tags[path].size != sealed[path]["bytes"]
        ):
            differs("changed", path, "differs from the seal")
    if stated["tag_manifest"] != {
        key: sealed[stated["tag_manifest"]["name"]][key] for key in ("name", "sha256")
    }:
        differs("disagrees", name, "on the tag manifest")
    for algorithm in stated["algorithms"]:
        for kind in ("manifest", "tagmanifest"):
            if f"{kind}-{algorithm}.txt" not in tags:
                differs("missing", f"{kind}-{algorithm}.txt", "named in the seal")
    _compare_record(name, stated, tags, differs)


def _compare_record(
    name: str, stated: Mapping[str, Any], tags: Mapping[str, Tag], differs: Any
) -> None:
    record = json.loads(tags[RECORD].data if RECORD in tags else b"{}")
    if sha256(canonical(record["record"])) != stated["record_sha256"]:
        differs("disagrees", name, f"with {RECORD} on the record")
    if record["counts"] != stated["counts"]:
        differs("disagrees", name, f"with {RECORD} on the counts")
