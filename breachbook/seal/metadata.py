"""Compares what the record of an exhibit says of each file with what the bag holds."""

import stat
from collections.abc import Mapping, Sequence
from typing import Any

from breachbook.seal import entries as lines
from breachbook.seal.bag import ENTRIES, RECORD
from breachbook.seal.findings import Verdicts
from breachbook.seal.manifests import Manifest
from breachbook.seal.names import shown
from breachbook.seal.survey import Entry

LAYER = "metadata"


def check_metadata(
    present: Mapping[str, Entry],
    tags: Mapping[str, bytes],
    manifests: Sequence[Manifest],
    verdicts: Verdicts,
    *,
    times: bool,
) -> None:
    """Judge the record against the manifests, and times, modes and folders against the record.

    Args:
        present: Everything in the bag by path.
        tags: Content of the tag files.
        manifests: Payload manifests.
        verdicts: Takes the findings.
        times: Whether modification times and modes are compared.
    """
    if ENTRIES not in tags:
        if RECORD in tags:
            verdicts.found(LAYER, "missing", ENTRIES)
        verdicts.state(LAYER, "not-checked", f"no {ENTRIES} in the bag")
        return
    try:
        recorded = set()
        for row in lines.read(tags[ENTRIES]):
            if "bag" in row:
                _check_row(row, present, manifests, verdicts, times)
                recorded.add(str(row["bag"]))
        _check_complete(recorded, present, verdicts)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        verdicts.found(LAYER, "malformed", ENTRIES, str(error))
    if times:
        verdicts.state(LAYER, "valid", "sizes, times and modes are as recorded")
    else:
        verdicts.state(
            LAYER, "valid", "sizes and folders are as recorded; times and modes not asked"
        )


def _check_row(
    row: Mapping[str, Any],
    present: Mapping[str, Entry],
    manifests: Sequence[Manifest],
    verdicts: Verdicts,
    times: bool,
) -> None:
    path = str(row["bag"])
    entry = present.get(path)
    if entry is None or not entry.facts:
        if row["kind"] == "folder":
            verdicts.found(LAYER, "missing", shown(path), "a folder")
        return
    if row["kind"] == "folder":
        return
    mode, size, mtime = entry.facts[0], entry.facts[6], entry.facts[7]
    if size != row["stored"]:
        verdicts.found(LAYER, "disagrees", shown(path), f"{size} bytes, recorded {row['stored']}")
    if times and mtime != int(row["mtime_ns"]):
        verdicts.found(LAYER, "time-changed", shown(path))
    if times and stat.S_IMODE(mode) & 0o333:
        verdicts.found(LAYER, "mode-changed", shown(path), f"{stat.S_IMODE(mode):04o}")
    for manifest in manifests:
        if row.get(manifest.algorithm) not in (None, manifest.digests.get(path)):
            verdicts.found(LAYER, "disagrees", shown(path), f"{ENTRIES} and {manifest.name}")


def _check_complete(recorded: set[str], present: Mapping[str, Entry], verdicts: Verdicts) -> None:
    """Find folders that nobody recorded; files nobody recorded are the manifests' matter."""
    holding = {path.rpartition("/")[0] for path in recorded}
    for path, entry in present.items():
        below = path.startswith("data/") and entry.kind == "folder"
        if below and path not in recorded and path not in holding:
            verdicts.found(LAYER, "extra", shown(path), "a folder")
