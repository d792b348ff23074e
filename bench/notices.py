"""A letter as DOCX and PDF/A-2b against bare pandoc and typst on the same Markdown.

Both sides run in this process with the fonts already loaded, in turns, each round with a new
letter. The promise is against the bare programs run one after the other; `at once` shows the ratio
to running those two side by side, as ours does, without templates, checks or a reference document.
"""

import copy
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pypandoc
import typst
from pylopdf_fonts_zh_cn import serif_path

from breachbook.notices import render
from breachbook.source import read

ROOT = Path(__file__).parents[1]
ROUNDS = 15
ALLOWED = 1.2
PANDOC = pypandoc.get_pandoc_path()
FONTS = typst.Fonts(
    include_system_fonts=False,
    include_embedded_fonts=True,
    font_paths=[str(serif_path().parent)],
)


def main() -> None:
    """Print one ratio a letter, the median of the rounds."""
    context = read(ROOT / "tests/golden/notices/context.yaml").data
    print(f"{'letter':28} {'ours ms':>8} {'bare ms':>8} {'ratio':>6} {'at once':>8}  allowed")
    for language in ("en-US", "zh-CN"):
        measured(context, language)
        rounds = [measured(context, language, number) for number in range(ROUNDS)]
        ours, bare, at_once = (statistics.median(times) for times in zip(*rounds, strict=True))
        verdict = "met" if ours <= ALLOWED * bare else "MISSED"
        print(
            f"{'cease-and-desist ' + language:28} {ours * 1000:8.1f} {bare * 1000:8.1f}"
            f" {ours / bare:6.2f} {ours / at_once:8.2f}  {ALLOWED} {verdict}"
        )


def measured(context: Any, language: str, number: int = 99) -> tuple[float, float, float]:
    """Time one letter ours, bare in sequence and bare at once, in an order that turns."""
    told = copy.deepcopy(context)
    told["recipient"]["contact"] = f"Ms Gao Rui {number}"
    made = render("cease-and-desist", language, told, [ROOT / "notices"])
    markdown = made.markdown.replace(b"Ms Gao Rui", b"Ms Gao Rui B")
    told["recipient"]["contact"] += " again"
    sides: list[Callable[[], object]] = [
        lambda: render("cease-and-desist", language, told, [ROOT / "notices"]),
        lambda: (word(markdown), paper(markdown)),
        lambda: both(markdown.replace(b" B", b" C")),
    ]
    times = [0.0, 0.0, 0.0]
    for turn in range(3):
        side = (turn + number) % 3
        started = time.perf_counter()
        sides[side]()
        times[side] = time.perf_counter() - started
    return times[0], times[1], times[2]


def both(markdown: bytes) -> object:
    """Make the two files at once."""
    with ThreadPoolExecutor(1) as aside:
        docx = aside.submit(word, markdown)
        return paper(markdown), docx.result()


def word(markdown: bytes) -> bytes:
    """Make a DOCX as anybody would."""
    return pandoc(markdown, "--to=docx")


def paper(markdown: bytes) -> Any:
    """Make a PDF/A-2b as anybody would, with pandoc's own template and the same fonts."""
    fonts = b'#set text(font: ("Libertinus Serif", "Noto Serif SC"))\n'
    source = fonts + pandoc(markdown, "--to=typst")
    with tempfile.TemporaryDirectory() as room:
        compiler = typst.Compiler(input=source, root=room, font_paths=FONTS)
        return compiler.compile(format="pdf", pdf_standards="a-2b")


def pandoc(markdown: bytes, to: str) -> bytes:
    """Run pandoc once."""
    command = [PANDOC, "--from=markdown", to, "--output=-"]
    return subprocess.run(command, input=markdown, capture_output=True, check=True).stdout


if __name__ == "__main__":
    main()
