"""Approving, refusing, asking for changes, delegating, breaking the glass: clicks and their forms."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from slack_bolt import Ack, BoltContext

from breachbook.approvals import CAUSES
from breachbook.desk.collaborators import Collaborators, Decision, Outcome
from breachbook.desk.matters import moment
from breachbook.desk.payloads import channel_of, value_of
from breachbook.desk.speaking import Voice, close_form, follow, open_form
from breachbook.errors import BreachbookError, UsageError
from breachbook.slack import forms
from breachbook.slack.actions import REJECT
from breachbook.slack.blocks import Block
from breachbook.slack.cards import read_value
from breachbook.slack.modals import REASON, Asked, read_metadata, read_reason, reason_view

_LOG = logging.getLogger(__name__)
_NOT_RECORDED = "Nothing was recorded: {}"
_FOREIGN = "Nothing was recorded: this is not from a card of Breachbook."
_NO_REASON = "Please give a reason."
_NO_MOMENT = "Please choose until when."


@dataclass(frozen=True, slots=True)
class _NotRecorded:
    text: str
    outcome: Literal["refused"] = "refused"
    code: str = "not-recorded"


@dataclass(frozen=True, slots=True)
class Approving:
    """Handlers of an approval card; whether something is allowed is judged when it is recorded."""

    desk: Collaborators
    voice: Voice

    def approve(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        """Record an approval, or ask for the matter's number first; a refusal is told to the person alone."""
        value = value_of(body)
        try:
            request_id, subject16 = read_value(value)
        except ValueError:
            self._foreign(ack, body, context)
            return
        told = self._decide(context, request_id, subject16, "approve", None)
        if told.code == "unconfirmed":
            follow(context, self.voice.open(body, forms.confirm_view(value, channel_of(body))))
        elif told.outcome == "refused":
            follow(context, self.voice.whisper(body, told.text))
        ack()

    def ask(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        """Open the form that asks for a reason; nothing is decided yet."""
        action = body["actions"][0]
        try:
            view = reason_view(value_of(body), action["action_id"], channel_of(body))
        except ValueError:
            self._foreign(ack, body, context)
            return
        follow(context, self.voice.open(body, view))
        ack()

    def submit(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        """Record a refusal or a request for changes; whether it is allowed is judged now."""
        view = body["view"]
        try:
            asked = read_metadata(str(view.get("private_metadata")))
        except ValueError:
            ack(response_action="errors", errors={REASON: _FOREIGN})
            return
        reason = read_reason(view["state"]["values"])
        problem = self._submit(context, asked, reason) if reason else _NO_REASON
        self._close(ack, body, context, asked.channel, REASON, problem)

    def submit_confirmed(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        """Record an approval of high risk with the number as it was typed."""
        values = body["view"]["state"]["values"]
        try:
            request_id, subject16, channel = _about(body)
        except ValueError:
            ack(response_action="errors", errors={forms.NUMBER: _FOREIGN})
            return
        typed = forms.words(values, forms.NUMBER).upper()
        told = self._decide(context, request_id, subject16, "approve", None, typed)
        problem = told.text if told.outcome == "refused" else ""
        self._close(ack, body, context, channel, forms.NUMBER, problem)

    def ask_delegate(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        """Open the form with the people allowed; an attempt that is not allowed is recorded and told."""
        self._ask_matters(ack, body, context, self._delegate_view)

    def submit_delegate(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        """Hand the decision over, within what the policy allows."""
        values, at = body["view"]["state"]["values"], context["received_at"]
        to, until = forms.words(values, forms.TO), moment(forms.entered(values, forms.UNTIL))
        if until is None:
            ack(response_action="errors", errors={forms.UNTIL: _NO_MOMENT})
            return
        block, reason = forms.TO, forms.words(values, forms.REASON)
        matters, person = self.desk.matters, context["person"]
        try:
            request_id, _, channel = _about(body)
            assert matters is not None
            told = matters.delegate(request_id, person, to, until, reason, at)
            problem = told.text if told.outcome == "refused" else ""
            block = forms.UNTIL if told.code == "too-long" else forms.TO
        except (ValueError, BreachbookError) as error:
            channel, problem = "", self._said(error)
        self._close(ack, body, context, channel, block, problem)

    def ask_break_glass(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        """Open the form for those named; an attempt of another is recorded and told."""
        self._ask_matters(ack, body, context, self._break_glass_view)

    def submit_break_glass(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        """Approve alone, with a reason and the matter's number."""
        values, at = body["view"]["state"]["values"], context["received_at"]
        reason, typed = forms.words(values, forms.REASON), forms.words(values, forms.NUMBER)
        if not reason:
            ack(response_action="errors", errors={forms.REASON: _NO_REASON})
            return
        matters, person = self.desk.matters, context["person"]
        try:
            request_id, _, channel = _about(body)
            assert matters is not None
            told = matters.break_glass(request_id, person, reason, typed.upper(), at)
            problem = told.text if told.outcome == "refused" else ""
        except (ValueError, BreachbookError) as error:
            channel, problem = "", self._said(error)
        self._close(ack, body, context, channel, forms.NUMBER, problem)

    def _ask_matters(self, ack: Ack, body: dict[str, Any], context: BoltContext, lay: Any) -> None:
        try:
            read_value(value_of(body))
            shown: Block | str = lay(body, context)
        except ValueError:
            self._foreign(ack, body, context)
            return
        except BreachbookError as error:
            shown = self._said(error)
        open_form(self.voice, ack, body, context, shown)

    def _delegate_view(self, body: dict[str, Any], context: BoltContext) -> Block | str:
        at, person, matters = context["received_at"], context["person"], self.desk.matters
        request_id, _ = read_value(value_of(body))
        if matters is None:
            return _FOREIGN
        found = matters.delegates(request_id, person, at)
        if found is None or not found[0]:
            # Recorded as an attempt; the words say why not.
            return matters.delegate(request_id, person, "", at + timedelta(minutes=1), "", at).text
        free, latest = found
        offered = [(each.id, each.name) for each in free]
        # A little before the latest, so that a form filled at leisure is still in time.
        until = min(latest, at + timedelta(days=3))
        return forms.delegate_view(value_of(body), channel_of(body), offered, until)

    def _break_glass_view(self, body: dict[str, Any], context: BoltContext) -> Block | str:
        at, person, matters = context["received_at"], context["person"], self.desk.matters
        request_id, _ = read_value(value_of(body))
        if matters is None:
            return _FOREIGN
        if not matters.may_break_glass(request_id, person, at):
            return matters.break_glass(request_id, person, "asked for", "", at).text
        return forms.break_glass_view(value_of(body), channel_of(body))

    def _close(
        self,
        ack: Ack,
        body: dict[str, Any],
        context: BoltContext,
        channel: str,
        block: str,
        problem: str,
    ) -> None:
        """Close a form, or leave it open with what is wrong, which is whispered where it closed before."""
        problems = {block: problem} if problem else {}
        close_form(self.voice, ack, body, context, channel, problems)

    def _foreign(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        follow(context, self.voice.whisper(body, _FOREIGN))
        ack()

    def _submit(self, context: BoltContext, asked: Asked, reason: str) -> str:
        decision: Decision = "reject" if asked.decision == REJECT else "request-changes"
        told = self._decide(context, asked.request_id, asked.subject16, decision, reason)
        return told.text if told.outcome == "refused" else ""

    def _decide(
        self,
        context: BoltContext,
        request_id: str,
        subject16: str,
        decision: Decision,
        comment: str | None,
        confirmed: str | None = None,
    ) -> Outcome:
        try:
            return self.desk.decide(
                request_id,
                person=context["person"],
                decision=decision,
                comment=comment,
                method="slack",
                subject16=subject16,
                received_at=context["received_at"],
                confirmed=confirmed,
            )
        except BreachbookError as error:
            return _NotRecorded(self._said(error))

    def _said(self, error: Exception) -> str:
        if not isinstance(error, BreachbookError):
            return _FOREIGN
        if isinstance(error, UsageError):
            # The same words as for a request of a matter that is not theirs.
            return CAUSES["unknown-request"]
        _LOG.warning("not recorded: %s", error)
        return _NOT_RECORDED.format(error)


def _about(body: dict[str, Any]) -> tuple[str, str, str]:
    value, _, channel = forms.read_metadata(body["view"].get("private_metadata"))
    request_id, subject16 = read_value(value)
    return request_id, subject16, channel
