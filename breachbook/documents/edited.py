"""A DOCX that somebody hands in: checked as hostile, and cut down to the parts that carry text.

What is refused: macros, links and templates outside the file, embedded objects, anything that is not
a plain archive of small XML parts. What is let through is packed anew with nothing but text, styles,
numbering and notes in it; only that is ever given to pandoc.
"""

import io
import posixpath
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from xml.parsers import expat

from breachbook.errors import ContentError, Problem
from breachbook.source import shown

MAX_DOCX = 8 * 2**20
_MAX_PART = 16 * 2**20
_MAX_TOGETHER = 48 * 2**20
_MAX_ENTRIES = 500
_MAX_DEPTH = 128
_MAX_ELEMENTS = 500_000

_MAIN = "word/document.xml"
_MAIN_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_TYPES = "[Content_Types].xml"
_KEPT = frozenset(
    {
        _TYPES, "_rels/.rels", _MAIN, "word/_rels/document.xml.rels", "word/styles.xml",
        "word/numbering.xml", "word/footnotes.xml", "word/endnotes.xml", "word/comments.xml",
    }
)  # fmt: skip
# What zipfile raises for a broken, encrypted, oddly compressed or lying archive.
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError,
)  # fmt: skip
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main "
_MC = "http://schemas.openxmlformats.org/markup-compatibility/2006 "
# What is deleted or moved away, and what older programs would show in place of the same text.
_UNSAID = frozenset({f"{_W}del", f"{_W}moveFrom", f"{_MC}Fallback"})
_OBJECTS = frozenset({"object", "control", "altChunk", "subDoc", "OLEObject", "ocx"})
_FORBIDDEN = {
    "vbaproject": "macros",
    "vbadata": "macros",
    "activex": "ActiveX controls",
    "embeddings": "embedded objects",
    "oleobject": "embedded objects",
    "afchunk": "another file inside it",
}


@dataclass(frozen=True, slots=True)
class Edited:
    """What was handed in, made safe to read.

    Attributes:
        docx: The parts that carry text, packed anew.
        comments: How many comments it has, which are not taken over.
        changes: How many tracked insertions and deletions it has, which are taken as accepted.
        said: Every word of its text, in order, by which its reading is judged.
    """

    docx: bytes
    comments: int
    changes: int
    said: str


def edited(data: bytes, name: str) -> Edited:
    """Check a DOCX from outside and keep of it what carries text.

    Args:
        name: As the person called it; only ever shown.

    Raises:
        ContentError: It is no DOCX, too large, or carries what a letter never needs.
    """
    if len(data) > MAX_DOCX:
        raise refused(name, f"{len(data)} bytes", f"at most {MAX_DOCX} bytes")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = _parts(archive, name)
    except _UNREADABLE as error:
        allowed = "a DOCX, saved by a word processor without a password"
        raise refused(name, "no readable DOCX", allowed) from error
    seen = {part: _Walk(part, raw, name) for part, raw in parts.items() if _is_xml(part)}
    if _MAIN not in parts or _TYPES not in parts or _MAIN_TYPE not in seen[_TYPES].types:
        raise refused(name, "no Word document", "a DOCX (not DOCM, DOTX or another format)")
    comments = seen["word/comments.xml"].counts["comment"] if "word/comments.xml" in seen else 0
    main = seen[_MAIN].counts
    changes = sum(main[tag] for tag in ("ins", "del", "moveFrom", "moveTo"))
    kept = _packed({part: parts[part] for part in parts if part in _KEPT})
    return Edited(kept, comments, changes, seen[_MAIN].said)


def refused(name: str, got: str, allowed: str, next_: str = "") -> ContentError:
    """Make the error about a file that somebody handed in."""
    return ContentError([Problem(shown(name), None, "", got, allowed, next_)])


