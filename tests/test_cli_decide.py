"""Deciding, handing over, breaking the glass, holds and snoozing on the command line."""

import json
from pathlib import Path

import pytest

from breachbook.events import Draft
from tests.cases_core import Case, two_agree, waits_for_triage
from tests.terminal import Run

pytestmark = pytest.mark.usefixtures("standing_clock")

POLICY = """\
      from: [general-counsel]
      high_risk: true
      delegate: {to: [outside-counsel], at_most: 2 days}
      break_glass: [ip-counsel]
      exclude: []
"""


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """The example with a stricter policy for the letter, waiting for its approval."""
    case = Case.install(tmp_path_factory.mktemp("decide") / "w")
    shipped = Path("playbooks/supplier-leak.yaml").read_text("utf-8")
    old = "      from: [ip-counsel, general-counsel, outside-counsel]\n      quorum: 2\n"
    old += "      exclude: [author, reporter]\n"
    assert old in shipped
    folder = case.workspace.root / "playbooks"
    folder.mkdir(exist_ok=True)
    (folder / "supplier-leak.yaml").write_text(shipped.replace(old, POLICY), "utf-8")
    case.report()
    case.advance()
    case.answer()
    case.advance()
    return case


@pytest.fixture
def case(opened: Case, tmp_path: Path) -> Case:
    """A copy of it."""
    return opened.copy(tmp_path / "w")


def _letter(case: Case) -> str:
    return case.request("cease-and-desist", "moqiao-castings")


def test_high_risk_is_approved_only_with_the_matters_number(case: Case, run: Run) -> None:
    """Without --confirm the approval is refused and says what is missing."""
    request = _letter(case)
    without = run(case, "approve", request, "--as", "david-okafor")
    given = run(case, "approve", request, "--confirm", case.id, "--as", "david-okafor")

    assert without[0] == 1
    assert "type the matter's number" in without[2]
    assert given[0] == 0
    assert case.matter.approvals[request].state == "approved"


def test_decision_is_handed_over_and_made_in_anothers_place(case: Case, run: Run) -> None:
    """The delegate's approval counts for who was asked, and both stand in the journal."""
    request, until = _letter(case), "2026-11-17T18:00:00-06:00"
    handed = run(
        case, "delegate", request, "--to", "lin-yue", "--until", until, "--as", "david-okafor"
    )
    made = run(case, "approve", request, "--confirm", case.id, "--as", "lin-yue")

    (decision,) = case.matter.approvals[request].decisions
    assert (handed[0], made[0]) == (0, 0)
    assert (decision.person, decision.acting_for) == ("lin-yue", "david-okafor")


@pytest.mark.parametrize(
    ("to", "until", "said"),
    [
        ("samuel-rivera", "2026-11-17T18:00:00-06:00", "may not decide in your place"),
        ("lin-yue", "2026-12-17T18:00:00-06:00", "for so long"),
        ("lin-yue", "2026-11-17T18:00:00", "2026-11-20T18:00:00-06:00"),
    ],
)
def test_handing_over_outside_the_policy_is_refused(
    case: Case, run: Run, to: str, until: str, said: str
) -> None:
    """A person not allowed, too long a time and a time without its offset are told so."""
    told = run(
        case, "delegate", _letter(case), "--to", to, "--until", until, "--as", "david-okafor"
    )

    assert told[0] in (1, 2)
    assert said in told[2]


def test_glass_is_broken_with_reason_and_number(case: Case, run: Run) -> None:
    """Who the policy names approves alone; the journal has the reason, the audit finds it sound."""
    request = _letter(case)
    words = ["--reason", "it is being published", "--confirm", case.id]
    other = run(case, "break-glass", request, *words, "--as", "david-okafor")
    named = run(case, "break-glass", request, *words, "--as", "helen-marsh")

    approval = case.matter.approvals[request]
    assert (other[0], named[0]) == (1, 0)
    assert (approval.state, approval.forced_by) == ("approved", "helen-marsh")
    assert run(case, "audit", "verify")[0] == 0


def test_request_shows_what_its_policy_allows(case: Case, run: Run) -> None:
    """Who may stand in, who may break the glass and what is still needed stand with the request."""
    _, out, _ = run(case, "approvals", _letter(case), "--json")

    found = json.loads(out)
    assert (found["high_risk"], found["break_glass"]) == (True, ["helen-marsh"])
    assert found["delegates"] == ["lin-yue"]
    assert found["still_needed"] == "1 of david-okafor"


def test_hold_is_acknowledged_by_its_custodian_alone_and_released_by_counsel(
    case: Case, run: Run
) -> None:
    """Anybody else is told what they would be told of no hold; release needs two counsel and a reason."""
    data = {"hold": "legal-hold-1", "custodian": "alan-brooks", "document": "D1"}
    case.file.transact(lambda _: [Draft("hold.issued", data)])
    other = run(case, "hold", "acknowledge", case.id, "legal-hold-1", "--as", "helen-marsh")
    own = run(case, "hold", "acknowledge", case.id, "legal-hold-1", "--as", "alan-brooks")
    again = run(case, "hold", "acknowledge", case.id, "legal-hold-1", "--as", "alan-brooks")
    listed = json.loads(run(case, "hold", "list", case.id, "--json", "--as", "helen-marsh")[1])
    words = ["--custodian", "alan-brooks", "--reason", "settled"]
    clerk = run(case, "hold", "release", case.id, "legal-hold-1", *words, "--as", "joan-petrov")
    alone = run(case, "hold", "release", case.id, "legal-hold-1", *words, "--as", "helen-marsh")
    two_agree(case, "release-hold", "legal-hold-1|alan-brooks")
    freed = run(case, "hold", "release", case.id, "legal-hold-1", *words, "--as", "helen-marsh")

    assert (other[0], own[0], again[0], clerk[0], alone[0], freed[0]) == (1, 0, 0, 1, 1, 0)
    assert "two counsel" in alone[2]
    assert "not yours" in other[2]
    assert [item["state"] for item in listed if item["custodian"] == "alan-brooks"] == [
        "acknowledged"
    ]
    assert case.matter.holds["legal-hold-1", "alan-brooks"].state == "released"


def test_deadline_is_snoozed_no_further_than_the_day_to_plan_on(case: Case, run: Run) -> None:
    """A snooze past the safe day is refused; one before it is kept."""
    deadline = next(d for d in case.matter.deadlines.values() if d.rule == "us-dtsa-limitation")
    words = ["deadline", "snooze", case.id, deadline.id, "--as", "joan-petrov", "--until"]
    past, kept = run(case, *words, "2031-01-01"), run(case, *words, "2027-01-01")

    assert (past[0], kept[0]) == (2, 0)
    assert deadline.safe in past[2]
    assert case.matter.deadlines[deadline.id].snoozed_until is not None


def test_waiting_matter_is_still_read(tmp_path: Path) -> None:
    """A request written before stages were known is one stage."""
    case = waits_for_triage(tmp_path / "w")
    case.answer()
    case.advance()

    approval = case.matter.approvals[_letter(case)]
    assert approval.stage is not None
    assert approval.stage.quorum == 2
