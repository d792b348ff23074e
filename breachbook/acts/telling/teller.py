"""The outbox: each message is queued in the journal before and recorded as sent after, and posted once."""

import logging
import time
from collections.abc import Callable, Mapping

from breachbook import overview
from breachbook.acts.telling import anchors, channels, consents, deadlines, holds, requests, work
from breachbook.acts.telling.scene import Said, Scene
from breachbook.agenda import Tell
from breachbook.errors import EngineError
from breachbook.events import Draft
from breachbook.hold_reminders import privilege_of
from breachbook.library import Library
from breachbook.matter_file import MatterFile
from breachbook.slack.client import Posted, SlackClient
from breachbook.slack.web import SlackError
from breachbook.workspace import Workspace

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 3.0
REST_SECONDS = 5.0

_MADE: Mapping[str, Callable[[Scene, Tell], Said]] = {
    "opened": work.opened,
    "task": work.task,
    "alert": work.alert,
    "anchor-alert": anchors.failing,
    "card": requests.card,
    "approval-reminder": requests.reminder,
    "break-glass": requests.forced,
    "returned": requests.returned,
    "hold-reminder": holds.reminder,
    "hold-escalation": holds.escalation,
    "hold-manager": holds.to_manager,
    "hold-silence": holds.to_counsel,
    "hold-by-hand": holds.by_hand,
    "hold-notice": holds.notice,
    "hold-questions": holds.questions,
    "hold-resume": holds.resumption,
    "hold-known": holds.known,
    "consent": consents.asked,
    "deadline-reminder": deadlines.reminder,
    "deadline-escalation": deadlines.reminder,
    "deadline-change": deadlines.change,
}
_DONE: Mapping[str, Callable[[Scene, Tell, str], Posted]] = {
    "members": channels.members,
    "topic": channels.topic,
    "overview": channels.overview,
    "card-update": requests.update,
    "task-update": work.update,
    "consent-update": consents.update,
    "hold-settled": holds.settled,
    "deadline-settled": deadlines.settled,
}
# The first message of a channel that is still empty, what sets its people right, and direct messages.
_BEHIND_NO_WALL = frozenset({"opened", "members", "hold-settled"})


class Teller:
    """Posts a matter's messages, each once under its key.

    A rate limit is waited out for a few seconds only, and after silence Slack is left alone for a
    moment: the message stays queued, and the matter's other work goes on.
    """

    def __init__(
        self, workspace: Workspace, library: Library, file: MatterFile, slack: SlackClient | None
    ) -> None:
        self.workspace = workspace
        self.library = library
        self.file = file
        self._slack = slack.within(PATIENCE_SECONDS) if slack is not None else None
        self._silent_until = 0.0

    @property
    def slack(self) -> SlackClient:
        """Give the client.

        Raises:
            EngineError: Slack is not configured.
        """
        if self._slack is None:
            raise EngineError(
                "slack: not configured; allowed: a token in SLACK_BOT_TOKEN and [slack] in breachbook.toml"
            )
        return self._slack

    def tell(self, item: Tell) -> None:
        """Post or update one message; queued in the journal before, sent after.

        Raises:
            EngineError: Slack refused or did not answer; the message stays queued.
        """
        if time.monotonic() < self._silent_until:
            raise EngineError("slack: did not answer a moment ago; it is asked again soon")
        matter = self.file.refresh()
        queued = {"message": item.key, "what": item.what, "about": item.about}
        kept = privilege_of(matter, item.about)
        if not item.again:
            self.file.transact(lambda _: [Draft("message.queued", queued, privilege=kept)])
        scene = Scene(self.workspace, self.library, self.file, matter, self.slack)
        try:
            posted = self._post(scene, item)
        except SlackError as error:
            if error.code == "no_answer":
                self._silent_until = time.monotonic() + REST_SECONDS
            raise
        sent = {**queued, "channel": posted.channel, "ts": posted.ts}
        self.file.transact(lambda _: [Draft("message.sent", sent, privilege=kept)])

    def _post(self, scene: Scene, item: Tell) -> Posted:
        channel = channels.channel(scene)
        if item.what in _DONE:
            if item.what not in _BEHIND_NO_WALL:
                self._check_wall(scene, item)
            return _DONE[item.what](scene, item, channel)
        said = _MADE[item.what](scene, item)
        if said.to is None and item.what not in _BEHIND_NO_WALL:
            self._check_wall(scene, item)
        place = self._direct(said.to) if said.to else channel
        return self.slack.post_once(
            place, item.key, said.blocks, said.text, said.files, attempted=item.again
        )

    def _direct(self, person: str) -> str:
        identity = self.workspace.people[person].slack
        assert identity is not None, "only `reachable` people are written to"
        return self.slack.open_dm(identity.user_id)

    def _check_wall(self, scene: Scene, item: Tell) -> None:
        """Refuse to say anything in a channel whose people are not yet those of the matter."""
        if not overview.has_its_people(scene.matter, scene.reference):
            raise EngineError(
                f"slack: {item.what} waits until the channel of {scene.matter.id} has its people and nobody else"
            )
