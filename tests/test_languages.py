"""Languages: regional glyphs, page words, dates, lists, and what no language may say."""

import io
import zipfile
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError
from pypdf import PdfReader

from breachbook.documents.inert import plain
from breachbook.documents.typography import typography
from breachbook.documents.wording import day, listed, moment
from breachbook.errors import ContentError
from breachbook.notices import load_kind, render
from breachbook.workspace_files import TradeSecret
from tests.letters import LETTERS, SHIPPED, context, docx_text, letter, pdf_text

# One code point, drawn differently in each region.
REGIONAL = "直骨今令"
DEMANDS = [row for row in LETTERS if row[0] == "cease-and-desist"]
SECRET = {
    "id": "casting", "title": "Casting", "owner": "us", "since": "2020-01-01",
    "measures": [{"kind": "access", "text": "by name", "since": "2020-01-01"}],
}  # fmt: skip


def fonts(pdf: bytes) -> set[str]:
    """Name the fonts of a PDF without their subset marks."""
    pages: Any = PdfReader(io.BytesIO(pdf)).pages
    named = (
        font["/BaseFont"]
        for page in pages
        for font in (item.get_object() for item in page["/Resources"]["/Font"].values())
    )
    return {str(name).partition("+")[2] for name in named}


@pytest.mark.parametrize(
    ("language", "form", "own"),
    [
        ("zh-CN", "warning-letter", "NotoSerifSC"),
        ("zh-TW", "warning-letter", "NotoSerifTC"),
        ("ja", "warning-letter", "NotoSerifJP"),
        ("ko", "warning-letter", "NotoSerifKR"),
    ],
)
def test_han_characters_are_drawn_as_in_the_letters_own_region(
    language: str, form: str, own: str
) -> None:
    """What every region writes differently is set in the font of the letter's language alone."""
    named = {"name_local": REGIONAL, "address_local": REGIONAL}

    made = letter("cease-and-desist", language, form, recipient=named)

    serif = {name.split("-")[0] for name in fonts(made.pdf) if name.startswith("NotoSerif")}
    assert serif == {own}
    assert pdf_text(made.pdf).count(REGIONAL) >= 2


@pytest.mark.parametrize(("kind", "language", "form"), DEMANDS)
def test_name_of_any_of_the_four_regions_is_shown_in_every_language(
    kind: str, language: str, form: str
) -> None:
    """A Korean name in a German letter, a Taiwanese one in a Japanese letter: none lacks a glyph."""
    name = "노스 株式会社ノース 歐亞鑄造廠 骨直铸造厂 Łódź Gießerei"
    made = letter(kind, language, form, recipient={"name": name, "name_local": name})

    assert name.replace(" ", "") in pdf_text(made.pdf)
    assert name in docx_text(made.docx)


@pytest.mark.parametrize(
    ("language", "font", "tag", "page"),
    [
        ("ja", "MS Mincho", "ja-JP", " 頁"),
        ("ko", "Batang", "ko-KR", " 쪽"),
        ("zh-TW", "PMingLiU", "zh-TW", "第 "),
        ("de", "SimSun", "de-DE", "Seite "),
        ("fr", "SimSun", "fr-FR", "Page "),
        ("en-GB", "SimSun", "en-GB", "Page "),
    ],
)
def test_docx_names_language_fonts_and_page_words(
    language: str, font: str, tag: str, page: str
) -> None:
    """Word is told the language and its fonts; the page number is said in that language, on A4."""
    form = next(iter(load_kind([SHIPPED], "cease-and-desist").languages[language]))
    made = letter("cease-and-desist", language, form)
    with zipfile.ZipFile(io.BytesIO(made.docx)) as archive:
        styles, footer, body = (
            archive.read(f"word/{part}.xml").decode() for part in ("styles", "footer1", "document")
        )

    assert f'w:eastAsia="{font}"' in styles
    assert f'"{tag}"' in styles
    assert page in footer
    assert 'w:w="11906"' in body


def test_unknown_language_is_set_as_american_english() -> None:
    """An organisation's own template in another language still prints."""
    assert typography("pt-BR").paper == "us-letter"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en-US", "March 1, 2026"),
        ("en-GB", "1 March 2026"),
        ("de", "1. März 2026"),
        ("fr", "1er mars 2026"),
        ("zh-CN", "2026年3月1日"),
        ("zh-TW", "民國115年3月1日"),
        ("ja", "2026年3月1日"),
        ("ko", "2026년 3월 1일"),
    ],
)
def test_date_is_written_as_letters_of_the_language_do(language: str, expected: str) -> None:
    """Order, ordinal, and in Taiwan the years of the Republic."""
    assert plain(day("2026-03-01", language)) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en-US", "March 4, 2026 10:30 UTC-06:00"),
        ("de", "4. März 2026 10:30 Uhr UTC-06:00"),
        ("fr", "4 mars 2026 à 10 h 30 UTC-06:00"),
        ("ko", "2026년 3월 4일 10:30 UTC-06:00"),
    ],
)
def test_instant_is_written_with_its_hour_and_offset(language: str, expected: str) -> None:
    """An hour is told as the language tells it, with the offset it was recorded in."""
    assert plain(moment("2026-03-04T10:30:00-06:00", language)) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en-GB", "a, b and c"),
        ("de", "a, b und c"),
        ("fr", "a, b et c"),
        ("zh-CN", "a、b和c"),
        ("zh-TW", "a、b及c"),
        ("ja", "a、b及びc"),
        ("ko", "a, b 및 c"),
    ],
)
def test_items_are_joined_as_in_running_text(language: str, expected: str) -> None:
    """Each language has its own comma and its own word before the last item."""
    assert listed(["a", "b", "c"], language) == expected


