"""The docket report and the commands around a docket: whole, marked, the same bytes, and data only."""

import csv
import io
import json
import os
import re
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from breachbook.cli import output
from breachbook.documents.docket import Report, docket_report
from breachbook.views.docket_report import told
from tests.dockets import GOLDEN, MATTER, Docketed, played
from tests.letters import docx_text, pdf_text
from tests.terminal import Run

HOSTILE = "| {{ 7*7 }} *b* `c` <script> #set [a](http://b) ::: {=typst} $x$"


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Docketed:
    """A matter after a week in which every sort of thing happened; it is only read."""
    return played(tmp_path_factory.mktemp("week") / "w")


@pytest.fixture(scope="module")
def data(week: Docketed) -> Any:
    """What its report says."""
    return told(week.file, week.matter, week.library, week.events())


@pytest.fixture(scope="module")
def report(data: Any) -> Report:
    """Its report."""
    return docket_report(data, watermark="EXAMPLE")


@pytest.fixture(autouse=True)
def standing(week: Docketed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the week's clock be the one of proofs."""
    monkeypatch.setattr("breachbook.clock.now", week.clock)


def test_report_reads_as_the_golden_one(report: Report) -> None:
    """A change in its words is seen in a diff; BREACHBOOK_GOLDEN=write accepts it. The head is random."""
    text = re.sub(r"(?<=journal:\*\* )[0-9a-f]{64}", "HEAD", report.markdown.decode())
    golden = GOLDEN / "docket.md"

    if os.environ.get("BREACHBOOK_GOLDEN") == "write":
        golden.write_text(text, "utf-8")
    assert text == golden.read_text("utf-8")


def test_same_record_gives_the_same_bytes(week: Docketed, report: Report) -> None:
    """Made again an hour later by the clock, nothing differs in any of the three files."""
    week.clock.pass_time(hours=1)

    again = told(week.file, week.matter, week.library, week.events())

    assert docket_report(again, watermark="EXAMPLE") == report


def test_report_says_as_of_which_line(week: Docketed, data: Any) -> None:
    """The head hash, the line and its time name the record that the report follows from."""
    assert data["as_of"]["head"] == week.matter.head
    assert data["as_of"]["line"] == week.matter.seq
    assert data["as_of"]["day"] == "2026-11-21"


def test_pdf_is_archival_and_shows_chinese(report: Report) -> None:
    """The PDF names itself PDF/A-2b, embeds its fonts and prints titles and working in Chinese."""
    reader: Any = PdfReader(io.BytesIO(report.pdf))
    metadata = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    fonts = [
        font["/DescendantFonts"][0]["/FontDescriptor"]
        for page in reader.pages
        for font in (item.get_object() for item in page["/Resources"]["/Font"].values())
    ]

    assert re.search(r"pdfaid:part(>|=\")2", metadata)
    assert all("/FontFile3" in font or "/FontFile2" in font for font in fonts)
    assert "申请复议裁定" in pdf_text(report.pdf)
    assert "期间开始之日" in pdf_text(report.pdf)


def test_korean_title_is_printed_in_both(report: Report) -> None:
    """A title in Korean stands whole in PDF, Word and Markdown."""
    assert "예시법(ExampleCivilAct)" in pdf_text(report.pdf)
    assert "예시법 (Example Civil Act)" in docx_text(report.docx)
    assert "예시법" in report.markdown.decode()


def test_script_without_a_font_is_named_in_the_pdf_and_whole_in_word(tmp_path: Path) -> None:
    """A Thai title does not stop the report: the PDF names the script, Word has the text."""
    world = Docketed(tmp_path / "w", "กฎหมาย")
    world.fact("ex-infringer-known", "2026-11-16", "incident")

    made = docket_report(told(world.file, world.matter, world.library, world.events()))

    assert "‹Thai›" in pdf_text(made.pdf)
    assert "กฎหมาย" in docx_text(made.docx)


def test_report_says_once_that_it_is_no_advice(report: Report) -> None:
    """Once suffices."""
    assert report.markdown.decode().count("no legal advice") == 1


def test_every_page_carries_the_watermark_only_of_an_example(data: Any, report: Report) -> None:
    """An example cannot be taken for a docket; a docket carries no such mark."""
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(report.pdf)).pages]

    assert all("EXAMPLE" in page for page in pages)
    assert "EXAMPLE" not in pdf_text(docket_report(data).pdf)


