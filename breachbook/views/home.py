"""What waits for one person over all matters: their approvals, tasks, deadlines and holds, and nobody else's.

The register's rows say which matters can concern a person; only those are read.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from breachbook import rows
from breachbook.entries import Approval, DeadlineRecord
from breachbook.errors import BreachbookError, StoreError
from breachbook.hold_book import STEWARD
from breachbook.matter import Matter
from breachbook.matter_file import MatterFile
from breachbook.slack.home import Home, MyApproval, MyDeadline, MyHold, MyTask, home_blocks
from breachbook.tasks import command_of, part_of, what_to_do
from breachbook.views.deadlines import plain_title

if TYPE_CHECKING:
    from breachbook.agenda import Reference
    from breachbook.library import Library
    from breachbook.workspace import Workspace

DAYS = 30


@dataclass(slots=True)
class Mine:
    """What waits for one person, over all matters; the most pressing first.

    Attributes:
        unreadable: Matters of theirs that could not be read now.
    """

    approvals: list[MyApproval] = field(default_factory=list)
    tasks: list[MyTask] = field(default_factory=list)
    deadlines: list[MyDeadline] = field(default_factory=list)
    holds: list[MyHold] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.approvals or self.tasks or self.deadlines or self.holds)


def home_view(workspace: "Workspace", library: "Library", person: str) -> dict[str, Any]:
    """Lay out a person's App Home: only of matters they may see, and nothing for a stranger.

    Returns:
        A view of type home, as Slack's ``views.publish`` takes it.
    """
    now = workspace.now()
    mine = waiting_for(workspace, library, person, now, DAYS)
    zone = workspace.people[person].zone if person in workspace.people else "UTC"
    shown = Home(
        approvals=mine.approvals, tasks=mine.tasks, deadlines=mine.deadlines, holds=mine.holds,
        unreadable=len(mine.unreadable), days=DAYS, made_at=now, zone=zone,
        example=workspace.example,
    )  # fmt: skip
    return {"type": "home", "blocks": home_blocks(shown)}


def waiting_for(
    workspace: "Workspace",
    library: "Library",
    person: str,
    now: datetime,
    days: int,
    known: Sequence[Mapping[str, Any]] | None = None,
) -> Mine:
    """Gather what waits for a person.

    Args:
        days: How far ahead deadlines are looked for; those that are over are always in.
        known: The register's rows, when they were read already.
    """
    mine = Mine()
    if person not in workspace.people:
        return mine
    gather = _Gather(workspace, library, person, now, days, mine)
    for row in known if known is not None else rows.current(workspace.root):
        try:
            gather.matter(row)
        except BreachbookError:
            mine.unreadable += [row["matter"]] if person in row["people"] else []
    mine.approvals.sort(key=lambda item: item.expires_at)
    mine.tasks.sort(key=lambda item: (item.due_at is None, item.due_at, item.matter))
    mine.deadlines.sort(key=lambda item: (item.safe, item.matter, item.id))
    return mine


@dataclass(frozen=True)
class _Gather:
    workspace: "Workspace"
    library: "Library"
    person: str
    now: datetime
    days: int
    mine: Mine

    def matter(self, row: Mapping[str, Any]) -> None:
        """Add what waits for the person in one matter."""
        if row["state"] != "open":
            return
        sees = self.person in row["people"] and self._may_wait(row)
        if not sees and self.person not in row["asked"]:
            return
        file = self.workspace.matter(row["matter"])
        matter = file.refresh()
        self.mine.holds += self._holds(matter)
        if matter.open and matter.sees(self.person):
            self.mine.approvals += self._approvals(file, matter)
            self.mine.tasks += self._tasks(file, matter)
            self.mine.deadlines += self._deadlines(file, matter)

    def _may_wait(self, row: Mapping[str, Any]) -> bool:
        """Say from the row and the steps as they were kept whether anything can wait for the person."""
        if row["approvals"] or row["overdue"]:
            return True
        if any(item["safe"][:10] <= self._horizon for item in row["deadlines"]):
            return True
        path = self.workspace.root / "run" / "steps" / f"{row['matter']}.json"
        try:
            kept = json.loads(path.read_bytes())
            fresh = kept["basis"][1] == row["head"]
            return not fresh or any(step["why"] == "person" for step in kept["steps"])
        except (OSError, ValueError, KeyError, TypeError, IndexError):
            return True

    @property
    def _horizon(self) -> str:
        today = self.now.astimezone(self.workspace.people[self.person].tz).date()
        return (today + timedelta(days=self.days)).isoformat()

    def _approvals(self, file: MatterFile, matter: Matter) -> Iterator[MyApproval]:
        for approval in matter.approvals.values():
            waits = self.person in approval.pending(matter.conflicted, self.now)
            if waits and self.now < approval.expires_at:
                yield self._approval(file, matter, approval)

    def _approval(self, file: MatterFile, matter: Matter, approval: Approval) -> MyApproval:
        acting = (
            None
            if self.person in approval.approvers
            else approval.delegate_of(self.person, self.now)
        )
        card = matter.messages.get(f"card/{approval.id}")
        return MyApproval(
            matter=matter.id, request=approval.id, subject=approval.subject,
            title=self.library.pinned(file, matter).step(approval.step).title,
            target="" if approval.target == "-" else approval.target,
            document=approval.document, expires_at=approval.expires_at,
            high_risk=approval.high_risk, delegable=bool(approval.delegates) and not acting,
            breakable=self.person in approval.break_glass,
            acting_for=self._name(acting) if acting else "",
            channel=(card.channel or "") if card else "", ts=(card.ts or "") if card else "",
        )  # fmt: skip

    def _tasks(self, file: MatterFile, matter: Matter) -> Iterator[MyTask]:
        from breachbook.engine import due

        held = set(matter.roles.get(self.person, ()))
        playbook = self.library.pinned(file, matter)
        for wait in due(matter, playbook, self._reference, self.now).waits:
            if wait.why == "person" and held & set(wait.who):
                step, target = playbook.step(wait.step), wait.target
                yield MyTask(
                    matter=matter.id, step=step.id, target=target, part=part_of(step),
                    title=f"{step.title} ({target})" if target != "-" else step.title,
                    what=what_to_do(matter, step, target),
                    command=command_of(matter, step, target), due_at=wait.until,
                )  # fmt: skip

    def _deadlines(self, file: MatterFile, matter: Matter) -> Iterator[MyDeadline]:
        from breachbook.overview import overdue_ids, running

        late = overdue_ids(matter, self._reference, self.now)
        for record in running(matter):
            if not self._is_mine(matter, record) or record.safe[:10] > self._horizon:
                continue
            is_over = record.state == "missed" or record.id in late
            yield MyDeadline(
                matter=matter.id, id=record.id, title=_title(file, record), rule=record.rule,
                safe=record.safe, legal=record.legal, status=record.status, over=is_over,
                provisional=record.provisional,
                served=record.rule in self.library.law.met_by_service,
            )  # fmt: skip

    def _is_mine(self, matter: Matter, record: DeadlineRecord) -> bool:
        from breachbook.reminders import keeper

        return keeper(matter, self._reference, record) == self.person

    @cached_property
    def _reference(self) -> "Reference":
        return self.library.reference()

    def _holds(self, matter: Matter) -> Iterator[MyHold]:
        """Give what holds, silent ones too, await from the person; nobody else is shown it."""
        for hold in matter.hold_book.every():
            if hold.custodian == self.person and hold.awaits:
                yield MyHold(
                    matter.id, hold.id, hold.issued_at, hold.reply_by, notice=hold.notice,
                    awaits=hold.awaits, steward=hold.role == STEWARD,
                )  # fmt: skip

    def _name(self, person: str) -> str:
        people = self.workspace.people
        return people[person].name if person in people else person


def _title(file: MatterFile, record: DeadlineRecord) -> str:
    try:
        return plain_title(json.loads(file.store.get(record.result)).get("title")) or record.rule
    except StoreError:
        return record.rule
