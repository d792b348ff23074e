"""When people are reminded of what only they can do: decisions waited for, holds not yet acknowledged.

The distance doubles from one reminder to the next. What is not urgent waits for the working hours
of the person's own zone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from breachbook.entries import Approval
from breachbook.hold_book import Hold

OPENS, CLOSES = time(9), time(18)
_SATURDAY = 5
_APPROVAL_HOURS = (2, 6, 14, 30, 62, 126)  # after the request: each wait is twice the last one
_HOLD_HOURS = (24, 72, 168)
_HOLD_ESCALATES = timedelta(days=7)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Nudge:
    """One reminder.

    Attributes:
        number: 1 for the first.
        escalates: Whether it goes to those who keep the matter too.
        to_manager: Whether it goes to the manager of the person who stays silent.
    """

    number: int
    at: datetime
    escalates: bool = False
    to_manager: bool = False


def in_working_hours(moment: datetime, zone: tzinfo) -> datetime:
    """Move a moment to the next working hour of a zone, if it is not in one: Monday to Friday, 9 to 18."""
    local = moment.astimezone(zone)
    if local.time() >= CLOSES:
        local = datetime.combine(local.date() + _DAY, OPENS, zone)
    elif local.time() < OPENS:
        local = datetime.combine(local.date(), OPENS, zone)
    while local.weekday() >= _SATURDAY:
        local = datetime.combine(local.date() + _DAY, OPENS, zone)
    return local


def of_approval(approval: Approval, zone: tzinfo) -> Iterator[Nudge]:
    """Give the reminders of a request to one person asked, in their zone, while it can be decided.

    Where no working hour lies before its end, the one reminder comes at half its time, at any hour.
    """
    seen: set[datetime] = set()
    for number, hours in enumerate(_APPROVAL_HOURS, 1):
        at = approval.requested_at + timedelta(hours=hours)
        if not approval.urgent:
            at = in_working_hours(at, zone)
        if at < approval.expires_at and at not in seen:
            seen.add(at)
            yield Nudge(number, at)
    if not seen:
        half = approval.requested_at + (approval.expires_at - approval.requested_at) / 2
        yield Nudge(1, half)


def of_hold(hold: Hold, zone: tzinfo, *, managed: bool = False) -> Iterator[Nudge]:
    """Give the reminders of what a hold awaits from a person: acknowledgement, answers or tasks.

    The last goes to those who keep the matter; the one before it, a day earlier, to the manager.

    Args:
        managed: Whether the person has a manager who can be told.
    """
    if not hold.awaits:
        return
    since = hold.awaits_since
    for number, hours in enumerate(_HOLD_HOURS, 1):
        yield Nudge(number, in_working_hours(since + timedelta(hours=hours), zone))
    asked = hold.awaits == "acknowledgement"
    due = in_working_hours((asked and hold.reply_by) or since + _HOLD_ESCALATES, zone)
    last = len(_HOLD_HOURS) + 1
    if managed:
        yield Nudge(last + 1, due, to_manager=True)
        due = in_working_hours(due + _DAY, zone)
    yield Nudge(last, due, escalates=True)


def newest(nudges: Iterator[Nudge], now: datetime) -> Nudge | None:
    """Give the gravest reminder whose moment has passed; earlier ones say nothing any more."""
    passed = [nudge for nudge in nudges if nudge.at <= now]
    if not passed:
        return None
    return max(passed, key=lambda nudge: (nudge.escalates, nudge.to_manager, nudge.at))
