"""Approval policies: stages, all of several roles, delegation, break-glass, high risk; who may decide what."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachbook import approvals
from breachbook.approvals import judge, judge_break_glass, judge_delegation
from breachbook.entries import Approval, Stage
from breachbook.events import Actor, Draft, stamp
from breachbook.playbook import Approve
from tests.world import World, people

REQUEST = "LEAK-2026-0001-A1"
ROLES = {
    "helen-marsh": ["ip-counsel"],
    "david-okafor": ["general-counsel"],
    "lin-yue": ["outside-counsel", "ip-counsel"],
    "samuel-rivera": ["security-responder"],
    "joan-petrov": ["docketing-clerk"],
}
STAGES = {
    "stages": [{"from": ["ip-counsel"], "quorum": 2}, {"from": ["general-counsel"]}],
    "expires": "24 hours",
}


def asked(policy: dict[str, Any], exclude: tuple[str, ...] = (), **report: Any) -> World:
    """Put a request under a policy to the people of a matter."""
    world = World(**report)
    read = Approve.model_validate({"exclude": list(exclude)} | policy)
    found = approvals.asked(read, world.matter, people(), [])
    data = {
        "request": REQUEST, "subject": "ab" * 32, "step": "letter", "target": "moqiao", "round": 1,
        "document": "D1", "inputs": {}, "inputs_sha256": "cd" * 32, "authors": [],
        "expires_at": stamp(world.now + timedelta(days=1)),
        "not_after": stamp(world.now + timedelta(days=5)),
        **approvals.policy_data(read, world.matter, people(), [], found),
    }  # fmt: skip
    world.append(Draft("approval.requested", data))
    return world


def request(world: World) -> Approval:
    """Give the request as it stands."""
    return world.matter.approvals[REQUEST]


def decide(
    world: World, person: str, answer: Any = "approve", confirmed: str | None = None
) -> str:
    """Let a person decide; give what became of it, and record what is recorded."""
    verdict = judge(world.matter, REQUEST, person, answer, None, world.now, confirmed)
    if verdict.outcome == "recorded":
        data = {"request": REQUEST, "subject": "ab" * 32, "decision": answer}
        actor = Actor(person, "slack", verdict.acting_for)
        world.append(Draft("approval.decided", data, actor))
    return verdict.cause or verdict.outcome


def hand(world: World, person: str, to: str, until: datetime | None = None) -> str:
    """Hand a decision over; give what became of it."""
    end = until or world.now + timedelta(hours=12)
    verdict = judge_delegation(world.matter, REQUEST, person, to, end, world.now)
    if verdict.outcome == "recorded":
        data = {"request": REQUEST, "from": person, "to": to, "until": stamp(end)}
        world.append(Draft("approval.delegated", data, Actor(person, "slack")))
    return verdict.cause or verdict.outcome


def test_stages_follow_one_another() -> None:
    """Who decides in a later stage is told to wait; the last stage passed approves."""
    world = asked(STAGES)
    told = [decide(world, "david-okafor"), decide(world, "helen-marsh"), decide(world, "lin-yue")]
    between = (request(world).state, request(world).still_needed)
    told.append(decide(world, "david-okafor"))

    assert told == ["not-yet", "recorded", "recorded", "recorded"]
    assert between == ("open", "1 of david-okafor, stage 2 of 2")
    assert request(world).state == "approved"


def test_one_refusal_in_any_stage_refuses() -> None:
    """Nothing happens after one of those asked has said no."""
    world = asked(STAGES)
    decide(world, "helen-marsh", "reject")

    assert request(world).state == "refused"
    assert decide(world, "lin-yue") == "refused"


def test_all_of_several_roles_needs_different_people() -> None:
    """One person who holds two roles does not approve alone for both."""
    world = asked({"all_of": ["ip-counsel", "outside-counsel"], "expires": "24 hours"})
    first = (decide(world, "lin-yue"), request(world).state)

    assert first == ("recorded", "open")
    assert decide(world, "helen-marsh") == "recorded"
    assert request(world).state == "approved"


def test_all_of_several_roles_needs_each_role() -> None:
    """Two people of one role do not make up for the other."""
    world = asked({"all_of": ["ip-counsel", "general-counsel"], "expires": "24 hours"})
    decide(world, "helen-marsh")
    decide(world, "lin-yue")

    assert request(world).state == "open"
    assert decide(world, "david-okafor") == "recorded"
    assert request(world).state == "approved"


@pytest.mark.parametrize(
    ("typed", "told"),
    [(None, "unconfirmed"), ("LEAK-2026-0002", "other-number"), ("LEAK-2026-0001", "recorded")],
)
def test_high_risk_asks_for_the_matters_number(typed: str | None, told: str) -> None:
    """Without the number typed an approval of high risk is none; a refusal needs no number."""
    policy = {"from": ["ip-counsel"], "expires": "24 hours", "high_risk": True}

    assert decide(asked(policy), "helen-marsh", confirmed=typed) == told
    assert decide(asked(policy), "helen-marsh", "reject", typed) == "recorded"


DELEGATED = {
    "from": ["general-counsel"],
    "expires": "24 hours",
    "delegate": {"to": ["ip-counsel", "general-counsel"], "at_most": "1 day"},
}


def test_delegate_decides_in_the_place_of_who_was_asked() -> None:
    """The decision is the delegate's act and counts for the person asked, once."""
    world = asked(DELEGATED)
    told = [hand(world, "david-okafor", "lin-yue"), decide(world, "lin-yue")]

    assert told == ["recorded", "recorded"]
    (made,) = request(world).decisions
    assert (made.person, made.acting_for, request(world).state) == (
        "lin-yue",
        "david-okafor",
        "approved",
    )


