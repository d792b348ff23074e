"""What a journal says of a matter's legal holds: the fold of those events.

A hold as a whole is an `Order` with the versions of its terms; what it puts to one person, a custodian
or a data steward, is a `Hold`. Holds that their custodian is not told of are kept apart, so that
whoever lists `holds` cannot show them by accident.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from breachbook.entries import Commitment
from breachbook.events import Event, instant

CUSTODIAN, STEWARD = "custodian", "steward"
RESUME = "resume-retention"
BY_HAND = "by-hand"
TASKS: Mapping[str, str] = {
    "suspend-auto-delete": "suspend every automatic deletion, rotation and expiry",
    "mailbox-hold": "put the mailbox and calendar under a hold of the mail system",
    "device-quarantine": "take the devices out of reuse: no wipe, no reinstallation, no new owner",
    "chat-retention": "keep chats and shared files, disappearing messages included",
    RESUME: "let ordinary retention resume for what the hold covered",
}


@dataclass(frozen=True, slots=True)
class Terms:
    """One version of what a hold covers.

    Attributes:
        version: 1 for the first.
        scope: Commitment to what is to be kept, in words; None where the notice alone says it.
        systems: Ids of the systems concerned.
        since: First day of the material covered, ``YYYY-MM-DD``; empty for material of any age.
        until: Last day; empty while none is set.
        reason: Commitment to why it was changed; None for the first.
    """

    version: int
    at: datetime
    by: str
    scope: Commitment | None = None
    systems: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    reason: Commitment | None = None


@dataclass(slots=True)
class Order:
    """A legal hold as a whole.

    Attributes:
        about: Person or party that a hold put to stewards alone is about; empty for others.
        silent: Whether those concerned are not told.
        terms: Its versions, oldest first.
    """

    id: str
    about: str
    silent: bool
    terms: list[Terms]
    converted_at: datetime | None = None

    @property
    def current(self) -> Terms:
        """Give the version that holds now."""
        return self.terms[-1]


@dataclass(frozen=True, slots=True)
class Past:
    """What became of an earlier version of a notice, or of an earlier delivery of it."""

    version: int
    notice: str
    delivered_at: datetime | None
    acknowledged_at: datetime | None
    answered_at: datetime | None
    answers: Commitment | None


@dataclass(slots=True)
class Task:
    """What a data steward is to do; undone while ``done_at`` is None."""

    asked_at: datetime
    done_at: datetime | None = None
    proof: str = ""


@dataclass(slots=True)
class Hold:
    """What a legal hold puts to one person.

    Attributes:
        state: issued (its notice is not delivered as far as is known), delivered, acknowledged,
            answered, exempt or released.
        reply_by: When it should be acknowledged, or None.
        role: ``custodian``, or ``steward`` for who runs systems that hold the material.
        notice: SHA-256 of the PDF that was delivered or is to be; empty while none stands.
        version: Of the terms that the notice states.
        answers: Commitment to the custodian's answers to the questionnaire.
        tasks: A steward's, by name; those for one custodian carry the id after a slash.
        past: Earlier notices, oldest first.
        exempted_at: Since when nothing is asked of the person; the hold covers what they have all the same.
    """

    id: str
    custodian: str
    state: str
    issued_at: datetime
    reply_by: datetime | None = None
    acknowledged_at: datetime | None = None
    role: str = CUSTODIAN
    notice: str = ""
    document: str = ""
    version: int = 1
    delivered_at: datetime | None = None
    answered_at: datetime | None = None
    answers: Commitment | None = None
    exempted_at: datetime | None = None
    released_at: datetime | None = None
    release_notice: str = ""
    release_consent: str = ""
    tasks: dict[str, Task] = field(default_factory=dict)
    past: list[Past] = field(default_factory=list)

    @property
    def open_tasks(self) -> list[str]:
        """List a steward's tasks that are not done; after the release only to let retention resume."""
        return [
            name
            for name, task in self.tasks.items()
            if task.done_at is None and (self.state != "released" or name.startswith(RESUME))
        ]

    @property
    def awaits(self) -> str:
        """Say what the person has still to do: acknowledgement, answers, tasks, or nothing (empty)."""
        if self.state == "delivered" or (self.state == "issued" and self.notice):
            return "acknowledgement"
        if self.open_tasks and self.state in ("acknowledged", "released"):
            return "tasks"
        return "answers" if self.state == "acknowledged" and self.role == CUSTODIAN else ""

    @property
    def awaits_since(self) -> datetime:
        """Give since when the person has to do it."""
        if self.awaits == "tasks":
            asked = max(self.tasks[name].asked_at for name in self.open_tasks)
            return max(asked, self.acknowledged_at or asked)
        if self.awaits == "answers" and self.acknowledged_at is not None:
            return self.acknowledged_at
        return self.delivered_at or self.issued_at


