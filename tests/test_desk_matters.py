"""Approvals, delegation, break-glass, holds and deadlines, pressed in Slack on a real workspace."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from breachbook.approvals import CAUSES
from breachbook.desk.matters import NOT_YOURS
from breachbook.events import Actor, Draft
from breachbook.holds import NOT_YOURS as NO_HOLD
from breachbook.slack import actions
from tests.desk_world import (
    ALAN,
    DAVID,
    DEADLINE,
    HELEN,
    HOLD,
    JOAN,
    LIN,
    MATTER,
    NORA,
    PETER,
    REQUEST,
    SAMUEL,
    TEAM,
    Desk,
    desk,
)

BOTH = pytest.mark.parametrize("here", ["http", "socket"], indirect=True)
DELEGATION = {"to": ["lin-yue"], "seconds": 86_400 * 5}
MAY: dict[str, dict[str, str]] = {
    HELEN: {"approve": "", "reject": "", "delegate": "", "break-glass": "no-break-glass"},
    DAVID: {"approve": "", "reject": "", "delegate": "", "break-glass": ""},
    LIN: dict.fromkeys(("approve", "reject", "delegate"), "not-an-approver"),
    JOAN: dict.fromkeys(("approve", "reject", "delegate"), "author"),
    SAMUEL: dict.fromkeys(("approve", "reject", "delegate"), "conflicted"),
    NORA: dict.fromkeys(("approve", "reject", "delegate", "break-glass"), "unknown-request"),
}


@pytest.fixture
def here(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """A desk with one open matter."""
    with desk(tmp_path, socket=getattr(request, "param", "http") == "socket") as made:
        made.report()
        yield made


@BOTH
def test_approval_is_recorded_before_it_is_acknowledged(here: Desk) -> None:
    """One click of one person is one decision, in the journal when Slack hears of it."""
    here.request()

    told = here.click(HELEN, actions.APPROVE)

    assert told["attempts"][0]["status"] == 200
    assert here.matter().approvals[REQUEST].state == "approved"


@BOTH
def test_approval_of_high_risk_asks_for_the_number(here: Desk) -> None:
    """A wrong number leaves the form open and decides nothing; the right one, in any case, approves."""
    here.request(high_risk=True)
    here.click(HELEN, actions.APPROVE)

    wrong = here.submit(HELEN, number="LEAK-2026-0002")
    before = here.matter().approvals[REQUEST].state
    right = here.submit(HELEN, number=" leak-2026-0001 ")

    assert wrong["errors"] == {"number": CAUSES["other-number"]}
    assert before == "open"
    assert right["open"] is False
    assert here.matter().approvals[REQUEST].state == "approved"


def test_decision_is_delegated_within_limits(here: Desk) -> None:
    """Too long is refused at its field; within the limit the delegate decides in the other's place."""
    here.request(delegation=DELEGATION)
    here.click(HELEN, actions.DELEGATE)
    late = int((here.clock.now + timedelta(days=6)).timestamp())
    fits = int((here.clock.now + timedelta(days=4)).timestamp())

    wrong = here.submit(HELEN, to="lin-yue", until=str(late))
    right = here.submit(HELEN, to="lin-yue", until=str(fits), reason="travelling")
    here.click(LIN, actions.APPROVE)

    assert wrong["errors"] == {"until": CAUSES["too-long"]}
    assert right["open"] is False
    (decision,) = here.matter().approvals[REQUEST].decisions
    assert (decision.person, decision.acting_for) == ("lin-yue", "helen-marsh")


def test_delegation_without_a_delegate_is_told_and_recorded(here: Desk) -> None:
    """Where nobody may stand in, no form opens and the person learns why."""
    here.request()

    here.click(HELEN, actions.DELEGATE)

    assert here.whisper(HELEN) == CAUSES["no-delegation"]
    assert here.views(HELEN) == []
    assert "approval.refused" in here.kinds()


def test_glass_is_broken_with_reason_and_number(here: Desk) -> None:
    """The one whom the policy names approves alone, once, with a reason and the number typed."""
    here.request(break_glass=["david-okafor"], quorum=2)
    here.click(DAVID, actions.BREAK_GLASS)

    blank = here.submit(DAVID, reason=" ", number=MATTER)
    wrong = here.submit(DAVID, reason="the server is being wiped", number="no")
    right = here.submit(DAVID, reason="the server is being wiped", number=MATTER)

    assert blank["errors"] == {"reason": "Please give a reason."}
    assert wrong["errors"] == {"number": CAUSES["other-number"]}
    assert right["open"] is False
    assert here.matter().approvals[REQUEST].forced_by == "david-okafor"


def test_matrix_of_who_may_decide_what(here: Desk) -> None:
    """Each person may do what policy says; who may not is told why, alone, and decides nothing."""
    here.append(Draft("people.conflicted", {"person": "samuel-rivera"}))
    for number, (user, may) in enumerate(MAY.items(), 1):
        request = f"{MATTER}-A{number}"
        here.request(request=request, delegation=DELEGATION, break_glass=["david-okafor"])
        for action in sorted(may, reverse=True):
            expected = _cause(user, may[action]) if may[action] else ""
            assert (user, action, _try(here, user, action, request)) == (user, action, expected)
        decided = [d.person for d in here.matter().approvals[request].decisions]
        person = here.workspace.people.by_slack(TEAM, user)
        assert decided == ([person] if not may["approve"] else [])


def _try(here: Desk, user: str, action: str, request: str) -> str:
    """Do something as a person; gives what they are refused with."""
    before, open_before = len(here.whispers(user)), len(here.views(user))
    here.click(user, action, request)
    if action == "approve" and MAY[user]["approve"] == "":
        return ""
    seen = here.until(
        lambda: here.whispers(user)[before:] or here.views(user)[open_before:], action
    )[0]
    if isinstance(seen, str):
        return seen
    if action != "reject" or MAY[user]["reject"] == "":
        return ""
    return str(here.submit(user, reason="no")["errors"]["reason"])


