"""Court calendars: what the packages lack is there, every horizon holds, no place is guessed."""

from datetime import date, timedelta

import pytest

from breachbook.deadlines import count
from breachbook.deadlines.calendars import (
    MON_FRI,
    MON_SAT,
    OFFICE,
    Calendars,
    CalendarText,
    Entry,
    Recurring,
    View,
    Week,
)
from breachbook.deadlines.compute import shipped_calendars
from breachbook.errors import DeadlineError

DAY = timedelta(days=1)
PARTS_OF_GB = ("GB-ENG", "GB-WLS", "GB-SCT", "GB-NIR")


def view(*names: str, week: Week = MON_FRI) -> View:
    """Give the view of calendars we ship."""
    return shipped_calendars().view(names, None, week)


def closed(name: str, year: int, week: Week = MON_FRI) -> set[str]:
    """List the weekdays of a year, as month and day, on which a place is closed."""
    seen, first = view(name, week=week), date(year, 1, 1)
    days = (first + number * DAY for number in range(366))
    return {
        f"{day:%m-%d}"
        for day in days
        if day.year == year and day.weekday() not in week.rest and seen.is_closed(day)
    }


def days(text: str) -> set[str]:
    """Write out days and spans of days, such as ``02-15..02-23``."""
    found = set()
    for part in text.split():
        first, _, last = part.partition("..")
        day, end = date.fromisoformat(f"2026-{first}"), date.fromisoformat(f"2026-{last or first}")
        while day <= end:
            found.add(f"{day:%m-%d}")
            day += DAY
    return found


@pytest.mark.parametrize("year", range(2010, 2031))
def test_5_may_is_a_dutch_holiday_every_year(year: int) -> None:
    """For legal terms 5 May counts each year, though employers keep it every fifth."""
    assert view("NL", week=Week(frozenset())).is_closed(date(year, 5, 5))


def test_good_friday_is_a_dutch_holiday_for_legal_terms() -> None:
    """Article 3 of the Algemene termijnenwet treats Good Friday as one."""
    assert closed("NL", 2026) == days("01-01 04-03 04-06 04-27 05-05 05-14 05-25 12-25")


@pytest.mark.parametrize("day", ["2025-12-29", "2025-12-30", "2025-12-31", "2026-01-02"])
def test_turn_of_the_year_in_japan_closes_courts_and_offices_only(day: str) -> None:
    """The package lacks these days; the Civil Code does not know them."""
    when = date.fromisoformat(day)

    assert view("JP", week=OFFICE).is_closed(when)
    assert not view("JP").is_closed(when)


def test_substitute_and_sandwich_days_of_japan_are_holidays() -> None:
    """A day between two holidays is one, and a Sunday holiday moves to the next weekday."""
    assert {"05-06", "09-22"} <= closed("JP", 2026)


def test_united_kingdom_has_no_calendar_of_its_own() -> None:
    """Without a part the package gives too few days, so the country alone is refused."""
    with pytest.raises(
        DeadlineError, match=r"got .GB.; allowed: GB-ENG, .*GB-ALL.* no common one"
    ):
        view("GB")


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_union_of_the_united_kingdom_has_the_days_of_every_part(year: int) -> None:
    """A bank holiday in any part is no working day of the union."""
    union = closed("GB-ALL", year)

    assert union == set().union(*(closed(part, year) for part in PARTS_OF_GB))
    assert union > closed("GB-ENG", year)


def test_parts_of_the_united_kingdom_differ() -> None:
    """Easter Monday is no holiday of Scotland, 2 January and St Andrew's Day are."""
    assert "04-06" in closed("GB-ENG", 2026) - closed("GB-SCT", 2026)
    assert {"01-02", "11-30"} <= closed("GB-SCT", 2026) - closed("GB-ENG", 2026)
    assert {"03-17", "07-13"} <= closed("GB-NIR", 2026) - closed("GB-ENG", 2026)


CHINA = {
    2024: (
        "01-01 02-10..02-17 04-04..04-06 05-01..05-05 06-10 09-15..09-17 10-01..10-07",
        "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
    ),
    2025: (
        "01-01 01-28..02-04 04-04..04-06 05-01..05-05 05-31..06-02 10-01..10-08",
        "01-26 02-08 04-27 09-28 10-11",
    ),
    2026: (
        "01-01..01-03 02-15..02-23 04-04..04-06 05-01..05-05 06-19..06-21 09-25..09-27 10-01..10-07",
        "01-04 02-14 02-28 05-09 09-20 10-10",
    ),
}


