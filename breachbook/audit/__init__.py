"""Verifies matters against everything they rest on; finds, names, and never repairs."""

from pathlib import Path

from breachbook import layout, rows
from breachbook.audit.anchors import caveats, check_anchors
from breachbook.audit.approvals import check_approvals
from breachbook.audit.files import check_documents, check_exhibits, check_folder
from breachbook.audit.journal import read_journal
from breachbook.audit.kept import check_store, check_values
from breachbook.audit.register import check_register, check_unknown
from breachbook.audit.verdicts import Audit, Check
from breachbook.matter import Matter

__all__ = ["Audit", "Check", "verify"]

LAYERS = (
    "journal",
    "values",
    "store",
    "documents",
    "exhibits",
    "approvals",
    "register",
    "anchors",
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
    states: list[Matter] = []
    for name in wanted:
        found, state = _matter(root, name)
        checks += found
        states += [state] if state is not None else []
    if matter is None:
        checks += check_unknown(root)
    return Audit(tuple(checks), tuple(caveats(states)))


def _matter(root: Path, matter: str) -> tuple[list[Check], Matter | None]:
    folder = root / "matters" / matter
    read = read_journal(folder)
    checks = [read.check]
    if read.matter is None:
        reason = "the journal does not verify, so nothing says what should be there"
        checks += [
            check_anchors(root, folder, None)
            if layer == "anchors"
            else Check(matter, layer, "not-checked", reason)
            for layer in LAYERS[1:]
        ]
        return checks, None
    state, events = read.matter, read.events
    checks += [
        check_values(folder, events, state),
        check_store(folder, events),
        check_documents(folder, state),
        check_exhibits(root, folder, state, events),
        check_approvals(folder, events, state),
        check_register(root, events, state, read.size),
        check_anchors(root, folder, state),
        check_folder(folder, events),
    ]
    return checks, state
