"""What exhibits a matter has."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from breachbook.cli.output import as_json, brief, moment, table
from breachbook.cli.session import current
from breachbook.events import stamp
from breachbook.rows import ERASED
from breachbook.views.time_stamps import stamps_text, stamps_view

if TYPE_CHECKING:
    from breachbook.exhibit_book import Begun, Exhibit
    from breachbook.matter import Matter

_MARKS = ("personal data", "trade secret", "state secret")


def exhibits(matter: str, /, *, json: bool = False) -> None:
    """List a matter's exhibits: what they hold, where they were stored, and how they are time-stamped.

    For example:

    - breachbook evidence list LEAK-2026-0001

    Args:
        matter: Its id.
        json: Print JSON.
    """
    file, state = current.readable(matter)

    def title(one: "Exhibit | Begun") -> str | None:
        return file.values.get(one.title, ERASED) if one.title else None

    sealed = [_sealed(state, one, title(one)) for one in state.exhibits.values()]
    begun = [_begun(one, title(one)) for one in state.evidence.unsealed.values()]
    if json:
        as_json([*sealed, *begun])
        return
    columns = "exhibit", "collector", "source", "holds", "files", "bytes", "sealed", "place"
    rows = [
        *((*_named(one), *_told(one)) for one in sealed),
        *(
            (*_named(one), "", "", "", "begun, not sealed", "", f"by {one['begun_by']}")
            for one in begun
        ),
    ]
    table((*columns, "time-stamps"), rows, "no exhibit yet")


def _sealed(matter: "Matter", one: "Exhibit", title: str | None) -> Mapping[str, Any]:
    return {
        "exhibit": one.id,
        "collector": one.collector,
        "source": one.target,
        "title": title,
        "files": one.files,
        "bytes": one.bytes,
        "sealed_at": stamp(one.sealed_at),
        "place": one.place,
        "stored": one.stored,
        "personal_data": one.personal_data,
        "state_secret": one.state_secret,
        "trade_secret": one.trade_secret,
        "findings": dict(one.findings),
        **stamps_view(matter.evidence, one.id),
        "destroyed_at": stamp(one.destroyed_at) if one.destroyed_at else None,
        "seal_sha256": one.seal_sha256,
    }


def _begun(one: "Begun", title: str | None) -> Mapping[str, Any]:
    return {
        "exhibit": one.exhibit,
        "collector": one.collector,
        "source": one.source,
        "title": title,
        "begun_by": one.by,
        "begun_at": stamp(one.at),
        "sealed_at": None,
    }


def _named(one: Mapping[str, Any]) -> tuple[str, str, str]:
    return one["exhibit"], one["collector"], brief(one["title"] or one["source"])


def _told(one: Mapping[str, Any]) -> tuple[object, ...]:
    ended = one["destroyed_at"]
    return (
        [mark for mark in _MARKS if one[mark.replace(" ", "_")]],
        one["files"],
        one["bytes"],
        moment(one["sealed_at"]),
        one["place"],
        f"destroyed {moment(ended)}" if ended else stamps_text(one),
    )
