"""Verifies matters against everything they rest on; finds, names, and never repairs."""

from collections.abc import Iterator
from pathlib import Path

from breachbook import layout, rows
from breachbook.audit.approvals import check_approvals
from breachbook.audit.files import check_documents, check_exhibits, check_folder
from breachbook.audit.journal import read_journal
from breachbook.audit.kept import check_store, check_values
from breachbook.audit.register import check_register, check_unknown
from breachbook.audit.verdicts import Audit, Check

__all__ = ["Audit", "Check", "verify"]

LAYERS = (
    "journal",
    "values",
    "store",
    "documents",
    "exhibits",
    "approvals",
    "register",
    "folder",
)


def verify(root: Path, matter: str | None = None) -> Audit:
    """Verify every matter of a workspace, or one.

    Raises:
        UsageError: There is no workspace at ``root``, or no such matter.
    """
    if matter is not None or not (root / layout.MARK).is_file():
        rows.open_file(root, matter or "")
    wanted = [matter] if matter else layout.matter_ids(root)
    checks: list[Check] = []
    unanchored = []
    for name in wanted:
        found, anchored = _matter(root, name)
        checks += found
        if not anchored:
            unanchored.append(name)
    if matter is None:
        checks += check_unknown(root)
    return Audit(tuple(checks), tuple(_caveats(unanchored)))


def _matter(root: Path, matter: str) -> tuple[list[Check], bool]:
    folder = root / "matters" / matter
    read = read_journal(folder)
    checks = [read.check]
    if read.matter is None:
        reason = "the journal does not verify, so nothing says what should be there"
        checks += [Check(matter, layer, "not-checked", reason) for layer in LAYERS[1:]]
        return checks, False
    state, events = read.matter, read.events
    checks += [
        check_values(folder, events, state),
        check_store(folder, events),
        check_documents(folder, state),
        check_exhibits(root, folder, state),
        check_approvals(folder, events, state),
        check_register(root, events, state, read.size),
        check_folder(folder, events),
    ]
    return checks, any(event.kind == "anchor.made" for event in events)


def _caveats(unanchored: list[str]) -> Iterator[str]:
    if unanchored:
        yield (
            f"nothing is anchored in {', '.join(unanchored)}: "
            "removal of whole last lines would not show"
        )
