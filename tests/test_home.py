"""The App Home: what waits for one person, with buttons, and nothing of anybody else's."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from breachbook import decisions, holds
from breachbook.events import Actor, Draft
from breachbook.hold_questions import QUESTIONS
from breachbook.slack.home import (
    Home,
    MyApproval,
    MyDeadline,
    MyHold,
    MyTask,
    digest_blocks,
    home_blocks,
)
from breachbook.slack.standin.schema import problems_of_blocks, problems_of_view
from breachbook.views.home import home_view, waiting_for
from tests.builders import NOON
from tests.cases_core import CLERK, LETTER, Case
from tests.telling_world import buttons, quiet, texts
from tests.test_slack_cards import HOSTILE

NOTHING = "Nothing waits for you."


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Case, Case]]:
    """A matter that waits for triage, and one whose letters wait for approval; no Slack, so no hold went out."""
    with quiet():
        case = Case.install(tmp_path_factory.mktemp("home") / "w")
        case.report()
        case.advance()
        later = case.copy(tmp_path_factory.mktemp("later") / "w")
        later.answer()
        later.advance()
        yield case, later


@pytest.fixture
def case(staged: tuple[Case, Case], tmp_path: Path) -> Case:
    """A matter whose letters wait for approval."""
    return staged[1].copy(tmp_path / "w")


def _view(case: Case, person: str) -> dict[str, Any]:
    view = home_view(case.workspace, case.library, person)
    assert problems_of_view(view, "home") == []
    return view


def _hold(case: Case) -> None:
    data = {"hold": "legal-hold-1", "custodian": "alan-brooks", "document": "D3"}
    case.file.transact(lambda _: [Draft("hold.issued", data, CLERK)])


def test_tasks_stand_there_with_their_command(staged: tuple[Case, Case]) -> None:
    """Counsel sees the triage and how to answer it; the clerk, who may not, sees nothing of it."""
    case = staged[0]
    shown = texts(_view(case, "helen-marsh"))

    assert "LEAK-2026-0001 · Triage by counsel" in shown
    assert "breachbook answer LEAK-2026-0001 triage secret_identified=..." in shown
    assert NOTHING in texts(_view(case, "joan-petrov"))


def test_approvals_stand_there_with_their_buttons(case: Case) -> None:
    """Who is asked can decide from the Home tab; who decided is no longer asked."""
    request = case.request(LETTER, "larkmoor-supply")
    before = _view(case, "lin-yue")
    subject = case.matter.approvals[request].subject[:16]
    decisions.decide(case.workspace, request, actor=Actor("lin-yue", "example"), answer="approve")
    after = _view(case, "lin-yue")

    pressed = [block for block in before["blocks"] if block["type"] == "actions"]
    values = [element["value"] for block in pressed for element in block["elements"]]
    assert values.count(f"{request} {subject}") == 3
    assert request not in texts(after)
    assert request not in texts(_view(case, "helen-marsh"))


def test_deadlines_of_thirty_days_are_their_keepers(case: Case) -> None:
    """The keeper sees what is due within thirty days, with Done and Snooze; counsel does not."""
    data = {
        "fact": case.matter.number("F"), "fact_kind": "us-summons-served", "when": "2026-11-10",
        "about": "us-case", "options": {"court_timezone": "America/Chicago"},
    }  # fmt: skip
    case.file.transact(lambda _: [Draft("fact.recorded", data, CLERK)])
    case.advance()
    view = _view(case, "joan-petrov")
    case.clock.pass_time(days=17)
    late = _view(case, "joan-petrov")

    shown = texts(view)
    assert "2026-12-01 · " in shown
    assert "2029-11-16" not in shown
    assert {"deadline-done", "deadline-snooze"} <= set(buttons(view))
    assert "OVERDUE · 2026-12-01" in texts(late)
    assert "2026-12-01 · " not in texts(_view(case, "helen-marsh"))


def test_custodian_sees_their_hold_and_nothing_else_of_the_matter(case: Case) -> None:
    """A custodian who is not on the matter acknowledges here, and learns no more."""
    _hold(case)
    before = _view(case, "alan-brooks")
    holds.acknowledge(
        case.workspace, case.id, "legal-hold-1", actor=Actor("alan-brooks", "example")
    )

    asked = _view(case, "alan-brooks")
    answers = {q.id: (q.options or ("none",))[0] for q in QUESTIONS}
    holds.answer(
        case.workspace, case.id, "legal-hold-1", answers, actor=Actor("alan-brooks", "example")
    )

    assert buttons(before) == {"hold-acknowledge": "LEAK-2026-0001 legal-hold-1"}
    assert buttons(asked) == {"hold-questions": "LEAK-2026-0001 legal-hold-1"}
    assert "Wheels" not in texts(before) + texts(asked)
    assert NOTHING in texts(_view(case, "alan-brooks"))


@pytest.mark.parametrize("person", ["peter-lindgren", "nora-whitfield", "nobody-known"])
def test_strangers_reporters_and_others_see_the_same_nothing(case: Case, person: str) -> None:
    """Whoever may not see the matter is shown what somebody without any matter is shown."""
    shown = texts(_view(case, person))
    assert NOTHING in shown
    assert "LEAK" not in shown
    assert "Made <!date^" in shown


def test_conflicted_person_sees_nothing_at_once(case: Case) -> None:
    """Recorded as conflicted, an approver's Home is empty."""
    data = {"person": "lin-yue", "reason": {"c": "c" * 64}}
    case.file.transact(lambda _: [Draft("people.conflicted", data, CLERK)])

    assert NOTHING in texts(_view(case, "lin-yue"))


