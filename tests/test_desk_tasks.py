"""A person's part of a step from Slack: answers, what was done by hand, service; once, and by whom it is for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from breachbook.desk.matters import NOT_YOURS
from breachbook.slack.actions import TASK
from breachbook.slack.task_form import task_button
from tests.cases_core import LETTER, TRIAGE, Case
from tests.desk_world import (
    CHANNEL,
    DAVID,
    HELEN,
    JOAN,
    MATTER,
    NORA,
    SAMUEL,
    Desk,
    desk,
)

BADGE = """\
id: supplier-leak
title: Badges
version: 1
steps:
  - id: badge
    kind: assign
    title: Take the badge back
    who: [security-responder]
    instructions: Ask for the badge and the laptop.
    proof: true
"""


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    """A desk without a matter."""
    with desk(tmp_path) as made:
        yield made


def _opened(here: Desk) -> Case:
    here.report()
    case = Case(here.workspace.root)
    case.advance()
    return case


def _press(here: Desk, user: str, step: str, target: str = "-", kind: str = "answer") -> Any:
    block: dict[str, object] = {
        "type": "actions",
        "elements": [task_button(MATTER, step, target, kind)],
    }
    ts = here.client.post(CHANNEL, [block], "a task", f"{user}/{step}/{target}/{kind}").ts
    return here.control("click", user=user, channel=CHANNEL, ts=ts, action_id=TASK)


def test_triage_is_answered_in_the_form_once(here: Desk) -> None:
    """The form asks each question; its answers are the step's; a second form finds nothing that waits."""
    case = _opened(here)
    _press(here, HELEN, "triage")
    sent = here.submit(HELEN, **TRIAGE, alleged_acts="Sold <!channel> wheels")
    _press(here, HELEN, "triage")

    assert sent["open"] is False
    assert case.matter.instance("triage", "-").answers["severity"] == "high"
    assert "one that waits for this" in here.whisper(HELEN)
    assert here.kinds().count("step.finished") == 1


def test_task_is_for_its_roles_and_hidden_from_strangers(here: Desk) -> None:
    """Another role learns whom it is for; who is not on the matter hears what anybody hears of no matter."""
    _opened(here)
    _press(here, DAVID, "triage")
    _press(here, NORA, "triage")

    assert "is for ip-counsel" in here.whisper(DAVID)
    assert here.whisper(NORA) == NOT_YOURS
    assert here.views(DAVID) == here.views(NORA) == []


def test_service_is_recorded_with_a_statement_as_proof(here: Desk) -> None:
    """What was approved counts as served by the approved method, and the statement is kept as its proof."""
    case = _opened(here)
    case.answer()
    case.advance()
    case.approve(LETTER, "moqiao-castings", ["david-okafor", "lin-yue"])
    case.advance()
    _press(here, JOAN, LETTER, "moqiao-castings", "serve")
    without = here.submit(JOAN, on=str(int(here.clock.now.timestamp())), statement=" ")
    told = here.submit(
        JOAN, on=str(int(here.clock.now.timestamp())), statement="Courier receipt 4711"
    )
    events = [event for event in case.events() if event.kind == "document.served"]

    assert without["errors"] == {"statement": "Please say what proves it."}
    assert told["open"] is False
    assert [event.data["method"] for event in events] == ["courier"]
    proof = case.file.store.get(str(events[0].data["proof"])).decode()
    assert proof.startswith("Statement of Joan Petrov (joan-petrov), given in Slack at 2026-11-16")
    assert "Courier receipt 4711" in proof


def test_work_by_hand_is_recorded_only_with_what_proves_it(here: Desk) -> None:
    """A step that demands proof is not done without a word of it."""
    folder = here.workspace.root / "playbooks"
    folder.mkdir()
    (folder / "supplier-leak.yaml").write_text(BADGE, "utf-8")
    case = _opened(here)
    _press(here, SAMUEL, "badge", kind="do")
    without = here.submit(SAMUEL, statement=" ")
    done = here.submit(SAMUEL, statement="Badge 0815 is in the safe.")

    assert without["errors"] == {"statement": "Please say what proves it."}
    assert done["open"] is False
    assert case.matter.instance("badge", "-").acts["do"].state == "finished"
