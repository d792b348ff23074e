"""Court calendars: how far each is known, and the days of a year that it moves."""

from collections.abc import Iterator
from datetime import MAXYEAR, MINYEAR, date
from typing import Any

from breachbook.cli.counted import compiled
from breachbook.cli.output import as_json, heading, pairs, table
from breachbook.deadlines.calendars import Calendars, CalendarText, Year
from breachbook.errors import DeadlineError, UsageError

_BASES = {"holidays": "package holidays", "chinesecalendar": "package chinesecalendar", "none": ""}
_DAY_COLUMNS = ("day", "weekday", "state", "estimate", "disputed", "calendars", "because")
_COLUMNS = ("calendar", "known_from", "known_until", "status", "checked_on", "title")


def calendars(
    calendar: str | None = None, /, *, year: int | None = None, json: bool = False
) -> None:
    """List the court calendars with the last day each is known for, or the days of one in a year.

    Past that day a date is provisional: the days shown there are estimates.

    For example:

    - breachbook calendars
    - breachbook calendars DE-NW --year 2026
    - breachbook calendars CN --json

    Args:
        calendar: A country, a part of one, or a court's own, such as JP, GB-ALL or US-CA-COURT.
        year: The year; the last one that is known when left out.
        json: Print JSON.
    """
    law = compiled()
    if calendar is None:
        if year is not None:
            raise UsageError(
                "--year: got no calendar; allowed: with one of `breachbook calendars`"
            )
        found = [_described(text) for text in law.calendars.texts.values()]
        if json:
            as_json(found)
            return
        table(_COLUMNS, [[row[name] for name in _COLUMNS] for row in found])
        return
    described, days = _one(law.calendars, calendar, year)
    law.keep()
    if json:
        as_json({**described, "days": days})
        return
    pairs(described)
    heading(f"days of {described['year']} that are not as their weekday has it")
    table(_DAY_COLUMNS, [[day[name] for name in _DAY_COLUMNS] for day in days])


def _described(text: CalendarText) -> dict[str, Any]:
    parts = text.subdivisions_known_until
    return {
        "calendar": text.id,
        "title": text.title,
        "known_from": text.known_from.isoformat(),
        "known_until": text.known_until.isoformat(),
        "parts_known_until": parts.isoformat() if parts else None,
        "unions": [f"{text.id}-{name}" for name in text.unions],
        "status": text.status,
        "checked_on": text.checked_on.isoformat(),
        "base": _BASES[text.base],
        "authority": text.authority,
        "note": text.note,
    }


def _one(
    calendars: Calendars, name: str, year: int | None
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Describe one calendar, and list the days of a year that are open or closed against their weekday."""
    try:
        view = calendars.view((name,))
        if not view.is_named:
            raise UsageError(f"got {name}, which has no days of its own; allowed: a calendar")
        number = view.known_until.year if year is None else year
        if not MINYEAR < number < MAXYEAR:
            raise UsageError(f"--year: got {number}; allowed: {MINYEAR + 1} to {MAXYEAR - 1}")
        view.is_closed(date(number, 1, 1))
    except DeadlineError as error:
        raise UsageError(str(error)) from error
    country, _, part = (name, "", "") if name in calendars.texts else name.partition("-")
    text = calendars.texts[country]
    parts = text.unions.get(part, (part,))
    places = {f"{country}-{part}" if part else country: part for part in parts}
    read = {place: days for place, at, days in calendars.years() if at == number}
    rows: dict[tuple[date, str, str], list[str]] = {}
    for place, part in places.items():
        for day, state, because in _days(text, part, number, read[place]):
            rows.setdefault((day, state, because), []).append(place)
    disputed = view.disputed(date(number, 1, 1), date(number, 12, 31))
    days = [
        {
            "day": day.isoformat(),
            "weekday": f"{day:%a}",
            "state": state,
            "estimate": not view.knows(day),
            "disputed": day in disputed,
            "calendars": places_,
            "because": because,
        }
        for (day, state, because), places_ in sorted(rows.items())
    ]
    until = view.known_until.isoformat()
    return {**_described(text), "calendar": name, "known_until": until, "year": number}, days


def _days(
    text: CalendarText, part: str, number: int, year: Year
) -> Iterator[tuple[date, str, str]]:
    """Give each day with its state and why; our own entries are named before the package's."""
    because = _names(text, part, number)
    because |= {day: entry.because for entry in text.recurring if (day := entry.on(number))}
    own = [entry.day for entry in text.entries.values() if entry.day.year == number]
    because |= {day: text.entries[day].because for day in own}
    opened = [day for entry in text.recurring if entry.is_open and (day := entry.on(number))]
    for day in year.closed | year.working | year.offices | {*own, *opened}:
        state = "closed" if day in year.closed else "open"
        if state == "open" and day in year.offices:
            state = "offices closed"
        yield day, state, because.get(day, _BASES[text.base])


def _names(text: CalendarText, part: str, number: int) -> dict[date, str]:
    """Name the days that the package knows of a year."""
    found: dict[date, str] = {}
    if text.base == "chinesecalendar":
        from chinese_calendar import constants

        named = {**constants.workdays, **constants.holidays}
        found = {
            day: f"{name}, {'rest' if day in constants.holidays else 'worked in exchange'}"
            for day, name in named.items()
            if day.year == number
        }
    if not found and text.base != "none":
        import holidays

        found.update(
            holidays.country_holidays(
                text.of,
                subdiv=part or None,
                years=number,
                categories=text.categories,
                language="en_US",
            ).items()
        )
    return {day: f"{name} ({_BASES[text.base]})" for day, name in found.items()}
