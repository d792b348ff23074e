"""Deadlines of matters, by the day to plan on, and what stands beside them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from breachbook import rows
from breachbook.cli.output import as_csv, as_json, heading, moment, remark, say, table
from breachbook.cli.session import current
from breachbook.errors import BreachbookError, UsageError

if TYPE_CHECKING:
    from breachbook.views.docket import Beside

Row = Mapping[str, Any]

_COLOURS = {
    "not-counted": "1;31", "missed": "1;31", "overdue": "31", "today": "1;33", "within-3": "33",
    "within-14": "36", "ended": "2",
}  # fmt: skip
_SAID = frozenset({"overdue", "today", "permitted"})
_SHEET = (
    "matter", "id", "safe", "legal", "raw", "last_moment", "bound", "state", "urgency",
    "provisional", "disputed", "owner", "fact", "about", "trigger", "when", "rule", "title", "who",
    "consequence", "authority", "status", "confidence", "checked_on", "rule_sha256", "warnings",
    "problem",
)  # fmt: skip
_NONE_YET = "no deadlines yet; they follow from facts once a docket is opened"


def deadlines(
    matter: str | None = None,
    /,
    *,
    ended: bool = False,
    working: bool = False,
    language: Literal["en-US", "zh-CN"] = "en-US",
    changes: bool = False,
    reminders: bool = False,
    gates: bool = False,
    json: bool = False,
    csv: bool = False,
) -> None:
    """List the deadlines of a matter, or the next ones of every matter, by the day to plan on.

    The matter may be left out when there is only one. Safe is the day to plan on; legal is the last day the law
    allows, empty while it is provisional. What could not be counted stands first, gates without a date last.
    Colours are for a terminal only; NO_COLOR turns them off.

    For example:

    - breachbook deadlines LEAK-2026-0001
    - breachbook deadlines LEAK-2026-0001 --working --language zh-CN
    - breachbook deadlines LEAK-2026-0001 --reminders
    - breachbook deadlines --csv

    Args:
        matter: Its id; without it up to five overdue and the next five of each open matter.
        ended: Also those that were met, waived or superseded; only with a matter.
        working: Print how each date was counted, in numbered sentences.
        language: Of the working: zh-CN where a date has it in Chinese.
        changes: List what recounts changed instead: when, why, the dates before and after.
        reminders: Prove instead that every reminder due was sent.
        gates: Show instead the gates and practices without a date, with their authority and clearance.
        json: Print JSON: raw, legal, safe, rule, authority, status, state, urgency, owner, working and more.
        csv: Print CSV for a spreadsheet.
    """
    from breachbook.layout import matter_ids

    if matter is None and len(known := matter_ids(current.root)) == 1:
        matter = known[0]
    chosen = [
        name
        for name, given in (("changes", changes), ("reminders", reminders), ("gates", gates))
        if given
    ]
    _refuse(matter, ended, chosen, json=json, csv=csv)
    if matter is not None and chosen:
        from breachbook.cli import beside

        getattr(beside, chosen[0])(matter, json=json, csv=csv)
        return
    found, gated = _of_one(matter, ended) if matter else (_of_all(json or working or csv), [])
    if json:
        as_json(found)
    elif csv:
        as_csv(_SHEET, ([_told(item, name) for name in _SHEET] for item in found))
    else:
        _print(found, one=matter is not None)
        _workings(found if working else (), language)
        _undated(gated)


def _refuse(
    matter: str | None, ended: bool, chosen: Sequence[str], *, json: bool, csv: bool
) -> None:
    if json and csv:
        raise UsageError("--json --csv: got both; allowed: one of them")
    if len(chosen) > 1:
        raise UsageError(f"got --{' --'.join(chosen)}; allowed: one of them")
    for name in ["ended"] if ended else chosen:
        if matter is None:
            raise UsageError(f"--{name}: got no matter; allowed: with the id of one matter")


def _of_one(matter: str, ended: bool) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Give the deadlines of a matter, what was not counted first, and its gates."""
    from breachbook.views.deadlines import deadline_views
    from breachbook.views.docket import beside
    from breachbook.views.urgency import pressing

    file, state = current.readable(matter)
    now = datetime.now(UTC)
    found = deadline_views(file, state, ended=ended)
    around: Beside | None = None
    try:
        around = beside(current.root, file, state, now, lambda: current.library)
    except BreachbookError as error:
        remark(f"gates, owners and what was not counted cannot be shown: {error}")
    keepers = around.keepers if around else None
    problems = [{"matter": matter, **row} for row in around.problems] if around else []
    return pressing([*problems, *found], now, keepers), around.gates if around else []


