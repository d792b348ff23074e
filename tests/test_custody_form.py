"""The custody form: every handling with both hashes, in English and Chinese, the same bytes, data only."""

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from breachbook import chain
from breachbook.documents import custody_words
from breachbook.documents.custody_form import LANGUAGES, custody_report
from breachbook.errors import UsageError
from breachbook.events import Draft
from tests.handled import EXPERT, FOUNDRY, HELEN, JOAN, LIN, SAMUEL, Handled
from tests.letters import docx_text, pdf_text

HOSTILE = "| {{ 7*7 }} *b* `c` <script> #set [a](http://b) ::: {=typst} $x$"
AUTHORITY = {"authority": "order 17"}


@pytest.fixture(scope="module")
def handled(tmp_path_factory: pytest.TempPathFactory) -> Handled:
    """A matter whose exhibit went through many hands; it is only read."""
    case = Handled.opened(tmp_path_factory.mktemp("form") / "w")
    people = case.case.workspace.root / "people.yaml"
    text = people.read_text("utf-8")
    people.write_text(
        text.replace("title: Lead, Security Response\n",
                     "title: Lead, Security Response\n    phone: +1 303 555 0100\n"),
        "utf-8",
    )  # fmt: skip
    case.seal(trade_secret=True, personal_data=True, findings={"link-not-followed": 2})
    for person in (SAMUEL, LIN):
        chain.undertake(case.hand(JOAN), person, proof=case.paper)
    chain.receive(case.hand(JOAN), "E1", FOUNDRY, condition="sealed bag 0417", proof=case.paper)
    case.pass_time(hours=2)
    chain.offer(case.hand(JOAN), "E1", SAMUEL, purpose=HOSTILE, to_place="US", **AUTHORITY)
    case.pass_time(minutes=20)
    chain.take(case.hand(SAMUEL), "C2", condition="as described")
    chain.access(case.hand(SAMUEL), "E1", purpose="比对图纸")
    case.damage()
    chain.verified(case.hand(HELEN), "E1")
    anchor = {"anchor": "K1", "size": 9, "head": "9" * 64, "checkpoint": "8" * 64}
    stamp = {
        "about": "E1", "subject": "7" * 64, "authority": "trial", "legal_class": "trial",
        "when": "2026-11-16T18:00:05.000000Z", "request": "6" * 64, "reply": "5" * 64,
    }  # fmt: skip
    case.append(Draft("anchor.made", anchor), Draft("timestamp.received", stamp))
    return case


@pytest.fixture(scope="module")
def made(handled: Handled) -> dict[str, bytes]:
    """Its form."""
    return _report(handled)


@pytest.fixture(scope="module")
def data(made: dict[str, bytes]) -> Any:
    """What it says."""
    return json.loads(made["E1-custody.json"])


def _report(case: Handled, exhibit: str = "E1") -> dict[str, bytes]:
    return custody_report(case.case.workspace, case.case.file, case.case.matter, exhibit)


def test_form_is_printed_in_both_languages_and_as_data(made: dict[str, bytes]) -> None:
    """One JSON, and PDF and DOCX in English and Chinese."""
    assert sorted(made) == [
        "E1-custody.en.docx",
        "E1-custody.en.pdf",
        "E1-custody.json",
        "E1-custody.zh.docx",
        "E1-custody.zh.pdf",
    ]


def test_same_record_gives_the_same_bytes(handled: Handled, made: dict[str, bytes]) -> None:
    """Made again an hour later by the clock, nothing differs in any file."""
    handled.pass_time(hours=1)

    assert _report(handled) == made


def test_every_handling_is_told_with_time_zone_people_and_hashes(data: Any) -> None:
    """In order, each in UTC and in the organisation's zone, with its journal line."""
    rows = data["handlings"]
    taken = rows[3]

    assert [row["act"] for row in rows] == [
        "collected", "received", "offered", "transferred", "accessed", "verified",
    ]  # fmt: skip
    assert [row["line"] for row in rows] == sorted(row["line"] for row in rows)
    assert (rows[2]["at"], rows[2]["at_local"]) == (
        "2026-11-16T20:00:00Z", "2026-11-16T14:00:00-06:00",
    )  # fmt: skip
    assert (taken["giver"]["id"], taken["other"]["id"]) == (JOAN, SAMUEL)
    assert taken["by"]["phone"] == "+1 303 555 0100"
    assert taken["before"]["sound"]
    assert taken["after"]["sound"]
    assert taken["condition"]["text"] == "as described"
    assert not rows[5]["after"]["sound"]


