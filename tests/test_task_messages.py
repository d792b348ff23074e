"""A task's message after its step: who did it and when, or why nobody has to any more, and no button."""

import shutil
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import pytest

from breachbook import records, steps
from tests.cases_core import COUNSEL, LETTER, Case
from tests.telling_world import Block, Telling, buttons, quiet, telling, texts

HOLDER = "moqiao-castings"


@pytest.fixture(scope="module", autouse=True)
def _portal() -> Iterator[None]:
    """Nothing listens where accounts would be suspended."""
    with quiet():
        yield


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, _portal: None) -> Path:
    """A matter told in Slack until counsel is asked to triage."""
    folder = tmp_path_factory.mktemp("tasks")
    case = Case.install(folder / "w")
    case.report()
    with telling(case, folder) as made:
        made.advance()
    return folder


@pytest.fixture
def world(told: Path, tmp_path: Path) -> Iterator[Telling]:
    """A copy of it."""
    shutil.copytree(told, tmp_path / "own", symlinks=True)
    with telling(Case(tmp_path / "own" / "w"), tmp_path / "own") as made:
        yield made


def _task(world: Telling, step: str) -> Block:
    """Give the newest task message about a step."""
    found = [m.key for m in world.case.matter.messages.values() if m.what == "task"]
    return world.under([key for key in found if key.startswith(f"task/{step}/")][-1])


def _served(world: Telling) -> None:
    """Bring a letter until a person has to serve it."""
    world.case.answer()
    world.advance()
    world.case.approve(LETTER, HOLDER, ["david-okafor", "lin-yue"])
    world.advance()


def test_questions_are_asked_as_sentences_and_the_command_has_their_ids(world: Telling) -> None:
    """The form has the options; ids stand only in the command."""
    message = _task(world, "triage")
    plain = texts([b for b in message["blocks"] if b["type"] == "section"]).splitlines()

    assert set(buttons(message)) == {"task"}
    assert not any("[" in line or "severity" in line for line in plain[:-1])
    assert plain[-1].startswith(f"breachbook answer {world.case.id} triage ")
    assert "severity=..." in plain[-1]


def test_answered_task_names_who_answered_and_has_no_button(world: Telling) -> None:
    """The same message says it, once, however often the matter is looked at."""
    before = _task(world, "triage")
    world.case.answer()
    world.advance()
    seq = world.case.matter.seq
    world.advance()
    after = _task(world, "triage")

    assert after["ts"] == before["ts"]
    assert buttons(after) == {}
    assert "Answered by Helen Marsh." in texts(after["blocks"])
    assert "On <!date^" in texts(after["blocks"])
    assert world.case.matter.seq == seq


def test_service_names_the_holder_before_and_the_document_after(world: Telling) -> None:
    """The heading has the holder's name; once served, the document, method and day are said."""
    _served(world)
    asked = deepcopy(_task(world, LETTER))
    world.case.serve(HOLDER)
    world.advance()
    after = texts(_task(world, LETTER)["blocks"])

    assert ": Moqiao Heavy Castings Group Co., Ltd." in asked["blocks"][1]["text"]["text"]
    assert set(buttons(asked)) == {"task"}
    assert buttons(_task(world, LETTER)) == {}
    assert "Service recorded by Joan Petrov. D" in after
    assert "was served by courier on 2026-11-16T15:00:00-06:00." in after


def test_voided_service_has_no_button(world: Telling) -> None:
    """What a letter rests on changed before it was served: nobody is asked to serve the old one."""
    _served(world)
    old = _task(world, LETTER)["ts"]
    toml = world.case.workspace.root / "breachbook.toml"
    toml.write_text(toml.read_text("utf-8").replace("100 Example Plaza", "9 Example Square"))
    world.advance()
    shown = next(m for m in world.said() if m["ts"] == old)

    assert buttons(shown) == {}
    assert "Void: what it was approved for no longer stands" in texts(shown["blocks"])


@pytest.mark.parametrize(("act", "words"), [("skip", "left out"), ("restart", "another round")])
def test_task_whose_step_a_person_ended_has_no_button(
    world: Telling, act: str, words: str
) -> None:
    """Left out or begun anew: the old message asks for nothing; only a new round asks again."""
    old = _task(world, "triage")["ts"]
    file, library = world.case.file, world.case.library
    getattr(steps, act)(file, library, COUNSEL, "triage", "not needed")
    world.advance()
    shown = next(m for m in world.said() if m["ts"] == old)

    assert buttons(shown) == {}
    assert words in texts(shown["blocks"])
    assert (_task(world, "triage")["ts"] != old) is (act == "restart")


def test_task_of_a_closed_matter_has_no_button_until_it_is_opened_again(world: Telling) -> None:
    """Closing takes the button away, reopening brings it back, and a task that ended stays ended."""
    shown = []
    for reopen in (False, True, False):
        records.close(world.case.file, COUNSEL, "settled", reopen=reopen)
        world.advance()
        shown.append(
            (set(buttons(_task(world, "triage"))), texts(_task(world, "triage")["blocks"]))
        )

    assert [found for found, _ in shown] == [set(), {"task"}, set()]
    assert "the matter is closed" in shown[0][1]
    assert "the matter is closed" not in shown[1][1]


def test_task_that_ended_just_before_the_closing_says_what_became_of_it(world: Telling) -> None:
    """Answered and closed between two looks: the message still tells the answer."""
    world.case.answer()
    records.close(world.case.file, COUNSEL, "settled")
    world.advance()

    assert buttons(_task(world, "triage")) == {}
    assert "Answered by Helen Marsh." in texts(_task(world, "triage")["blocks"])


def test_deleted_task_message_holds_up_nothing(world: Telling) -> None:
    """Somebody deleted the message: nothing is tried again and again."""
    world.standin.state.messages(world.channel["id"]).remove(_task(world, "triage"))
    world.case.answer()

    assert not world.advance().retry


def test_task_update_that_slack_did_not_take_is_told_later(world: Telling) -> None:
    """The message loses its button once Slack takes the update."""
    world.fault("chat.update", "lose-answer", 1)
    world.case.answer()
    for _ in range(3):
        world.advance()

    assert buttons(_task(world, "triage")) == {}
    assert all(m.ts for m in world.case.matter.messages.values())
