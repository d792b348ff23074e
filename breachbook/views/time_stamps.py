"""How the time-stamps of a seal or an anchor are shown."""

from collections.abc import Mapping
from typing import Any

from breachbook.exhibit_book import ExhibitBook

NONE = "not yet time-stamped"
WORTHLESS = "trial authority, worthless as proof"


def stamps_view(book: ExhibitBook, about: str) -> dict[str, Any]:
    """Give what is known as data: ``time_stamps``, and by authority how it failed: ``time_stamps_failing``."""
    stamps = [
        {"authority": one.authority, "legal_class": one.legal_class, "when": one.when}
        for one in book.stamps_of(about)
    ]
    failing = {
        authority: refusal.outcome
        for (what, authority), refusal in book.refusals.items()
        if what == about
    }
    return {"time_stamps": stamps, "time_stamps_failing": failing}


def stamps_text(view: Mapping[str, Any]) -> str:
    """Name who stamped, or say that nobody did yet, and who failed to; a trial authority with what it is worth.

    Args:
        view: Anything that holds the keys of `stamps_view`.
    """
    names = [
        WORTHLESS if one["legal_class"] == "trial" else one["authority"]
        for one in view["time_stamps"]
    ]
    failing = ", ".join(f"{who}: {how}" for who, how in view["time_stamps_failing"].items())
    return (", ".join(names) or NONE) + (f" ({failing})" if failing else "")
