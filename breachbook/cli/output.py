"""What the command line prints: JSON for programs, plain columns for people, remarks on stderr."""

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


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


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    empty: str = "none",
    colours: Sequence[str] = (),
) -> None:
    """Print rows in columns, headed; a row's last cell may be as long as it is.

    Args:
        empty: Printed instead when there is no row.
        colours: One a row, as numbers of an ANSI escape such as ``1;31``, empty for none; only a
            terminal is given them.
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
        printed = [form(*line).rstrip() for line in lines]
    else:
        lines = [[safe(cell) for cell in line] for line in lines]
        widths = [max(map(width, cells)) for cells in zip(*lines, strict=True)]
        printed = [_line(line, widths) for line in lines]
    if any(colours) and has_colour():
        head, *rest = printed
        printed = [head, *(coloured(*pair) for pair in zip(rest, colours, strict=True))]
    print("\n".join(printed))


def files(folder: Path, made: Mapping[str, bytes]) -> list[dict[str, str]]:
    """Write files that their owner alone may read, and give path and SHA-256 of each.

    Args:
        folder: Made if it is not there.
        made: Content by name; a name may have folders.

    Raises:
        UsageError: Something else than a folder stands there.
    """
    from breachbook.canonical import sha256
    from breachbook.durable import replace
    from breachbook.errors import UsageError

    written = []
    for name, content in made.items():
        path = folder / name
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError) as error:
            raise UsageError(
                f"--out: got {folder}, which is no folder; allowed: a folder"
            ) from error
        replace(path, content)
        written.append({"path": str(path), "sha256": sha256(content)})
    return written


def files_table(written: Sequence[Mapping[str, str]]) -> None:
    """Print what `files` wrote."""
    table(("file", "sha256"), [(row["path"], row["sha256"][:16]) for row in written])


def has_colour() -> bool:
    """Tell whether stdout is a terminal that may be written to in colour; see no-color.org."""
    dumb = os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and not dumb


def coloured(text: str, colour: str) -> str:
    """Put a text in an ANSI colour, or leave it where the colour is empty."""
    return f"\x1b[{colour}m{text}\x1b[0m" if colour else text


def as_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows as CSV (RFC 4180), headed; no cell can be taken for a formula by a spreadsheet."""
    import csv

    writer = csv.writer(sys.stdout, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_inert(_cell(value)) for value in row] for row in rows)


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


def brief(text: str, columns: int = 32) -> str:
    """Cut a text that would make a table wide; JSON has it whole."""
    return text if len(text) <= columns else f"{text[: columns - 1]}…"


def moment(text: str | None) -> str:
    """Shorten an instant to minutes in UTC; a date stays a date."""
    if not text or "T" not in text:
        return text or ""
    value = datetime.fromisoformat(text)
    return f"{value:%Y-%m-%d %H:%M}" + (f"{value:%z}" if value.utcoffset() else "Z")


def _inert(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


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
