"""What holds of every count, for every way of counting: by drawn days and at every month end."""

from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from breachbook.deadlines import REGIMES, Computed, count
from breachbook.deadlines.calendars import View
from breachbook.deadlines.compute import shipped_calendars
from breachbook.deadlines.counting import next_full_hour
from tests.counts import day, not_after, uncited
from tests.strategies import STEADY, Asked, asked, days, place_of

DAY = timedelta(days=1)
ALL = sorted(REGIMES)
IN_HOURS = [regime for regime in ALL if "hours" in REGIMES[regime].units]
IN_DAYS = [regime for regime in ALL if REGIMES[regime].units - {"hours"}]
IN_MONTHS = [regime for regime in ALL if REGIMES[regime].units & {"months", "years"}]
EARLIEST = [regime for regime in IN_DAYS if "bound" in REGIMES[regime].accepts]
each_regime = pytest.mark.parametrize("regime", ALL)
each_in_days = pytest.mark.parametrize("regime", IN_DAYS)


def units(regime: str) -> list[str]:
    """List the units of a regime that end with a day."""
    return sorted(REGIMES[regime].units - {"hours"})


def made(regime: str, case: Asked, **more: object) -> Computed:
    """Count what was drawn."""
    return count(regime, case.when, case.period, "after", {**case.options, **more})


def open_days(regime: str, case: Asked, direction: str = "after") -> View:
    """Give the days open to a count, as the calendars and what was told have them."""
    law, chosen = REGIMES[regime], case.options.get("calendar")
    names = law.calendars if chosen is None else (chosen,)
    if law.subdivisions == "forward" and chosen is not None:
        # A state's holidays count for periods after an event only, FRCP 6(a)(6)(C).
        names = law.calendars + ((chosen,) if direction == "after" else ())
    lists = {"holidays", "closed", "declared_holidays"}
    lists |= {"state_holidays"} if direction == "after" else set()
    told = [day for name in lists & set(case.options) for day in case.options[name]]
    view = shipped_calendars().view(names, None, law.week)
    return view.closing(frozenset(map(date.fromisoformat, told)))


def rolls(regime: str, case: Asked) -> bool:
    """Tell whether a law moves the end of such a period from a closed day, as the sheets have it."""
    if case.unit == "business-days":
        return True
    long = {"days": 90, "weeks": 12, "months": 3, "years": 0}
    return {
        "calendar-days": False,
        "us-presidential-review": False,
        "us-itc-target": False,  # forward, no roll is stated
        "us-itc-calendar": case.number not in (65, 90, 110, 150),
        "nl-atw": case.number <= long[case.unit],
        "gb-cpr": (case.unit == "days" and case.number <= 5)
        or case.options.get("filing") == "paper",
        "gb-statute": case.options.get("calendar") == "GB-SCT",
        "gb-tsreg11": False,
        "in-gca": False,  # only if the office was told closed
        "in-limitation": False,
    }.get(regime, True)


@each_in_days
@STEADY
@given(data=st.data())
def test_rolled_end_is_an_open_day(regime: str, data: st.DataObject) -> None:
    """Where the law moves an end from a closed day, the end is open; elsewhere it stays."""
    case = data.draw(asked(regime, units(regime)))
    got = made(regime, case)

    if got.legal is None:
        return
    view = open_days(regime, case)
    if regime == "jp-civil":
        view = view.with_saturdays()  # Minpo 142 knows no Saturday
    if rolls(regime, case):
        assert not view.is_closed(day(got.legal))
    elif "closed" not in case.options:
        assert day(got.legal) == got.raw


@each_in_days
@STEADY
@given(data=st.data(), later=st.integers(1, 40))
def test_later_trigger_gives_no_earlier_end(regime: str, data: st.DataObject, later: int) -> None:
    """Under one version of a rule, moving the trigger later never moves the end earlier."""
    # In Italy and Switzerland a recess lengthens months by its days, and the last month is cut
    # short; 19 CFR 210.66 measures from Monday what came on a Friday, but not on a Saturday.
    known = [u for u in units(regime) if regime not in ("it-cpc", "ch-zpo") or u[0] not in "my"]
    case = data.draw(asked(regime, known))
    assert isinstance(case.when, date)
    after = Asked(case.when + later * DAY, case.number, case.unit, case.options)
    if regime == "us-itc-calendar":
        view = open_days(regime, case)
        assume(not view.is_closed(day(case.when)) and not view.is_closed(day(after.when)))
    first, second = made(regime, case), made(regime, after)

    assert first.raw <= second.raw
    if first.legal is not None and second.legal is not None:
        assert not_after(first.legal, second.legal)


