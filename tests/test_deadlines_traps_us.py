"""The traps of American law that a count must not fall into, one test each, by number."""

from datetime import date, datetime

import pytest

from breachbook.deadlines import count
from breachbook.errors import DeadlineError
from tests.counts import applied, law, moment


def _legal(rule: str, when: str, **told: object) -> object:
    return applied(rule, when, **told).legal


def _last_moment(regime: str, when: str, period: str, zone: str | None = None) -> str:
    options = {"court_timezone": zone} if zone else {}
    got = count(regime, moment(when), period, options=options).last_moment
    assert got is not None
    return got.isoformat()


def test_trap_us_01_itc_day_one_is_the_next_business_day() -> None:
    """From a Friday the ITC counts from Monday and a federal court from Saturday."""
    itc = _legal("itc-review-decision", "2009-10-16")
    court = count("us-frcp", date(2009, 10, 16), "60 days").legal

    assert itc == date(2009, 12, 17)
    assert court == date(2009, 12, 15)


def test_trap_us_02_itc_periods_under_seven_days_count_business_days() -> None:
    """Five and six days are business days, seven are calendar days and may end before six."""
    five, six, seven = (
        count("us-itc", date(2026, 3, 4), f"{number} days").legal for number in (5, 6, 7)
    )

    assert (five, six, seven) == (date(2026, 3, 11), date(2026, 3, 12), date(2026, 3, 11))


def test_trap_us_03_itc_comments_on_a_temporary_relief_determination() -> None:
    """After a Friday days are measured from Monday; a determination moved from a holiday ends at noon."""
    friday = applied("itc-teo-comments", "2026-03-06")
    thursday = applied("itc-teo-comments", "2026-03-05")
    determination = applied("itc-teo-id", "2026-03-16")

    assert (friday.legal, thursday.legal) == (date(2026, 3, 16), date(2026, 3, 12))
    assert friday.safe == date(2026, 3, 13)  # if Monday is itself day 1
    assert determination.raw == date(2026, 5, 25)  # Memorial Day
    assert determination.legal == datetime.fromisoformat("2026-05-26T12:00-04:00")
    assert "two calendar days" in law().rules["itc-teo-replies"][-1].out_of_scope


def test_trap_us_04_summary_determination_counts_back_and_rolls_forward() -> None:
    """Sixty days before 17 June 2026 are a Saturday: Monday for the ITC, Friday for a court."""
    itc = applied("itc-summary-determination", "2026-06-17")
    court = count("us-frcp", date(2026, 6, 17), "60 days", "before")

    assert itc.raw == court.raw == date(2026, 4, 18)
    assert (itc.legal, court.legal) == (date(2026, 4, 20), date(2026, 4, 17))
    assert itc.safe == date(2026, 4, 17)


def test_trap_us_05_inaccessible_clerk_moves_forward_even_backward() -> None:
    """A closed clerk's office moves an end later, also one that was counted backward."""
    options = {"closed": ["2026-06-03"]}

    back = count("us-frcp", date(2026, 6, 17), "14 days", "before", options)
    on = count("us-frcp", date(2026, 5, 20), "14 days", options=options)

    assert back.raw == on.raw == date(2026, 6, 3)
    assert back.legal == on.legal == date(2026, 6, 4)


def test_trap_us_06_state_holidays_count_forward_only() -> None:
    """Patriots' Day moves a forward end in Massachusetts, no backward one, and nothing at the ITC."""
    state = {"calendar": "US-MA"}
    two = {"calendar": "US-DC", "state_holidays": ["2026-04-17"]}

    assert count("us-frcp", date(2026, 4, 6), "14 days", options=state).legal == date(2026, 4, 21)
    assert count("us-frcp", date(2026, 5, 4), "14 days", "before", state).legal == date(
        2026, 4, 20
    )
    # FRAP 26(a)(6)(B): the state of the district court or of the circuit clerk
    assert count("us-frap", date(2026, 3, 17), "30 days", options=two).legal == date(2026, 4, 20)
    assert count("us-itc", date(2026, 3, 23), "28 days").legal == date(2026, 4, 20)
    with pytest.raises(DeadlineError, match="allowed in us-itc: US"):
        count("us-itc", date(2026, 3, 23), "28 days", options=state)


