"""What must be on record before a source is collected, and what forbids collecting it at all."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from breachbook.cli import blank
from breachbook.collecting import faults, require_admitted
from breachbook.collecting.recording import named
from breachbook.errors import ContentError, CustodyError
from breachbook.workspace_files import SourcesFile
from tests.cases_core import Case, refused, waits_for_triage
from tests.exhibits import plain_source
from tests.gathering import collect, order, sources
from tests.terminal import Run

pytestmark = pytest.mark.usefixtures("standing_clock")

MAIL = b"From: a@example.com\nMessage-ID: <1@example.com>\n\nhello\n"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """The example, waiting for triage."""
    return waits_for_triage(tmp_path_factory.mktemp("collect") / "w")


@pytest.fixture
def case(opened: Case, tmp_path: Path) -> Case:
    """A copy of it."""
    return opened.copy(tmp_path / "w")


@pytest.mark.parametrize(
    ("place", "words"), [("CN", "in CN"), ("", "where the country is not known (--place)")]
)
def test_gate_of_law_bars_a_collection_in_its_country(
    case: Case, tmp_path: Path, place: str, words: str
) -> None:
    """Taking evidence in China waits for counsel's clearance; an unknown place counts as China."""
    wanted = order(case, plain_source(tmp_path / "s"), place=place)

    refused(
        case,
        lambda: collect(case, wanted),
        CustodyError,
        f"cn-gate-cpl294 forbids collecting {words}",
    )


def test_gate_bars_what_is_stored_there_although_the_report_names_another_country(
    case: Case, tmp_path: Path
) -> None:
    """A source's own country is concerned even when nobody reported it."""
    matter = case.matter
    matter.report = {**matter.report, "places": ["US"]}
    matter.parties.clear()
    wanted = replace(order(case, plain_source(tmp_path / "s")), place="CN")
    with pytest.raises(CustodyError, match="cn-gate-cpl294"):
        require_admitted(wanted, matter, case.library.law, case.workspace.now().date())

    require_admitted(
        replace(wanted, place="US"), matter, case.library.law, case.workspace.now().date()
    )


def test_step_waits_at_the_gate_and_goes_on_when_it_is_cleared(case: Case, run: Run) -> None:
    """The source of a preserve step lies in China: the step waits and says which gate it is."""
    path = case.workspace.root / "sources.yaml"
    path.write_text(path.read_text("utf-8").replace("place: US", "place: CN"), "utf-8")
    case.answer()
    waits = case.advance().waits
    cleared = run(
        case, "gate", "clear", case.id, "cn-gate-cpl294", "--authority", "approval 17",
        "--scope", "the share", "--as", "helen-marsh",
    )  # fmt: skip
    case.advance()

    (wait,) = [one for one in waits if one.target == "licence-share"]
    assert (wait.why, wait.detail) == ("law-gate", "cn-gate-cpl294")
    assert cleared[0] == 0
    assert case.matter.exhibits["E1"].place == "CN"


def test_state_secret_is_collected_only_within_its_country(case: Case, tmp_path: Path) -> None:
    """What may be a state secret of Germany is not taken into a workspace that stands in the US."""
    source = plain_source(tmp_path / "s")
    wanted = order(case, source, place="DE", state_secret=True)

    refused(case, lambda: collect(case, wanted), CustodyError, "would leave DE for US")
    collect(case, order(case, source, place="US", state_secret=True))
    assert case.matter.exhibits["E1"].state_secret


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({}, "legal_basis: got nothing"),
        ({"legal_basis": "policy 7", "place": "DE"}, "works_council: got nothing"),
        ({"legal_basis": "policy 7", "place": "FR", "works_council": "pending"}, "is pending"),
    ],
)
def test_mail_is_refused_without_its_legal_basis(
    case: Case, tmp_path: Path, told: dict[str, str], words: str
) -> None:
    """Mail asks for its basis; in Germany and France also for what became of asking the works council."""
    (tmp_path / "one.eml").write_bytes(MAIL)
    wanted = order(case, tmp_path / "one.eml", "mail", **told)

    refused(case, lambda: collect(case, wanted), CustodyError, words)


def test_legal_basis_is_a_commitment_in_the_journal_and_not_in_the_exhibit(
    case: Case, tmp_path: Path
) -> None:
    """The text stays with the matter; the exhibit, which may go to an opponent, does not hold it."""
    (tmp_path / "one.eml").write_bytes(MAIL)
    told = {"legal_basis": "works agreement canary", "place": "DE", "works_council": "agreed"}
    collect(case, order(case, tmp_path / "one.eml", "mail", **told))

    exhibit = case.matter.exhibits["E1"]
    folder = case.file.folder / "exhibits"
    assert exhibit.legal_basis is not None
    assert case.file.values.get(exhibit.legal_basis, "") == "works agreement canary"
    assert exhibit.works_council == "agreed"
    kept = [path for path in folder.rglob("*") if path.is_file()]
    assert kept
    assert [path for path in kept if b"canary" in path.read_bytes()] == []


@pytest.mark.parametrize(
    ("row", "key"),
    [
        ("kind: web\n    path: share", "kind"),
        ("kind: folder", "kind"),
        ("kind: mail\n    path: share", "legal_basis"),
        ("kind: mail\n    path: share\n    legal_basis: policy", "works_council"),
    ],
)
def test_lint_names_what_a_source_lacks(case: Case, run: Run, row: str, key: str) -> None:
    """A row without its place, its legal basis or its works council is told with its line and key."""
    sources(case, f"  - id: other\n    title: Other\n    place: DE\n    {row}\n")
    told = run(case, "lint", case.workspace.root / "sources.yaml")

    assert told[0] == 1
    assert f"sources.1.{key}" in told[1] + told[2]
    with pytest.raises((ContentError, CustodyError)):
        collect(case, named(case.workspace, "other", None, {}))


def test_every_row_that_a_new_workspace_shows_is_a_good_one() -> None:
    """The commented rows of a new workspace's sources.yaml need only their marks taken away."""
    text = (Path(blank.__file__).parent / "sources.yaml.txt").read_text("utf-8")
    shown = [line.removeprefix("# ") for line in text.splitlines() if line.startswith("#  ")]
    data = yaml.safe_load("\n".join(["sources:", *shown]))
    rows = SourcesFile.model_validate(data).sources

    assert {row.kind for row in rows} == {"folder", "mail", "web", "git", "command"}
    assert [fault for row in rows for fault in faults(row.model_dump())] == []