def test_what_people_typed_is_data(tmp_path: Path) -> None:
    """Whatever markup a title looks like, it is shown as written and one table stays one table."""
    world = Docketed(tmp_path / "w", HOSTILE)
    world.fact("ex-infringer-known", "2026-11-16", "supplier=a|b_c")

    made = docket_report(told(world.file, world.matter, world.library, world.events()))

    assert HOSTILE in docx_text(made.docx)
    assert re.sub(r"\s", "", HOSTILE) in pdf_text(made.pdf)
    assert "supplier=a|b_c" in docx_text(made.docx)


def test_long_words_may_be_broken_and_a_digest_is_whole(tmp_path: Path) -> None:
    """A name of sixty letters does not run out of its column; a SHA-256 can still be copied."""
    world = Docketed(tmp_path / "w")
    world.fact("ex-infringer-known", "2026-11-16", "x" * 60)

    made = docket_report(told(world.file, world.matter, world.library, world.events()))

    assert "x" * 13 not in made.markdown.decode()
    assert world.matter.head in made.markdown.decode()


def test_docket_command_writes_closed_files_named_by_the_line(
    week: Docketed, tmp_path: Path, run: Run
) -> None:
    """Three files for their owner alone, named after the line they are as of, their hashes printed."""
    out = tmp_path / "dockets"

    code, printed, _ = run(week.workspace.root, "docket", MATTER, "--out", out)
    again = json.loads(run(week.workspace.root, "docket", MATTER, "--out", out, "--json")[1])

    assert code == 0
    stem = f"{MATTER}-docket-{week.matter.seq}"
    assert {p.name for p in out.iterdir()} == {f"{stem}.{end}" for end in ("pdf", "docx", "md")}
    assert {stat.S_IMODE(path.stat().st_mode) for path in out.iterdir()} == {0o600}
    assert again["as_of"]["head"] == week.matter.head
    assert all(row["sha256"][:16] in printed for row in again["files"])


def test_deadlines_list_what_was_not_counted_first_and_gates_last(
    week: Docketed, run: Run
) -> None:
    """The table has owner, note and first permitted day; gates stand below without a date."""
    code, out, _ = run(week.workspace.root, "deadlines", MATTER)
    lines = out.splitlines()

    assert code == 0
    assert lines[0].split() == ["not", "counted", "rule", "because"]
    assert "2027-01-01" in lines[1]
    (head,) = [line for line in lines if line.startswith("safe") and "owner" in line]
    assert re.split(r"  +", head) == [
        "safe",
        "legal",
        "from fact",
        "note",
        "rule",
        "title",
        "owner",
    ]
    assert any("from 2026-12-05" in line and "unverified" in line for line in lines)
    assert any("disputed" in line and line.endswith("helen-marsh") for line in lines)
    assert any(re.match(r"no date +cleared export +ex-gate-export", line) for line in lines)
    assert any(re.match(r"no date +practice +ex-pleading", line) for line in lines)


def test_deadlines_give_json_with_state_urgency_and_owner(week: Docketed, run: Run) -> None:
    """A program gets every key, what was not counted first with its problem."""
    found = json.loads(run(week.workspace.root, "deadlines", MATTER, "--json")[1])

    assert (found[0]["state"], found[0]["safe"]) == ("not-counted", None)
    assert found[0]["problem"]
    for row in found[1:]:
        assert {"state", "urgency", "owner", "disputed", "bound", "warnings", "told"} <= row.keys()
        assert row["working"]


