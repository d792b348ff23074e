"""Deadlines as iCalendar (RFC 5545, names of RFC 7986): equal deadlines give equal bytes."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, Timezone

from breachbook import ladder
from breachbook.feeds.entries import CANCELLED, Entry
from breachbook.feeds.wording import EXAMPLE, description, plain, summary
from breachbook.feeds.zones import timezone

_PRODUCT = "-//Breachbook//Deadlines//EN"
_REFRESH = timedelta(hours=1)
_DAY = timedelta(days=1)


def calendar(name: str, entries: Sequence[Entry]) -> bytes:
    """Write a calendar with one event for each deadline.

    Args:
        name: What a client lists the calendar as.
        entries: Watermarked throughout if one of them is of an example.
    """
    mark = f"{EXAMPLE} " if any(entry.example for entry in entries) else ""
    titled = plain(f"{mark}{name}")
    made = Calendar()
    made.add("PRODID", _PRODUCT)
    made.add("VERSION", "2.0")
    made.add("CALSCALE", "GREGORIAN")
    made.add("METHOD", "PUBLISH")
    made.add("NAME", titled)
    made.add("X-WR-CALNAME", titled)
    made.add("REFRESH-INTERVAL", _REFRESH, parameters={"VALUE": "DURATION"})
    made.add("X-PUBLISHED-TTL", "PT1H")
    starts = [_start(entry) for entry in entries]
    for zone in _zones(starts):
        made.add_component(zone)
    for entry, start in zip(entries, starts, strict=True):
        made.add_component(_event(entry, start))
    return bytes(made.to_ical())


def _event(entry: Entry, start: date | datetime) -> Event:
    record, event = entry.record, Event()
    if record.changed_at is None:
        raise AssertionError(f"{record.id}: recorded by no event")
    event.add("UID", entry.uid)
    event.add("SEQUENCE", record.revision)
    event.add("DTSTAMP", record.changed_at)
    event.add("LAST-MODIFIED", record.changed_at)
    event.add("DTSTART", start)
    if not isinstance(start, datetime):
        event.add("DTEND", start + _DAY)
    event.add("TRANSP", "TRANSPARENT")
    event.add("STATUS", "CANCELLED" if record.state in CANCELLED else "CONFIRMED")
    event.add("CLASS", "CONFIDENTIAL")
    event.add("CATEGORIES", ["docket", entry.matter])
    event.add("SUMMARY", summary(entry))
    event.add("DESCRIPTION", description(entry))
    for alarm in _alarms(entry):
        event.add_component(alarm)
    return event


def _alarms(entry: Entry) -> Iterator[Alarm]:
    """Give one alarm for each rung before the safe moment; a day is reminded of in the morning of the reader."""
    safe, record = entry.safe, entry.record
    start = safe if isinstance(safe, datetime) else datetime.combine(safe, time(0), UTC)
    for rung in ladder.rungs(record, UTC) if entry.is_running else ():
        if rung.name in record.reminders:
            alarm = Alarm()
            alarm.add("ACTION", "DISPLAY")
            alarm.add("DESCRIPTION", summary(entry))
            alarm.add("TRIGGER", rung.at - start)
            yield alarm


def _start(entry: Entry) -> date | datetime:
    """Give the day, or the instant at its place.

    The hour that a change of the clock repeats has two instants of one name, and RFC 5545 (3.3.5)
    means the first by it: such an instant is written in UTC, as is one without a known zone.
    """
    safe = entry.safe
    if not isinstance(safe, datetime):
        return safe
    if entry.zone is None or entry.zone.key == "UTC":
        return safe.astimezone(UTC)
    local = safe.astimezone(entry.zone)
    repeated = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return safe.astimezone(UTC) if repeated else local


def _zones(starts: Sequence[date | datetime]) -> Iterator[Timezone]:
    """Describe every zone named, for the years that the events need and one on each side."""
    years: dict[str, list[int]] = {}
    for start in starts:
        if isinstance(start, datetime) and isinstance(start.tzinfo, ZoneInfo):
            years.setdefault(start.tzinfo.key, []).append(start.year)
    for name, found in sorted(years.items()):
        yield timezone(ZoneInfo(name), min(found) - 1, max(found) + 1)
