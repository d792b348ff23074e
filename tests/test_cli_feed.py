"""The command that gives calendar feeds: to a file, at an address, listed, revoked."""

import json
import re
from pathlib import Path

import pytest

from breachbook.feeds.addresses import Addresses, Subject
from breachbook.feeds.reading import at_address
from tests.cases_core import Case
from tests.docketed import by_vobject, docketed_case, feed
from tests.terminal import Run


@pytest.fixture(scope="module")
def docketed(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A matter with a docket."""
    return docketed_case(tmp_path_factory.mktemp("feeds") / "w")


@pytest.fixture
def case(docketed: Case, tmp_path: Path) -> Case:
    """A copy of it."""
    return docketed.copy(tmp_path / "w")


def test_command_writes_a_file_for_its_owner_alone(case: Case, tmp_path: Path, run: Run) -> None:
    """The file is what the address would give."""
    out = tmp_path / "docket.ics"

    code, told, _ = run(case, "feed", case.id, "--out", out)

    assert (code, out.read_bytes()) == (0, feed(case))
    assert out.stat().st_mode & 0o777 == 0o600
    assert f"{len(case.matter.deadlines)} deadlines" in told


def test_command_makes_lists_and_revokes_addresses(case: Case, run: Run) -> None:
    """The address is printed once; the list names it without the secret; revoked, it is dead."""
    code, told, remarks = run(case, "feed", case.id, "--address", "--as", "joan-petrov")
    match = re.fullmatch(r"http://127\.0\.0\.1:\d+/calendar/([\w-]{43})\.ics\n", told)
    assert match is not None
    _, listed, _ = run(case, "feed", "--list", "--json", "--as", "joan-petrov")
    (row,) = json.loads(listed)
    alive = at_address(case.workspace, match[1])
    run(case, "feed", "--revoke", row["id"], "--as", "joan-petrov")
    _, after, _ = run(case, "feed", "--list", "--json", "--as", "joan-petrov")

    assert code == 0
    assert "--revoke C1" in remarks
    assert (row["reader"], row["of"], row["state"]) == ("joan-petrov", case.id, "open")
    assert match[1] not in listed + remarks
    assert alive is not None
    assert at_address(case.workspace, match[1]) is None
    assert json.loads(after)[0]["state"] == "revoked"


def test_command_shows_a_persons_deadlines(case: Case, tmp_path: Path, run: Run) -> None:
    """With a person, the file has what they keep, or with --all what they may see."""
    kept, everything = tmp_path / "kept.ics", tmp_path / "all.ics"
    run(case, "feed", "--person", "helen-marsh", "--out", kept, "--as", "helen-marsh")
    run(
        case,
        "feed",
        "--person",
        "helen-marsh",
        "--all",
        "--out",
        everything,
        "--as",
        "helen-marsh",
    )

    assert b"VEVENT" not in kept.read_bytes()
    assert len(by_vobject(everything.read_bytes())) == len(case.matter.deadlines)
    assert b"X-WR-CALNAME:EXAMPLE All deadlines" in everything.read_bytes()


@pytest.mark.parametrize(
    ("words", "allowed"),
    [
        ([], "one of --out FILE.ics, --address, --list and --revoke ID"),
        (["LEAK-2026-0001"], "one of --out"),
        (["LEAK-2026-0001", "--out", "x.ics", "--address"], "one of --out"),
        (["--out", "x.ics"], "the id of a matter, or --person"),
        (["LEAK-2026-0001", "--person", "joan-petrov", "--address"], "the id of a matter, or"),
        (["LEAK-2026-0001", "--all", "--address"], "with or without --all"),
        (["LEAK-2026-0001", "--list"], "--list and --revoke alone"),
        (["LEAK-2026-0001", "--out", "people.yaml"], "a name that ends in .ics"),
        (["--person", "nobody", "--out", "x.ics"], "allowed: helen-marsh"),
        (["--person", "nobody", "--address", "--as", "joan-petrov"], "allowed: helen-marsh"),
        (["LEAK-2026-0001", "--address", "--as", "nora-whitfield"], "not yours to see"),
        (["LEAK-2026-0001", "--out", "x.ics", "--as", "nora-whitfield"], "not yours to see"),
        (["--revoke", "C9"], "there is no address yet"),
    ],
)
def test_bad_usage_writes_nothing(
    words: list[str], allowed: str, docketed: Case, run: Run
) -> None:
    """What cannot be done says what can, and makes neither a file nor an address."""
    code, _, remarks = run(docketed, "feed", *words)

    assert code == 2
    assert allowed in remarks
    assert not Path("x.ics").exists()
    assert not (docketed.workspace.root / "feeds.json").exists()


def test_addresses_of_matters_one_is_not_on_are_not_listed(case: Case, run: Run) -> None:
    """Behind the wall nobody learns that there is a feed, nor can revoke it."""
    addresses = Addresses(case.workspace.root)
    addresses.make(Subject(matter=case.id), "joan-petrov", "example", case.workspace.now())

    _, listed, _ = run(case, "feed", "--list", "--json", "--as", "nora-whitfield")
    code, _, _ = run(case, "feed", "--revoke", "C1", "--as", "nora-whitfield")
    _, colleague, _ = run(case, "feed", "--list", "--json", "--as", "helen-marsh")

    assert (json.loads(listed), code) == ([], 2)
    assert [row["id"] for row in json.loads(colleague)] == ["C1"]
