"""The engine over random histories: whatever happened, no gate opens by itself."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breachbook import approvals
from breachbook.agenda import Perform, Request
from breachbook.basis import inputs
from breachbook.events import Draft
from tests.builders import SOME_COMMITMENT
from tests.world import World, approved

MOVES = (
    "run", "one", "answer-yes", "answer-no", "approve-letter", "approve-suspend", "reject-letter",
    "changes-suspend", "address", "clause", "fact", "conflict", "remove", "hours", "days",
    "restart-triage", "restart-letter", "serve", "new-holder", "recipe", "close",
)  # fmt: skip
PEOPLE = ("helen-marsh", "david-okafor", "lin-yue", "peter-lindgren")
WORDS: dict[str, approvals.Answer] = {
    "approve": "approve", "reject": "reject", "changes": "request-changes",
}  # fmt: skip
APPROVED = approved()
BEGUN = World()
BEGUN.run()


def move(world: World, name: str, person: str) -> None:
    """Let one thing happen, if it can."""
    if name == "run":
        world.run()
    elif name == "one" and world.due():
        world.play(world.due()[world.matter.seq % len(world.due())])
    elif name.startswith("answer"):
        act = world.matter.instance("triage", "-").acts.get("answer")
        if act is not None and act.state == "started":
            world.answer(person, ex_parte_considered=name.removeprefix("answer-"))
    elif name.startswith(("approve", "reject", "changes")):
        word, step = name.split("-")
        if any(a.step == step for a in world.matter.approvals.values()):
            world.decide(step, person, answer=WORDS[word])
    else:
        happen(world, name, person)


def happen(world: World, name: str, person: str) -> None:
    """Let something outside the engine happen."""
    seq = world.matter.seq
    if name == "address":
        world.party("moqiao", f"{seq:064x}", by=person)
    elif name == "clause":
        row = {"id": "licence", "counterparty": "moqiao", "clause": str(seq)}
        world.change(agreements={"licence": row})
    elif name == "recipe":
        world.change(recipes={"suspend": {"sha256": f"{seq:064x}"}})
    elif name == "fact":
        number = int(world.matter.number("F")[1:])
        known = next(iter(world.matter.facts), None)
        world.fact(number, f"2026-11-{1 + seq % 28:02d}", known)
    elif name in ("conflict", "remove"):
        kind = "people.conflicted" if name == "conflict" else "people.removed"
        world.append(Draft(kind, {"person": person}))
    elif name in ("hours", "days"):
        world.pass_time(**{name: 5})
    elif name.startswith("restart"):
        step, target = ("triage", "-") if name == "restart-triage" else ("letter", "moqiao")
        if (step, target) in world.matter.steps:
            world.restart(step, target)
    elif name == "serve":
        act = world.matter.instance("letter", "moqiao").acts.get("serve")
        if act is not None and act.state == "started":
            world.end("letter", "serve", "finished", "moqiao")
    elif name == "new-holder":
        world.party("larkmoor", "c" * 64)
    elif name == "close":
        kind = "matter.closed" if world.matter.open else "matter.reopened"
        world.append(Draft(kind, {"reason": SOME_COMMITMENT}))


def check_gates(world: World) -> None:
    """Hold what is due against every gate, without asking the engine's own judgement."""
    for item in world.due():
        if not isinstance(item, Perform):
            continue
        step = world.playbook.step(item.step)
        assert item.key not in world.performed or item.act in ("draft", "plan", "serve")
        if step.outward:
            assert world.matter.instance("triage", "-").answers == {"ex_parte_considered": "yes"}
        if step.kind == "contain":
            sealed = world.matter.instance("preserve", "share").acts["acquire"]
            assert sealed.state == "finished"
        if step.approve is None or item.act != step.gated_act:
            continue
        request = world.matter.approvals[item.request or ""]
        yes = {d.person for d in request.decisions if d.decision == "approve"}
        assert request.state == "approved"
        assert len(yes) >= request.quorum
        assert not yes & world.matter.conflicted
        assert not yes & set(request.authors)
        assert "peter-lindgren" not in yes
        assert item.subject == request.subject
        assert world.now < request.not_after
        args = (world.matter, world.playbook, world.reference, step, item.target)
        assert dict(request.inputs) == inputs(*args)


@pytest.mark.parametrize("name", MOVES)
def test_no_single_event_opens_a_gate(name: str) -> None:
    """Whatever happens right after the approvals, by whomever, what is then due is still allowed."""
    for person in PEOPLE:
        world = APPROVED.copy()
        move(world, name, person)
        check_gates(world)


@settings(max_examples=60, deadline=None)
@given(
    st.booleans(),
    st.lists(st.tuples(st.sampled_from(MOVES), st.sampled_from(PEOPLE)), min_size=8, max_size=24),
)
def test_no_gated_act_is_due_without_a_standing_approval(
    late: bool, moves: list[tuple[str, str]]
) -> None:
    """Whatever happened in whatever order, nothing gated is due unless every gate is open."""
    world = APPROVED.copy() if late else BEGUN.copy()
    for name, person in moves:
        move(world, name, person)
        check_gates(world)

    assert len(set(world.subjects)) == len(world.subjects)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(["address", "clause", "fact", "conflict", "days"]), max_size=4))
def test_letter_under_change_comes_to_rest(changes: list[str]) -> None:
    """However often its inputs change, the engine comes to rest with a reason."""
    world = APPROVED.copy()
    world.run()
    for name in changes:
        happen(world, name, "helen-marsh")
        world.run()
    open_ = [
        a for a in world.matter.approvals.values() if a.step == "letter" and a.state == "open"
    ]

    assert len(open_) <= 1
    assert world.wait("letter", "moqiao").why in ("approval", "person", "expired")
    assert not any(isinstance(item, Request) for item in world.due("letter"))
