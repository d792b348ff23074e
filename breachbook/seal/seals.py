"""Judges the seal of an exhibit: against the bag, against trusted keys, against the journal."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from breachbook.canonical import canonical, sha256
from breachbook.seal import document
from breachbook.seal.bag import RECORD, is_manifest, is_tag_manifest
from breachbook.seal.envelope import PAYLOAD_TYPE, check, unwrap
from breachbook.seal.findings import Verdicts
from breachbook.seal.names import shown
from breachbook.seal.staging import seal_path


def check_seal(
    bag: Path,
    tags: Mapping[str, bytes],
    verdicts: Verdicts,
    keys: Sequence[Ed25519PublicKey],
    expected: str | None,
) -> None:
    """Judge the layers seal, signature and journal.

    Args:
        bag: The bag's folder.
        tags: Content of every file outside ``data/``.
        verdicts: Takes the findings.
        keys: Trusted keys.
        expected: SHA-256 of the seal file by the journal, or None.
    """
    path = seal_path(bag)
    try:
        data = path.read_bytes()
    except OSError as error:
        _without_seal(
            path.name, error.strerror or "", verdicts, keys, expected, own=RECORD in tags
        )
        return
    _check_journal(path.name, data, verdicts, expected)
    try:
        envelope = unwrap(data)
        stated = json.loads(envelope.payload)
        if envelope.payload_type != PAYLOAD_TYPE or canonical(stated) != envelope.payload:
            raise ValueError("not a seal document in canonical form")
        _compare(path.name, bag.name, stated, tags, verdicts)
        sealed_at = str(stated["sealed_at"])
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        verdicts.found("seal", "malformed", path.name, str(error))
        return
    verdicts.state("seal", "valid", f"sealed {sealed_at}, every digest in it matches")
    status, reason = check(envelope, keys)
    verdicts.state("signature", status, reason)
    if status == "invalid":
        verdicts.found("signature", "disagrees", path.name, reason)


def _without_seal(
    name: str,
    reason: str,
    verdicts: Verdicts,
    keys: Sequence[Ed25519PublicKey],
    expected: str | None,
    own: bool,
) -> None:
    """A bag of somebody else's has no seal; one of ours that has none lost it."""
    if own or keys or expected:
        verdicts.found("seal", "missing", name, reason.lower())
    for layer in ("seal", "signature", "journal"):
        verdicts.state(layer, "not-checked", f"there is no seal {name}")
    if expected:
        verdicts.found("journal", "missing", name, "the journal names a seal")


def _check_journal(name: str, data: bytes, verdicts: Verdicts, expected: str | None) -> None:
    if expected is None:
        verdicts.state("journal", "not-checked", "no digest from a journal was given")
        return
    if sha256(data) != expected:
        verdicts.found("journal", "changed", name, f"the journal says {expected[:16]}")
    verdicts.state("journal", "valid", f"the seal is the one the journal names, {expected[:16]}")


def _compare(
    name: str,
    exhibit: str,
    stated: Mapping[str, Any],
    tags: Mapping[str, bytes],
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
            sha256(tags[path]) != sealed[path]["sha256"]
            or len(tags[path]) != sealed[path]["bytes"]
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
    used = {path for path in tags if is_manifest(path) or is_tag_manifest(path)}
    if len(used) != 2 * len(stated["algorithms"]):
        differs("disagrees", name, "on the algorithms used")
    _compare_record(name, stated, tags, differs)


def _compare_record(
    name: str, stated: Mapping[str, Any], tags: Mapping[str, bytes], differs: Any
) -> None:
    record = json.loads(tags.get(RECORD, b"{}"))
    if sha256(canonical(record["record"])) != stated["record_sha256"]:
        differs("disagrees", name, f"with {RECORD} on the record")
    if record["counts"] != stated["counts"]:
        differs("disagrees", name, f"with {RECORD} on the counts")
