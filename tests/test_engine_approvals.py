"""The engine and approvals: an act is due only while what was approved stands."""

from collections.abc import Callable

import pytest

from breachbook.agenda import Claimed, Expire, Perform, Void
from breachbook.events import Draft
from tests.world import CONTAIN, World, approved, book


def test_no_gated_act_is_due_before_the_quorum_approved() -> None:
    """One of two approvals is none: the letter stays where it is."""
    world = World()
    world.run()
    world.answer()
    world.run()
    told = world.decide("letter", "david-okafor")
    wait = world.wait("letter", "moqiao")

    assert told == ["recorded"]
    assert (wait.why, wait.who) == ("approval", ("lin-yue",))
    assert world.due("letter") == []


def test_approved_act_is_due_under_the_subject_it_was_approved_for() -> None:
    """The key of an approved act names the subject that people saw."""
    world = approved()
    (perform,) = world.due("suspend")
    request = world.matter.approvals[world.request("suspend")]

    assert isinstance(perform, Perform)
    assert perform.subject == request.subject
    assert perform.request == request.id
    assert perform.key == f"LEAK-2026-0001/suspend/1/portal-07/{request.subject[:16]}"
    assert not perform.repeatable


Change = Callable[[World], None]


def _address(world: World) -> None:
    world.party("moqiao", "b" * 64)


def _clause(world: World) -> None:
    row = {"id": "licence", "counterparty": "moqiao", "clause": "9.2"}
    world.change(agreements={"licence": row})


def _fact(world: World) -> None:
    world.fact(1, "2026-11-14")


def _organisation(world: World) -> None:
    world.change(organisation="6" * 64)


CHANGES: dict[str, Change] = {
    "party:moqiao": _address,
    "agreement:licence": _clause,
    "fact:infringer-known/moqiao": _fact,
    "organisation": _organisation,
}


@pytest.mark.parametrize("name", CHANGES)
def test_changed_input_voids_and_drafts_anew(name: str) -> None:
    """A change in what a letter rests on voids its approval, and a new version asks anew."""
    world = approved()
    old = world.request("letter")
    CHANGES[name](world)
    (void,) = world.due("letter")
    world.run()
    new = world.request("letter")

    assert void == Void(old, "inputs-changed", (name,))
    assert world.matter.approvals[old].state == "voided"
    assert new != old
    assert world.matter.approvals[new].state == "open"
    assert len(set(world.subjects)) == len(world.subjects)
    document = world.matter.documents[world.matter.approvals[new].document]
    assert document.version == 2


def test_letter_handed_out_for_service_is_halted_when_its_inputs_change() -> None:
    """A letter that somebody is about to serve is taken back when an address changes."""
    world = approved()
    world.run()
    handed_out = world.wait("letter", "moqiao")
    _address(world)
    world.run()

    assert (handed_out.why, handed_out.detail) == ("person", "serve")
    act = world.matter.instance("letter", "moqiao").acts["serve"]
    assert act.state == "halted"
    assert world.wait("letter", "moqiao").why == "approval"


def test_containment_under_way_is_not_voided() -> None:
    """What is being done cannot be taken back by a change: its outcome is awaited first."""
    world = approved()
    (perform,) = [i for i in world.due("suspend") if isinstance(i, Perform)]
    world.start(perform)
    world.change(accounts={"portal-07": {"id": "portal-07", "recipe": "suspend"}})

    assert world.due("suspend") == [Claimed(perform)]


def test_conflicted_approver_voids_what_he_approved() -> None:
    """Naming an approver as conflicted after the fact takes the approval away."""
    world = approved()
    world.append(Draft("people.conflicted", {"person": "lin-yue"}))
    voids = [item for item in world.due() if isinstance(item, Void)]

    assert {(v.cause, v.changed) for v in voids} == {("approver-conflicted", ("person:lin-yue",))}
    assert len(voids) == 2
    world.run()
    asked = world.matter.approvals[world.request("suspend")]
    assert "lin-yue" not in asked.approvers


def test_approval_is_worth_nothing_after_its_time() -> None:
    """An approval that nobody acted on in time is voided and asked anew."""
    world = approved()
    world.pass_time(days=5)
    (void,) = world.due("suspend")

    assert isinstance(void, Void)
    assert void.cause == "not-after-passed"


@pytest.mark.parametrize(
    ("outcome", "expected"), [("refuse", "expired"), ("hold", "expired"), ("escalate", "approval")]
)
def test_expiry_has_the_outcome_that_the_playbook_states(outcome: str, expected: str) -> None:
    """Silence refuses, holds, or goes on to others once; it never approves."""
    more = ", escalate_to: [general-counsel]" if outcome == "escalate" else ""
    policy = f"{{from: [ip-counsel], expires: 8 hours, on_expiry: {outcome}{more}}}"
    steps = CONTAIN.replace("{from: [ip-counsel], expires: 8 hours}", policy)
    world = World(book(steps))
    world.run()
    world.answer()
    world.run()
    first = world.request("suspend")
    world.pass_time(hours=8)
    due = world.due("suspend")
    world.run()

    assert due == [Expire(first)]
    assert world.matter.approvals[first].state == "expired"
    assert world.wait("suspend", "portal-07").why == expected
    if outcome == "escalate":
        second = world.matter.approvals[world.request("suspend")]
        assert second.approvers == ("david-okafor",)
        world.pass_time(hours=8)
        world.run()
        assert world.request("suspend") == second.id
        assert world.wait("suspend", "portal-07").why == "expired"


def test_one_moment_before_expiry_a_request_is_open() -> None:
    """The time to decide ends exactly when it was said to end."""
    world = World()
    world.run()
    world.answer()
    world.run()
    world.pass_time(hours=8, microseconds=-1)
    before = world.due("suspend")
    world.pass_time(microseconds=1)

    assert before == []
    assert world.due("suspend") == [Expire(world.request("suspend"))]
