"""Gates of law: which stand, what they bar, and how counsel passes them."""

from datetime import date
from pathlib import Path

import pytest

from breachbook import deadline_records as records
from breachbook import gates, source
from breachbook.agenda import Perform
from breachbook.content import law_folders
from breachbook.deadlines import Law, load_law
from breachbook.errors import ApprovalError, UsageError
from breachbook.exhibit_book import Exhibit
from breachbook.playbook import Playbook
from tests.builders import NOON
from tests.cases_core import CLERK, COUNSEL, Case, refused, waits_for_triage
from tests.world import World, book

GATE = "cn-gate-dsl36"
TODAY = date(2026, 11, 16)
STEP = """\
  - id: send-abroad
    kind: assign
    title: Send exhibits to the court abroad
    who: [outside-counsel]
    instructions: Send them.
    crosses: [export]
"""


@pytest.fixture(scope="module")
def law() -> Law:
    """Read the law we ship."""
    return load_law(law_folders())


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """The example's matter, which touches China."""
    return waits_for_triage(tmp_path_factory.mktemp("gates") / "w")


@pytest.fixture
def case(opened: Case, tmp_path: Path) -> Case:
    """A copy of it."""
    return opened.copy(tmp_path / "w")


def _exhibit(place: str) -> Exhibit:
    return Exhibit("E1", "s", "t", 1, 1, "a", "b", "c", {}, NOON, place=place)


def _clear(case: Case, **more: object) -> None:
    given: dict[str, object] = {"steps": (), "until": None} | more
    records.clear_gate(
        case.file, case.library, COUNSEL, GATE, "approval 2026-17", "E1 to the court", **given,  # type: ignore[arg-type]
    )  # fmt: skip


def test_gates_of_the_countries_concerned_stand(case: Case, law: Law) -> None:
    """A matter that touches China meets China's gates, whether or not its docket is open."""
    found = {gate.rule.id for gate in gates.standing(case.matter, law, TODAY)}

    assert {GATE, "cn-gate-pipl41", "cn-gate-cpl294"} <= found
    assert all(not gate.holds for gate in gates.standing(case.matter, law, TODAY))


def test_a_matter_elsewhere_meets_no_gate_of_china(law: Law) -> None:
    """Where no place, party or exhibit is in China its gates do not stand."""
    world = World(places=["DE"])
    for party in list(world.matter.parties):
        del world.matter.parties[party]

    assert list(gates.standing(world.matter, law, TODAY)) == []


@pytest.mark.parametrize(
    ("place", "bars"), [("CN", True), ("CN-GD", True), ("", True), ("US", False)]
)
def test_gate_on_export_concerns_what_was_stored_in_its_country(
    case: Case, law: Law, place: str, bars: bool
) -> None:
    """An exhibit stored elsewhere is free; where the place is not known the gate bars."""
    found = gates.barring(case.matter, law, "export", TODAY, exhibits=[_exhibit(place)])

    assert (GATE in found) is bars


def test_clearance_passes_its_gate_for_its_steps_until_its_day(case: Case, law: Law) -> None:
    """Counsel's clearance holds for the steps named and to the end of its last day, no further."""
    _clear(case, until=date(2026, 11, 20), steps=["triage"])

    def bars(step: str, on: date) -> bool:
        return GATE in gates.barring(case.matter, law, "export", on, step=step)

    assert not bars("triage", date(2026, 11, 20))
    assert bars("triage", date(2026, 11, 21))
    assert bars("brief", date(2026, 11, 20))
    assert "cn-gate-pipl41" in gates.barring(case.matter, law, "export", TODAY, step="triage")


def test_clearance_keeps_authority_and_scope_and_can_be_taken_back(case: Case, law: Law) -> None:
    """The journal commits to what the clearance rests on; restored, the gate bars again."""
    _clear(case)
    clearance = case.matter.book.clearances[GATE]
    words = case.file.values.get(clearance.authority, "")
    records.restore_gate(case.file, case.library, COUNSEL, GATE, "withdrawn")

    assert (words, clearance.by) == ("approval 2026-17", "helen-marsh")
    assert GATE in gates.barring(case.matter, law, "export", TODAY)


def test_new_text_of_a_gate_needs_a_new_clearance(case: Case) -> None:
    """A clearance was given for one version of the rule and for no other."""
    _clear(case)
    law = case.library.law
    clearance = case.matter.book.clearances[GATE]

    assert clearance.rule_sha256 == law.rules[GATE][-1].digest
    assert not gates._holds(clearance, law.rules["cn-gate-pipl41"][-1], TODAY)


def test_only_counsel_clears_a_gate_that_stands(case: Case) -> None:
    """A clerk may not, and what does not stand is told what does."""
    refused(
        case,
        lambda: records.clear_gate(case.file, case.library, CLERK, GATE, "a", "b", (), None),
        ApprovalError,
        "ip-counsel",
    )
    refused(
        case,
        lambda: records.clear_gate(
            case.file, case.library, COUNSEL, "xx-gate", "a", "b", (), None
        ),
        UsageError,
        GATE,
    )
    refused(case, lambda: _clear(case, steps=["nonsense"]), UsageError, "triage")
    refused(
        case,
        lambda: records.restore_gate(case.file, case.library, COUNSEL, GATE, "x"),
        UsageError,
        "none is cleared",
    )


def test_step_that_crosses_waits_for_the_gate(law: Law) -> None:
    """A step behind an unmet gate of law never starts; the wait names the gates."""
    world = World(book(STEP))
    world.change(law=law)
    world.run()
    world.answer()

    wait = world.wait("send-abroad")

    assert wait.why == "law-gate"
    assert GATE in wait.detail
    assert not any(isinstance(item, Perform) for item in world.due("send-abroad"))


def test_playbook_says_what_a_step_crosses() -> None:
    """The key takes the three acts that a gate can block and nothing else."""
    step = STEP.replace("[export]", "[smuggle]")

    with pytest.raises(Exception, match="export"):
        source.validate(source.parse(f"{_HEAD}{step}".encode(), "p.yaml"), Playbook)


_HEAD = """\
id: p
title: P
steps:
"""
