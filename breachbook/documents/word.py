"""DOCX for counsel to edit, by pandoc, over a reference document built here part by part.

The reference carries the styles, the header with the watermark and the footer with the page
numbers. Fonts are named, not embedded: East Asian text asks for those which Word has wherever it
edits that language.
"""

import io
import re
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

from breachbook.documents.typography import typography

_PARTS = Path(__file__).parent / "word"
_EARLIEST = (1980, 1, 1, 0, 0, 0)
_MARK = re.compile(r"\{\{(\w+)\}\}")
# In twentieths of a point: width, height and the place of the page number.
_PAPERS = {"a4": ("11906", "16838", "9026"), "us-letter": ("12240", "15840", "9360")}
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
        language: Decides paper, fonts, indents and the words around page numbers.
        label: Our reference, in the footer.
        watermark: Printed in the header of every page; empty for none.
    """
    style = typography(language)
    width, height, right = _PAPERS[style.paper]
    words = {
        "label": label, "watermark": watermark, "page": style.page, "of": style.of, "end": style.end,
        "width": width, "height": height, "right": right,
        "indent": str(240 * style.indent), "chars": str(100 * style.indent),
        "align": "both" if style.is_east_asian else "left",
        "serif": style.serif, "sans": style.sans,
        "latin": "en-US" if style.is_east_asian else style.tag,
        "eastern": style.tag if style.is_east_asian else "zh-CN",
    }  # fmt: skip
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
