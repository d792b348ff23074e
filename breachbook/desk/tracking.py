"""Deadlines and legal holds: done, served, snoozed, acknowledged, by buttons and their forms."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from slack_bolt import Ack, BoltContext

from breachbook.desk.matters import Deadline, Matters, moment
from breachbook.desk.payloads import channel_of, value_of
from breachbook.desk.speaking import FOREIGN, Voice, close_form, follow, open_form
from breachbook.docket import is_late
from breachbook.errors import BreachbookError
from breachbook.holds import NOT_YOURS as NO_HOLD
from breachbook.slack import forms
from breachbook.slack.actions import DEADLINE_SERVICE, read_of_matter
from breachbook.slack.blocks import Block

_TOO_NEAR = "its day to plan on is too near: no reminder of it can be put off"


@dataclass(frozen=True, slots=True)
class Tracking:
    """Handlers of the buttons under reminders, and in the Home tab."""

    matters: Matters
    voice: Voice

    def acknowledge(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        """Acknowledge a hold; the answer, also a refusal, is told to the person alone."""
        try:
            matter, hold = read_of_matter(value_of(body))
            hold, _, notice = hold.partition(":")
            text = self.matters.acknowledge(matter, hold, context["person"], notice).text
        except ValueError:
            text = NO_HOLD
        except BreachbookError as error:
            text = str(error)
        follow(context, self.voice.whisper(body, text))
        ack()

    def ask_done(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        """Open the form that asks on which day it was done, or served."""
        what = body["actions"][0]["action_id"]

        def view(found: Deadline, value: str) -> Block:
            today = self.matters.workspace.now().astimezone(found.person.tz).date()
            return forms.done_view(
                value, what, channel_of(body), found.title, today.isoformat(), found.record.safe
            )

        self._ask(ack, body, context, view)

    def ask_snooze(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        """Open the form that asks for how long; what would be past the safe day is not offered."""

        def view(found: Deadline, value: str) -> Block | str:
            now = self.matters.workspace.now()
            fits = [
                key
                for key, (_, days) in forms.SNOOZES.items()
                if not is_late(now + timedelta(days=days), found.record.safe)
            ]
            soon = now + timedelta(hours=1)
            if is_late(soon, found.record.safe):
                return _TOO_NEAR
            return forms.snooze_view(
                value, channel_of(body), found.title, found.record.safe, fits, soon
            )

        self._ask(ack, body, context, view)

    def submit_done(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        """Record the day; whether it is allowed is judged now."""
        values = body["view"]["state"]["values"]
        on, note = forms.words(values, forms.ON), forms.words(values, forms.NOTE)

        def record(matter: str, deadline: str, what: str) -> str:
            served = what == DEADLINE_SERVICE
            told = self.matters.done(matter, deadline, context["person"], on, note, service=served)
            return told.text if told.outcome == "refused" else ""

        self._submit(ack, body, context, forms.ON, record)

    def submit_snooze(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        """Record until when no reminder is wanted."""
        values, at = body["view"]["state"]["values"], context["received_at"]
        chosen = forms.words(values, forms.LONG)
        block = forms.UNTIL if chosen == forms.CUSTOM else forms.LONG
        until = _until(chosen, values, at)

        def record(matter: str, deadline: str, _what: str) -> str:
            if until is None:
                return "Please choose until when."
            told = self.matters.snooze(matter, deadline, context["person"], until)
            return told.text if told.outcome == "refused" else ""

        self._submit(ack, body, context, block, record)

    def _ask(self, ack: Ack, body: dict[str, Any], context: BoltContext, lay: Any) -> None:
        try:
            value = value_of(body)
            matter, deadline = read_of_matter(value)
            found = self.matters.deadline(matter, deadline, context["person"])
            shown: Block | str = found if isinstance(found, str) else lay(found, value)
        except ValueError:
            shown = FOREIGN
        except BreachbookError as error:
            shown = str(error)
        open_form(self.voice, ack, body, context, shown)

    def _submit(
        self, ack: Ack, body: dict[str, Any], context: BoltContext, block: str, record: Any
    ) -> None:
        channel = ""
        try:
            value, what, channel = forms.read_metadata(body["view"].get("private_metadata"))
            matter, deadline = read_of_matter(value)
            problem = record(matter, deadline, what)
        except ValueError:
            problem = FOREIGN
        except BreachbookError as error:
            problem = str(error)
        problems = {block: problem} if problem else {}
        close_form(self.voice, ack, body, context, channel, problems)


def _until(chosen: str, values: forms.Values, at: datetime) -> datetime | None:
    if chosen in forms.SNOOZES:
        # To the minute, so that the same choice sent twice is the same moment.
        start = at.astimezone(UTC).replace(second=0, microsecond=0)
        return start + timedelta(days=forms.SNOOZES[chosen][1])
    return moment(forms.entered(values, forms.UNTIL))
