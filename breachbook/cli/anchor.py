"""Anchors: signed checkpoints of a matter's journal, and whether it still is what they say."""

from typing import Any, Literal

from breachbook.cli import NOT_VERIFIED
from breachbook.cli.act import recorded
from breachbook.cli.output import as_json, moment, remark, say, table
from breachbook.cli.session import current
from breachbook.events import stamp


def anchor(
    what: Literal["list", "make", "check"], matter: str, /, *, json: bool = False
) -> int | None:
    """List a journal's anchors, make one now, or compare the journal with every one that is held anywhere.

    The engine makes them by itself: at once after decisive events, and else some time after the journal grew.
    `check` exits 3 where the journal was rolled back or rewritten; nothing is then recorded in the matter until a
    check finds it whole again.

    For example:

    - breachbook anchor list LEAK-2026-0001
    - breachbook anchor make LEAK-2026-0001
    - breachbook anchor check LEAK-2026-0001 --json

    Args:
        what: list, make or check.
        matter: Its id.
        json: Print JSON.
    """
    if what == "list":
        _list(matter, json)
        return None
    if what == "make":
        _make(matter, json)
        return None
    return _check(matter, json)


def _list(matter: str, json: bool) -> None:
    from breachbook.views.anchors import anchors_view

    _, state = current.readable(matter)
    view = anchors_view(state)
    if json:
        as_json(view)
        return
    columns = ("anchor", "lines", "head", "because of", "made", "held by", "time-stamps")
    rows = [
        (
            one["anchor"], one["size"], one["head"][:16], one["cause"], moment(one["made_at"]),
            [place["place"] for place in one["places"]] or "nobody yet",
            [each["authority"] for each in one["time_stamps"]],
        )
        for one in view["anchors"]
    ]  # fmt: skip
    table(columns, rows, "no anchor yet")
    say(view["outside"]["words"])


def _make(matter: str, json: bool) -> None:
    from breachbook.anchoring import make
    from breachbook.records import on_matter

    file, actor = current.writable(matter)
    on_matter(file.refresh(), actor)
    recorded(matter, make(current.root, file, "asked", current.workspace.now(), actor), json)


def _check(matter: str, json: bool) -> int:
    from breachbook.anchoring import Guard, register_row

    current.readable(matter)
    found, reason = Guard(current.workspace).look(matter, register_row(current.root, matter))
    data: dict[str, Any] = {
        "matter": matter,
        "sound": reason is None,
        "agreeing": found.agreeing,
        "findings": found.findings,
        "doubts": found.doubts,
        "unreached": found.unreached,
        "checked_at": stamp(current.workspace.now()),
    }
    if json:
        as_json(data)
    else:
        for line in (*found.findings, *found.doubts, *found.unreached):
            remark(f"{matter}: {line}")
        say(
            reason or f"{matter}: what is held elsewhere agrees with the journal: {found.agreeing}"
        )
    return 0 if reason is None and not found.doubts else NOT_VERIFIED
