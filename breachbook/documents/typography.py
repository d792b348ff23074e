"""How a page is set in each language: paper, fonts, first-line indent, page numbers.

Han characters are drawn differently in mainland China, Taiwan, Japan and Korea under the same code
points, so each language is set in the Noto font of its own region, and the others only stand in.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Typography:
    """How a page is set in one language.

    Attributes:
        tag: The language with its region, as Word and Typst name it.
        region: Noto's name of the regional glyphs: ``SC``, ``TC``, ``JP``, ``KR``.
        serif: The font Word has for running East Asian text.
        sans: The same for headings.
        page: What stands before the number of the page.
        of: Between it and the number of pages.
        end: After that.
        paper: ``a4`` or ``us-letter``.
        indent: Of a paragraph's first line, in characters.
        is_east_asian: Whether the text itself is Chinese, Japanese or Korean.
    """

    tag: str
    region: str
    serif: str
    sans: str
    page: str
    of: str
    end: str
    paper: str = "a4"
    indent: int = 0
    is_east_asian: bool = False


_CHINA = ("SC", "SimSun", "SimHei")
_KNOWN = {
    "en-US": Typography("en-US", *_CHINA, "Page ", " of ", "", paper="us-letter"),
    "en": Typography("en-GB", *_CHINA, "Page ", " of ", ""),
    "de": Typography("de-DE", *_CHINA, "Seite ", " von ", ""),
    "fr": Typography("fr-FR", *_CHINA, "Page ", " sur ", ""),
    "zh": Typography(
        "zh-CN", *_CHINA, "第 ", " 页，共 ", " 页", indent=2, is_east_asian=True
    ),
    "zh-TW": Typography(
        "zh-TW", "TC", "PMingLiU", "Microsoft JhengHei", "第 ", " 頁，共 ", " 頁",
        indent=2, is_east_asian=True,
    ),
    "ja": Typography(
        "ja-JP", "JP", "MS Mincho", "MS Gothic", "", " / ", " 頁", indent=1, is_east_asian=True
    ),
    "ko": Typography(
        "ko-KR", "KR", "Batang", "Malgun Gothic", "", " / ", " 쪽", is_east_asian=True
    ),
}  # fmt: skip


def typography(language: str) -> Typography:
    """Give the setting of a language such as ``zh-TW`` or ``de``; an unknown one is set as English."""
    return _KNOWN.get(language) or _KNOWN.get(language.split("-")[0]) or _KNOWN["en-US"]
