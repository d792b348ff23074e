"""The form in which a person does their part of a step: answers, that it is done, that it was served. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from breachbook.playbook import Question
from breachbook.slack.actions import TASK, of_matter
from breachbook.slack.blocks import Block, button, plain, section
from breachbook.slack.forms import (
    MAX_TEXT,
    ON,
    Values,
    entered,
    input_block,
    instant,
    metadata,
    select,
    text_block,
    words,
)

CALLBACK = "task"
STATEMENT = "statement"
_LABELS = {"answer": "Answer", "do": "Done", "serve": "Record service"}


@dataclass(frozen=True, slots=True)
class Part:
    """A person's part of a step.

    Attributes:
        kind: ``answer`` questions, ``do`` by hand, or ``serve`` a document.
        what: What has to be done, in words.
        needs_proof: Nothing is recorded without a statement of what proves it.
    """

    matter: str
    step: str
    target: str
    kind: str
    title: str
    what: str
    questions: Sequence[Question] = field(default=())
    needs_proof: bool = False
    document: str = ""


def task_button(matter: str, step: str, target: str, kind: str) -> Block:
    """Open the form of a task.

    Raises:
        ValueError: Not the id of a matter, a step or its target.
    """
    return button(_LABELS[kind], TASK, of_matter(matter, f"{step}:{target}"), "primary")


def task_view(part: Part, channel: str, now: datetime) -> Block:
    """Lay out the form of a person's part; `now` is what a moment starts from."""
    told = metadata(of_matter(part.matter, f"{part.step}:{part.target}"), TASK, channel)
    fields = {
        "answer": lambda: [_question(question, now) for question in part.questions],
        "do": lambda: [_statement("What proves it?", needed=part.needs_proof)],
        "serve": lambda: [
            input_block(ON, "Served at", instant(ON, now)),
            _statement("What proves it? Number and kind of the receipt", needed=True),
        ],
    }[part.kind]()
    heading = f"{part.matter} · {part.title}"
    shown = heading if part.kind == "answer" else f"{heading}\n{part.what}"
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": told,
        "title": plain("Your part", 24),
        "submit": plain(_LABELS[part.kind], 24),
        "close": plain("Cancel", 24),
        "blocks": [section(shown), *fields],
    }


def _statement(label: str, *, needed: bool) -> Block:
    return text_block(STATEMENT, label, MAX_TEXT, optional=not needed, multiline=True)


def _question(question: Question, now: datetime) -> Block:
    if question.type == "text":
        return text_block(
            question.id, question.ask, MAX_TEXT, optional=question.optional, multiline=True
        )
    element: Mapping[str, object] = select(
        question.id, [(o, o) for o in question.allowed or ("-",)]
    )
    if question.type == "date":
        element = {"type": "datepicker", "action_id": question.id}
    if question.type == "instant":
        element = instant(question.id, now)
    return input_block(question.id, question.ask, element, optional=question.optional)


def read_answers(questions: Sequence[Question], values: Values, zone: ZoneInfo) -> dict[str, str]:
    """Read a submission as the answers that were given; a moment is written with the person's offset."""
    found = {}
    for question in questions:
        given = entered(values, question.id)
        if question.type == "instant" and isinstance(given, int) and not isinstance(given, bool):
            found[question.id] = datetime.fromtimestamp(given, zone).isoformat()
        elif text := words(values, question.id):
            found[question.id] = text
    return found
