"""The engine: what is due follows from the matter alone, and no gate opens by itself."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breachbook import approvals, engine, source
from breachbook.agenda import PILLARS, Agenda, Claimed, Expire, Perform, Request, Void
from breachbook.basis import inputs
from breachbook.events import Draft
from breachbook.playbook import Playbook
from tests.builders import SOME_COMMITMENT
from tests.world import World, acts

CORPUS = Path(__file__).parent / "corpus" / "playbooks" / "valid"


def book(steps: str) -> Playbook:
    """Read a playbook of some steps, indented by two, after the triage of the corpus."""
    text = (CORPUS / "one-question.yaml").read_text() + steps
    return source.validate(source.parse(text.encode(), "own.yaml"), Playbook)


def approved() -> World:
    """Play until the letter and the suspension are approved and about to be done."""
    world = World()
    world.run()
    world.answer()
    world.run()
    world.decide("suspend", "lin-yue")
    world.decide("letter", "david-okafor", "lin-yue")
    return world


def test_first_is_what_stands_after_nothing() -> None:
    """At the beginning only the first question is due."""
    assert acts(World().due()) == ["triage/- answer"]


def test_order_follows_after() -> None:
    """What stands after a step waits until every instance of it is done."""
    world = World()
    world.run()

    assert world.due() == []
    assert world.wait("triage").why == "person"
    assert {w.step: w.detail for w in world.agenda().waits if w.why == "after"} == {
        "preserve": "triage",
        "suspend": "preserve",
        "letter": "triage",
        "hold": "triage",
        "dockets": "triage",
        "brief": "letter, suspend",
        "badge": "triage",
    }


def test_answer_opens_what_stands_after_it() -> None:
    """Once counsel answered, everything that stands after only that is due at once."""
    world = World()
    world.run()
    world.answer()

    assert acts(world.due()) == [
        "preserve/share acquire",
        "letter/moqiao draft",
        "hold/alan-brooks draft",
        "dockets/- adopt",
        "badge/- do",
    ]


@pytest.mark.parametrize("considered", ["no", "later"])
def test_nothing_outward_is_due_before_ex_parte_relief_is_considered(considered: str) -> None:
    """While counsel has not cleared it, no letter is drafted and no account planned to be shut."""
    world = World()
    world.run()
    world.answer(ex_parte_considered=considered)
    world.run()

    assert world.wait("letter", "moqiao").why == "gate"
    assert world.wait("suspend", "portal-07").why == "gate"
    assert world.matter.documents.keys() == {"D1"}


def test_every_clearing_question_must_clear() -> None:
    """Two questions of one gate are both needed; an unknown answer is no clearance."""
    more = """\
  - id: second
    kind: ask
    title: A second look
    after: [triage]
    who: [ip-counsel]
    questions:
      - id: relief
        ask: Which relief?
        type: choice
        options: [not-sought, being-sought]
        clears: ex-parte-relief
        clearing: [not-sought]
"""
    world = World(book(more))
    world.run()
    world.answer()
    world.run()
    world.answer(step="second", relief="being-sought")
    refused = engine.ex_parte_cleared(world.matter, world.playbook)
    world.restart("second")
    world.run()
    world.answer(step="second", relief="not-sought")

    assert not refused
    assert engine.ex_parte_cleared(world.matter, world.playbook)


def test_gate_without_any_question_never_opens() -> None:
    """Where nobody is asked about ex parte relief, nothing outward is ever due."""
    text = """\
id: own
title: Own
version: 1
steps:
  - id: letter
    kind: notice
    title: Letter
    each: holder
    notice: cease-and-desist
    approve: {from: [ip-counsel], expires: 1 hour}
    serve: {method: courier, by: [docketing-clerk]}
"""
    world = World(source.validate(source.parse(text.encode(), "own.yaml"), Playbook))

    assert world.due() == []
    assert world.wait("letter", "moqiao").why == "gate"


CONTAIN = """\
  - id: preserve
    kind: preserve
    title: Preserve
    after: [triage]
    each: source
  - id: suspend
    kind: contain
    title: Suspend
    after: [triage]
    each: account
    target_notices: false
    alters_evidence: false
    approve: {from: [ip-counsel], expires: 8 hours}
