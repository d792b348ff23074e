"""What is to be time-stamped, by whom, and when a failed try is repeated: pure decisions."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from breachbook.agenda import Stamp, StampPlan
from breachbook.matter import Matter

_FIRST_RETRY = timedelta(minutes=1)
_LONGEST_RETRY = timedelta(hours=1)
# Longer than any try: one that a crash ended is made again.
_LOOK_AGAIN = timedelta(minutes=3)


def due(matter: Matter, plan: StampPlan, now: datetime) -> Iterator[Stamp]:
    """Name each seal, and the newest anchor, with each authority whose time-stamp it lacks and that may be asked."""
    for about in _subjects(matter, plan):
        for authority in _lacking(matter, plan, about):
            at = _retry_at(matter, about, authority)
            if at is None or now >= at:
                yield Stamp(about, authority)


def next_at(matter: Matter, plan: StampPlan, now: datetime) -> datetime | None:
    """Give the next moment at which an authority is to be asked again, if nothing happens before."""
    times = []
    for about in _subjects(matter, plan):
        for authority in _lacking(matter, plan, about):
            at = _retry_at(matter, about, authority)
            times.append(at if at is not None and at > now else now + _LOOK_AGAIN)
    return min(times, default=None)


def subject(matter: Matter, about: str) -> tuple[str, datetime]:
    """Give the SHA-256 of what is stamped, a seal or a checkpoint, and since when it is there."""
    if about in matter.exhibits:
        exhibit = matter.exhibits[about]
        return exhibit.seal_sha256, exhibit.sealed_at
    anchor = matter.evidence.anchors[about]
    return anchor.checkpoint, anchor.made_at


def _subjects(matter: Matter, plan: StampPlan) -> list[str]:
    if not plan.authorities:
        return []
    found = [one.id for one in matter.exhibits.values() if one.destroyed_at is None]
    if plan.anchors:
        # The newest covers all before it; an older one gains nothing by a later time.
        made = [one.id for one in matter.evidence.anchors.values() if one.checkpoint]
        found += made[-1:]
    return found


def _lacking(matter: Matter, plan: StampPlan, about: str) -> list[str]:
    have = {stamp.authority for stamp in matter.evidence.stamps_of(about)}
    return [authority for authority in plan.authorities if authority not in have]


def _retry_at(matter: Matter, about: str, authority: str) -> datetime | None:
    refused = matter.evidence.refusals.get((about, authority))
    if refused is None:
        return None
    wait: timedelta = _FIRST_RETRY * 2 ** min(refused.count - 1, 6)
    return refused.last_at + min(wait, _LONGEST_RETRY)
