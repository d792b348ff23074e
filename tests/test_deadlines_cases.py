"""Cases of single rules, written as YAML beside their reasons, and house rules on what they cover."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from breachbook.deadlines import Moment, Rule, compute, trigger_day
from breachbook.deadlines.compute import told_names
from breachbook.errors import DeadlineError
from tests.counts import agrees, law, moment

CASES = Path(__file__).parent / "cases"
DATES = {"raw", "legal", "safe", "final"}


@dataclass(frozen=True)
class RuleCase:
    """One case as its file states it."""

    file: str
    rule: str
    name: str
    when: Moment
    expect: dict[str, Any]
    because: str
    told: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Name the case in the list of tests."""
        return f"{self.file}: {self.rule}, {self.name}"


def _read(path: Path) -> Iterator[RuleCase]:
    # The C loader reads every file in a fraction of a second; it keeps an instant in quotes as text.
    data = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    file = path.relative_to(CASES).with_suffix("").as_posix()
    for item in data["cases"]:
        yield RuleCase(
            file,
            item["rule"],
            item["name"],
            moment(item["from"]),
            item["expect"],
            item["because"].strip(),
            item.get("options", {}),
        )


ALL = [case for path in sorted(CASES.glob("*/*.yaml")) for case in _read(path)]


def counted(case: RuleCase) -> dict[str, Any]:
    """Count a case by the version in force on its day; what is refused is a problem."""
    versions = law().rules[case.rule]
    try:
        rule = law().rule(case.rule, trigger_day(versions[-1], case.when))
        computed = compute(rule, case.when, told=case.told, calendars=law().calendars)
    except DeadlineError as error:
        return {"problem": str(error)}
    return {name: getattr(computed, name) for name in (*DATES, "provisional")}


@pytest.mark.parametrize("case", ALL, ids=[case.id for case in ALL])
def test_rule_gives_what_its_case_says(case: RuleCase) -> None:
    """Each case gives every date it states, by the version in force on the trigger's day."""
    got = counted(case)

    refusal = str(case.expect.get("problem", ""))
    assert refusal in got.get("problem", "")
    assert bool(refusal) == ("problem" in got), got
    for key in case.expect.keys() - {"problem"}:
        assert agrees(got[key], case.expect[key]), (key, got[key])


def test_cases_state_something_known_and_give_their_reason() -> None:
    """No case is without a reason, and none expects what is never compared."""
    assert [case.id for case in ALL if not case.because or not case.name] == []
    assert [
        case.id
        for case in ALL
        if not case.expect or case.expect.keys() - DATES - {"provisional", "problem"}
    ] == []


def test_case_names_are_unique_within_a_rule() -> None:
    """A failing case is found by its rule and its name."""
    names = [(case.rule, case.name) for case in ALL]

    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_cases_stand_in_the_file_of_their_rule() -> None:
    """A case is found beside its procedure: the same folder and the same file name."""
    homes = {
        id: f"{rules[-1].jurisdiction}/{rules[-1].procedure}" for id, rules in law().rules.items()
    }

    assert [case.id for case in ALL if homes.get(case.rule) != case.file] == []
    assert not list(CASES.glob("*.yaml"))


def test_every_deadline_rule_has_a_case() -> None:
    """No rule that counts is shipped without a date somebody worked out by hand."""
    tried = {case.rule for case in ALL}

    assert [
        id for id, rules in law().rules.items() if rules[-1].kind == "deadline" and id not in tried
    ] == []


def test_every_version_of_a_rule_has_a_case() -> None:
    """Each text of a rule is tried on a day on which it is in force."""
    tried = _by_rule()

    untried = [
        f"{rule.id} from {rule.in_force_from}"
        for rule in _deadlines()
        if not any(rule.is_in_force(trigger_day(rule, case.when)) for case in tried[rule.id])
    ]
    assert untried == []


def test_every_other_period_of_a_rule_has_a_case() -> None:
    """Each `instead` is tried under the circumstances it names."""
    tried = _by_rule()

    untried = [
        f"{rule.id} where {dict(other.when)}"
        for rule in _deadlines()
        for other in rule.instead
        if not any(other.when.items() <= case.told.items() for case in tried[rule.id])
    ]
    assert untried == []


def test_every_end_of_a_text_is_tried_or_open() -> None:
    """A text that has ended is followed by another, or a case shows that it is refused."""
    tried = _by_rule()

    ended = [
        rule
        for rule in _deadlines()
        if rule.in_force_to is not None and law().rules[rule.id][-1] is rule
    ]
    assert [
        rule.id for rule in ended if not any("problem" in case.expect for case in tried[rule.id])
    ] == []


def test_cases_tell_only_what_matters_to_their_rule() -> None:
    """What a case tells is an option of the count or a circumstance of the rule."""
    stray = [case.id for case in ALL if case.told.keys() - told_names(law().rules[case.rule][-1])]

    assert stray == []


def test_gates_stand_on_the_docket_without_a_date() -> None:
    """A gate is listed in its docket, has nothing to count, and counting it is refused."""
    gates = [rules[-1] for rules in law().rules.values() if rules[-1].kind == "gate"]

    assert len(gates) > 100
    for gate in gates:
        assert gate.id in law().dockets[gate.docket]
        assert (gate.period, gate.regime, gate.instead, gate.reminders) == (None, None, (), ())
        with pytest.raises(DeadlineError, match="got a gate"):
            compute(gate, date(2026, 11, 24))


def test_no_case_is_of_a_gate() -> None:
    """A gate has no date, so there is nothing a case could expect."""
    assert [case.id for case in ALL if law().rules[case.rule][-1].kind == "gate"] == []


def _deadlines() -> Iterator[Rule]:
    for versions in law().rules.values():
        yield from (rule for rule in versions if rule.kind == "deadline")


def _by_rule() -> dict[str, list[RuleCase]]:
    found: dict[str, list[RuleCase]] = {}
    for case in ALL:
        found.setdefault(case.rule, []).append(case)
    return found
