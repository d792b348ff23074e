"""Counting: worked examples, the three dates of every result, and what is refused."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachbook.deadlines import REGIMES, Computed, count
from breachbook.deadlines.compute import shipped_calendars
from breachbook.errors import DeadlineError

VECTORS = [
    json.loads(line)
    for line in (Path(__file__).parent / "cases" / "vectors.jsonl").read_text("utf-8").splitlines()
]
ROLLED = {
    "us-frcp": ("US", "America/New_York"),
    "us-frap": ("US", "America/New_York"),
    "us-itc": ("US", None),
    "cn-civil-procedure": ("CN", None),
    "cn-civil-code": ("CN", None),
    "cn-criminal": ("CN", None),
}
DAYS = st.dates(date(2010, 1, 1), date(2026, 9, 30))


def _moment(text: str) -> date | datetime:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def _matches(got: date | datetime | None, expected: str) -> bool:
    wanted = _moment(expected)
    if isinstance(wanted, datetime):
        return got == wanted
    return (got.date() if isinstance(got, datetime) else got) == wanted


def _vector(item: dict[str, Any]) -> Computed:
    return count(
        item["regime"],
        _moment(item["trigger"]),
        item["period"],
        item["direction"],
        item.get("options", {}),
    )


@pytest.mark.parametrize("item", VECTORS, ids=[item["id"] for item in VECTORS])
def test_count_agrees_with_each_worked_example(item: dict[str, Any]) -> None:
    """Every key a worked example expects, and no other, is what the count gives."""
    got = _vector(item)

    for key, expected in item["expect"].items():
        value = getattr(got, key)
        assert value is expected if isinstance(expected, bool) else _matches(value, expected)


@pytest.mark.parametrize("item", VECTORS, ids=[item["id"] for item in VECTORS])
def test_count_shows_its_working_and_a_safe_date_not_after_the_legal_one(
    item: dict[str, Any],
) -> None:
    """Every result can be followed step by step, and is safe no later than legal."""
    got = _vector(item)

    assert len(got.working) >= 2
    assert got.legal is None or got.safe <= got.legal
    assert got.provisional == (got.legal is None)


@pytest.mark.parametrize(
    ("closed", "legal"),
    [
        ("2021-12-31", "2022-01-03"),  # New Year's Day of the next year, kept in this one
        ("2026-07-03", "2026-07-06"),
        ("2027-12-24", "2027-12-27"),
        ("2027-12-31", "2028-01-03"),
        ("2028-11-10", "2028-11-13"),
    ],
)
def test_friday_kept_for_a_saturday_holiday_is_closed_and_disputed(
    closed: str, legal: str
) -> None:
    """A Friday kept for a Saturday holiday moves the end, and the safe date lies before it."""
    day = date.fromisoformat(closed)

    got = count("us-frcp", day - timedelta(days=14), "14 days")

    assert (got.raw, got.legal) == (day, date.fromisoformat(legal))
    assert got.safe == day - timedelta(days=1)
    assert "disputed" in got.warnings


def test_closing_by_executive_order_is_counted_in_both_readings() -> None:
    """A day closed by the President moves the legal end; safe keeps the earlier reading."""
    got = count("us-frcp", date(2018, 11, 21), "14 days")

    assert (got.legal, got.safe) == (date(2018, 12, 6), date(2018, 12, 4))
    assert "disputed" in got.warnings


def test_disputed_base_of_a_mailed_period_gives_the_earlier_safe_date() -> None:
    """Three days for mail are added to the end of either reading; the safe date is the earlier."""
    got = count("us-frcp", date(2026, 6, 19), "14 days", options={"service": "mail"})

    assert (got.legal, got.safe) == (date(2026, 7, 9), date(2026, 7, 6))


def test_short_itc_period_counts_a_disputed_closing_in_both_readings() -> None:
    """A closing by order inside a short period lengthens it in one reading only."""
    got = count("us-itc", date(2018, 12, 3), "5 days")

    assert (got.legal, got.safe) == (date(2018, 12, 11), date(2018, 12, 10))


def test_past_the_official_calendar_a_date_is_provisional() -> None:
    """Past the last official notice there is no legal date, and the result says so."""
    got = count("cn-civil-procedure", date(2026, 12, 20), "15 days")

    assert (got.raw, got.legal, got.provisional) == (date(2027, 1, 4), None, True)
    assert "provisional" in got.warnings
    assert got.last_moment is None


def test_a_roll_over_the_end_of_the_official_calendar_is_provisional() -> None:
    """A period that ends inside the known days but moves beyond them has no legal date."""
    options = {"calendar_known_until": "2026-10-03"}

    got = count("cn-civil-procedure", date(2026, 9, 16), "15 days", options=options)

    assert (got.raw, got.legal, got.safe) == (date(2026, 10, 1), None, date(2026, 9, 30))


def test_without_an_open_day_the_safe_date_is_the_raw_end() -> None:
    """With no open day between trigger and raw end, safe is the earlier of raw and legal."""
    got = count("cn-civil-procedure", date(2026, 10, 1), "5 days")

    assert got.warnings == ("no-open-day",)
    assert (got.raw, got.legal, got.safe) == (
        date(2026, 10, 6),
        date(2026, 10, 8),
        date(2026, 10, 6),
    )


def test_earliest_bound_gives_the_first_permitted_day() -> None:
    """For a first permitted day the safe date is the first open day on or after it."""
    options = {"bound": "earliest", "court_timezone": "America/New_York"}

    got = count("us-frcp", date(2026, 7, 2), "2 days", options=options)

    assert (got.legal, got.safe) == (date(2026, 7, 4), date(2026, 7, 6))
    assert got.last_moment is not None
    assert got.last_moment.isoformat() == "2026-07-04T00:00:00-04:00"


def test_the_day_of_an_instant_is_that_of_the_place() -> None:
    """An evening in Chicago is already the next day in China."""
    when = datetime.fromisoformat("2026-09-30T15:00:00-05:00")

    got = count("cn-civil-procedure", when, "5 days")

    assert got.raw == date(2026, 10, 6)


def test_last_moment_is_the_closing_hour_of_the_place() -> None:
    """A day ends at 17:15 Eastern before the Commission and at the end of the day in a court."""
    itc = count("us-itc", date(2026, 3, 2), "12 days")
    court = count("us-frcp", date(2026, 3, 2), "14 days", options={"court_timezone": "US/Pacific"})

    assert itc.last_moment is not None
    assert court.last_moment is not None
    assert itc.last_moment.isoformat() == "2026-03-16T17:15:00-04:00"
    assert court.last_moment.isoformat() == "2026-03-16T23:59:59-07:00"


def test_hours_that_end_on_a_weekend_move_to_the_same_clock_time_in_court() -> None:
    """Court hours that end on a Saturday move to the clock time on Monday; safe stays."""
    when = datetime.fromisoformat("2026-03-05T10:23:00-05:00")
    options = {"court_timezone": "America/New_York"}

    got = count("us-frcp", when, "48 hours", options=options)

    assert got.legal == datetime.fromisoformat("2026-03-09T10:23:00-04:00")
    assert got.safe == datetime.fromisoformat("2026-03-07T10:23:00-05:00")


def test_backward_period_rolls_back_and_ignores_state_holidays() -> None:
    """Backward from a hearing, a holiday of the state does not count."""
    options = {"calendar": "US-MA"}

    got = count("us-frcp", date(2026, 5, 4), "14 days", "before", options)

    assert (got.raw, got.legal) == (date(2026, 4, 20), date(2026, 4, 20))


def test_forward_period_counts_holidays_of_the_state() -> None:
    """Forward, a holiday of the state in which the court sits moves the end."""
    got = count("us-frcp", date(2026, 4, 6), "14 days", options={"calendar": "US-MA"})

    assert got.legal == date(2026, 4, 21)


def test_backward_chinese_period_plans_a_day_less() -> None:
    """Backward counting rests on analogy, so the safe date is a day earlier."""
    got = count("cn-civil-procedure", date(2026, 3, 31), "7 days", "before")

    assert (got.legal, got.safe) == (date(2026, 3, 24), date(2026, 3, 23))


def test_longer_of_two_spans_counts() -> None:
    """Of several spans the one that ends last is the result."""
    got = count("us-itc", date(2026, 3, 2), "max(5 business-days, 12 days)")

    assert got.legal == date(2026, 3, 16)


@pytest.mark.parametrize(
    ("regime", "when", "period", "direction", "options", "said"),
    [
        ("us-frpc", date(2026, 1, 5), "14 days", "after", {}, "us-frcp"),
        ("us-frcp", date(2026, 1, 5), "14 sleeps", "after", {}, "12 days"),
        ("us-itc", date(2026, 1, 5), "3 months", "after", {}, "business-days"),
        ("us-frcp", date(2026, 1, 5), "48 hours", "after", {"court_timezone": "UTC"}, "instant"),
        ("us-frcp", date(2026, 1, 5), "14 days", "after", {"colour": "red"}, "calendar"),
        ("us-frcp", date(2026, 1, 5), "14 days", "after", {"service": "pigeon"}, "mail"),
        ("us-frcp", date(2026, 1, 5), "14 days", "after", {"calendar": "XX"}, "US"),
        ("us-frcp", date(2026, 1, 5), "14 days", "after", {"calendar": "US-QQ"}, "known"),
        ("us-itc", date(2026, 1, 5), "14 days", "after", {"calendar": "US-DC"}, "US"),
        ("calendar-days", date(2026, 1, 5), "14 days", "after", {"calendar": "XX"}, "CN"),
        ("us-frcp", date(2026, 1, 5), "14 days", "after", {"court_timezone": "Mars"}, "IANA"),
        ("cn-civil-code", date(2026, 1, 5), "14 days", "before", {}, "after"),
        ("calendar-days", date(2026, 1, 5), "14 days", "after", {"service": "mail"}, "bound"),
        ("cn-civil-procedure", date(9999, 1, 5), "3 years", "after", {}, "calendar"),
        ("us-frcp", datetime(2026, 1, 5, 9), "14 days", "after", {}, "offset"),  # noqa: DTZ001 (the fault)
    ],
)
def test_count_refuses_what_it_cannot_count(
    regime: str, when: date, period: str, direction: Any, options: dict[str, object], said: str
) -> None:
    """An unknown regime, calendar, zone, unit or option is refused, never guessed."""
    with pytest.raises(DeadlineError, match=said):
        count(regime, when, period, direction, options)


@given(regime=st.sampled_from(sorted(ROLLED)), when=DAYS, days=st.integers(1, 120))
def test_a_rolled_deadline_is_never_on_a_closed_day(regime: str, when: date, days: int) -> None:
    """A legal end counted forward is an open day of the place, and the safe day is no later."""
    got = count(regime, when, f"{days} days")

    calendar = shipped_calendars().view((ROLLED[regime][0],), frozenset(), None)
    if got.legal is not None:
        assert not calendar.is_closed(got.legal)
        assert got.safe <= got.legal


@given(
    regime=st.sampled_from(sorted(ROLLED)),
    when=DAYS,
    later=st.integers(1, 30),
    n=st.integers(1, 90),
)
def test_a_later_trigger_gives_no_earlier_deadline(
    regime: str, when: date, later: int, n: int
) -> None:
    """Moving the trigger later never moves the end earlier."""
    first = count(regime, when, f"{n} days")
    second = count(regime, when + timedelta(days=later), f"{n} days")

    assert first.raw <= second.raw
    if first.legal is not None and second.legal is not None:
        assert first.legal <= second.legal


@given(when=DAYS, months=st.integers(1, 48), unit=st.sampled_from(["months", "years"]))
def test_months_and_years_end_on_the_same_number_or_the_last_day(
    when: date, months: int, unit: str
) -> None:
    """Months and years end on the trigger's day number, or on the last day of the month."""
    got = count("cn-civil-code", when, f"{months if unit == 'months' else months % 5 + 1} {unit}")

    assert got.raw.day == when.day or (got.raw + timedelta(days=1)).day == 1


def test_every_regime_names_its_authority() -> None:
    """Each way of counting says where it stands."""
    assert all(regime.authority and regime.id == name for name, regime in REGIMES.items())
