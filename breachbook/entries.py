"""What a matter is made of: facts, parties, steps, approvals, documents, exhibits, deadlines."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

Commitment = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Fact:
    """A dated trigger event.

    Attributes:
        id: ``F1``, ``F2`` ... within the matter.
        kind: A trigger of ``law/triggers.yaml``.
        when: A date, or an aware instant, as the trigger demands.
        about: The party, court case or incident concerned.
        proof: SHA-256 of the proof in the store, or None.
        recorded_by: Person id.
        digest: Hash of the event that recorded it.
        options: What is told with it for counting: way of service, Land, circumstances.
        corrects: Fact it took the place of, or None.
    """

    id: str
    kind: str
    when: date | datetime
    about: str
    proof: str | None = None
    recorded_by: str = ""
    digest: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    corrects: str | None = None

    @property
    def name(self) -> str:
        """Give what the fact is about in one word, the same after a correction: ``kind/about``."""
        return f"{self.kind}/{self.about}"


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody outside, such as a holder; ``details`` commits to names and addresses."""

    id: str
    role: str
    place: str
    language: str
    details: Commitment
    recorded_by: str


@dataclass(slots=True)
class Act:
    """One claimed piece of work of a step.

    Attributes:
        state: started, finished, failed, uncertain, halted or undone.
        ended_by: Person who recorded its end; None before, and where Breachbook did.
    """

    name: str
    key: str
    state: str
    started_at: datetime
    subject: str | None = None
    repeatable: bool = False
    ended_at: datetime | None = None
    outcome: str = ""
    reason: Commitment | None = None
    ended_by: str | None = None


@dataclass(slots=True)
class Instance:
    """One step for one target (``-`` when the step has none), in its current round."""

    step: str
    target: str
    round: int = 1
    acts: dict[str, Act] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    result: Commitment | None = None
    answered_by: str | None = None
    document: str | None = None
    skipped: bool = False
    finished_at: datetime | None = None