def _parts(archive: zipfile.ZipFile, name: str) -> dict[str, bytes]:
    """Read every part, never more than a letter can need, whatever the archive says of itself."""
    entries = archive.infolist()
    if len(entries) > _MAX_ENTRIES:
        raise refused(name, f"{len(entries)} parts", f"at most {_MAX_ENTRIES}")
    found: dict[str, bytes] = {}
    together = 0
    for entry in entries:
        path = entry.filename
        if path.startswith("/") or "\\" in path or ":" in path or ".." in path.split("/"):
            raise refused(name, f"the part {shown(path)}", "parts inside the document only")
        if any(part.lower() == path.lower() for part in found):
            raise refused(name, f"the part {shown(path)} twice", "each part once")
        for word, what in _FORBIDDEN.items():
            if word in path.lower():
                raise refused(name, what, "text only", "save it as DOCX without them")
        together += entry.file_size
        if entry.file_size > _MAX_PART or together > _MAX_TOGETHER:
            raise refused(name, "more than a letter can hold", f"{_MAX_TOGETHER} bytes unpacked")
        if not entry.is_dir():
            # Reads no more than was declared, and refuses a part that is longer by its checksum.
            found[path] = archive.read(entry)
    return found


def _is_xml(part: str) -> bool:
    return part == _TYPES or posixpath.splitext(part)[1].lower() in (".xml", ".rels")


class _Walk:
    """Walks an XML part without building it: no document type, no depth, nothing from outside.

    Attributes:
        counts: How often each of Word's elements stands in it.
        types: Content types it declares.
    """

    def __init__(self, part: str, raw: bytes, name: str) -> None:
        self.part, self.name = part, name
        self.counts: Counter[str] = Counter()
        self.types: set[str] = set()
        self._text: list[str] = []
        self._depth = self._elements = self._unsaid = 0
        self._in_text = False
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._doctype
        try:
            parser.Parse(raw, True)
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise refused(name, f"{shown(part)}, which is not XML", "a DOCX") from error

    @property
    def said(self) -> str:
        """Give the text of its runs, what is tracked as deleted aside."""
        return "".join(self._text)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth, self._elements = self._depth + 1, self._elements + 1
        if self._depth > _MAX_DEPTH or self._elements > _MAX_ELEMENTS:
            got = f"{self.part} nested too deep or too long"
            raise refused(self.name, got, "the text of a letter")
        local = tag.rpartition(" ")[2]
        self._check(local, attributes)
        if tag.startswith(_W):
            self.counts[local] += 1
        self._unsaid += tag in _UNSAID
        self._in_text = tag == f"{_W}t"

    def _check(self, local: str, attributes: dict[str, str]) -> None:
        if local in _OBJECTS and self.part.startswith("word/"):
            raise refused(self.name, f"an embedded object ({local})", "text only", "take it out")
        if local in ("drawing", "pict") and self.part == _MAIN:
            raise refused(self.name, "a picture, drawing or text box", "text only", "take it out")
        if local == "Relationship" and attributes.get("TargetMode", "").lower() == "external":
            raise _external(self.name, attributes.get("Target", ""))
        if local in ("Override", "Default"):
            declared = attributes.get("ContentType", "")
            if "macroenabled" in declared.lower():
                raise refused(self.name, "macros", "a DOCX without macros")
            self.types.add(declared)

    def _end(self, tag: str) -> None:
        self._depth -= 1
        self._unsaid -= tag in _UNSAID
        self._in_text = False

    def _characters(self, text: str) -> None:
        if self._in_text and not self._unsaid:
            self._text.append(text)

    def _doctype(self, *_: object) -> None:
        allowed = "plain XML, as word processors write it"
        raise refused(self.name, f"a document type in {self.part}", allowed)


def _external(name: str, target: str) -> ContentError:
    next_ = (
        "turn links into plain text (in Word: select all, then Ctrl+Shift+F9) and detach templates"
    )
    return refused(name, f"a link out of the file ({shown(target)})", "text only", next_)


def _packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for part, raw in parts.items():
            archive.writestr(zipfile.ZipInfo(part), raw)
    return out.getvalue()
