"""The morning digest: one direct message a working day to each person for whom something waits."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path

from breachbook import rows
from breachbook.durable import replace
from breachbook.errors import BreachbookError
from breachbook.library import Library
from breachbook.people import Person
from breachbook.slack.client import Posted, SlackClient
from breachbook.slack.home import Home, digest_blocks
from breachbook.slack.web import SlackError
from breachbook.views.home import waiting_for
from breachbook.workspace import Workspace

log = logging.getLogger(__name__)

OPENS, CLOSES = time(8, 30), time(12)
DAYS = 7
_SATURDAY = 5


def due_on(person: Person, now: datetime) -> date | None:
    """Give the day whose digest a person is to have now; None outside their working mornings.

    Monday to Friday, 08:30 to noon of their own zone: who was not reached by noon is left alone.
    """
    local = now.astimezone(person.tz)
    if local.weekday() >= _SATURDAY or not OPENS <= local.time() < CLOSES:
        return None
    return local.date()


@dataclass
class Digests:
    """Sends the digests of a workspace; what was sent is kept in ``run/digests.json``."""

    workspace: Workspace
    library: Library
    slack: SlackClient
    _sent: dict[str, str] | None = field(default=None, repr=False)

    def due(self) -> list[tuple[Person, date]]:
        """List who is to have a digest now and had none today."""
        now, sent = self.workspace.now(), self._known()
        found = []
        for person in self.workspace.people.by_id.values():
            day = due_on(person, now) if person.slack else None
            if day is not None and sent.get(person.id) != day.isoformat():
                found.append((person, day))
        return found

    def send_due(self) -> list[str]:
        """Send what is due; give who got one. One that could not be sent is tried again at the next look."""
        due = self.due()
        known = rows.current(self.workspace.root) if due else []
        got = []
        for person, day in due:
            try:
                if self._send(person, day, known):
                    got.append(person.id)
            except SlackError as error:
                log.warning("digest of %s not sent: %s", person.id, error)
                if error.unknown or error.code == "ratelimited":
                    break  # Slack is not there: the others would only wait as long
            except BreachbookError as error:
                log.error("digest of %s: %s", person.id, error)
            else:
                self._note(person.id, day)
        return got

    def _send(self, person: Person, day: date, known: list[dict[str, object]]) -> bool:
        now = self.workspace.now()
        mine = waiting_for(self.workspace, self.library, person.id, now, DAYS, known)
        if not mine or person.slack is None:
            return False
        home = Home(
            approvals=mine.approvals, tasks=mine.tasks, deadlines=mine.deadlines, holds=mine.holds,
            made_at=now, days=DAYS, zone=person.zone, example=self.workspace.example,
        )  # fmt: skip
        blocks = digest_blocks(home, self._links(home))
        channel = self.slack.open_dm(person.slack.user_id)
        # What was sent is known from a file that may be lost: the day's messages are searched first.
        midnight = datetime.combine(day, time(0), person.tz).astimezone(UTC)
        self.slack.post_once(
            channel, f"digest/{person.id}/{day.isoformat()}", blocks, _text(home),
            attempted=True, oldest=f"{midnight.timestamp():.6f}",
        )  # fmt: skip
        return True

    def _links(self, home: Home) -> dict[str, str]:
        return {
            item.request: self.slack.permalink(Posted(item.channel, item.ts))
            for item in home.approvals[:10]
            if item.channel and item.ts
        }

    @property
    def _path(self) -> Path:
        return self.workspace.run / "digests.json"

    def _known(self) -> Mapping[str, str]:
        if self._sent is None:
            try:
                read = json.loads(self._path.read_bytes())
                self._sent = {str(key): str(value) for key, value in read.items()}
            except (OSError, ValueError, AttributeError):
                self._sent = {}
        return self._sent

    def _note(self, person: str, day: date) -> None:
        self._sent = {**self._known(), person: day.isoformat()}
        replace(self._path, json.dumps(self._sent, sort_keys=True).encode())


def _text(home: Home) -> str:
    late = sum(item.over for item in home.deadlines)
    parts = {
        "overdue": late,
        "decisions": len(home.approvals),
        "holds to acknowledge": len(home.holds),
        "tasks": len(home.tasks),
        "deadlines soon": len(home.deadlines) - late,
    }
    return "Your day: " + ", ".join(f"{number} {word}" for word, number in parts.items() if number)