@dataclass(slots=True)
class Decision:
    """What one approver said, and when we received it.

    Attributes:
        acting_for: Person asked in whose place it was said, or None.
    """

    person: str
    decision: str
    at: datetime
    comment: Commitment | None
    acting_for: str | None = None

    @property
    def counts_for(self) -> str:
        """Name the person asked whose decision it is."""
        return self.acting_for or self.person


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a request: it is passed when enough of its people approved.

    Attributes:
        groups: People of whom at least one must be among those who approved, each.
    """

    approvers: tuple[str, ...]
    quorum: int
    groups: tuple[tuple[str, ...], ...] = ()

    def lacks(self, approved: frozenset[str]) -> int:
        """Count the approvals it still needs."""
        given = approved & set(self.approvers)
        uncovered = sum(1 for group in self.groups if not given & set(group))
        return max(self.quorum - len(given), uncovered, 0)


@dataclass(frozen=True, slots=True)
class Delegation:
    """One person's decision put into another's hands until a moment."""

    by: str
    to: str
    until: datetime


@dataclass(slots=True)
class Approval:
    """A request put to named approvers, bound to the hash of its subject.

    Attributes:
        state: open, approved, refused, changes-requested, expired or voided.
        inputs: What the subject rests on, name to digest.
        approvers: Person ids who are asked, of all stages.
        stages: One after another; the last one passed approves.
        high_risk: Whether approving asks for the matter's number to be typed.
        urgent: Whether reminders come at any hour.
        delegates: Person ids to whom a decision may be handed.
        delegate_seconds: For how long at most.
        break_glass: Person ids who may approve alone, with a reason and notice to everyone.
        forced_by: Who did that, or None.
    """

    id: str
    subject: str
    step: str
    target: str
    round: int
    document: str
    inputs: Mapping[str, str]
    approvers: tuple[str, ...]
    quorum: int
    expires_at: datetime
    not_after: datetime
    on_expiry: str
    requested_at: datetime
    authors: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    escalated_from: str | None = None
    state: str = "open"
    decisions: list[Decision] = field(default_factory=list)
    changed: tuple[str, ...] = ()
    ended_at: datetime | None = None
    stages: tuple[Stage, ...] = ()
    high_risk: bool = False
    urgent: bool = False
    delegates: tuple[str, ...] = ()
    delegate_seconds: int = 0
    delegations: list[Delegation] = field(default_factory=list)
    break_glass: tuple[str, ...] = ()
    forced_by: str | None = None

    @property
    def approved(self) -> frozenset[str]:
        """Name those asked for whom an approval is recorded."""
        return frozenset(d.counts_for for d in self.decisions if d.decision == "approve")

    @property
    def stage(self) -> Stage | None:
        """Give the stage that is being decided; None when every one is passed."""
        return next((stage for stage in self.stages if stage.lacks(self.approved)), None)

    def delegate_of(self, person: str, at: datetime) -> str | None:
        """Name the one asked in whose place somebody may decide at a moment; the newest word counts."""
        found = [d.by for d in self.delegations if d.to == person and at < d.until]
        return found[-1] if found else None

    @property
    def still_needed(self) -> str:
        """Say in words what an open request lacks; empty when nothing."""
        stage = self.stage if self.state == "open" else None
        if stage is None:
            return ""
        left = [p for p in stage.approvers if p not in self.approved]
        place = self.stages.index(stage) + 1
        of = f", stage {place} of {len(self.stages)}" if len(self.stages) > 1 else ""
        return f"{stage.lacks(self.approved)} of {', '.join(left) or 'nobody left'}{of}"

    def pending(self, conflicted: Collection[str], now: datetime) -> tuple[str, ...]:
        """Name the people whose word is waited for now, delegates included."""
        stage = self.stage if self.state == "open" else None
        if stage is None:
            return ()
        given = {d.counts_for for d in self.decisions}
        waiting = [p for p in stage.approvers if p not in given]
        waiting += [d.to for d in self.delegations if d.by in waiting and now < d.until]
        return tuple(p for p in dict.fromkeys(waiting) if p not in conflicted)


@dataclass(slots=True)
class Document:
    """A rendered document: the SHA-256 of each of its files, and what it was made from.

    Attributes:
        form: Which of its notice's forms it has.
        template: SHA-256 of the declaration and the templates it was made with, or None.
        replaces: Document whose text a person edited to make this one, or None.
        edit: SHA-256 of the DOCX that person handed in, or None.
    """

    id: str
    step: str
    target: str
    round: int
    version: int
    files: Mapping[str, str]
    inputs: Mapping[str, str]
    inputs_sha256: str
    authors: tuple[str, ...]
    notice: str = ""
    language: str = ""
    party: str | None = None
    drafted_at: datetime | None = None
    served: Mapping[str, Any] | None = None
    form: str = ""
    template: str | None = None
    replaces: str | None = None
    edit: str | None = None

    @property
    def pdf(self) -> str:
        """Give the SHA-256 of its PDF; empty when it has none."""
        return next((sha for name, sha in self.files.items() if name.endswith(".pdf")), "")


@dataclass(slots=True)
class DeadlineRecord:
    """A computed deadline as the journal keeps it.

    Attributes:
        bound: ``latest``, or ``earliest`` for a first permitted moment, which is never missed.
        computed_at: When the journal took it.
        state: open, superseded, met, late, waived or missed.
        done_on: When it was met, as recorded: a date, or an instant.
        done_by: Fact that is its performance, or None where a person recorded it.
        proof: SHA-256 of the proof of that, or None.
        owner: Person who keeps it, or None for the matter's usual one.
        waiver: Who asked to waive it, or None.
        snoozed_until: Until when no reminder is sent before the safe moment, or None.
        revision: How often it was counted anew or its state changed since it was first recorded.
        changed_at: When the journal last did so.
    """

    id: str
    rule: str
    rule_sha256: str
    fact: str
    raw: str
    legal: str | None
    safe: str
    provisional: bool
    status: str
    result: str
    bound: str = "latest"
    last_moment: str | None = None
    reminders: tuple[str, ...] = ()
    computed_at: datetime | None = None
    state: str = "open"
    done_on: str | None = None
    done_by: str | None = None
    proof: str | None = None
    owner: str | None = None
    waiver: str | None = None
    snoozed_until: datetime | None = None
    revision: int = 0
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeadlineChange:
    """One recount of a deadline, and what it did to the dates.

    Attributes:
        cause: fact, option, rule, calendar, or gone.
        before: safe and legal before.
        after: safe and legal after; None where the deadline is gone.
    """

    at: datetime
    deadline: str
    rule: str
    cause: str
    before: tuple[str, str | None]
    after: tuple[str, str | None] | None


@dataclass(frozen=True, slots=True)
class Clearance:
    """Counsel's word that a gate of law may be passed.

    Attributes:
        rule_sha256: Version of the gate it was given for; a new version needs a new one.
        authority: Commitment to what it rests on, such as the approval's number.
        scope: Commitment to what it covers.
        steps: Steps it covers; empty for all.
        until: Last day it holds, or None.
    """

    gate: str
    rule_sha256: str
    authority: Commitment
    scope: Commitment
    steps: tuple[str, ...]
    until: str | None
    by: str
    at: datetime


@dataclass(slots=True)
class Message:
    """A message queued, and sent when ``ts`` is known."""

    key: str
    what: str
    about: str | None
    channel: str | None = None
    ts: str | None = None
    sent_at: datetime | None = None


def read_when(text: str) -> date | datetime:
    """Read what a fact was recorded with: a date, or an instant with its zone kept."""
    if "T" not in text:
        return date.fromisoformat(text)
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError(f"{text}: a time without a zone")
    return value
