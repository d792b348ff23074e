"""The record of a legal hold as PDF/A-2b: who was told what and when, what followed, and what is missing."""

import re
from collections.abc import Mapping
from typing import Any

from breachbook.documents.press import Sheet
from breachbook.documents.printed import printed

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
    sheet = Sheet(
        language="en-US",
        title=f"Legal hold {told['hold']} of {told['matter']}",
        author=organisation,
        label=f"{told['matter']}, line {told['as_of']['line']}",
        watermark=watermark or "",
        dated=told["as_of"]["day"],
    )
    return printed("hold.md.j2", _readable({**told, "organisation": organisation}), sheet).pdf


def _readable(value: Any) -> Any:
    """Write every moment as people do, to the second."""
    if isinstance(value, Mapping):
        return {key: _readable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_readable(inner) for inner in value]
    return _MOMENT.sub(r"\1 \2 UTC", value) if isinstance(value, str) else value
