"""DOCX for counsel to edit, by pandoc, over a reference document built here part by part.

The reference carries the styles, the header with the watermark and the footer with the page
numbers. Fonts are named, not embedded: East Asian text asks for SimSun and SimHei, which Word has
wherever it edits Chinese.
"""

import io
import re
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

_PARTS = Path(__file__).parent / "word"
_EARLIEST = (1980, 1, 1, 0, 0, 0)
_MARK = re.compile(r"\{\{(\w+)\}\}")
# Lengths are in twentieths of a point: A4 and US Letter, and two characters of indent.
_CHINESE = {
    "page": "第 ", "of": " 页，共 ", "end": " 页", "width": "11906", "height": "16838",
    "right": "9026", "indent": "480", "chars": "200", "align": "both",
}  # fmt: skip
_ENGLISH = {
    "page": "Page ", "of": " of ", "end": "", "width": "12240", "height": "15840",
    "right": "9360", "indent": "0", "chars": "0", "align": "left",
}  # fmt: skip
_CORE = "docProps/core.xml"
_PROPERTIES = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    "<cp:coreProperties"
    ' xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    "<dc:title>{title}</dc:title><dc:creator>{author}</dc:creator>"
    "<dc:language>{language}</dc:language>"
    '<dcterms:created xsi:type="dcterms:W3CDTF">{at}</dcterms:created>'
    '<dcterms:modified xsi:type="dcterms:W3CDTF">{at}</dcterms:modified>'
    "</cp:coreProperties>"
)
_NAMES = {
    "[Content_Types].xml": "content-types.xml",
    "_rels/.rels": "rels.xml",
    "word/_rels/document.xml.rels": "document-rels.xml",
    "word/document.xml": "document.xml",
    "word/styles.xml": "styles.xml",
    "word/header1.xml": "header1.xml",
    "word/footer1.xml": "footer1.xml",
}


def reference(language: str, *, label: str, watermark: str) -> bytes:
    """Build the reference document of one letter.

    Args:
        language: ``zh-...`` gives A4, indents and Chinese page numbers; else US Letter.
        label: Our reference, in the footer.
        watermark: Printed in the header of every page; empty for none.
    """
    words = (_CHINESE if language.startswith("zh") else _ENGLISH) | {
        "label": label,
        "watermark": watermark,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, file in _NAMES.items():
            part = (_PARTS / file).read_text("utf-8")
            filled = _MARK.sub(lambda mark: escape(words[mark[1]]), part)
            archive.writestr(zipfile.ZipInfo(name, _EARLIEST), filled)
    return out.getvalue()


def signed_off(docx: bytes, *, language: str, title: str, author: str, at: str) -> bytes:
    """Write a DOCX again with our properties and with every time stamp in the archive fixed.

    Args:
        docx: From pandoc, whose sandbox knows no clock and dates everything 1970.
        language: Of the text.
        title: As a property.
        author: As a property.
        at: RFC 3339, in UTC.
    """
    words = {"language": language, "title": title, "author": author, "at": at}
    core = _PROPERTIES.format_map({key: escape(word) for key, word in words.items()})
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(docx)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, _EARLIEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, core if name == _CORE else old.read(name))
    return out.getvalue()