@pytest.mark.parametrize("regime", IN_HOURS)
@STEADY
@given(data=st.data(), later=st.integers(1, 40 * 3600))
def test_later_instant_gives_no_earlier_end(regime: str, data: st.DataObject, later: int) -> None:
    """Hours from a later instant end no earlier, across weekends and changes of the clock."""
    case = data.draw(asked(regime, ["hours"]))
    assert isinstance(case.when, datetime)
    after = Asked(case.when + timedelta(seconds=later), case.number, "hours", case.options)
    first, second = made(regime, case), made(regime, after)

    assert not_after(first.raw, second.raw)
    assert not_after(first.safe, second.safe)
    # Court hours keep the clock time of the raw end, so Saturday evening moves past Sunday noon;
    # reports under DORA move to noon, past an end in the morning of that open day.
    if first.legal and second.legal and regime not in ("us-frcp", "us-frap", "eu-dora"):
        assert not_after(first.legal, second.legal)


@each_regime
@STEADY
@given(data=st.data())
def test_safe_moment_is_no_later_than_the_legal_one(regime: str, data: st.DataObject) -> None:
    """Who plans on the safe moment is in time under every reading, and the steps are cited."""
    case = data.draw(asked(regime, sorted(REGIMES[regime].units)))
    got = made(regime, case)

    assert got.legal is None or not_after(got.safe, got.legal)
    assert all(not_after(got.safe, reading.legal or reading.raw) for reading in got.readings)
    assert got.provisional == (got.legal is None) == ("provisional" in got.warnings)
    assert ("disputed" in got.warnings) == bool(got.readings)
    assert len(got.working) >= 2
    assert regime in ("calendar-days", "elapsed-hours") or uncited(got) == []


@pytest.mark.parametrize("regime", EARLIEST)
@STEADY
@given(data=st.data())
def test_first_permitted_day_is_no_later_than_the_safe_one(
    regime: str, data: st.DataObject
) -> None:
    """Of a first permitted day nothing is moved, and who waits for the safe day waited enough."""
    case = data.draw(asked(regime, units(regime), words=False))
    got = made(regime, case, bound="earliest")

    assert got.legal is None or not_after(got.legal, got.safe)
    assert not_after(got.raw, got.safe)
    assert got.readings == ()


@each_regime
@STEADY
@given(data=st.data())
def test_last_moment_is_at_the_place_and_on_the_legal_day(
    regime: str, data: st.DataObject
) -> None:
    """The last moment is an instant of the place's own zone, on the legal day."""
    case = data.draw(asked(regime, sorted(REGIMES[regime].units)))
    got = made(regime, case)

    if got.last_moment is None:
        assert got.legal is None or "clerk-hours" in got.warnings
        return
    assert got.legal is not None
    assert day(got.last_moment) == day(got.legal)
    assert (
        got.last_moment.utcoffset()
        == got.last_moment.astimezone(ZoneInfo(place_of(regime))).utcoffset()
    )


@pytest.mark.parametrize("regime", IN_HOURS)
@STEADY
@given(data=st.data())
def test_hours_are_real_hours_across_changes_of_the_clock(
    regime: str, data: st.DataObject
) -> None:
    """The end lies the stated hours after the start by UTC, whatever the clock on the wall says."""
    case = data.draw(asked(regime, ["hours"]))
    assert isinstance(case.when, datetime)
    got = made(regime, case)

    assert isinstance(got.raw, datetime)
    assert isinstance(got.safe, datetime)
    hours, start = timedelta(hours=case.number), case.when
    if regime in ("cn-civil-procedure", "eu-1182"):
        start = next_full_hour(case.when.astimezone(ZoneInfo(place_of(regime))))
    counted = open_time(regime, case, got.raw) if regime == "de-zpo" else _since(start, got.raw)
    assert counted == hours
    assert got.safe.astimezone(UTC) == case.when.astimezone(UTC) + hours


def _since(start: datetime, end: datetime) -> timedelta:
    return end.astimezone(UTC) - start.astimezone(UTC)


def open_time(regime: str, case: Asked, end: datetime) -> timedelta:
    """Sum the time of open days between an instant and an end, as ZPO 222(3) counts it."""
    assert isinstance(case.when, datetime)
    zone, view = ZoneInfo(place_of(regime)), open_days(regime, case)
    moment, found = case.when.astimezone(zone), timedelta()
    while _since(moment, end) > timedelta():
        midnight = datetime.combine(moment.date() + DAY, time(0), zone)
        until = min(midnight, end, key=lambda at: at.astimezone(UTC))
        found += timedelta() if view.is_closed(moment.date()) else _since(moment, until)
        moment = midnight
    return found


