"""The law on the command line: rules, triggers, regimes and court calendars."""

import json
from collections.abc import Sequence

import pytest

from breachbook.deadlines import REGIMES, told_names
from tests.counts import law
from tests.terminal import Run


@pytest.fixture(autouse=True)
def surroundings(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """No workspace, and a cache that these tests share and leave behind."""
    base = tmp_path_factory.getbasetemp()
    monkeypatch.setenv("XDG_CACHE_HOME", str(base / "cache"))
    monkeypatch.chdir(base)


def test_rule_is_counted_by_the_version_in_force(run: Run) -> None:
    """A trigger of 2009 is counted by the text of then, as the docket of 337-TA-655 has it."""
    code, out, _ = run(None, "rule", "itc-petition-review", "--from", "2009-10-16")
    later = json.loads(
        run(None, "rule", "itc-review-decision", "--from", "2009-10-16", "--json")[1]
    )

    assert code == 0
    assert "legal        Fri 2009-10-30" in out
    assert "  in force 2008-08-08 to 2013-05-19: 12 days, unverified" in out
    assert "  in force 2013-05-20 to now: 12 days, verified" in out
    assert later["legal"] == "2009-12-17"
    assert later["in_force"] == {"from": "2008-08-08", "to": "2013-05-19"}
    assert [version["to"] for version in later["versions"]] == ["2013-05-19", None]


def test_rule_is_counted_under_the_circumstances_told(run: Run) -> None:
    """What the rule has for other circumstances is shown, and counts when they are told."""
    ask = ["rule", "cn-civ-appeal-judgment", "--from", "2026-10-16"]

    _, out, _ = run(None, *ask, "--option", "foreign=true")
    found = json.loads(run(None, *ask, "--json")[1])

    assert "  if foreign=true: 30 days (cn-civil-procedure)" in out
    assert "raw          Sun 2026-11-15" in out
    assert found["raw"] == "2026-10-31"
    assert found["instead"] == [
        {"when": {"foreign": True}, "period": "30 days", "regime": "cn-civil-procedure"}
    ]
    assert "foreign" in found["accepts"]


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        (["no-such-rule"], "got the rule 'no-such-rule'; allowed: one of `breachbook rules`"),
        (["itc-petition-review", "--from", "1999-01-04"], "a version we hold is in force"),
        (["itc-petition-review", "--option", "service=mail"], "allowed: with --from"),
        (
            ["itc-petition-review", "--from", "2026-11-16", "--option", "x=1"],
            "options: got x; allowed: ",
        ),
        (["itc-petition-review", "--from", "2026-11-16", "--option", "x"], "allowed: name=value"),
        (["itc-prefiling-ouii", "--from", "2026-11-16"], "got a gate"),
        (
            ["itc-teo-id", "--from", "2026-11-16", "--option", "teo_motion=false"],
            "teo_motion=true",
        ),
        (["itc-petition-review", "--from", "2026-11-16T09:00"], "allowed: 2026-11-16, or"),
    ],
    ids=["unknown", "before", "no-trigger", "option", "form", "gate", "when", "naive"],
)
def test_rule_refuses_what_it_would_have_to_guess(
    arguments: Sequence[str], allowed: str, run: Run
) -> None:
    """An unknown rule, day or option is bad input, with what is allowed."""
    code, out, err = run(None, "rule", *arguments)

    assert (code, out) == (2, "")
    assert allowed in err


def test_rules_list_every_rule_with_its_authority_and_trigger(run: Run) -> None:
    """Each rule stands once, in its newest version, with everything it says."""
    code, out, _ = run(None, "rules", "--json")
    found = json.loads(out)
    triggers = json.loads(run(None, "rules", "--triggers", "--json")[1])

    assert code == 0
    assert {row["rule"] for row in found} == set(law().rules)
    assert len(found) == len(law().rules)
    assert {row["trigger"] for row in found} <= {row["trigger"] for row in triggers}
    for row in found:
        version = law().rules[row["rule"]][-1]
        assert row["authority"]["locator"]
        assert row["status"] in ("verified", "unverified")
        assert row["when"] == dict(version.when)
        assert len(row["instead"]) == len(version.instead)
        assert row["reminders"] == [str(span) for span in version.reminders]
        assert row["confidence"] == version.confidence
        assert set(row["options"]) == set(version.options.given()) or not version.period
        assert set(row["accepts"]) == told_names(version)


