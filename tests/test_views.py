"""Views: what people see of a matter follows from its journal, and what is kept is never stale."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from breachbook import rows
from breachbook.errors import UsageError
from breachbook.events import Draft
from breachbook.register import Register
from breachbook.views import agenda, pages
from breachbook.views.deadlines import authority, plain_title
from breachbook.views.matter import matter_view, status_view
from tests.cases_core import COUNSEL, Case


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A matter that waits for triage."""
    case = Case.install(tmp_path_factory.mktemp("waiting") / "w")
    case.report()
    case.advance()
    return case


@pytest.fixture
def case(waiting: Case, tmp_path: Path) -> Case:
    """A copy of the matter that waits for triage."""
    return waiting.copy(tmp_path / "w")


def steps(case: Case) -> list[dict[str, Any]]:
    """Give the matter's steps as every surface does."""
    file = case.file
    root = case.workspace.root
    return agenda.of(root, file, file.refresh(), case.clock.now, lambda: case.library)


def test_steps_say_what_each_waits_for(case: Case) -> None:
    """Every instance stands in the playbook's order with its state and, in words, what it waits for."""
    found = {row["id"]: (row["state"], agenda.words(row)) for row in steps(case)}

    assert found["triage"] == ("waiting", "ip-counsel (answer)")
    assert found["dockets"] == ("waiting", "after triage")
    assert next(iter(found)) == "triage"


def test_kept_steps_are_given_without_asking_the_engine(case: Case) -> None:
    """While nothing changed the steps come from what was kept: nothing they rest on is read."""
    first = steps(case)
    file = case.file

    def unread() -> Any:
        raise AssertionError("read although nothing changed")

    second = agenda.of(case.workspace.root, file, file.refresh(), case.clock.now, unread)

    assert second == first


def test_steps_are_kept_by_several_threads_at_once(case: Case) -> None:
    """The engine and readers of one process keep the same matter's steps, and none takes another's file away."""
    root, matter, now, together = (
        case.workspace.root, case.matter, case.clock.now, threading.Barrier(4),
    )  # fmt: skip

    def keep(_number: int) -> None:
        for _ in range(25):
            together.wait(20)
            agenda.keep(root, matter, [], now)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(keep, range(4)))

    folder = root / "run" / "steps"
    assert [path.name for path in folder.iterdir()] == [f"{case.id}.json"]


@pytest.mark.parametrize("change", ["journal", "people.yaml", "recipe", "time"])
def test_kept_steps_fall_with_anything_they_rest_on(case: Case, change: str) -> None:
    """A new line, another file of the workspace, or the time they hold until makes the steps anew."""
    root = case.workspace.root
    file = case.file
    agenda.keep(root, file.refresh(), [], case.clock.now)
    case.clock.pass_time(seconds=-1)
    assert steps(case) == []
    match change:
        case "journal":
            case.answer()
        case "recipe":
            (root / "recipes" / "other.txt").write_text("x")
        case "time":
            case.clock.pass_time(seconds=1)
        case name:
            (root / name).write_text((root / name).read_text("utf-8") + "\n# x\n", "utf-8")

    assert steps(case)


def test_register_keeps_the_same_row(case: Case) -> None:
    """The register's row is the fold's row with what only the engine knows."""
    file = case.file
    matter = file.refresh()
    register = Register(case.workspace.root / "register.json")
    register.note(matter, file.journal.size, None, True)
    register.flush()

    (kept,) = rows.registered(case.workspace.root)

    assert kept == {**rows.make(matter, file.journal.size), "settled": True, "next_wake": None}


def test_lag_of_the_register_is_made_up_from_the_journal(case: Case) -> None:
    """A row whose journal grew since, or that is missing, is made from the journal."""
    root = case.workspace.root
    assert [row["seq"] for row in rows.current(root)] == [case.matter.seq]
    file = case.file
    register = Register(root / "register.json")
    register.note(file.refresh(), file.journal.size, None, True)
    register.flush()
    case.answer()

    assert [row["seq"] for row in rows.current(root)] == [case.matter.seq]


def test_damaged_journal_is_a_row_of_its_own(case: Case) -> None:
    """A matter that does not verify is listed as damaged and hides no other."""
    path = case.workspace.matters_folder / case.id / "journal.jsonl"
    path.write_bytes(path.read_bytes().replace(b"triage", b"Triage", 1))

    (row,) = rows.current(case.workspace.root)

    assert (row["state"], row["people"]) == ("damaged", [])
    assert "does not match its hash" in row["damage"]


def test_overdue_counts_by_the_day_that_is_asked() -> None:
    """Rows are as of their last line; what fell due since is counted when it is asked."""
    row = {
        "overdue": 1,
        "deadlines": [
            {"safe": "2026-11-01"},
            {"safe": "2026-11-20"},
            {"safe": "2026-12-01T09:00:00-06:00"},
        ],
    }

    assert rows.overdue(row, date(2026, 11, 16)) == 1
    assert rows.overdue(row, date(2026, 11, 21)) == 2
    assert rows.overdue(row, date(2026, 12, 2)) == 3


def test_unknown_matter_is_told_which_there_are(case: Case) -> None:
    """A matter that is not there, or a path in its place, is refused with those that are."""
    for name in ("LEAK-2026-0009", "../LEAK-2026-0001", ""):
        with pytest.raises(UsageError, match=case.id):
            rows.open_file(case.workspace.root, name)


def test_title_is_gone_once_it_is_erased(case: Case) -> None:
    """An erased report leaves its mark instead of a title, in the list and in the matter."""
    folder = case.workspace.matters_folder / case.id
    assert rows.title_of(str(folder)).startswith("Wheels")
    commitment = case.matter.report["report"]["c"]
    data = {"commitment": commitment, "authority": "counsel"}
    case.file.transact(lambda _: [Draft("value.erased", data, COUNSEL)])
    lines = (folder / "values.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "values.jsonl").write_bytes(
        b"".join(x for x in lines if commitment.encode() not in x)
    )
    file = case.file
    matter = file.refresh()

    assert rows.title_of(str(folder)) == rows.ERASED
    assert matter_view(file, matter, [])["title"] == rows.ERASED
    assert status_view(file, matter)["title"] == rows.ERASED


def test_pages_are_for_the_people_of_the_matter(case: Case) -> None:
    """The private pages list and show a matter to its people, and to nobody else."""
    for person, sees in (("helen-marsh", True), ("peter-lindgren", False), ("zhou-min", False)):
        listed = pages.page_rows(case.workspace, case.library, person)
        shown = pages.page(case.workspace, case.library, person, case.id)
        assert ([row["id"] for row in listed] == [case.id]) is sees
        assert (shown is not None) is sees
    assert pages.page(case.workspace, case.library, "helen-marsh", "LEAK-2026-0009") is None


def test_page_has_what_the_desk_shows(case: Case) -> None:
    """The page of a matter has its steps in words, and dates as text."""
    page = pages.page(case.workspace, case.library, "helen-marsh", case.id)

    assert page is not None
    assert page["opened_on"] == "2026-11-16"
    assert page["steps"][0]["waits_for"] == "ip-counsel (answer)"


def test_titles_and_authorities_are_read_in_any_shape() -> None:
    """A title may be text or by language; an authority one or several."""
    assert plain_title({"zh-CN": "答辩", "en": "Answer"}) == "Answer"
    assert plain_title({"zh-CN": "答辩"}) == "答辩"
    assert plain_title("Answer") == "Answer"
    assert authority([{"title": "A", "locator": "1"}, {"title": "B", "locator": ""}]) == "A 1; B"