@pytest.mark.parametrize("regime", ["us-frcp", "us-frap", "eu-dora"])
@STEADY
@given(data=st.data())
def test_hours_that_end_on_a_closed_day_move_to_an_open_one(
    regime: str, data: st.DataObject
) -> None:
    """Court hours keep the clock time of the raw end; reports under DORA run to noon."""
    case = data.draw(asked(regime, ["hours"]))
    got = made(regime, case)

    if got.legal is None:
        return
    assert isinstance(got.raw, datetime)
    assert isinstance(got.legal, datetime)
    assert not open_days(regime, case).is_closed(got.legal.date())
    if got.legal != got.raw:
        assert got.legal.time() == (time(12) if regime == "eu-dora" else got.raw.time())


# 19 CFR 210.66 and 210.67 have no period that is counted backward.
BACKWARD = [
    regime
    for regime in IN_DAYS
    if "before" in REGIMES[regime].directions and regime != "us-itc-calendar"
]


@pytest.mark.parametrize("regime", BACKWARD)
@STEADY
@given(data=st.data())
def test_backward_end_moves_only_where_the_law_moves_it(regime: str, data: st.DataObject) -> None:
    """Backward, American and Italian courts move an end back, the ITC on, and others nowhere."""
    case = data.draw(asked(regime, units(regime), words=False, sign=-1))
    got = count(regime, case.when, case.period, "before", case.options)

    if got.legal is None or "closed" in case.options:
        return  # a clerk's office that is closed moves an end on, even one counted backward
    is_open = not open_days(regime, case, "before").is_closed(day(got.legal))
    if regime in ("us-frcp", "us-frap", "us-itc-target", "us-ca-ccp", "it-cpc"):
        assert is_open
        assert not_after(got.legal, got.raw)
    elif regime == "us-itc":
        assert is_open
        assert not_after(got.raw, got.legal)
    else:
        assert got.legal == got.raw


SYMMETRIC = {
    "calendar-days": "days weeks",
    "us-frcp": "days weeks",
    "us-frap": "days weeks",
    "us-itc-target": "days weeks",
    "us-ca-ccp": "days weeks business-days",
    "cn-civil-procedure": "days",
    "cn-calendar": "days weeks",
    "cn-workday": "business-days",
    "eu-1182": "days weeks business-days",
    "de-bgb": "days weeks",
    "de-zpo": "days weeks",
    "nl-atw": "days weeks business-days",
    "au-aia": "days weeks",
    "ca-ia": "days weeks",
    "hk-cap1": "weeks",
    "hk-rhc": "weeks",
    "sg-ia": "weeks",
}


@pytest.mark.parametrize("regime", sorted(SYMMETRIC))
@STEADY
@given(data=st.data())
def test_backward_and_forward_agree(regime: str, data: st.DataObject) -> None:
    """Where both leave out the day of the event, counting back from an end gives its start."""
    case = data.draw(asked(regime, SYMMETRIC[regime].split(), words=False))
    if case.unit == "business-days":
        assume(not open_days(regime, case).is_closed(day(case.when)))
    back = count(regime, case.when, case.period, "before", case.options)
    there = count(regime, back.raw, case.period, "after", case.options)

    assert there.raw == case.when


@STEADY
@given(when=days, number=st.integers(1, 60))
def test_clear_days_before_a_hearing_are_clear_days_after_the_notice(
    when: date, number: int
) -> None:
    """CPR 2.8(3): as many clear days lie before a hearing as after the notice of it."""
    assume(number > 5 or not shipped_calendars().view(("GB-ENG",)).is_closed(when))
    notice = count("gb-cpr", when, f"{number} days", "before")
    hearing = count("gb-cpr", notice.raw, f"{number} days", options={"bound": "earliest"})

    assert hearing.raw == when


@STEADY
@given(when=days, number=st.integers(1, 60))
def test_itc_counts_back_by_the_calendar_and_forward_from_a_business_day(
    when: date, number: int
) -> None:
    """19 CFR 201.14(a) starts forward periods with a business day, so the two do not agree."""
    back = count("us-itc", when, f"{number} days", "before")
    there = count("us-itc", back.raw, f"{number} days")

    assert back.raw == when - number * DAY
    assert there.raw >= when