@dataclass
class HoldBook:
    """Legal holds by (hold, person).

    Attributes:
        holds: Those that everybody of the matter may know of.
        silent: Those put to stewards alone; for counsel and that steward.
        orders: Every hold as a whole, by id, silent ones too.
        added: Hold by (step of the playbook that delivers its notice, custodian), for custodians that
            the report does not name.
    """

    holds: dict[tuple[str, str], Hold] = field(default_factory=dict)
    silent: dict[tuple[str, str], Hold] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    added: dict[tuple[str, str], str] = field(default_factory=dict)

    def apply(self, event: Event) -> None:
        """Take the next event of a hold."""
        _FOLD[event.kind](self, event, event.data)

    def every(self) -> Iterator[Hold]:
        """Give what is put to anybody, silent holds too."""
        yield from self.holds.values()
        yield from self.silent.values()

    def entry(self, hold: str, person: str) -> Hold | None:
        """Give what a hold, silent ones too, puts to a person."""
        return self.holds.get((hold, person)) or self.silent.get((hold, person))

    def stated(self, hold: str) -> Terms | None:
        """Give the terms of a hold that hold now; None before its first notice."""
        order = self.orders.get(hold)
        return order.current if order is not None else None

    def step_of(self, hold: str, custodian: str) -> str:
        """Name the step of the playbook that delivers a hold's notice to a custodian."""
        for (step, person), added in self.added.items():
            if (added, person) == (hold, custodian):
                return step
        return hold.rpartition("-")[0]

    def of(self, hold: str) -> list[Hold]:
        """List what a hold puts to anybody."""
        return [entry for entry in self.every() if entry.id == hold]

    @property
    def stands(self) -> bool:
        """Say whether any hold, silent ones too, is not released: what the matter keeps must be kept."""
        return any(entry.state != "released" for entry in self.every())

    def covers(self, subject: str) -> bool:
        """Say whether an unreleased hold, silent ones too, covers what a person or party has."""
        if any(
            (entry.custodian, entry.role) == (subject, CUSTODIAN) and entry.state != "released"
            for entry in self.every()
        ):
            return True
        if any(
            person == subject and (hold, person) not in self.holds
            for (_, person), hold in self.added.items()
        ):
            return True  # decided, its notice on its way
        return any(
            entry.state != "released"
            for order in self.orders.values()
            if order.silent and order.about == subject
            for entry in self.of(order.id)
        )

    def of_step(self, step: str, person: str, round_: int) -> str:
        """Name the hold that a step's notice to a custodian belongs to; a repeated one stays the same."""
        begun = self.added.get((step, person))
        if begun is not None and (begun, person) not in self.holds:
            return begun
        for (hold, custodian), entry in reversed(self.holds.items()):
            own = hold == begun or re.fullmatch(re.escape(step) + r"-[0-9]+", hold)
            if custodian == person and own and entry.state != "released":
                return hold
        return f"{step}-{round_}"

    def verified(self, hold: str, custodian: str, at: datetime, notice: str) -> None:
        """Take that a delivery was found to have taken place, though its own record was cut off."""
        self._deliver(hold, custodian, at, "breachbook", {"notice": notice})

    def delivered(self, about: str, at: datetime) -> None:
        """Take that a steward's notice was sent: ``HOLD|PERSON``."""
        hold, _, person = about.partition("|")
        entry = self.entry(hold, person)
        if entry is not None and entry.state == "issued":
            entry.state, entry.delivered_at = "delivered", at

    def _renew(self, hold: str, person: str, role: str, at: datetime) -> Hold:
        """Give the entry of a person with nothing yet done under its newest notice."""
        order = self.orders[hold]
        kept = self.silent if order.silent else self.holds
        entry = kept.get((hold, person))
        if entry is not None:
            _put_by(entry)
        if entry is None or entry.released_at is not None:
            past = entry.past if entry is not None else []
            entry = kept[hold, person] = Hold(hold, person, "issued", at, role=role, past=past)
        entry.version, entry.issued_at = order.current.version, at
        return entry

    def _deliver(
        self, hold: str, custodian: str, at: datetime, by: str, data: Mapping[str, Any]
    ) -> Hold:
        if hold not in self.orders:
            self.orders[hold] = Order(hold, "", False, [Terms(1, at, by)])
        entry = self._renew(hold, custodian, CUSTODIAN, at)
        entry.state = "exempt" if entry.exempted_at else "delivered"
        entry.delivered_at = at
        entry.notice, entry.document = data.get("notice", ""), data.get("document", "")
        return entry

    def _issued(self, event: Event, data: Mapping[str, Any]) -> None:
        entry = self._deliver(
            data["hold"], data["custodian"], event.when, event.actor.person, data
        )
        if data.get("message") == BY_HAND and entry.state == "delivered":
            entry.state, entry.delivered_at = "issued", None
        entry.version = data.get("version", entry.version)
        entry.reply_by = _instant(data.get("reply_by"))

    def _ordered(self, event: Event, data: Mapping[str, Any]) -> None:
        entry = self._renew(data["hold"], data["custodian"], STEWARD, event.when)
        entry.notice, entry.reply_by = data["notice"], _instant(data.get("reply_by"))
        entry.tasks |= {name: Task(event.when) for name in data["tasks"]}

    def _placed(self, event: Event, data: Mapping[str, Any]) -> None:
        terms = _terms(1, event, data)
        self.orders[data["hold"]] = Order(data["hold"], data["about"], True, [terms])

    def _added(self, event: Event, data: Mapping[str, Any]) -> None:
        self.added[data["step"], data["custodian"]] = data["hold"]

    def _amended(self, event: Event, data: Mapping[str, Any]) -> None:
        self.orders[data["hold"]].terms.append(_terms(data["version"], event, data))
        for entry in self.of(data["hold"]):
            if entry.state not in ("released", "exempt"):
                _put_by(entry)

    def _converted(self, event: Event, data: Mapping[str, Any]) -> None:
        order = self.orders[data["hold"]]
        order.silent, order.converted_at = False, event.when
        for key in [key for key in self.silent if key[0] == order.id]:
            self.holds[key] = self.silent.pop(key)
        self._added(event, data)

    def _acknowledged(self, event: Event, data: Mapping[str, Any]) -> None:
        entry = self._of(data)
        entry.state, entry.acknowledged_at = "acknowledged", event.when

    def _answered(self, event: Event, data: Mapping[str, Any]) -> None:
        entry = self._of(data)
        entry.state, entry.answered_at, entry.answers = "answered", event.when, data["answers"]

    def _fulfilled(self, event: Event, data: Mapping[str, Any]) -> None:
        task = self._of(data).tasks[data["task"]]
        task.done_at, task.proof = event.when, data["proof"]

    def _exempted(self, event: Event, data: Mapping[str, Any]) -> None:
        entry = self._of(data)
        entry.state, entry.exempted_at = "exempt", event.when

    def _released(self, event: Event, data: Mapping[str, Any]) -> None:
        entry = self._of(data)
        entry.state, entry.released_at = "released", event.when
        entry.release_notice = data.get("notice", "")
        entry.release_consent = data.get("consent", "")
        if not data.get("resumes"):
            return
        if entry.role == STEWARD:
            entry.tasks[RESUME] = Task(event.when)
            return
        for other in self.of(entry.id):
            if other.role == STEWARD and other.state != "released":
                other.tasks[f"{RESUME}/{entry.custodian}"] = Task(event.when)

    def _of(self, data: Mapping[str, Any]) -> Hold:
        found = self.entry(data["hold"], data["custodian"])
        assert found is not None, "an event about what was never put to anybody is not appended"
        return found


