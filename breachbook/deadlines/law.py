"""The law as loaded: triggers, versions of rules, dockets and court calendars."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

from breachbook.deadlines.calendars import Calendars
from breachbook.deadlines.counting import Direction
from breachbook.deadlines.options import NO_OPTIONS, Options
from breachbook.deadlines.period import Period, Span
from breachbook.errors import DeadlineError

Block = Literal["export", "serve", "collect"]


@dataclass(frozen=True, slots=True)
class Authority:
    """Where a rule stands.

    Attributes:
        title: The source.
        locator: The pinpoint in it.
        says: What it says, in our own words, with the number of the period.
    """

    title: str
    locator: str
    says: str


@dataclass(frozen=True, slots=True)
class Trigger:
    """A kind of dated fact that periods run from.

    Attributes:
        id: One spelling, cited by rules and recorded as the kind of a fact.
        title: By language tag.
        holds: Whether the fact is a date or an instant.
        zone: IANA name, ``court`` (the court's), or ``event`` (where it happened).
        proof: What proves it.
        performs: Rules whose deadlines are met by this event: a report sent, an answer filed.
        ends: Rule whose legal end this event is; derived from that deadline until it is recorded.
    """

    id: str
    title: Mapping[str, str]
    holds: Literal["date", "instant"]
    zone: str
    proof: str
    performs: tuple[str, ...] = ()
    ends: str | None = None


@dataclass(frozen=True, slots=True)
class Instead:
    """Another period, or another way of counting, where circumstances are told.

    Attributes:
        when: Circumstances that must all be told so.
        period: The period then.
        regime: How it is counted then; None for the rule's own way.
    """

    when: Mapping[str, str | bool]
    period: Period
    regime: str | None = None


@dataclass(frozen=True)
class Rule:
    """One version of a rule of law.

    Attributes:
        id: Begins with the jurisdiction.
        kind: ``deadline`` runs; ``gate`` forbids until counsel clears it and has no date.
        title: By language tag.
        trigger: Trigger id; ``matter-opened`` for what always stands.
        period: None for gates.
        direction: After or before the trigger.
        regime: How it is counted; None for gates.
        options: What the count is told.
        when: Circumstances under which the rule concerns a fact at all.
        instead: Other periods under other circumstances; the first that fits counts.
        reminders: When its owner is reminded, before the safe moment; empty for the usual ladder.
        replaces: Authority on which it stands in place of a rule of ours, or None.
        who: Who must act.
        consequence: What follows if nobody does.
        authority: Where it stands.
        status: Whether the text was read in a source.
        confidence: How sure we are where it was not.
        checked_on: Day one of us last read it.
        in_force_from: First day of the text.
        in_force_to: Last day, or None.
        blocks: What a gate forbids.
        out_of_scope: What is left out.
        note: What a reader should know.
        jurisdiction: Folder of the law.
        procedure: File of the law.
        docket: Docket it belongs to.
        written: Canonical JSON of this version, as its law file has it.
        digest: SHA-256 of that.
    """

    id: str
    kind: Literal["deadline", "gate"]
    title: Mapping[str, str]
    trigger: str
    period: Period | None
    direction: Direction
    regime: str | None
    who: str
    consequence: str
    authority: Authority
    status: Literal["verified", "unverified"]
    confidence: Literal["high", "medium", "low"] | None
    checked_on: date
    in_force_from: date
    in_force_to: date | None
    jurisdiction: str
    procedure: str
    docket: str
    written: bytes
    digest: str
    options: Options = NO_OPTIONS
    when: Mapping[str, str | bool] = field(default_factory=dict)
    instead: tuple[Instead, ...] = ()
    reminders: tuple[Span, ...] = ()
    replaces: str | None = None
    blocks: tuple[Block, ...] = ()
    out_of_scope: str = ""
    note: str = ""

    def is_in_force(self, on: date) -> bool:
        """Tell whether this version applies to a trigger of that day; both ends count."""
        return self.in_force_from <= on and (self.in_force_to is None or on <= self.in_force_to)

    def circumstances(self) -> frozenset[str]:
        """Name the circumstances that matter to the rule, besides options of the count."""
        return frozenset(self.when).union(*(other.when for other in self.instead))

    def concerns(self, told: Mapping[str, object]) -> bool:
        """Tell whether the rule concerns a fact of which these circumstances are told."""
        return all(told.get(name) == value for name, value in self.when.items())


@dataclass(frozen=True)
class Law:
    """Everything that was loaded.

    Attributes:
        rules: Versions by rule id, oldest first.
        triggers: By id.
        dockets: Rule ids by docket name, in the order of the procedures.
        by_trigger: Rule ids by the trigger they run from.
        calendars: Court calendars.
    """

    rules: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict)
    triggers: Mapping[str, Trigger] = field(default_factory=dict)
    dockets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    by_trigger: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    calendars: Calendars = field(default_factory=Calendars)

    @cached_property
    def blocking(self) -> tuple[Rule, ...]:
        """Give the newest version of every gate that forbids something."""
        newest = (versions[-1] for versions in self.rules.values())
        return tuple(rule for rule in newest if rule.kind == "gate" and rule.blocks)

    @cached_property
    def met_by_service(self) -> frozenset[str]:
        """Give the rules whose deadline serving something meets; such triggers are named so."""
        found = (t for t in self.triggers.values() if t.id.endswith("-served"))
        return frozenset(rule for trigger in found for rule in trigger.performs)

    def rule(self, id: str, on: date) -> Rule:
        """Find the version of a rule that applies to a trigger of that day.

        Raises:
            DeadlineError: No such rule, or no version in force on that day.
        """
        versions = self.rules.get(id)
        if versions is None:
            raise DeadlineError(f"rule: got {id!r}; allowed: a rule of the law that was loaded")
        for rule in versions:
            if rule.is_in_force(on):
                return rule
        spans = ", ".join(f"{r.in_force_from} to {r.in_force_to or 'today'}" for r in versions)
        raise DeadlineError(
            f"rule {id}: got a trigger of {on}; allowed: days on which a version we hold is in "
            f"force ({spans}); "
            "ask counsel which text applied, and add that version with its source"
        )
