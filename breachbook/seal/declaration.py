"""What a bag says of itself: version and encoding in ``bagit.txt``, labels in ``bag-info.txt``.

Authority:
    RFC 8493, sections 2.1.1 and 2.2.2, and the drafts of BagIt from 0.93 to 0.97 before it, in
    which ``bag-info.txt`` was first called ``package-info.txt``.
"""

import codecs
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from breachbook.seal.findings import Verdicts
from breachbook.seal.tag_reading import Tag

INFO = ("bag-info.txt", "package-info.txt")

_LONGEST_LINE = 1 << 20

_FIRST, _LAST = (0, 93), (0, 97)
_STRICT = (
    re.compile(r"BagIt-Version: ([0-9]+)\.([0-9]+)"),
    re.compile(r"Tag-File-Character-Encoding: ([A-Za-z0-9._:-]+)"),
)
_LOOSE = (
    re.compile(r"[ \t]*BagIt-Version[ \t]*:[ \t]*([0-9]+)\.([0-9]+)[ \t]*"),
    re.compile(r"[ \t]*Tag-File-Character-Encoding[ \t]*:[ \t]*([A-Za-z0-9._:-]+)[ \t]*"),
)
# Encodings of text that people use, as codecs names them; the library has stranger ones.
_ENCODINGS = re.compile(
    r"utf-8|utf-16(-[bl]e)?|utf-32(-[bl]e)?|ascii|iso8859-[0-9]+|cp[0-9]+|mac-roman|koi8-[rtu]"
    r"|gb2312|gbk|gb18030|hz|big5|shift_jis|euc_(jp|kr)|iso2022_(jp|kr)"
)


@dataclass(frozen=True, slots=True)
class Declaration:
    """What ``bagit.txt`` says: the version, and the encoding of the other tag files as Python names it."""

    version: tuple[int, int] = (1, 0)
    encoding: str = "utf-8"

    @property
    def is_final(self) -> bool:
        """Say whether it is BagIt 1.0, which is stricter than the drafts before it."""
        return self.version >= (1, 0)

    def __str__(self) -> str:
        return f"{self.version[0]}.{self.version[1]}"


def read_declaration(data: bytes | None, verdicts: Verdicts) -> Declaration:
    """Read ``bagit.txt``; what cannot be read is a finding, and BagIt 1.0 in UTF-8 is taken instead."""
    name = "bagit.txt"
    if data is None:
        verdicts.found("structure", "missing", name)
        return Declaration()
    try:
        lines = data.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    except UnicodeDecodeError:
        verdicts.found("structure", "malformed", name, "not UTF-8")
        return Declaration()
    lines = [line for line in lines if line]
    found = [form.fullmatch(line) for form, line in zip(_STRICT, lines, strict=False)]
    loose = [form.fullmatch(line) for form, line in zip(_LOOSE, lines, strict=False)]
    if len(lines) != 2 or not (loose[0] and loose[1]):
        detail = "allowed: two lines, BagIt-Version: M.N and Tag-File-Character-Encoding: NAME"
        verdicts.found("structure", "malformed", name, detail)
        return Declaration()
    version = (int(loose[0][1]), int(loose[0][2]))
    encoding = _encoding(loose[1][1])
    if not (_FIRST <= version <= _LAST or version == (1, 0)):
        detail = f"BagIt {loose[0][1]}.{loose[0][2]}; allowed: 0.93 to 0.97 and 1.0"
        verdicts.found("structure", "malformed", name, detail)
        version = (1, 0)
    if encoding is None:
        verdicts.found("structure", "malformed", name, f"the encoding {loose[1][1]} is not known")
    if not all(found):
        if version == (1, 0):
            verdicts.found("structure", "malformed", name, "blanks where none belong")
        else:
            verdicts.warn("stray-blank", name)
    return Declaration(version, encoding or "utf-8")


def read_info(
    tags: Mapping[str, Tag], declaration: Declaration, verdicts: Verdicts
) -> Mapping[str, list[str]]:
    """Read the labels of ``bag-info.txt``, lower-case, to their values; folded lines are joined."""
    found: dict[str, list[str]] = {}
    for name in INFO:
        values: list[str] | None = None
        data = tags[name].data if name in tags else b""
        for line in text_lines(name, [data], declaration, "structure", verdicts):
            label, mark, value = line.partition(":")
            if line.startswith((" ", "\t")) and values is not None:
                values[-1] = f"{values[-1]} {line.strip()}"
            elif mark and label.strip():
                values = found.setdefault(label.strip().lower(), [])
                values.append(value.strip())
            elif line.strip():
                verdicts.warn("not-read", name)
    return found


def text_lines(
    name: str, blocks: Iterable[bytes], declaration: Declaration, layer: str, verdicts: Verdicts
) -> Iterator[str]:
    """Give a tag file's lines in the bag's encoding, whatever ends them; empty ones stay empty.

    What cannot be read is a finding, and ends them.
    """
    rest, is_first = "", True
    try:
        for text in _texts(blocks, declaration.encoding):
            if is_first and text:
                is_first = False
                if text.startswith("\ufeff"):
                    verdicts.warn("byte-order-mark", name)
                    text = text[1:]
            # Not splitlines: a Unicode line separator is part of a name.
            *lines, rest = (rest + text).split("\n")
            yield from lines
            if len(rest) > _LONGEST_LINE:
                raise ValueError(f"a line of more than {_LONGEST_LINE} characters")
    except ValueError as error:
        verdicts.found(layer, "malformed", name, str(error))
        return
    yield rest


def _texts(blocks: Iterable[bytes], encoding: str) -> Iterator[str]:
    """Decode block by block, and let every line end in a line feed.

    Raises:
        ValueError: A byte does not fit.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    ends = io.IncrementalNewlineDecoder(None, translate=True)
    done = 0
    for block in chain(blocks, [b""]):
        try:
            text = decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            at = done - len(decoder.getstate()[0]) + error.start
            raise ValueError(f"byte {at} is not {encoding.upper()}") from error
        done += len(block)
        yield ends.decode(text, final=not block)


def _encoding(name: str) -> str | None:
    try:
        found = codecs.lookup(name).name
    except LookupError:
        return None
    return found if _ENCODINGS.fullmatch(found) else None
