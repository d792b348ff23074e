"""Redlines: what one version of a document's text has and another has not, word by word.

Two versions are compared as they read, not as they were typed: escapes, fences and the padding of
lists and tables are no difference. What was taken out stands as ``[-old-]``, what was put in as
``{+new+}``; long unchanged parts are cut to ``[...]``. The same two texts give the same redline.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from breachbook.errors import StoreError
from breachbook.matter import Document, Matter
from breachbook.matter_file import MatterFile

CUT = "[...]"

_FENCE = re.compile(r":{3,}(?:\s*\{.*\})?$")
_RULE = re.compile(r"\|(?:\s*:?-+:?\s*\|)+$")
_BULLET = re.compile(r"^((?:> ?)*)\s*([-*+]|\(?[0-9A-Za-z]{1,6}[.)])\s+")
_ALONE = re.compile(r"#{1,6} |\||(?:> ?)+|(?:[-*+]|\(?[0-9A-Za-z]{1,6}\\?[.)])\s")
_ESCAPE = re.compile(r"\\([^\w\s])|\\( )")
_IDEOGRAPHS = (
    r"\u2e80-\u303f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef"
)
_WIDE = re.compile(f"[{_IDEOGRAPHS}]")
_TOKEN = re.compile(rf"\n|[{_IDEOGRAPHS}]|[^\W{_IDEOGRAPHS}]+[^\S\n]*|[^\S\n]+|[^\w\s]")
_WORD = re.compile(rf"[{_IDEOGRAPHS}]|[^\W{_IDEOGRAPHS}]+")
_MARK = re.compile(r"\[-|-\]|\{\+|\+\}")
_AROUND = 12  # unchanged words shown beside a change
_DENSE = 1_000_000  # pairs of words above which a passage is shown as taken out and put in whole
_ALIKE = 0.3


@dataclass(frozen=True, slots=True)
class Counts:
    """How much two versions differ: passages changed, and words (or ideographs) taken out and put in."""

    passages: int
    removed: int
    added: int

    def __bool__(self) -> bool:
        return bool(self.passages)

    def __str__(self) -> str:
        taken, put = _count(self.removed, "word"), _count(self.added, "word")
        return f"{taken} removed and {put} added in {_count(self.passages, 'passage')}"


def redline(old_markdown: str, new_markdown: str) -> str:
    """Mark up what changed from one Markdown text to another; empty when nothing did."""
    before, after = _units(old_markdown), _units(new_markdown)
    blocks = list(_blocks(before, after))
    if not any(changed for changed, _, _ in blocks):
        return ""
    lines: list[str] = []
    for place, (changed, old, new) in enumerate(blocks):
        if changed:
            lines += _passage(old, new)
        else:
            lines += _context(old, first=place == 0, last=place == len(blocks) - 1)
    return "\n\n".join(lines) + "\n"


def counts(old_markdown: str, new_markdown: str) -> Counts:
    """Count what a redline of the same two texts shows."""
    passages = removed = added = 0
    for changed, old, new in _blocks(_units(old_markdown), _units(new_markdown)):
        for was, now in _paired(old, new) if changed else ():
            passages += 1
            for kind, text in _words(was, now):
                removed += len(_WORD.findall(text)) if kind == "-" else 0
                added += len(_WORD.findall(text)) if kind == "+" else 0
    return Counts(passages, removed, added)


def version_before(matter: Matter, document: str) -> Document | None:
    """Give the last version before this one of the same step and target, whatever its round."""
    own = matter.documents[document]
    earlier: Document | None = None
    for other in matter.documents.values():
        if other.id == document:
            return earlier
        if (other.step, other.target) == (own.step, own.target):
            earlier = other
    return earlier


def text_of(file: MatterFile, document: Document) -> str | None:
    """Give a document's Markdown from the store; None where it has none, as a containment's plan.

    Raises:
        StoreError: It is not there, or is not what its name says.
    """
    sha = next((sha for name, sha in document.files.items() if name.endswith(".md")), None)
    if sha is None:
        return None
    try:
        return file.store.get(sha).decode("utf-8")
    except UnicodeDecodeError as error:
        raise StoreError(f"{document.id}: its text is not UTF-8") from error


def redline_of(file: MatterFile, matter: Matter, document: str) -> tuple[str, str] | None:
    """Give the id of the version before a document and the redline against it.

    Returns:
        None for a first version and for what has no text; an empty redline where nothing changed.
    """
    earlier = version_before(matter, document)
    if earlier is None:
        return None
    old, new = text_of(file, earlier), text_of(file, matter.documents[document])
    return (earlier.id, redline(old, new)) if old is not None and new is not None else None


def reads_as(markdown: str) -> list[str]:
    """List the passages of a text as they read: what two versions are compared by."""
    return _units(markdown)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _units(markdown: str) -> list[str]:
    """Split a text into its paragraphs, list items, table rows and hard-broken lines, as they read."""
    found: list[str] = []
    joined = False
    for raw in markdown.splitlines():
        line = raw.strip()
        if not line or _FENCE.match(line) or _RULE.match(line):
            joined = False
            continue
        hard = _is_broken(line)
        text = _read(line[:-1] if hard else line)
        if joined and not _ALONE.match(line):
            glue = "" if _WIDE.match(found[-1][-1:]) and _WIDE.match(text[:1]) else " "
            found[-1] += glue + text
        elif text:
            found.append(text)
        joined = not hard and bool(found) and not line.startswith(("#", "|"))
    return found


def _is_broken(line: str) -> bool:
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1


def _read(line: str) -> str:
    if line.startswith("|"):
        line = " | ".join(cell.strip() for cell in line.strip("|").split("|"))
    line = _BULLET.sub(r"\1\2 ", line)
    return " ".join(_ESCAPE.sub(lambda m: m[1] or " ", line).split())


def _blocks(
    old: Sequence[str], new: Sequence[str]
) -> Iterator[tuple[bool, Sequence[str], Sequence[str]]]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        yield tag != "equal", old[i1:i2], new[j1:j2]


def _paired(old: Sequence[str], new: Sequence[str]) -> list[tuple[str, str]]:
    """Pair what stands in each other's place; where the numbers differ, compare it as one passage."""
    if len(old) == len(new):
        return list(zip(old, new, strict=True))
    if not old or not new:
        return [(text, "") for text in old] or [("", text) for text in new]
    return [("\n".join(old), "\n".join(new))]


