"""The docket of a matter: the deadlines its facts give, their order, and what each carries."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from breachbook.canonical import canonical
from breachbook.content import law_folders
from breachbook.deadlines import Law, load_law
from breachbook.docket import Deadline, docket
from breachbook.errors import DeadlineError
from breachbook.matter import Fact

SHANGHAI = ZoneInfo("Asia/Shanghai")
DOCKETS = ("cn", "us-itc", "us-dtsa")
WHEELS = (
    Fact("F1", "misappropriation-discovered", date(2026, 11, 16), "incident"),
    Fact("F2", "infringer-known", date(2026, 11, 16), "supplier"),
    Fact("F3", "harm-occurred", date(2026, 9, 1), "incident"),
    Fact("F4", "preservation-accepted", datetime(2026, 11, 20, 16, 20, tzinfo=SHANGHAI), "case-1"),
    Fact("F5", "preservation-measure-taken", date(2026, 11, 22), "case-1"),
    Fact("F6", "demand-reached-obligor", date(2026, 11, 24), "supplier"),
    Fact("F7", "itc-complaint-filed", date(2026, 11, 23), "itc"),
    Fact("F8", "us-complaint-filed", date(2026, 11, 23), "case-2"),
    Fact("F9", "us-tro-entered", date(2026, 11, 24), "case-2"),
    Fact("F10", "us-summons-served", date(2026, 11, 24), "supplier"),
    Fact("F11", "samr-report-received", date(2026, 11, 23), "incident"),
    Fact("F12", "police-report-accepted", date(2026, 11, 23), "incident"),
)
ITC_655 = {
    # facts of the real investigation 337-TA-655, as public docket reports give them
    "itc-initial-determination-issued": date(2009, 10, 16),
    "itc-initial-determination-served": date(2009, 10, 16),
    "itc-petition-served": date(2009, 10, 30),
    "itc-determination-received-by-president": date(2010, 2, 16),
}


@pytest.fixture(scope="module")
def law() -> Law:
    """Read the law we ship."""
    return load_law(law_folders())


def _by_rule(entries: tuple[Deadline, ...]) -> dict[str, Deadline]:
    return {entry.rule.id: entry for entry in entries}


def test_docket_of_the_wheels_has_a_dozen_dated_deadlines(law: Law) -> None:
    """The facts of a leak through a supplier give at least twelve dates over three dockets."""
    entries = docket(WHEELS, law, DOCKETS)

    dated = [entry for entry in entries if entry.computed is not None]
    assert len(dated) >= 12
    assert {entry.rule.docket for entry in dated} == set(DOCKETS)
    assert all(entry.problem is None for entry in entries)


def test_docket_is_ordered_by_safe_date_with_gates_last(law: Law) -> None:
    """Who reads from the top reads what comes first; gates have no date and stand at the end."""
    entries = docket(WHEELS, law, DOCKETS)

    dates = [e.as_data()["safe"][:10] for e in entries if e.computed is not None]
    kinds = [entry.rule.kind for entry in entries]
    assert dates == sorted(dates)
    assert kinds == sorted(kinds)
    assert {"cn-gate-dsl36", "cn-gate-pipl41"} <= {entry.id for entry in entries}


def test_docket_of_337_ta_655_gives_the_dates_of_the_record(law: Law) -> None:
    """The rules of 2009 give the days on which petitions came and review was declined."""
    facts = [Fact(f"F{n}", kind, when, "655") for n, (kind, when) in enumerate(ITC_655.items(), 1)]

    found = _by_rule(docket(facts, law, ["us-itc"]))

    legal = {id: entry.computed.legal for id, entry in found.items() if entry.computed}
    assert legal == {
        "itc-petition-review": date(2009, 10, 30),
        "itc-petition-response": date(2009, 11, 9),
        "itc-review-decision": date(2009, 12, 17),
        "itc-recommended-determination": date(2009, 11, 2),
        "itc-presidential-review": date(2010, 4, 17),
        # from the day the determination became final, which nobody recorded
        "itc-cafc-appeal": date(2010, 6, 17),
    }
    assert found["itc-petition-review"].rule.status == "unverified"


def test_a_second_fact_of_a_kind_gives_its_own_deadline(law: Law) -> None:
    """Each party known and each petition served runs its own time."""
    facts = [
        Fact("F1", "infringer-known", date(2026, 3, 2), "supplier"),
        Fact("F2", "infringer-known", date(2026, 4, 2), "competitor"),
    ]

    ids = [entry.id for entry in docket(facts, law, ["cn"]) if entry.computed]

    assert ids == ["cn-limit-3y@F1", "cn-limit-3y@F2"]


def test_facts_of_other_kinds_give_nothing(law: Law) -> None:
    """A docket without its triggers has only its gates."""
    for name in ("cn", "us-itc"):
        assert {entry.rule.kind for entry in docket([], law, [name])} == {"gate"}


def test_unknown_docket_is_refused(law: Law) -> None:
    """A docket that no law file has is an error."""
    with pytest.raises(DeadlineError, match="us-tic"):
        docket(WHEELS, law, ["us-tic"])


def test_fact_before_every_version_is_shown_first_with_its_problem(law: Law) -> None:
    """What cannot be counted is not left out: it stands at the top and says why."""
    facts = [*WHEELS, Fact("F99", "infringer-known", date(2019, 3, 1), "competitor")]

    first = docket(facts, law, DOCKETS)[0]

    assert (first.id, first.computed) == ("cn-limit-3y@F99", None)
    assert first.problem is not None
    assert "2021-01-01" in first.problem


def test_hours_from_a_date_are_shown_as_a_problem(law: Law) -> None:
    """Hours never start at a guessed time of day."""
    facts = [Fact("F1", "preservation-accepted", date(2026, 11, 20), "case-1")]

    first = docket(facts, law, ["cn"])[0]

    assert first.computed is None
    assert "instant" in (first.problem or "")


def test_zone_of_the_court_gives_the_last_moment(law: Law) -> None:
    """Where the law fixes no place, the court's zone does; without it there is no last moment."""
    without = _by_rule(docket(WHEELS, law, ["us-dtsa"]))["us-answer-21"].computed
    given = _by_rule(docket(WHEELS, law, ["us-dtsa"], zone="America/Chicago"))[
        "us-answer-21"
    ].computed

    assert without is not None
    assert given is not None
    assert (without.last_moment, without.warnings) == (None, ("no-zone",))
    assert given.last_moment == datetime(
        2026, 12, 15, 23, 59, 59, tzinfo=ZoneInfo("America/Chicago")
    )


