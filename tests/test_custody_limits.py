"""Custody: what stands in the way of an exhibit - borders, holds, and who a bundle goes to."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from breachbook import chain
from breachbook import deadline_records as records
from breachbook.errors import ApprovalError, CustodyError, UsageError
from breachbook.events import Actor, Draft
from tests.cases_core import COUNSEL
from tests.handled import (
    ALAN,
    EXPERT,
    FOUNDRY,
    HELEN,
    LIN,
    SAMUEL,
    TOLD,
    Handled,
)

CHINA_GATES = ("cn-gate-dsl36", "cn-gate-pipl41", "cn-gate-icjal", "cn-gate-ip-provisions")


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Handled:
    """A matter with one plain exhibit that was stored in the US."""
    made = Handled.opened(tmp_path_factory.mktemp("custody") / "w")
    made.seal()
    return made


@pytest.fixture
def case(opened: Handled, tmp_path: Path) -> Handled:
    """A copy of it."""
    return opened.copy(tmp_path / "w")


def _clear(case: Handled, *names: str) -> None:
    for gate in names:
        records.clear_gate(
            case.case.file, case.case.library, COUNSEL, gate, "approval 17", "E1", steps=(), until=None
        )  # fmt: skip


# Borders


def test_country_of_a_person_is_asked(case: Handled) -> None:
    """A person's country is not known; without it nothing is handed over."""
    case.refused(
        lambda: chain.offer(case.hand(HELEN), "E1", LIN, **TOLD), UsageError, "--to-place"
    )


def test_country_must_be_a_code(case: Handled) -> None:
    """A name, or a code in small letters, is no ISO code."""
    for place in ("China", "cn"):
        case.refused(partial(chain.offer, case.hand(HELEN), "E1", LIN, to_place=place, **TOLD),
            UsageError, "ISO code",
        )  # fmt: skip


def test_exhibit_from_china_leaves_only_when_its_gates_are_cleared(
    case: Handled, tmp_path: Path
) -> None:
    """Hand-over, copy, return and a look from abroad are refused with the gates' names until counsel clears them."""
    case.seal("E2", place="CN", stored="CN")
    acts: list[Callable[[], object]] = [
        lambda: chain.offer(case.hand(HELEN), "E2", SAMUEL, to_place="US", **TOLD),
        lambda: chain.copy(
            case.hand(HELEN), "E2", SAMUEL, tmp_path / "o", purpose="p", to_place="US"
        ),
        lambda: chain.give_back(
            case.hand(HELEN), "E2", SAMUEL, proof=case.paper, to_place="US", **TOLD
        ),
        lambda: chain.access(case.hand(HELEN), "E2", purpose="p", place="US"),
    ]
    for act in acts:
        case.refused(act, ApprovalError, "cn-gate-dsl36")
    _clear(case, *CHINA_GATES)
    for act in (acts[3], acts[1], acts[0]):
        act()

    assert case.acts("E2") == ["accessed", "copied", "offered"]


def test_exhibit_moves_freely_within_its_country(case: Handled) -> None:
    """A gate on export does not bar what stays, nor what enters."""
    case.seal("E2", place="CN", stored="CN")
    chain.offer(case.hand(HELEN), "E2", EXPERT, **TOLD)
    chain.offer(case.hand(HELEN), "E1", LIN, to_place="CN", **TOLD)

    assert case.acts("E2") == case.acts("E1") == ["offered"]


@pytest.mark.parametrize(
    ("place", "stored", "to", "bars"),
    [
        ("US", "CN", "US", True),
        ("CN", "US", "US", True),
        ("CN", "US", "CN", False),
        ("", "US", "US", True),
        ("US", "", "US", False),
        ("US", "US", "CN", False),
    ],
)
def test_both_homes_of_an_exhibit_are_looked_at(
    case: Handled, place: str, stored: str, to: str, bars: bool
) -> None:
    """Where the source was stored and where the exhibit is: either can hold it back; unknown counts as concerned."""
    case.seal("E2", place=place, stored=stored)

    def offered() -> object:
        return chain.offer(case.hand(HELEN), "E2", SAMUEL, to_place=to, **TOLD)

    if bars:
        case.refused(offered, ApprovalError, "cn-gate-dsl36")
    else:
        assert offered()


