"""What the desk records and reads of matters besides decisions, each for one person and in a few milliseconds."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from breachbook import (
    consents,
    deadline_records,
    decisions,
    holds,
    intake,
    records,
    rows,
    serving,
    steps,
    tasks,
)
from breachbook.agreement import is_open
from breachbook.approvals import CAUSES, judge_break_glass, judge_delegation
from breachbook.consent_book import WHAT
from breachbook.doers import doers
from breachbook.errors import UsageError
from breachbook.events import Actor
from breachbook.layout import MATTER_ID
from breachbook.library import Library
from breachbook.matter import Approval, DeadlineRecord, Matter
from breachbook.matter_file import MatterFile
from breachbook.people import Person
from breachbook.slack.task_form import Part
from breachbook.source import Source
from breachbook.views.deadlines import complete, plain_title
from breachbook.views.matter import status_view
from breachbook.workspace import Workspace
from breachbook.workspace_files import Report

NOT_YOURS = "there is no such matter, or it is not yours to see"
_SILENT = frozenset({"custodian", "executive"})
_LISTED = 20
_ONE_MORE = "One more counsel must agree too."
_BOTH = "Two counsel have agreed: it can be done now."
_BY_HAND = ("ask", "assign", "contain", "notice")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of something a person asked for; `text` is for them."""

    outcome: Literal["recorded", "repeated", "refused"]
    text: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A running deadline as a form shows it to somebody who may see it."""

    record: DeadlineRecord
    title: str
    person: Person


class Matters:
    """Everything is judged anew when it is called; who may not see a matter learns nothing of it.

    Args:
        wake: Told of a matter whose journal grew; does not wait.
    """

    def __init__(
        self, workspace: Workspace, library: Library, wake: Callable[[str], object]
    ) -> None:
        self.workspace = workspace
        self.library = library
        self._wake = wake

    def person(self, person: str) -> Person:
        """Give the row of somebody known."""
        return self.workspace.people[person]

    def delegates(
        self, request: str, person: str, at: datetime
    ) -> tuple[Sequence[Person], datetime] | None:
        """List to whom a person may hand their decision, and until when at most; None if to nobody."""
        found = self._approval(request)
        if found is None:
            return None
        matter, approval = found
        soon = at + timedelta(seconds=1)
        if judge_delegation(matter, request, person, "", soon, at).cause != "not-a-delegate":
            return None
        free = [p for p in approval.delegates if p in matter.roles and p not in matter.conflicted]
        known = [self.workspace.people[p] for p in free if p in self.workspace.people]
        return known, at + timedelta(seconds=approval.delegate_seconds)

    def may_break_glass(self, request: str, person: str, at: datetime) -> bool:
        """Tell whether a person may approve a request alone."""
        found = self._approval(request)
        if found is None:
            return False
        verdict = judge_break_glass(found[0], request, person, found[0].id, at)
        return verdict.outcome == "recorded"

    def delegate(
        self, request: str, person: str, to: str, until: datetime, reason: str, at: datetime
    ) -> Outcome:
        """Hand a decision over, or record that it may not be."""
        return self._decided(
            decisions.delegate(
                self.workspace, request, actor=Actor(person, "slack"), to=to, until=until,
                reason=reason or None, received_at=at,
            )
        )  # fmt: skip

    def break_glass(
        self, request: str, person: str, reason: str, confirmed: str, at: datetime
    ) -> Outcome:
        """Approve alone, or record that it may not be."""
        return self._decided(
            decisions.break_glass(
                self.workspace, request, actor=Actor(person, "slack"), reason=reason,
                confirmed=confirmed, received_at=at,
            )
        )  # fmt: skip

    def acknowledge(self, matter: str, hold: str, person: str, notice: str = "") -> Outcome:
        """Acknowledge exactly the notice of a legal hold that was read."""
        if self._file(matter) is None:
            return Outcome("refused", holds.NOT_YOURS)
        told = holds.acknowledge(
            self.workspace, matter, hold, actor=Actor(person, "slack"), notice=notice
        )
        if told.outcome == "recorded":
            self.woken(matter)
        return Outcome(told.outcome, told.text)

    def agree(self, matter: str, consent: str, person: str) -> Outcome:
        """Agree, as counsel, to what two counsel are asked.

        Raises:
            BreachbookError: Who asks may not, or nothing is to be agreed to any more.
        """
        file = self._file(matter)
        state = file.refresh() if file else None
        if file is None or state is None or not state.sees(person):
            return Outcome("refused", NOT_YOURS)
        consents.give(file, Actor(person, "slack"), consent)
        self.woken(matter)
        found = file.refresh().consents.consents[consent]
        what = f"You agreed to {WHAT[found.what]} ({found.about.replace('|', ', ')})."
        lacks = is_open(file.refresh(), found)
        return Outcome("recorded", f"{what} {_ONE_MORE if lacks else _BOTH}")

    def deadline(self, matter: str, deadline: str, person: str) -> Deadline | str:
        """Give a running deadline of an open matter, or why a person cannot act on it."""
        file = self._file(matter)
        state = file.refresh() if file else None
        if file is None or state is None or not state.sees(person):
            return NOT_YOURS
        if not state.open:
            return CAUSES["closed"]
        record = state.deadlines.get(deadline)
        if record is None or record.state not in ("open", "missed"):
            return "this deadline does not run any more; nothing is to be recorded"
        return Deadline(record, self._title(file, record), self.person(person))

    def done(
        self, matter: str, deadline: str, person: str, when: str, note: str, *, service: bool
    ) -> Outcome:
        """Record that what a deadline asks for was done, or served, on a day."""
        found = self.deadline(matter, deadline, person)
        if isinstance(found, str):
            return Outcome("refused", found)
        file, actor = self.workspace.matter(matter), Actor(person, "slack")
        deadline_records.done(file, actor, deadline, when, None)
        said = f"{deadline}: {'served' if service else 'done'} on {when}."
        if note or service:
            records.note(file, actor, f"{said} {note}".strip())
        self.woken(matter)
        return Outcome("recorded", said)

    def part(self, matter: str, step: str, target: str, person: str) -> Part | str:
        """Give what waits for somebody who may see the matter in a step, or why nothing does."""
        file = self._file(matter)
        state = file.refresh() if file else None
        if file is None or state is None or not state.sees(person):
            return NOT_YOURS
        if not state.open:
            return CAUSES["closed"]
        where = f"{step}/{target}"
        found, instance, act = steps.open_act(state, self.library, file, where, _BY_HAND)
        by = doers(found, target, act.name, self.library.reference())
        records.may(state, Actor(person, "slack"), by, f"{found.title} ({where})")
        return Part(
            matter=matter, step=step, target=target, kind=tasks.part_of(found), title=found.title,
            what=tasks.what_to_do(state, found, target), questions=found.questions,
            needs_proof=found.proof or found.kind == "contain", document=instance.document or "",
        )  # fmt: skip

    def answer(
        self, matter: str, step: str, target: str, person: str, given: Mapping[str, str]
    ) -> None:
        """Record answers to a step's questions; see `steps.answer`."""
        file, where = self.workspace.matter(matter), f"{step}/{target}"
        steps.answer(file, self.library, Actor(person, "slack"), where, given)
        self.woken(matter)

    def did(self, matter: str, step: str, target: str, person: str, statement: str) -> None:
        """Record that a step was done by hand, with a person's statement as its proof if there is one."""
        file, where = self.workspace.matter(matter), f"{step}/{target}"
        proof = self.statement(person, statement) if statement else None
        steps.done(file, self.library, Actor(person, "slack"), where, proof)
        self.woken(matter)

    def served(self, matter: str, document: str, person: str, when: str, statement: str) -> None:
        """Record that a document was served as approved, with a person's statement as the proof."""
        file = self.workspace.matter(matter)
        state = file.refresh()
        step = self.library.pinned(file, state).step(state.documents[document].step)
        assert step.serve is not None
        proof = self.statement(
            person, f"{document} served by {step.serve.method} at {when}.\n{statement}"
        )
        actor = Actor(person, "slack")
        serving.served(file, self.library, actor, document, step.serve.method, when, proof)
        self.woken(matter)

    def statement(self, person: str, text: str) -> bytes:
        """Write down what a person stated as a proof, with who and when."""
        row, at = self.person(person), self.workspace.now().isoformat(timespec="seconds")
        return f"Statement of {row.name} ({person}), given in Slack at {at}\n\n{text}\n".encode()

    def snooze(self, matter: str, deadline: str, person: str, until: datetime) -> Outcome:
        """Send no reminder of a deadline until a moment, never past the day to plan on."""
        found = self.deadline(matter, deadline, person)
        if isinstance(found, str):
            return Outcome("refused", found)
        if found.record.snoozed_until == until:
            return Outcome("repeated", "already snoozed until then")
        file = self.workspace.matter(matter)
        now = self.workspace.now()
        deadline_records.snooze(file, Actor(person, "slack"), deadline, until, now)
        self.woken(matter)
        return Outcome("recorded", "snoozed")

    def may_report(self, person: str) -> bool:
        """Tell whether a person may report a leak: whoever is more than a custodian or is only told."""
        return bool(set(self.person(person).roles) - _SILENT)

    def check(self, report: Mapping[str, Any]) -> Report:
        """Check a report as a file of it would be.

        Raises:
            ContentError: With every problem; its keys are the report's.
        """
        return intake.check_report(self.workspace, self.library, Source("the form", dict(report)))

    def file_report(
        self,
        report: Mapping[str, Any],
        person: str,
        attachments: Sequence[Path],
        unreadable: Sequence[str],
    ) -> intake.Opened:
        """Open a matter from a checked report, or find the one that it opened.

        Raises:
            BreachbookError: Nothing was written.
        """
        opened = intake.open_matter(
            self.workspace, self.library, Source("the form", dict(report)), Actor(person, "slack"),
            attachments, unreadable=unreadable,
        )  # fmt: skip
        self.woken(opened.matter)
        return opened

    def status(self, matter: str, person: str) -> dict[str, Any] | None:
        """Give what somebody may know of a matter in any channel; None if nothing."""
        file = self._file(matter)
        state = file.refresh() if file else None
        if file is None or state is None:
            return None
        if person != state.report["reporter"] and not state.sees(person):
            return None
        return status_view(file, state)

    def statuses(self, person: str) -> list[dict[str, Any]]:
        """Give the same of every matter a person reported or is on, the newest twenty."""
        found: list[dict[str, Any]] = []
        mark = re.compile(rb'"reporter":"' + re.escape(person.encode()) + b'"')
        for row in reversed(rows.current(self.workspace.root)):
            if row["state"] == "damaged":
                continue
            if person not in row["people"] and not self._opened_by(row["matter"], mark):
                continue
            if view := self.status(row["matter"], person):
                found.append(view)
            if len(found) == _LISTED:
                break
        return found

    def sees(self, matter: str, person: str) -> Matter | None:
        """Give a matter to somebody who may see it, else None."""
        file = self._file(matter)
        state = file.refresh() if file else None
        return state if state is not None and state.sees(person) else None

    def woken(self, matter: str) -> None:
        """Tell the engine without waiting for it."""
        self._wake(matter)

    def _opened_by(self, matter: str, mark: re.Pattern[bytes]) -> bool:
        try:
            with (self.workspace.matters_folder / matter / "journal.jsonl").open("rb") as handle:
                return mark.search(handle.readline()) is not None
        except OSError:
            return False

    def _file(self, matter: str) -> MatterFile | None:
        if not MATTER_ID.fullmatch(matter):
            return None
        try:
            return self.workspace.matter(matter)
        except UsageError:
            return None

    def _approval(self, request: str) -> tuple[Matter, Approval] | None:
        try:
            file = self._file(decisions.matter_of(request))
        except UsageError:
            return None
        state = file.refresh() if file else None
        if state is None or request not in state.approvals:
            return None
        return state, state.approvals[request]

    def _decided(self, told: decisions.Decided) -> Outcome:
        self.woken(told.matter)
        return Outcome(told.outcome, told.text, told.code)

    def _title(self, file: MatterFile, record: DeadlineRecord) -> str:
        row = {"result": record.result, "rule": record.rule}
        return plain_title(complete(file.store, file.folder.name, row).get("title")) or record.rule


def moment(seconds: object) -> datetime | None:
    """Read what a date-and-time field gives: whole seconds since 1970, or nothing usable."""
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None