def test_trap_us_07_hours_are_real_and_only_court_hours_roll() -> None:
    """Across the change of the clock a court's end moves to Monday, a regulator's 72 hours stay."""
    friday = moment("2026-03-06T10:00:00-05:00")
    zone = {"court_timezone": "America/New_York"}

    across = count("us-frcp", friday, "72 hours", options=zone)
    court = count("us-frcp", friday, "24 hours", options=zone)
    regulator = applied("nydfs-72h", "2026-03-05T10:00:00-05:00")

    assert across.legal == datetime.fromisoformat("2026-03-09T11:00-04:00")
    assert court.legal == datetime.fromisoformat("2026-03-09T10:00-04:00")
    assert regulator.legal == datetime.fromisoformat("2026-03-08T11:00-04:00")


def test_trap_us_08_mail_days_are_added_after_the_roll() -> None:
    """Day 30 is a Saturday before a Monday holiday: roll to Tuesday, three days more, Friday."""
    got = count("us-frcp", date(2026, 1, 15), "30 days", options={"service": "mail"})
    merged = count("us-frcp", date(2026, 1, 15), "33 days")

    assert got.legal == date(2026, 2, 20)
    assert merged.legal == date(2026, 2, 17)


def test_trap_us_09_itc_service_days_are_counted_in_both_orders() -> None:
    """In 337-TA-1145 one order gives 21 July 2020, the other 20 July: the earlier is planned."""
    got = applied("itc-petition-review", "2020-07-06", service="express")

    assert got.legal == date(2020, 7, 21)
    assert [reading.legal for reading in got.readings] == [date(2020, 7, 21), date(2020, 7, 20)]
    assert got.safe == date(2020, 7, 20)
    assert "disputed" in got.warnings


def test_trap_us_10_itc_days_added_for_each_way_of_service() -> None:
    """Express adds 1 day, abroad 5; mail 3, abroad 10; electronic service adds none."""
    ends = {
        (service, foreign): count(
            "us-itc", date(2026, 3, 2), "20 days", options={"service": service, "foreign": foreign}
        ).raw
        for service in ("express", "mail", "electronic")
        for foreign in (False, True)
    }

    # The base ends on Sunday 22 March and moves to Monday 23.
    assert ends == {
        ("express", False): date(2026, 3, 24),
        ("express", True): date(2026, 3, 28),
        ("mail", False): date(2026, 3, 26),
        ("mail", True): date(2026, 4, 2),
        ("electronic", False): date(2026, 3, 22),
        ("electronic", True): date(2026, 3, 22),
    }


def test_trap_us_11_presidential_review_closes_on_christmas_and_is_final_next_day() -> None:
    """Nothing moves the close; the appeal runs from the day after it, not from issuance."""
    review = applied("itc-presidential-review", "2023-10-26")
    appeal = law().rules["itc-cafc-appeal"][-1]

    assert (review.legal, review.final) == (date(2023, 12, 25), date(2023, 12, 26))
    assert appeal.trigger == "itc-determination-final"
    assert law().triggers[appeal.trigger].proof.startswith("day after the close")
    assert _legal("itc-cafc-appeal", "2023-12-26") == date(2024, 2, 26)


def test_trap_us_12_institution_is_the_publication_of_the_notice() -> None:
    """Later clocks run from the Federal Register; the 30 days limit only the decision."""
    rules = {id: law().rules[id][-1] for id in ("itc-institution", "itc-institution-publication")}

    assert rules["itc-institution"].trigger == "itc-complaint-filed"
    assert "not the institution" in rules["itc-institution"].note
    assert rules["itc-institution-publication"].kind == "gate"
    for id in ("itc-target-date", "itc-teo-id", "itc-sever", "itc-100day-id"):
        assert law().rules[id][-1].trigger == "itc-institution-published"


