"""The ladder of reminders before a deadline: when its owner is reminded, and when it goes further up."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from breachbook.deadlines import Moment, Rule, Span
from breachbook.entries import DeadlineRecord

MORNING = time(9)
OVERDUE, MISSED = "overdue", "missed"
KEEPERS = ("docketing-clerk", "ip-counsel", "general-counsel")
ESCALATION = ("ip-counsel", "general-counsel", "outside-counsel")
_DAY = timedelta(days=1)
# Hours between trigger and safe moment, and the rungs of a period no longer than that.
_LADDERS: tuple[tuple[int, tuple[str, ...]], ...] = (
    (6, ("1h",)),
    (24, ("6h", "1h")),
    (72, ("24h", "6h", "1h")),
    (8 * 24, ("3d", "1d")),
    (32 * 24, ("14d", "7d", "3d", "1d")),
    (366 * 24, ("30d", "14d", "7d", "3d", "1d")),
)
_LONGEST = ("180d", "90d", "30d", "14d", "7d", "3d", "1d")
_ANYWHERE = timedelta(days=1, hours=12)  # when a day is over in the last zone on Earth


@dataclass(frozen=True, slots=True)
class Rung:
    """One reminder of a ladder.

    Attributes:
        name: Such as ``7d`` or ``6h`` before the safe moment, ``overdue`` or ``missed``.
        at: When it is due: aware.
        escalates: Whether it goes to counsel too, not to the owner alone.
    """

    name: str
    at: datetime
    escalates: bool


def names(rule: Rule, when: Moment, safe: Moment) -> tuple[str, ...]:
    """Name the rungs of a deadline: those of its rule, or the usual ones for its length."""
    if rule.reminders:
        return tuple(_name(span) for span in rule.reminders)
    hours = abs((_instant(safe) - _instant(when)).total_seconds()) / 3600
    return next((rungs for limit, rungs in _LADDERS if hours <= limit), _LONGEST)


def rungs(record: DeadlineRecord, zone: tzinfo) -> Iterator[Rung]:
    """Give the rungs of a recorded deadline in the order of gravity, in its owner's zone.

    Days are reminded of in the morning of the owner's day, instants exactly so long before.
    """
    safe = _read(record.safe)
    is_day = not isinstance(safe, datetime)
    start = safe if isinstance(safe, datetime) else datetime.combine(safe, MORNING, zone)
    last = record.reminders[-1] if record.reminders else ""
    for name in record.reminders:
        yield Rung(name, start - _before(name), name == last)
    yield Rung(OVERDUE, start + _DAY if is_day else start, True)
    if (missed := missed_at(record)) is not None:
        yield Rung(MISSED, missed, True)


def missed_at(record: DeadlineRecord) -> datetime | None:
    """Give the moment after which a deadline is missed; None for provisional and earliest ones.

    Without the zone of the place a day is over when it is over everywhere on Earth.
    """
    if record.legal is None or record.bound == "earliest":
        return None
    if record.last_moment is not None:
        return datetime.fromisoformat(record.last_moment)
    legal = _read(record.legal)
    if isinstance(legal, datetime):
        return legal
    return datetime.combine(legal, time(0), UTC) + _ANYWHERE


def _read(text: str) -> Moment:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def _instant(moment: Moment) -> datetime:
    if isinstance(moment, datetime):
        return moment
    return datetime.combine(moment, time(0), UTC)


def _name(span: Span) -> str:
    days = {"weeks": 7, "days": 1}.get(span.unit)
    return f"{span.number * days}d" if days else f"{span.number}h"


def _before(name: str) -> timedelta:
    number = int(name[:-1])
    return timedelta(days=number) if name.endswith("d") else timedelta(hours=number)
