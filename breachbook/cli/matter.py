"""Opening matters and looking at them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from breachbook import rows
from breachbook.cli.output import as_json, brief, heading, moment, pairs, remark, say, table
from breachbook.cli.session import NOT_YOURS, current
from breachbook.errors import UsageError

_LISTED = ("matter", "state", "vector", "opened_at", "approvals", "next_safe")


def report(
    file: Path, /, *, attach: Sequence[Path] = (), new: bool = False, json: bool = False
) -> None:
    """Open a matter from a report, print its id and wake the engine.

    The same report within 24 hours gives the matter it opened. An attachment that cannot be read is recorded
    as such; everything else is checked first, and a report with problems opens nothing.

    For example:

    - breachbook report report.yaml
    - breachbook report report.yaml --attach photo.jpg --attach mail.eml

    Args:
        file: The report, as YAML.
        attach: A file to keep with it; may be given several times.
        new: Open another matter even if the same report was made before.
        json: Print JSON.
    """
    from breachbook import source
    from breachbook.intake import open_matter

    read = source.read(file)
    reporter = read.data.get("reporter") if isinstance(read.data, Mapping) else None
    actor = current.actor(default=reporter if isinstance(reporter, str) else None)
    opened = open_matter(current.workspace, current.library, read, actor, attach, new)
    if json:
        as_json(
            {"matter": opened.matter, "new": opened.new, "unreadable": list(opened.unreadable)}
        )
    else:
        say(
            opened.matter
            if opened.new
            else f"{opened.matter} (the same report opened it before; --new opens another)"
        )
    for name in opened.unreadable:
        remark(f"{name}: could not be read; the matter is open and says so")
    current.tell_engine(opened.matter)


def matters(*, all_: bool = False, json: bool = False) -> None:
    """List the matters, newest first.

    For example:

    - breachbook matters
    - breachbook matters --all --json

    Args:
        all_: List closed matters too.
        json: Print JSON.
    """
    root, reader, today = current.root, current.reader(), datetime.now(UTC).date()
    if not (root / "breachbook.toml").is_file():
        rows.open_file(root, "")
    found = []
    for row in reversed(rows.current(root)):
        damaged = row["state"] == "damaged"
        if damaged:
            remark(f"{row['damage']}; run `breachbook audit verify {row['matter']}`")
        elif reader is not None and reader not in row["people"]:
            continue
        if all_ or row["state"] != "closed":
            shown = {name: row[name] for name in _LISTED}
            title = "" if damaged else rows.title_of(f"{root}/matters/{row['matter']}")
            found.append({**shown, "overdue": rows.overdue(row, today), "title": title})
    if json:
        as_json(found)
        return
    table(
        ("matter", "state", "opened", "approvals", "overdue", "next safe day", "title"),
        [
            (
                r["matter"], r["state"], r["opened_at"][:10], len(r["approvals"]), r["overdue"],
                r["next_safe"], r["title"],
            )
            for r in found
        ],
        "no matters yet; open one with `breachbook report FILE`",
    )  # fmt: skip


def show(matter: str, /, *, json: bool = False) -> None:
    """Show one matter: steps and what they wait for, approvals, documents, exhibits and the next deadlines.

    For example:

    - breachbook show LEAK-2026-0001
    - breachbook show LEAK-2026-0001 --json

    Args:
        matter: Its id.
        json: Print JSON, with everything that was left out.
    """
    from breachbook.views import agenda
    from breachbook.views.matter import matter_view

    file, state = current.readable(matter)
    steps = agenda.of(current.root, file, state, datetime.now(UTC), lambda: current.library)
    view = matter_view(file, state, steps)
    if json:
        as_json(view)
    else:
        _print(view)


def status(matter: str, /, *, json: bool = False) -> None:
    """Show what became of a report, as far as its reporter may know.

    For example:

    - breachbook status LEAK-2026-0001

    Args:
        matter: Its id.
        json: Print JSON.
    """
    from breachbook.views.matter import status_view

    file = rows.open_file(current.root, matter)
    state = file.refresh()
    reader = current.reader()
    if reader is not None and reader != state.report["reporter"] and not state.sees(reader):
        raise UsageError(f"{matter}: {NOT_YOURS}")
    view = status_view(file, state)
    if json:
        as_json(view)
    else:
        pairs({**view, "reported_at": moment(view["reported_at"])})


def _print(view: Mapping[str, Any]) -> None:
    from breachbook.views import agenda

    mark = "   EXAMPLE" if view["example"] else ""
    say(f"{view['matter']}  {view['title']}{mark}")
    pairs(
        {
            "state": view["state"],
            "opened": moment(view["opened_at"]),
            "vector": f"{view['vector']} ({', '.join(view['places'])})",
            "playbook": view["playbook"]["id"] if view["playbook"] else None,
            "people": [
                f"{person['id']} ({', '.join(person['roles'])})" for person in view["people"]
            ],
            "conflicted": view["conflicted"],
        }
    )
    heading("Steps")
    table(
        ("step", "state", "waits for"),
        [(s["id"], s["state"], agenda.words(s)) for s in view["steps"]],
    )
    open_ = [a for a in view["approvals"] if a["state"] == "open"]
    heading("Approvals")
    table(
        ("request", "step", "has", "of", "expires", "approvers"),
        [
            (
                a["request"],
                a["step"],
                a["given"],
                a["quorum"],
                moment(a["expires_at"]),
                a["approvers"],
            )
            for a in open_
        ],
        "none wait for a decision",
    )
    _print_papers(view)
    _print_deadlines(view)
    heading(f"Journal  {view['journal']['lines']} lines, head {view['journal']['head'][:16]}")
    say(view["anchored"]["words"])


def _print_papers(view: Mapping[str, Any]) -> None:
    from breachbook.views.time_stamps import stamps_text

    heading("Documents")
    table(
        ("id", "of step", "version", "language", "state"),
        [
            (d["id"], _of(view, d), d["version"], d["language"], d["state"])
            for d in view["documents"]
        ],
    )
    heading("Exhibits")
    table(
        ("id", "source", "files", "bytes", "sealed", "tag manifest", "time-stamps"),
        [
            (
                e["id"],
                brief(e["title"] or e["source"]),
                e["files"],
                e["bytes"],
                moment(e["sealed_at"]),
                e["tagmanifest_sha256"][:16],
                stamps_text(e),
            )
            for e in view["exhibits"]
        ],
    )
    heading("Facts")
    table(
        ("id", "kind", "when", "about"),
        [(f["id"], f["kind"], f["when"], f["about"]) for f in view["facts"]],
    )


def _print_deadlines(view: Mapping[str, Any]) -> None:
    from breachbook.views.deadlines import plain_title

    heading(f"Deadlines: the next of {len(view['deadlines'])}")
    table(
        ("safe", "legal", "status", "rule", "title"),
        [
            (
                moment(d["safe"]),
                moment(d["legal"]) or "provisional",
                d["status"],
                d["rule"],
                plain_title(d["title"]),
            )
            for d in view["deadlines"][:5]
        ],
    )


def _of(view: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    found = next((s["id"] for s in view["steps"] if s["document"] == document["id"]), None)
    return found or f"{document['step']} (earlier)"