def _cause(user: str, cause: str) -> str:
    # Who is conflicted and was not asked learns nothing of that.
    return CAUSES["unknown-request" if user == SAMUEL else cause]


def test_double_click_and_retry_decide_once(here: Desk) -> None:
    """Two clicks and a repeated delivery are one decision; nobody is told anything."""
    here.request(quorum=2)
    ts = here.buttons(actions.APPROVE)
    for _ in range(2):
        here.control(
            "click", user=HELEN, channel="C0MATTER01", ts=ts, action_id="approve", retries=2
        )

    assert here.kinds().count("approval.decided") == 1
    assert "approval.refused" not in here.kinds()
    assert here.whispers(HELEN) == []


def test_unknown_matter_and_foreign_matter_are_told_alike(here: Desk) -> None:
    """A request of no matter, and one of a matter that is not theirs, get the same words."""
    here.request()
    asked = [REQUEST, "LEAK-2026-0099-A1"]
    for action in (actions.APPROVE, actions.DELEGATE, actions.BREAK_GLASS):
        for request in asked:
            here.click(NORA, action, request)

    said = here.until(lambda: len(here.whispers(NORA)) == 6 and here.whispers(NORA), "answers")
    assert set(said) == {CAUSES["unknown-request"]}


def test_closed_matter_refuses_everything(here: Desk) -> None:
    """In a closed matter nothing is decided, acknowledged or recorded, and the person learns why."""
    here.request()
    here.deadline()
    here.hold()
    here.append(Draft("matter.closed", {"reason": {"c": "c" * 64}}, Actor("helen-marsh", "slack")))

    for user, action in (
        (HELEN, actions.APPROVE),
        (JOAN, actions.DEADLINE_DONE),
        (ALAN, actions.HOLD_ACKNOWLEDGE),
    ):
        here.click(user, action)
        assert here.whisper(user) == CAUSES["closed"]
    assert not {"approval.decided", "deadline.met", "hold.acknowledged"} & set(here.kinds())


@BOTH
def test_hold_is_acknowledged_by_its_custodian_once(here: Desk) -> None:
    """The custodian's click is recorded; a second one changes nothing; nobody else's counts."""
    here.hold()

    here.click(HELEN, actions.HOLD_ACKNOWLEDGE)
    for _ in range(2):
        here.click(ALAN, actions.HOLD_ACKNOWLEDGE)
    here.until(lambda: len(here.whispers(ALAN)) == 2, "both answers")

    assert here.whisper(HELEN) == NO_HOLD
    assert here.whispers(ALAN) == ["acknowledged; thank you", "already acknowledged"]
    assert here.kinds().count("hold.acknowledged") == 1
    assert here.matter().holds[HOLD, "alan-brooks"].state == "acknowledged"


@pytest.mark.parametrize(
    ("here", "action"),
    [("http", actions.DEADLINE_DONE), ("socket", actions.DEADLINE_SERVICE)],
    indirect=["here"],
)
def test_deadline_is_recorded_as_done(here: Desk, action: str) -> None:
    """The day and the note are recorded; sent again, it does not run any more."""
    here.deadline()
    here.click(JOAN, action)

    told = here.submit(JOAN, on="2026-11-13", note="by <courier>")
    ended = here.matter().deadlines[DEADLINE]
    here.click(JOAN, action)

    assert told["open"] is False
    assert (ended.state, ended.done_on) == ("met", "2026-11-13")
    assert len(here.matter().notes) == 1
    assert "does not run any more" in here.whisper(JOAN)


def test_deadline_is_snoozed_but_never_past_its_safe_day(here: Desk) -> None:
    """What would be too long is not offered, and refused where it is chosen by hand."""
    here.deadline(safe="2026-11-18")
    here.click(JOAN, actions.DEADLINE_SNOOZE)
    offered = [
        option["value"]
        for block in here.view(JOAN)["blocks"]
        for option in block.get("element", {}).get("options", [])
    ]
    beyond = int((here.clock.now + timedelta(days=5)).timestamp())

    wrong = here.submit(JOAN, long="custom", until=str(beyond))
    right = here.submit(JOAN, long="1-day")

    assert offered == ["1-day", "custom"]
    assert "until 2026-11-18" in wrong["errors"]["until"]
    assert right["open"] is False
    assert here.matter().deadlines[DEADLINE].snoozed_until == here.clock.now + timedelta(days=1)


def test_deadline_is_hidden_from_others(here: Desk) -> None:
    """Who is not on the matter, and its reporter, learn nothing of a deadline, there or not."""
    asked = (actions.DEADLINE_DONE, actions.DEADLINE_SERVICE, actions.DEADLINE_SNOOZE)
    for action in asked:
        here.click(NORA, action)
        here.click(PETER, action)
    here.deadline()
    for action in asked:
        here.click(NORA, action)
        here.click(PETER, action)

    here.until(lambda: len(here.whispers(NORA) + here.whispers(PETER)) == 12, "answers")
    assert {*here.whispers(NORA), *here.whispers(PETER)} == {NOT_YOURS}


def test_names_are_shown_as_they_are(here: Desk) -> None:
    """A title that would call a whole channel is plain, escaped text in the form."""
    here.deadline()

    here.click(JOAN, actions.DEADLINE_DONE)

    shown = here.view(JOAN)["blocks"][0]["text"]
    assert shown["type"] == "plain_text"
    assert "&lt;!channel&gt;" in shown["text"]
