"""Documents: values stay data in every format; what is printed is archival, marked and whole."""

import io
import re
import zipfile
from typing import Any
from xml.etree import ElementTree

import pytest
from pypdf import PdfReader

from breachbook.documents.inert import inert, plain, release
from breachbook.notices import render
from tests.letters import LETTERS, SHIPPED, W, context, docx_text, letter, pdf_text

HOSTILE = [
    "{{ 7*7 }} {% raw %}",
    "*bold* **strong** _low_ `code` ~~out~~ x^2^ H~2~O",
    "# head",
    "1. one",
    "(a) two",
    "- item",
    "+ more",
    "--- ... -- -1 -?",
    "| a | b |",
    "> said",
    "<script>alert(1)</script> <!-- hidden --> &amp; &lt;",
    r"\input{x} \newpage $x^2$ \# \\",
    '#import "@preview/x:1.0.0" #set text(red) @cite //gone /*gone*/',
    "[text](http://x.example) ![i](file:///etc/hosts) [^1] [@key] <http://y.example>",
    '::: {custom-style="Letterhead"}',
    "```{=typst} #panic() ```",
    "`x`{=openxml} [s]{.c} {#id}",
    "'single' \"double\" “curly” 公司（中国）“引号”",
    "= title",
    "/ term: x",
    "; x",
    ". x -1",
    "% title",
    ": definition",
    "@fig:1 (@) (@ex)",
    "shipped:legal-hold/en-US.md.j2",
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_value_is_data_in_every_format(hostile: str) -> None:
    """Whatever markup a supplier's name looks like, DOCX and PDF show it as written."""
    recipient = {"name": hostile, "contact": hostile}
    made = letter(
        "cease-and-desist", "en-US", "letter",
        recipient=recipient, answers={"triage": {"alleged_acts": hostile}},
    )  # fmt: skip
    shown = plain(inert(hostile))

    assert docx_text(made.docx).count(shown) >= 3
    assert pdf_text(made.pdf).count(re.sub(r"\s", "", shown)) >= 3


@pytest.mark.parametrize("hostile", HOSTILE)
def test_value_is_data_in_a_table(hostile: str) -> None:
    """A cell stays one cell, and the table one table."""
    exhibit = {**context()["exhibits"][0], "title": hostile}
    made = letter("cease-and-desist", "en-US", "letter", exhibits=[exhibit])

    with zipfile.ZipFile(io.BytesIO(made.docx)) as archive:
        body = archive.read("word/document.xml").decode()
    assert body.count("<w:tc>") == 8
    assert plain(inert(hostile)) in docx_text(made.docx)


def test_value_loses_line_ends_control_and_bidirectional_signs() -> None:
    """Invisible characters cannot reorder, hide or break a line."""
    name = "Acme\u202e\u2066 moc\u0007\u200b\ufeff\r\n# Head\u2028x\x1b[31m\ue000\U000f0041\t z"

    assert plain(inert(name)) == "Acme moc # Head x[31m z"
    assert release(inert(name)) == r"Acme moc \# Head x\[31m z"


def test_inert_text_survives_being_made_inert_again() -> None:
    """Making inert text inert again drops what it moved rather than letting it back in."""
    assert "*" not in plain(inert(inert("a*b")))


@pytest.mark.parametrize(("kind", "language", "form"), LETTERS)
def test_pdf_says_it_is_archival_and_embeds_every_font(
    kind: str, language: str, form: str
) -> None:
    """The PDF names itself PDF/A-2b and brings its fonts; a validator proper is not run here."""
    reader: Any = PdfReader(io.BytesIO(letter(kind, language, form).pdf))
    metadata = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    fonts = [
        font["/DescendantFonts"][0]["/FontDescriptor"]
        for page in reader.pages
        for font in (item.get_object() for item in page["/Resources"]["/Font"].values())
    ]

    assert re.search(r"pdfaid:part(>|=\")2", metadata)
    assert re.search(r"pdfaid:conformance(>|=\")B", metadata)
    assert fonts
    assert all("/FontFile3" in font or "/FontFile2" in font for font in fonts)


@pytest.mark.parametrize(("kind", "language", "form"), LETTERS)
def test_every_page_carries_the_watermark_and_its_number(
    kind: str, language: str, form: str
) -> None:
    """An example can never be taken for the real thing, on paper or in Word."""
    made = letter(kind, language, form)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(made.pdf)).pages]
    with zipfile.ZipFile(io.BytesIO(made.docx)) as archive:
        header, footer = (
            archive.read(f"word/{part}1.xml").decode() for part in ("header", "footer")
        )
        body = archive.read("word/document.xml").decode()

    assert all("EXAMPLE" in page for page in pages)
    assert "EXAMPLE" in header
    assert "headerReference" in body
    assert " NUMPAGES " in footer


def test_no_watermark_unless_asked() -> None:
    """A real notice carries none."""
    made = render("legal-hold", "en-US", context(), [SHIPPED])

    assert "EXAMPLE" not in pdf_text(made.pdf)


def test_chinese_docx_names_its_east_asian_fonts_and_language() -> None:
    """Word is told which font and language Chinese text is in."""
    made = letter("cease-and-desist", "zh-CN", "warning-letter")
    with zipfile.ZipFile(io.BytesIO(made.docx)) as archive:
        styles = archive.read("word/styles.xml").decode()
        body = archive.read("word/document.xml").decode()
        stamps = {entry.date_time for entry in archive.infolist()}

    assert 'w:eastAsia="SimSun"' in styles
    assert 'w:eastAsia="zh-CN"' in styles
    assert 'w:hint="eastAsia"' in body
    assert stamps == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize(("kind", "language", "form"), LETTERS)
def test_pdf_shows_every_word_of_the_docx(kind: str, language: str, form: str) -> None:
    """No character of a letter lacks its glyph: both formats hold the same text."""
    made = letter(kind, language, form)
    shown = pdf_text(made.pdf)

    with zipfile.ZipFile(io.BytesIO(made.docx)) as archive:
        body = ElementTree.fromstring(archive.read("word/document.xml"))  # noqa: S314 (our own)
    words = {word for node in body.iter(f"{W}t") for word in (node.text or "").split()}
    assert set("".join(words)) <= set(shown)