"""


def test_containment_waits_for_preservation_of_its_target() -> None:
    """An account is not even planned to be shut before its own source is preserved."""
    world = World(book(CONTAIN))
    world.run()
    world.answer()
    (perform,) = [i for i in world.due("preserve") if isinstance(i, Perform)]
    world.start(perform)
    before = world.wait("suspend", "portal-07")
    world.end("preserve", "acquire", "finished", "share")

    assert (before.why, before.detail) == ("preservation", "share")
    assert acts(world.due("suspend")) == ["suspend/portal-07 plan"]


def test_skipped_preservation_preserves_nothing() -> None:
    """A preservation that somebody skipped lets no containment through that could destroy."""
    world = World(book(CONTAIN))
    world.run()
    world.answer()
    data = {"step": "preserve", "target": "share", "round": 1, "reason": SOME_COMMITMENT}
    world.append(Draft("step.skipped", data))

    assert world.wait("suspend", "portal-07").why == "preservation"


def test_recipe_makes_a_step_graver_than_the_playbook_says() -> None:
    """A playbook that calls an act unnoticed does not open the gate for a noticed recipe."""
    world = World(book(CONTAIN))
    world.run()
    world.answer(ex_parte_considered="no")
    world.run()
    noticed = world.wait("suspend", "portal-07").why
    harmless = {"sha256": "4" * 64, "target_notices": False, "alters_evidence": False}
    world.change(recipes={"suspend": harmless})

    assert noticed == "gate"
    assert acts(world.due("suspend")) == ["suspend/portal-07 plan"]


def test_unknown_recipe_counts_as_grave() -> None:
    """Where the recipe is not known, the act counts as noticed and as altering evidence."""
    world = World(book(CONTAIN))
    world.change(recipes={})
    world.run()
    world.answer(ex_parte_considered="no")

    assert world.wait("suspend", "portal-07").why == "gate"


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


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("{vector: supplier}", True),
        ("{vector: [employee, supplier]}", True),
        ("{vector: employee}", False),
        ("{places: US}", True),
        ("{places: [DE, CN]}", True),
        ("{places: DE}", False),
        ("{vector: supplier, places: DE}", False),
        ('{answers: {triage.ex_parte_considered: "yes"}}', True),
        ('{answers: {triage.ex_parte_considered: "no"}}', False),
    ],
)
def test_step_applies_when_every_key_matches(when: str, expected: bool) -> None:
    """All keys of ``when`` must match; a list means any of its values."""
    step = f"""\
  - id: call
    kind: assign
    title: Call
    after: [triage]
    when: {when}
    who: [ip-counsel]
    instructions: Call.
"""
    world = World(book(step))
    world.run()
    world.answer()

    assert (acts(world.due()) == ["call/- do"]) is expected


def test_place_of_the_target_chooses_among_holders() -> None:
    """A step for holders in China has no instance for one in the United States."""
    step = """\
  - id: warn
    kind: notice
    title: Warn
    after: [triage]
    each: holder
    when: {target_place: CN}
    notice: cease-and-desist
    approve: {from: [ip-counsel], expires: 1 hour}
    serve: {method: courier, by: [docketing-clerk]}
"""
    world = World(book(step), holders=["moqiao", "larkmoor"])
    data = {"party": "larkmoor", "role": "holder", "place": "US", "language": "en-US"}
    world.append(Draft("party.recorded", data | {"details": SOME_COMMITMENT}))

    targets = engine.targets(world.playbook.step("warn"), world.matter, world.reference)
    assert targets == ["moqiao"]


def test_step_between_that_does_not_apply_yet_lets_nothing_past() -> None:
    """A step that hangs on an answer does not count as done before the answer is there."""
    steps = """\
  - id: call
    kind: assign
    title: Call
    after: [triage]
    when: {answers: {triage.ex_parte_considered: "no"}}
    who: [ip-counsel]
    instructions: Call.
  - id: tell
    kind: assign
    title: Tell
    after: [call]
    who: [ip-counsel]
    instructions: Tell.
"""
    world = World(book(steps))
    before = acts(world.due())
    world.run()
    world.answer()

    assert before == ["triage/- answer"]
    assert acts(world.due()) == ["tell/- do"]


def test_holder_learned_later_gets_an_instance() -> None:
    """A holder who becomes known later gets a letter of his own; the first one's stands."""
    world = approved()
    world.run()
    first = world.request("letter")
    world.party("larkmoor", "c" * 64)

    assert "letter/larkmoor draft" in acts(world.due("letter"))
    assert world.matter.approvals[first].target == "moqiao"


