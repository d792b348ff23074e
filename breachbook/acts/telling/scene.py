"""What a message is made from: the matter as it stands, its playbook and its people."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from breachbook.agenda import Reference
from breachbook.entries import Commitment, DeadlineRecord
from breachbook.errors import EngineError, StoreError
from breachbook.library import Library
from breachbook.matter import Act, Matter
from breachbook.matter_file import MatterFile
from breachbook.playbook import Playbook
from breachbook.slack.blocks import Block
from breachbook.slack.client import Posted, SlackClient, Upload
from breachbook.slack.notes import Named, Note, note_blocks, note_text
from breachbook.slack.web import SlackError
from breachbook.views.deadlines import plain_title
from breachbook.workspace import Workspace

GONE = frozenset({"message_not_found", "cant_update_message"})


@dataclass(frozen=True, slots=True)
class Said:
    """A message to post.

    Attributes:
        to: Person it goes to as a direct message; None for the matter's channel.
    """

    blocks: list[Block]
    text: str
    files: tuple[Upload, ...] = ()
    to: str | None = None


@dataclass(frozen=True)
class Scene:
    """One matter at one moment."""

    workspace: Workspace
    library: Library
    file: MatterFile
    matter: Matter
    slack: SlackClient

    @cached_property
    def playbook(self) -> Playbook:
        """Give the playbook the matter runs."""
        return self.library.pinned(self.file, self.matter)

    @cached_property
    def reference(self) -> Reference:
        """Give what the matter rests on."""
        return self.library.reference()

    def words(self, commitment: Commitment | None) -> str:
        """Give the words a commitment stands for; empty when there are none or they were erased."""
        return str(self.file.values.get(commitment, "")) if commitment else ""

    def named(self, person: str) -> Named:
        """Name a person; only who may see the matter can be mentioned where its people read."""
        people = self.workspace.people
        if person not in people:
            return Named(person)
        identity = people[person].slack
        seen = identity is not None and self.matter.sees(person)
        return Named(people[person].name, identity.user_id if identity and seen else "")

    def everybody(self, people: Iterable[str]) -> tuple[Named, ...]:
        """Name people."""
        return tuple(self.named(person) for person in people)

    def names(self, people: Iterable[str]) -> str:
        """Name people in one line; `nobody` when there is none."""
        return ", ".join(self.named(person).name for person in people) or "nobody"

    def reachable(self, person: str) -> str | None:
        """Give the person as a receiver of direct messages, or None: then the channel is told."""
        people = self.workspace.people
        known = person in people and people[person].slack is not None
        return person if known and self.matter.sees(person) else None

    def rewrite(self, posted: Posted, blocks: list[Block], text: str) -> Posted:
        """Update a message in place; one that somebody deleted asks nobody for anything, and is let be."""
        try:
            self.slack.update(posted, blocks, text)
        except SlackError as error:
            if error.code not in GONE:
                raise
        return posted

    def act(self, step: str, target: str, name: str) -> Act:
        """Give one act of a step."""
        return self.matter.instance(step, target).acts[name]

    def title(self, record: DeadlineRecord) -> str:
        """Give a deadline's title as it was computed; its rule where that is no longer there."""
        try:
            return plain_title(json.loads(self.file.store.get(record.result)).get("title"))
        except StoreError:
            return record.rule

    def link(self, message: str) -> str:
        """Give the address of a message that was sent; empty when there is none."""
        sent = self.matter.messages.get(message)
        if sent is None or sent.channel is None or sent.ts is None:
            return ""
        return self.slack.permalink(Posted(sent.channel, sent.ts))

    def note(self, text: str, to: str | None = None, **more: Any) -> Said:
        """Make a note about the matter."""
        note = Note(matter=self.matter.id, text=text, example=self.matter.example, **more)
        return Said(note_blocks(note), note_text(note), to=to)


def root(scene: Scene) -> Posted:
    """Give the channel's first message, for what changes a channel and is no message itself.

    Raises:
        EngineError: It is not posted yet.
    """
    opened = scene.matter.messages.get("opened")
    if opened is None or opened.channel is None or opened.ts is None:
        raise EngineError(f"slack: the channel of {scene.matter.id} has no first message yet")
    return Posted(opened.channel, opened.ts)