def test_state_secret_leaves_only_with_a_clearance_of_a_gate_of_its_country(case: Handled) -> None:
    """Where the law we know has no such gate there is nothing to clear, and it stays."""
    case.seal("E2", place="CN", stored="CN", state_secret=True)
    case.seal("E3", place="DE", stored="DE", state_secret=True)

    def offer(exhibit: str) -> object:
        return chain.offer(case.hand(HELEN), exhibit, SAMUEL, to_place="US", **TOLD)

    case.refused(lambda: offer("E2"), ApprovalError, "state secret of CN")
    case.refused(lambda: offer("E3"), ApprovalError, "state secret of DE")
    _clear(case, *CHINA_GATES)

    assert offer("E2")
    case.refused(lambda: offer("E3"), ApprovalError, "state secret of DE")


# Holds


def test_nobody_releases_or_destroys_what_is_under_hold(case: Handled) -> None:
    """Not even counsel gives back, hands to outsiders or destroys it; a hand-over inside goes on."""
    case.hold()
    for act in (
        lambda: chain.give_back(case.hand(HELEN), "E1", FOUNDRY, proof=case.paper, **TOLD),
        lambda: chain.offer(case.hand(HELEN), "E1", EXPERT, **TOLD),
        lambda: chain.offer(case.hand(HELEN), "E1", ALAN, to_place="US", **TOLD),
        lambda: chain.destroy(case.hand(HELEN), "E1", reason="r"),
    ):
        case.refused(act, CustodyError, "a duty to preserve stands")
    case.hand_over(HELEN, SAMUEL)

    assert case.acts() == ["offered", "transferred"]


def test_hold_that_came_meanwhile_stops_an_outsider(case: Handled) -> None:
    """What was offered before the hold is not handed out after it."""
    chain.offer(case.hand(HELEN), "E1", EXPERT, **TOLD)
    case.hold()

    case.refused(lambda: chain.take(case.hand(HELEN), "C1", proof=case.paper),
        CustodyError, "a duty to preserve stands",
    )  # fmt: skip


def test_silent_hold_holds_and_is_not_named(case: Handled) -> None:
    """The refusal says that there is a duty and nothing of the hold, its person or its steward."""
    case.silent_hold()
    with pytest.raises(CustodyError) as told:
        chain.give_back(case.hand(SAMUEL), "E1", FOUNDRY, proof=case.paper, **TOLD)

    assert "a duty to preserve stands" in str(told.value)
    assert not any(word in str(told.value) for word in ("q-1", ALAN, "ruth", "silent"))


def test_released_hold_lets_go(case: Handled) -> None:
    """Once every hold is released the exhibit can go back."""
    case.hold()
    case.release()
    chain.give_back(case.hand(HELEN), "E1", FOUNDRY, proof=case.paper, **TOLD)

    assert case.acts() == ["returned"]


# Bundles


def test_export_is_entered_for_every_exhibit_in_one_breath(case: Handled) -> None:
    """Consecutive entries with the receiver, the bundle and the hash of the copy."""
    case.seal("E2")
    hand = case.hand(HELEN)
    checked = {e.id: hand.verify(e) for e in case.case.matter.exhibits.values()}
    hand.record(lambda matter: chain.record_export(hand, matter, checked, export="X1", to=EXPERT))
    entries = [case.chain(exhibit)[0] for exhibit in ("E1", "E2")]

    assert [entry.id for entry in entries] == ["C1", "C2"]
    assert {entry.data["export"] for entry in entries} == {"X1"}
    assert {entry.party for entry in entries} == {EXPERT}
    assert all(entry.data["after"]["sound"] for entry in entries)


def test_closed_matter_lets_its_exhibits_be_handled(case: Handled) -> None:
    """Most exhibits go back or are looked at again after the end of a matter."""
    case.append(Draft("matter.closed", {"reason": {"c": "a" * 64}}, Actor(HELEN, "example")))
    chain.access(case.hand(HELEN), "E1", purpose="archive")

    assert case.acts() == ["accessed"]
