"""The chain of custody of a matter's exhibits: as a list, and as a form to sign and file."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from breachbook.cli.output import as_json, files, files_table, moment, table
from breachbook.cli.session import current
from breachbook.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from breachbook.matter import Matter
    from breachbook.matter_file import MatterFile


def custody(
    matter: str,
    exhibit: str | None = None,
    /,
    *,
    out: Path | None = None,
    language: Literal["en", "zh"] | None = None,
    json: bool = False,
) -> None:
    """List who had an exhibit, from when and why; with --out write the custody form to sign and file.

    The form is as of the last line of the journal: the same line gives the same bytes. Its files are
    readable by their owner alone.

    For example:

    - breachbook evidence custody LEAK-2026-0001
    - breachbook evidence custody LEAK-2026-0001 E1 --out ~/forms --language zh

    Args:
        matter: Its id.
        exhibit: One exhibit; all of them without it.
        out: Folder to write a form of each exhibit to, as PDF/A-2b, DOCX and JSON; made if it is not there.
        language: Of the form, en or zh; both without it.
        json: Print JSON.
    """
    file, state = current.readable(matter)
    which = [exhibit] if exhibit else list(state.exhibits)
    if out is not None:
        _write(file, state, which, out, [language] if language else ["en", "zh"], json)
    elif language is not None:
        raise UsageError("--language: got no folder; allowed: together with --out DIR")
    else:
        _list(file, state, which, json)


def _list(file: "MatterFile", state: "Matter", which: "Sequence[str]", json: bool) -> None:
    from breachbook.views.custody_report import told

    reports = [told(current.workspace, file, state, exhibit) for exhibit in which]
    if json:
        as_json(reports)
        return
    rows = [
        (
            report["exhibit"]["id"], row["entry"], moment(row["at"]), row["act"], row["by"]["id"],
            _other_side(row), row.get("place", ""),
            _found(row.get("after") or row.get("before")),
            (row.get("purpose") or row.get("reason") or {}).get("text"),
        )
        for report in reports
        for row in report["handlings"]
    ]  # fmt: skip
    columns = (
        "exhibit",
        "entry",
        "recorded",
        "act",
        "by",
        "other side",
        "place",
        "found",
        "purpose or reason",
    )
    table(columns, rows, "no exhibit yet")


def _other_side(row: "Mapping[str, Any]") -> str:
    other = row.get("other", {}).get("id", "")
    return str(row["giver"]["id"] if "giver" in row and other == row["by"]["id"] else other)


def _found(check: "Mapping[str, Any] | None") -> str:
    if check is None:
        return ""
    return "sound" if check["sound"] else "NOT AS SEALED"


def _write(
    file: "MatterFile",
    state: "Matter",
    which: "Sequence[str]",
    out: Path,
    languages: "Sequence[str]",
    json: bool,
) -> None:
    from breachbook.documents.custody_form import custody_report

    written = []
    for exhibit in which:
        made = custody_report(current.workspace, file, state, exhibit, languages)
        written += files(out, {f"{state.id}-{name}": data for name, data in made.items()})
    if json:
        as_json({"matter": state.id, "line": state.seq, "files": written})
    else:
        files_table(written)
