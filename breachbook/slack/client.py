"""Sending to Slack: each message carries its key, so an interrupted attempt is found again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from breachbook.slack.blocks import MAX_MESSAGE, Block, cut, section
from breachbook.slack.web import Data, SlackError, SlackWeb

EVENT_TYPE = "breachbook"
MAX_TOPIC = 250


@dataclass(frozen=True, slots=True)
class Posted:
    """Where a message stands: channel id and Slack's timestamp, which is its id there."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to hang into the thread of a message; `name` is unique within the message."""

    name: str
    data: bytes


class SlackClient(SlackWeb):
    """What Breachbook does in Slack. Every method blocks and may be called from any thread."""

    _bot: Data | None = None

    def identity(self) -> Data:
        """Ask once who the token is: team_id, user_id and bot_id."""
        if self._bot is None:
            self._bot = self.call("auth.test")
        return self._bot

    def post(
        self,
        channel: str,
        blocks: Sequence[Block],
        text: str,
        key: str,
        files: Sequence[Upload] = (),
    ) -> Posted:
        """Post a message that carries `key`, then hang the files into its thread.

        Raises:
            SlackError: With `unknown` set when it may stand there all the same: use `post_once`.
        """
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"key": key}}
        told = self.call(
            "chat.postMessage",
            {
                "channel": channel,
                "blocks": list(blocks),
                "text": text,
                "metadata": metadata,
                "parse": "none",
                "mrkdwn": False,
                "unfurl_links": False,
                "unfurl_media": False,
            },
        )
        posted = Posted(str(told["channel"]), str(told["ts"]))
        self.upload(posted, files)
        return posted

    def find(self, channel: str, key: str, *, oldest: str = "0") -> Posted | None:
        """Find our own message with this key, newest first; another app's copy of it is ignored.

        Args:
            channel: Channel id.
            key: As given to `post`.
            oldest: Slack timestamp to search back to.
        """
        ours = self.identity()["bot_id"]
        question = {"channel": channel, "oldest": oldest, "include_all_metadata": True}
        for message in self.pages("conversations.history", question, "messages"):
            if message.get("bot_id") == ours and _key(message) == key:
                return Posted(channel, str(message["ts"]))
        return None

    def post_once(
        self,
        channel: str,
        key: str,
        blocks: Sequence[Block],
        text: str,
        files: Sequence[Upload] = (),
        *,
        attempted: bool,
        oldest: str = "0",
    ) -> Posted:
        """Post under `key` with one effect; `attempted` says an earlier try may have succeeded.

        Then the channel is searched first, and only files missing from the thread are added.
        """
        found = self.find(channel, key, oldest=oldest) if attempted else None
        if found is None:
            return self.post(channel, blocks, text, key, files)
        there = self._file_names(found)
        self.upload(found, [file for file in files if file.name not in there])
        return found

    def update(self, posted: Posted, blocks: Sequence[Block], text: str) -> None:
        """Replace what a message shows; its key stays. Repeating it changes nothing."""
        arguments = {"channel": posted.channel, "ts": posted.ts, "blocks": list(blocks)}
        self.call("chat.update", {**arguments, "text": text, "parse": "none"})

    def upload(self, posted: Posted, files: Sequence[Upload]) -> None:
        """Hang files into the thread of a message, all at once; none is a no-op."""
        if not files:
            return
        items = [
            {"filename": file.name, "title": file.name, "content": file.data} for file in files
        ]
        self.guarded(
            "files.completeUploadExternal",
            lambda: (
                self.sdk.files_upload_v2(
                    file_uploads=items, channel=posted.channel, thread_ts=posted.ts
                ).data
            ),
        )

    def ephemeral(self, channel: str, user_id: str, text: str) -> None:
        """Tell one person something that only they see, in a channel they are in."""
        shown = {"blocks": [section(text)], "text": cut(text, MAX_MESSAGE), "parse": "none"}
        self.call("chat.postEphemeral", {"channel": channel, "user": user_id, **shown})

    def open_view(self, trigger_id: str, view: Data) -> None:
        """Open a modal for whoever clicked; the trigger lives three seconds and works once."""
        self.call("views.open", {"trigger_id": trigger_id, "view": dict(view)})

    def publish_home(self, user_id: str, view: Data) -> None:
        """Replace a person's App Home. Repeating it changes nothing."""
        self.call("views.publish", {"user_id": user_id, "view": dict(view)})

    def permalink(self, posted: Posted) -> str:
        """Give a message's address in a browser; empty when Slack gives none, for it is an aid only."""
        question = {"channel": posted.channel, "message_ts": posted.ts}
        try:
            return str(self.call("chat.getPermalink", question).get("permalink", ""))
        except SlackError:
            return ""

    def pin(self, posted: Posted) -> None:
        """Pin a message to its channel; one that is pinned stays."""
        self._unless(
            {"already_pinned"}, "pins.add", {"channel": posted.channel, "timestamp": posted.ts}
        )

    def set_topic(self, channel: str, topic: str) -> None:
        """Set a channel's topic, escaped and within Slack's 250 characters."""
        shown = cut(" ".join(topic.split()), MAX_TOPIC)
        self.call("conversations.setTopic", {"channel": channel, "topic": shown})

    def members(self, channel: str) -> list[str]:
        """List the user ids in a channel, our own included."""
        found = self.pages("conversations.members", {"channel": channel}, "members")
        return [str(each) for each in found]

    def kick(self, channel: str, user_id: str) -> None:
        """Take a person out of a channel; who is not there stays out."""
        self._unless(
            {"not_in_channel"}, "conversations.kick", {"channel": channel, "user": user_id}
        )

    def open_dm(self, user_id: str) -> str:
        """Give the id of the direct-message channel with a person."""
        channel = self.call("conversations.open", {"users": user_id})["channel"]
        return _channel_id(channel)

    def create_channel(self, name: str, topic: str, user_ids: Sequence[str]) -> str:
        """Create a private channel, or take up our own of that name; set topic and invite.

        The key is the name: repeating it leads to the same channel.

        Raises:
            SlackError: ``name_taken`` when a channel we are not in has the name.
        """
        try:
            made = self.call("conversations.create", {"name": name, "is_private": True})
            channel = _channel_id(made["channel"])
        except SlackError as error:
            if error.code != "name_taken":
                raise
            channel = self._own_channel(name, error)
        self.set_topic(channel, topic)
        self.invite(channel, user_ids)
        return channel

    def invite(self, channel: str, user_ids: Sequence[str]) -> None:
        """Invite people one by one; who is there already stays."""
        for user_id in user_ids:
            self._unless(
                {"already_in_channel"},
                "conversations.invite",
                {"channel": channel, "users": user_id},
            )

    def _unless(self, done: set[str], method: str, arguments: Data) -> None:
        """Call a method; the errors that say it was done before are no errors."""
        try:
            self.call(method, arguments)
        except SlackError as error:
            if error.code not in done:
                raise

    def _file_names(self, posted: Posted) -> set[str]:
        question = {"channel": posted.channel, "ts": posted.ts}
        names: set[str] = set()
        for reply in self.pages("conversations.replies", question, "messages"):
            files = reply.get("files")
            names |= {str(file["name"]) for file in files} if isinstance(files, list) else set()
        return names

    def _own_channel(self, name: str, taken: SlackError) -> str:
        question = {"types": "private_channel", "exclude_archived": True}
        for channel in self.pages("conversations.list", question, "channels"):
            if channel.get("name") == name:
                return str(channel["id"])
        raise taken


def _key(message: Data) -> object:
    metadata = message.get("metadata")
    if not isinstance(metadata, Mapping) or metadata.get("event_type") != EVENT_TYPE:
        return None
    payload = metadata.get("event_payload")
    return payload.get("key") if isinstance(payload, Mapping) else None


def _channel_id(channel: object) -> str:
    if isinstance(channel, Mapping) and "id" in channel:
        return str(channel["id"])
    raise SlackError("conversations", "answer_without_channel")
