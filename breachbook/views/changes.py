"""What recounts changed: when, by which rule, why, and the dates before and after."""

from typing import TYPE_CHECKING, Any

from breachbook.events import stamp

if TYPE_CHECKING:
    from breachbook.matter import Matter

CAUSES = {
    "fact-corrected": "the fact it runs from was corrected",
    "fact-retracted": "the fact it runs from was retracted",
    "told-otherwise": "what counting was told with the fact changed",
    "rule-changed": "the rule we hold was changed",
    "calendar-changed": "the court calendar was corrected or reaches further",
    "no-longer-applies": "the rule no longer concerns the fact",
}


def change_views(matter: "Matter") -> list[dict[str, Any]]:
    """List what recounts did to a matter's dates, oldest first.

    Returns:
        Rows of at, deadline, rule, cause, why (in words), moved, before and after: each {safe,
        legal}, after None where nothing took the deadline's place.
    """
    return [
        {
            "at": stamp(change.at),
            "deadline": change.deadline,
            "rule": change.rule,
            "cause": change.cause,
            "why": CAUSES.get(change.cause, change.cause),
            "moved": change.after != change.before,
            "before": _dates(change.before),
            "after": _dates(change.after) if change.after else None,
        }
        for change in matter.book.changes
    ]


def _dates(pair: tuple[str, str | None]) -> dict[str, str | None]:
    return {"safe": pair[0], "legal": pair[1]}
