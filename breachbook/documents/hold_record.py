"""The record of a legal hold as PDF/A-2b: who was told what and when, what followed, and what is missing."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from breachbook.documents.inert import inert

_FOLDER = Path(__file__).parent / "reports"
_NAME = "hold.md.j2"
_LANGUAGE = "en-US"
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z")


def hold_record(
    told: Mapping[str, Any], organisation: str, *, watermark: str | None = None
) -> bytes:
    """Print the record of one hold; the same arguments give the same bytes.

    Args:
        told: As `breachbook.views.holds.proof_view` gives it; every text in it is data.
        watermark: On every page.

    Raises:
        ContentError: pandoc or Typst refused it.
    """
    from breachbook.documents.press import Sheet, press
    from breachbook.documents.templates import Templates, tidy

    context = _inert({**told, "organisation": organisation})
    text = tidy(Templates([_FOLDER], _LANGUAGE).render(_NAME, context))
    sheet = Sheet(
        language=_LANGUAGE,
        title=f"Legal hold {told['hold']} of {told['matter']}",
        author=organisation,
        label=f"{told['matter']}, line {told['as_of']['line']}",
        watermark=watermark or "",
        dated=told["as_of"]["day"],
    )
    return press(text, sheet, f"reports/{_NAME}", names_unshown=True)[1]


def _inert(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _inert(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_inert(inner) for inner in value]
    return inert(_MOMENT.sub(r"\1 \2 UTC", value)) if isinstance(value, str) else value
