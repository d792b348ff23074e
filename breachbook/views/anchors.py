"""The anchors of a matter, where they are held, and since when nothing outside holds its journal."""

from typing import Any

from breachbook.events import stamp
from breachbook.exhibit_book import Anchor
from breachbook.exposure import exposure_of, in_words
from breachbook.matter import Matter
from breachbook.views.time_stamps import stamps_view


def anchors_view(matter: Matter) -> dict[str, Any]:
    """Describe a matter's anchors, and the part of its journal that nothing outside holds."""
    return {
        "matter": matter.id,
        "anchors": [_anchor(matter, anchor) for anchor in matter.evidence.anchors.values()],
        "outside": gauge_view(matter),
    }


def gauge_view(matter: Matter) -> dict[str, Any]:
    """Say how much of the journal is held outside: lines, covered, since (None where all is), failing, words."""
    found = exposure_of(matter)
    return {
        "lines": found.lines,
        "covered": found.covered,
        "since": stamp(found.since) if found.since else None,
        "failing": dict(found.failing),
        "words": in_words(found),
    }


def _anchor(matter: Matter, anchor: Anchor) -> dict[str, Any]:
    return {
        "anchor": anchor.id,
        "size": anchor.size,
        "head": anchor.head,
        "root": anchor.root,
        "checkpoint": anchor.checkpoint,
        "cause": anchor.cause,
        "made_at": stamp(anchor.made_at),
        "places": [{"place": place, "ref": ref} for place, ref in anchor.posted.items()],
        "failing": {place: failed.outcome for place, failed in anchor.failed.items()},
        **stamps_view(matter.evidence, anchor.id),
    }
