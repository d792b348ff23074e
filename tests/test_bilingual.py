"""A text beside its working copy: pairs, what leaves the table, and two that do not fit together."""

import io

import pytest
from pypdf import PdfReader

from breachbook.documents.bilingual import beside
from breachbook.errors import ContentError
from breachbook.notices import render
from tests.letters import SHIPPED, context, docx_text, letter, pdf_text

HEADS = ("中文", "English")


def test_each_block_stands_beside_its_own() -> None:
    """A heading, the lines of a block, items, a quotation and a paragraph each meet their own."""
    chinese = '::: {custom-style="Address"}\n甲\\\n乙\n:::\n\n# 一\n\n- 子\n- 丑\n\n> 引\n\n文'
    english = '::: {custom-style="Address"}\nA\\\nB\n:::\n\n# 1\n\n- a\n- b\n\n> quoted\n\ntext'

    rows = beside(chinese, english, HEADS, "here").strip().splitlines()

    assert rows[0] == "| 中文 | English |"
    assert rows[2:] == [
        "| 甲 | A |",
        "| 乙 | B |",
        "| **一** | **1** |",
        "| – 子 | – a |",
        "| – 丑 | – b |",
        "| 引 | quoted |",
        "| 文 | text |",
    ]


def test_headline_stands_above_and_the_legend_of_the_copy_goes() -> None:
    """What says that a text is only a copy is said by the head of its column."""
    headline = '::: {custom-style="Headline"}\n书\n:::'
    copy = '::: {custom-style="Headline"}\nPaper\n:::\n\n::: {custom-style="Legend"}\nCOPY\n:::\n\ntext'

    made = beside(f"{headline}\n\n文", copy, HEADS, "here")

    assert made.startswith(headline)
    assert "COPY" not in made
    assert "| 文 | text |" in made


def test_table_stands_across_the_page_and_the_pairs_go_on_below_it() -> None:
    """A table is not squeezed into half a page."""
    made = beside(
        "前\n\n| 表 |\n|---|\n\n后", "before\n\n| table |\n|---|\n\nafter", HEADS, "here"
    )

    assert made.index("| 前 | before |") < made.index("| 表 |") < made.index("| table |")
    assert made.index("| table |") < made.index("| 后 | after |")
    assert made.count("| 中文 | English |") == 2


@pytest.mark.parametrize("copy", ["# 1", "# 1\n\ntext\n\ntext", "text\n\n# 1", "# 1\n\n- text"])
def test_texts_that_are_not_built_alike_are_refused(copy: str) -> None:
    """An own copy that lost a paragraph is named rather than set against the wrong one."""
    with pytest.raises(ContentError) as caught:
        beside("# 一\n\n文", copy, HEADS, "notices/x/en-US.md.j2")

    assert "notices/x/en-US.md.j2" in str(caught.value)
    assert "bring the two into line" in str(caught.value)


def test_long_answer_is_printed_whole() -> None:
    """A paragraph longer than a page leaves the table, whose cells are not broken, and loses nothing."""
    told = context()
    told["answers"]["filing"]["urgency_zh"] = ["日志" * 3000 + "尽"]
    told["answers"]["filing"]["urgency"] = ["word " * 3000 + "finis"]

    made = render("act-preservation", "en-US", told, [SHIPPED], form="side-by-side")

    read = pdf_text(made.pdf)
    assert read.count("日志") >= 3000
    assert "finis" in read
    assert len(PdfReader(io.BytesIO(made.pdf)).pages) > 6


def test_value_stays_data_in_a_cell() -> None:
    """A name with the signs of a table, a heading or a list neither splits a row nor becomes markup."""
    name = "1. A|B # {{ 7*7 }} *C*"
    told = {"recipient": {"name": name, "name_local": name}}

    made = letter("act-preservation", "en-US", "side-by-side", **told)

    assert docx_text(made.docx).count(name) >= 2
    assert pdf_text(made.pdf).count(name.replace(" ", "")) >= 2


def test_what_either_language_requires_is_asked_for() -> None:
    """Side by side needs both texts whole: a Chinese answer that is missing stops it."""
    told = context()
    del told["answers"]["filing"]["urgency_zh"]

    with pytest.raises(ContentError) as caught:
        render("act-preservation", "en-US", told, [SHIPPED], form="side-by-side")

    assert "act-preservation (zh-CN, application): answers.urgency_zh" in str(caught.value)
