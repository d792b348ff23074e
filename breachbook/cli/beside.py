"""What stands beside the dates of a docket: changes, the proof of reminders, gates."""

from collections.abc import Mapping, Sequence
from typing import Any

from breachbook import rows
from breachbook.cli.deadlines import barred
from breachbook.cli.output import as_csv, as_json, moment, pairs, say, table
from breachbook.cli.session import current

Row = Mapping[str, Any]

_CHANGE = ("at", "deadline", "rule", "cause", "why", "moved", "before", "after")
_REMINDER = (
    "due_at", "deadline", "rule", "safe", "rung", "to", "state", "sent_at", "channel", "ts", "by",
    "waited",
)  # fmt: skip
_GATE = (
    "rule", "state", "blocks", "title", "authority", "who", "consequence", "status", "facts",
    "clearance",
)  # fmt: skip


def changes(matter: str, *, json: bool, csv: bool) -> None:
    """Print what recounts changed."""
    from breachbook.views.changes import change_views

    _, state = current.readable(matter)
    found = change_views(state)
    if json:
        as_json(found)
    elif csv:
        as_csv(_CHANGE, ([_flat(row[name]) for name in _CHANGE] for row in found))
    else:
        table(
            ("recounted", "deadline", "because", "safe", "legal"),
            [
                (_minute(r["at"]), r["deadline"], r["why"], _step(r, "safe"), _step(r, "legal"))
                for r in found
            ],
            "no date was changed by a recount",
        )


def reminders(matter: str, *, json: bool, csv: bool) -> None:
    """Print the proof of reminders, its verdict first."""
    from breachbook import clock
    from breachbook.agenda import Reference
    from breachbook.deadlines import Law
    from breachbook.views.reminders import reminder_views, verdict

    current.readable(matter)
    events = rows.open_file(current.root, matter).journal.read()
    reference = Reference(people=current.workspace.people, law=Law())
    found = reminder_views(events, reference, clock.now()[0])
    if json:
        as_json({"verdict": verdict(found), "reminders": found})
    elif csv:
        as_csv(_REMINDER, ([row[name] for name in _REMINDER] for row in found))
    else:
        say(f"{verdict(found)}\n" if found else verdict(found))
        lines = [
            (
                _minute(r["due_at"]), r["deadline"], moment(r["safe"]), r["rung"], r["to"],
                f"{r['state']} by {r['by']}" if r["by"] else r["state"], _minute(r["sent_at"]),
                r["ts"],
            )
            for r in found
        ]  # fmt: skip
        columns = ("due", "deadline", "safe", "rung", "to", "state", "sent", "slack ts")
        if lines:
            table(columns, lines, colours=[_colour(r["state"]) for r in found])


def gates(matter: str, *, json: bool, csv: bool) -> None:
    """Print the gates and practices whole."""
    from breachbook import clock
    from breachbook.views.docket import beside

    file, state = current.readable(matter)
    found = beside(current.root, file, state, clock.now()[0], lambda: current.library).gates
    if json:
        as_json(found)
    elif csv:
        as_csv(_GATE, ([_flat(row[name]) for name in _GATE] for row in found))
    else:
        _gates(found)


def _gates(found: Sequence[Row]) -> None:
    from breachbook.views.deadlines import authority, plain_title

    if not found:
        say("no gates: they stand once a docket is opened, or a place is concerned")
    for number, gate in enumerate(found):
        if number:
            say()
        pairs(
            {
                "gate": gate["rule"],
                "title": plain_title(gate["title"]),
                "state": barred(gate),
                "clearance": _cleared(gate["clearance"]),
                "authority": f"{authority(gate['authority'])}: {gate['authority']['says']}",
                "who": gate["who"],
                "consequence": gate["consequence"],
                "from facts": ", ".join(gate["facts"]),
                "status": gate["status"],
                "note": gate["note"],
            }
        )


def _cleared(clearance: Row | None) -> str:
    if clearance is None:
        return ""
    steps = ", ".join(clearance["steps"]) or "every step"
    until = f" until {clearance['until']}" if clearance["until"] else ""
    return (
        f"by {clearance['by']} on {_minute(clearance['at'])} on the authority of"
        f" {clearance['authority']}, for {clearance['scope']} ({steps}){until}"
    )


def _step(change: Row, name: str) -> str:
    before, after = change["before"][name] or "provisional", change["after"]
    now = "gone" if after is None else after[name] or "provisional"
    return moment(before) if before == now else f"{moment(before)} -> {moment(now)}"


def _minute(at: str | None) -> str:
    return f"{at[:16].replace('T', ' ')}Z" if at else ""


def _colour(state: str) -> str:
    return {"not-sent": "1;31", "superseded": "2", "ended": "2"}.get(state, "")


def _flat(value: object) -> object:
    """Write a record as its values for one cell of a spreadsheet."""
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {_flat(inner)}" for name, inner in value.items() if inner)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return value
