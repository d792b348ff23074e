"""The engine: what is due follows from the matter alone, and no gate opens by itself."""

from datetime import UTC, timedelta

import pytest

from breachbook import engine, nudges, source
from breachbook.agenda import PILLARS, Agenda, Claimed, Perform
from breachbook.events import Draft
from breachbook.playbook import Playbook
from tests.builders import SOME_COMMITMENT
from tests.world import CONTAIN, World, acts, approved, book


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
    """While a request is open, the next look is at its next reminder, then at its end."""
    world = World()
    world.run()
    world.answer()
    world.run()
    request = world.matter.approvals[world.request("suspend")]
    first = next(nudges.of_approval(request, UTC))
    before = world.agenda().next_at
    world.now = request.expires_at - timedelta(minutes=1)

    assert before == first.at
    assert world.agenda().next_at == request.expires_at
