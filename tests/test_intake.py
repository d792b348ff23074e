"""Intake: a report is checked whole, a matter opened whole, one matter for one report."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from breachbook import intake, source
from breachbook.errors import ContentError, UsageError
from tests.cases_core import REPORTER, Case

ROOT = Path(__file__).parent.parent


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """A workspace of the example without any matter."""
    return Case.install(tmp_path / "w")


def refused(case: Case, change: Callable[[str], str]) -> list[tuple[int | None, str]]:
    """Report a changed report; give line and key of each problem; nothing may be written."""
    text = change((case.workspace.root / "report.yaml").read_text("utf-8"))
    before = sorted(case.workspace.root.rglob("*"))
    with pytest.raises(ContentError) as told:
        intake.open_matter(
            case.workspace, case.library, source.parse(text.encode(), "report.yaml"), REPORTER
        )

    assert sorted(case.workspace.root.rglob("*")) == before
    assert all(problem.file == "report.yaml" for problem in told.value.problems)
    return [(problem.line, problem.key) for problem in told.value.problems]


def replaced(*pairs: tuple[str, str]) -> Callable[[str], str]:
    """Make a change of the report's text, each part of it once."""

    def change(text: str) -> str:
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new, 1)
        return text

    return change


def line_of(case: Case, words: str) -> int:
    """Find the line of some words in the report."""
    lines = (case.workspace.root / "report.yaml").read_text("utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if words in line)


def test_report_opens_a_matter(case: Case) -> None:
    """A report without fault opens a matter with its playbook, people, parties and facts."""
    opened = case.report()
    kinds = [event.kind for event in case.events()]

    assert opened == intake.Opened("LEAK-2026-0001", True)
    assert kinds[:2] == ["matter.opened", "playbook.chosen"]
    assert set(kinds) == {
        "matter.opened", "playbook.chosen", "people.added", "party.recorded", "fact.recorded",
    }  # fmt: skip
    assert case.matter.open
    assert case.matter.example
    assert {"moqiao-castings", "larkmoor-supply", "beiyuan-foundry"} == set(case.matter.parties)


def test_journal_of_a_new_matter_holds_no_free_text(case: Case) -> None:
    """Title, summary, names and addresses are only in the values, never in the journal."""
    case.report()
    folder = case.workspace.matters_folder / "LEAK-2026-0001"
    journal = (folder / "journal.jsonl").read_text("utf-8")
    values = (folder / "values.jsonl").read_text("utf-8")

    for words in ("gate marks", "Example Avenue", "Fang Zhou", "青岚", "Wheels on the US market"):
        assert words not in journal
        assert words in values


def test_matter_is_for_its_owner_alone(case: Case) -> None:
    """The matter's folder can be entered by its owner only."""
    case.report()
    folder = case.workspace.matters_folder / "LEAK-2026-0001"

    assert folder.stat().st_mode & 0o777 == 0o700
    assert {entry.name for entry in folder.iterdir()} >= {"documents", "exhibits", "exports"}


def test_playbook_is_pinned_as_it_stood(case: Case) -> None:
    """A playbook changed later does not change what an open matter runs."""
    case.report()
    own = case.workspace.root / "playbooks"
    own.mkdir()
    (own / "supplier-leak.yaml").write_text("id: other\n")

    assert case.library.pinned(case.file, case.matter).id == "supplier-leak"


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("vector: supplier", "vector: aliens", "vector"),
        ("reporter: peter-lindgren", "reporter: nobody", "reporter"),
        ("custodians: [alan-brooks", "custodians: [alan-smith", "custodians.0"),
        ("holders: [moqiao-castings", "holders: [moqiao", "holders.0"),
        ("wheel-inspection-criteria]", "recipe-of-coke]", "trade_secrets.1"),
        ("beiyuan-quality-02]", "beiyuan-quality-99]", "accounts.1"),
        ("sources: [licence-share]", "sources: [attic]", "sources.0"),
        ("suspects: []", "suspects: [nobody]", "suspects.0"),
        ("places: [CN, US]", "places: [China]", "places.0"),
        ("places: [CN, US]", "places: CN", "places"),
        ("places: [CN, US]", "places: []", "places"),
        ("T09:20:00-06:00", "T09:20:00", "discovered_at"),
        ("T09:20:00-06:00", "", "discovered_at"),
        ("2026-11-16T09:20:00-06:00", "2026-11-16 09:20:00-06:00", "discovered_at"),
        ("2026-11-16T09:20:00-06:00", "2026-11-31T09:20:00-06:00", "discovered_at"),
        ("2026-11-16T09:20:00-06:00", "yesterday", "discovered_at"),
    ],
)
def test_wrong_value_is_refused_at_its_line(case: Case, old: str, new: str, key: str) -> None:
    """A value that is not one of those allowed is refused with its line and key."""
    line = line_of(case, old)

    assert refused(case, replaced((old, new))) == [(line, key)]


