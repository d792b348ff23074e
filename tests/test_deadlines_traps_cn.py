"""The traps of Chinese, Taiwanese and Hong Kong counting, one test each, by number."""

from datetime import date, datetime

import pytest

from breachbook.deadlines import count
from tests.counts import applied, law, moment

FEBRUARY = date(2026, 2, 28)


def test_trap_cn_01_hours_start_in_three_ways() -> None:
    """Procedure counts from the next full hour, the Civil Code at once, incidents in real time."""
    when = moment("2026-06-08T16:20:00+08:00")
    on_the_hour = moment("2026-06-08T16:00:00+08:00")

    court = count("cn-civil-procedure", when, "48 hours")
    full = count("cn-civil-procedure", on_the_hour, "48 hours")
    contract = count("cn-civil-code", when, "48 hours")
    incident = applied("cn-cyber-general", "2026-06-08T16:20:00+08:00")

    assert court.legal == full.legal == datetime.fromisoformat("2026-06-10T17:00+08:00")
    assert contract.legal == court.safe == datetime.fromisoformat("2026-06-10T16:20+08:00")
    assert incident.legal == datetime.fromisoformat("2026-06-08T20:20+08:00")


def test_trap_cn_02_days_of_some_laws_are_working_days() -> None:
    """Short periods of the penalty and reconsideration laws are working days, those of court are not."""
    working = ("cn-samr-hearing-request", "cn-samr-serve-penalty", "cn-admin-reconsider-accept")
    calendar = ("cn-pres-reconsider", "cn-admin-reconsider", "cn-civ-appeal-judgment")

    assert {law().rules[id][-1].regime for id in working} == {"cn-workday"}
    assert {law().rules[id][-1].regime for id in calendar} == {"cn-civil-procedure"}
    # Five days from Wednesday 30 September 2026: National Day lasts to 7 October.
    assert applied("cn-samr-hearing-request", "2026-09-30").legal == date(2026, 10, 13)
    assert applied("cn-pres-reconsider", "2026-09-30").raw == date(2026, 10, 5)


def test_trap_cn_03_make_up_sunday_is_a_working_day() -> None:
    """On a Sunday worked in exchange an end stays, and it counts as a working day."""
    court = count("cn-civil-procedure", date(2026, 8, 21), "30 days")
    working = count("cn-workday", date(2026, 9, 18), "1 business-day")

    assert court.raw == court.legal == court.safe == date(2026, 9, 20)
    assert working.legal == date(2026, 9, 20)


def test_trap_cn_04_roll_may_end_on_a_make_up_sunday() -> None:
    """From New Year's Day an end moves to Sunday 4 January 2026, which is worked."""
    got = count("cn-civil-procedure", date(2025, 12, 17), "15 days")

    assert (got.raw, got.legal, got.safe) == (
        date(2026, 1, 1),
        date(2026, 1, 4),
        date(2025, 12, 31),
    )


def test_trap_cn_05_months_end_in_three_ways() -> None:
    """A month from 28 February: 28 March in court, 31 March in Taiwan and in criminal procedure."""
    ends = {
        regime: count(regime, FEBRUARY, "1 month").raw
        for regime in ("cn-civil-procedure", "cn-civil-code", "tw-civil-code", "cn-criminal")
    }

    assert ends == {
        "cn-civil-procedure": date(2026, 3, 28),
        "cn-civil-code": date(2026, 3, 28),
        "tw-civil-code": date(2026, 3, 31),
        "cn-criminal": date(2026, 3, 31),
    }


def test_trap_cn_06_a_month_is_not_the_day_number_less_one() -> None:
    """From 15 January one month ends on 15 February, not on the 14th, also where 15 is day 0."""
    for regime in ("cn-civil-procedure", "cn-civil-code", "cn-criminal", "cn-market-penalty"):
        assert count(regime, date(2026, 1, 15), "1 month").raw == date(2026, 2, 15), regime
    assert count("tw-civil-code", date(2026, 1, 15), "1 month").raw == date(2026, 2, 15)


def test_trap_cn_07_a_year_without_a_notice_gives_no_date() -> None:
    """No notice for 2027 is known: the end is provisional, and the working says why."""
    got = count("cn-civil-procedure", date(2026, 12, 20), "15 days")

    assert (got.raw, got.legal, got.provisional) == (date(2027, 1, 4), None, True)
    assert any("known until 2026-12-31" in step.text and step.zh for step in got.working)


def test_trap_cn_08_good_friday_is_a_holiday_of_hong_kong() -> None:
    """Good Friday 2026 moves an end past Easter and Ching Ming to Wednesday 8 April."""
    got = count("hk-cap1", date(2026, 3, 27), "7 days")

    assert (got.raw, got.legal, got.safe) == (date(2026, 4, 3), date(2026, 4, 8), date(2026, 4, 2))


def test_trap_cn_09_the_day_is_that_of_shanghai() -> None:
    """At 20:00 UTC on 30 September it is 1 October in China."""
    got = applied("cn-civ-answer", "2026-09-30T20:00:00+00:00")

    assert got.raw == date(2026, 10, 16)


def test_trap_cn_10_each_party_has_its_own_time_to_appeal() -> None:
    """In one case 30 days run for the party abroad and 15 or 10 for the other, each from service."""
    served = "2026-03-02"
    ends = {
        (rule, foreign): applied(rule, served, foreign=foreign).raw
        for rule in ("cn-civ-appeal-judgment", "cn-civ-appeal-ruling")
        for foreign in (True, False)
    }

    assert ends == {
        ("cn-civ-appeal-judgment", True): date(2026, 4, 1),
        ("cn-civ-appeal-judgment", False): date(2026, 3, 17),
        ("cn-civ-appeal-ruling", True): date(2026, 4, 1),
        ("cn-civ-appeal-ruling", False): date(2026, 3, 12),
    }
    assert "Each party has its own date" in law().rules["cn-civ-appeal-judgment"][-1].note


