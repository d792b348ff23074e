"""Compares what the record of an exhibit says of each file with what the bag holds."""

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from breachbook.seal import entries as lines
from breachbook.seal.bag import ENTRIES, RECORD
from breachbook.seal.findings import Verdicts
from breachbook.seal.manifests import Listed, Manifest
from breachbook.seal.names import raw_of, shown
from breachbook.seal.opening import Opened
from breachbook.seal.statements import Statements
from breachbook.seal.survey import Entry

LAYER = "metadata"

_ILL_FORMED = (ValueError, LookupError, TypeError, AttributeError, RecursionError)


class Record:
    """The record of what the source held, as far as it speaks of what is stored.

    Args:
        opened: The bag.
        verdicts: Takes the findings.
        times: Whether modification times and modes are compared.

    Attributes:
        statements: A line of the record by its path in the bag.
    """

    def __init__(self, opened: Opened, verdicts: Verdicts, *, times: bool) -> None:
        self._opened, self._verdicts, self._times = opened, verdicts, times
        self._is_there = ENTRIES in opened.tags
        self._is_whole = True
        self._holding: set[str] = set()
        self._unrecorded: list[str] = []
        self.statements = Statements(self._read(), self._again)

    def compare(
        self,
        entry: Entry,
        row: Mapping[str, Any] | None,
        listed: Iterable[tuple[Manifest, Listed | None]],
    ) -> None:
        """Compare one thing in the bag with its line.

        Args:
            entry: What there is.
            row: The line; None when there is none.
            listed: What each manifest lists of it, if it is a file.
        """
        if row is None:
            if entry.kind == "folder":
                self._unrecorded.append(entry.path)
            return
        try:
            self._note(entry.path)
            if row["kind"] != "folder":
                self._compare(entry, row, listed)
        except _ILL_FORMED as error:
            self._break(error)

    def finish(self, bag: int) -> None:
        """Judge lines that met nothing, and say how the layer stands.

        Args:
            bag: Descriptor of the bag.
        """
        if not self._is_there:
            if RECORD in self._opened.tags:
                self._verdicts.found(LAYER, "missing", ENTRIES)
            self._verdicts.state(LAYER, "not-checked", f"no {ENTRIES} in the bag")
            return
        for path, row in self.statements.early.items():
            self._judge_left(path, row, bag)
        # Files that nobody recorded are the manifests' matter.
        for path in self._unrecorded if self._is_whole else ():
            if path not in self._holding:
                self._verdicts.found(LAYER, "extra", shown(path), "a folder")
        said = "sizes, times and modes are as recorded"
        if not self._times:
            said = "sizes and folders are as recorded; times and modes not asked"
        self._verdicts.state(LAYER, "valid", said)

    def _read(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        if not self._is_there:
            return
        try:
            for row in lines.read(self._opened.tags[ENTRIES].blocks()):
                if "bag" in row:
                    yield str(row["bag"]), row
        except _ILL_FORMED as error:
            self._break(error)

    def _again(self, path: str, *_: object) -> None:
        self._verdicts.found(LAYER, "malformed", ENTRIES, f"speaks twice of {shown(path)}")

    def _break(self, error: Exception) -> None:
        self._is_whole = False
        self._verdicts.found(LAYER, "malformed", ENTRIES, str(error))

    def _note(self, path: str) -> None:
        """Note what folder a recorded path stands in."""
        self._holding.add(path.rpartition("/")[0])

    def _judge_left(self, path: str, row: Mapping[str, Any], bag: int) -> None:
        self._note(path)
        try:
            os.stat(raw_of(path), dir_fd=bag, follow_symlinks=False)
        except (OSError, ValueError):
            if row.get("kind") == "folder":
                self._verdicts.found(LAYER, "missing", shown(path), "a folder")
        else:
            self._again(path)

    def _compare(
        self,
        entry: Entry,
        row: Mapping[str, Any],
        listed: Iterable[tuple[Manifest, Listed | None]],
    ) -> None:
        path = entry.path
        mode, size, mtime = entry.facts[0], entry.facts[6], entry.facts[7]
        if size != row["stored"]:
            detail = f"{size} bytes, recorded {row['stored']}"
            self._verdicts.found(LAYER, "disagrees", shown(path), detail)
        if self._times and mtime != int(row["mtime_ns"]):
            self._verdicts.found(LAYER, "time-changed", shown(path))
        if self._times and mode & 0o333:
            self._verdicts.found(LAYER, "mode-changed", shown(path), f"{stat.S_IMODE(mode):04o}")
        for manifest, said in listed:
            if row.get(manifest.algorithm) not in (None, said and said[0]):
                detail = f"{ENTRIES} and {manifest.name}"
                self._verdicts.found(LAYER, "disagrees", shown(path), detail)
