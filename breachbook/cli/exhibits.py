"""What exhibits a matter has."""

from typing import TYPE_CHECKING

from breachbook.cli.output import as_json, moment, table
from breachbook.cli.session import current
from breachbook.events import stamp
from breachbook.views.time_stamps import stamps_text, stamps_view

if TYPE_CHECKING:
    from breachbook.exhibit_book import Begun


def exhibits(matter: str, /, *, json: bool = False) -> None:
    """List a matter's exhibits: what they hold, where they were stored, and how they are time-stamped.

    For example:

    - breachbook evidence list LEAK-2026-0001

    Args:
        matter: Its id.
        json: Print JSON.
    """
    _, state = current.readable(matter)
    found = [
        {
            "exhibit": one.id,
            "collector": one.collector,
            "source": one.target,
            "files": one.files,
            "bytes": one.bytes,
            "sealed_at": stamp(one.sealed_at),
            "place": one.place,
            "stored": one.stored,
            "personal_data": one.personal_data,
            "state_secret": one.state_secret,
            "trade_secret": one.trade_secret,
            "findings": dict(one.findings),
            **stamps_view(state.evidence, one.id),
            "destroyed_at": stamp(one.destroyed_at) if one.destroyed_at else None,
            "seal_sha256": one.seal_sha256,
        }
        for one in state.exhibits.values()
    ]
    begun = state.evidence.unsealed.values()
    if json:
        as_json([*found, *(_begun(one) for one in begun)])
        return
    columns = (
        "exhibit",
        "collector",
        "source",
        "files",
        "bytes",
        "sealed",
        "place",
        "time-stamps",
    )
    rows = [
        (
            one["exhibit"], one["collector"], one["source"], one["files"], one["bytes"],
            moment(str(one["sealed_at"])), one["place"],
            f"destroyed {moment(str(one['destroyed_at']))}" if one["destroyed_at"] else stamps_text(one),
        )
        for one in found
    ]  # fmt: skip
    rows += [
        (one.exhibit, one.collector, one.source, "", "", "begun, not sealed", "", f"by {one.by}")
        for one in begun
    ]
    table(columns, rows, "no exhibit yet")


def _begun(one: "Begun") -> dict[str, object]:
    return {
        "exhibit": one.exhibit,
        "collector": one.collector,
        "source": one.source,
        "begun_by": one.by,
        "begun_at": stamp(one.at),
        "sealed_at": None,
    }
