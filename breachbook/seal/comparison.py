"""Compares, file by file, what a bag holds with what its manifests and its record say.

Each is read once, side by side, in the order of paths; what has met all that is said of it is let go.
So an exhibit of any size needs little memory, and a bag in which all is shuffled what it holds.
"""

import os
import stat
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from breachbook.seal.copying import Row, hash_file
from breachbook.seal.findings import Verdicts, counted
from breachbook.seal.manifests import FETCH, WEAK, Listed, Manifest, repeated, warn_of_names
from breachbook.seal.metadata import Record
from breachbook.seal.names import collisions, raw_of, shown
from breachbook.seal.opening import Opened
from breachbook.seal.survey import Entry


@dataclass(slots=True)
class _Met:
    """A file that was come across, its digests, and what was said of it so far."""

    entry: Entry
    row: Row | None
    listed: list[Listed | None]
    recorded: Mapping[str, Any] | None


class Comparison:
    """The comparison of one bag; judges the layers payload, manifests and metadata.

    Args:
        opened: The bag.
        record: What the record says.
        verdicts: Takes the findings.
        own: Whether it is an exhibit of ours, whose names are as they were written.
    """

    def __init__(self, opened: Opened, record: Record, verdicts: Verdicts, *, own: bool) -> None:
        self._opened, self._record, self._verdicts, self._own = opened, record, verdicts, own
        self._known = [one for one in opened.manifests if one.is_known]
        places = opened.algorithms
        self._at = [1 + places.index(one.algorithm) for one in self._known]
        self._waiting: dict[str, _Met] = {}
        self._names: set[str] = set()
        self._unlisted = set(opened.fetch)

    def saw(self, entry: Entry, row: Row | None) -> None:
        """Take an entry of the payload, with its digests as `copying.hash_file` gives them if a file."""
        for other in self._others():
            self._meet(other, None)
        self._meet(entry, row if entry.kind == "file" else None)

    def finish(self) -> None:
        """Judge what did not meet all that may be said of it, and say how the layers stand."""
        for entry in self._others():
            self._meet(entry, None)
        for manifest in self._known:
            manifest.listed.finish()
        self._record.statements.finish()
        for path, met in self._waiting.items():
            self._ask(path, met)
        if not self._own:
            self._take_other_forms()
        for met in self._waiting.values():
            self._judge(met)
        for number, manifest in enumerate(self._known):
            self._judge_left(number, manifest)
        self._record.finish(self._opened.descriptor)
        self._judge_names()
        self._state()

    def _others(self) -> Iterator[Entry]:
        while self._opened.others:
            yield self._opened.others.popleft()

    def _meet(self, entry: Entry, row: Row | None) -> None:
        met = _Met(entry, row, [None] * (0 if row is None else len(self._known)), None)
        if self._ask(entry.path, met):
            self._judge(met)
        else:
            self._waiting[entry.path] = met

    def _ask(self, path: str, met: _Met) -> bool:
        """Ask for what is not said yet; False when it may still be."""
        is_whole = True
        for number, said in enumerate(met.listed):
            if said is None:
                statements = self._known[number].listed
                met.listed[number] = found = statements.take(path)
                # A bag of others may list a file under another form of its name.
                is_whole &= found is not None or (self._own and statements.is_ended)
        if met.recorded is None:
            met.recorded = self._record.statements.take(path)
            is_whole &= met.recorded is not None or self._record.statements.is_ended
        return is_whole

    def _judge(self, met: _Met) -> None:
        path = met.entry.path
        if met.row is not None:
            self._judge_digests(path, met.row, met.listed)
        self._record.compare(met.entry, met.recorded, zip(self._known, met.listed, strict=False))

    def _judge_digests(self, path: str, row: Row, listed: list[Listed | None]) -> None:
        if row[0] == -1:
            self._verdicts.found("payload", "malformed", shown(path), f"cannot be read: {row[1]}")
        else:
            for said, at in zip(listed, self._at, strict=True):
                if said and said[0] != row[at]:
                    self._verdicts.found("payload", "changed", shown(path))
        if self._unlisted or not self._own:
            self._note(path, listed)
        if None in listed:
            self._judge_unlisted(path, listed)

    def _judge_unlisted(self, path: str, listed: list[Listed | None]) -> None:
        if self._opened.declaration.is_final:
            for manifest, said in zip(self._known, listed, strict=True):
                if said is None:
                    detail = f"not in {manifest.name}"
                    self._verdicts.found("payload", "extra", shown(path), detail)
        elif not any(listed):
            # In the drafts before BagIt 1.0 one of the manifests listed a file.
            names = ", ".join(one.name for one in self._known)
            self._verdicts.found("payload", "extra", shown(path), f"not in {names}")

    def _note(self, path: str, listed: list[Listed | None]) -> None:
        if any(listed):
            self._unlisted.discard(path)
            if not self._own:
                self._names.add(path)

    def _judge_left(self, number: int, manifest: Manifest) -> None:
        """Judge what is listed and met no file: it is missing, or was listed before."""
        for path, said in manifest.listed.early.items():
            digest, line = said
            self._note(path, [said])
            if self._is_file(path):
                row = hash_file(path, self._opened.descriptor, [manifest.algorithm], _untold)
                declaration = self._opened.declaration
                repeated(
                    manifest.name,
                    path,
                    line,
                    row[1] == digest,
                    declaration=declaration,
                    to=self._verdicts,
                )
            else:
                fetched = path in self._opened.fetch
                detail = "to be fetched; nothing is fetched here" if fetched else ""
                self._verdicts.found("payload", "missing", shown(path), detail)

    def _is_file(self, path: str) -> bool:
        try:
            found = os.stat(raw_of(path), dir_fd=self._opened.descriptor, follow_symlinks=False)
        except (OSError, ValueError):
            return False
        return stat.S_ISREG(found.st_mode)

    def _take_other_forms(self) -> None:
        """Take a file that is there under another Unicode form of its name for the one listed.

        Authority:
            RFC 8493, on the interoperability of file names: systems change their Unicode form, and
            a reader may allow for it.
        """
        for number, manifest in enumerate(self._known):
            forms: dict[str, list[_Met]] = {}
            for path, met in self._waiting.items():
                if met.listed and met.listed[number] is None:
                    forms.setdefault(unicodedata.normalize("NFC", path), []).append(met)
            for path in list(manifest.listed.early):
                there = forms.get(unicodedata.normalize("NFC", path), [])
                if len(there) == 1 and not self._is_file(path):
                    there.pop().listed[number] = manifest.listed.early.pop(path)
                    self._verdicts.warn("other-form", shown(path))

    def _judge_names(self) -> None:
        for path in self._unlisted:
            detail = f"in {FETCH} and in no manifest"
            self._verdicts.found("manifests", "disagrees", shown(path), detail)
        warn_of_names(self._names, self._verdicts)
        for path in collisions(self._names):
            self._verdicts.warn("name-collision", shown(path))

    def _state(self) -> None:
        if self._known:
            weak = WEAK.issuperset(self._opened.algorithms)
            names = ", ".join(one.name for one in self._known)
            more = ", by digests that can be forged" if weak else ""
            self._verdicts.state("manifests", "valid", f"{names} lists every file{more}")
            more = " alone, which can be forged" if weak else ""
            by = ", ".join(self._opened.algorithms)
            files = counted(self._opened.files, "file")
            self._verdicts.state("payload", "valid", f"{files} as listed, by {by}{more}")
        elif self._opened.manifests:
            reason = "every manifest is in a digest not known here"
            self._verdicts.state("manifests", "not-checked", reason)
            self._verdicts.state("payload", "not-checked", reason)


def _untold(_: int) -> None:
    """Take no note of progress: the file was counted already."""