def test_unknown_keys_are_refused_with_what_is_allowed(case: Case) -> None:
    """A key that a report has not is refused; nothing is silently left out."""
    line = line_of(case, "vector:")

    found = refused(case, replaced(("vector: supplier", "vektor: supplier\nvector: supplier")))
    assert found == [(line, "vektor")]


def test_all_problems_are_told_at_once(case: Case) -> None:
    """Several faults of one kind are told together, each with its own line."""
    found = refused(
        case,
        replaced(
            (
                "holders: [moqiao-castings, larkmoor-supply]",
                "holders: [one, larkmoor-supply, two]",
            ),
            ("custodians: [alan-brooks", "custodians: [three"),
            ("reporter: peter-lindgren", "reporter: four"),
        ),
    )

    assert sorted(key for _, key in found) == [
        "custodians.0",
        "holders.0",
        "holders.2",
        "reporter",
    ]
    assert len({line for line, _ in found}) == 3


@pytest.mark.parametrize(
    "fact",
    [
        '{kind: moon-landing, when: "2026-11-16", about: incident}',
        '{kind: misappropriation-discovered, when: "2026-11-16T09:00:00Z", about: moqiao}',
        '{kind: misappropriation-discovered, when: "16 November", about: moqiao}',
        '{kind: misappropriation-discovered, when: "20261116", about: moqiao}',
        '{kind: misappropriation-discovered, when: "2026-11-16"}',
        '{kind: infringer-known, when: "2026-11-15", about: moqiao-castings}',
    ],
)
def test_fact_that_no_rule_could_run_from_is_refused(case: Case, fact: str) -> None:
    """An unknown trigger, a wrong kind of time, or the same fact twice is refused."""
    found = refused(case, lambda text: f"{text.rstrip()}\n  - {fact}\n")

    assert len(found) == 1
    assert found[0][1].startswith("facts.")


def test_attachments_are_kept_or_recorded_as_unreadable(case: Case, tmp_path: Path) -> None:
    """A missing, linked or special attachment is recorded and the matter still opens."""
    (tmp_path / "照片.txt").write_bytes(b"a photograph")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("照片.txt")
    named = [tmp_path / name for name in ("照片.txt", "gone.txt", "pipe", "link")]
    opened = case.report(attachments=[*named, tmp_path])

    kept = case.matter.report["attachments"]
    assert opened.unreadable == ("gone.txt", "pipe", "link", tmp_path.name)
    assert [item["state"] for item in kept] == ["stored", "missing", *["unreadable"] * 3]
    assert case.file.store.get(kept[0]["sha256"]) == b"a photograph"
    assert case.file.values.get(kept[0]["name"]) == "照片.txt"


