"""Deadlines that hang on other deadlines, on performance, and on what is told with a fact."""

from datetime import date, datetime
from typing import Any

import pytest

from breachbook.content import law_folders
from breachbook.deadlines import Law, load_law
from breachbook.docket import Deadline, docket, is_late, performances, told_problem
from breachbook.matter import Fact


@pytest.fixture(scope="module")
def law() -> Law:
    """Read the law we ship."""
    return load_law(law_folders())


def _fact(kind: str, when: str, about: str = "incident", **options: Any) -> Fact:
    moment = datetime.fromisoformat(when) if "T" in when else date.fromisoformat(when)
    return Fact(f"F-{kind}", kind, moment, about, options=options)


def _found(law: Law, facts: list[Fact], *names: str) -> dict[str, Deadline]:
    return {entry.rule.id: entry for entry in docket(facts, law, names)}


def _legal(entry: Deadline) -> object:
    return entry.as_data()["legal"]


def test_final_report_of_nis2_runs_from_the_notification_really_sent(law: Law) -> None:
    """Filing the notification early shortens the next limit: the month runs from its sending."""
    aware = _fact("significant-incident-aware", "2026-03-02T08:10:00+01:00", calendar="DE-NW")
    sent = _fact("eu-nis2-notification-submitted", "2026-03-03T15:00:00+01:00", calendar="DE-NW")

    before = _found(law, [aware], "eu")
    after = _found(law, [aware, sent], "eu")

    assert "eu-nis2-final-1m" not in before
    assert _legal(after["eu-nis2-final-1m"]) == "2026-04-07"
    assert after["eu-nis2-final-1m"].hangs_on is None


def test_performance_is_paired_with_the_deadline_it_meets(law: Law) -> None:
    """The notification is the doing of the 72-hour deadline of the same incident, of no other."""
    facts = [
        _fact("significant-incident-aware", "2026-03-02T08:10:00+01:00"),
        _fact("eu-nis2-notification-submitted", "2026-03-03T15:00:00+01:00"),
        _fact("eu-nis2-notification-submitted", "2026-03-03T07:00:00+01:00", about="another"),
    ]

    found = list(performances(facts, law, docket(facts, law, ["eu"])))

    assert [(entry.rule.id, fact.kind) for entry, fact in found] == [
        ("eu-nis2-72h", "eu-nis2-notification-submitted")
    ]


def test_end_of_a_deadline_is_a_trigger_until_it_is_recorded(law: Law) -> None:
    """The defence in Hong Kong runs from the end of the time to acknowledge service."""
    served = _fact("hk-writ-served", "2021-11-12")

    derived = _found(law, [served], "hk")["hk-defence"]
    recorded = _found(law, [served, _fact("hk-aos-limit", "2021-11-29")], "hk")["hk-defence"]

    assert derived.hangs_on == "hk-aos@F-hk-writ-served"
    assert (_legal(derived), _legal(recorded)) == ("2021-12-23", "2021-12-28")
    assert recorded.hangs_on is None


def test_what_hangs_on_a_provisional_date_is_provisional(law: Law) -> None:
    """A date counted from an uncertain end is never final."""
    served = _fact("hk-writ-served", "2026-12-20")

    found = _found(law, [served], "hk")["hk-defence"].as_data()

    assert (found["provisional"], found["legal"], found["last_moment"]) == (True, None, None)
    assert "provisional" in found["warnings"]


def test_derived_event_tells_no_circumstance_that_nobody_told(law: Law) -> None:
    """A delay that the Attorney General never granted does not appear on the docket."""
    determined = _fact("sec-materiality-determined", "2026-03-02")
    kinds = {trigger.id for trigger in law.triggers.values() if trigger.ends == "sec-8k-105"}

    found = _found(law, [determined], "us-reporting")
    granted = _fact(kinds.pop(), "2026-03-06", attorney_general_delay=True)
    delayed = _found(law, [determined, granted], "us-reporting")

    assert "sec-8k-105-ag-delay" not in found
    assert "sec-8k-105-ag-delay" in delayed


def test_told_circumstance_chooses_the_period(law: Law) -> None:
    """A party without domicile in China has thirty days to appeal, any other fifteen."""
    home = _found(law, [_fact("cn-judgment-served", "2026-03-02")], "cn")
    abroad = _found(law, [_fact("cn-judgment-served", "2026-03-02", foreign=True)], "cn")

    assert _legal(home["cn-civ-appeal-judgment"]) == "2026-03-17"
    assert _legal(abroad["cn-civ-appeal-judgment"]) == "2026-04-01"


def test_state_told_chooses_among_the_states_limitation_rules(law: Law) -> None:
    """Of the limitation rules of the states only that of the state told stands on the docket."""
    facts = [_fact("misappropriation-discovered", "2024-03-01", state="IL")]

    found = _found(law, facts, "us-state")

    dated = [id for id, entry in found.items() if entry.computed is not None]
    assert dated == ["us-utsa-il-limitation"]


def test_option_told_moves_a_date_and_is_kept_with_it(law: Law) -> None:
    """Service by mail adds three days; the entry says what was told."""
    plain = _found(law, [_fact("us-summons-served", "2026-03-02")], "us-dtsa")["us-answer-21"]
    mailed = _found(law, [_fact("us-summons-served", "2026-03-02", service="mail")], "us-dtsa")

    assert _legal(plain) == "2026-03-23"
    assert _legal(mailed["us-answer-21"]) == "2026-03-26"
    assert mailed["us-answer-21"].as_data()["told"] == {"service": "mail"}


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"service": "pigeon"}, "mail, express, electronic"),
        ({"colour": "red"}, "service"),
        ({"court_timezone": "Mars"}, "IANA"),
        ({"aware_at": "2026-03-02T09:00:00"}, "aware_at"),
    ],
)
def test_what_has_no_meaning_with_a_fact_is_refused(
    law: Law, told: dict[str, object], said: str
) -> None:
    """An unknown option or value is told what is allowed with this kind of fact."""
    assert said in (told_problem(law, "us-summons-served", told) or "")


def test_options_that_some_rule_takes_are_allowed(law: Law) -> None:
    """What one rule of the trigger understands may be told, although others do not."""
    told = {"service": "mail", "court_timezone": "America/Chicago", "calendar": "US-IL"}

    assert told_problem(law, "us-summons-served", told) is None


@pytest.mark.parametrize(
    ("done", "legal", "late"),
    [
        ("2026-03-23", "2026-03-23", False),
        ("2026-03-24", "2026-03-23", True),
        ("2026-03-24T01:00:00+01:00", "2026-03-23T20:00:00-05:00", False),
        ("2026-03-24T03:00:00+01:00", "2026-03-23T20:00:00-05:00", True),
        ("2026-03-23T23:59:00-05:00", "2026-03-23", False),
        ("2030-01-01", None, False),
    ],
)
def test_late_is_judged_by_day_or_by_instant(done: str, legal: str | None, late: bool) -> None:
    """A day is compared as a day, two instants as instants; a provisional end is never passed."""
    moment = datetime.fromisoformat(done) if "T" in done else date.fromisoformat(done)

    assert is_late(moment, legal) is late
