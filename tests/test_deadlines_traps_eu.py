"""The traps of European and Asian law that a count must not fall into, one test each, by number."""

from datetime import date, datetime

import pytest

from breachbook.deadlines import count
from tests.counts import applied, law, moment

FRIDAY_NOON = moment("2026-03-06T12:00:00+01:00")


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _note(rule: str) -> str:
    return law().rules[rule][-1].note


def test_trap_eu_01_injunction_by_judgment_is_executed_from_its_pronouncement() -> None:
    """The month runs from pronouncement; service by the court executes nothing."""
    judgment, order = (law().rules[f"de-ev-vollziehung-1m{end}"][-1] for end in ("-judgment", ""))

    assert judgment.trigger == "de-interim-judgment-pronounced"
    assert order.trigger == "de-order-received-by-applicant"
    assert "service by the court does not execute it" in judgment.note
    assert applied(judgment.id, "2026-04-30", calendar="DE-BE").legal == date(2026, 6, 1)


def test_trap_eu_02_working_days_leave_out_bank_holidays_of_any_part() -> None:
    """Battle of the Boyne, kept in Northern Ireland only, is no working day of regulation 11."""
    union = count(
        "gb-tsreg11", date(2026, 6, 29), "20 business-days", options={"calendar": "GB-ALL"}
    )
    england = count("gb-cpr", date(2026, 6, 29), "20 business-days")

    assert (union.legal, england.legal) == (date(2026, 7, 28), date(2026, 7, 27))
    assert applied("uk-ts-main", "2026-06-29").legal == date(2026, 7, 30)  # 31 days are longer


def test_trap_eu_03_limitation_that_begins_with_a_day_counts_that_day() -> None:
    """Six years beginning with 10 March end on 9 March, from a breach on that day on the 10th."""
    secret = applied("uk-ts-limitation", "2020-03-10")
    contract = applied("uk-contract-limitation", "2020-03-10")

    assert (secret.legal, contract.legal) == (date(2026, 3, 9), date(2026, 3, 10))
    assert "ceased" in law().triggers["uk-limitation-begins"].title["en"]
    assert "Later of two days" in law().triggers["uk-limitation-begins"].title["en"]


def test_trap_eu_04_only_court_hours_skip_the_weekend() -> None:
    """From Friday noon 48 hours end on Tuesday noon in court, and on Sunday elsewhere."""
    court = count("de-zpo", FRIDAY_NOON, "48 hours")
    authority = count("de-vwvfg", FRIDAY_NOON, "48 hours")
    union = count("eu-1182", FRIDAY_NOON, "48 hours", options={"court_timezone": "Europe/Berlin"})

    assert court.legal == _at("2026-03-10T12:00+01:00")
    assert authority.legal == _at("2026-03-08T12:00+01:00")
    assert union.legal == _at("2026-03-08T13:00+01:00")


def test_trap_eu_05_full_hour_is_for_the_legal_end_and_never_for_the_plan() -> None:
    """72 hours from 12:17 legally run from 13:00, are planned from 12:17, and never roll."""
    got = applied("eu-gdpr-art33-72h", "2026-03-05T12:17:00+01:00", court_timezone="Europe/Berlin")

    assert got.legal == _at("2026-03-08T13:00+01:00")  # a Sunday
    assert got.safe == _at("2026-03-08T12:17+01:00")


@pytest.mark.parametrize(
    ("final", "trigger", "performs"),
    [
        ("eu-nis2-final-1m", "eu-nis2-notification-submitted", "eu-nis2-72h"),
        (
            "eu-cra-incident-final-1m",
            "eu-cra-incident-notification-submitted",
            "eu-cra-incident-72h",
        ),
        ("eu-dora-final", "eu-dora-intermediate-submitted", "eu-dora-intermediate"),
        ("eu-dora-intermediate", "eu-dora-initial-submitted", "eu-dora-initial"),
        ("de-bsig-32-final", "de-bsig-notification-submitted", "de-bsig-32-72h"),
    ],
)
def test_trap_eu_06_each_report_runs_from_the_one_that_was_sent(
    final: str, trigger: str, performs: str
) -> None:
    """The next limit runs from actual submission, so an early report brings it forward."""
    assert law().rules[final][-1].trigger == trigger
    assert performs in law().triggers[trigger].performs
    assert law().rules[performs][-1].trigger != trigger


def test_trap_eu_07_noon_of_the_next_working_day_is_denied_to_some() -> None:
    """A bank's initial report is due on Saturday night; its final one has noon like any other."""
    told = {
        "aware_at": "2026-03-06T20:00:00+01:00",
        "court_timezone": "Europe/Luxembourg",
        "calendar": "LU",
    }
    classified = "2026-03-06T22:00:00+01:00"

    usual = applied("eu-dora-initial", classified, **told)
    bank = applied("eu-dora-initial", classified, **told, excluded_entity=True)
    final = applied(
        "eu-dora-final",
        "2026-02-14T09:00:00+01:00",
        court_timezone="Europe/Luxembourg",
        calendar="LU",
        excluded_entity=True,
    )

    assert usual.legal == _at("2026-03-09T12:00+01:00")
    assert bank.legal == usual.safe == _at("2026-03-07T02:00+01:00")
    assert final.legal == _at("2026-03-16T12:00+01:00")


