"""Verifying evidence: an exhibit, all exhibits of a matter, or anybody's bag."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from breachbook.cli import NOT_VERIFIED
from breachbook.cli.output import as_json, remark, say, table
from breachbook.cli.session import current
from breachbook.custody import LAYERS, Report
from breachbook.errors import BreachbookError, UsageError
from breachbook.events import stamp
from breachbook.layout import MATTER_ID

if TYPE_CHECKING:
    from breachbook.exhibit_book import Exhibit

SHOWN = 20
OF_ANY_BAG = frozenset({"structure", "manifests", "payload"})

_LARGEST = 1 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of verifying one exhibit or bag.

    Attributes:
        name: How it is called in tables.
        report: Every layer; None when nothing of it can be read, or it was destroyed.
        required: Layers that had to be checked.
        fault: Why there is no report, or what is wrong with a destroyed exhibit's seal; empty if nothing.
        destroyed_at: When the exhibit was destroyed, or None.
    """

    name: str
    report: Report | None
    required: Collection[str] = ()
    fault: str = ""
    destroyed_at: str | None = None

    @property
    def lacking(self) -> list[str]:
        """Name the layers that had to be checked and were not."""
        unchecked = self.report.unchecked if self.report else ()
        return [one.name for one in unchecked if one.name in self.required]

    @property
    def is_verified(self) -> bool:
        """Say whether nothing is invalid and nothing that had to be checked was not."""
        sound = self.report is None or self.report.is_sound
        return sound and not self.fault and not self.lacking

    def rows(self) -> list[tuple[str, str, str, str]]:
        """Give the table's rows: name, layer, verdict, reason."""
        if self.report:
            return [(self.name, one.name, one.status, one.reason) for one in self.report.layers]
        if self.destroyed_at and not self.fault:
            return [(self.name, "-", "destroyed", f"{self.destroyed_at}; its seal is kept")]
        return [(self.name, "-", "invalid", self.fault)]

    def as_data(self) -> dict[str, object]:
        """Give the mapping for ``--json``: the report's, with required, verified, fault and destroyed_at."""
        report = self.report.as_data() if self.report else {"exhibit": self.name}
        return {
            **report,
            "required": [name for name in LAYERS if name in self.required],
            "verified": self.is_verified,
            "fault": self.fault or None,
            "destroyed_at": self.destroyed_at,
        }


def verify(
    what: str,
    /,
    *,
    key: tuple[Path, ...] = (),
    roots: tuple[Path, ...] = (),
    seal_sha256: str | None = None,
    require: tuple[str, ...] = (),
    without_times: bool = False,
    json: bool = False,
) -> int:
    """Verify an exhibit, every exhibit of a matter, or anybody's BagIt bag, layer by layer.

    Each layer is valid, invalid, or not checked, with the reason. Exits 3 when one is invalid, or one that had to
    be checked was not: for an exhibit every layer (time-stamps once an authority is configured and had an hour),
    for a bag structure, manifests and payload. Nothing is changed, fetched or repaired.

    For example:

    - breachbook evidence verify LEAK-2026-0001
    - breachbook evidence verify LEAK-2026-0001/E1 --json
    - breachbook evidence verify /mnt/disk/E1 --key seal-key.pub --roots roots.pem --require time-stamps

    Args:
        what: A matter, MATTER/EXHIBIT, or the folder of a bag.
        key: Public key (PEM) whose signature is trusted; for a bag.
        roots: Roots (PEM) by which the time-stamps beside a bag, in BAG.stamps, are trusted.
        seal_sha256: What the journal says of the bag's seal file.
        require: Layer that must have been checked as well.
        without_times: Leave out modification times and modes, which some copying drops.
        json: Print JSON.
    """
    if unknown := [name for name in require if name not in LAYERS]:
        raise UsageError(f"--require: got {', '.join(unknown)}; allowed: {', '.join(LAYERS)}")
    matter, mark, exhibit = what.partition("/")
    if not MATTER_ID.fullmatch(matter):
        known = _Known(key, roots, seal_sha256)
        outcome = Outcome(
            Path(what).resolve().name,
            _bag(Path(what), known, without_times, json),
            OF_ANY_BAG | {*require},
        )
        return _told([outcome], outcome.as_data() if json else None)
    if key or roots or seal_sha256:
        raise UsageError(
            "--key, --roots, --seal-sha256: got one for an exhibit of the workspace, which knows its own;"
            " allowed: with the folder of a bag"
        )
    found = _matter(matter, exhibit if mark else None, require, without_times, json)
    data = found[0].as_data() if mark else {"exhibits": [one.as_data() for one in found]}
    return _told(found, data if json else None)


