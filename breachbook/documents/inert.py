"""Make text from outside inert: it passes through a template as data and never becomes markup.

Every punctuation mark that Markdown or Typst could act on is moved to a private-use code point,
one for one, before the template sees the text. After the last template has run it comes back as an
escape: for Markdown by `release`, for Typst, behind pandoc, by `spelt`. So no filter, macro,
concatenation or second rendering can turn a supplier's name into markup. Letters, digits and
`-`, `_`, `.`, `/` between them stay, so ids, closed words and ISO dates compare as usual inside a
template.
"""

import re
import unicodedata

_BASE = 0xF0000
_NEWLINE = chr(_BASE + 0x0A)
_ACTIVE = re.compile(
    r"""[!"#$&'()*+:;<=>@\[\\\]^`{|}~]|(?<![0-9A-Za-z])[-_./]|[-_./](?![0-9A-Za-z])"""
)
_MOVED = re.compile(f"[{chr(_BASE + 0x21)}-{chr(_BASE + 0x7E)}]")


def inert(text: str) -> str:
    """Clean one value and move its active punctuation out of reach.

    Control, format (bidirectional marks and zero-width signs among them), private-use and
    surrogate characters are dropped; runs of blanks become one; line ends are kept only for the
    filter `lines`.
    """
    lines = (_clean(line) for line in text.splitlines())
    return _NEWLINE.join(_ACTIVE.sub(_move, line) for line in lines if line)


def plain(text: str) -> str:
    """Give inert text back as cleaned, line ends as spaces; for computing and matching only."""
    return _MOVED.sub(_back, text).replace(_NEWLINE, " ")


def lines(text: str, separator: str = "\\\n") -> str:
    """Keep the line ends of an inert value, as Markdown line breaks."""
    return text.replace(_NEWLINE, separator)


def release(markdown: str) -> str:
    """Write inert characters as Markdown backslash escapes; the last thing done to a text."""
    return _MOVED.sub(lambda found: "\\" + _back(found), markdown).replace(_NEWLINE, " ")


def spelt(source: str) -> str:
    """Write inert characters as Typst's escapes by number, which are only ever text."""
    return _MOVED.sub(lambda found: f"\\u{{{ord(_back(found)):x}}}", source).replace(_NEWLINE, " ")


def _clean(line: str) -> str:
    spaced = "".join(" " if char.isspace() else char for char in line)
    kept = "".join(char for char in spaced if unicodedata.category(char)[0] != "C")
    return " ".join(kept.split())


def _move(found: re.Match[str]) -> str:
    return chr(_BASE + ord(found[0]))


def _back(found: re.Match[str]) -> str:
    return chr(ord(found[0]) - _BASE)