@pytest.mark.parametrize(
    ("rule", "trigger"),
    [
        ("cn-presuit-30d-sue", "preservation-measure-taken"),
        ("cn-evidence-pres-30d-sue", "evidence-preserved"),
    ],
)
def test_trap_cn_11_thirty_days_to_sue_run_from_the_measure(rule: str, trigger: str) -> None:
    """Neither the ruling nor its service nor a letter starts them."""
    found = law().rules[rule][-1]

    assert found.trigger == trigger
    assert str(found.period) == "30 days"
    assert (
        "after the measure" in found.authority.says or "took the measure" in found.authority.says
    )


def test_trap_cn_12_the_seventh_day_before_expiry_satisfies_both_renewals() -> None:
    """One text closes seven days before, the other opens then: the seventh day is in both."""
    act = applied("cn-act-pres-renew", "2026-04-14")
    prop = applied("cn-prop-pres-renew", "2026-04-14")

    assert act.legal == prop.legal == date(2026, 4, 7)
    assert "satisfies both" in law().rules["cn-act-pres-renew"][-1].note


def test_trap_cn_13_backward_counting_rests_on_analogy() -> None:
    """Both readings are shown and the safe day is a day earlier."""
    got = count("cn-civil-procedure", date(2026, 3, 31), "7 days", "before")

    assert (got.legal, got.safe) == (date(2026, 3, 24), date(2026, 3, 23))
    assert [reading.legal for reading in got.readings] == [date(2026, 3, 24), date(2026, 3, 23)]


def test_trap_cn_14_service_by_announcement_has_conflicting_texts() -> None:
    """Sixty days by the code count for a defendant; a plaintiff relies on three months only."""
    abroad = applied("cn-civ-service-announce", "2026-03-02", foreign=True)
    home = applied("cn-civ-service-announce", "2026-03-02")

    assert (home.legal, abroad.legal) == (date(2026, 4, 1), date(2026, 5, 1))
    assert "only after 3 months" in law().rules["cn-civ-service-announce"][-1].note


def test_trap_cn_15_no_period_of_custody_is_counted() -> None:
    """Custody ends on the day even if it is a rest day, so no rule of the rolling regime is one."""
    says = [
        rules[-1].authority.says.lower()
        for rules in law().rules.values()
        if rules[-1].regime == "cn-criminal"
    ]

    assert says
    assert [text for text in says if "custody" in text or "detention" in text] == []


def test_trap_cn_16_wrong_rules_that_circulate_are_not_followed() -> None:
    """An end rolls on and never back, a foreign-owned company has 15 days, incidents have hours."""
    assert count("cn-civil-procedure", date(2026, 9, 16), "15 days").legal == date(2026, 10, 8)
    assert "Domicile counts, not nationality" in law().rules["cn-civ-answer"][-1].note
    assert "72 hours" in law().rules["cn-cyber-general"][-1].note
    assert str(law().rules["cn-cyber-general"][-1].period) == "4 hours"


def test_trap_cn_17_last_day_ends_at_midnight_and_safe_is_a_whole_day() -> None:
    """Civil Code 203 ends a day at 24:00; no text gives an earlier hour for electronic filing."""
    got = applied("cn-civ-answer", "2026-07-03")

    assert got.last_moment == datetime.fromisoformat("2026-07-20T23:59:59+08:00")
    assert got.safe == date(2026, 7, 17)


def test_trap_cn_18_hong_kong_skips_six_days_by_statute_and_seven_in_court() -> None:
    """From Friday 6 March 2026 seven days are calendar days under Cap. 1 and open days in court."""
    ends = {
        (regime, number): count(regime, date(2026, 3, 6), f"{number} days").legal
        for regime in ("hk-cap1", "hk-rhc")
        for number in (6, 7, 8)
    }

    assert ends == {
        ("hk-cap1", 6): date(2026, 3, 13),  # Sunday left out, Saturday counted
        ("hk-cap1", 7): date(2026, 3, 13),
        ("hk-cap1", 8): date(2026, 3, 14),
        ("hk-rhc", 6): date(2026, 3, 16),  # Saturdays and Sundays left out
        ("hk-rhc", 7): date(2026, 3, 17),
        ("hk-rhc", 8): date(2026, 3, 16),  # 14 March is a Saturday: the court opens on Monday
    }


AFTER_SERVICE = ("tw-answer-10d", "tw-appeal-20d", "tw-interlocutory-10d", "tw-exec-30d")


@pytest.mark.parametrize("rule", AFTER_SERVICE)
def test_trap_cn_19_deposit_service_in_taiwan_takes_effect_after_ten_days(rule: str) -> None:
    """Rules that run from service say that deposit counts later: record that day as service."""
    assert "deposit takes effect only after 10 days" in law().rules[rule][-1].note
    # Deposited on 2 March 2026, served on 12 March: ten days end on Sunday 22 March.
    if rule == "tw-answer-10d":
        assert applied(rule, "2026-03-12").legal == date(2026, 3, 23)


@pytest.mark.parametrize("rule", AFTER_SERVICE)
def test_trap_cn_20_days_in_transit_in_taiwan_are_no_constant(rule: str) -> None:
    """They depend on court and residence: no rule holds a number, each says to tell them."""
    assert "in-transit days for a party outside the court's area" in law().rules[rule][-1].note
