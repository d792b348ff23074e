"""A closed matter: nothing is recorded into what runs no more, and everything shown of it says so."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from breachbook import deadline_records, holds, records, steps
from breachbook.approvals import CAUSES
from breachbook.errors import ApprovalError
from breachbook.events import Actor, Draft
from tests.cases_core import COUNSEL, TRIAGE, Case, refused, waits_for_triage
from tests.telling_world import Telling, buttons, quiet, telling, texts

HOLD, CUSTODIAN = "legal-hold-1", Actor("alan-brooks", "example")
LETTER = ("cease-and-desist", "larkmoor-supply")


@pytest.fixture(scope="module")
def shut(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A matter that was closed while a question, a hold and deadlines were open."""
    case = waits_for_triage(tmp_path_factory.mktemp("closed") / "w")
    data = {"hold": HOLD, "custodian": CUSTODIAN.person, "document": "D1"}
    case.file.transact(lambda _: [Draft("hold.issued", data)])
    result = case.file.store.put(b"{}")
    computed = {
        "deadline": "T1", "rule": "us-answer-21", "rule_sha256": "1" * 64, "fact": "F1",
        "raw": "2026-12-16", "legal": "2026-12-16", "safe": "2026-12-16", "provisional": False,
        "status": "verified", "result": result,
    }  # fmt: skip
    case.file.transact(lambda _: [Draft("deadline.computed", computed)])
    records.close(case.file, COUNSEL, "settled")
    return case


Act = Callable[[Case], object]
ACTS: dict[str, Act] = {
    "done": lambda case: deadline_records.done(case.file, COUNSEL, "T1", "2026-11-16", None),
    "ask waiver": lambda case: deadline_records.ask_waiver(case.file, COUNSEL, "T1", "why"),
    "waive": lambda case: deadline_records.waive(case.file, COUNSEL, "T1", "why"),
    "reopen": lambda case: deadline_records.reopen(case.file, COUNSEL, "T1", "why"),
    "assign": lambda case: deadline_records.assign(case.file, COUNSEL, "T1", "lin-yue"),
    "snooze": lambda case: deadline_records.snooze(
        case.file, COUNSEL, "T1", case.clock.now + timedelta(days=2), case.clock.now
    ),
    "restore gate": lambda case: deadline_records.restore_gate(
        case.file, case.library, COUNSEL, "cn-dsl-36", "why"
    ),
    "release": lambda case: holds.release(
        case.workspace, case.file, COUNSEL, HOLD, CUSTODIAN.person, "why"
    ),
    "answer": lambda case: steps.answer(case.file, case.library, COUNSEL, "triage", TRIAGE),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_closed_matter_takes_nothing_into_what_runs_no_more(shut: Case, act: Act) -> None:
    """Deadlines, gates, holds and steps of a closed matter stay as they are, and the reason is said."""
    refused(shut, lambda: act(shut), ApprovalError, CAUSES["closed"])


def test_hold_of_a_closed_matter_is_not_acknowledged(shut: Case) -> None:
    """Its custodian hears that the matter is closed; nobody else hears that there is a hold."""
    before = shut.matter.seq
    own = holds.acknowledge(shut.workspace, shut.id, HOLD, actor=CUSTODIAN)
    other = holds.acknowledge(shut.workspace, shut.id, HOLD, actor=COUNSEL)

    assert (own.outcome, own.text) == ("refused", CAUSES["closed"])
    assert (other.outcome, other.text) == ("refused", holds.NOT_YOURS)
    assert shut.matter.seq == before


@pytest.fixture(scope="module", autouse=True)
def _portal() -> Iterator[None]:
    """Nothing listens where accounts would be suspended."""
    with quiet():
        yield


@pytest.fixture
def world(tmp_path: Path, _portal: None) -> Iterator[Telling]:
    """A matter told in Slack before and after triage, until cards wait for decisions."""
    case = Case.install(tmp_path / "w")
    case.report()
    with telling(case, tmp_path) as made:
        made.advance()
        yield made


def _overview(world: Telling) -> str:
    (found,) = [m for m in world.said() if m["text"].startswith("LEAK-2026-0001: overview")]
    return texts(found["blocks"])


def _cards(world: Telling) -> list[tuple[str, set[str]]]:
    """Give what each card of an open request says of its state, and its buttons."""
    matter = world.case.matter
    cards = [world.under(f"card/{a.id}") for a in matter.approvals.values() if a.state == "open"]
    return [(card["blocks"][2]["text"]["text"], set(buttons(card))) for card in cards]


def test_severity_is_what_triage_answered(world: Telling) -> None:
    """Before, topic and overview say that nobody rated it; afterwards both give the answer."""
    before = (world.channel["topic"], _overview(world))
    world.case.answer(severity="critical")
    world.advance()

    assert " | severity: not yet rated | " in before[0]
    assert "Severity\nnot yet rated" in before[1]
    assert " | severity: critical | " in world.channel["topic"]
    assert "Severity\ncritical" in _overview(world)


def test_closed_matter_says_so_everywhere_and_comes_back(world: Telling) -> None:
    """Topic, overview and open cards follow each closing and reopening, and nothing else is told meanwhile."""
    world.case.answer()
    world.advance()
    posted = len(world.posted())
    shown = []
    for reopen in (False, True, False):
        records.close(world.case.file, COUNSEL, "settled", reopen=reopen)
        world.advance()
        shown.append((world.channel["topic"], _overview(world), _cards(world)))
    seq = world.case.matter.seq
    world.case.clock.pass_time(days=400)
    world.advance()

    for topic, overview, cards in (shown[0], shown[2]):
        assert topic == "LEAK-2026-0001 | closed | severity: high"
        assert "State\nclosed" in overview
        assert "*Waiting for a decision*\nnothing" in overview
        assert cards
        assert set(map(str, cards)) == {str(("*Not decided: the matter is closed*", set()))}
    assert "| next: " in shown[1][0]
    assert "State\nopen" in shown[1][1]
    assert all(state == "*Waiting for a decision*" and found for state, found in shown[1][2])
    assert len(world.posted()) == posted
    assert world.case.matter.seq == seq