@pytest.mark.parametrize("year", sorted(CHINA))
def test_china_rests_and_works_as_the_notice_of_the_year_says(year: int) -> None:
    """Every day off and every weekend day worked in exchange is that of the State Council."""
    off, worked = CHINA[year]
    seen, first = view("CN"), date(year, 1, 1)

    wrong = []
    for day in (first + number * DAY for number in range(365)):
        name = f"{day:%m-%d}"
        expected = name in days(off) or (day.weekday() >= 5 and name not in days(worked))
        if seen.is_closed(day) != expected:
            wrong.append(day)
    assert wrong == []


HONG_KONG = {
    2024: "01-01 02-10 02-12 02-13 03-29 03-30 04-01 04-04 05-01 05-15 06-10 07-01 09-18 10-01 "
    "10-11 12-25 12-26",
    2025: "01-01 01-29..01-31 04-04 04-18 04-19 04-21 05-01 05-05 05-31 07-01 10-01 10-07 10-29 "
    "12-25 12-26",
    2026: "01-01 02-17..02-19 04-03 04-04 04-06 04-07 05-01 05-25 06-19 07-01 09-26 10-01 10-19 "
    "12-25 12-26",
}


@pytest.mark.parametrize("year", sorted(HONG_KONG))
def test_hong_kong_keeps_its_general_holidays_and_works_on_saturday(year: int) -> None:
    """Good Friday and the days beside it, in the package's second category, are loaded."""
    assert closed("HK", year, MON_SAT) == days(HONG_KONG[year])


def test_taiwan_keeps_the_holidays_added_in_2025() -> None:
    """Teachers' Day, Restoration Day and Constitution Day are kept since the act of 2025."""
    assert closed("TW", 2026) == days(
        "01-01 02-16..02-20 02-27 04-03 04-06 05-01 06-19 09-25 09-28 10-09 10-26 12-25"
    )


ORDERED = ["2012-12-24", "2014-12-26", "2018-12-05", "2018-12-24", "2019-12-24", "2020-12-24"]
ORDERED += ["2024-12-24", "2025-01-09", "2025-12-24", "2025-12-26"]


@pytest.mark.parametrize("day", ORDERED)
def test_closing_by_executive_order_is_closed_and_disputed(day: str) -> None:
    """Each full-day closing since 2012 is there, and whether it counts is arguable."""
    when = date.fromisoformat(day)

    assert view("US").is_closed(when)
    assert view("US").disputed(when, when) == {when}
    assert not view("US").opening(frozenset({when})).is_closed(when)


@pytest.mark.parametrize("day", ["2009-12-24", "2015-12-24", "2026-12-24", "2025-01-20"])
def test_half_days_and_days_nobody_ordered_are_not_disputed(day: str) -> None:
    """Half-day closings are no holidays; Inauguration Day 2025 was that of Martin Luther King."""
    when = date.fromisoformat(day)

    assert view("US").disputed(when, when) == frozenset()
    assert view("US").is_closed(when) == (day == "2025-01-20")


@pytest.mark.parametrize(
    "day", ["2020-07-03", "2021-12-24", "2021-12-31", "2026-07-03", "2027-06-18", "2027-12-31"]
)
def test_friday_kept_for_a_saturday_holiday_is_closed_and_disputed(day: str) -> None:
    """The statute keeps it for pay and leave; courts treat it as the holiday."""
    when = date.fromisoformat(day)

    assert view("US").is_closed(when)
    assert view("US").disputed(when, when) == {when}


def test_monday_kept_for_a_sunday_holiday_is_not_disputed() -> None:
    """The order that moves Sunday holidays to Monday is not in doubt."""
    monday = date(2021, 7, 5)

    assert view("US").is_closed(monday)
    assert view("US").disputed(monday, monday) == frozenset()


def test_courts_of_california_keep_their_own_holidays() -> None:
    """Lincoln, Chavez, Native American Day and the day after Thanksgiving, but not Columbus Day."""
    court, federal = closed("US-CA-COURT", 2026), closed("US", 2026)

    assert court - federal == days("02-12 03-31 09-25 11-27")
    assert federal - court == days("10-12")


def test_courts_of_california_move_a_holiday_from_the_weekend() -> None:
    """A Saturday holiday is kept on Friday and a Sunday one on Monday."""
    assert {"06-18", "07-05", "12-24", "12-31"} <= closed("US-CA-COURT", 2027)
    assert "02-11" in closed("US-CA-COURT", 2022)  # Lincoln's birthday was a Saturday
    assert "02-13" in closed("US-CA-COURT", 2023)  # and a Sunday


def test_columbus_day_was_a_court_holiday_of_california_until_2021() -> None:
    """Native American Day took its place from 2022 on."""
    assert "10-11" in closed("US-CA-COURT", 2021)
    assert "09-24" not in closed("US-CA-COURT", 2021)
    assert "10-10" not in closed("US-CA-COURT", 2022)
    assert "09-23" in closed("US-CA-COURT", 2022)


