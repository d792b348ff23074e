"""The shape of law files: what people write, checked strictly before anything is made of it."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")]
Title = Annotated[dict[Language, Text], Field(min_length=1)]


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


class RuleEntry(_Strict):
    """One version of a rule."""

    id: Id
    kind: Literal["deadline", "gate"]
    title: Title
    trigger: Id | None = None
    period: Text | None = None
    direction: Literal["after", "before"] | None = None
    regime: Id | None = None
    options: dict[str, str | bool | list[str]] = {}
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


class CalendarFile(_Strict):
    """One country's court calendar."""

    calendar: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    title: Title
    base: Literal["holidays", "chinesecalendar", "none"]
    known_from: date
    known_until: date
    subdivisions_known_until: date | None = None
    friday_for_saturday_disputed: bool = False
    authority: AuthorityEntry
    status: Literal["verified", "unverified"]
    checked_on: date
    note: str = ""
    entries: list[CalendarEntry] = []
