"""A quorum that cannot be reached any more: said on the card, in the overview and by the command, with a way out."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from breachbook import quorum, records, steps
from breachbook.events import Actor, Draft
from breachbook.quorum import Shortfall
from tests.builders import StandingClock
from tests.cases_core import COUNSEL, LETTER, Case, waits_for_triage
from tests.handed_in import HOLDER, hand_in
from tests.telling_world import Telling, buttons, quiet, telling, texts
from tests.terminal import Run, terminal
from tests.test_approval_policies import DELEGATED, GLASS, STAGES, asked, decide, hand, request
from tests.world import World

TWO = {"from": ["ip-counsel", "general-counsel"], "quorum": 2, "expires": "24 hours"}
REPORTER = ("reporter",)  # who holds a role of counsel too
CONFLICTED, REMOVED = "people.conflicted", "people.removed"


def _leave(world: World, *people: str, kind: str = CONFLICTED) -> None:
    for person in people:
        world.append(Draft(kind, {"person": person, "reason": {"c": "c" * 64}}))


def _short(world: World) -> Shortfall | None:
    return quorum.shortfall(world.matter, request(world), world.now)


@pytest.mark.parametrize("kind", [CONFLICTED, REMOVED])
def test_quorum_falls_short_only_when_too_few_are_left(kind: str) -> None:
    """With two of three left it can be reached; with one it cannot, and who is left is named."""
    world = asked(TWO, REPORTER)
    _leave(world, "lin-yue", kind=kind)
    before = _short(world)
    _leave(world, "david-okafor", kind=kind)

    assert before is None
    assert _short(world) == Shortfall(1, 2, ("helen-marsh",))


def test_approval_already_given_still_counts_when_its_person_left() -> None:
    """Who approved and was taken off the matter afterwards is one of the quorum."""
    world = asked(TWO, REPORTER)
    decide(world, "david-okafor")
    _leave(world, "david-okafor", "lin-yue", kind=REMOVED)

    assert _short(world) is None
    assert decide(world, "helen-marsh") == "recorded"
    assert request(world).state == "approved"


def test_later_stage_is_seen_before_its_turn() -> None:
    """A stage that nobody can pass is said while an earlier one is still decided."""
    world = asked(STAGES)
    _leave(world, "david-okafor")

    assert _short(world) == Shortfall(2, 1, ())


def test_each_role_of_all_must_have_somebody_left() -> None:
    """Enough people of one role do not make up for the other."""
    policy = {"all_of": ["ip-counsel", "general-counsel"], "expires": "24 hours"}
    world = asked(policy, REPORTER)
    _leave(world, "david-okafor")

    assert _short(world) == Shortfall(1, 2, ("helen-marsh", "lin-yue"))


def test_delegate_stands_in_for_who_left_until_the_delegation_ends() -> None:
    """What was handed over can still be decided; not for a conflicted person, and not after its end."""
    world = asked(DELEGATED)
    hand(world, "david-okafor", "lin-yue", world.now + timedelta(hours=2))
    _leave(world, "david-okafor", kind=REMOVED)
    handed = _short(world)
    world.pass_time(hours=2)
    ended = _short(world)

    assert handed is None
    assert ended == Shortfall(1, 1, ())


def test_ended_request_and_closed_matter_lack_nothing() -> None:
    """What is decided, or of a matter that is closed, is not said to be out of reach."""
    world, other = asked(TWO, REPORTER), asked(TWO, REPORTER)
    decide(world, "helen-marsh", "reject")
    _leave(world, "lin-yue", "david-okafor")
    _leave(other, "lin-yue", "david-okafor")
    other.append(Draft("matter.closed", {"reason": {"c": "c" * 64}}))

    assert (_short(world), _short(other)) == (None, None)


def test_who_may_break_the_glass_is_named_as_a_way() -> None:
    """The words name who is left, whom to add and who may approve alone; without a policy no role is named."""
    world = asked(GLASS, REPORTER)
    _leave(world, "helen-marsh", "lin-yue")
    said = quorum.unreachable(world.matter, request(world), None, world.now, str.title)

    assert "1 needed, and none of those asked can give one" in said
    assert "add somebody who holds a role that it asks" in said
    assert "in an emergency David-Okafor may approve alone" in said


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """The example whose letters wait for two of counsel."""
    with quiet():
        case = waits_for_triage(tmp_path_factory.mktemp("quorum") / "w")
        case.answer()
        case.advance()
    return case


@pytest.fixture
def case(opened: Case, tmp_path: Path) -> Iterator[Case]:
    """A copy of it, at its time."""
    with quiet(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("breachbook.clock.now", StandingClock())
        yield opened.copy(tmp_path / "w")


@pytest.fixture
def world(case: Case, tmp_path: Path) -> Iterator[Telling]:
    """It, told in Slack."""
    with telling(case, tmp_path) as made:
        made.advance()
        yield made


WAYS = (
    "The approvals cannot be reached any more: 2 needed, and of those asked only David Okafor can give one."
    " To go on, add somebody who holds ip-counsel or general-counsel or outside-counsel with"
    " `breachbook people LEAK-2026-0001 add PERSON`, then ask anew with"
    " `breachbook restart LEAK-2026-0001 cease-and-desist/moqiao-castings --reason TEXT`;"
    " or wait until it expires: general-counsel or outside-counsel are asked then."
)


def _conflict(case: Case) -> None:
    records.change_people(case.file, case.library, COUNSEL, "conflict", "lin-yue", "a relative")


def test_card_and_overview_say_it_at_once(world: Telling) -> None:
    """When too few are left the card says so above what it asks, and the overview beside what it lacks."""
    name = world.case.request(LETTER, HOLDER)
    before = texts(world.under(f"card/{name}")["blocks"])
    _conflict(world.case)
    world.advance()
    card = world.under(f"card/{name}")
    (overview,) = [m for m in world.said() if "overview" in m["text"]]

    assert "cannot be reached" not in before
    assert f"*Cannot be approved by those asked*\n{WAYS}" in texts(card["blocks"])
    assert set(buttons(card)) == {"approve", "request-changes", "reject"}
    assert f"needs 2 of David Okafor. {WAYS[:200]}" in texts(overview["blocks"])


def test_command_says_it_in_the_list_and_for_one(
    case: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    """`breachbook approvals` says it below its list, for one request, and in JSON."""
    run: Run = terminal(capsys)
    name, words = case.request(LETTER, HOLDER), WAYS.replace("David Okafor", "david-okafor")
    before = json.loads(run(case, "approvals", name, "--json", "--as", "helen-marsh")[1])
    _conflict(case)
    listed = run(case, "approvals", "--as", "helen-marsh")[1]
    whole = run(case, "approvals", name, "--as", "helen-marsh")[1]
    found = json.loads(run(case, "approvals", "--json", "--as", "helen-marsh")[1])

    assert before["unreachable"] == ""
    assert f"{name}: {words}" in " ".join(listed.split())
    assert words in " ".join(whole.split())
    assert words in [row["unreachable"] for row in found]


def test_author_of_an_edit_can_leave_too_few(case: Case) -> None:
    """Of the two whose approvals are both needed one edits the letter and is excluded: the other cannot do alone."""
    hand_in(case, actor=Actor("lin-yue", "example"))
    case.advance()
    asked_anew = case.matter.approvals[case.request(LETTER, HOLDER)]

    found = quorum.shortfall(case.matter, asked_anew, case.clock.now)
    assert found == Shortfall(1, 2, ("david-okafor",))


def test_way_out_leads_out(case: Case) -> None:
    """Somebody who holds the role is added, the step restarted: the new request can be approved."""
    _conflict(case)
    old = case.request(LETTER, HOLDER)
    added: dict[str, Any] = {"person": "ruth-cole", "roles": ["outside-counsel"]}
    case.file.transact(lambda _: [Draft("people.added", added, COUNSEL)])
    steps.restart(case.file, case.library, COUNSEL, f"{LETTER}/{HOLDER}", "too few are left")
    case.advance()
    new = case.matter.approvals[case.request(LETTER, HOLDER)]

    assert new.id != old
    assert quorum.shortfall(case.matter, new, case.clock.now) is None
    assert case.approve(LETTER, HOLDER, ["david-okafor", "ruth-cole"]) == ["recorded"] * 2
    assert case.matter.approvals[new.id].state == "approved"