def test_version_is_chosen_by_the_day_at_the_place(law: Law) -> None:
    """An instant that is still December in Chicago is already January in China."""
    when = datetime(2023, 12, 31, 12, tzinfo=ZoneInfo("America/Chicago"))
    facts = [Fact("F1", "preservation-accepted", when, "case-1")]

    entry = docket(facts, law, ["cn"])[0]

    assert entry.computed is not None


def test_every_entry_can_be_kept_as_canonical_json(law: Law) -> None:
    """Whatever the docket holds goes into the record: authority, status, version and working."""
    for entry in docket(WHEELS, law, DOCKETS):
        data = entry.as_data()

        assert canonical(data)
        assert data["rule_sha256"] == entry.rule.digest
        assert data["authority"]["locator"]
        assert data["status"] in ("verified", "unverified")
        assert bool(data["working"]) == (entry.computed is not None)


def test_correcting_a_fact_moves_its_deadline(law: Law) -> None:
    """The docket is counted from the facts as they stand and remembers nothing."""
    fact = Fact("F1", "itc-complaint-filed", date(2026, 11, 23), "itc")
    moved = Fact("F1", "itc-complaint-filed", fact.when + timedelta(days=7), "itc")

    before, after = (
        _by_rule(docket([f], law, ["us-itc"]))["itc-institution"].as_data()["legal"]
        for f in (fact, moved)
    )

    assert (before, after) == ("2026-12-23", "2026-12-30")
