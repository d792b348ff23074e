"""Checks an exhibit layer by layer and names every file that is not as it was sealed."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
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
from breachbook.seal.comparison import Comparison
from breachbook.seal.completeness import check_structure, check_tags
from breachbook.seal.findings import Verdicts
from breachbook.seal.hashing import hashing
from breachbook.seal.metadata import Record
from breachbook.seal.meter import Meter
from breachbook.seal.opening import Opened, look, payload
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
        with ExitStack() as open_files:
            opened = look(descriptor, verdicts, open_files)
            own = bool(
                bags.RECORD in opened.tags
                or public_keys
                or expected_seal_sha256
                or os.path.lexists(seal_path(path))
            )
            record = Record(opened, verdicts, times=metadata)
            comparison = Comparison(opened, record, verdicts, own=own)
            meter = Meter("verifying", *_expected(opened), progress)
            files = payload(opened, verdicts)
            with hashing(
                files, descriptor, opened.algorithms, workers=workers, meter=meter
            ) as rows:
                for entry, row in rows:
                    comparison.saw(entry, row)
            comparison.finish()
            opened.finish(verdicts)
            check_structure(opened, verdicts, own)
            check_tags(opened, verdicts, own)
    finally:
        os.close(descriptor)
    if seal := check_seal(path, opened.tags, verdicts, known):
        check_stamps(*seal, tokens, now, verdicts)
    return verdicts.report(path.name)


def _expected(opened: Opened) -> tuple[int, int]:
    """Give the files and bytes that the bag says it holds, for the progress alone."""
    for stated in opened.info.get("payload-oxum", []):
        size, mark, files = stated.partition(".")
        if mark and size.isdecimal() and files.isdecimal():
            return int(files[:18]), int(size[:18])
    return 0, 0


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
    rows = lines.read([(path / bags.ENTRIES).read_bytes()])
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
