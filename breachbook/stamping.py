"""What is to be time-stamped, by whom, and when a failed try is repeated: pure decisions."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from breachbook.agenda import Stamp, StampPlan
from breachbook.anchors import newest
from breachbook.matter import Matter

# Longer than any try: one that a crash ended is made again.
_LOOK_AGAIN = timedelta(minutes=3)


def due(matter: Matter, plan: StampPlan, now: datetime) -> Iterator[Stamp]:
    """Name each seal, and the newest anchor, with each authority whose time-stamp it lacks and that may be asked."""
    for about in _subjects(matter, plan):
        for authority in _lacking(matter, plan, about):
            refused = matter.evidence.refusals.get((about, authority))
            if refused is None or now >= refused.next_at:
                yield Stamp(about, authority)


def next_at(matter: Matter, plan: StampPlan, now: datetime) -> datetime | None:
    """Give the next moment at which an authority is to be asked again, if nothing happens before."""
    times = []
    for about in _subjects(matter, plan):
        for authority in _lacking(matter, plan, about):
            refused = matter.evidence.refusals.get((about, authority))
            at = refused.next_at if refused is not None else now
            times.append(at if at > now else now + _LOOK_AGAIN)
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
    # The newest covers all before it; an older one gains nothing by a later time.
    if plan.anchors and (anchor := newest(matter)) is not None:
        found.append(anchor.id)
    return found


def _lacking(matter: Matter, plan: StampPlan, about: str) -> list[str]:
    have = {stamp.authority for stamp in matter.evidence.stamps_of(about)}
    return [authority for authority in plan.authorities if authority not in have]