def _put_by(entry: Hold) -> None:
    if entry.notice or entry.delivered_at:
        entry.past.append(
            Past(
                entry.version, entry.notice, entry.delivered_at, entry.acknowledged_at,
                entry.answered_at, entry.answers,
            )
        )  # fmt: skip
    entry.state, entry.notice, entry.delivered_at = "issued", "", None
    entry.acknowledged_at, entry.answered_at, entry.answers = None, None, None
    entry.reply_by = None


def _terms(version: int, event: Event, data: Mapping[str, Any]) -> Terms:
    return Terms(
        version,
        event.when,
        event.actor.person,
        data["scope"],
        tuple(data.get("systems", ())),
        data.get("since", ""),
        data.get("until", ""),
        data.get("reason"),
    )


def _instant(text: str | None) -> datetime | None:
    return instant(text) if text else None


_Fold = Callable[[HoldBook, Event, Mapping[str, Any]], None]
_FOLD: Mapping[str, _Fold] = {
    "hold.issued": HoldBook._issued,
    "hold.placed": HoldBook._placed,
    "hold.added": HoldBook._added,
    "hold.ordered": HoldBook._ordered,
    "hold.amended": HoldBook._amended,
    "hold.converted": HoldBook._converted,
    "hold.acknowledged": HoldBook._acknowledged,
    "hold.answered": HoldBook._answered,
    "hold.fulfilled": HoldBook._fulfilled,
    "hold.exempted": HoldBook._exempted,
    "hold.released": HoldBook._released,
}
KINDS = tuple(_FOLD)