def test_closing_of_federal_offices_does_not_close_courts_of_california() -> None:
    """An executive order binds the federal departments only."""
    assert not view("US-CA-COURT").is_closed(date(2025, 12, 26))


@pytest.mark.parametrize("day", ["2024-04-01", "2025-04-21", "2026-04-06"])
def test_easter_monday_is_a_federal_holiday_of_canada(day: str) -> None:
    """The Interpretation Act names it, and the package lacks it; Ontario keeps it for those acts."""
    assert view("CA").is_closed(date.fromisoformat(day))
    assert view("CA-ON").is_closed(date.fromisoformat(day))


def test_day_for_truth_and_reconciliation_is_a_holiday_of_canada_since_2021() -> None:
    """30 September is in the list since 2021."""
    assert "09-30" in closed("CA", 2026)
    assert "09-30" not in closed("CA", 2020)


@pytest.mark.parametrize(
    ("part", "day", "other"),
    [
        ("DE-BY", "2026-06-04", "DE-BE"),  # Corpus Christi
        ("DE-SN", "2026-11-18", "DE-NW"),  # Buss- und Bettag
        ("FR-57", "2026-04-03", "FR"),  # Good Friday in Moselle
        ("US-MA", "2026-04-20", "US"),  # Patriots' Day
        ("AU-NSW", "2026-04-27", "AU-VIC"),  # Anzac Day on the Monday
        ("IT-MI", "2026-12-07", "IT"),  # Saint Ambrose
        ("CH-ZH", "2026-04-06", "CH"),  # Easter Monday
    ],
)
def test_holiday_of_a_part_closes_that_part_only(part: str, day: str, other: str) -> None:
    """A regional holiday counts where the act is done."""
    assert view(part).is_closed(date.fromisoformat(day))
    assert not view(other).is_closed(date.fromisoformat(day))


def test_days_exchanged_in_viet_nam_are_followed() -> None:
    """Monday 31 August 2026 is off and Saturday 22 August is worked."""
    assert view("VN").is_closed(date(2026, 8, 31))
    assert not view("VN").is_closed(date(2026, 8, 22))


def test_carnival_is_no_national_holiday_of_brazil() -> None:
    """It is optional; 20 November is a holiday since 2024."""
    assert "02-17" not in closed("BR", 2026)
    assert "11-20" in closed("BR", 2026)


def test_every_calendar_states_its_horizon_and_its_authority() -> None:
    """Each calendar says how far it is known, by what text, and when that was read."""
    later = {"US": date(2030, 12, 31), "US-CA-COURT": date(2027, 12, 31)}

    for name, text in shipped_calendars().texts.items():
        assert text.known_until == later.get(name, date(2026, 12, 31)), name
        assert text.known_from <= date(2015, 1, 1), name
        assert text.authority.strip(), name
        assert text.checked_on == date(2026, 11, 22), name
        assert text.subdivisions_known_until in (None, date(2026, 12, 31)), name


def test_a_part_is_known_no_further_than_the_parts() -> None:
    """Federal holidays stand to 2030 by statute, those of a state to the end of 2026."""
    assert view("US").knows(date(2030, 12, 31))
    assert not view("US").knows(date(2031, 1, 1))
    assert view("US-MA").known_until == date(2026, 12, 31)
    assert view("US", "US-MA").known_until == date(2026, 12, 31)
    assert not view("CN").knows(date(2003, 12, 31))


@pytest.mark.parametrize(
    ("regime", "calendar"),
    [
        ("cn-workday", None),
        ("hk-rhc", None),
        ("jp-ccp", None),
        ("gb-cpr", "GB-ENG"),
        ("eu-1182", "FR"),
        ("us-frcp", "US-CA"),
        ("de-zpo", "DE-BY"),
    ],
)
def test_result_past_the_horizon_is_provisional(regime: str, calendar: str | None) -> None:
    """On the last known day there is a final date; past it none, with the reason said."""
    options = {"calendar": calendar} if calendar else {}
    period = "5 business-days" if regime in ("cn-workday", "gb-cpr", "eu-1182") else "10 days"

    known = count(regime, date(2026, 12, 16), period, options=options)
    beyond = count(regime, date(2026, 12, 28), period, options=options)

    assert known.legal is not None
    assert (beyond.legal, beyond.last_moment, beyond.provisional) == (None, None, True)
    assert beyond.safe <= beyond.raw
    assert any("known until 2026-12-31" in step.text for step in beyond.working)


