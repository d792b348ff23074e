"""The docket report: a matter's deadlines as DOCX for counsel and as PDF/A-2b for the record."""

from collections.abc import Mapping
from typing import Any

from breachbook.documents.press import Sheet
from breachbook.documents.printed import Report, printed

__all__ = ["Report", "docket_report"]


def docket_report(told: Mapping[str, Any], *, watermark: str | None = None) -> Report:
    """Print a docket; the same arguments give the same bytes.

    Args:
        told: As `breachbook.views.docket_report.told` gives it; every text in it is data.
        watermark: On every page.

    Raises:
        ContentError: pandoc or Typst refused it.
    """
    sheet = Sheet(
        language="en-US",
        title=f"Docket of {told['matter']['id']}",
        author=told["organisation"],
        label=f"{told['matter']['id']}, line {told['as_of']['line']}",
        watermark=watermark or "",
        dated=told["as_of"]["day"],
    )
    return printed("docket.md.j2", told, sheet)
