"""Telling the people of a matter in Slack what happened and what they are asked; a view, never the record."""

import json
from datetime import timedelta
from typing import Any

from breachbook.acts.asking import sentence
from breachbook.agenda import Tell
from breachbook.deadline_book import CAUSES
from breachbook.doers import CONTAINERS
from breachbook.entries import DeadlineChange, DeadlineRecord
from breachbook.errors import EngineError
from breachbook.events import Draft
from breachbook.ladder import ESCALATION
from breachbook.library import Library
from breachbook.matter import Act, Approval, Matter
from breachbook.matter_file import MatterFile
from breachbook.people import seconds
from breachbook.playbook import Playbook, Step
from breachbook.reminders import keeper
from breachbook.slack import cards
from breachbook.slack.client import Posted, SlackClient, Upload
from breachbook.views.deadlines import plain_title
from breachbook.workspace import Workspace


class Teller:
    """Posts a matter's messages, each once under its key."""

    def __init__(
        self, workspace: Workspace, library: Library, file: MatterFile, slack: SlackClient | None
    ) -> None:
        self.workspace = workspace
        self.library = library
        self.file = file
        self._slack = slack

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
        matter = self.file.refresh()
        queued = {"message": item.key, "what": item.what, "about": item.about}
        if not item.again:
            self.file.transact(lambda _: [Draft("message.queued", queued)])
        posted = self._post(matter, item)
        sent = {**queued, "channel": posted.channel, "ts": posted.ts}
        self.file.transact(lambda _: [Draft("message.sent", sent)])

    def _post(self, matter: Matter, item: Tell) -> Posted:
        playbook = self.library.pinned(self.file, matter)
        channel = self._channel(matter)
        if item.what == "card":
            return self._card(matter, playbook, matter.approvals[item.about], channel, item)
        if item.what == "card-update":
            return self._update(matter, playbook, matter.approvals[item.about])
        if item.what == "task" and (act := _started(matter, item.about)) is not None:
            task = self._task(matter, playbook, item.about, act)
            return self._once(channel, item, cards.task_blocks(task), cards.task_text(task))
        note = cards.Note(
            matter=matter.id, text=self._text(matter, playbook, item), example=matter.example
        )
        return self._once(channel, item, cards.note_blocks(note), cards.note_text(note))

    def _once(
        self, channel: str, item: Tell, blocks: Any, text: str, files: list[Upload] | None = None
    ) -> Posted:
        return self.slack.post_once(
            channel, item.key, blocks, text, files or [], attempted=item.again
        )

    def _channel(self, matter: Matter) -> str:
        opened = matter.messages.get("opened")
        if opened is not None and opened.channel is not None:
            return opened.channel
        people = [
            self.workspace.people[p]
            for p in matter.roles
            if p in self.workspace.people and p not in matter.conflicted
        ]
        users = [p.slack.user_id for p in people if p.slack and p.id != matter.report["reporter"]]
        return self.slack.create_channel(
            f"breach-{matter.id.lower()}", f"{matter.id}: restricted to its people", users
        )

    def _text(self, matter: Matter, playbook: Playbook, item: Tell) -> str:
        if item.what == "opened":
            report = self.file.values.get(matter.report["report"], {})
            return f"{matter.id} is open: {report.get('title', '')}. Playbook: {playbook.title}."
        if item.what == "approval-reminder":
            approval = matter.approvals[item.about.partition("|")[0]]
            return f"{approval.id} still waits for a decision; it expires at {approval.expires_at:%Y-%m-%d %H:%M} UTC."
        if item.what in ("deadline-reminder", "deadline-escalation"):
            return self._deadline_text(matter, matter.deadlines[item.about], item)
        if item.what == "deadline-change":
            return _change_text(matter.book.changes[int(item.about)])
        step, _, target = item.about.partition("|")
        if item.what == "task":
            return f"{playbook.step(step).title} ({step}/{target}): done before it was asked for here."
        act = self._act(matter, step, target, item.key)
        reason = self.file.values.get(act.reason, "") if act.reason else ""
        return f"{playbook.step(step).title} ({step}/{target}): {act.state}, {act.outcome}. {reason}".strip()

    def _deadline_text(self, matter: Matter, record: DeadlineRecord, item: Tell) -> str:
        title = plain_title(json.loads(self.file.store.get(record.result)).get("title"))
        reference = self.library.reference()
        whom = [keeper(matter, reference, record)]
        if item.what == "deadline-escalation":
            whom += [
                person
                for person in reference.people.with_any(ESCALATION)
                if matter.sees(person) and person not in whom
            ]
        names = ", ".join(reference.people[person].name for person in whom if person)
        rung = item.key.rpartition("/")[2]
        state = {
            "overdue": "the day to plan on is over",
            "missed": "the legal end has passed and nothing is recorded as done",
        }.get(rung, f"{rung} before the day to plan on")
        return (
            f"Deadline {title or record.rule} ({record.id}): {state}. Plan on {record.safe}; the law allows until"
            f" {record.legal or 'a date not yet certain'}. Rule {record.rule}, {record.status}."
            f" For: {names or 'nobody'}."
        )

    def _act(self, matter: Matter, step: str, target: str, key: str) -> Act:
        acts = matter.instance(step, target).acts
        name = key.split("/")[4]
        return acts[name]

    def _task(self, matter: Matter, playbook: Playbook, about: str, act: Act) -> cards.Task:
        name, _, target = about.partition("|")
        step = playbook.step(name)
        where = f"{name}/{target}".removesuffix("/-")
        what, command = _task_text(matter, step, where, target)
        due = act.started_at + timedelta(seconds=seconds(step.within)) if step.within else None
        return cards.Task(
            matter=matter.id, title=step.title, what=what, command=command, due_at=due,
            person=self._person(matter, step), example=matter.example,
        )  # fmt: skip

    def _person(self, matter: Matter, step: Step) -> cards.Approver | None:
        roles = (step.serve.by if step.serve else step.who) or CONTAINERS
        found = [
            p
            for p in self.workspace.people.with_any(roles)
            if p in matter.roles and p not in matter.conflicted
        ]
        if not found:
            return None
        person = self.workspace.people[found[0]]
        return cards.Approver(person.name, person.slack.user_id if person.slack else "")

    def _card(
        self, matter: Matter, playbook: Playbook, approval: Approval, channel: str, item: Tell
    ) -> Posted:
        card = self._card_of(matter, playbook, approval)
        document = matter.documents[approval.document]
        files = [
            Upload(name, self.file.store.get(sha))
            for name, sha in document.files.items()
            if name.endswith((".pdf", ".docx"))
        ]
        return self._once(channel, item, cards.card_blocks(card), cards.card_text(card), files)

    def _update(self, matter: Matter, playbook: Playbook, approval: Approval) -> Posted:
        sent = matter.messages.get(f"card/{approval.id}")
        if sent is None or sent.channel is None or sent.ts is None:
            raise EngineError(f"slack: the card of {approval.id} is not posted yet")
        posted = Posted(sent.channel, sent.ts)
        card = self._card_of(matter, playbook, approval)
        self.slack.update(posted, cards.card_blocks(card), cards.card_text(card))
        return posted

    def _card_of(self, matter: Matter, playbook: Playbook, approval: Approval) -> cards.Card:
        step = playbook.step(approval.step)
        document = matter.documents[approval.document]
        manifest = json.loads(self.file.store.get(approval.subject))
        return cards.Card(
            request_id=approval.id, subject_sha256=approval.subject, matter=matter.id, title=step.title,
            what=sentence(step, document, manifest["recipients"]), why=step.why, undo=step.undo,
            recipients=tuple(_recipient(row) for row in manifest["recipients"]),
            documents=tuple(cards.Document(name, sha) for name, sha in document.files.items()),
            approvers=tuple(self._approver(p) for p in approval.approvers),
            still_needed=approval.still_needed,
            decisions=tuple(
                cards.Decided(
                    self._approver(d.person).name, d.at, d.decision,
                    self.file.values.get(d.comment, "") if d.comment else "",
                )
                for d in approval.decisions
            ),
            expires_at=approval.expires_at, on_expiry=approval.on_expiry, status=self._status(approval),
            status_detail=", ".join(approval.changed), example=matter.example,
        )  # fmt: skip

    def _status(self, approval: Approval) -> Any:
        return approval.state

    def _approver(self, person: str) -> cards.Approver:
        if person not in self.workspace.people:
            return cards.Approver(person)
        row = self.workspace.people[person]
        return cards.Approver(row.name, row.slack.user_id if row.slack else "")


