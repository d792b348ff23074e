"""What the command line prints: JSON for programs, plain columns for people, remarks on stderr."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime


def as_json(data: object) -> None:
    """Print data as JSON, indented only when a person looks."""
    indent = 2 if sys.stdout.isatty() else None
    print(json.dumps(data, ensure_ascii=False, indent=indent))


def say(text: str = "") -> None:
    """Print one line."""
    print(safe(text))


def remark(text: str) -> None:
    """Print one line on stderr."""
    print(safe(text), file=sys.stderr)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], empty: str = "none") -> None:
    """Print rows in columns, headed; a row's last cell may be as long as it is.

    Args:
        empty: Printed instead when there is no row.
    """
    lines = [[_cell(value) for value in row] for row in rows]
    if not lines:
        print(empty)
        return
    lines.insert(0, list(columns))
    plain = "".join(["".join(line) for line in lines])
    if plain.isascii() and plain.isprintable():
        widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
        form = "  ".join(f"{{:<{wide}}}" for wide in widths).format
        print("\n".join([form(*line).rstrip() for line in lines]))
        return
    lines = [[safe(cell) for cell in line] for line in lines]
    widths = [max(map(width, cells)) for cells in zip(*lines, strict=True)]
    print("\n".join(_line(line, widths) for line in lines))


def pairs(data: Mapping[str, object]) -> None:
    """Print names and values, one a line, leaving out what is empty."""
    shown = {name: _cell(value) for name, value in data.items()}
    across = max((len(name) for name in shown), default=0)
    for name, text in shown.items():
        if text:
            print(f"{name:<{across}}  {safe(text)}")


def heading(text: str) -> None:
    """Print a heading after an empty line."""
    print(f"\n{safe(text)}")


def safe(text: str) -> str:
    """Take out what a terminal could obey: control characters, direction marks, lone surrogates."""
    return (
        text
        if text.isprintable()
        else "".join(c if c.isprintable() or c == "\n" else "?" for c in text)
    )


def width(text: str) -> int:
    """Count the terminal columns of a text; Chinese, Japanese and Korean letters take two."""
    if text.isascii():
        return len(text)
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def moment(text: str | None) -> str:
    """Shorten an instant to minutes in UTC; a date stays a date."""
    if not text or "T" not in text:
        return text or ""
    value = datetime.fromisoformat(text)
    return f"{value:%Y-%m-%d %H:%M}" + (f"{value:%z}" if value.utcoffset() else "Z")


def _cell(value: object) -> str:
    if value.__class__ is str:
        return str(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    return str(value)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    parts = [
        cell + " " * (wide - width(cell)) for cell, wide in zip(cells[:-1], widths, strict=False)
    ]
    return "  ".join([*parts, cells[-1]]).rstrip()
