"""How much of a journal could be cut off or rewritten without anything outside that shows it."""

from dataclasses import dataclass
from datetime import datetime

from breachbook.exhibit_book import Anchor
from breachbook.matter import Matter

_WORTHLESS = "trial"


@dataclass(frozen=True, slots=True)
class Exposure:
    """How much of a journal could be cut off or rewritten without a checkpoint outside that shows it.

    Attributes:
        lines: Lines of the journal.
        covered: Lines that a checkpoint held outside covers.
        since: When the first line of weight was written that none covers, or None where there is none.
        failing: Place to how it last failed, for places that do not take the newest checkpoint.
    """

    lines: int
    covered: int
    since: datetime | None
    failing: dict[str, str]


def exposure_of(matter: Matter) -> Exposure:
    """Say what nothing outside holds; a place counts once it holds a checkpoint, a trial time-stamp never."""
    anchors = list(matter.evidence.anchors.values())
    held = [index for index, anchor in enumerate(anchors) if is_held(matter, anchor)]
    later = anchors[held[-1] + 1 :] if held else anchors
    since = matter.growth.since
    if later:
        since = matter.growth.covered_since[later[0].id]
    failing = (
        {place: failed.outcome for place, failed in anchors[-1].failed.items()} if anchors else {}
    )
    return Exposure(matter.seq, anchors[held[-1]].size if held else 0, since, failing)


def in_words(exposure: Exposure) -> str:
    """Say in one sentence what could be cut off or rewritten without a trace outside."""
    failing = "".join(f"; {place} fails: {word}" for place, word in exposure.failing.items())
    reach = f"anchored outside up to line {exposure.covered} of {exposure.lines}"
    if exposure.since is None:
        return f"{reach}; nothing of weight follows{failing}"
    since = f"{exposure.since:%Y-%m-%d %H:%M}Z"
    if not exposure.covered:
        return f"nothing is anchored outside, since {since}: removal of whole last lines would not show{failing}"
    return (
        f"{reach}, not since {since}: removal of lines after {exposure.covered}"
        f" would not show{failing}"
    )


def is_held(matter: Matter, anchor: Anchor) -> bool:
    """Say whether anything outside the workspace holds an anchor's checkpoint."""
    stamped = any(s.legal_class != _WORTHLESS for s in matter.evidence.stamps_of(anchor.id))
    return bool(anchor.posted) or stamped
