"""The golden letters: what they are made from, and how their text is read back."""

import copy
import io
import re
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from pypdf import PdfReader

from breachbook.notices import Rendered, render
from breachbook.source import read

SHIPPED = Path(__file__).parents[1] / "notices"
GOLDEN = Path(__file__).parent / "golden" / "notices"
LETTERS = [
    ("cease-and-desist", "en-US", "letter"),
    ("cease-and-desist", "zh-CN", "warning-letter"),
    ("cease-and-desist", "zh-CN", "lawyers-letter"),
    ("legal-hold", "en-US", "memorandum"),
    ("legal-hold", "zh-CN", "memorandum"),
    ("legal-hold", "en-US", "steward"),
    ("legal-hold", "zh-CN", "steward"),
    ("legal-hold", "en-US", "release"),
    ("legal-hold", "zh-CN", "release"),
    ("executive-brief", "en-US", "brief"),
]
FIRM = {
    "kind": "law-firm",
    "name": "王示例",
    "firm": "北京示例律师事务所",
    "practice_number": "11101202000000000",
}
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def context(**changed: Any) -> dict[str, Any]:
    """Read the golden context anew and change some of its top-level records."""
    fresh: dict[str, Any] = copy.deepcopy(read(GOLDEN / "context.yaml").data)
    for key, value in changed.items():
        fresh[key] = {**fresh[key], **value} if isinstance(value, dict) else value
    return fresh


def letter(kind: str, language: str, form: str, **changed: Any) -> Rendered:
    """Render one shipped notice with the golden context and the signatory its form needs."""
    told = context(**changed)
    if form == "lawyers-letter":
        told["signatory"] = FIRM
    return render(kind, language, told, [SHIPPED], watermark="EXAMPLE", form=form)


def pdf_text(pdf: bytes) -> str:
    """Give the text of a PDF without any blanks, which typesetting may move."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return re.sub(r"\s", "", "".join(page.extract_text() for page in pages))


def docx_text(docx: bytes) -> str:
    """Give the text of a DOCX body."""
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        body = ElementTree.fromstring(archive.read("word/document.xml"))  # noqa: S314 (our own)
    return "".join(node.text or "" for node in body.iter(f"{W}t"))
