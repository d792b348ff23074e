"""The docket of a matter as a report to be filed, sent to counsel or shown to an auditor."""

from pathlib import Path

from breachbook import rows
from breachbook.cli.output import as_json, files, files_table
from breachbook.cli.session import current

_WATERMARK = "EXAMPLE - NOT A REAL DOCKET"


def docket(matter: str, /, *, out: Path, json: bool = False) -> None:
    """Write a matter's docket as DOCX, PDF/A-2b and Markdown: dates, rules, working, gates, changes, reminders.

    It is as of the last line of the journal, which is in the files' names: the same line, law and
    workspace give the same bytes. The files are readable by their owner alone.

    For example:

    - breachbook docket LEAK-2026-0001 --out ~/dockets

    Args:
        matter: Its id.
        out: Folder to write them to; made if it is not there.
        json: Print JSON: as_of, and path and sha256 of each file.
    """
    from breachbook.documents.docket import docket_report
    from breachbook.matter import fold
    from breachbook.views.docket_report import told

    file, _ = current.readable(matter)
    events = rows.open_file(current.root, matter).journal.read()
    state = fold(events)
    data = told(file, state, current.library, events)
    made = docket_report(data, watermark=_WATERMARK if state.example else None)
    name = f"{matter}-docket-{state.seq}"
    written = files(
        out, {f"{name}.pdf": made.pdf, f"{name}.docx": made.docx, f"{name}.md": made.markdown}
    )
    if json:
        as_json({"as_of": data["as_of"], "files": written})
    else:
        files_table(written)
