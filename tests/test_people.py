"""People: known by pinned identities, each only once."""

from typing import Any
from zoneinfo import available_timezones

import pytest

from breachbook import people as module
from breachbook.errors import ContentError
from breachbook.people import People, PeopleFile, Person, check_unique, seconds, unknown_managers
from breachbook.source import parse, validate


def person(**changes: Any) -> dict[str, Any]:
    """Give one valid row."""
    row: dict[str, Any] = {"id": "helen-marsh", "name": "Helen Marsh", "roles": ["ip-counsel"]}
    return row | {"zone": "America/Chicago"} | changes


def people(*rows: dict[str, Any]) -> People:
    """Make the people of some rows."""
    made = [Person.model_validate(row) for row in rows]
    return People({row.id: row for row in made})


HELEN = person(slack={"team_id": "T0A", "user_id": "U0A"}, os_uid=1000)
DAVID = person(
    id="david-okafor", name="David", roles=["general-counsel", "ip-counsel"], os_uid=1001
)


def test_slack_identity_is_team_and_user_together() -> None:
    """The same user id in another team is a stranger."""
    known = people(HELEN, DAVID)

    assert known.by_slack("T0A", "U0A") == "helen-marsh"
    assert known.by_slack("T0B", "U0A") is None
    assert known.by_slack("T0A", "U0B") is None


def test_operating_system_user_is_mapped_by_number() -> None:
    """A user id of the host names one person, and an unmapped one nobody."""
    known = people(HELEN, DAVID)

    assert known.by_uid(1001) == "david-okafor"
    assert known.by_uid(0) is None


def test_with_any_follows_the_order_of_the_file() -> None:
    """Who holds one of the roles is listed once, in the order of people.yaml."""
    known = people(HELEN, DAVID)

    assert known.with_any(["general-counsel", "ip-counsel"]) == ["helen-marsh", "david-okafor"]
    assert known.with_any(["reporter"]) == []
    assert "helen-marsh" in known
    assert known["helen-marsh"].tz.key == "America/Chicago"


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"id": "Helen Marsh"}, "id"),
        ({"id": "helen--marsh"}, "id"),
        ({"name": ""}, "name"),
        ({"roles": []}, "roles"),
        ({"roles": ["boss"]}, "roles.0"),
        ({"zone": "Chicago"}, "zone"),
        ({"zone": "UTC+8"}, "zone"),
        ({"os_uid": "1000"}, "os_uid"),
        ({"slack": {"team_id": "T0A"}}, "slack.user_id"),
        ({"slack": {"team_id": "T0A", "user_id": "helen@example.org"}}, "slack.user_id"),
        ({"phone": "1"}, "phone"),
        ({"fax": "1"}, "fax"),
    ],
)
def test_row_that_is_not_exact_is_refused(changes: dict[str, Any], key: str) -> None:
    """A row with an unknown role, zone, key or type is refused at that key."""
    source = parse(b"people: []\n", "people.yaml")
    source.data["people"].append(person(**changes))
    with pytest.raises(ContentError) as refused:
        validate(source, PeopleFile)

    assert [problem.key for problem in refused.value.problems] == [f"people.0.{key}"]


def test_manager_is_another_row() -> None:
    """Nobody is their own manager, and a manager who is not there cannot be told anything."""
    text = b"""people:
  - {id: a, name: A, roles: [custodian], zone: UTC, manager: b}
  - {id: b, name: B, roles: [executive], zone: UTC, manager: b}
  - {id: c, name: C, roles: [custodian], zone: UTC, manager: nobody}
"""
    file = validate(parse(text, "people.yaml"), PeopleFile)

    assert [path for path, _ in unknown_managers(file)] == [
        ("people", 1, "manager"),
        ("people", 2, "manager"),
    ]


def test_identity_that_stands_twice_is_named() -> None:
    """An id, a Slack identity or a user id of the host belongs to one person."""
    text = b"""people:
  - {id: a, name: A, roles: [reporter], zone: UTC, os_uid: 1, slack: {team_id: T0A, user_id: U0A}}
  - {id: a, name: B, roles: [reporter], zone: UTC, os_uid: 1, slack: {team_id: T0A, user_id: U0A}}
"""
    source = parse(text, "people.yaml")
    file = validate(source, PeopleFile)

    assert [path for path, _ in check_unique(source, file)] == [
        ("people", 1, "id"),
        ("people", 1, "slack"),
        ("people", 1, "os_uid"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("30 minutes", 1800), ("1 hour", 3600), ("4 hours", 14400), ("5 days", 432000)],
)
def test_seconds_reads_durations(text: str, expected: int) -> None:
    """A duration is a whole number of minutes, hours or days."""
    assert seconds(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "4", "hours", "0 hours", "-1 days", "1.5 hours", "1 hour ", "4 Hours", "9999 weeks"],
)  # fmt: skip
def test_seconds_refuses_everything_else(text: str) -> None:
    """Anything else is refused; nothing is guessed."""
    with pytest.raises(ValueError, match="whole number"):
        seconds(text)


def test_time_zones_are_listed_once_whatever_the_number_of_people(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Listing the world's zones reads the disk, so a process does it once."""
    listed: list[int] = []

    def counted() -> set[str]:
        listed.append(1)
        return available_timezones()

    module._zones.cache_clear()
    monkeypatch.setattr(module, "available_timezones", counted)
    people(HELEN, DAVID, person(id="lin-yue", zone="Asia/Shanghai"))
    with pytest.raises(ValueError, match="a zone of the IANA database"):
        people(person(zone="Asia/Nowhere"))

    assert listed == [1]
