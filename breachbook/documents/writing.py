"""Writing the tree of a document that was read as a notice's Markdown, with every word made inert."""

from collections.abc import Iterator, Sequence
from typing import Any

from breachbook.documents.edited import refused
from breachbook.documents.inert import inert
from breachbook.errors import ContentError

STYLES = frozenset({"Letterhead", "Headline", "Legend", "Address", "Subject", "Closing", "Sealed"})
_CONTENTS = {
    "Underline": None, "SmallCaps": None, "Superscript": None, "Subscript": None,
    "Span": 1, "Quoted": 1, "Link": 1, "Cite": 1,
}  # fmt: skip
_NOT_TEXT = {
    "Image": "a picture",
    "Math": "a formula",
    "RawInline": "raw markup",
    "RawBlock": "raw markup",
    "Strikeout": "text struck through",
    "CodeBlock": "a block of program code",
    "Figure": "a figure",
    "DefinitionList": "a list of definitions",
    "HorizontalRule": "a rule across the page",
}
_ALIGNED = {"AlignRight": ("", ":"), "AlignCenter": (":", ":")}

Node = Any  # of pandoc's tree: t, its kind, and c, its content


class Writer:
    """Writes pandoc's tree as the Markdown that notices are made of.

    Args:
        name: Of the file, for errors.
        emphasis: Whether bold and italic text stays so.
    """

    def __init__(self, name: str, *, emphasis: bool) -> None:
        self.name = name
        self.emphasis = emphasis

    def text(self, blocks: Sequence[Node]) -> str:
        """Write a tree whole; every word of it is inert.

        Raises:
            ContentError: Something in it is no text.
        """
        return self._blocks(blocks).strip() + "\n"

    def _blocks(self, blocks: Sequence[Node]) -> str:
        return "\n\n".join(written for block in blocks if (written := self._block(block)))

    def _block(self, block: Node) -> str:
        kind, content = block["t"], block.get("c")
        if kind in ("Para", "Plain"):
            return self._inlines(content)
        if kind == "Header":
            level, _, inlines = content
            return f"{'#' * min(level, 6)} {self._one_line(inlines)}"
        if kind == "LineBlock":
            return "\\\n".join(self._inlines(line) for line in content)
        if kind == "BlockQuote":
            return _prefixed(self._blocks(content), "> ", "> ")
        if kind == "BulletList":
            return self._items(content, ["- "] * len(content))
        if kind == "OrderedList":
            numbers = [number_of(content[0], place) for place in range(len(content[1]))]
            # "A. Smith" is a name: a capital needs two blanks to begin an item.
            marks = [f"{n}  " if len(n) == 2 and n[0].isupper() else f"{n} " for n in numbers]
            return self._items(content[1], marks)
        if kind == "Div":
            return self._div(content)
        if kind == "Table":
            return self._table(content)
        raise self._no_text(kind)

    def _no_text(self, kind: str) -> ContentError:
        what = _NOT_TEXT.get(kind, f"something that is no text ({kind})")
        return refused(self.name, what, "text only", "take it out and hand it in again")

    def _div(self, content: Any) -> str:
        (_, _, pairs), blocks = content
        style = dict(pairs).get("custom-style", "")
        inner = self._blocks(blocks)
        if style not in STYLES or not inner:
            return inner
        return f'::: {{custom-style="{style}"}}\n{inner}\n:::'

    def _items(self, items: Sequence[Sequence[Node]], marks: Sequence[str]) -> str:
        loose = any(block["t"] == "Para" for item in items for block in item)
        written = [
            _prefixed(self._blocks(item), mark, " " * len(mark))
            for mark, item in zip(marks, items, strict=True)
        ]
        return ("\n\n" if loose else "\n").join(written)

    def _table(self, content: Any) -> str:
        _, (_, caption), columns, (_, head), bodies, (_, foot) = content
        rows = [*head]
        for _, _, more, body in bodies:
            rows += [*more, *body]
        cells = [[self._cell(cell) for cell in row] for _, row in (*rows, *foot)]
        if not head:
            cells.insert(0, [""] * len(columns))
        lines = [f"| {' | '.join(row)} |" for row in cells]
        lines.insert(1, f"|{'|'.join(_dashes(column) for column in columns)}|")
        above = self._blocks(caption)
        return (f"{above}\n\n" if above else "") + "\n".join(lines)

    def _cell(self, cell: Any) -> str:
        _, _, down, across, blocks = cell
        if (down, across) != (1, 1):
            raise refused(self.name, "a table with merged cells", "a plain table", "split them")
        inlines: list[Node] = []
        for block in _unwrapped(blocks):
            if block["t"] not in ("Para", "Plain"):
                raise refused(self.name, "a table cell with more than text", "text in each cell")
            inlines += [*([{"t": "Space"}] if inlines else []), *block["c"]]
        return self._one_line(inlines)

    def _one_line(self, inlines: Sequence[Node]) -> str:
        return " ".join(self._inlines(inlines).replace("\\\n", " ").split())

    def _inlines(self, inlines: Sequence[Node]) -> str:
        return "".join(map(self._inline, inlines))

    def _inline(self, node: Node) -> str:
        kind, content = node["t"], node.get("c")
        if kind == "Str":
            return inert_words(content)
        if kind in ("Space", "SoftBreak"):
            return " "
        if kind == "LineBreak":
            return "\\\n"
        if kind == "Code":
            return inert_words(content[1])
        if kind in ("Emph", "Strong"):
            return self._stressed("*" if kind == "Emph" else "**", self._inlines(content))
        if kind == "Note":
            return f"^[{' '.join(self._blocks(content).replace(chr(92) + chr(10), ' ').split())}]"
        if kind in _CONTENTS:
            place = _CONTENTS[kind]
            return self._inlines(content if place is None else content[place])
        raise self._no_text(kind)

    def _stressed(self, mark: str, text: str) -> str:
        inner = text.strip()
        if not self.emphasis or not inner:
            return text
        head, _, tail = text.partition(inner)
        return f"{head}{mark}{inner}{mark}{tail}"