def clamped(first: date, months: int) -> date:
    """Give the same number some months later, or the last day of that month."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, min(first.day, monthrange(year, month + 1)[1]))


def before_corresponding(first: date, months: int) -> date:
    """End before the day that corresponds to the day after the event, or with the month."""
    start = first + DAY
    end = clamped(start, months)
    return end if end.day < start.day else end - DAY


def last_to_last(first: date, months: int) -> date:
    """Go from the last day of a month to the last day of a month."""
    end = clamped(first, months)
    is_last = (first + DAY).day == 1
    return end.replace(day=monthrange(end.year, end.month)[1]) if is_last else end


def day_after_the_month(first: date, months: int) -> date:
    """Take the first of the next month for a number that the month lacks."""
    end = clamped(first, months)
    return end + DAY if end.day < first.day else end


MONTHS: dict[str, Callable[[date, int], date]] = {
    "tw-civil-code": before_corresponding,
    "tw-apa": before_corresponding,
    "jp-civil": before_corresponding,
    "jp-ccp": before_corresponding,
    "jp-admin": before_corresponding,
    "kr-civil": before_corresponding,
    "cn-criminal": last_to_last,
    "br-cc": day_after_the_month,
}
ENDS = [
    date(year, month, number)
    for year in range(2019, 2026)
    for month in range(1, 13)
    for number in range(27, monthrange(year, month)[1] + 1)
] + [date(year, month, 1) for year in range(2019, 2026) for month in (1, 3, 12)]


@pytest.mark.parametrize("regime", IN_MONTHS)
def test_months_end_as_the_law_says_at_every_month_end(regime: str) -> None:
    """China, the Union and the courts clamp; Taiwan, Japan and Korea count from the day after."""
    told = {"calendar": "DE"} if REGIMES[regime].calendars == ("weekends",) else {}
    expected = MONTHS.get(regime, clamped)

    wrong = [
        (when, months, got)
        for when in ENDS
        for months in (1, 2, 3, 4, 6, 12, 18)
        if "months" in REGIMES[regime].units and not _in_recess(regime, when, months)
        if (got := count(regime, when, f"{months} months", options=told).raw)
        != expected(when, months)
    ]
    assert wrong == []


def _in_recess(regime: str, when: date, months: int) -> bool:
    """Tell whether a period meets the August of Italy or a recess of Switzerland."""
    end = clamped(when, months)
    if regime == "it-cpc":
        return end >= date(when.year + (when.month > 8), 8, 1) or when.month == 8
    return regime == "ch-zpo" and not date(when.year, 8, 15) <= when < end < date(
        when.year, 12, 18
    )


@pytest.mark.parametrize("regime", IN_MONTHS)
def test_years_end_as_the_law_says_on_leap_days_and_at_year_ends(regime: str) -> None:
    """A year from 29 February, 28 February, 31 December and 1 January ends by the same rule."""
    told = {"calendar": "DE"} if REGIMES[regime].calendars == ("weekends",) else {}
    # Interpretation 202 of China's criminal code speaks of months only.
    expected = clamped if regime == "cn-criminal" else MONTHS.get(regime, clamped)
    starts = [date(2023, 2, 28), date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1)]
    starts += [date(2023, 12, 31), date(2024, 12, 31), date(2024, 1, 1), date(2025, 1, 1)]

    wrong = [
        (when, years, got)
        for when in starts
        for years in (1, 2, 3, 4)
        if "years" in REGIMES[regime].units and regime not in ("it-cpc", "ch-zpo")
        if (got := count(regime, when, f"{years} years", options=told).raw)
        != expected(when, 12 * years)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "regime", [regime for regime in IN_DAYS if "days" in REGIMES[regime].units]
)
def test_days_run_through_leap_days_and_year_ends(regime: str) -> None:
    """Ten days more than another period end ten days later, also over 29 February and the new year."""
    if regime in ("br-cpc", "mx-habiles"):
        return  # their days are working days
    told = {"calendar": "DE"} if REGIMES[regime].calendars == ("weekends",) else {}

    for when in (date(2024, 2, 19), date(2023, 2, 20), date(2025, 12, 22), date(2023, 12, 20)):
        short = count(regime, when, "20 days", options=told)
        long = count(regime, when, "30 days", options=told)
        assert isinstance(short.raw, date)
        if regime != "ch-zpo":
            assert long.raw == short.raw + 10 * DAY


def test_every_regime_is_asked_in_its_own_units() -> None:
    """No way of counting stands outside these properties."""
    assert set(IN_HOURS) | set(IN_DAYS) == set(REGIMES)
    assert set(MONTHS) <= set(IN_MONTHS)
