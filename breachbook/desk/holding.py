"""Legal holds in forms: a custodian's answers, and what a data steward reports as done."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, BoltContext

from breachbook import holds
from breachbook.desk.matters import Matters
from breachbook.desk.payloads import channel_of, value_of
from breachbook.desk.speaking import FOREIGN, Voice, close_form, open_form
from breachbook.errors import BreachbookError
from breachbook.events import Actor
from breachbook.holds.acknowledging import fulfil
from breachbook.matter import Hold
from breachbook.slack import forms, hold_form
from breachbook.slack.actions import read_of_matter
from breachbook.slack.blocks import Block

_NO_QUESTIONS = "Nothing of this hold is to be answered now."
_NO_TASK = "Nothing of this hold is to be reported now."


@dataclass(frozen=True, slots=True)
class Holding:
    """Handlers of the buttons and forms; whether somebody may is judged when it is recorded."""

    matters: Matters
    voice: Voice

    def ask_questions(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        """Open the questions of a hold for its custodian."""

        def view(matter: str, hold: Hold) -> Block | str:
            if hold.awaits != "answers":
                return _NO_QUESTIONS
            return hold_form.questions_view(matter, hold.id, channel_of(body))

        self._ask(ack, body, context, view)

    def ask_task(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        """Open the report of a measure for the data steward."""

        def view(matter: str, hold: Hold) -> Block | str:
            if hold.awaits != "tasks":
                return _NO_TASK
            return hold_form.task_view(matter, hold.id, hold.open_tasks, channel_of(body))

        self._ask(ack, body, context, view)

    def submit_answers(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        """Record the answers; a problem is shown at the first question."""
        values = body["view"]["state"]["values"]

        def record(matter: str, hold: str, person: str) -> str:
            given = hold_form.read_answers(values)
            told = holds.answer(
                self.matters.workspace, matter, hold, given, actor=Actor(person, "slack")
            )
            return told.text if told.outcome == "refused" else ""

        self._submit(ack, body, context, next(iter(values), hold_form.WHICH), record)

    def submit_task(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        """Record a measure as taken, with the steward's statement as its proof."""
        values = body["view"]["state"]["values"]
        task, said = (forms.words(values, name) for name in (hold_form.WHICH, hold_form.PROOF))

        def record(matter: str, hold: str, person: str) -> str:
            if self._hold(matter, hold, person) is None:
                return holds.NOT_YOURS
            file = self.matters.workspace.matter(matter)
            proof = self.matters.statement(person, f"{hold}: {task}\n{said}") if said else None
            fulfil(file, Actor(person, "slack"), hold, task, proof)
            return ""

        self._submit(ack, body, context, hold_form.PROOF, record)

    def _ask(
        self,
        ack: Ack,
        body: dict[str, Any],
        context: BoltContext,
        lay: Callable[[str, Hold], Block | str],
    ) -> None:
        try:
            matter, hold = read_of_matter(value_of(body))
            found = self._hold(matter, hold, context["person"])
            shown: Block | str = lay(matter, found) if found else holds.NOT_YOURS
        except ValueError:
            shown = FOREIGN
        except BreachbookError as error:
            shown = str(error)
        open_form(self.voice, ack, body, context, shown)

    def _submit(
        self,
        ack: Ack,
        body: dict[str, Any],
        context: BoltContext,
        block: str,
        record: Callable[[str, str, str], str],
    ) -> None:
        channel = ""
        try:
            value, _, channel = forms.read_metadata(body["view"].get("private_metadata"))
            matter, hold = read_of_matter(value)
            problem = record(matter, hold, context["person"])
            if not problem:
                self.matters.woken(matter)
        except ValueError:
            problem = FOREIGN
        except BreachbookError as error:
            problem = str(error)
        close_form(self.voice, ack, body, context, channel, {block: problem} if problem else {})

    def _hold(self, matter: str, hold: str, person: str) -> Hold | None:
        """Give what a hold puts to a person; a stranger learns nothing of it."""
        if matter not in self.matters.workspace.matter_ids():
            return None
        return self.matters.workspace.matter(matter).refresh().hold_book.entry(hold, person)