def test_attachment_whose_name_is_not_text_is_kept(case: Case, tmp_path: Path) -> None:
    """A file name that is no UTF-8 is no reason to lose the file."""
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.bin"))
    path.write_bytes(b"x")
    case.report(attachments=[path])

    (kept,) = case.matter.report["attachments"]
    assert kept["state"] == "stored"
    assert case.file.values.get(kept["name"]) == "\ufffd.bin"


def test_same_report_within_a_day_is_the_same_matter(case: Case) -> None:
    """The same report gives the first matter; a day later, or on demand, a new one."""
    first = case.report()
    case.clock.pass_time(hours=24)
    again = case.report()
    on_demand = case.report(new=True)
    case.clock.pass_time(hours=24, seconds=1)
    later = case.report()

    assert again == intake.Opened(first.matter, False)
    assert (on_demand.matter, on_demand.new) == ("LEAK-2026-0002", True)
    assert (later.matter, later.new) == ("LEAK-2026-0003", True)


def test_other_report_is_another_matter(case: Case) -> None:
    """A report that differs in anything opens a matter of its own."""
    case.report()
    path = case.workspace.root / "report.yaml"
    path.write_text(path.read_text("utf-8").replace("vector: supplier", "vector: employee"))

    assert case.report().matter == "LEAK-2026-0002"


def test_damage_of_another_matter_does_not_hold_up_a_report(case: Case) -> None:
    """A leak can be reported while an older matter is damaged: the clock is running."""
    case.report()
    path = case.workspace.matters_folder / "LEAK-2026-0001" / "journal.jsonl"
    path.write_bytes(path.read_bytes().replace(b"supplier", b"employee", 1))

    assert case.report() == intake.Opened("LEAK-2026-0002", True)


def test_numbers_go_on_and_begin_anew_with_the_year(case: Case) -> None:
    """A matter's number is the next of its year."""
    case.report()
    case.clock.pass_time(days=60)

    assert case.report().matter == "LEAK-2027-0001"


def test_what_a_crash_left_is_no_matter_and_in_nobodys_way(case: Case) -> None:
    """A folder left half-made is not listed, and the next report takes its place."""
    left = case.workspace.matters_folder / ".opening-LEAK-2026-0001"
    left.mkdir(parents=True)
    (left / "journal.jsonl").write_text("half a line")
    before = case.workspace.matter_ids()
    opened = case.report()

    assert before == []
    assert opened.matter == "LEAK-2026-0001"
    assert case.workspace.matter_ids() == ["LEAK-2026-0001"]
    assert not left.exists()


@pytest.mark.parametrize("matter", ["LEAK-2026-0009", "../people", "LEAK-2026-0001/..", ""])
def test_matter_that_is_not_there_is_refused(case: Case, matter: str) -> None:
    """A matter is opened by its id only, and never a path."""
    case.report()

    with pytest.raises(UsageError, match="got the matter"):
        case.workspace.matter(matter)


def test_reports_at_the_same_time_make_one_matter(case: Case) -> None:
    """Two processes that report the same at once open one matter."""
    code = """
import sys
from pathlib import Path
from tests.cases_core import Case
print(Case(Path(sys.argv[1])).report().matter)
"""
    command = [sys.executable, "-c", code, str(case.workspace.root)]
    both = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) for _ in range(2)]
    names = {process.communicate()[0].strip() for process in both}

    assert names == {b"LEAK-2026-0001"}
    assert case.workspace.matter_ids() == ["LEAK-2026-0001"]


def test_seen_line_is_known_from_the_register(case: Case) -> None:
    """What the register saw of a matter is the least that its journal must have."""
    case.report()
    row: dict[str, Any] = {"matter": "LEAK-2026-0001", "seq": 7}
    (case.workspace.root / "register.json").write_text(json.dumps({"matters": {"1": row}}))

    assert case.workspace.known_seq("LEAK-2026-0001") == 7
    assert case.workspace.known_seq("LEAK-2026-0002") == 0
    (case.workspace.root / "register.json").write_text("damaged")
    assert case.workspace.known_seq("LEAK-2026-0001") == 0
