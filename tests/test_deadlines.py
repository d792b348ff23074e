"""Counting: worked examples, the three dates of every result, and what is refused."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from breachbook.deadlines import REGIMES, WARNINGS, Computed, count
from breachbook.errors import DeadlineError
from tests.counts import agrees, moment, not_after, uncited

VECTORS = [
    json.loads(line)
    for line in (Path(__file__).parent / "cases" / "vectors.jsonl").read_text("utf-8").splitlines()
]
each_vector = pytest.mark.parametrize("item", VECTORS, ids=[item["id"] for item in VECTORS])


def _vector(item: dict[str, Any]) -> Computed:
    return count(
        item["regime"],
        moment(item["trigger"]),
        item["period"],
        item["direction"],
        item.get("options", {}),
    )


@each_vector
def test_count_agrees_with_each_worked_example(item: dict[str, Any]) -> None:
    """Every key a worked example expects, and no other, is what the count gives."""
    got = _vector(item)

    assert item["expect"]
    for key, expected in item["expect"].items():
        assert agrees(getattr(got, key), expected), (key, getattr(got, key), item["why"])


@each_vector
def test_count_shows_its_working_and_a_safe_date_not_after_the_legal_one(
    item: dict[str, Any],
) -> None:
    """Every result can be followed step by step, and is safe no later than legal."""
    got = _vector(item)

    assert len(got.working) >= 2
    assert got.provisional == (got.legal is None)
    if got.legal is not None and item.get("options", {}).get("bound") != "earliest":
        assert not_after(got.safe, got.legal)


@each_vector
def test_every_step_of_the_working_cites_where_it_stands(item: dict[str, Any]) -> None:
    """A sentence that applies a law cites it; flat counting has the text of its rule alone."""
    got = _vector(item)

    if item["regime"] not in ("calendar-days", "elapsed-hours"):
        assert uncited(got) == []


@each_vector
def test_working_of_a_count_in_china_is_also_in_chinese(item: dict[str, Any]) -> None:
    """Letters and desks in China read the steps in Chinese; other places have none."""
    got = _vector(item)

    steps = [step for step in got.working if not step.text.startswith(("disputed", "first perm"))]
    if item["regime"].startswith("cn-"):
        assert [step.text for step in steps if not step.zh] == []
    else:
        assert [step.zh for step in steps if step.zh] == []


@each_vector
def test_disputed_result_gives_every_reading_and_who_reads_it_so(item: dict[str, Any]) -> None:
    """What is disputed names our reading first, then the others, each with its authority."""
    got = _vector(item)

    assert ("disputed" in got.warnings) == bool(got.readings)
    if got.readings:
        assert got.readings[0].raw == got.raw
        assert got.legal is None or agrees(got.legal, str(got.readings[0].legal))
    assert all(reading.says and reading.authority for reading in got.readings)
    assert all(not_after(got.safe, reading.legal or reading.raw) for reading in got.readings)


def test_sentence_of_the_working_is_read_with_its_authority() -> None:
    """Printed, a step of the working shows its citation in brackets; our own rules have none."""
    got = count("us-frcp", date(2026, 3, 2), "14 days")

    assert str(got.working[0]) == (
        "Mon 2026-03-02 is the day of the event and is not counted (6(a)(1)(A))"
    )
    assert str(got.working[-1]).startswith("safe is the last open day on or before Mon 2026-03-16")


def test_warnings_are_a_closed_list() -> None:
    """What a result warns of is one of the words that docket and cards know."""
    warned = {warning for item in VECTORS for warning in _vector(item).warnings}

    assert warned <= set(WARNINGS)
    assert {"disputed", "provisional"} <= warned


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


JANUARY = date(2026, 1, 5)
NAIVE = datetime(2026, 1, 5, 9)  # noqa: DTZ001 (the fault)
AWARE = moment("2026-01-05T09:00:00+01:00")


@pytest.mark.parametrize(
    ("regime", "when", "period", "options", "said"),
    [
        ("us-frpc", JANUARY, "14 days", {}, "got 'us-frpc'; allowed: us-frcp, us-frap"),
        ("us-frcp", JANUARY, "14 sleeps", {}, "got '14 sleeps'; allowed: such as `12 days`"),
        ("us-frcp", JANUARY, "0 days", {}, "got '0 days'; allowed: such as `12 days`"),
        ("us-frcp", JANUARY, "max(14 days)", {}, "allowed: such as `12 days`"),
        ("us-itc", JANUARY, "3 months", {}, "allowed in us-itc: business-days, days"),
        ("us-frcp", JANUARY, "14 days", {"colour": "red"}, "got colour; allowed: calendar, "),
        ("us-frcp", JANUARY, "14 days", {"service": "pigeon"}, "allowed: mail, express, electr"),
        ("us-frcp", JANUARY, "14 days", {"foreign": True}, "got foreign; allowed in us-frcp: "),
        ("us-frcp", JANUARY, "14 days", {"closed": "2026-01-19"}, "options.closed: got "),
        ("us-frcp", JANUARY, "14 days", {"closed": ["soon"]}, "options.closed: got "),
        ("us-frcp", JANUARY, "14 days", {"court_timezone": "Mars"}, "an IANA name such as "),
        ("us-frcp", JANUARY, "14 days", {"calendar": "XX"}, "got 'XX'; allowed in us-frcp: US"),
        ("us-frcp", JANUARY, "14 days", {"calendar": "US-QQ"}, "got 'US-QQ'; allowed: US, US-AK"),
        ("us-itc", JANUARY, "14 days", {"calendar": "US-DC"}, "got 'US-DC'; allowed in us-itc: "),
        ("de-zpo", JANUARY, "14 days", {"calendar": "FR"}, "got 'FR'; allowed in de-zpo: DE"),
        ("calendar-days", JANUARY, "14 days", {"calendar": "XX"}, "got 'XX'; allowed: AT, AU, "),
        ("calendar-days", JANUARY, "14 days", {"calendar": "GB"}, "allowed: GB-ENG, "),
        ("calendar-days", JANUARY, "14 days", {"service": "mail"}, "got service; allowed in "),
        ("eu-1182", JANUARY, "5 business-days", {}, "got nothing; allowed: a Member State"),
        (
            "eu-dora",
            AWARE,
            "4 hours",
            {"cap_from_aware": "24 hours"},
            "options.aware_at: got no",
        ),
        (
            "eu-dora",
            AWARE,
            "4 hours",
            {"aware_at": "2026-01-05T08:00:00"},
            "options.aware_at: got",
        ),
        ("cn-civil-procedure", date(9999, 1, 5), "3 years", {}, "years 1 to 9999"),
    ],
)
def test_count_refuses_what_it_cannot_count(
    regime: str, when: date, period: str, options: dict[str, object], said: str
) -> None:
    """An unknown regime, calendar, zone, unit or option is refused with what is allowed."""
    with pytest.raises(DeadlineError) as refused:
        count(regime, when, period, "after", options)

    assert said in str(refused.value)


@pytest.mark.parametrize("regime", sorted(REGIMES))
def test_count_refuses_an_instant_without_offset(regime: str) -> None:
    """A naive time is no instant anywhere, and never taken for one of this machine's zone."""
    unit = sorted(REGIMES[regime].units)[0]

    with pytest.raises(DeadlineError, match="without an offset; allowed: a date, or a time with"):
        count(regime, NAIVE, f"3 {unit}")