def test_restart_grows_the_round_and_changes_the_key() -> None:
    """Only a person's restart lets an effect happen again, in a new round under a new key."""
    world = approved()
    world.run()
    done = world.due("suspend")
    world.restart("suspend", "portal-07")
    world.run()
    world.decide("suspend", "lin-yue")
    (again,) = world.due("suspend")

    assert done == []
    assert isinstance(again, Perform)
    assert again.round == 2
    assert again.key not in world.performed


@pytest.mark.parametrize(("state", "why"), [("failed", "failed"), ("uncertain", "uncertain")])
def test_act_that_did_not_end_well_waits_for_a_person(state: str, why: str) -> None:
    """A failed or uncertain act is not repeated by itself."""
    world = approved()
    (perform,) = [i for i in world.due("suspend") if isinstance(i, Perform)]
    world.start(perform)
    world.end("suspend", "execute", state, "portal-07")

    assert world.due("suspend") == []
    assert world.wait("suspend", "portal-07").why == why


def test_claimed_act_is_not_performed_twice() -> None:
    """An act that is claimed is named as claimed, never as one to perform."""
    world = approved()
    (perform,) = [i for i in world.due("suspend") if isinstance(i, Perform)]
    world.start(perform)

    assert world.due("suspend") == [Claimed(perform)]
    assert "suspend/portal-07 execute" not in acts(world.due())


def test_closed_matter_does_nothing() -> None:
    """A closed matter has nothing due and waits for nothing."""
    world = approved()
    world.append(Draft("matter.closed", {"reason": SOME_COMMITMENT}))

    assert world.agenda() == Agenda((), (), None)


@pytest.mark.parametrize("pillar", PILLARS)
def test_kinds_never_relax_a_gate(pillar: str) -> None:
    """A flow for one pillar does a part of what is due, and nothing that is not."""
    for world in (World(), approved()):
        world.run()
        everything = world.agenda()
        part = world.agenda(PILLARS[pillar])

        assert set(part.due) <= set(everything.due)
        assert part.waits == everything.waits


def test_due_changes_nothing() -> None:
    """Asking twice gives the same answer."""
    world = approved()

    assert world.agenda() == world.agenda()


def test_next_look_is_at_the_earliest_time_that_matters() -> None:
    """While a request is open, the next look is at half its time, then at its end."""
    world = World()
    world.run()
    world.answer()
    world.run()
    request = world.matter.approvals[world.request("suspend")]
    half = world.agenda().next_at
    world.pass_time(hours=4)

    assert half == request.requested_at + (request.expires_at - request.requested_at) / 2
    assert world.agenda().next_at == request.expires_at


MOVES = (
    "run", "one", "answer-yes", "answer-no", "approve-letter", "approve-suspend", "reject-letter",
    "changes-suspend", "address", "clause", "fact", "conflict", "remove", "hours", "days",
    "restart-triage", "restart-letter", "serve", "new-holder", "recipe", "close",
)  # fmt: skip


def move(world: World, name: str, data: st.DataObject) -> None:
    """Let one thing happen, if it can."""
    person = data.draw(
        st.sampled_from(["helen-marsh", "david-okafor", "lin-yue", "peter-lindgren"])
    )
    if name == "run":
        world.run()
    elif name == "one" and world.due():
        world.play(data.draw(st.sampled_from(world.due())))
    elif name.startswith("answer"):
        act = world.matter.instance("triage", "-").acts.get("answer")
        if act is not None and act.state == "started":
            world.answer(person, ex_parte_considered=name.removeprefix("answer-"))
    elif name.startswith(("approve", "reject", "changes")):
        word, step = name.split("-")
        answer: approvals.Answer = (
            "approve" if word == "approve" else "reject" if word == "reject" else "request-changes"
        )
        if any(a.step == step for a in world.matter.approvals.values()):
            world.decide(step, person, answer=answer)
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


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_no_gated_act_is_due_without_a_standing_approval(data: st.DataObject) -> None:
    """Whatever happened in whatever order, nothing gated is due unless every gate is open."""
    world = approved() if data.draw(st.booleans()) else World()
    for name in data.draw(st.lists(st.sampled_from(MOVES), max_size=30)):
        move(world, name, data)
        check_gates(world)

    assert len(set(world.subjects)) == len(world.subjects)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(["address", "clause", "fact", "conflict", "days"]), max_size=4))
def test_letter_under_change_comes_to_rest(changes: list[str]) -> None:
    """However often its inputs change, the engine comes to rest with a reason."""
    world = approved()
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