def _words(old: str, new: str) -> list[tuple[str, str]]:
    """Split two passages into what is equal (``=``), taken out (``-``) and put in (``+``), in order."""
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    whole = [(kind, text) for kind, text in (("-", old), ("+", new)) if text]
    if not before or not after or len(before) * len(after) > _DENSE:
        return whole
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return whole
    found: list[tuple[str, str]] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            found.append(("=", "".join(before[i1:i2])))
        else:
            found += [
                (kind, "".join(part))
                for kind, part in (("-", before[i1:i2]), ("+", after[j1:j2]))
                if part
            ]
    return found


def _passage(old: Sequence[str], new: Sequence[str]) -> list[str]:
    shown: list[str] = []
    for was, now in _paired(old, new):
        words = _words(was, now)
        parts = [
            _shortened(text, first=place == 0, last=place == len(words) - 1)
            if kind == "="
            else _marked(kind, text)
            for place, (kind, text) in enumerate(words)
        ]
        shown.append("".join(parts))
    return shown


def _marked(kind: str, text: str) -> str:
    """Mark a text line by line, its outer blanks outside, so that no mark spans a line."""
    start, end = ("[-", "-]") if kind == "-" else ("{+", "+}")
    lines = []
    for line in text.split("\n"):
        inner = line.strip()
        head, _, tail = line.partition(inner) if inner else (line, "", "")
        # A change of nothing but blanks is none that reads.
        lines.append(f"{head}{start}{_shown(inner)}{end}{tail}" if inner else line)
    return "\n".join(lines)


def _shown(text: str) -> str:
    """Keep what a document says from looking like a mark of ours."""
    return _MARK.sub(lambda found: f"\\{found[0]}", text)


def _shortened(text: str, *, first: bool, last: bool) -> str:
    words = _TOKEN.findall(text)
    if len(words) <= 2 * _AROUND + (_AROUND if first or last else 0):
        return _shown(text)
    head = "" if first else _shown("".join(words[:_AROUND])).rstrip() + " "
    tail = "" if last else " " + _shown("".join(words[-_AROUND:])).lstrip()
    return f"{head}{CUT}{tail}"


def _context(units: Sequence[str], *, first: bool, last: bool) -> list[str]:
    """Show one unchanged passage at each side of a change, shortened, and that others lie between."""
    after = [] if first else [_shortened(units[0], first=False, last=True)]
    before = [] if last else [_shortened(units[-1], first=True, last=False)]
    if len(units) == 1:
        return after or before
    between = len(units) > len(after) + len(before)
    return [*after, *([CUT] if between else []), *before]
