"""A person's part of a step, done in a form: answers, what was done by hand, service of a document."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, BoltContext

from breachbook.desk.matters import Matters, moment
from breachbook.desk.payloads import channel_of, value_of
from breachbook.desk.speaking import FOREIGN, Voice, close_form, follow
from breachbook.errors import BreachbookError
from breachbook.slack import forms, task_form
from breachbook.slack.actions import read_of_matter
from breachbook.steps import answer_problem

_NO_MOMENT = "Please choose when."
_NO_PROOF = "Please say what proves it."


@dataclass(frozen=True, slots=True)
class Tasking:
    """Handlers of a task's button and form; whether somebody may is judged when it is recorded."""

    matters: Matters
    voice: Voice

    def ask(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        """Open the form, or say why there is nothing to fill in."""
        try:
            matter, step, target = _task(value_of(body))
            found = self.matters.part(matter, step, target, context["person"])
        except ValueError:
            found = FOREIGN
        except BreachbookError as error:
            found = str(error)
        if isinstance(found, str):
            follow(context, self.voice.whisper(body, found))
        else:
            now = self.matters.workspace.now()
            view = task_form.task_view(found, channel_of(body), now)
            follow(context, self.voice.open(body, view))
        ack()

    def submit(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        """Record the part; a problem is shown at its field and nothing is recorded."""
        values, channel = body["view"]["state"]["values"], ""
        first = next(iter(values), task_form.STATEMENT)
        try:
            value, _, channel = forms.read_metadata(body["view"].get("private_metadata"))
            matter, step, target = _task(value)
            part = self.matters.part(matter, step, target, context["person"])
            person = context["person"]
            wrong = {first: part} if isinstance(part, str) else self._record(part, values, person)
        except ValueError:
            wrong = {first: FOREIGN}
        except BreachbookError as error:
            wrong = {first: str(error)}
        close_form(self.voice, ack, body, context, channel, wrong)

    def _record(self, part: task_form.Part, values: forms.Values, person: str) -> dict[str, str]:
        does: dict[str, Callable[..., dict[str, str]]] = {
            "answer": self._answer, "do": self._do, "serve": self._serve,
        }  # fmt: skip
        return does[part.kind](part, values, person)

    def _answer(self, part: task_form.Part, values: forms.Values, person: str) -> dict[str, str]:
        zone = self.matters.person(person).tz
        given = task_form.read_answers(part.questions, values, zone)
        found = {
            q.id: answer_problem(self.matters.library, q, given.get(q.id)) for q in part.questions
        }
        if wrong := {block: text for block, text in found.items() if text}:
            return wrong
        self.matters.answer(part.matter, part.step, part.target, person, given)
        return {}

    def _do(self, part: task_form.Part, values: forms.Values, person: str) -> dict[str, str]:
        said = forms.words(values, task_form.STATEMENT)
        if part.needs_proof and not said:
            return {task_form.STATEMENT: _NO_PROOF}
        self.matters.did(part.matter, part.step, part.target, person, said)
        return {}

    def _serve(self, part: task_form.Part, values: forms.Values, person: str) -> dict[str, str]:
        on = moment(forms.entered(values, forms.ON))
        said = forms.words(values, task_form.STATEMENT)
        if on is None:
            return {forms.ON: _NO_MOMENT}
        if not said:
            return {task_form.STATEMENT: _NO_PROOF}
        when = on.astimezone(self.matters.person(person).tz).isoformat()
        self.matters.served(part.matter, part.document, person, when, said)
        return {}


def _task(value: str) -> tuple[str, str, str]:
    matter, where = read_of_matter(value)
    step, _, target = where.partition(":")
    return matter, step, target or "-"