def inert_words(text: str) -> str:
    """Make a run of text inert; its no-break spaces stay, other blanks become plain ones."""
    parts = [
        "".join(char if not char.isspace() else " " for char in p) for p in text.split("\xa0")
    ]
    return "\\ ".join(" ".join(inert(word) for word in part.split(" ")) for part in parts)


def _prefixed(text: str, first: str, others: str) -> str:
    lines = text.split("\n")
    rest = [f"{others}{line}".rstrip() if line or others.strip() else "" for line in lines[1:]]
    return "\n".join([f"{first}{lines[0]}", *rest])


def number_of(attributes: Any, place: int) -> str:
    """Give the mark of a list's item as it is written: ``1.``, ``(b)``, ``iv)``."""
    start, style, delimiter = attributes
    number = start + place
    shown_as = {
        "LowerAlpha": lambda: _letters(number),
        "UpperAlpha": lambda: _letters(number).upper(),
        "LowerRoman": lambda: _roman(number),
        "UpperRoman": lambda: _roman(number).upper(),
    }.get(style["t"], lambda: str(number))()
    around = {"OneParen": "{})", "TwoParens": "({})"}.get(delimiter["t"], "{}.")
    return around.format(shown_as)


def _letters(number: int) -> str:
    return chr(ord("a") + (number - 1) % 26)


def _roman(number: int) -> str:
    values = (100, 90, 50, 40, 10, 9, 5, 4, 1)
    signs = ("c", "xc", "l", "xl", "x", "ix", "v", "iv", "i")
    found = ""
    for value, sign in zip(values, signs, strict=True):
        count, number = divmod(number, value)
        found += sign * count
    return found


def _dashes(column: Any) -> str:
    aligned, width = column
    left, right = _ALIGNED.get(aligned["t"], ("", ""))
    across = round(width["c"] * 72) if width["t"] == "ColWidth" else 12
    return f"{left}{'-' * max(3, across)}{right}"


def _unwrapped(blocks: Sequence[Node]) -> Iterator[Node]:
    for block in blocks:
        if block["t"] == "Div":
            yield from _unwrapped(block["c"][1])
        else:
            yield block