def test_closed_matter_asks_nothing(case: Case) -> None:
    """A closed matter leaves the Home tab."""
    data = {"reason": {"c": "c" * 64}}
    case.file.transact(lambda _: [Draft("matter.closed", data, CLERK)])

    assert NOTHING in texts(_view(case, "lin-yue"))


def test_damaged_matter_is_said_to_its_people_only(case: Case) -> None:
    """A journal that does not verify hides nothing else; the Home is still made."""
    second = case.workspace.matters_folder / "LEAK-2026-0002"
    shutil.copytree(case.file.folder, second)
    lines = (second / "journal.jsonl").read_bytes().splitlines(keepends=True)
    (second / "journal.jsonl").write_bytes(b"".join([*lines[:3], *lines[4:]]))

    assert "LEAK-2026-0001" in texts(_view(case, "lin-yue"))


def test_many_matters_are_looked_through_quickly(case: Case) -> None:
    """Matters that cannot concern a person are not read: their journals need not even be readable."""
    known = [
        {
            "matter": f"LEAK-2026-{number:04d}", "state": "open", "people": ["helen-marsh"],
            "approvals": ["x"], "asked": [], "overdue": 0, "deadlines": [], "head": "",
        }
        for number in range(2, 3000)
    ]  # fmt: skip
    mine = waiting_for(case.workspace, case.library, "lin-yue", case.workspace.now(), 30, known)

    assert not mine
    assert mine.unreadable == []


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_home_and_digest_stays_text(text: str) -> None:
    """However long or marked-up, everything fits Slack's limits and nothing becomes markup."""
    approval = MyApproval(
        "LEAK-2026-0001", "LEAK-2026-0001-A1", "ab" * 32, text, text, text, NOON,
        high_risk=True, delegable=True, breakable=True, acting_for=text, channel=text, ts=text,
    )  # fmt: skip
    home = Home(
        approvals=[approval] * 40,
        tasks=[MyTask("LEAK-2026-0001", "triage", "-", "answer", text, text, text, NOON)] * 40,
        deadlines=[MyDeadline("LEAK-2026-0001", "r@F1", text, text, text, text, text, over=True)]
        * 40,
        holds=[MyHold("LEAK-2026-0001", "legal-hold-1", NOON, NOON + timedelta(days=3))] * 40,
        made_at=NOON,
        unreadable=2,
        example=True,
    )
    view = {"type": "home", "blocks": home_blocks(home)}
    digest = digest_blocks(home, {"LEAK-2026-0001-A1": text})

    assert problems_of_view(view, "home") == []
    assert problems_of_blocks(digest) == []
    for blocks in (view["blocks"], digest):
        plain = texts(blocks, "plain_text")
        assert "<" not in plain
        assert "\u202e" not in plain
        for marked in ("<!channel>", "evil.example", "`w`", "<@U0COUNSEL>"):
            assert marked not in texts(blocks, "mrkdwn")
