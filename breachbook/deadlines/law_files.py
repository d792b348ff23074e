"""The shape of law files: what people write, checked strictly before anything is made of it."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")]


def _in_english(title: dict[str, str]) -> dict[str, str]:
    if "en" not in title:
        raise ValueError("a title under `en` at least")
    return title


Title = Annotated[dict[Language, Text], AfterValidator(_in_english)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AuthorityEntry(_Strict):
    """Where a text stands: title, pinpoint, and what it says in our own words."""

    title: Text
    locator: Text
    says: Text


class InForce(_Strict):
    """First day of a text and its last, or null."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    start: date = Field(alias="from")
    end: date | None = Field(alias="to")

    @model_validator(mode="after")
    def _ends_after_its_start(self) -> Self:
        if self.end is not None and self.end < self.start:
            raise ValueError("a last day on or after the first")
        return self


Circumstances = Annotated[
    dict[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")], str | bool],
    Field(min_length=1),
]


class InsteadEntry(_Strict):
    """Another period, or another way of counting, where circumstances are told."""

    when: Circumstances
    period: Text
    regime: Id | None = None


class ReplacesEntry(_Strict):
    """Which rule of ours an organisation's own takes the place of, and who decided that."""

    rule: Id
    authority: Text


class RuleEntry(_Strict):
    """One version of a rule."""

    id: Id
    kind: Literal["deadline", "gate"]
    title: Title
    trigger: Id
    when: Circumstances | None = None
    period: Text | None = None
    direction: Literal["after", "before"] | None = None
    regime: Id | None = None
    options: dict[str, str | bool | list[str]] = {}
    instead: list[InsteadEntry] = []
    reminders: list[Text] = []
    replaces: ReplacesEntry | None = None
    who: Text
    consequence: Text
    authority: AuthorityEntry
    status: Literal["verified", "unverified"]
    confidence: Literal["high", "medium", "low"] | None = None
    checked_on: date
    in_force: InForce
    blocks: list[Literal["export", "serve", "collect"]] = []
    out_of_scope: str = ""
    note: str = ""


class ProcedureFile(_Strict):
    """One procedure: its docket and its rules in the order of the procedure."""

    procedure: Id
    title: Title
    jurisdiction: Id
    docket: Id
    rules: Annotated[list[RuleEntry], Field(min_length=1)]


class TriggerEntry(_Strict):
    """One kind of dated fact."""

    id: Id
    title: Title
    holds: Literal["date", "instant"]
    zone: Text
    proof: Text
    performs: list[Id] = []
    ends: Id | None = None


class TriggersFile(_Strict):
    """Every trigger, once."""

    triggers: Annotated[list[TriggerEntry], Field(min_length=1)]


class CalendarEntry(_Strict):
    """One dated correction of a calendar, with its source."""

    day: date
    open: bool
    disputed: bool = False
    because: Text
    authority: AuthorityEntry
    status: Literal["verified", "unverified"]


class RecurringEntry(_Strict):
    """A day of every year that the base lacks, or closes although it is open.

    One of three: ``day`` (12-29), ``weekday`` (the fourth Friday of September: 4 fri 9, the day
    after the fourth Thursday of November: 4 thu 11 +1), or
    ``easter`` (days after Easter Sunday).
    """

    day: Annotated[str, StringConstraints(pattern=r"^[0-9]{2}-[0-9]{2}$")] | None = None
    weekday: (
        Annotated[
            str,
            StringConstraints(
                pattern=r"^[1-4] (mon|tue|wed|thu|fri|sat|sun) (1[0-2]|[1-9])( \+[1-6])?$"
            ),
        ]
        | None
    ) = None
    easter: int | None = None
    since: int = 1900
    open: bool = False
    kept_on_weekday: bool = False
    offices_only: bool = False
    because: Text
    authority: AuthorityEntry
    status: Literal["verified", "unverified"]

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        given = [self.day, self.weekday, self.easter]
        if sum(item is not None for item in given) != 1:
            raise ValueError("one of `day`, `weekday` and `easter`")
        if self.day:
            date.fromisoformat(f"2024-{self.day}")
        return self

    @property
    def written(self) -> str:
        """Give the day as `Recurring` takes it."""
        return self.day or self.weekday or str(self.easter)


class CalendarFile(_Strict):
    """One country's court calendar."""

    calendar: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Z]+)*$")]
    title: Title
    base: Literal["holidays", "chinesecalendar", "none"]
    categories: list[Text] = ["public"]
    known_from: date
    known_until: date
    subdivisions_known_until: date | None = None
    needs_subdivision: bool = False
    unions: dict[Annotated[str, StringConstraints(pattern=r"^[A-Z]+$")], list[Text]] = {}
    friday_for_saturday_disputed: bool = False
    authority: AuthorityEntry
    status: Literal["verified", "unverified"]
    checked_on: date
    note: str = ""
    recurring: list[RecurringEntry] = []
    entries: list[CalendarEntry] = []