@pytest.mark.parametrize(
    ("language", "act"),
    [
        ("en-GB", "You must delete all copies at once."),
        ("en-GB", "We shall refer this to the police."),
        ("de", "Sie müssen alle Kopien sofort löschen."),
        ("de", "Wir werden Strafanzeige erstatten."),
        ("de", "Gegen Zahlung von 10.000 Euro bewahren wir Stillschweigen."),
        ("fr", "Veuillez effacer toutes les copies."),
        ("fr", "Nous déposerons plainte."),
        ("fr", "Si vous payez cette somme, nous garderons le silence."),
        ("ja", "直ちに全ての複製物を削除してください。"),
        ("ja", "刑事告訴を行います。"),
        ("ja", "金員の支払があれば口外しない。"),
        ("ko", "모든 복제물을 삭제하여 주시기 바랍니다."),
        ("ko", "형사 고소할 예정입니다."),
        ("ko", "합의금을 주시면 공개하지 않겠습니다."),
        ("zh-TW", "請立即刪除全部複製物。"),
        ("zh-TW", "否則本公司將報案。"),
        ("zh-TW", "支付賠償後本公司即不再追究。"),
    ],
)
def test_no_language_orders_deletion_threatens_or_sells_silence(language: str, act: str) -> None:
    """Words that harm the sender are refused in every language, also when an answer brings them."""
    suffix = {"en-GB": "", "zh-TW": "_tw"}.get(language, f"_{language}")
    answers = {"triage": {f"alleged_acts{suffix}": act}}

    with pytest.raises(ContentError, match="no such wording"):
        render("cease-and-desist", language, context(answers=answers), [SHIPPED])


@pytest.mark.parametrize(
    ("language", "act"),
    [
        ("en-US", "You must terminate the employee."),
        ("en-US", "This is theft."),
        ("de", "Das ist Diebstahl."),
        ("de", "Sie müssen die Person freistellen."),
        ("zh-CN", "贵司应当辞退该人员。"),
    ],
)
def test_letter_to_an_employer_neither_accuses_nor_restrains(language: str, act: str) -> None:
    """A new employer is told facts: no accusation, and nobody's employment is to end."""
    suffix = {"en-US": "", "zh-CN": "_zh"}.get(language, f"_{language}")
    answers = {
        "ask": {
            "former_employee": "A", "covenant": "c", "covenant_de": "c", "covenant_zh": "c",
            f"property_returned{suffix}": act,
        }
    }  # fmt: skip

    with pytest.raises(ContentError, match="no such wording"):
        render("notice-to-new-employer", language, context(answers=answers), [SHIPPED])


def test_breach_notice_needs_an_agreement_with_its_recipient() -> None:
    """A supplier is told of its own agreement only, and without one there is nothing to breach."""
    text = letter("supplier-breach-notice", "en-US", "letter").markdown.decode()

    assert "Technology Licence Agreement" in text
    assert "nobody else" not in text
    with pytest.raises(ContentError, match=r"agreements\.\*\.title: got nothing"):
        letter("supplier-breach-notice", "en-US", "letter", recipient={"id": "third"})


def test_breach_notice_cites_the_civil_code_only_where_it_governs() -> None:
    """The Civil Code of the PRC is cited under a contract it governs, not under another's law."""
    ours = context()["agreements"][0]
    under_illinois = letter("supplier-breach-notice", "zh-CN", "letter").markdown.decode()
    under_china = letter(
        "supplier-breach-notice", "zh-CN", "letter",
        agreements=[ours | {"governing_law": "the People's Republic of China"}],
    ).markdown.decode()  # fmt: skip

    assert "民法典" not in under_illinois
    assert "第五百六十三条至第五百六十五条" in under_china


def test_category_may_be_told_in_each_language() -> None:
    """The register may hold a category per language, and a letter takes that of its own."""
    row = TypeAdapter(TradeSecret).validate_python(
        SECRET | {"category": {"en": "process", "de": "Verfahren"}}
    )

    assert row.category == {"en": "process", "de": "Verfahren"}
    assert (
        "technische Informationen"
        in letter("cease-and-desist", "de", "abmahnung").markdown.decode()
    )


@pytest.mark.parametrize("category", [{}, {"German": "Verfahren"}, {"de": ""}])
def test_category_without_a_language_or_text_is_refused(category: dict[str, str]) -> None:
    """A category names at least one language by its tag and says something in it."""
    with pytest.raises(ValidationError):
        TypeAdapter(TradeSecret).validate_python(SECRET | {"category": category})