@pytest.mark.parametrize("short", LANGUAGES)
def test_paper_has_what_a_court_asks_of_it(made: dict[str, bytes], data: Any, short: str) -> None:
    """Hashes in full, names, titles, telephone, purpose, paper on file, stamp, anchor and zone."""
    words = custody_words.LABELS[LANGUAGES[short]]
    exhibit = data["exhibit"]
    expected = [
        words["title"], words["signature"], exhibit["seal_sha256"], exhibit["manifest_sha256"],
        exhibit["tagmanifest_sha256"], "Samuel Rivera", "Lead, Security Response", "+1 303 555 0100",
        "2026-11-16 14:00:00 (UTC-06:00, America/Chicago)", "2026-11-16 20:00:00 UTC", "order 17",
        "sealed bag 0417", data["handlings"][1]["proof"], "2026-11-16 18:00:05 UTC",
        words["anchored"].format(id="K1", size=9, head="9" * 64), HOSTILE, "比对图纸",
        words["unsound"].format(seal=exhibit["seal_sha256"]), words["trade_secret"], "C2", "U1",
        words["journal_line"].format(line=data["as_of"]["line"]), "_" * 28,
        custody_words.FINDINGS[LANGUAGES[short]]["link-not-followed"],
        custody_words.CLASSES[LANGUAGES[short]]["trial"],
    ]  # fmt: skip
    printed = pdf_text(made[f"E1-custody.{short}.pdf"])
    typed = re.sub(r"\s|\u200b", "", docx_text(made[f"E1-custody.{short}.docx"]))

    assert [text for text in expected if re.sub(r"\s", "", text) not in typed] == []
    assert [text for text in expected if re.sub(r"\s", "", text) not in printed] == []


def test_chinese_form_has_local_names(made: dict[str, bytes]) -> None:
    """The company and the foundry bear their Chinese names."""
    text = pdf_text(made["E1-custody.zh.pdf"])

    assert "证据保管链记录" in text
    assert "青岚北原车轮铸造有限公司" in text
    assert "哈登里奇车轮公司" in text


def test_pdf_is_archival_with_its_fonts(made: dict[str, bytes]) -> None:
    """Both PDFs name themselves PDF/A-2b; an example is marked on every page."""
    for short in LANGUAGES:
        reader: Any = PdfReader(io.BytesIO(made[f"E1-custody.{short}.pdf"]))
        metadata = reader.trailer["/Root"]["/Metadata"].get_data().decode()

        assert re.search(r"pdfaid:part(>|=\")2", metadata)
        assert all("EXAMPLE" in page.extract_text() for page in reader.pages)


def test_words_that_are_not_there_are_shown_as_commitments(
    handled: Handled, tmp_path: Path
) -> None:
    """What was erased, or is withheld from a reader, leaves its commitment in its place."""
    case = handled.copy(tmp_path / "w")
    (case.case.file.folder / "values.jsonl").write_bytes(b"")
    made = _report(case)
    rows = json.loads(made["E1-custody.json"])["handlings"]
    purpose = rows[2]["purpose"]

    assert purpose["text"] is None
    assert purpose["c"][:16] in pdf_text(made["E1-custody.en.pdf"])
    assert "sealedbag0417" not in pdf_text(made["E1-custody.en.pdf"])
    assert rows[1]["other"]["name"] == FOUNDRY


def test_form_of_a_destroyed_exhibit_says_when(handled: Handled, tmp_path: Path) -> None:
    """Its record outlives it."""
    case = handled.copy(tmp_path / "w")
    data = {"entry": "C9", "exhibit": "E1", "act": "destroyed"}
    case.append(Draft("custody.entered", data))
    made = _report(case)

    assert json.loads(made["E1-custody.json"])["exhibit"]["destroyed_at"]
    assert "Destroyed" in docx_text(made["E1-custody.en.docx"])


def test_outsider_has_blank_lines_and_the_next_handover_too(tmp_path: Path) -> None:
    """Name and title are printed where known; the last block is blank on both sides."""
    case = Handled.opened(tmp_path / "w")
    case.seal()
    chain.offer(case.hand(HELEN), "E1", EXPERT, purpose="appraisal", **AUTHORITY)
    chain.take(case.hand(HELEN), "C1", proof=case.paper)
    text = docx_text(_report(case)["E1-custody.zh.docx"])

    assert "示例电子数据司法鉴定所" in text
    assert text.count("_" * 28) == 4 + 6


def test_unknown_exhibit_has_no_form(handled: Handled) -> None:
    """The message names the exhibits there are."""
    with pytest.raises(UsageError, match="allowed: E1"):
        _report(handled, "E7")


def test_both_languages_know_the_same_words() -> None:
    """No label, act, way of identifying or class is missing in one of them; findings in English are ours."""
    for table in (
        custody_words.LABELS,
        custody_words.ACTS,
        custody_words.METHODS,
        custody_words.COLLECTORS,
        custody_words.CLASSES,
        custody_words.COUNCIL,
        custody_words.FINDINGS,
    ):
        assert table["en-US"].keys() == table["zh-CN"].keys()


def test_every_act_has_a_word() -> None:
    """The closed list of acts, and the sealing before them, can be printed."""
    from breachbook.custody import ACTS

    assert custody_words.ACTS["en-US"].keys() == {"collected", *ACTS}