def test_trap_us_13_four_months_before_the_target_are_counted_by_day_number() -> None:
    """From 30 June they lead to 28 February, and from there back to a business day."""
    clamped = applied("itc-final-id", "2026-06-30")
    weekend = applied("itc-final-id", "2026-09-23")

    assert (clamped.raw, clamped.legal) == (date(2026, 2, 28), date(2026, 2, 27))
    assert (weekend.raw, weekend.legal) == (date(2026, 5, 23), date(2026, 5, 22))


def test_trap_us_14_form_8k_counts_a_weekend_event_from_monday() -> None:
    """Decisions of Friday, Saturday and Sunday all fall due on Thursday at 17:30."""
    ends = {applied("sec-8k-105", f"2026-03-0{day}").last_moment for day in (6, 7, 8)}

    assert ends == {datetime.fromisoformat("2026-03-12T17:30-04:00")}


@pytest.mark.parametrize(
    ("rule", "trigger"),
    [
        ("sec-8k-105", "sec-materiality-determined"),
        ("nydfs-72h", "nydfs-incident-determined"),
        ("hipaa-individual", "hipaa-breach-discovered"),
        ("us-cfaa-limitation-damage", "us-damage-discovered"),
        ("us-dtsa-limitation", "misappropriation-discovered"),
        ("us-utsa-ny-limitation", "harm-occurred"),
    ],
)
def test_trap_us_15_each_clock_runs_from_its_own_knowledge(rule: str, trigger: str) -> None:
    """Materiality, determination, knowledge of any agent, damage, misappropriation, accrual."""
    assert law().rules[rule][-1].trigger == trigger


def test_trap_us_16_media_need_more_than_500_and_the_secretary_500_or_more() -> None:
    """Exactly 500 residents call for notice to the Secretary at once but not to the media."""
    media, secretary = (law().rules[id][-1] for id in ("hipaa-media", "hipaa-hhs-500"))

    assert "more than 500 residents of one state" in media.authority.says
    assert "500 or more individuals" in secretary.authority.says
    assert "exactly 500 need no media" in media.note


def test_trap_us_17_small_health_breaches_are_due_on_29_february_in_leap_years() -> None:
    """Sixty days after the year are 29 February of a leap year, else 1 March."""
    assert _legal("hipaa-hhs-under500", "2023-12-31") == date(2024, 2, 29)
    assert _legal("hipaa-hhs-under500", "2024-12-31") == date(2025, 3, 1)


def test_trap_us_18_friday_kept_for_a_saturday_holiday_gives_both_readings() -> None:
    """3 July 2026 is kept for pay and leave: an end on it is counted as open and as closed."""
    got = count("us-frcp", date(2026, 6, 19), "14 days")

    assert [reading.legal for reading in got.readings] == [date(2026, 7, 6), date(2026, 7, 3)]
    assert got.safe == date(2026, 7, 2)
    assert all(reading.authority for reading in got.readings)


def test_trap_us_19_court_leave_is_no_holiday_but_a_declared_closing_is() -> None:
    """The court's own leave day moves nothing; what the Federal Circuit declares does."""
    leave = count(
        "us-frcp", date(2026, 11, 13), "14 days", options={"court_leave": ["2026-11-27"]}
    )
    declared = count(
        "us-frap", date(2026, 11, 13), "14 days", options={"declared_holidays": ["2026-11-27"]}
    )

    assert (leave.legal, declared.legal) == (date(2026, 11, 27), date(2026, 11, 30))
    assert any("not a legal holiday" in sentence.text for sentence in leave.working)


def test_trap_us_20_each_forum_closes_at_its_own_hour() -> None:
    """17:15 at the ITC, midnight in the court's own zone, 17:30 for EDGAR, all Eastern but courts."""
    assert _last_moment("us-itc", "2026-03-02", "12 days") == "2026-03-16T17:15:00-04:00"
    assert _last_moment("us-sec-business-day", "2026-03-02", "4 business-days") == (
        "2026-03-06T17:30:00-05:00"
    )
    assert _last_moment("us-frcp", "2026-03-02", "14 days", "America/Los_Angeles") == (
        "2026-03-16T23:59:59-07:00"
    )
    assert _last_moment("us-frap", "2026-03-02", "14 days", "America/New_York") == (
        "2026-03-16T23:59:59-04:00"
    )


