"""Which handler a click, a form, a command or an event of a known person leads to; Bolt finds it.

Bolt runs each handler to its end before it answers (`process_before_response`), so that a click
is acknowledged only after its decision is in the journal. What has to be said to Slack comes
after the acknowledgement: handlers leave it in ``context["follow_ups"]``.
"""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slack_bolt import App, BoltContext, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from breachbook.desk import payloads
from breachbook.desk.agreeing import Agreeing
from breachbook.desk.approving import Approving
from breachbook.desk.collaborators import Collaborators
from breachbook.desk.happenings import Happenings
from breachbook.desk.holding import Holding
from breachbook.desk.matters import Matters
from breachbook.desk.preserving import Preserving
from breachbook.desk.reporting import Reporting
from breachbook.desk.speaking import FollowUp, Voice, user_of
from breachbook.desk.tasking import Tasking
from breachbook.desk.tracking import Tracking
from breachbook.slack import (
    actions,
    forms,
    hold_form,
    modals,
    preserve_form,
    report_form,
    task_form,
)

__all__ = ["FollowUp", "bolt_app"]


def bolt_app(collaborators: Collaborators) -> App:
    """Build the Bolt app; it makes no call of its own to Slack.

    Requests must have been verified before; their context holds ``received_at`` and
    ``follow_ups``.
    """
    app = App(
        logger=_quiet(),
        client=WebClient(),
        signing_secret="checked-before-bolt",  # noqa: S106 (Bolt wants one; `verify` has checked)
        authorize=_authorize,
        process_before_response=True,
        request_verification_enabled=False,
        ignoring_self_events_enabled=False,
        ssl_check_enabled=False,
        url_verification_enabled=False,
        attaching_function_token_enabled=False,
    )
    voice = Voice(collaborators.slack)
    happenings = Happenings(collaborators, voice)
    app.middleware(_Door(collaborators, happenings).know)
    _approvals(app, Approving(collaborators, voice))
    app.event("app_home_opened")(happenings.home_opened)
    app.event("message")(happenings.message)
    if collaborators.matters is not None:
        _matters(app, collaborators.matters, voice)
    return app


def _approvals(app: App, handlers: Approving) -> None:
    app.action(actions.APPROVE)(handlers.approve)
    app.action(re.compile(f"^({actions.REJECT}|{actions.REQUEST_CHANGES})$"))(handlers.ask)
    app.action(actions.DELEGATE)(handlers.ask_delegate)
    app.action(actions.BREAK_GLASS)(handlers.ask_break_glass)
    app.view(modals.CALLBACK)(handlers.submit)
    app.view(forms.CONFIRM)(handlers.submit_confirmed)
    app.view(forms.DELEGATE)(handlers.submit_delegate)
    app.view(forms.BREAK_GLASS)(handlers.submit_break_glass)


def _matters(app: App, matters: Matters, voice: Voice) -> None:
    tracking = Tracking(matters, voice)
    app.action(actions.HOLD_ACKNOWLEDGE)(tracking.acknowledge)
    holding = Holding(matters, voice)
    app.action(actions.HOLD_QUESTIONS)(holding.ask_questions)
    app.action(actions.HOLD_TASK)(holding.ask_task)
    app.view(hold_form.QUESTIONS_FORM)(holding.submit_answers)
    app.view(hold_form.TASK_FORM)(holding.submit_task)
    app.action(re.compile(f"^({actions.DEADLINE_DONE}|{actions.DEADLINE_SERVICE})$"))(
        tracking.ask_done
    )
    app.action(actions.DEADLINE_SNOOZE)(tracking.ask_snooze)
    app.view(forms.DONE)(tracking.submit_done)
    app.view(forms.SNOOZE)(tracking.submit_snooze)
    app.action(actions.CONSENT_GIVE)(Agreeing(matters, voice).agree)
    tasking = Tasking(matters, voice)
    app.action(actions.TASK)(tasking.ask)
    app.view(task_form.CALLBACK)(tasking.submit)
    preserving = Preserving(matters, voice)
    app.shortcut(actions.PRESERVE_MESSAGE)(preserving.of_message)
    app.view(preserve_form.CALLBACK)(preserving.submit)
    reporting = Reporting(matters, voice)
    app.command(actions.COMMAND)(reporting.command)
    app.shortcut(actions.REPORT_ANEW)(reporting.anew)
    app.shortcut(actions.REPORT_MESSAGE)(reporting.of_message)
    app.view(report_form.CALLBACK)(reporting.submit)


def _authorize() -> AuthorizeResult:
    # Bolt would ask Slack who its token is; our own client speaks, Bolt only dispatches.
    return AuthorizeResult(enterprise_id=None, team_id=None, bot_token="")


def _quiet() -> logging.Logger:
    # Bolt writes whole payloads into its warnings.
    logger = logging.getLogger("breachbook.desk.bolt")
    logger.setLevel(logging.ERROR)
    return logger


@dataclass(frozen=True, slots=True)
class _Door:
    desk: Collaborators
    happenings: Happenings

    def know(
        self, body: dict[str, Any], context: BoltContext, next_: Callable[[], BoltResponse]
    ) -> BoltResponse:
        """Let only pinned people through; others are counted and told nothing."""
        person = self.desk.people.by_slack(*payloads.identity(body))
        if person is None:
            self.desk.security.count("unknown-user")
            return BoltResponse(status=401)
        context["person"] = person
        if payloads.is_from_home(body):
            self.happenings.show_home(context, user_of(body))
        return next_()
