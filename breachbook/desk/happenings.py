"""Events: a Home tab is opened, an edited document is put into the thread of a card."""

import logging
from dataclasses import dataclass
from typing import Any

from slack_bolt import BoltContext

from breachbook.desk.collaborators import Collaborators
from breachbook.desk.matters import NOT_YOURS
from breachbook.desk.speaking import FollowUp, Voice, follow
from breachbook.errors import BreachbookError
from breachbook.slack.client import EVENT_TYPE
from breachbook.slack.files import NotFetched, fetch, file_rows

_LOG = logging.getLogger(__name__)
_CARD = "card/"
_ENDING = ".docx"
_MAX_DOCUMENT = 25 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Happenings:
    """Handlers of the events; all is done after the acknowledgement."""

    desk: Collaborators
    voice: Voice

    def home_opened(self, event: dict[str, Any], context: BoltContext) -> None:
        """Show a person what waits for them."""
        if event.get("tab", "home") == "home":
            self.show_home(context, event["user"])

    def show_home(self, context: BoltContext, user_id: str) -> None:
        """Publish a person's Home tab as it stands once the handler is done."""
        home, person = self.desk.home, context["person"]
        if home is None:
            return

        def publish() -> None:
            shown = {"user_id": user_id, "view": dict(home(person))}
            self.desk.slack.call("views.publish", shown)

        follow(context, FollowUp(publish))

    def message(self, event: dict[str, Any], context: BoltContext) -> None:
        """Take an edited document that its author hangs into the thread of a card."""
        edited = [row for row in file_rows(event) if row["name"].lower().endswith(_ENDING)]
        if self.desk.replace is None or not event.get("thread_ts") or not edited:
            return
        person = context["person"]
        follow(context, FollowUp(lambda: self._replace(event, person, edited[0]), is_owed=True))

    def _replace(self, event: dict[str, Any], person: str, row: dict[str, str]) -> None:
        request = self._request(str(event.get("channel")), str(event["thread_ts"]))
        replace, matters = self.desk.replace, self.desk.matters
        if request is None or replace is None or matters is None:
            return
        matter = request.rpartition("-A")[0]
        state = matters.sees(matter, person)
        posted = state.messages.get(_CARD + request) if state else None
        if state is None or posted is None or posted.channel != event.get("channel"):
            text = NOT_YOURS
        else:
            text = self._taken(matter, request, person, row)
        self.voice.tell(str(event.get("channel")), str(event["user"]), text)

    def _taken(self, matter: str, request: str, person: str, row: dict[str, str]) -> str:
        assert self.desk.replace is not None
        try:
            data = fetch(self.desk.slack, row, _MAX_DOCUMENT)
            text = self.desk.replace(matter, request, person, data, row["name"])
        except NotFetched as error:
            return f"Nothing was replaced: the file could not be fetched ({error})."
        except BreachbookError as error:
            return f"Nothing was replaced: {error}"
        if self.desk.matters is not None:
            self.desk.matters.woken(matter)
        return text

    def _request(self, channel: str, ts: str) -> str | None:
        """Find by its key which card a thread hangs under; None when it is no card of ours."""
        question = {"channel": channel, "ts": ts, "include_all_metadata": True, "limit": 1}
        slack = self.desk.slack
        told = slack.call("conversations.replies", question).get("messages")
        root = told[0] if isinstance(told, list) and told else None
        if not isinstance(root, dict) or root.get("bot_id") != slack.identity()["bot_id"]:
            return None
        key = _key(root)
        return key.removeprefix(_CARD) if key.startswith(_CARD) else None


def _key(message: dict[str, Any]) -> str:
    metadata = message.get("metadata")
    if not isinstance(metadata, dict) or metadata.get("event_type") != EVENT_TYPE:
        return ""
    payload = metadata.get("event_payload")
    return str(payload.get("key", "")) if isinstance(payload, dict) else ""
