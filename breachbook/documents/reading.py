"""Reading a DOCX's text as a notice's Markdown: paragraphs, lists, quotations and tables, nothing else.

pandoc reads it in its sandbox into a tree; the Markdown is written from that tree here, with every
word made inert, so that nothing in the text can become markup. What the Markdown says when it is read
back is compared with the tree: a text that would come out otherwise than it was handed in is refused.
"""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from breachbook.documents import press
from breachbook.documents.edited import Edited, refused
from breachbook.documents.inert import plain, release
from breachbook.documents.writing import STYLES, Node, Writer, inert_words, number_of

MAX_TEXT = 200_000
_TIMEOUT_SECONDS = 20
_MEMORY = "-A16m -M512m"


@dataclass(frozen=True, slots=True)
class Read:
    """A text as it was read.

    Attributes:
        markdown: For `press`, its words still inert.
        words: The same without emphasis, for judging its wording.
    """

    markdown: str
    words: str


def read_docx(handed_in: Edited, name: str) -> Read:
    """Read a checked DOCX as Markdown; tracked changes are taken as accepted, comments are left out.

    Args:
        handed_in: What `edited` let through.
        name: Shown in errors.

    Raises:
        ContentError: It has no text, too much, or something that is no text; some of it would be lost;
            or pandoc refuses it.
    """
    tree = _tree(handed_in.docx, ["--from=docx+styles"], name)
    if tree["meta"]:
        got = f"paragraphs in the style {', '.join(sorted(tree['meta']))}"
        raise refused(name, got, f"the styles {', '.join(sorted(STYLES))}, headings and body text")
    blocks: list[Node] = tree["blocks"]
    words = Writer(name, emphasis=False).text(blocks)
    if not plain(words).strip():
        raise refused(name, "no text", "the text of the notice")
    if len(words) > MAX_TEXT:
        raise refused(name, f"{len(words)} characters", f"at most {MAX_TEXT}")
    if lost := _lost(handed_in.said, blocks):
        allowed = "plain paragraphs, lists and tables"
        raise refused(name, f"text that would be lost ({lost})", allowed, "take it out of its box")
    told = _flat(blocks)
    for markdown in (Writer(name, emphasis=True).text(blocks), words):
        back = _tree(release(markdown).encode(), [f"--from={press.MARKDOWN}"], name)
        if _flat(back["blocks"]) == told:
            return Read(markdown, words)
    allowed = "one level of simple lists and tables"
    raise refused(name, "an arrangement that cannot be kept exactly", allowed, "simplify it")


def _tree(data: bytes, options: Sequence[str], name: str) -> Any:
    try:
        done = subprocess.run(
            [press.program(), "--sandbox", "--to=json", "--output=-", *options],
            input=data,
            capture_output=True,
            env={**os.environ, "GHCRTS": _MEMORY},
            timeout=_TIMEOUT_SECONDS,
            check=False,
        )
        if done.returncode == 0:
            return json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError, RecursionError) as error:
        raise refused(name, "a text that takes too long to read", "a letter") from error
    raise refused(name, "a document that pandoc cannot read", "a DOCX", "save it anew")


def _lost(said: str, blocks: Sequence[Node]) -> str:
    """Give where the text of a file goes on after what was read of it; empty when all of it was."""
    read = iter("".join(_spoken(blocks)))
    for place, char in enumerate(said):
        if char.isalnum() and not any(char == other for other in read):
            return said[max(0, place - 20) : place + 20].strip()
    return ""


def _flat(tree: Any) -> list[str]:
    """List every word of a tree with the marks of its lists, as they will be read."""
    return "".join(_spoken(tree)).split()


def _spoken(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _spoken(item)
        return
    if not isinstance(node, Mapping):
        return
    kind: Any = node.get("t")
    content: Any = node.get("c")
    if kind == "Str":
        yield plain(inert_words(content)).replace("\\ ", " ")
    elif kind == "Code":
        yield plain(inert_words(content[1])).replace("\\ ", " ")
    elif kind in ("Space", "SoftBreak", "LineBreak"):
        yield " "
    elif kind in ("Link", "Span", "Cite", "Quoted"):
        yield from _spoken(content[1])
    elif kind == "Note":
        yield " ^["
        yield from _spoken(content)
        yield "] "
    elif kind == "OrderedList":
        for place, item in enumerate(content[1]):
            yield f" {number_of(content[0], place)} "
            yield from _spoken(item)
    elif kind == "BulletList":
        for item in content:
            yield " - "
            yield from _spoken(item)
    elif kind == "Table":
        yield from _spoken_table(content)
    elif kind == "Header":
        yield f" {'#' * min(content[0], 6)} "
        yield from _spoken(content[2])
        yield " "
    else:
        yield " " if kind in ("Para", "Plain", "BlockQuote", "LineBlock") else ""
        yield from _spoken(content[1] if kind == "Div" else content)
        yield " " if kind in ("Para", "Plain", "BlockQuote", "LineBlock") else ""


def _spoken_table(content: Any) -> Iterator[str]:
    _, (_, caption), _, (_, head), bodies, (_, foot) = content
    yield from _spoken(caption)
    rows = [*head]
    for _, _, more, body in bodies:
        rows += [*more, *body]
    for _, row in (*rows, *foot):
        for cell in row:
            yield " | "
            yield from _spoken(cell[4])