@pytest.mark.parametrize("rule", ["itc-default-show-cause", "us-dtsa-seizure-service"])
def test_trap_us_21_date_fixed_by_an_order_is_not_counted(rule: str) -> None:
    """What an order fixes is a gate without a period: nothing counts it, so nothing rolls it."""
    gate = law().rules[rule][-1]

    assert (gate.kind, gate.period, gate.regime) == ("gate", None, None)


def test_trap_us_22_seizure_hearing_and_restraining_order_do_not_roll() -> None:
    """Seven days to the hearing and fourteen days of the order end on the day, also on a weekend."""
    hearing = applied("us-dtsa-seizure-hearing", "2026-03-01")
    order = applied("us-tro-expiry", "2026-03-07")

    assert (hearing.legal, hearing.safe) == (date(2026, 3, 8), date(2026, 3, 6))
    assert (order.legal, order.safe) == (date(2026, 3, 21), date(2026, 3, 20))


def test_trap_us_23_mandatory_stay_has_two_triggers_and_neither_is_the_complaint() -> None:
    """The later of being named and of the district action counts; the notice names a respondent."""
    named, suit = (law().rules[id][-1] for id in ("us-1659-stay", "us-1659-stay-suit"))

    assert (named.trigger, suit.trigger) == ("us-named-respondent", "us-complaint-filed")
    assert law().triggers["us-named-respondent"].proof == "notice of institution"
    assert "later of the two triggers" in suit.note
    assert "alarm from the complaint too" in named.note


def test_trap_us_24_removal_runs_from_formal_service() -> None:
    """A courtesy copy starts nothing."""
    removal = law().rules["us-removal"][-1]

    assert law().triggers[removal.trigger].proof.startswith("proof of formal service")
    assert "courtesy copy" in removal.note


def test_trap_us_25_put_back_is_a_window_and_the_owner_acts_before_it() -> None:
    """The material may be back on business days 10 to 14; suit and message come by day 9."""
    received = "2026-03-02"

    assert _legal("dmca-suit-window", received) == date(2026, 3, 13)
    assert _legal("dmca-putback-earliest", received) == date(2026, 3, 16)
    assert _legal("dmca-putback", received) == date(2026, 3, 20)
    assert "AND the message" in law().rules["dmca-suit-window"][-1].note


def test_trap_us_26_california_has_two_tables_of_service_days() -> None:
    """Overnight adds two court days after service and two calendar days before a hearing."""
    forward = {
        way: count("us-ca-ccp", date(2026, 3, 4), "30 days", options={"service": way}).legal
        for way in ("express", "electronic")
    }
    back = {
        way: count(
            "us-ca-ccp", date(2026, 6, 15), "5 business-days", "before", {"service": way}
        ).legal
        for way in ("express", "electronic")
    }

    # 30 days end on Friday 3 April; five court days before 15 June are Monday 8 June.
    assert forward == {"express": date(2026, 4, 7), "electronic": date(2026, 4, 7)}
    assert back == {"express": date(2026, 6, 5), "electronic": date(2026, 6, 4)}


def test_trap_us_27_shutdown_moves_the_filing_but_tolls_nothing() -> None:
    """A closed Commission takes the filing on its first open day; the count itself is not longer."""
    inside = {"closed": ["2026-03-05", "2026-03-06"]}
    at_the_end = {"closed": ["2026-03-16", "2026-03-17"]}

    assert count("us-itc", date(2026, 3, 2), "12 days", options=inside).legal == date(2026, 3, 16)
    assert count("us-itc", date(2026, 3, 2), "5 days", options=inside).legal == date(2026, 3, 9)
    assert count("us-itc", date(2026, 3, 2), "12 days", options=at_the_end).legal == date(
        2026, 3, 18
    )
