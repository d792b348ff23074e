"""A matter: the fold of its journal and nothing else.

`Matter.apply` takes one event after another; it reads results and never recounts them. Whoever
holds a `Matter` treats it as read-only: only the journal's next event changes it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from breachbook import consent_book, exhibit_book, hold_book
from breachbook.anchor_book import Growth
from breachbook.consent_book import ConsentBook
from breachbook.deadline_book import DeadlineBook
from breachbook.entries import (
    Act,
    Approval,
    Commitment,
    DeadlineRecord,
    Decision,
    Delegation,
    Document,
    Fact,
    Instance,
    Message,
    Party,
    Stage,
    read_when,
)
from breachbook.events import FIRST_PREV, Event, instant
from breachbook.exhibit_book import Exhibit, ExhibitBook
from breachbook.hold_book import Hold, HoldBook

__all__ = [
    "Act",
    "Approval",
    "Commitment",
    "DeadlineRecord",
    "Decision",
    "Document",
    "Exhibit",
    "Fact",
    "Hold",
    "Instance",
    "Matter",
    "Message",
    "Party",
    "fold",
    "read_when",
]


class Matter:
    """The state of one matter after the events applied so far."""

    def __init__(self) -> None:
        self.id = ""
        self.seq = 0
        self.head = FIRST_PREV
        self.opened_at: datetime | None = None
        self.last_at: datetime | None = None
        self.example = False
        self.open = False
        self.report: Mapping[str, Any] = {}
        self.roles: dict[str, tuple[str, ...]] = {}
        self.removed: set[str] = set()
        self.conflicted: set[str] = set()
        self.parties: dict[str, Party] = {}
        self.facts: dict[str, Fact] = {}
        self.ended_facts: dict[str, str] = {}
        self.playbook: tuple[str, str] | None = None
        self.steps: dict[tuple[str, str], Instance] = {}
        self.approvals: dict[str, Approval] = {}
        self.documents: dict[str, Document] = {}
        self.evidence = ExhibitBook()
        self.hold_book = HoldBook()
        self.consents = ConsentBook()
        self.dockets: tuple[str, ...] = ()
        self.book = DeadlineBook()
        self.messages: dict[str, Message] = {}
        self.notes: list[tuple[str, str, datetime, Commitment]] = []
        self.erased: set[str] = set()
        self.growth = Growth()
        self._counts: dict[str, int] = {}

    @property
    def deadlines(self) -> dict[str, DeadlineRecord]:
        """Give the deadlines recorded so far, by id."""
        return self.book.deadlines

    @property
    def channel(self) -> str | None:
        """Give the id of its channel in Slack; None before the first message is there."""
        opened = self.messages.get("opened")
        return opened.channel if opened else None

    @property
    def exhibits(self) -> dict[str, Exhibit]:
        """Give the exhibits sealed so far, by id; destroyed ones too."""
        return self.evidence.exhibits

    @property
    def holds(self) -> dict[tuple[str, str], Hold]:
        """Give the legal holds by (hold, person); released ones too, silent ones never."""
        return self.hold_book.holds

    def number(self, prefix: str) -> str:
        """Give the next free id with a prefix: ``F1``, ``D4``, ``E2``; none is used twice."""
        return f"{prefix}{self._counts.get(prefix, 0) + 1}"

    def instance(self, step: str, target: str) -> Instance:
        """Give one step instance as it stands; an untouched one is in round 1 with no acts."""
        return self.steps.get((step, target)) or Instance(step, target)

    def sees(self, person: str) -> bool:
        """Say whether a person may see the matter: on it, not conflicted, and more than the one who reported it."""
        return person not in self.conflicted and bool({*self.roles.get(person, ())} - {"reporter"})

    def apply(self, event: Event) -> None:
        """Take the next event."""
        self.seq, self.head, self.last_at = event.seq, event.hash, event.when
        _FOLD[event.kind](self, event, event.data)
        self.growth.take(event)

    def _count(self, prefix: str) -> None:
        self._counts[prefix] = self._counts.get(prefix, 0) + 1

    def _opened(self, event: Event, data: Mapping[str, Any]) -> None:
        self.id, self.example, self.open = data["matter"], data["example"], True
        self.opened_at = event.when
        self.report = data
        self.conflicted.update(data["suspects"])

    def _closed(self, event: Event, data: Mapping[str, Any]) -> None:
        self.open = False

    def _reopened(self, event: Event, data: Mapping[str, Any]) -> None:
        self.open = True

    def _fact(self, event: Event, data: Mapping[str, Any]) -> None:
        self._count("F")
        corrects = data.get("corrects")
        if corrects:
            self.ended_facts[corrects] = data["fact"]
            self.facts.pop(corrects, None)
        self.facts[data["fact"]] = Fact(
            data["fact"],
            data["fact_kind"],
            read_when(data["when"]),
            data["about"],
            data.get("proof"),
            event.actor.person,
            event.hash,
            data.get("options", {}),
            corrects,
        )

    def _fact_retracted(self, event: Event, data: Mapping[str, Any]) -> None:
        self.ended_facts[data["fact"]] = ""
        self.facts.pop(data["fact"], None)

    def _people_added(self, event: Event, data: Mapping[str, Any]) -> None:
        self.roles[data["person"]] = tuple(data["roles"])
        self.removed.discard(data["person"])

    def _people_removed(self, event: Event, data: Mapping[str, Any]) -> None:
        self.roles.pop(data["person"], None)
        self.removed.add(data["person"])

    def _people_conflicted(self, event: Event, data: Mapping[str, Any]) -> None:
        self.conflicted.add(data["person"])

    def _party(self, event: Event, data: Mapping[str, Any]) -> None:
        self.parties[data["party"]] = Party(
            data["party"],
            data["role"],
            data["place"],
            data["language"],
            data["details"],
            event.actor.person,
        )

    def _playbook(self, event: Event, data: Mapping[str, Any]) -> None:
        self.playbook = (data["playbook"], data["sha256"])

    def _own_instance(self, data: Mapping[str, Any]) -> Instance:
        key = (data["step"], data["target"])
        return self.steps.setdefault(key, Instance(*key))

    def _started(self, event: Event, data: Mapping[str, Any]) -> None:
        if data["act"] == "acquire":
            self._begin_exhibit((data["step"], data["target"], data["round"]))
        self._own_instance(data).acts[data["act"]] = Act(
            data["act"],
            data["key"],
            "started",
            event.when,
            data.get("subject"),
            bool(data.get("repeatable")),
        )

    def _begin_exhibit(self, instance: tuple[str, str, int]) -> None:
        # A preservation that is done again under its claim finds the exhibit it began.
        if instance not in self.evidence.begun:
            self.evidence.begun[instance] = self.number("E")
            self._count("E")

    def _ended(self, event: Event, data: Mapping[str, Any]) -> None:
        instance = self._own_instance(data)
        if data["round"] != instance.round:
            return  # it ended after a restart: recorded, and nothing of the new round
        act = instance.acts.get(data["act"])
        if act is None:
            act = instance.acts[data["act"]] = Act(data["act"], data["key"], "started", event.when)
        act.state = event.kind.removeprefix("step.")
        act.ended_at, act.outcome, act.reason = event.when, data["outcome"], data.get("reason")
        act.ended_by = event.actor.person
        if act.state != "finished":
            return
        if "answers" in data:
            instance.answers = dict(data["answers"])
            instance.answered_by = event.actor.person
        instance.result = data.get("result", instance.result)
        self.dockets = tuple(dict.fromkeys((*self.dockets, *data.get("dockets", ()))))
        instance.finished_at = event.when

    def _verified(self, event: Event, data: Mapping[str, Any]) -> None:
        instance = self._own_instance(data)
        act = instance.acts.get(data["act"])
        if act is None or data["round"] != instance.round:
            return
        if data["effect"] == "not-taken":
            act.state, act.outcome, act.ended_at = "failed", "not-taken", event.when
        elif data["effect"] == "took":
            act.state, act.outcome, act.ended_at = "finished", "verified", event.when
            instance.finished_at = event.when
            if data["act"] == "issue":
                self._issued_after_all(instance, event)

    def _issued_after_all(self, instance: Instance, event: Event) -> None:
        step, custodian = instance.step, instance.target
        document = self.documents.get(instance.document or "")
        hold = self.hold_book.of_step(step, custodian, instance.round)
        self.hold_book.verified(hold, custodian, event.when, document.pdf if document else "")

    def _restarted(self, event: Event, data: Mapping[str, Any]) -> None:
        old = self._own_instance(data)
        self.steps[old.step, old.target] = Instance(old.step, old.target, data["round"])

    def _skipped(self, event: Event, data: Mapping[str, Any]) -> None:
        self._own_instance(data).skipped = True

    def _requested(self, event: Event, data: Mapping[str, Any]) -> None:
        self._count("A")
        self.approvals[data["request"]] = Approval(
            data["request"],
            data["subject"],
            data["step"],
            data["target"],
            data["round"],
            data["document"],
            data["inputs"],
            tuple(data["approvers"]),
            data["quorum"],
            instant(data["expires_at"]),
            instant(data["not_after"]),
            data["on_expiry"],
            event.when,
            tuple(data.get("authors", ())),
            tuple(data.get("excluded", ())),
            data.get("escalated_from"),
            stages=_stages(data),
            high_risk=bool(data.get("high_risk")),
            urgent=bool(data.get("urgent")),
            delegates=tuple(data.get("delegation", {}).get("to", ())),
            delegate_seconds=data.get("delegation", {}).get("seconds", 0),
            break_glass=tuple(data.get("break_glass", ())),
        )

    def _delegated(self, event: Event, data: Mapping[str, Any]) -> None:
        self.approvals[data["request"]].delegations.append(
            Delegation(data["from"], data["to"], instant(data["until"]))
        )

    def _forced(self, event: Event, data: Mapping[str, Any]) -> None:
        approval = self.approvals[data["request"]]
        approval.state, approval.ended_at = "approved", event.when
        approval.forced_by = event.actor.person

    def _decided(self, event: Event, data: Mapping[str, Any]) -> None:
        approval = self.approvals[data["request"]]
        approval.decisions.append(
            Decision(
                event.actor.person,
                data["decision"],
                event.when,
                data.get("comment"),
                event.actor.acting_for,
            )
        )
        if data["decision"] != "approve":
            approval.state = "refused" if data["decision"] == "reject" else "changes-requested"
            approval.ended_at = event.when
        elif approval.stage is None:
            approval.state, approval.ended_at = "approved", event.when

    def _expired(self, event: Event, data: Mapping[str, Any]) -> None:
        approval = self.approvals[data["request"]]
        approval.state, approval.ended_at = "expired", event.when

    def _voided(self, event: Event, data: Mapping[str, Any]) -> None:
        approval = self.approvals[data["request"]]
        approval.state, approval.ended_at = "voided", event.when
        approval.changed = tuple(data.get("changed", ()))

    def _drafted(self, event: Event, data: Mapping[str, Any]) -> None:
        self._count("D")
        instance = self._own_instance(data)
        if data["round"] == instance.round:
            instance.document = data["document"]
        self.documents[data["document"]] = Document(
            data["document"],
            data["step"],
            data["target"],
            data["round"],
            data["version"],
            data["files"],
            data["inputs"],
            data["inputs_sha256"],
            tuple(data["authors"]),
            data.get("notice", ""),
            data.get("language", ""),
            data.get("party"),
            event.when,
            form=data.get("form", ""),
            template=data.get("template"),
            replaces=data.get("replaces"),
            edit=data.get("edit"),
        )

    def _served(self, event: Event, data: Mapping[str, Any]) -> None:
        self.documents[data["document"]].served = data

    def _of_evidence(self, event: Event, data: Mapping[str, Any]) -> None:
        if prefix := _NUMBERED.get(event.kind):
            self._count(prefix)
        self.evidence.apply(event)
        if "consent" in data:
            self.consents.use(data["consent"])

    def _of_hold(self, event: Event, data: Mapping[str, Any]) -> None:
        self.hold_book.apply(event)
        if "consent" in data:
            self.consents.use(data["consent"])

    def _of_consent(self, event: Event, data: Mapping[str, Any]) -> None:
        if event.kind == "consent.asked":
            self._count(data["consent"][0])
        self.consents.apply(event)

    def _of_docket(self, event: Event, data: Mapping[str, Any]) -> None:
        self.book.apply(event)

    def _queued(self, event: Event, data: Mapping[str, Any]) -> None:
        self.messages.setdefault(
            data["message"], Message(data["message"], data["what"], data.get("about"))
        )

    def _sent(self, event: Event, data: Mapping[str, Any]) -> None:
        first = self.messages.get(data["message"])
        sent_at = first.sent_at if first and first.sent_at else event.when
        self.messages[data["message"]] = Message(
            data["message"], data["what"], data.get("about"), data["channel"], data["ts"], sent_at
        )
        if data["what"] == "hold-notice":
            self.hold_book.delivered(data["about"], event.when)

    def _note(self, event: Event, data: Mapping[str, Any]) -> None:
        self._count("N")
        self.notes.append((data["note"], event.actor.person, event.when, data["text"]))

    def _erased(self, event: Event, data: Mapping[str, Any]) -> None:
        self.erased.add(data["commitment"])

    def _nothing(self, event: Event, data: Mapping[str, Any]) -> None:
        """Take an event that is a record only and changes nothing that is decided from."""


def _stages(data: Mapping[str, Any]) -> tuple[Stage, ...]:
    """Read the stages of a request; one without any is a single stage."""
    if "stages" not in data:
        return (Stage(tuple(data["approvers"]), data["quorum"]),)
    return tuple(
        Stage(
            tuple(stage["approvers"]),
            stage["quorum"],
            tuple(tuple(group) for group in stage.get("groups", ())),
        )
        for stage in data["stages"]
    )


_NUMBERED = {
    "exhibit.begun": "E",
    "custody.entered": "C",
    "undertaking.recorded": "U",
    "anchor.made": "K",
}

_FOLD = {
    "matter.opened": Matter._opened,
    "matter.closed": Matter._closed,
    "matter.reopened": Matter._reopened,
    "fact.recorded": Matter._fact,
    "fact.corrected": Matter._fact,
    "fact.retracted": Matter._fact_retracted,
    "people.added": Matter._people_added,
    "people.removed": Matter._people_removed,
    "people.conflicted": Matter._people_conflicted,
    "party.recorded": Matter._party,
    "playbook.chosen": Matter._playbook,
    "step.started": Matter._started,
    "step.finished": Matter._ended,
    "step.failed": Matter._ended,
    "step.uncertain": Matter._ended,
    "step.undone": Matter._ended,
    "step.halted": Matter._ended,
    "step.verified": Matter._verified,
    "step.restarted": Matter._restarted,
    "step.skipped": Matter._skipped,
    "approval.requested": Matter._requested,
    "approval.delegated": Matter._delegated,
    "approval.forced": Matter._forced,
    "approval.decided": Matter._decided,
    "approval.refused": Matter._nothing,
    "approval.expired": Matter._expired,
    "approval.voided": Matter._voided,
    "document.drafted": Matter._drafted,
    "document.served": Matter._served,
    **dict.fromkeys(exhibit_book.KINDS, Matter._of_evidence),
    **dict.fromkeys(hold_book.KINDS, Matter._of_hold),
    **dict.fromkeys(consent_book.KINDS, Matter._of_consent),
    "deadline.computed": Matter._of_docket,
    "deadline.superseded": Matter._of_docket,
    "deadline.met": Matter._of_docket,
    "deadline.late": Matter._of_docket,
    "waiver.requested": Matter._of_docket,
    "deadline.waived": Matter._of_docket,
    "deadline.missed": Matter._of_docket,
    "deadline.reopened": Matter._of_docket,
    "deadline.assigned": Matter._of_docket,
    "deadline.snoozed": Matter._of_docket,
    "gate.cleared": Matter._of_docket,
    "gate.restored": Matter._of_docket,
    "message.queued": Matter._queued,
    "message.sent": Matter._sent,
    "access.recorded": Matter._nothing,
    "export.made": Matter._nothing,
    "value.erased": Matter._erased,
    "note.added": Matter._note,
    "tail.cut": Matter._nothing,
}


def fold(events: Iterable[Event]) -> Matter:
    """Replay a journal into the matter it records."""
    matter = Matter()
    for event in events:
        matter.apply(event)
    return matter