def test_trap_eu_08_month_against_a_sequestration_forfeits_the_secrecy_objection() -> None:
    """Missing R153-1 loses more than the sequestration, and the rule says so."""
    got = applied("fr-seq-r153-1", "2026-04-14")

    assert got.legal == date(2026, 5, 15)  # 14 May 2026 is Ascension Day
    assert "loses the secrecy objection itself" in _note("fr-seq-r153-1")


def test_trap_eu_09_jours_ouvrables_are_not_jours_ouvres() -> None:
    """Monday to Saturday is the shorter reading; 31 days win even over the holidays of May."""
    ouvrables = count(
        "fr-cpc", date(2026, 4, 30), "20 business-days", options={"workweek": "mon-sat"}
    )
    ouvres = count(
        "fr-cpc", date(2026, 4, 30), "20 business-days", options={"workweek": "mon-fri"}
    )
    rule = applied("fr-r152-1-main", "2026-04-30")

    assert (ouvrables.legal, ouvres.legal) == (date(2026, 5, 28), date(2026, 6, 3))
    assert (rule.raw, rule.legal, rule.safe) == (
        date(2026, 5, 31),
        date(2026, 6, 1),
        date(2026, 5, 29),
    )


def test_trap_eu_10_dutch_terms_know_5_may_but_no_long_or_backward_roll() -> None:
    """5 May 2026 moves an end; 91 days, years and terms counted backward are never moved."""
    assert count("nl-atw", date(2026, 4, 21), "14 days").legal == date(2026, 5, 6)
    assert count("nl-atw", date(2026, 1, 3), "91 days").legal == date(2026, 4, 4)  # a Saturday
    assert count("nl-atw", date(2026, 1, 4), "90 days").legal == date(2026, 4, 7)  # after Easter
    assert count("nl-atw", date(2026, 5, 19), "14 days", "before").legal == date(2026, 5, 5)
    assert applied("nl-limitation", "2021-05-05").legal == date(2026, 5, 5)


def test_trap_eu_11_japan_closes_at_the_turn_of_the_year_and_counts_three_ways() -> None:
    """Courts close to 3 January, the Civil Code knows no Saturday, knowledge is day 1 for the PPC."""
    court = count("jp-ccp", date(2025, 12, 15), "2 weeks")
    saturday = count("jp-civil", date(2026, 2, 28), "2 weeks")
    report = applied("jp-appi-final-30", "2026-03-01")

    assert (court.raw, court.legal) == (date(2025, 12, 29), date(2026, 1, 5))
    assert saturday.legal == date(2026, 3, 14)
    assert report.legal == date(2026, 3, 30)


@pytest.mark.parametrize("rule", ["jp-ucpa15-3y", "jp-ucpa15-20y", "kr-ucpa14-3y"])
def test_trap_eu_12_unfair_competition_acts_extinguish_the_injunction_only(rule: str) -> None:
    """Damages have their own rules in the civil codes."""
    assert "Only the injunction" in _note(rule) or "Injunction only" in _note(rule)
    assert {"jp-damages", "jp-damages-20y", "kr-damages", "kr-damages-10y"} <= set(law().rules)


def test_trap_eu_13_singapore_works_on_saturday_and_counts_calendar_days_as_told() -> None:
    """A Saturday end stays; three days skip Sunday, three calendar days do not."""
    saturday = count("sg-ia", date(2026, 3, 7), "7 days")
    short = count("sg-ia", date(2026, 3, 5), "3 days")
    notice = applied("sg-pdpa-3cd", "2026-03-05")

    assert (saturday.legal, short.legal) == (date(2026, 3, 14), date(2026, 3, 9))
    assert notice.legal == date(2026, 3, 8)


def test_trap_eu_14_court_vacation_in_india_extends_limitation() -> None:
    """To the day the court reopens; without that court's calendar no date is final."""
    unknown = applied("in-limitation-3y", "2023-05-20")
    vacation = [f"2026-05-{number}" for number in range(18, 32)]
    told = applied(
        "in-limitation-3y", "2023-05-20", closed=vacation, calendar_known_until="2026-12-31"
    )

    assert (unknown.raw, unknown.legal) == (date(2026, 5, 20), None)
    assert "court-calendar" in unknown.warnings
    assert (told.legal, told.safe) == (date(2026, 6, 1), date(2026, 5, 15))


