"""The forms of legal holds: a custodian's questions, and a data steward's report of a measure. Pure."""

from collections.abc import Sequence

from breachbook.hold_book import TASKS
from breachbook.hold_questions import MAX_ANSWER, QUESTIONS
from breachbook.slack import forms
from breachbook.slack.actions import HOLD_QUESTIONS, HOLD_TASK, of_matter
from breachbook.slack.blocks import Block, section

QUESTIONS_FORM, TASK_FORM = "hold-questions", "hold-task"
WHICH, PROOF = "which", "proof"
_WORDS = {
    "all-off": "No, all is switched off",
    "some-on": "Yes, some still is on",
    "do-not-know": "I do not know",
    "no": "No",
    "yes": "Yes",
}


def questions_view(matter: str, hold: str, channel: str) -> Block:
    """Lay out the questions that follow an acknowledgement.

    Raises:
        ValueError: Not the id of a matter and of a hold.
    """
    fields = [
        forms.input_block(
            q.id, q.ask, forms.select(q.id, [(option, _WORDS[option]) for option in q.options])
        )
        if q.options
        else forms.text_block(q.id, q.ask, MAX_ANSWER, multiline=True)
        for q in QUESTIONS
    ]
    told = forms.metadata(of_matter(matter, hold), HOLD_QUESTIONS, channel)
    about = section("Only counsel reads this.")
    return forms.modal(QUESTIONS_FORM, "Legal hold", told, about, *fields, submit="Send")


def task_view(matter: str, hold: str, tasks: Sequence[str], channel: str) -> Block:
    """Lay out the report of a measure that a data steward took.

    Raises:
        ValueError: Nothing to report, or not the id of a matter and of a hold.
    """
    offered = [(task, _said(task)) for task in tasks]
    told = forms.metadata(of_matter(matter, hold), HOLD_TASK, channel)
    return forms.modal(
        TASK_FORM, "Report a measure", told,
        forms.input_block(WHICH, "What did you do?", forms.select(WHICH, offered)),
        forms.text_block(PROOF, "When, by which setting, and what proves it?", forms.MAX_TEXT, multiline=True),
        submit="Send",
    )  # fmt: skip


def read_answers(values: forms.Values) -> dict[str, str]:
    """Read a submission as the answers that were given."""
    return {q.id: text for q in QUESTIONS if (text := forms.words(values, q.id))}


def _said(task: str) -> str:
    name, _, person = task.partition("/")
    return f"{TASKS[name]}: {person}" if person else TASKS[name]