@pytest.mark.parametrize("regime", sorted(r for r in REGIMES if "hours" in REGIMES[r].units))
def test_count_refuses_hours_from_a_bare_date(regime: str) -> None:
    """Hours run from an instant; midnight of the day is never assumed."""
    options = {} if REGIMES[regime].zone else {"court_timezone": "Europe/Berlin"}

    with pytest.raises(DeadlineError, match="got the date 2026-01-05; allowed: a date and time"):
        count(regime, JANUARY, "48 hours", options=options)


@pytest.mark.parametrize(
    "regime", sorted(r for r in REGIMES if REGIMES[r].directions == frozenset({"after"}))
)
def test_count_refuses_a_direction_the_law_does_not_know(regime: str) -> None:
    """Where the law counts forward only, counting backward is refused."""
    unit = sorted(REGIMES[regime].units)[0]

    with pytest.raises(DeadlineError, match=f"got 'before'; allowed in {regime}: after"):
        count(regime, AWARE, f"3 {unit}", "before")


@pytest.mark.parametrize("regime", ["cn-civil-procedure", "de-zpo"])
def test_count_refuses_hours_backward_where_no_text_has_them(regime: str) -> None:
    """The codes of civil procedure count hours forward only, though they count days backward."""
    with pytest.raises(DeadlineError, match="got before; allowed: after"):
        count(regime, AWARE, "48 hours", "before")


def test_count_refuses_court_hours_without_the_court_zone() -> None:
    """Hours that end on a closed day move to a clock time, so the court's zone must be known."""
    with pytest.raises(DeadlineError, match="zone: got nothing; allowed: the court's zone"):
        count("us-frcp", AWARE, "48 hours")


def test_every_regime_names_its_authority() -> None:
    """Each way of counting says where it stands."""
    assert all(regime.authority and regime.id == name for name, regime in REGIMES.items())