def test_trap_eu_15_brazil_moves_a_missing_day_number_on() -> None:
    """One month from 31 January ends on 1 March, not on the last day of February."""
    got = count("br-cc", date(2025, 1, 31), "1 month")
    other = count("eu-1182", date(2025, 1, 31), "1 month")

    assert (got.raw, other.raw) == (date(2025, 3, 1), date(2025, 2, 28))


def test_trap_eu_16_german_limitation_ends_with_the_year_and_holidays_are_the_courts() -> None:
    """Three years end on 31 December; Corpus Christi counts where the court sits, not elsewhere."""
    limitation = applied("de-limitation-3y", "2022-05-05")
    bavaria = applied("de-berufung", "2026-05-04", calendar="DE-BY")
    berlin = applied("de-berufung", "2026-05-04", calendar="DE-BE")
    unknown = applied("de-berufung", "2026-05-04")

    assert limitation.raw == date(2025, 12, 31)
    assert (bavaria.legal, berlin.legal) == (date(2026, 6, 5), date(2026, 6, 4))
    assert "no-subdivision" in unknown.warnings
    # A municipality's own feast, such as Corpus Christi in parts of Saxony, is told.
    saxony = applied("de-berufung", "2026-05-04", calendar="DE-SN", holidays=["2026-06-04"])
    assert saxony.legal == date(2026, 6, 5)


def test_trap_eu_17_extension_by_a_length_runs_from_the_moved_end() -> None:
    """An end on Saturday 7 March moves to Monday, and a month more runs from there (BGH)."""
    extended = count("de-zpo", date(2026, 3, 7), "1 month", options={"start": "previous-end"})
    plain = count("de-zpo", date(2026, 3, 7), "1 month")

    assert (extended.legal, plain.legal) == (date(2026, 4, 9), date(2026, 4, 7))


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("eu-gdpr-art33-72h", "reasonable degree of certainty"),
        ("jp-appi-final-30", "Any department"),
        ("de-ev-dringlichkeit", "Knowledge of in-house counsel or agents counts"),
        ("jp-ucpa15-3y", "infringer both known"),
        ("kr-ucpa14-3y", "infringer both known"),
        ("kr-damages", "infringer both known"),
    ],
)
def test_trap_eu_18_knowledge_is_attributed_differently(rule: str, words: str) -> None:
    """Each clock says whose knowledge of what starts it, in its trigger or its note."""
    found = law().rules[rule][-1]

    assert words in f"{found.note} {law().triggers[found.trigger].title['en']}"


def test_trap_eu_19_french_trade_secret_prescription_runs_from_the_facts() -> None:
    """Not from their discovery, unlike the general five years."""
    secret, general = (law().rules[id][-1] for id in ("fr-ts-prescription-5y", "fr-general-5y"))

    assert (secret.trigger, general.trigger) == ("harm-occurred", "misappropriation-discovered")
    assert "from the facts, not from knowledge" in secret.note


def test_trap_eu_20_zone_is_that_of_the_place_and_hours_cross_the_clock_change() -> None:
    """A Tokyo morning is the day before in Berlin; 24 and 72 hours are real across 29 March."""
    tokyo = moment("2026-03-10T03:00:00+09:00")
    berlin = {"court_timezone": "Europe/Berlin"}
    friday = moment("2026-03-27T10:30:00+01:00")

    assert count("de-bgb", tokyo, "1 week").raw == date(2026, 3, 16)
    assert count("jp-civil", tokyo, "1 week").raw == date(2026, 3, 17)
    assert count("elapsed-hours", friday, "72 hours", options=berlin).legal == _at(
        "2026-03-30T11:30+02:00"
    )
    assert count("eu-1182", friday, "72 hours", options=berlin).legal == _at(
        "2026-03-30T12:00+02:00"
    )


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("de-vvg-104", "Dispatch in time suffices"),
        ("de-kuendigung-2w", "must be received in time"),
        ("uk-claim-form-4m", "the step is not one at the court office"),
    ],
)
def test_trap_eu_21_receipt_dispatch_or_step_is_said(rule: str, words: str) -> None:
    """What has to happen by the end differs, and each rule says what."""
    assert words in _note(rule)


def test_trap_eu_22_warning_letter_can_start_counter_clocks() -> None:
    """The gate on warning letters tells that sending one alerts the other side."""
    gate = law().rules["de-abmahnung-frist"][-1]

    assert gate.kind == "gate"
    assert "may start a protective letter or a negative declaratory action" in gate.note


def test_trap_eu_23_urgency_month_is_never_planned_on_a_roll() -> None:
    """A Sunday end stays, as Hamm has it; only the KG rolls its own two months."""
    known = "2026-01-15"
    hamm = applied("de-ev-dringlichkeit", known)
    kg = applied("de-ev-dringlichkeit", known, court="kg")

    assert (hamm.legal, hamm.safe) == (date(2026, 2, 15), date(2026, 2, 13))
    assert (kg.raw, kg.legal, kg.safe) == (
        date(2026, 3, 15),
        date(2026, 3, 16),
        date(2026, 3, 13),
    )
