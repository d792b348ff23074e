"""DOCX for counsel to edit, by pandoc, over a reference document built here part by part.

The reference carries the styles, the header with the watermark and the footer with the page numbers. Fonts
are named, not embedded: East Asian text asks for SimSun and SimHei, which every Word that edits Chinese has.
"""

import io
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

_PARTS = Path(__file__).parent / "word"
_EARLIEST = (1980, 1, 1, 0, 0, 0)
_NAMES = (
    "[Content_Types].xml", "_rels/.rels", "word/_rels/document.xml.rels",
    "word/document.xml", "word/styles.xml", "word/header1.xml", "word/footer1.xml",
)  # fmt: skip


def reference(language: str, *, title: str, label: str, watermark: str) -> bytes:
    """Build the reference document of one letter.

    Args:
        language: ``zh-...`` gives A4, indented paragraphs and Chinese page numbers; else US Letter.
        title: Kept out of the body; shown in the footer beside the label.
        label: Our reference.
        watermark: Printed in the header of every page; empty for none.
    """
    chinese = language.startswith("zh")
    words = {
        "{{title}}": title, "{{label}}": label, "{{watermark}}": watermark,
        "{{page}}": "第 " if chinese else "Page ", "{{of}}": " 页，共 " if chinese else " of ",
        "{{end}}": " 页" if chinese else "", "{{language}}": "zh-CN" if chinese else "en-US",
        "{{width}}": "11906" if chinese else "12240", "{{height}}": "16838" if chinese else "15840",
        "{{indent}}": "480" if chinese else "0", "{{chars}}": "200" if chinese else "0",
        "{{align}}": "both" if chinese else "left",
    }  # fmt: skip
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in _NAMES:
            text = (_PARTS / Path(name).name.lstrip(".")).read_text("utf-8")
            for mark, word in words.items():
                text = text.replace(mark, escape(word, {'"': "&quot;"}))
            archive.writestr(zipfile.ZipInfo(name, _EARLIEST), text)
    return out.getvalue()
