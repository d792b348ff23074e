"""Who reads a calendar feed: the wall is judged at each read, and an address opens nothing else."""

import json
import re
from pathlib import Path

import pytest

from breachbook import deadline_records, records
from breachbook.durable import replace
from breachbook.errors import DamageError, StoreError, UsageError
from breachbook.feeds.addresses import Addresses, Subject
from breachbook.feeds.reading import at_address, of_person
from tests.cases_core import COUNSEL, Case
from tests.docketed import ANSWER, by_vobject, docketed_case, feed, newest


@pytest.fixture(scope="module")
def docketed(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A matter with a docket."""
    return docketed_case(tmp_path_factory.mktemp("feeds") / "w")


@pytest.fixture
def case(docketed: Case, tmp_path: Path) -> Case:
    """A copy of it."""
    return docketed.copy(tmp_path / "w")


def _person(case: Case, person: str, reader: str | None, everything: bool = False) -> set[str]:
    subject = Subject(person=person, everything=everything)
    data = of_person(case.workspace.root, case.workspace.people, subject, reader)
    if b"BEGIN:VEVENT" not in data:
        return set()
    return {seen.split(".")[1] for seen in by_vobject(data)}


def test_person_reads_what_they_keep_or_all_they_may_see(case: Case) -> None:
    """A person's feed has the deadlines given to them; with everything, those of others too."""
    deadline_records.assign(case.file, COUNSEL, newest(case, ANSWER).id, "helen-marsh")
    rules = {record.rule for record in case.matter.deadlines.values()}

    assert _person(case, "helen-marsh", "helen-marsh") == {ANSWER}
    assert _person(case, "joan-petrov", "joan-petrov") == rules - {ANSWER}
    assert _person(case, "helen-marsh", "helen-marsh", everything=True) == rules


def test_person_reads_nothing_behind_the_wall(case: Case) -> None:
    """Who is not on a matter, only reported it, or is conflicted has an empty calendar."""
    records.change_people(case.file, case.library, COUNSEL, "conflict", "david-okafor")

    assert _person(case, "nora-whitfield", "nora-whitfield", everything=True) == set()
    assert _person(case, "peter-lindgren", "peter-lindgren", everything=True) == set()
    assert _person(case, "david-okafor", "david-okafor", everything=True) == set()


def test_reader_of_somebody_elses_deadlines_sees_only_what_both_may(case: Case) -> None:
    """A feed of a colleague opens no matter that the reader is not on."""
    assert _person(case, "joan-petrov", "helen-marsh")
    assert _person(case, "joan-petrov", "nora-whitfield") == set()


def test_damaged_journal_refuses_the_feed_of_a_person(case: Case) -> None:
    """A calendar with holes would be believed; the client keeps what it has."""
    path = case.file.folder / "journal.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"joan-petrov"', b'"joan-petroV"', 1))

    with pytest.raises(DamageError):
        _person(case, "joan-petrov", "joan-petrov")


def _made(case: Case, subject: Subject, reader: str = "joan-petrov") -> str:
    addresses = Addresses(case.workspace.root)
    return addresses.make(subject, reader, "example", case.workspace.now())[1]


def test_only_the_digest_of_an_address_is_kept(case: Case) -> None:
    """The file names who, what and when, is nobody else's to read, and cannot be turned back."""
    token = _made(case, Subject(matter=case.id))
    path = case.workspace.root / "feeds.json"
    (row,) = json.loads(path.read_text())["addresses"]

    assert at_address(case.workspace, token) == feed(case)
    assert len(token) == 43
    assert token not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    assert (row["reader"], row["subject"]["matter"]) == ("joan-petrov", case.id)
    assert row["made_at"].startswith("2026-11-16T18:00:00")


def test_address_shows_nothing_once_revoked(case: Case) -> None:
    """A revoked address is as one that never was; the other one stands."""
    addresses = Addresses(case.workspace.root)
    first, second = _made(case, Subject(matter=case.id)), _made(case, Subject(matter=case.id))
    addresses.revoke("C1", "helen-marsh", case.workspace.now())
    addresses.revoke("C1", "joan-petrov", case.workspace.now())

    assert at_address(case.workspace, first) is None
    assert at_address(case.workspace, second) is not None
    assert [a.revoked_by for a in addresses.all()] == ["helen-marsh", None]
    with pytest.raises(UsageError, match="C1, C2"):
        addresses.revoke("C3", None, case.workspace.now())


@pytest.mark.parametrize("change", ["remove", "conflict"])
@pytest.mark.parametrize("subject", ["matter", "person"])
def test_address_goes_dark_with_its_reader(change: str, subject: str, case: Case) -> None:
    """Off the matter, or conflicted: the very next read shows nothing of it."""
    of = Subject(matter=case.id) if subject == "matter" else Subject(person="joan-petrov")
    token = _made(case, of)
    before = at_address(case.workspace, token) or b""
    records.change_people(case.file, case.library, COUNSEL, change, "joan-petrov")

    after = at_address(case.workspace, token) or b""

    assert case.id.encode() in before
    assert case.id.encode() not in after
    assert b"BEGIN:VEVENT" not in after


@pytest.mark.parametrize(
    "of", [Subject(matter="LEAK-2026-0001"), Subject(person="joan-petrov")], ids=str
)
def test_address_goes_dark_when_its_reader_leaves_the_company(of: Subject, case: Case) -> None:
    """Who no longer stands in people.yaml reads nothing, although the matter still lists them."""
    token = _made(case, of)
    path = case.workspace.root / "people.yaml"
    rows = re.split(r"(?m)^(?=  - id: )", path.read_text("utf-8"))
    kept = [row for row in rows if not row.startswith("  - id: joan-petrov\n")]
    replace(path, "".join(kept).encode())

    assert at_address(case.workspace, token) is None


def test_reads_write_nothing(case: Case) -> None:
    """Reading at an address leaves the workspace as it was, journals first."""
    token = _made(case, Subject(person="joan-petrov", everything=True))
    before = _contents(case.workspace.root)

    at_address(case.workspace, token)
    at_address(case.workspace, "x" * 43)

    assert _contents(case.workspace.root) == before


def _contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {str(path): path.read_bytes() for path in files}


def test_broken_file_of_addresses_lets_nobody_in(case: Case) -> None:
    """A file that is not what was written is an error, never an open door."""
    token = _made(case, Subject(matter=case.id))
    (case.workspace.root / "feeds.json").write_text('{"v": 1, "addresses": [{"id": "C1"}]}')

    with pytest.raises(StoreError, match=r"feeds\.json") as told:
        at_address(case.workspace, token)
    assert token not in str(told.value)
