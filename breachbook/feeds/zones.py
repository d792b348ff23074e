"""Time zones as iCalendar writes them (RFC 5545, 3.6.5): each change of the clock by itself.

Not by recurrence rules, which a law may end, nor by lists of dates, which not every parser reads.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

_DAY, _SECOND = timedelta(days=1), timedelta(seconds=1)


def timezone(zone: ZoneInfo, first_year: int, last_year: int) -> Timezone:
    """Describe a zone for some years, both included."""
    start = datetime(first_year, 1, 1, tzinfo=UTC)
    made = Timezone()
    made.add("TZID", zone.key)
    made.add_component(_observance(zone, start, start))
    for change in _changes(zone, start, datetime(last_year + 1, 1, 1, tzinfo=UTC)):
        made.add_component(_observance(zone, change - _SECOND, change))
    return made


def _observance(
    zone: ZoneInfo, before: datetime, from_: datetime
) -> TimezoneStandard | TimezoneDaylight:
    old, new = before.astimezone(zone), from_.astimezone(zone)
    old_offset, new_offset = old.utcoffset() or timedelta(0), new.utcoffset() or timedelta(0)
    made = TimezoneDaylight() if new.dst() else TimezoneStandard()
    # The onset is told by the clock as it went until then.
    made.add("DTSTART", from_.replace(tzinfo=None) + old_offset)
    made.add("TZOFFSETFROM", old_offset)
    made.add("TZOFFSETTO", new_offset)
    made.add("TZNAME", new.tzname())
    return made


def _changes(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[datetime]:
    """Give the instants, in UTC, from which another offset holds."""
    while start < end:
        after = start + _DAY
        if _offset(zone, after) != _offset(zone, start):
            yield _first(zone, start, after)
        start = after


def _first(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    while high - low > _SECOND:
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        if _offset(zone, middle) == _offset(zone, low):
            low = middle
        else:
            high = middle
    return high


def _offset(zone: ZoneInfo, at: datetime) -> timedelta | None:
    return at.astimezone(zone).utcoffset()
