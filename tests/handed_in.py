"""DOCX files as people hand them in: ours with another text, and hostile ones; and handing one in."""

import io
import zipfile
from collections.abc import Callable, Mapping
from xml.sax.saxutils import escape

from breachbook.events import Actor
from breachbook.matter import Document
from breachbook.replacing import Replaced, replace
from tests.cases_core import COUNSEL, LETTER, Case

HOLDER = "moqiao-castings"
REASON = "the other side reads it otherwise"

MAIN = "word/document.xml"
RELS = "word/_rels/document.xml.rels"
TYPES = "[Content_Types].xml"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def parts_of(docx: bytes) -> dict[str, bytes]:
    """Give the parts of a DOCX by name."""
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: Mapping[str, bytes]) -> bytes:
    """Pack parts as a DOCX."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in parts.items():
            archive.writestr(name, raw)
    return out.getvalue()


def worded(docx: bytes, old: str, new: str) -> bytes:
    """Give a DOCX in which one passage of its text reads otherwise."""
    return within(docx, MAIN, escape(old), escape(new))


def within(docx: bytes, part: str, old: str, new: str) -> bytes:
    """Give a DOCX in which a part has other XML in one place."""
    parts = parts_of(docx)
    text = parts[part].decode()
    assert old in text, old
    return packed(parts | {part: text.replace(old, new, 1).encode()})


def paragraph(text: str, style: str = "BodyText") -> str:
    """Write a paragraph in a style."""
    words = f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{words}</w:p>'


def ended(docx: bytes, xml: str) -> bytes:
    """Give a DOCX with XML after its last paragraph."""
    parts = parts_of(docx)
    body, mark, rest = parts[MAIN].decode().rpartition("<w:sectPr")
    return packed(parts | {MAIN: f"{body}{xml}{mark}{rest}".encode()})


def related(docx: bytes, kind: str, target: str, more: str = "") -> bytes:
    """Give a DOCX whose document is related to something more."""
    found = f'<Relationship Id="rIdX" Type="{OFFICE}/{kind}" Target="{target}" {more}/>'
    return within(docx, RELS, "</Relationships>", f"{found}</Relationships>")


def tracked(docx: bytes) -> bytes:
    """Give a DOCX with a tracked insertion, a tracked deletion and two comments."""
    by = 'w:author="Counsel" w:date="2026-11-16T00:00:00Z"'
    ns = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    xml = (
        '<w:p><w:r><w:t xml:space="preserve">We reserve </w:t></w:r>'
        f'<w:del w:id="901" {by}><w:r><w:delText>some</w:delText></w:r></w:del>'
        f'<w:ins w:id="902" {by}><w:r><w:t>every</w:t></w:r></w:ins>'
        '<w:r><w:t xml:space="preserve"> further right.</w:t></w:r></w:p>'
    )
    comment = f'<w:comment w:id="{{}}" {by}><w:p><w:r><w:t>really?</w:t></w:r></w:p></w:comment>'
    comments = f"<w:comments {ns}>{comment.format(1)}{comment.format(2)}</w:comments>"
    return packed(parts_of(ended(docx, xml)) | {"word/comments.xml": comments.encode()})


def newest(case: Case, target: str = HOLDER) -> Document:
    """Give the newest version of the letter to a holder."""
    return case.matter.documents[case.matter.instance(LETTER, target).document or ""]


def bytes_of(case: Case, document: Document, suffix: str) -> bytes:
    """Read one file of a version from the store."""
    (sha,) = (sha for name, sha in document.files.items() if name.endswith(suffix))
    return case.file.store.get(sha)


def hand_in(
    case: Case, docx: bytes | None = None, actor: Actor = COUNSEL, document: str = "", name: str = "edited.docx",
    reason: str = REASON,
) -> Replaced:  # fmt: skip
    """Hand in an edit of the newest version, by default a whole new opening paragraph."""
    own = newest(case)
    if docx is None:
        docx = ended(bytes_of(case, own, ".docx"), paragraph(f"A last word {own.id}."))
    return replace(
        case.workspace, case.library, case.file, actor, document or own.id, docx, name, reason
    )


def _bomb(docx: bytes) -> bytes:
    return packed(parts_of(docx) | {"word/styles.xml": b" " * (17 * 2**20)})


def _many(docx: bytes) -> bytes:
    return packed(parts_of(docx) | {f"word/part{n}.xml": b"<a/>" for n in range(600)})


def _lying(docx: bytes) -> bytes:
    """Give an archive whose directory says that a long part is short."""
    plain = packed(parts_of(docx) | {"word/styles.xml": b" " * 100_000})
    directory = plain.rindex(b"word/styles.xml") - 46
    assert plain[directory : directory + 4] == b"PK\x01\x02"
    return plain[: directory + 24] + (10).to_bytes(4, "little") + plain[directory + 28 :]


def _entity(docx: bytes) -> bytes:
    parts = parts_of(docx)
    declared = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    head, mark, rest = parts[MAIN].decode().partition("?>")
    return packed(parts | {MAIN: f"{head}{mark}{declared}{rest}".encode()})


def _deep(docx: bytes) -> bytes:
    return ended(docx, "<w:tbl>" * 400 + "</w:tbl>" * 400)


def _encrypted(docx: bytes) -> bytes:
    """Set the flag of encryption on every part."""
    found = bytearray(docx)
    for mark, at in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        place = found.find(mark)
        while place >= 0:
            found[place + at] |= 1
            place = found.find(mark, place + 4)
    return bytes(found)


def _with(name: str, raw: bytes = b"x") -> Callable[[bytes], bytes]:
    return lambda docx: packed(parts_of(docx) | {name: raw})


def _struck(docx: bytes) -> bytes:
    return ended(docx, "<w:p><w:r><w:rPr><w:strike/></w:rPr><w:t>gone</w:t></w:r></w:p>")


_GRID = '<w:tblGrid><w:gridCol w:w="2000"/><w:gridCol w:w="2000"/></w:tblGrid>'


def table(*rows: str, grid: str = _GRID) -> str:
    """Write a table of rows."""
    return f"<w:tbl>{grid}{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


def cell(text: str, properties: str = "") -> str:
    """Write a cell of a row."""
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(text)}</w:tc>"


def _merged(docx: bytes) -> bytes:
    wide = cell("both", '<w:gridSpan w:val="2"/>')
    return ended(docx, table(cell("a") + cell("b"), wide))


def _boxed(docx: bytes) -> bytes:
    """Put text where pandoc does not look: in a table whose grid has no columns for it."""
    return ended(docx, table(cell("one"), cell("two") + cell("unseen"), grid="<w:tblGrid/>"))


def _titled(docx: bytes) -> bytes:
    style = '<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/></w:style>'
    styled = within(docx, "word/styles.xml", "</w:styles>", f"{style}</w:styles>")
    return within(styled, MAIN, '"Letterhead"', '"Title"')


def _emptied(docx: bytes) -> bytes:
    text = parts_of(docx)[MAIN].decode()
    body = text[text.index("<w:body>") + 8 : text.rindex("</w:body>")]
    return within(docx, MAIN, body, "<w:p/>")


# What is handed in, and the words it is refused with.
HOSTILE: Mapping[str, tuple[Callable[[bytes], bytes], str]] = {
    "not a zip": (lambda _: b"%PDF-1.7 nothing of the kind", "no readable DOCX"),
    "empty": (lambda _: b"", "no readable DOCX"),
    "cut off": (lambda docx: docx[: len(docx) // 2], "no readable DOCX"),
    "too large": (lambda docx: docx + b"\0" * (8 * 2**20), "at most 8388608 bytes"),
    "a zip bomb": (_bomb, "more than a letter can hold"),
    "too many parts": (_many, "at most 500"),
    "a lying directory": (_lying, "no readable DOCX"),
    "a password": (_encrypted, "no readable DOCX"),
    "an ordinary zip": (lambda _: packed({"a.txt": b"x"}), "no Word document"),
    "macros": (_with("word/vbaProject.bin"), "macros"),
    "a macro type": (
        lambda docx: within(
            docx, TYPES,
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
            "application/vnd.ms-word.document.macroEnabled.main+xml",
        ),
        "macros",
    ),
    "ActiveX": (_with("word/activeX/activeX1.bin"), "ActiveX controls"),
    "an embedded workbook": (_with("word/embeddings/a.xlsx"), "embedded objects"),
    "an embedded object": (
        lambda docx: ended(docx, "<w:p><w:r><w:object/></w:r></w:p>"), "embedded object",
    ),
    "a picture": (
        lambda docx: ended(docx, "<w:p><w:r><w:drawing/></w:r></w:p>"), "a picture, drawing or text box",
    ),
    "another file": (_with("word/afchunk1.htm"), "another file inside it"),
    "an external template": (
        lambda docx: related(docx, "attachedTemplate", "http://evil.example/t.dotm", 'TargetMode="External"'),
        "a link out of the file (http://evil.example/t.dotm)",
    ),
    "an external picture": (
        lambda docx: related(docx, "image", "http://evil.example/x.png", 'TargetMode="External"'),
        "a link out of the file",
    ),
    "a path that climbs": (_with("word/../../etc/cron.d/x"), "parts inside the document only"),
    "an absolute path": (_with("/etc/cron.d/x"), "parts inside the document only"),
    "a path of Windows": (_with("..\\evil.xml"), "parts inside the document only"),
    "a part twice": (_with("word/DOCUMENT.xml", b"<a/>"), "twice"),
    "an external entity": (_entity, "a document type in word/document.xml"),
    "broken XML": (_with(MAIN, b"<w:document"), "which is not XML"),
    "a deep nest": (_deep, "nested too deep"),
    "a huge text": (
        lambda docx: ended(docx, paragraph("secret " * 40_000)), "at most 200000",
    ),
    "no text": (_emptied, "no text"),
    "text struck through": (_struck, "text struck through"),
    "merged cells": (_merged, "a table with merged cells"),
    "a title of its own": (_titled, "in the style title"),
    "text out of sight": (_boxed, "text that would be lost"),
}  # fmt: skip
