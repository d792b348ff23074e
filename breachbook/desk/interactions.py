"""What a click, a form or a command of a known person leads to; Bolt finds the handler.

Bolt runs each handler to its end before it answers (`process_before_response`), so that a click
is acknowledged only after its decision is in the journal. What has to be said to Slack comes
after the acknowledgement: handlers leave it in ``context["follow_ups"]``.
"""

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from slack_bolt import Ack, App, BoltContext, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from breachbook.desk.collaborators import Collaborators, Command, Decision, Outcome
from breachbook.errors import BreachbookError
from breachbook.slack.blocks import cut
from breachbook.slack.cards import APPROVE, REJECT, REQUEST_CHANGES, read_value
from breachbook.slack.modals import (
    CALLBACK,
    REASON,
    Asked,
    read_metadata,
    read_reason,
    reason_view,
)
from breachbook.slack.web import SlackError

_LOG = logging.getLogger(__name__)
_NOT_RECORDED = "Nothing was recorded: {}"
_FOREIGN = "Nothing was recorded: this is not from a card of Breachbook."
_NO_FORM = "The form could not be opened; nothing was recorded. Click again."


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Something to do once the request is acknowledged.

    With `only_if_late`: only when Slack had to be answered before the handler was done.
    """

    run: Callable[[], None]
    only_if_late: bool = False


@dataclass(frozen=True, slots=True)
class _NotRecorded:
    text: str
    outcome: Literal["refused"] = "refused"
    code: str = "not-recorded"


def bolt_app(collaborators: Collaborators) -> App:
    """Build the Bolt app; it makes no call of its own to Slack.

    Requests must have been verified before; their context holds ``received_at`` and
    ``follow_ups``.
    """
    app = App(
        logger=logging.getLogger("breachbook.desk.bolt"),
        client=WebClient(),
        signing_secret="checked-before-bolt",  # noqa: S106 (Bolt wants one; `verify` has checked)
        authorize=_authorize,
        process_before_response=True,
        request_verification_enabled=False,
        ssl_check_enabled=False,
        url_verification_enabled=False,
    )
    handlers = _Handlers(collaborators)
    app.middleware(handlers.know)
    app.action(APPROVE)(handlers.approve)
    app.action(re.compile(f"^({REJECT}|{REQUEST_CHANGES})$"))(handlers.ask)
    app.view(CALLBACK)(handlers.submit)
    if collaborators.command is not None:
        app.command(re.compile(r"^/\S+$"))(handlers.command)
    return app


def _authorize() -> AuthorizeResult:
    # Bolt would ask Slack who its token is; our own client speaks, Bolt only dispatches.
    return AuthorizeResult(enterprise_id=None, team_id=None, bot_token="")


@dataclass(frozen=True, slots=True)
class _Handlers:
    desk: Collaborators

    def know(
        self, body: dict[str, Any], context: BoltContext, next_: Callable[[], BoltResponse]
    ) -> BoltResponse:
        """Let only pinned people through; others are counted and told nothing."""
        person = self.desk.people.by_slack(*_identity(body))
        if person is None:
            self.desk.security.count("unknown-user")
            return BoltResponse(status=401)
        context["person"] = person
        return next_()

    def approve(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        """Record an approval; a refusal is told to the person alone."""
        try:
            request_id, subject16 = read_value(str(body["actions"][0].get("value")))
        except ValueError:
            _follow(context, self._whisper(_channel(body), body["user"]["id"], _FOREIGN))
            ack()
            return
        told = self._decide(context, request_id, subject16, "approve", None)
        if told.outcome == "refused":
            _follow(context, self._whisper(_channel(body), body["user"]["id"], told.text))
        ack()

    def ask(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        """Open the form that asks for a reason; nothing is decided yet."""
        action, channel = body["actions"][0], _channel(body)
        try:
            view = reason_view(str(action.get("value")), action["action_id"], channel)
        except ValueError:
            _follow(context, self._whisper(channel, body["user"]["id"], _FOREIGN))
            ack()
            return
        _follow(context, FollowUp(lambda: self._open(body["trigger_id"], view, body)))
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
        problem = self._submit(context, asked, reason) if reason else "Please give a reason."
        if not problem:
            ack()
            return
        whisper = self._whisper(asked.channel, body["user"]["id"], problem)
        _follow(context, FollowUp(whisper.run, only_if_late=True))
        ack(response_action="errors", errors={REASON: cut(problem, 500)})

    def command(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        """Answer a slash command, to the person alone."""
        if self.desk.command is None:
            return
        received_at: datetime = context["received_at"]
        asked = Command(context["person"], body["command"], body.get("text", ""), received_at)
        try:
            text = self.desk.command(asked)
        except BreachbookError as error:
            text = str(error)
        whisper = self._whisper(str(body["channel_id"]), str(body["user_id"]), text)
        _follow(context, FollowUp(whisper.run, only_if_late=True))
        ack(text=cut(text, 3000), response_type="ephemeral")

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
            )
        except BreachbookError as error:
            _LOG.warning("decision on %s was not recorded: %s", request_id, error)
            return _NotRecorded(_NOT_RECORDED.format(error))

    def _open(self, trigger_id: str, view: dict[str, object], body: dict[str, Any]) -> None:
        try:
            self.desk.slack.open_view(trigger_id, view)
        except SlackError as error:
            # The same click delivered twice: its form is open already.
            if error.code == "exchanged_trigger_id":
                return
            _LOG.warning("form not opened: %s", error)
            self.desk.slack.ephemeral(_channel(body), body["user"]["id"], _NO_FORM)

    def _whisper(self, channel: str, user_id: str, text: str) -> FollowUp:
        return FollowUp(lambda: self.desk.slack.ephemeral(channel, user_id, text))


def _identity(body: Mapping[str, Any]) -> tuple[str, str]:
    """Team and user; a guest of a shared channel counts under their own team."""
    user = body.get("user")
    if isinstance(user, Mapping):
        team = body.get("team")
        home = team.get("id") if isinstance(team, Mapping) else None
        return str(user.get("team_id") or home), str(user.get("id"))
    return str(body.get("team_id")), str(body.get("user_id"))


def _channel(body: Mapping[str, Any]) -> str:
    channel = body.get("channel")
    return str(channel["id"]) if isinstance(channel, Mapping) else ""


def _follow(context: BoltContext, follow_up: FollowUp) -> None:
    context["follow_ups"].append(follow_up)
