"""What exhibits a matter has."""

from breachbook.cli.output import as_json, moment, table
from breachbook.cli.session import current
from breachbook.events import stamp


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
            "time_stamps": [
                {"authority": s.authority, "legal_class": s.legal_class, "when": s.when}
                for s in state.evidence.stamps_of(one.id)
            ],
            "destroyed_at": stamp(one.destroyed_at) if one.destroyed_at else None,
            "seal_sha256": one.seal_sha256,
        }
        for one in state.exhibits.values()
    ]
    if json:
        as_json(found)
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
            ", ".join(s.authority for s in state.evidence.stamps_of(str(one["exhibit"]))) or "not yet time-stamped",
        )
        for one in found
    ]  # fmt: skip
    table(columns, rows, "no exhibit yet")
