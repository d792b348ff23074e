"""A text beside its working copy, block by block, in a table of two columns."""

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from breachbook.documents.inert import inert
from breachbook.errors import ContentError, Problem

FORM = "side-by-side"
WORKING_COPY = "working-copy"
_FENCE = re.compile(r'^::: \{custom-style="(\w+)"\}$')
_LONGEST = 1500  # characters; a cell stands on one page, so what is longer stands below the table


def beside(text: str, copy: str, heads: tuple[str, str], place: str) -> str:
    """Set two texts of the same build side by side.

    The headline of the first stands above; tables and blocks too long for a cell stand below each
    other, across the page.

    Args:
        text: Markdown, its values may be inert.
        copy: The same in another language.
        heads: What stands above the two columns.
        place: The template, for error messages.

    Raises:
        ContentError: The two are not built alike.
    """
    left, right = list(_blocks(text)), list(_blocks(copy))
    if [_kind(block) for block in left] != [_kind(block) for block in right]:
        got = f"{len(left)} blocks beside {len(right)} of its working copy, or of other kinds"
        allowed = "the same headings, lists and tables in the same order"
        raise ContentError([Problem(place, None, "", got, allowed, "bring the two into line")])
    set_out: list[str] = []
    rows: list[tuple[str, str]] = []
    for ours, theirs in zip(left, right, strict=True):
        if _kind(ours) == "Headline":
            set_out.append(ours)
        elif ours.startswith("|") or max(len(ours), len(theirs)) > _LONGEST:
            set_out += [*_table(rows, heads), ours, theirs]
            rows = []
        else:
            rows += zip_longest(_lines(ours), _lines(theirs), fillvalue="")
    return "\n\n".join([*set_out, *_table(rows, heads)]) + "\n"


def _blocks(text: str) -> Iterator[str]:
    for block in re.split(r"\n{2,}", text.strip()):
        if _kind(block) != "Legend":
            yield block


def _kind(block: str) -> str:
    if fence := _FENCE.match(block.partition("\n")[0]):
        return fence[1]
    mark = block.split()[0]
    return mark if mark[0] in "#->|" else "text"


def _lines(block: str) -> list[str]:
    # pandoc escapes "1." at the head of a paragraph for Typst, but not at the head of a cell
    lines = [line.rstrip("\\").strip().replace("\\.", inert(".")) for line in block.splitlines()]
    kind = _kind(block)
    if lines[0].startswith(":::"):
        return [line for line in lines[1:-1] if line]
    if kind.startswith("#"):
        return [f"**{lines[0].lstrip('#').strip()}**"]
    if kind == "-":
        return [f"– {line.removeprefix('- ')}" for line in lines]
    return [" ".join(line.removeprefix("> ") for line in lines)]


def _table(rows: Sequence[tuple[str, str]], heads: tuple[str, str]) -> list[str]:
    if not rows:
        return []
    dashes = "-" * 20
    written = [f"| {ours} | {theirs} |" for ours, theirs in (heads, *rows)]
    return ["\n".join([written[0], f"|{dashes}|{dashes}|", *written[1:]])]