def test_delegation_ends_at_its_moment() -> None:
    """After its end the delegate is nobody who was asked."""
    world = asked(DELEGATED)
    hand(world, "david-okafor", "lin-yue", world.now + timedelta(hours=2))
    world.pass_time(hours=2)

    assert decide(world, "lin-yue") == "not-an-approver"
    assert decide(world, "david-okafor") == "recorded"


@pytest.mark.parametrize(
    ("person", "to", "hours", "told"),
    [
        ("david-okafor", "lin-yue", 25, "too-long"),
        ("david-okafor", "lin-yue", -1, "too-long"),
        ("david-okafor", "samuel-rivera", 2, "not-a-delegate"),
        ("david-okafor", "david-okafor", 2, "not-a-delegate"),
        ("lin-yue", "helen-marsh", 2, "not-an-approver"),
        ("stranger", "helen-marsh", 2, "unknown-request"),
    ],
)
def test_delegation_outside_the_policy_is_refused(
    person: str, to: str, hours: int, told: str
) -> None:
    """Too long, to a role not allowed, to oneself, by one not asked: refused with the cause."""
    world = asked(DELEGATED)

    assert hand(world, person, to, world.now + timedelta(hours=hours)) == told


def test_delegation_never_reaches_an_excluded_or_conflicted_person() -> None:
    """The reporter is no delegate, nor is a suspect; a delegate conflicted later decides nothing."""
    world = asked(DELEGATED, exclude=("reporter",), reporter="helen-marsh")
    told = [hand(world, "david-okafor", "helen-marsh"), hand(world, "david-okafor", "lin-yue")]
    world.append(Draft("people.conflicted", {"person": "lin-yue"}))

    assert told == ["not-a-delegate", "recorded"]
    assert decide(world, "lin-yue") == "conflicted"


def test_delegate_hands_nothing_on() -> None:
    """No chain and so no circle: only who was asked can hand over."""
    world = asked(DELEGATED)
    hand(world, "david-okafor", "lin-yue")

    assert hand(world, "lin-yue", "helen-marsh") == "not-an-approver"


def test_without_a_word_in_the_policy_nothing_is_handed_over() -> None:
    """A policy that does not speak of delegation allows none."""
    world = asked({"from": ["general-counsel"], "expires": "24 hours"})

    assert hand(world, "david-okafor", "lin-yue") == "no-delegation"


def test_delegator_and_delegate_do_not_count_twice() -> None:
    """Once one of them has decided, the other's word is refused."""
    world = asked(DELEGATED | {"from": ["general-counsel", "security-responder"], "quorum": 2})
    hand(world, "david-okafor", "lin-yue")
    decide(world, "lin-yue")

    assert decide(world, "david-okafor") == "already-decided"
    assert request(world).state == "open"


