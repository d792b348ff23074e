"""What is said to one person alone: a whisper in the channel, a form, or a direct message."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, BoltContext

from breachbook.desk.payloads import channel_of
from breachbook.slack.blocks import MAX_MESSAGE, cut, section
from breachbook.slack.client import SlackClient
from breachbook.slack.web import SlackError

_LOG = logging.getLogger(__name__)
FOREIGN = "Nothing was recorded: this is not from a message of Breachbook."
_NO_FORM = "The form could not be opened; nothing was recorded. Click again."
_MAX_FIELD_ERROR = 500
_TAKEN = ("exchanged_trigger_id",)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Something to do once the request is acknowledged.

    With `only_if_late`: only when Slack had to be answered before the handler was done. With
    `is_owed`: kept durably until it was done; doing it twice must have one effect.
    """

    run: Callable[[], None]
    only_if_late: bool = False
    is_owed: bool = False


def follow(context: BoltContext, *follow_ups: FollowUp) -> None:
    """Leave something to be done after the acknowledgement."""
    context["follow_ups"].extend(follow_ups)


@dataclass(frozen=True, slots=True)
class Voice:
    """Says things to the one person who acted."""

    slack: SlackClient

    def whisper(
        self, body: Mapping[str, Any], text: str, *, channel: str = "", only_if_late: bool = False
    ) -> FollowUp:
        """Tell whoever sent `body`, where they are if the app is there too."""
        user = user_of(body)
        place = channel or channel_of(dict(body))
        return FollowUp(lambda: self.tell(place, user, text), only_if_late)

    def tell(self, channel: str, user_id: str, text: str) -> None:
        """Whisper in a channel; where that cannot be, say it in a direct message."""
        if channel and not channel.startswith("D"):
            try:
                self.slack.ephemeral(channel, user_id, text)
            except SlackError as error:
                _LOG.info("not whispered: %s", error.code)
            else:
                return
        shown = {"blocks": [section(text)], "text": cut(text, MAX_MESSAGE), "parse": "none"}
        self.slack.call("chat.postMessage", {"channel": self.slack.open_dm(user_id), **shown})

    def open(self, body: Mapping[str, Any], view: Mapping[str, object]) -> FollowUp:
        """Open a form for whoever sent `body`, in the three seconds that its trigger lives."""
        return FollowUp(lambda: self._open(body, view))

    def show(self, view_id: str, view: Mapping[str, object]) -> bool:
        """Replace what an open form shows; False when it is closed."""
        try:
            self.slack.call("views.update", {"view_id": view_id, "view": dict(view)})
        except SlackError as error:
            _LOG.info("form not updated: %s", error.code)
            return False
        return True

    def _open(self, body: Mapping[str, Any], view: Mapping[str, object]) -> None:
        try:
            self.slack.open_view(str(body.get("trigger_id")), view)
        except SlackError as error:
            # The same click delivered twice: its form is open already.
            if error.code in _TAKEN:
                return
            _LOG.warning("form not opened: %s", error)
            self.tell(channel_of(dict(body)), user_of(body), _NO_FORM)


def open_form(
    voice: Voice, ack: Ack, body: Mapping[str, Any], context: BoltContext,
    shown: Mapping[str, object] | str,
) -> None:  # fmt: skip
    """Open a form for whoever pressed a button, or say to them alone why there is none."""
    if isinstance(shown, str):
        follow(context, voice.whisper(body, shown))
    else:
        follow(context, voice.open(body, shown))
    ack()


def close_form(
    voice: Voice, ack: Ack, body: Mapping[str, Any], context: BoltContext, channel: str,
    problems: Mapping[str, str],
) -> None:  # fmt: skip
    """Close a form, or leave it open with what is wrong, which is whispered where it closed before.

    Args:
        problems: By the block of the field each is shown at.
    """
    if not problems:
        ack()
        return
    text = "\n".join(problems.values())
    follow(context, voice.whisper(body, text, channel=channel, only_if_late=True))
    shown = {block: cut(problem, _MAX_FIELD_ERROR) for block, problem in problems.items()}
    ack(response_action="errors", errors=shown)


def user_of(body: Mapping[str, Any]) -> str:
    """Give the Slack user id of whoever acted."""
    user = body.get("user")
    return str(user["id"] if isinstance(user, Mapping) else body.get("user_id"))
