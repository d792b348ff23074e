"""Legal holds from Slack: the notice that was read, the questions, a steward's measures; each by whom it is for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from breachbook.events import Actor, Draft
from breachbook.hold_questions import QUESTIONS
from breachbook.holds import NOT_YOURS
from breachbook.slack.actions import HOLD_ACKNOWLEDGE, HOLD_QUESTIONS, HOLD_TASK
from breachbook.slack.blocks import Block
from breachbook.slack.dated import hold_button, questions_button, steward_button
from tests.desk_world import ALAN, CHANNEL, HELEN, MATTER, SAMUEL, Desk, desk

HOLD, FIRST, SECOND = "legal-hold-1", "a" * 64, "b" * 64
ANSWERS: dict[str, Any] = {q.id: (q.options or ("a <!channel> laptop",))[0] for q in QUESTIONS}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    """A desk with a matter and a hold on a custodian."""
    with desk(tmp_path) as made:
        made.report()
        _issue(made, FIRST)
        yield made


def _issue(here: Desk, notice: str) -> None:
    data = {"hold": HOLD, "custodian": "alan-brooks", "document": "D1", "notice": notice}
    here.append(Draft("hold.issued", data))


def _instruct(here: Desk) -> None:
    data = {
        "hold": HOLD, "custodian": "samuel-rivera", "notice": SECOND, "version": 1,
        "tasks": ["mailbox-hold", "chat-retention"],
    }  # fmt: skip
    here.append(Draft("hold.ordered", data, Actor("helen-marsh", "slack")))


def _press(here: Desk, user: str, button: Block) -> Any:
    block: dict[str, object] = {"type": "actions", "elements": [button]}
    name = str(button["action_id"])
    ts = here.client.post(CHANNEL, [block], name, f"{user}/{button['value']}").ts
    return here.control("click", user=user, channel=CHANNEL, ts=ts, action_id=name)


def _acknowledged(here: Desk) -> None:
    _press(here, ALAN, hold_button(MATTER, HOLD, FIRST))
    here.until(lambda: here.kinds().count("hold.acknowledged") == 1, "the acknowledgement")


def test_button_of_an_old_notice_records_nothing_and_says_what_to_read(here: Desk) -> None:
    """The button carries the notice it stood under; only the newest one can be acknowledged."""
    _issue(here, SECOND)
    _press(here, ALAN, hold_button(MATTER, HOLD, FIRST))
    old = here.whisper(ALAN)
    _press(here, ALAN, hold_button(MATTER, HOLD, SECOND))
    here.until(lambda: len(here.whispers(ALAN)) == 2, "both answers")

    assert f"SHA-256 {SECOND[:16]}" in old
    assert here.whisper(ALAN) == "acknowledged; thank you"
    assert here.matter().holds[HOLD, "alan-brooks"].past[0].notice == FIRST


def test_questions_are_answered_in_the_form_by_their_custodian(here: Desk) -> None:
    """Before the acknowledgement there is no form; its answers are kept out of the journal."""
    _press(here, ALAN, questions_button(MATTER, HOLD))
    early = here.whisper(ALAN)
    _acknowledged(here)
    _press(here, HELEN, questions_button(MATTER, HOLD))
    other = here.whisper(HELEN)
    _press(here, ALAN, questions_button(MATTER, f"{HOLD}"))
    sent = here.submit(ALAN, **ANSWERS)

    assert early == "Nothing of this hold is to be answered now."
    assert other == NOT_YOURS
    assert sent["open"] is False
    assert here.matter().holds[HOLD, "alan-brooks"].state == "answered"
    journal = here.workspace.matters_folder / MATTER / "journal.jsonl"
    assert b"laptop" not in journal.read_bytes()


def test_steward_reports_a_measure_with_a_statement_as_its_proof(here: Desk) -> None:
    """The form offers what is open; the statement is kept as the proof; nobody else gets a form."""
    _instruct(here)
    _press(here, SAMUEL, hold_button(MATTER, HOLD, SECOND))
    here.until(lambda: here.kinds().count("hold.acknowledged") == 1, "the acknowledgement")
    _press(here, ALAN, steward_button(MATTER, HOLD))
    other = here.whisper(ALAN)
    _press(here, SAMUEL, steward_button(MATTER, HOLD))
    sent = here.submit(SAMUEL, which="mailbox-hold", proof="Set at noon, hold number 17")
    entry = here.matter().holds[HOLD, "samuel-rivera"]

    assert other == "Nothing of this hold is to be reported now."
    assert sent["open"] is False
    assert entry.open_tasks == ["chat-retention"]
    proof = here.workspace.matter(MATTER).store.get(entry.tasks["mailbox-hold"].proof)
    assert b"hold number 17" in proof


@pytest.mark.parametrize("action", [HOLD_ACKNOWLEDGE, HOLD_QUESTIONS, HOLD_TASK])
@pytest.mark.parametrize("matter", [MATTER, "LEAK-2026-0999"])
def test_stranger_learns_nothing_from_a_button(here: Desk, action: str, matter: str) -> None:
    """Whether the hold and the matter exist or not, somebody else is told the same."""
    made = {
        HOLD_ACKNOWLEDGE: hold_button(matter, HOLD, FIRST),
        HOLD_QUESTIONS: questions_button(matter, HOLD),
        HOLD_TASK: steward_button(matter, HOLD),
    }
    _press(here, HELEN, made[action])

    assert here.whisper(HELEN) == NOT_YOURS
    assert not {"hold.acknowledged", "hold.answered", "hold.fulfilled"} & set(here.kinds())
