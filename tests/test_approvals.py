"""Approvals: bound to what was shown, decided by those who may, in time; else no."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachbook import approvals
from breachbook.approvals import Answer, Verdict, changed, excluded_as, judge, subject
from breachbook.canonical import digest
from breachbook.events import Draft
from breachbook.matter import Document
from breachbook.playbook import Approve
from tests.builders import SOME_COMMITMENT
from tests.world import World, people


def asked(**report: Any) -> World:
    """Play until two people of three are asked to approve the letter."""
    world = World(**report)
    world.run()
    world.answer()
    world.run()
    return world


def verdict(
    world: World,
    person: str,
    answer: Answer = "approve",
    subject16: str | None = None,
    **late: float,
) -> Verdict:
    """Judge one click on the letter's newest request."""
    when = world.now + timedelta(**late)
    return judge(world.matter, world.request("letter"), person, answer, subject16, when)


def cause(world: World, person: str, **more: Any) -> str:
    """Say why a click is refused, or what became of it."""
    judged = verdict(world, person, **more)
    return judged.cause or judged.outcome


def test_those_with_the_role_are_asked_and_the_others_excluded() -> None:
    """The author and the reporter hold the role and are not asked; the others are."""
    world = asked()
    request = world.matter.approvals[world.request("letter")]

    assert request.approvers == ("david-okafor", "lin-yue")
    assert request.excluded == ("helen-marsh", "peter-lindgren")
    assert request.authors == ("helen-marsh", "joan-petrov")


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        ("david-okafor", "recorded"),
        ("lin-yue", "recorded"),
        ("helen-marsh", "author"),
        ("peter-lindgren", "reporter"),
        ("samuel-rivera", "not-an-approver"),
        ("joan-petrov", "not-an-approver"),
        ("stranger", "unknown-request"),
    ],
)
@pytest.mark.parametrize("answer", ["approve", "reject", "request-changes"])
def test_only_who_was_asked_may_decide(person: str, answer: Answer, expected: str) -> None:
    """Whatever the answer, it counts only from those who were asked; each refusal has a cause."""
    assert cause(asked(), person, answer=answer) == expected


def test_unknown_request_is_refused() -> None:
    """A request that does not exist cannot be decided."""
    world = asked()

    judged = judge(world.matter, "LEAK-2026-0001-A99", "lin-yue", "approve", None, world.now)
    assert judged == Verdict("refused", "unknown-request")


def test_person_named_conflicted_after_the_request_may_not_decide() -> None:
    """A conflict counts from the moment it is recorded, whatever was asked before."""
    world = asked()
    world.append(Draft("people.conflicted", {"person": "lin-yue"}))

    assert cause(world, "lin-yue") == "conflicted"


def test_suspect_does_not_learn_that_he_is_one() -> None:
    """Somebody conflicted who was never asked is told that there is no such request."""
    world = asked(suspects=["david-okafor", "alan-brooks"])

    assert world.matter.approvals[world.request("letter")].excluded[1] == "david-okafor"
    assert cause(world, "david-okafor") == "unknown-request"
    assert cause(world, "alan-brooks") == "unknown-request"


def test_person_removed_from_the_matter_may_not_decide() -> None:
    """Who was removed does not even learn that the request is there."""
    world = asked()
    world.append(Draft("people.removed", {"person": "lin-yue"}))

    assert cause(world, "lin-yue") == "unknown-request"


@pytest.mark.parametrize(
    ("late", "expected"),
    [
        ({"hours": 24, "microseconds": -1}, "recorded"),
        ({"hours": 24}, "expired"),
        ({"days": 30}, "expired"),
    ],
)
def test_expiry_is_judged_by_our_time_of_receipt(late: dict[str, float], expected: str) -> None:
    """A click that reached us in time counts; one that came at the end of the time does not."""
    assert cause(asked(), "lin-yue", **late) == expected


