"""The people of a workspace: who they are, what they may do, and how each is recognised."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from breachbook.source import Source

ROLES: Mapping[str, str] = {
    "general-counsel": "decides for the company; receives the brief",
    "ip-counsel": "in-house counsel who runs the matter",
    "outside-counsel": "counsel admitted where the matter plays",
    "security-responder": "contains and preserves",
    "it-administrator": "runs the systems concerned",
    "docketing-clerk": "records facts and service, keeps the docket",
    "reporter": "may report a leak and see that report's status",
    "custodian": "holds relevant information and can be put under hold",
    "executive": "is told, decides nothing here",
}

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]


@cache
def _zones() -> frozenset[str]:
    # Listing them walks the whole database on disk: once a process, not once a person.
    return frozenset(available_timezones())


def _zone(name: str) -> str:
    if name not in _zones():
        raise ValueError("a zone of the IANA database, such as Asia/Shanghai")
    return name


Zone = Annotated[str, AfterValidator(_zone)]
Role = Literal[
    "general-counsel", "ip-counsel", "outside-counsel", "security-responder", "it-administrator",
    "docketing-clerk", "reporter", "custodian", "executive",
]  # fmt: skip


class Strict(BaseModel):
    """The base of everything read from outside: unknown keys are errors, nothing is coerced."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)


class SlackIdentity(Strict):
    """Slack's two ids for a person; an e-mail address identifies nobody."""

    team_id: Annotated[str, StringConstraints(pattern=r"^[TE][A-Z0-9]{2,20}$")]
    user_id: Annotated[str, StringConstraints(pattern=r"^[UW][A-Z0-9]{2,20}$")]


class Person(Strict):
    """One row of people.yaml."""

    id: Id
    name: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    name_local: str | None = None
    title: str = ""
    roles: list[Role] = Field(min_length=1)
    zone: Zone
    language: str = "en-US"
    email: str | None = None
    phone: Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 ()./-]{2,39}$")] | None = None
    manager: Id | None = None
    slack: SlackIdentity | None = None
    os_uid: int | None = None

    @property
    def tz(self) -> ZoneInfo:
        """Give the person's time zone."""
        return ZoneInfo(self.zone)


class PeopleFile(Strict):
    """people.yaml."""

    people: list[Person] = Field(min_length=1)


@dataclass(frozen=True)
class People:
    """Everybody in people.yaml, by id."""

    by_id: Mapping[str, Person]

    def __contains__(self, person: object) -> bool:
        return person in self.by_id

    def __getitem__(self, person: str) -> Person:
        return self.by_id[person]

    def by_slack(self, team_id: str, user_id: str) -> str | None:
        """Find the person pinned to a Slack team and user, or None."""
        wanted = (team_id, user_id)
        return next(
            (
                p.id
                for p in self.by_id.values()
                if p.slack and (p.slack.team_id, p.slack.user_id) == wanted
            ),
            None,
        )

    def by_uid(self, uid: int) -> str | None:
        """Find the person mapped to an operating-system user id, or None."""
        return next((p.id for p in self.by_id.values() if p.os_uid == uid), None)

    def with_any(self, roles: Iterable[str]) -> list[str]:
        """List the people holding any of the roles, in the file's order."""
        wanted = set(roles)
        return [p.id for p in self.by_id.values() if wanted & set(p.roles)]


def check_unique(source: Source, file: PeopleFile) -> list[tuple[tuple[str | int, ...], str]]:
    """Name the rows whose id, Slack identity or user id stands twice: key path, what stands twice."""
    seen: dict[object, int] = {}
    twice: list[tuple[tuple[str | int, ...], str]] = []
    for index, person in enumerate(file.people):
        marks: list[tuple[str, object]] = [("id", person.id)]
        if person.slack:
            marks.append(("slack", (person.slack.team_id, person.slack.user_id)))
        if person.os_uid is not None:
            marks.append(("os_uid", person.os_uid))
        for key, mark in marks:
            if (key, mark) in seen:
                twice.append((("people", index, key), str(mark)))
            seen[key, mark] = index
    return twice


def unknown_managers(file: PeopleFile) -> list[tuple[tuple[str | int, ...], str]]:
    """Name the rows whose manager is nobody else in the file: key path, who was named."""
    known = {person.id for person in file.people}
    return [
        (("people", index, "manager"), person.manager)
        for index, person in enumerate(file.people)
        if person.manager is not None and person.manager not in known - {person.id}
    ]


_DURATION = re.compile(r"([1-9][0-9]{0,3}) (minute|hour|day)s?")
_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}


def seconds(duration: str) -> int:
    """Read ``4 hours``, ``30 minutes`` or ``5 days`` as elapsed seconds.

    Raises:
        ValueError: Anything else.
    """
    match = _DURATION.fullmatch(duration)
    if match is None:
        raise ValueError("a whole number of minutes, hours or days, such as 4 hours")
    return int(match[1]) * _SECONDS[match[2]]


def _duration(text: str) -> str:
    seconds(text)
    return text


Duration = Annotated[str, AfterValidator(_duration)]