GLASS = {"from": ["ip-counsel"], "expires": "24 hours", "break_glass": ["general-counsel"]}


@pytest.mark.parametrize(
    ("person", "typed", "told"),
    [
        ("david-okafor", "LEAK-2026-0001", "recorded"),
        ("david-okafor", "LEAK-2026-0002", "other-number"),
        ("david-okafor", None, "unconfirmed"),
        ("helen-marsh", "LEAK-2026-0001", "no-break-glass"),
        ("stranger", "LEAK-2026-0001", "unknown-request"),
    ],
)
def test_only_who_is_named_breaks_the_glass(person: str, typed: str | None, told: str) -> None:
    """An approval alone is for those the policy names, with the matter's number typed."""
    world = asked(GLASS)
    verdict = judge_break_glass(world.matter, REQUEST, person, typed, world.now)

    assert (verdict.cause or verdict.outcome) == told


def test_broken_glass_approves_and_falls_with_a_conflict() -> None:
    """The request is approved at once; found conflicted, the person's word no longer stands."""
    world = asked(GLASS)
    data = {"request": REQUEST, "subject": "ab" * 32, "reason": {"c": "e" * 64}}
    world.append(Draft("approval.forced", data, Actor("david-okafor", "slack")))
    forced = request(world)
    before = approvals.fallen(world.matter, forced, {}, world.now)
    world.append(Draft("people.conflicted", {"person": "david-okafor"}))

    assert (forced.state, forced.forced_by) == ("approved", "david-okafor")
    assert before is None
    assert approvals.fallen(world.matter, forced, {}, world.now) == (
        "approver-conflicted",
        ("person:david-okafor",),
    )


@pytest.mark.parametrize("state", ["open", "approved", "refused", "expired", "voided"])
@pytest.mark.parametrize("person", [*ROLES, "peter-lindgren", "alan-brooks", "stranger"])
def test_who_may_decide_what(person: str, state: str) -> None:
    """Of everybody, in every state: only who is asked in the current stage of an open request."""
    world = asked(STAGES, exclude=("reporter",))
    _bring_to(world, state)

    told = decide(world, person)

    may = state == "open" and person in ("helen-marsh", "lin-yue")
    assert (told == "recorded") is may
    assert told in ("recorded", "repeated", *approvals.CAUSES)


def _bring_to(world: World, state: str) -> None:
    base = {"request": REQUEST, "subject": "ab" * 32}
    if state == "approved":
        for person in ("helen-marsh", "lin-yue", "david-okafor"):
            decide(world, person)
    elif state == "refused":
        decide(world, "lin-yue", "reject")
    elif state == "expired":
        world.append(Draft("approval.expired", base | {"outcome": "refuse"}))
    elif state == "voided":
        world.append(Draft("approval.voided", base | {"cause": "inputs-changed"}))


@given(
    quorum=st.integers(1, 4),
    approved=st.sets(st.sampled_from("abcdef")),
    groups=st.lists(st.sets(st.sampled_from("abcd"), min_size=1), max_size=3),
)
def test_stage_is_passed_only_by_enough_of_its_own_people(
    quorum: int, approved: set[str], groups: list[set[str]]
) -> None:
    """Strangers' approvals never count, and every group must have spoken."""
    stage = Stage(("a", "b", "c", "d"), quorum, tuple(tuple(sorted(g)) for g in groups))

    passed = stage.lacks(frozenset(approved)) == 0

    own = approved & {"a", "b", "c", "d"}
    assert passed == (len(own) >= quorum and all(own & group for group in groups))


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ({"expires": "1 day"}, "one of from, all_of and stages"),
        ({"from": ["ip-counsel"], "all_of": ["general-counsel"], "expires": "1 day"}, "one of"),
        ({"stages": [{"quorum": 1}], "expires": "1 day"}, "either from"),
        ({"all_of": ["ip-counsel"], "quorum": 2, "expires": "1 day"}, "quorum"),
    ],
)
def test_policy_in_two_ways_is_refused(policy: dict[str, Any], said: str) -> None:
    """A policy says in one way who must approve."""
    with pytest.raises(ValueError, match=said):
        Approve.model_validate(policy)
