"""The papers of a bundle: drafts for people to complete, and the record for machines."""

import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pypdf
import pytest

from breachbook.bundle import Material, contents
from breachbook.chain import verified
from tests.bundles import follow, hand, page_of, pin, tools, written
from tests.cases_core import Case


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """The example's exhibit under SHA-512, time-stamped and verified later on by counsel."""
    folder = tmp_path_factory.mktemp("papers")
    case = Case.install(folder / "w")
    config = case.workspace.root / "breachbook.toml"
    text = config.read_text("utf-8")
    assert 'algorithm = "sha256"' in text
    config.write_text(text.replace('algorithm = "sha256"', 'algorithm = "sha512"'), "utf-8")
    case.report()
    case.advance()
    case.answer()
    case.advance()
    pin(case, folder / "authority")
    case.clock.pass_time(days=3)
    verified(hand(case), "E1")
    return case


@pytest.fixture(scope="module")
def papers(case: Case) -> dict[str, bytes]:
    """Everything beside the bags."""
    return contents(Material.read(case.workspace, case.id, ("E1",), "court"))


@pytest.fixture(scope="module")
def bundle(case: Case, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A court bundle of it."""
    return written(case, "court", tmp_path_factory.mktemp("out"))


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of programs: coreutils, a shell and openssl."""
    return tools(tmp_path_factory.mktemp("tools") / "bin")


def _pdf(data: bytes) -> str:
    reader = pypdf.PdfReader(io.BytesIO(data))
    return re.sub(r"[\s\u200b]+", " ", " ".join(page.extract_text() for page in reader.pages))


def _docx(data: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return re.sub(r"<[^>]*>|\u200b", "", packed.read("word/document.xml").decode())


def test_certificate_states_two_hash_events_with_tool_operator_and_time(
    case: Case, papers: dict[str, bytes]
) -> None:
    """Acquisition and later verification each say when (UTC), by whom and with which build."""
    text = _pdf(papers["certificates/E1-902-14-draft.pdf"])
    exhibit = case.matter.exhibits["E1"]

    assert "902(14)" in text
    assert "First hash: acquisition" in text
    assert "Second hash: verification" in text
    assert "2026-11-16 18:00:00 UTC" in text
    assert "2026-11-19 18:00:00 UTC" in text
    assert "Helen Marsh" in text
    assert "SHA-512" in text
    assert exhibit.seal_sha256 in text.replace(" ", "")
    assert exhibit.manifest_sha256 in text.replace(" ", "")


def test_certificate_is_a_draft_with_blanks_and_never_signed(papers: dict[str, bytes]) -> None:
    """Name, qualification, date and signature are left to the person who certifies."""
    text = _pdf(papers["certificates/E1-902-14-draft.pdf"])
    word = _docx(papers["certificates/E1-902-14-draft.docx"])

    for told in (text, word):
        assert "DRAFT" in told
        assert re.search(r"Signature: ?_{20,}", told)
        assert re.search(r"I, _{10,}, ?declare", told)
        assert "penalty of perjury" in told


def test_certificate_leaves_the_second_hash_blank_where_nobody_verified(
    case: Case, tmp_path: Path
) -> None:
    """What was not done is not stated."""
    unverified = case.copy(tmp_path / "w")
    journal = unverified.file.folder / "journal.jsonl"
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:-1]))
    made_ = contents(Material.read(unverified.workspace, case.id, ("E1",), "court"))

    text = _pdf(made_["certificates/E1-902-14-draft.pdf"])
    assert "No later verification is recorded" in text
    assert "2026-11-19" not in text


def test_chinese_record_has_two_collectors_the_holder_and_a_witness(
    papers: dict[str, bytes],
) -> None:
    """法发〔2016〕22号, article 14: the record and its list are signed by collectors, holder and witness."""
    record = _pdf(papers["china/E1-提取笔录.pdf"]).replace(" ", "")
    items = _pdf(papers["china/E1-清单.pdf"]).replace(" ", "")

    for words in ("提取人（一）：__", "提取人（二）：__", "见证人：__", "完整性校验值"):
        assert words in record
        assert words in items
    assert "电子数据持有人" in record
    assert "草稿" in record


def test_chinese_list_gives_format_size_and_integrity_value_of_each_item(
    case: Case, papers: dict[str, bytes]
) -> None:
    """Every file of the exhibit is on the list with its digest."""
    bag = case.file.folder / "exhibits" / "E1"
    digest, name = (bag / "manifest-sha512.txt").read_text("utf-8").split("  ", 1)
    items = _pdf(papers["china/E1-清单.pdf"]).replace(" ", "")

    assert digest in items
    assert name.strip().removeprefix("data/").replace(" ", "") in items
    assert "xlsx4305" in items


def test_provenance_conforms_to_case_and_uco(papers: dict[str, bytes], tmp_path: Path) -> None:
    """The validator of the ontology's authors, offline, finds nothing worse than a remark."""
    path = tmp_path / "provenance.jsonld"
    path.write_bytes(papers["provenance.jsonld"])

    program = Path(sys.executable).with_name("case_validate")
    command = [str(program), "--allow-info", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout
    assert "Conforms: True" in done.stdout


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_page_verifies_a_bag_under_sha512_in_either_language(
    bundle: Path, path: Path, language: str
) -> None:
    """The manifests of a bag decide which of the checksum programs is used; the commands are the same."""
    done = follow(bundle, path, page_of(bundle, language))

    assert (bundle / "exhibits/E1/manifest-sha512.txt").is_file()
    assert done.stdout.splitlines()[-1] == "everything verified"
    assert done.returncode == 0


@pytest.mark.parametrize("name", ["PROCEDURE", "PROCEDURE.zh"])
def test_page_is_one_page(papers: dict[str, bytes], name: str) -> None:
    """It is printed as its text stands, on one sheet."""
    reader = pypdf.PdfReader(io.BytesIO(papers[f"{name}.pdf"]))
    lines = papers[f"{name}.txt"].decode().splitlines()

    assert len(reader.pages) == 1
    assert "openssl ts -verify" in reader.pages[0].extract_text()
    assert max(map(len, lines)) <= 100