def test_click_received_in_time_and_judged_late_counts() -> None:
    """Only receipt matters: a click that waited for us is not too late."""
    world = asked()
    received = world.now
    world.pass_time(days=2)

    request = world.request("letter")
    assert judge(world.matter, request, "lin-yue", "approve", None, received).outcome == "recorded"


def test_same_click_again_changes_nothing() -> None:
    """A repeated delivery is neither recorded nor refused, even after the request ended."""
    world = asked()
    world.decide("letter", "lin-yue")
    again = verdict(world, "lin-yue")
    world.decide("letter", "david-okafor")

    assert again == Verdict("repeated")
    assert verdict(world, "lin-yue") == Verdict("repeated")
    assert verdict(world, "lin-yue", days=9.0) == Verdict("repeated")


@pytest.mark.parametrize("answer", ["reject", "request-changes"])
def test_second_answer_that_differs_is_refused(answer: Answer) -> None:
    """A decision is not changed; whoever thinks again asks for a new version."""
    world = asked()
    world.decide("letter", "lin-yue")

    assert cause(world, "lin-yue", answer=answer) == "already-decided"


def test_click_on_an_earlier_card_is_refused() -> None:
    """A card that shows another subject than the request's decides nothing."""
    world = asked()
    right = world.matter.approvals[world.request("letter")].subject[:16]

    assert cause(world, "lin-yue", subject16=right) == "recorded"
    assert cause(world, "lin-yue", subject16="0" * 16) == "wrong-subject"
    assert cause(world, "lin-yue", subject16=right.upper()) == "wrong-subject"
    assert cause(world, "lin-yue", subject16="") == "wrong-subject"


def test_voided_request_cannot_be_approved() -> None:
    """Once what it rests on changed, the old request is over; the new one is open."""
    world = asked()
    old = world.request("letter")
    world.party("moqiao", "b" * 64)
    world.run()

    judged = judge(world.matter, old, "lin-yue", "approve", None, world.now)
    assert judged == Verdict("refused", "voided")
    assert "has changed or its draft was replaced" in judged.text
    assert cause(world, "lin-yue") == "recorded"


@pytest.mark.parametrize(
    ("answer", "expected"), [("reject", "refused"), ("request-changes", "changes-requested")]
)
def test_one_no_ends_the_request(answer: Answer, expected: str) -> None:
    """After one no nobody can approve any more."""
    world = asked()
    world.decide("letter", "lin-yue", answer=answer)

    assert cause(world, "david-okafor") == expected


def test_approved_request_takes_no_more_decisions() -> None:
    """When the quorum is there, a third person's decision is too late."""
    world = asked(reporter="alan-brooks")
    told = world.decide("letter", "lin-yue", "david-okafor", "peter-lindgren")

    assert told == ["recorded", "recorded", "approved"]


def test_quorum_is_of_different_people() -> None:
    """The same person twice is one approval."""
    world = asked()
    told = world.decide("letter", "lin-yue", "lin-yue")

    assert told == ["recorded", "repeated"]
    assert world.matter.approvals[world.request("letter")].state == "open"


def test_every_refusal_has_words() -> None:
    """A refused person is always told why, in a sentence."""
    for code in approvals.CAUSES:
        assert len(Verdict("refused", code).text) > 20
    assert Verdict("recorded").text == "recorded"
    assert Verdict("repeated").text == "already recorded"


@pytest.mark.parametrize(
    ("exclude", "person", "expected"),
    [
        (["author", "reporter"], "helen-marsh", "author"),
        (["author", "reporter"], "peter-lindgren", "reporter"),
        (["author"], "peter-lindgren", None),
        (["reporter"], "helen-marsh", None),
        ([], "zhou-min", "conflicted"),
        ([], "helen-marsh", None),
    ],
)
def test_exclusion_follows_the_policy_but_conflict_always_excludes(
    exclude: list[str], person: str, expected: str | None
) -> None:
    """A playbook may let an author or the reporter approve; nobody conflicted ever does."""
    world = asked(suspects=["zhou-min"])

    assert excluded_as(exclude, world.matter, person, ["helen-marsh"]) == expected