def _of_all(detailed: bool) -> list[dict[str, Any]]:
    from breachbook.views.deadlines import from_rows
    from breachbook.views.urgency import pressing

    root, reader = current.root, current.reader()
    if not (root / "breachbook.toml").is_file():
        rows.open_file(root, "")
    seen = [row for row in rows.current(root) if reader is None or reader in row["people"]]
    return pressing(from_rows(seen, root if detailed else None), datetime.now(UTC))


def _print(found: Sequence[Row], *, one: bool) -> None:
    uncounted = [item for item in found if item.get("problem")]
    if uncounted:
        table(
            ("not counted", "rule", "because"),
            [(_from(item), item["rule"], item["problem"]) for item in uncounted],
            colours=[_COLOURS["not-counted"]] * len(uncounted),
        )
        say()
    counted = [item for item in found if not item.get("problem")]
    columns = ("safe", "legal", "from fact" if one else "matter", "note", "rule")
    more = ("title", "owner") if one else ()
    lines = [
        (
            moment(item["safe"]), legal(item), _from(item) if one else item["matter"],
            _note(item), item["rule"], *((_title(item), item["owner"]) if one else ()),
        )
        for item in counted
    ]  # fmt: skip
    table((*columns, *more), lines, _NONE_YET, [_COLOURS.get(d["urgency"], "") for d in counted])


def _workings(found: Iterable[Row], language: str) -> None:
    from breachbook.views.deadlines import authority

    for item in (row for row in found if not row.get("problem")):
        heading(f"{item['id']}  {authority(item.get('authority'))}")
        sentences = (language == "zh-CN" and item.get("working_zh")) or item.get("working", ())
        for number, sentence in enumerate(sentences, 1):
            say(f"  {number}. {sentence}")
        for reading in item.get("disputed") or ():
            end = f"{reading['raw']}, legal {reading['legal']}"
            say(f"  disputed: {reading['says']}: {end} ({reading['authority']})")


def _undated(gated: Sequence[Row]) -> None:
    if gated:
        heading("Gates and practices without a date; --gates shows what each asks for")
        table(
            ("safe", "note", "rule", "title"),
            [("no date", barred(gate), gate["rule"], _title(gate)) for gate in gated],
        )


def legal(item: Row) -> str:
    """Write the legal end: the first day of what is permitted from a day on, or that it is not certain."""
    shown = moment(item["legal"]) or "provisional"
    return f"from {shown}" if item.get("bound") == "earliest" else shown


def barred(gate: Row) -> str:
    """Write whether a gate bars, and what."""
    acts = ", ".join(gate["blocks"])
    return f"{gate['state']} {acts}" if acts else str(gate["state"])


def _note(item: Row) -> str:
    state = item.get("state", "open")
    done = item.get("done") or {}
    marks = [
        f"{state} {moment(done.get('on'))}".strip() if state != "open" else "",
        item["urgency"] if item["urgency"] in _SAID else "",
        "disputed" if item.get("disputed") else "",
        item["status"] if item["status"] != "verified" else "",
        f"waiver asked by {item['waiver']}" if item.get("waiver") and state == "open" else "",
    ]
    return ", ".join(mark for mark in marks if mark)


def _from(item: Row) -> str:
    return f"{item.get('fact') or ''} {item.get('about') or ''}".strip()


def _title(item: Row) -> str:
    from breachbook.views.deadlines import plain_title

    return plain_title(item.get("title")) or str(item["rule"])


def _told(item: Row, name: str) -> object:
    """Give what a spreadsheet shows of one key."""
    from breachbook.views.deadlines import authority

    if name == "title":
        return _title(item)
    if name == "authority":
        return authority(item.get(name))
    if name == "disputed":
        return bool(item.get(name))
    return item.get(name)
