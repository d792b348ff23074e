"""The docket of a matter as a report to be filed, sent to counsel or shown to an auditor."""

from pathlib import Path

from breachbook import rows
from breachbook.cli.output import as_json, table
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
    from breachbook.canonical import sha256
    from breachbook.documents.docket import docket_report
    from breachbook.durable import replace
    from breachbook.matter import fold
    from breachbook.views.docket_report import told

    file, _ = current.readable(matter)
    events = rows.open_file(current.root, matter).journal.read()
    state = fold(events)
    data = told(file, state, current.library, events)
    made = docket_report(data, watermark=_WATERMARK if state.example else None)
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    written = []
    for ending, content in (("pdf", made.pdf), ("docx", made.docx), ("md", made.markdown)):
        path = out / f"{matter}-docket-{state.seq}.{ending}"
        replace(path, content)
        written.append({"path": str(path), "sha256": sha256(content)})
    if json:
        as_json({"as_of": data["as_of"], "files": written})
    else:
        table(("file", "sha256"), [(row["path"], row["sha256"][:16]) for row in written])