def test_roles_are_those_on_the_matter() -> None:
    """Who holds the role in the company but is not on the matter is not asked."""
    world = World()
    world.append(Draft("people.removed", {"person": "lin-yue"}))
    policy = Approve.model_validate({"from": ["ip-counsel"], "expires": "1 hour"})

    found = approvals.asked(policy, world.matter, people(), [])
    assert (found.everybody, found.excluded) == (("helen-marsh",), ("peter-lindgren",))


def test_changed_names_what_was_changed_added_and_removed() -> None:
    """The names of all inputs that differ are given, in order."""
    before = {"party:a": "1", "fact:x": "2", "organisation": "3"}
    after = {"party:a": "9", "organisation": "3", "agreement:n": "4"}

    assert changed(before, after) == ("agreement:n", "fact:x", "party:a")
    assert changed(before, dict(reversed(before.items()))) == ()


def manifest(**changes: Any) -> dict[str, Any]:
    """Write the manifest of one document, with changes to what it is made from."""
    fields: dict[str, Any] = {
        "id": "D1", "step": "letter", "target": "moqiao", "round": 1, "version": 1,
        "files": {"letter.pdf": "1" * 64, "letter.md": "2" * 64}, "inputs": {},
        "inputs_sha256": "3" * 64, "authors": (),
    }  # fmt: skip
    outer: dict[str, Any] = {
        "matter": "LEAK-2026-0001", "action": "serve", "method": "courier",
        "recipients": [{"id": "moqiao", "address": "88 Example Avenue"}],
        "not_after": "2026-11-21T18:00:00.000000Z",
    }  # fmt: skip
    own = {key: value for key, value in changes.items() if key in fields}
    rest = {key: value for key, value in changes.items() if key in outer}
    return subject(document=Document(**(fields | own)), **(outer | rest))


@pytest.mark.parametrize(
    "change",
    [
        {"files": {"letter.pdf": "9" * 64, "letter.md": "2" * 64}},
        {"files": {"letter.pdf": "1" * 64}},
        {"files": {"other.pdf": "1" * 64, "letter.md": "2" * 64}},
        {"recipients": [{"id": "moqiao", "address": "89 Example Avenue"}]},
        {"recipients": []},
        {"method": "e-mail"},
        {"action": "execute"},
        {"not_after": "2026-11-22T18:00:00.000000Z"},
        {"inputs_sha256": "4" * 64},
        {"version": 2},
        {"round": 2},
        {"target": "larkmoor"},
        {"matter": "LEAK-2026-0002"},
    ],
)
def test_subject_changes_with_everything_it_binds(change: dict[str, Any]) -> None:
    """Any other file, recipient, method, time, input, version or target is another subject."""
    assert digest(manifest(**change)) != digest(manifest())


def test_subject_does_not_depend_on_the_order_of_files() -> None:
    """The same files told in another order are the same subject."""
    files = {"letter.md": "2" * 64, "letter.pdf": "1" * 64}

    assert manifest(files=files) == manifest()


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["david-okafor", "lin-yue", "helen-marsh", "peter-lindgren", "x"]),
            st.sampled_from(["approve", "reject", "request-changes"]),
        ),
        max_size=6,
    )
)
def test_approved_means_that_enough_of_those_asked_said_yes(
    clicks: list[tuple[str, Answer]],
) -> None:
    """In whatever order people click, approved means a quorum of those who were asked."""
    world = SHARED.copy()
    for person, answer in clicks:
        world.decide("letter", person, answer=answer)
    request = world.matter.approvals[world.request("letter")]
    yes = {d.person for d in request.decisions if d.decision == "approve"}

    assert yes <= set(request.approvers)
    if request.state == "approved":
        assert len(yes) == request.quorum
        assert all(d.decision == "approve" for d in request.decisions)


def test_closed_matter_takes_no_decision() -> None:
    """Nobody approves anything in a matter that is closed."""
    world = asked()
    world.append(Draft("matter.closed", {"reason": SOME_COMMITMENT}))

    assert cause(world, "lin-yue") == "closed"


SHARED = asked()
