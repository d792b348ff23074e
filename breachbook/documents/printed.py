"""A printed report: a template of ours filled with data, as DOCX for people to fill in and as PDF/A-2b."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from breachbook.documents.inert import inert, release
from breachbook.documents.press import Sheet, press
from breachbook.documents.templates import Templates, tidy

_FOLDER = Path(__file__).parent / "reports"
# A word too long for a narrow column may be broken anywhere; a whole SHA-256 stands in a wide one.
_LONG = re.compile("[!-,.-~\U000f0021-\U000f007e]{21,}")
_DIGEST = re.compile("[0-9a-f]{64}")
_BREAK = "\u200b"


@dataclass(frozen=True, slots=True)
class Report:
    """A printed report: UTF-8 Markdown, and what was printed from it."""

    markdown: bytes
    docx: bytes
    pdf: bytes


def printed(template: str, told: Mapping[str, Any], sheet: Sheet) -> Report:
    """Print a report; the same arguments give the same bytes.

    Args:
        template: File name in ``reports``.
        told: What it says; every text in it is data.
        sheet: What goes around it.

    Raises:
        ContentError: pandoc or Typst refused it.
    """
    text = tidy(Templates([_FOLDER], sheet.language).render(template, _inert(told)))
    docx, pdf = press(text, sheet, f"reports/{template}", names_unshown=True)
    return Report(release(text).encode(), docx, pdf)


def _inert(value: Any) -> Any:
    """Make every text of plain data inert; keys are ours."""
    if isinstance(value, Mapping):
        return {key: _inert(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_inert(inner) for inner in value]
    if not isinstance(value, str):
        return value
    return _LONG.sub(_breakable, inert(value))


def _breakable(word: re.Match[str]) -> str:
    if _DIGEST.fullmatch(word[0]):
        return word[0]
    return _BREAK.join(re.findall(".{1,12}", word[0]))