def test_rules_are_narrowed_by_docket_jurisdiction_and_status(run: Run) -> None:
    """Several conditions hold together; an unknown name is refused with those there are."""
    code, out, _ = run(
        None,
        "rules",
        "--jurisdiction",
        "us",
        "--docket",
        "us-itc",
        "--status",
        "unverified",
        "--json",
    )
    found = json.loads(out)

    assert code == 0
    assert found
    assert {(row["jurisdiction"], row["docket"], row["status"]) for row in found} == {
        ("us", "us-itc", "unverified")
    }
    assert "itc-petition-review" in {row["rule"] for row in found}
    for given in (
        ["--docket", "x"],
        ["--jurisdiction", "x"],
        ["--status", "x"],
        ["--triggers", "--regimes"],
    ):
        assert run(None, "rules", *given)[0] == 2


def test_rules_list_the_regimes_with_the_options_they_take(run: Run) -> None:
    """Whoever counts finds the ways of counting, their authority, units, options, calendars and zone."""
    found = json.loads(run(None, "rules", "--regimes", "--json")[1])
    _, out, _ = run(None, "rules", "--regimes")

    assert [row["regime"] for row in found] == list(REGIMES)
    for row in found:
        regime = REGIMES[row["regime"]]
        assert set(row["options"]) == regime.accepts
        assert (row["authority"], row["zone"]) == (regime.authority, regime.zone)
    assert len(out.splitlines()) == len(found) + 1


def test_calendars_tell_how_far_they_are_known_and_on_whose_authority(run: Run) -> None:
    """Each calendar stands with its first and last known day, status, day of reading and source."""
    found = json.loads(run(None, "calendars", "--json")[1])
    code, out, _ = run(None, "calendars")

    assert code == 0
    assert {row["calendar"] for row in found} == set(law().calendars.texts)
    for row in found:
        assert row["known_from"] < row["known_until"]
        assert row["checked_on"]
        assert row["authority"]
    assert len(out.splitlines()) == len(found) + 1


@pytest.mark.parametrize(
    ("calendar", "day", "state", "because"),
    [
        (
            "CN",
            "2026-02-14",
            "open",
            "Spring Festival, worked in exchange (package chinesecalendar)",
        ),
        ("CN", "2026-10-07", "closed", "National Day, rest (package chinesecalendar)"),
        ("JP", "2026-12-30", "offices closed", "courts and "),
        ("DE-NW", "2026-06-04", "closed", "Corpus Christi (package holidays)"),
        ("US-CA-COURT", "2026-03-31", "closed", "Cesar Chavez Day is a judicial holiday"),
        ("NL", "2026-05-05", "closed", "Liberation Day"),
    ],
)
def test_calendar_lists_the_days_it_moves(
    calendar: str, day: str, state: str, because: str, run: Run
) -> None:
    """A holiday, a make-up day, a closing of offices and a correction of ours each say why."""
    found = json.loads(run(None, "calendars", calendar, "--year", "2026", "--json")[1])
    _, out, _ = run(None, "calendars", calendar, "--year", "2026")
    rows = {row["day"]: row for row in found["days"]}

    assert rows[day]["state"] == state
    assert because in rows[day]["because"]
    assert day in out


def test_calendar_of_several_parts_names_whose_day_it_is(run: Run) -> None:
    """The union of the United Kingdom shows each day once, with the parts that keep it."""
    found = json.loads(run(None, "calendars", "GB-ALL", "--year", "2026", "--json")[1])
    rows = {row["day"]: row for row in found["days"]}

    assert rows["2026-11-30"]["calendars"] == ["GB-SCT"]
    assert rows["2026-12-25"]["calendars"] == ["GB-ENG", "GB-WLS", "GB-SCT", "GB-NIR"]


def test_calendar_says_what_is_estimated_and_what_is_disputed(run: Run) -> None:
    """Days past the official list are estimates; an order that may be no legal holiday is disputed."""
    ahead = json.loads(run(None, "calendars", "JP", "--year", "2027", "--json")[1])
    closed = json.loads(run(None, "calendars", "US", "--year", "2025", "--json")[1])

    assert {row["estimate"] for row in ahead["days"]} == {True}
    assert {row["day"] for row in closed["days"] if row["disputed"]} >= {
        "2025-01-09",
        "2025-12-24",
    }


@pytest.mark.parametrize(
    "arguments",
    [["XX"], ["weekends"], ["GB"], ["DE-XX"], ["US", "--year", "0"], ["--year", "2026"]],
    ids=str,
)
def test_calendars_refuse_what_they_do_not_know(arguments: Sequence[str], run: Run) -> None:
    """An unknown place or year is bad input."""
    code, out, err = run(None, "calendars", *arguments)

    assert (code, out) == (2, "")
    assert "allowed: " in err
