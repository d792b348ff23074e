"""What a journal says of a matter's deadlines and gates: the fold of those events."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from breachbook.entries import Clearance, DeadlineChange, DeadlineRecord
from breachbook.events import Event, instant

CAUSES = {
    "told-otherwise": "what is told with its fact changed",
    "rule-changed": "the rule changed",
    "calendar-changed": "the court calendar changed",
    "fact-corrected": "its fact was corrected",
    "fact-retracted": "its fact was taken back",
    "no-longer-applies": "it no longer applies",
}
"""Why a deadline was counted anew or fell away, in words."""

RECOUNTED = frozenset({"told-otherwise", "rule-changed", "calendar-changed"})
"""Causes after which the same deadline follows in the next event."""


@dataclass
class DeadlineBook:
    """Deadlines as recorded, what recounts changed, and the gates that counsel cleared.

    Attributes:
        deadlines: By id, ended ones too.
        changes: Oldest first.
        clearances: By gate, those that stand.
    """

    deadlines: dict[str, DeadlineRecord] = field(default_factory=dict)
    changes: list[DeadlineChange] = field(default_factory=list)
    clearances: dict[str, Clearance] = field(default_factory=dict)
    _recounts: dict[str, str] = field(default_factory=dict)

    def apply(self, event: Event) -> None:
        """Take the next event of a deadline or a gate."""
        _FOLD[event.kind](self, event, event.data)

    def _computed(self, event: Event, data: Mapping[str, Any]) -> None:
        known = self.deadlines.get(data["deadline"])
        record = self.deadlines[data["deadline"]] = DeadlineRecord(
            data["deadline"],
            data["rule"],
            data["rule_sha256"],
            data["fact"],
            data["raw"],
            data["legal"],
            data["safe"],
            data["provisional"],
            data["status"],
            data["result"],
            data.get("bound", "latest"),
            data.get("last_moment"),
            tuple(data.get("reminders", ())),
            event.when,
            owner=known.owner if known else None,
            revision=known.revision + 1 if known else 0,
            changed_at=event.when,
        )
        if (cause := self._recounts.pop(record.id, None)) and known:
            self._changed(event, known, cause, record)

    def _superseded(self, event: Event, data: Mapping[str, Any]) -> None:
        record = self._revised(event, data)
        record.state = "superseded"
        if data["cause"] in RECOUNTED:
            self._recounts[record.id] = data["cause"]
            return
        follower = self.deadlines.get(data.get("by") or "")
        if follower is not None and follower.owner is None:
            follower.owner = record.owner
        self._changed(event, record, data["cause"], follower)

    def _revised(self, event: Event, data: Mapping[str, Any]) -> DeadlineRecord:
        record = self.deadlines[data["deadline"]]
        record.revision, record.changed_at = record.revision + 1, event.when
        return record

    def _changed(
        self, event: Event, before: DeadlineRecord, cause: str, after: DeadlineRecord | None
    ) -> None:
        dates = (after.safe, after.legal) if after else None
        self.changes.append(
            DeadlineChange(
                event.when, before.id, before.rule, cause, (before.safe, before.legal), dates
            )
        )

    def _deadline_done(self, event: Event, data: Mapping[str, Any]) -> None:
        record = self._revised(event, data)
        record.state = event.kind.removeprefix("deadline.")
        record.done_on, record.done_by = data["when"], data.get("fact")
        record.proof = data.get("proof")

    def _deadline_ended(self, event: Event, data: Mapping[str, Any]) -> None:
        self._revised(event, data).state = event.kind.removeprefix("deadline.")

    def _waiver_requested(self, event: Event, data: Mapping[str, Any]) -> None:
        self.deadlines[data["deadline"]].waiver = event.actor.person

    def _deadline_reopened(self, event: Event, data: Mapping[str, Any]) -> None:
        record = self._revised(event, data)
        record.state, record.done_on, record.done_by = "open", None, None
        record.proof, record.waiver = None, None

    def _assigned(self, event: Event, data: Mapping[str, Any]) -> None:
        self.deadlines[data["deadline"]].owner = data["person"]

    def _snoozed(self, event: Event, data: Mapping[str, Any]) -> None:
        self.deadlines[data["deadline"]].snoozed_until = instant(data["until"])

    def _gate_cleared(self, event: Event, data: Mapping[str, Any]) -> None:
        self.clearances[data["gate"]] = Clearance(
            data["gate"],
            data["rule_sha256"],
            data["authority"],
            data["scope"],
            tuple(data.get("steps", ())),
            data.get("until"),
            event.actor.person,
            event.when,
        )

    def _gate_restored(self, event: Event, data: Mapping[str, Any]) -> None:
        self.clearances.pop(data["gate"], None)


_Fold = Callable[[DeadlineBook, Event, Mapping[str, Any]], None]
_FOLD: Mapping[str, _Fold] = {
    "deadline.computed": DeadlineBook._computed,
    "deadline.superseded": DeadlineBook._superseded,
    "deadline.met": DeadlineBook._deadline_done,
    "deadline.late": DeadlineBook._deadline_done,
    "waiver.requested": DeadlineBook._waiver_requested,
    "deadline.waived": DeadlineBook._deadline_ended,
    "deadline.missed": DeadlineBook._deadline_ended,
    "deadline.reopened": DeadlineBook._deadline_reopened,
    "deadline.assigned": DeadlineBook._assigned,
    "deadline.snoozed": DeadlineBook._snoozed,
    "gate.cleared": DeadlineBook._gate_cleared,
    "gate.restored": DeadlineBook._gate_restored,
}