def test_csv_is_for_spreadsheets_and_holds_no_formula(
    week: Docketed, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    """RFC 4180 with CRLF; a cell that a spreadsheet would compute gets an apostrophe."""
    out = run(week.workspace.root, "deadlines", MATTER, "--csv")[1]
    rows = list(csv.DictReader(io.StringIO(out)))
    output.as_csv(("a", "b"), [("=1+1", '+1, "x"'), ("-1", "@x"), ("plain", "\t=1")])
    cells = capsys.readouterr().out

    assert out.count("\r\n") == len(rows) + 1
    assert {row["id"] for row in rows} >= {"ex-response@F5", "ex-new-duty@F1"}
    assert cells == 'a,b\r\n\'=1+1,"\'+1, ""x"""\r\n\'-1,\'@x\r\nplain,\'\t=1\r\n'


def test_working_is_numbered_and_in_chinese_where_there_is_some(week: Docketed, run: Run) -> None:
    """Numbered sentences; with zh-CN those that exist in Chinese, the others in English."""
    english = run(week.workspace.root, "deadlines", MATTER, "--working")[1]
    chinese = run(week.workspace.root, "deadlines", MATTER, "--working", "--language", "zh-CN")[1]

    assert "  1. Mon 2026-11-16 is the day on which the period begins" in english
    assert "  1. 2026年11月16日（周一）为期间开始之日" in chinese
    assert "  2. 20 days, every day counted" in chinese
    assert "disputed: the days for service are added before the end is moved" in english


def test_changes_reminders_and_gates_are_lists_of_their_own(week: Docketed, run: Run) -> None:
    """Each is printed for people and, with --json or --csv, for programs."""
    root = week.workspace.root
    changes = run(root, "deadlines", MATTER, "--changes")[1]
    reminders = json.loads(run(root, "deadlines", MATTER, "--reminders", "--json")[1])
    gates = run(root, "deadlines", MATTER, "--gates")[1]
    sheet = list(
        csv.DictReader(io.StringIO(run(root, "deadlines", MATTER, "--gates", "--csv")[1]))
    )

    assert re.search(r"ex-response@F2 .*corrected +2026-12-04 -> 2026-12-08", changes)
    assert reminders["verdict"]
    assert {row["state"] for row in reminders["reminders"]} >= {"sent", "superseded"}
    assert "on the authority of permit 7 | of the office" in gates
    assert "ex-gate-export" in {row["rule"] for row in sheet}


@pytest.mark.parametrize(
    "arguments",
    [
        ["--json", "--csv"],
        ["--changes", "--gates"],
        ["--language", "fr-FR"],
    ],
)
def test_what_does_not_go_together_is_bad_usage(
    arguments: list[str], week: Docketed, run: Run
) -> None:
    """Two outputs at once, or a language there is not, end with 2 and print nothing."""
    code, out, err = run(week.workspace.root, "deadlines", MATTER, *arguments)

    assert (code, out) == (2, "")
    assert err


def test_dates_are_shown_even_when_the_law_cannot_be_read(tmp_path: Path, run: Run) -> None:
    """A broken file of law hides gates and owners, says so, and hides no date."""
    world = played(tmp_path / "w")
    (world.workspace.root / "law" / "ex" / "court.yaml").write_text("nonsense: [", "utf-8")

    code, out, err = run(world.workspace.root, "deadlines", MATTER)

    assert code == 0
    assert "ex-response" in out
    assert "court.yaml" in err


def test_colour_is_for_a_terminal_that_wants_it(
    week: Docketed, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was not counted is red on a terminal, never in a pipe, and never with NO_COLOR."""
    list_ = (week.workspace.root, "deadlines", MATTER)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    piped = run(*list_)[1]
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    seen = run(*list_)[1]
    monkeypatch.setenv("NO_COLOR", "1")
    plain = run(*list_)[1]

    assert "\x1b" not in piped
    assert "\x1b[1;31mF1 supplier" in seen
    assert re.sub(r"\x1b\[[0-9;]*m", "", seen) == plain == piped
