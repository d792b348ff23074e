"""Checks an exhibit layer by layer and names every file that is not as it was sealed."""

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from breachbook.canonical import sha256
from breachbook.custody import Finding, Progress, Report, Sealed
from breachbook.errors import CustodyError, VerificationError
from breachbook.seal import bag as bags
from breachbook.seal import entries as lines
from breachbook.seal.completeness import check_manifests, check_structure, check_tags
from breachbook.seal.copying import Row
from breachbook.seal.findings import Verdicts, counted
from breachbook.seal.hashing import hashing
from breachbook.seal.manifests import WEAK
from breachbook.seal.metadata import check_metadata
from breachbook.seal.names import shown
from breachbook.seal.opening import Opened, look
from breachbook.seal.seals import Known, check_seal
from breachbook.seal.staging import seal_path
from breachbook.seal.stamps import check_stamps

if TYPE_CHECKING:
    from breachbook.timestamp import Token


def verify(
    path: Path,
    *,
    public_keys: Sequence[Ed25519PublicKey] = (),
    expected_seal_sha256: str | None = None,
    heads: Mapping[str, str | None] | None = None,
    tokens: "Sequence[Token] | None" = None,
    now: datetime | None = None,
    metadata: bool = True,
    workers: int = 2,
    progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Verify an exhibit; changes nothing and repairs nothing.

    Args:
        path: The bag's folder; its seal stands beside it.
        public_keys: Keys whose signature is trusted; without any the signature is not checked.
        expected_seal_sha256: What the journal says of the seal file.
        heads: Hash of each journal line to the digest of the newest seal then, None before the first.
        tokens: Time-stamps of the seal; None when nobody looked for any, empty when there are none.
        now: Aware present, needed only with tokens: none can be from later.
        metadata: Compare modification times and modes too; a copy made by a tool that drops them
            is verified without.
        workers: Processes that hash.
        progress: Told a few times a second.

    Raises:
        VerificationError: The folder is not there or cannot be opened at all.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise VerificationError(
            f"{path}: {error.strerror}; name the folder of an exhibit"
        ) from error
    verdicts = Verdicts()
    known = Known(public_keys, expected_seal_sha256, heads)
    try:
        opened = look(descriptor, verdicts)
        own = bool(
            bags.RECORD in opened.tags
            or public_keys
            or expected_seal_sha256
            or os.path.lexists(seal_path(path))
        )
        sizes = {path: one.facts[6] for path, one in opened.files.items()}
        with hashing(
            sizes,
            descriptor,
            _algorithms(opened),
            workers=workers,
            phase="verifying",
            tell=progress,
        ) as rows:
            # The workers hash while the rest is judged.
            check_structure(opened, verdicts, own)
            check_manifests(opened, verdicts, own)
            check_tags(opened, verdicts, own)
            check_metadata(opened.entries, opened.tags, opened.manifests, verdicts, times=metadata)
            _check_payload(opened, rows, verdicts)
    finally:
        os.close(descriptor)
    if seal := check_seal(path, opened.tags, verdicts, known):
        check_stamps(*seal, tokens, now, verdicts)
    return verdicts.report(path.name)


def reopen(path: Path, origin: Mapping[str, str], key: Ed25519PrivateKey | None) -> Sealed:
    """Verify an exhibit that is there already and describe it as it was when it was sealed.

    Raises:
        CustodyError: It is not sound, or was made from another source.
    """
    report = verify(path, public_keys=[key.public_key()] if key else [])
    if not report.is_sound:
        named = ", ".join(str(one) for one in report.findings[:3])
        raise CustodyError(
            f"{path}: exists and is not as it was sealed: {named}; "
            "nothing was changed; preserve again under another exhibit id"
        )
    record = json.loads((path / bags.RECORD).read_bytes())
    source = {name: value for name, value in record["source"].items() if name != "kind"}
    if source != origin:
        raise CustodyError(
            f"{path}: was made from {' '.join(source.values())}; "
            "preserve the other source under another exhibit id"
        )
    rows = lines.read((path / bags.ENTRIES).read_bytes())
    manifest, tag_manifest = (
        sha256((path / f"{kind}-{record['algorithm']}.txt").read_bytes())
        for kind in ("manifest", "tagmanifest")
    )
    return Sealed(
        path.name,
        path,
        record["counts"]["files"],
        record["counts"]["bytes"],
        manifest,
        tag_manifest,
        sha256(seal_path(path).read_bytes()),
        (*lines.findings(rows), *(Finding(**one) for one in record.get("findings", ()))),
    )


def _algorithms(opened: Opened) -> list[str]:
    return sorted({one.algorithm for one in opened.manifests if one.is_known})


def _check_payload(opened: Opened, rows: Iterable[tuple[str, Row]], verdicts: Verdicts) -> None:
    algorithms = _algorithms(opened)
    known = [one for one in opened.manifests if one.is_known]
    wanted = [(one.digests, 1 + algorithms.index(one.algorithm)) for one in known]
    for path, row in rows:
        if row[0] == -1:
            verdicts.found("payload", "malformed", shown(path), f"cannot be read: {row[1]}")
        elif any(digests.get(path, row[at]) != row[at] for digests, at in wanted):
            verdicts.found("payload", "changed", shown(path))
    if algorithms:
        weak = " alone, which can be forged" if WEAK.issuperset(algorithms) else ""
        reason = (
            f"{counted(len(opened.files), 'file')} as listed, by {', '.join(algorithms)}{weak}"
        )
        verdicts.state("payload", "valid", reason)