def test_told_horizon_takes_the_place_of_the_calendars_own() -> None:
    """Who has read a later notice, or distrusts an earlier one, says how far it reaches."""
    later = {"calendar_known_until": "2027-12-31"}
    sooner = {"calendar_known_until": "2026-10-03"}

    assert count("jp-ccp", date(2026, 12, 28), "10 days", options=later).legal == date(2027, 1, 7)
    assert count("cn-civil-procedure", date(2026, 9, 16), "15 days", options=sooner).legal is None


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("XX", r"got 'XX'; allowed: AT, AU, .*, or `weekends`; add the calendar with its source"),
        ("US-QQ", r"got 'US-QQ'; allowed: US, US-AK, US-AL"),
        ("DE-Bayern", r"got 'DE-Bayern'; allowed: DE, .*DE-BY"),
        ("GB-LON", r"got 'GB-LON'; allowed: GB, .*GB-ENG.*GB-ALL"),
        ("CN-XJ", r"got 'CN-XJ'; allowed: AT, AU, .*, a subdivision of one that has them"),
        ("NL-NH", r"got 'NL-NH'; allowed: AT, AU, .*, a subdivision of one that has them"),
        ("", r"got ''; allowed: AT, AU"),
    ],
)
def test_unknown_place_is_refused_with_what_is_allowed(name: str, allowed: str) -> None:
    """No place is ever counted without its holidays."""
    with pytest.raises(DeadlineError, match=allowed):
        view(name)


def test_weekends_alone_are_a_calendar_of_no_place() -> None:
    """Saturdays and Sundays only: nothing is named, everything is known."""
    weekends = view("weekends")

    assert not weekends.is_named
    assert weekends.is_closed(date(2026, 3, 7))
    assert not weekends.is_closed(date(2026, 12, 25))
    assert weekends.knows(date(2200, 1, 1))


def text(**more: object) -> CalendarText:
    """Write a calendar that rests on no package."""
    values = {
        "id": "ZZ",
        "title": "Nowhere",
        "base": "none",
        "known_from": date(2020, 1, 1),
        "known_until": date(2026, 12, 31),
        **more,
    }
    return CalendarText(**values)  # type: ignore[arg-type] # each key is a field


def test_entry_opens_or_closes_a_day_against_its_base() -> None:
    """A dated entry of ours is the last word, also on a weekend."""
    entries = {
        date(2026, 3, 2): Entry(date(2026, 3, 2), False, True, "closed by order"),
        date(2026, 3, 7): Entry(date(2026, 3, 7), True, False, "worked in exchange"),
    }
    seen = Calendars([text(entries=entries)]).view(("ZZ",))

    assert seen.is_closed(date(2026, 3, 2))
    assert not seen.is_closed(date(2026, 3, 7))
    assert seen.disputed(date(2026, 1, 1), date(2026, 12, 31)) == {date(2026, 3, 2)}


def test_weekend_day_is_worked_in_a_union_only_if_all_work() -> None:
    """A Saturday worked in one place stays free where the other keeps it."""
    saturday = date(2026, 3, 7)
    worked = {saturday: Entry(saturday, True, False, "worked in exchange")}
    calendars = Calendars([text(entries=worked), text(id="YY")])

    assert not calendars.view(("ZZ",)).is_closed(saturday)
    assert calendars.view(("ZZ", "YY")).is_closed(saturday)


@pytest.mark.parametrize(
    ("day", "moved", "year", "expected"),
    [
        ("12-29", False, 2026, date(2026, 12, 29)),
        ("02-12", True, 2022, date(2022, 2, 11)),  # a Saturday
        ("02-12", True, 2023, date(2023, 2, 13)),  # a Sunday
        ("4 fri 9", False, 2026, date(2026, 9, 25)),
        ("4 thu 11 +1", False, 2026, date(2026, 11, 27)),
        ("2 mon 10", False, 2026, date(2026, 10, 12)),
        ("1", False, 2026, date(2026, 4, 6)),
        ("-2", False, 2026, date(2026, 4, 3)),
        ("12-29", False, 2019, None),
    ],
)
def test_day_of_every_year_is_found(
    day: str, moved: bool, year: int, expected: date | None
) -> None:
    """A fixed day, a weekday of a month, the day after it, or days from Easter; none before it began."""
    assert Recurring(day, 2020, False, moved, False, "kept").on(year) == expected


def test_place_that_never_opens_is_an_error() -> None:
    """A search for an open day that finds none says so instead of running on."""
    never = view("weekends", week=Week(frozenset(range(7))))

    with pytest.raises(DeadlineError, match="no open day within 400 days"):
        never.next_open(date(2026, 3, 2))


def test_years_that_were_read_can_be_handed_on() -> None:
    """What was read once from the packages is taken as it is by the next reader."""
    first, second = Calendars([text()]), Calendars([text()])
    first.view(("ZZ",)).is_closed(date(2026, 3, 2))

    for name, number, year in first.years():
        second.take(name, number, year)

    assert list(second.years()) == list(first.years())
    assert [(name, number) for name, number, _ in second.years()] == [("ZZ", 2026)]