@dataclass(frozen=True, slots=True)
class _Known:
    """What was given with the folder of a bag."""

    keys: Sequence[Path]
    roots: Sequence[Path]
    seal_sha256: str | None


def _bag(path: Path, known: _Known, without_times: bool, json: bool) -> Report:
    from datetime import UTC

    from breachbook.cli.progress import shown_progress
    from breachbook.clock import now
    from breachbook.seal import public_key, verify
    from breachbook.seal.stamps import tokens_beside

    if known.seal_sha256 and not _SHA256.fullmatch(known.seal_sha256.lower()):
        raise UsageError(f"--seal-sha256: got {known.seal_sha256[:80]!r}; allowed: 64 hex digits")
    roots = b"\n".join(_read(one) for one in known.roots)
    bag = path.resolve()
    try:
        tokens = tokens_beside(bag, roots)
    except OSError as error:
        raise UsageError(
            f"{bag.name}.stamps: got {error.strerror or error}; allowed: plain files"
        ) from error
    with shown_progress(wanted=not json) as progress:
        return verify(
            bag,
            public_keys=[public_key(_read(one)) for one in known.keys],
            expected_seal_sha256=known.seal_sha256 and known.seal_sha256.lower(),
            tokens=tokens,
            now=now()[0].astimezone(UTC),
            metadata=not without_times,
            progress=progress,
        )


def _read(path: Path) -> bytes:
    from breachbook.store import read_regular

    try:
        return read_regular(path, _LARGEST)
    except OSError as error:
        raise UsageError(
            f"{path}: got {error.strerror or error}; allowed: a readable PEM file"
        ) from error


def _matter(
    matter: str, exhibit: str | None, require: Sequence[str], without_times: bool, json: bool
) -> list[Outcome]:
    from breachbook.cli.progress import shown_progress
    from breachbook.inspection import Inspector
    from breachbook.journal import Journal

    file, state = current.readable(matter)
    wanted = [one for one in state.exhibits.values() if exhibit in (None, one.id)]
    if exhibit is not None and not wanted:
        raise UsageError(
            f"{matter}: got the exhibit {exhibit[:20]!r}; allowed: {', '.join(state.exhibits) or 'none yet'}"
        )
    events = Journal(file.journal.path, current.workspace.clock, {}).read()
    inspector = Inspector(current.workspace, file.folder, state, events)

    def judged(one: "Exhibit") -> Outcome:
        if one.destroyed_at is not None:
            fault = "; ".join(inspector.after_destruction(one))
            return Outcome(one.id, None, fault=fault, destroyed_at=stamp(one.destroyed_at))
        required = inspector.required(one) | {*require}
        try:
            with shown_progress(wanted=not json) as progress:
                report = inspector.verify(one, times=not without_times, progress=progress)
        except BreachbookError as error:
            return Outcome(one.id, None, required, str(error))
        return Outcome(one.id, report, required)

    return [judged(one) for one in wanted]


def _told(outcomes: Sequence[Outcome], data: object) -> int:
    """Print what was found; give the exit code."""
    verified = all(one.is_verified for one in outcomes)
    if data is not None:
        as_json(data)
        return 0 if verified else NOT_VERIFIED
    several = len(outcomes) != 1
    rows = [row[0 if several else 1 :] for one in outcomes for row in one.rows()]
    columns = ("exhibit", "layer", "verdict", "reason")
    table(columns[0 if several else 1 :], rows, "no exhibit yet")
    for one in outcomes:
        if one.report:
            _tell(one.name, "", one.report.findings)
            _tell(one.name, "warning: ", one.report.warnings)
        if one.lacking:
            say(f"{one.name}: had to be checked and was not: {', '.join(one.lacking)}")
    if outcomes:
        say("verified" if verified else "not verified")
    return 0 if verified else NOT_VERIFIED


def _tell(name: str, kind: str, found: Sequence[object]) -> None:
    for one in found[:SHOWN]:
        remark(f"{name}: {kind}{one}")
    if len(found) > SHOWN:
        remark(f"{name}: {kind}and {len(found) - SHOWN} more; --json lists all")
