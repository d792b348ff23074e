"""Drafting: the language and signatory of the place, and what a report is told of the journal."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from breachbook.entries import Document
from tests.cases_core import LETTER, Case, waits_for_triage

HOLDER = "larkmoor-supply"
FIRM = """
[law_firms.DE]
name = "Anna Beispiel"
title = "Rechtsanwältin"
firm = "Kanzlei Beispiel"
practice_number = "DE-0001"
"""
LISTING = """{% for row in journal %}
- {{ row.seq }} {{ row.at }} {{ row.kind }} by {{ row.by }} ({{ row.about }}) {{ row.hash }}
{% endfor %}
"""


def placed(folder: Path, place: str, language: str, config: str = "") -> Case:
    """Give a matter in which one holder is elsewhere and speaks another language."""
    case = Case.install(folder)
    parties = folder / "parties.yaml"
    head, tail = parties.read_text("utf-8").split(f"- id: {HOLDER}")
    tail = tail.replace("place: US", f"place: {place}").replace("en-US", language)
    parties.write_text(f"{head}- id: {HOLDER}{tail}", "utf-8")
    with (folder / "breachbook.toml").open("a", encoding="utf-8") as file:
        file.write(config)
    case.report()
    case.advance()
    return case


def letter_of(case: Case) -> tuple[Document, str]:
    """Give the holder's letter and its text."""
    document = case.matter.documents[case.matter.instance(LETTER, HOLDER).document or ""]
    (sha,) = (sha for name, sha in document.files.items() if name.endswith(".md"))
    return document, case.file.store.get(sha).decode()


@pytest.mark.parametrize(
    ("place", "language", "title"),
    [
        ("GB", "en-GB", "Letter before claim"),
        ("JP", "ja-JP", "警告書"),
        ("TW", "zh-TW", "存證信函"),
    ],
)
def test_holder_is_written_to_in_its_language_by_the_company(
    tmp_path: Path, place: str, language: str, title: str
) -> None:
    """A party's language decides the letter, which the company signs unless counsel chose a firm."""
    case = placed(tmp_path / "w", place, language)
    case.answer()
    case.advance()

    assert title in letter_of(case)[1]


@pytest.mark.parametrize(
    ("config", "expected"), [(FIRM, "Kanzlei Beispiel"), ("", "für Haldenridge Wheel Company")]
)
def test_firm_of_the_place_signs_where_one_is_named(
    tmp_path: Path, config: str, expected: str
) -> None:
    """In Germany the Abmahnung comes from the firm that is named there, or else from the company."""
    case = placed(tmp_path / "w", "DE", "de", config)
    case.answer(signatory="law-firm")
    case.advance()

    assert expected in letter_of(case)[1]


def test_report_is_told_every_line_of_the_journal(tmp_path: Path) -> None:
    """Number, local time, kind, who, about what and the digest: enough to look each line up."""
    case = waits_for_triage(tmp_path / "w")
    own = case.workspace.root / "notices" / "executive-brief"
    own.mkdir(parents=True)
    (own / "en-US.md.j2").write_text(LISTING, "utf-8")
    (own / "notice.yaml").write_text(
        "id: executive-brief\ntitle: Brief\naudience: internal\nprivilege: attorney-client\n"
        "languages: {en-US: {brief: Brief}}\nrequires: []\nuses: {journal: true}\n",
        "utf-8",
    )
    case = Case(case.workspace.root)
    case.answer()
    case.advance()

    document = case.matter.documents[case.matter.instance("brief", "-").document or ""]
    (sha,) = (sha for name, sha in document.files.items() if name.endswith(".md"))
    told = case.file.store.get(sha).decode().replace("\\", "")
    first = case.events()[0]
    at = first.when.astimezone(ZoneInfo("America/Chicago")).isoformat(timespec="seconds")
    assert f"- 1 {at} matter.opened by {first.actor.person}" in told
    assert first.hash in told
    assert "step.started by breachbook (step triage" in told