def _change_text(change: DeadlineChange) -> str:
    before, after = change.before, change.after
    moved = (
        f"now plan on {after[0]}, legal end {after[1] or 'not yet certain'}"
        if after
        else "it is gone"
    )
    return (
        f"Deadline {change.rule} ({change.deadline}): {CAUSES[change.cause]}. Before: plan on {before[0]},"
        f" legal end {before[1] or 'not yet certain'}; {moved}."
    )


def _started(matter: Matter, about: str) -> Act | None:
    step, _, target = about.partition("|")
    return next(
        (act for act in matter.instance(step, target).acts.values() if act.state == "started"),
        None,
    )


def _recipient(row: dict[str, Any]) -> cards.Recipient:
    name = str(row.get("name") or row.get("title") or row.get("id"))
    parts = [row.get("address_local") or row.get("address"), row.get("email"), row.get("system")]
    return cards.Recipient(name, "; ".join(str(part) for part in parts if part))


def _task_text(matter: Matter, step: Step, where: str, target: str) -> tuple[str, str]:
    if step.kind == "ask":
        questions = "\n".join(
            f"{q.id}: {q.ask} [{', '.join(q.allowed) or q.type}]" for q in step.questions
        )
        names = " ".join(f"{q.id}=..." for q in step.questions if not q.optional)
        return questions, f"breachbook answer {matter.id} {where} {names}"
    if step.kind == "contain":
        return (
            f"Do {step.title} as approved, following its plan.",
            f"breachbook done {matter.id} {where} --proof PATH",
        )
    if step.kind == "assign":
        return step.instructions, f"breachbook done {matter.id} {where} --proof PATH"
    method = step.serve.method if step.serve else ""
    document = matter.instance(step.id, target).document
    return (
        f"Serve {document} as approved, by {method}; its files are in documents/{document}.",
        f"breachbook served {matter.id} {document} --method {method} --on WHEN --proof PATH",
    )
