"""Refusing to go on with a journal that was rolled back or rewritten: read-only until it is restored."""

import contextlib
import logging
import threading
from collections.abc import Mapping
from pathlib import Path

from breachbook import layout, rows
from breachbook.anchoring.comparing import Claim, Comparison, compare
from breachbook.anchoring.places import folders
from breachbook.durable import replace
from breachbook.workspace import Workspace

log = logging.getLogger(__name__)

ANSWER_SECONDS = 30.0


class Guard:
    """Looks at each matter the first time somebody wants to go on with it, and again once it was restored.

    Args:
        workspace: Its ``run/MATTER/read-only`` says to every other process why nothing may be recorded.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._refused: dict[str, str | None] = {}
        self._hanging: set[str] = set()
        self._lock = threading.Lock()

    def reason(self, matter: str, row: Mapping[str, object] | None = None) -> str | None:
        """Say why a matter is read-only, or None; may take as long as the folders outside take to answer.

        Args:
            row: What the register knows of it.
        """
        with self._lock:
            if matter not in self._refused or self._is_cleared(matter):
                found, reason = self.look(matter, row)
                for line in (*found.doubts, *found.unreached):
                    log.warning("%s: %s", matter, line)
                if reason is not None:
                    log.error("%s", reason)
                self._refused[matter] = reason
            return self._refused[matter]

    def _is_cleared(self, matter: str) -> bool:
        # Somebody restored the journal and had it checked: this process looks for itself.
        return self._refused[matter] is not None and not self._mark(matter).exists()

    def _mark(self, matter: str) -> Path:
        return self._workspace.run / matter / layout.READ_ONLY

    def look(
        self, matter: str, row: Mapping[str, object] | None = None
    ) -> tuple[Comparison, str | None]:
        """Look anew, and mark the matter as read-only or take the mark away; give what was found, and why."""
        found = self._compared(matter, _claim(row))
        reason = refusal(matter, found)
        mark = self._mark(matter)
        if reason is None:
            mark.unlink(missing_ok=True)
        else:
            mark.parent.mkdir(mode=0o700, exist_ok=True)
            replace(mark, reason.encode())
        return found, reason

    def _compared(self, matter: str, known: list[Claim]) -> Comparison:
        """Compare, without a folder whose disk hangs: nothing can end a read from it."""
        root, places = (
            self._workspace.root,
            folders(self._workspace.root, self._workspace.config.anchors),
        )
        answered: list[Comparison] = []
        if not self._hanging:
            work = threading.Thread(
                target=lambda: answered.append(compare(root, matter, places, known)),
                daemon=True,
                name="looking into folders outside",
            )
            work.start()
            work.join(ANSWER_SECONDS)
            if answered:
                return answered[0]
            self._hanging.update(places)
        found = compare(root, matter, {}, known)
        found.unreached += [f"{name}: did not answer" for name in sorted(self._hanging)]
        return found


def register_row(root: Path, matter: str) -> Mapping[str, object] | None:
    """Give what the register on disk knows of a matter, if anything."""
    return next((row for row in rows.registered(root) if row["matter"] == matter), None)


def refusal(matter: str, found: Comparison) -> str | None:
    """Say why a matter is read-only, and what to do; None where nothing contradicts its journal."""
    if not found.findings:
        return None
    more = f", and {len(found.findings) - 1} more" if len(found.findings) > 1 else ""
    return (
        f"{matter}: its journal was {found.findings[0]}{more}; nothing is recorded or done until"
        f" matters/{matter}/journal.jsonl is restored from a copy; then run"
        f" `breachbook anchor check {matter}`"
    )


def _claim(row: Mapping[str, object] | None) -> list[Claim]:
    with contextlib.suppress(KeyError, TypeError, ValueError):
        if row is not None and (seq := int(str(row["seq"]))) > 0:
            return [Claim("the register", seq, str(row["head"]))]
    return []
