"""Reading an edited DOCX: its text and nothing else, all of it or none."""

import pytest

from breachbook import redline
from breachbook.documents.edited import edited
from breachbook.documents.inert import release
from breachbook.documents.reading import read_docx
from breachbook.errors import ContentError
from tests.handed_in import HOSTILE, ended, paragraph, parts_of
from tests.letters import LETTERS, letter


@pytest.fixture(scope="module")
def docx() -> bytes:
    """A letter as it was drafted."""
    return letter(*LETTERS[0]).docx


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_is_refused(docx: bytes, name: str) -> None:
    """What is no plain DOCX of text is refused, and the reason is said."""
    make, words = HOSTILE[name]
    with pytest.raises(ContentError) as told:
        read_docx(edited(make(docx), "x.docx"), "x.docx")

    assert words in str(told.value)


@pytest.mark.parametrize("kind", LETTERS, ids=lambda kind: ".".join(kind))
def test_letter_read_back_from_its_docx_says_the_same(kind: tuple[str, str, str]) -> None:
    """Every shipped notice survives the way into Word and back without a word of difference."""
    made = letter(*kind)
    read = read_docx(edited(made.docx, "x.docx"), "x.docx")

    assert redline.redline(made.markdown.decode(), release(read.markdown)) == ""


def test_what_is_packed_for_reading_has_only_text(docx: bytes) -> None:
    """Headers, settings, pictures and everything unknown stay outside pandoc."""
    packed = parts_of(edited(docx, "x.docx").docx)

    assert "word/document.xml" in packed
    assert not any("header" in name or "settings" in name or "docProps" in name for name in packed)


def test_order_of_lists_survives(docx: bytes) -> None:
    """Numbers and letters that begin a paragraph make no list, and a list keeps its numbers."""
    lines = ["1. one", "A. Smith", "(c) three", "- four", "# five", "> six", "2026", ": seven"]
    upload = ended(docx, "".join(map(paragraph, lines)))
    read = release(read_docx(edited(upload, "x.docx"), "x.docx").markdown)

    assert redline.reads_as(read)[-len(lines) :] == lines
