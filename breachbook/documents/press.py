"""Print Markdown as DOCX and PDF/A-2b with pandoc and Typst: same input, same bytes."""

import os
import re
import subprocess
import tempfile
import unicodedata
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from breachbook.documents.inert import release, spelt
from breachbook.documents.typography import typography
from breachbook.documents.word import reference, signed_off
from breachbook.errors import ContentError, Problem

_HERE = Path(__file__).parent
# Nothing in the text may reach a format behind pandoc's back; quotes and dashes stay as written.
MARKDOWN = (
    "markdown-raw_html-raw_tex-raw_attribute-latex_macros-tex_math_dollars-yaml_metadata_block"
    "-pandoc_title_block-mmd_title_block-citations-smart-auto_identifiers-example_lists"
    "+east_asian_line_breaks"
)
_ROOMY = {
    "GHCRTS": "-A16m"
}  # pandoc starts with room to allocate: a sixth less time in its collector
_COLUMNS = "--columns=24"  # a wider table takes its column widths from the dashes under its head
# Word takes a block's style by name; Typst by a label, for which letter.typ has a rule.
_STYLED = re.compile(r'^::: \{custom-style="(\w+)"\}$', re.MULTILINE)
# What Typst would still read as an ellipsis, a dash, a minus or a soft hyphen; escapes stay.
_SHORTHAND = re.compile(r"\\.|\.\.\.|--+|-(?=[0-9?])", re.DOTALL)
_UNSHOWN = re.compile(r"the text `?\"(?P<text>.*?)\"`? could not be displayed", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a letter carries besides its text.

    Attributes:
        language: ``zh-CN``, ``de``; as `typography` knows them.
        title: For the file's properties.
        author: For the file's properties.
        label: Our reference, in the footer.
        watermark: On every page; empty for none.
        dated: ISO date; every time stamp inside the files is its midnight in UTC.
    """

    language: str
    title: str
    author: str
    label: str
    watermark: str
    dated: str


def press(
    text: str, sheet: Sheet, place: str, *, names_unshown: bool = False
) -> tuple[bytes, bytes]:
    """Print one letter as DOCX and as PDF/A-2b with embedded fonts, both at once.

    Args:
        text: The letter as Markdown, its values still inert.
        sheet: What goes around it.
        place: The template, for error messages.
        names_unshown: Print ``‹Hangul›`` in the PDF, the name of the script, for text that the
            fonts have no glyph for. A letter is refused for it; a report must come out.

    Raises:
        ContentError: pandoc or Typst refused, or a character has no glyph in the fonts.
    """
    at = datetime.fromisoformat(sheet.dated).replace(tzinfo=UTC)
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(1) as aside:
        docx = aside.submit(_docx, release(text), sheet, at, Path(scratch), place)
        while True:
            try:
                pdf = _pdf(text, sheet, at, Path(scratch), place)
                return docx.result(), pdf
            except _UnshownError as error:
                named = _named(text, error.text)
                if not names_unshown or named == text:
                    raise
                text = named


class _UnshownError(ContentError):
    """A text for which the fonts have no glyph."""

    def __init__(self, text: str, place: str) -> None:
        got = f"the text {text[:40]!r}"
        allowed = "Latin, Chinese, Japanese and Korean characters, which the fonts have"
        fix = "write it in one of these scripts"
        super().__init__([Problem(place, None, "", got, allowed, fix)])
        self.text = text


def _named(text: str, unshown: str) -> str:
    """Put the name of its script in place of every run of letters like those that were not shown."""
    scripts = {_script(char) for char in unshown if not char.isascii()} - {"CJK", "Latin", ""}
    found: list[str] = []
    for char in text:
        script = "" if char.isascii() else _script(char)
        name = f"‹{script}›"
        if script not in scripts and (char.isascii() or char not in unshown):
            found.append(char)
        elif not found or found[-1] != name:
            found.append(name)
    return "".join(found)


def _script(char: str) -> str:
    name = unicodedata.name(char, "").partition(" ")[0]
    return name if name == "CJK" else name.title()


def _docx(markdown: str, sheet: Sheet, at: datetime, scratch: Path, place: str) -> bytes:
    model = scratch / "reference.docx"
    model.write_bytes(reference(sheet.language, label=sheet.label, watermark=sheet.watermark))
    docx = _pandoc(markdown, ["--to=docx", f"--reference-doc={model}"], place)
    return signed_off(
        docx,
        language=sheet.language,
        title=sheet.title,
        author=sheet.author,
        at=f"{at:%Y-%m-%dT%H:%M:%SZ}",
    )


def typed(text: str, sheet: Sheet, place: str) -> bytes:
    """Print plain text as it stands, in one typewriter face on one page, as PDF/A-2b.

    Args:
        text: No line longer than about 100 characters.
        sheet: What goes around it.
        place: What it is, for error messages.

    Raises:
        ContentError: Typst refused it.
    """
    at = datetime.fromisoformat(sheet.dated).replace(tzinfo=UTC)
    source = (_HERE / "letter.typ").read_bytes() + (_HERE / "typed.typ").read_bytes()
    with tempfile.TemporaryDirectory() as scratch:
        return _compiled(source, sheet, at, Path(scratch), place, text=text)


def _pdf(text: str, sheet: Sheet, at: datetime, scratch: Path, place: str) -> bytes:
    labelled = _STYLED.sub(lambda style: f"::: {{#{style[1].lower()}}}", text)
    body = _pandoc(labelled, ["--to=typst-smart", "--wrap=none"], place).decode()
    source = spelt(_SHORTHAND.sub(_escaped, body)).encode()
    return _compiled((_HERE / "letter.typ").read_bytes() + source, sheet, at, scratch, place)


def _compiled(
    source: bytes, sheet: Sheet, at: datetime, scratch: Path, place: str, **more: str
) -> bytes:
    import typst

    style = typography(sheet.language)
    room = (
        scratch / "typst"
    )  # an empty root and empty package folders: nothing to read, nothing to fetch into
    room.mkdir(exist_ok=True)
    compiler = typst.Compiler(
        input=source,
        root=room,
        font_paths=_fonts(),
        sys_inputs={
            "language": style.tag, "glyphs": style.region, "paper": style.paper,
            "indent": str(style.indent), "page": style.page, "of": style.of, "end": style.end,
            "title": sheet.title, "author": sheet.author,
            "label": sheet.label, "watermark": sheet.watermark, **more,
        },
        package_path=room,
        package_cache_path=room,
    )  # fmt: skip
    try:
        made = compiler.compile(format="pdf", pdf_standards="a-2b", timestamp=at)
    except typst.TypstError as error:
        raise _refused(str(error), place) from error
    if not isinstance(made, bytes):
        raise ContentError([Problem(place, None, "", "no single PDF from typst", "one PDF")])
    return made


def _escaped(found: re.Match[str]) -> str:
    text = found[0]
    return text if text[0] == "\\" else "".join(f"\\{char}" for char in text)


def _refused(message: str, place: str) -> ContentError:
    if unshown := _UNSHOWN.search(message):
        return _UnshownError(unshown["text"], place)
    got = f"typst refused: {message[:300]}"
    return ContentError([Problem(place, None, "", got, "a document typst can set")])


@cache
def _fonts() -> Any:
    """Load the fonts once a process: typst's own and Noto's of four regions, never the system's."""
    import pylopdf_fonts_jp as japan
    import pylopdf_fonts_ko as korea
    import pylopdf_fonts_zh_cn as china
    import pylopdf_fonts_zh_tw as taiwan
    import typst

    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=True,
        font_paths=[str(of.serif_path().parent) for of in (china, taiwan, japan, korea)],
    )


@cache
def program() -> str:
    """Give the path of pandoc."""
    import pypandoc

    return str(pypandoc.get_pandoc_path())


def _pandoc(markdown: str, options: Sequence[str], place: str) -> bytes:
    done = subprocess.run(
        [program(), "--sandbox", f"--from={MARKDOWN}", _COLUMNS, "--output=-", *options],
        input=markdown.encode(),
        capture_output=True,
        env={**os.environ, **_ROOMY},
        check=False,
    )
    if done.returncode:
        got = f"pandoc refused: {done.stderr.decode('utf-8', 'replace').strip()[:300]}"
        raise ContentError([Problem(place, None, "", got, "Markdown pandoc can read")])
    return done.stdout
