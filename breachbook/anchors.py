"""When a journal is anchored, and where its checkpoints go: pure decisions."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from breachbook.agenda import AnchorPlan, Checkpoint, Deposit, Tell
from breachbook.canonical import sha256
from breachbook.exhibit_book import Anchor
from breachbook.matter import Matter

SLACK = "slack"
_ALERTED_AFTER = 3


def folder_id(path: str) -> str:
    """Name a folder of breachbook.toml in the journal, which holds no free text."""
    return f"folder-{sha256(path.encode())[:12]}"


def plan(minutes: int, folders: Sequence[str], *, slack: bool) -> AnchorPlan:
    """Give what the engine must know of where checkpoints go.

    Args:
        folders: As breachbook.toml has them.
        slack: Whether they are posted to the channel of the matter.
    """
    names = tuple(dict.fromkeys(folder_id(path) for path in folders))
    return AnchorPlan(minutes, ((SLACK,) if slack else ()) + names)


def due(
    matter: Matter, plan: AnchorPlan | None, now: datetime, *, slack: bool
) -> Iterator[Checkpoint | Deposit]:
    """Name the checkpoint that is to be made, or the places that lack the newest one.

    Args:
        plan: None anchors nothing.
        slack: Whether messages can be posted now.
    """
    if plan is None:
        return
    if cause := _cause(matter, plan, now):
        yield Checkpoint(cause)
        return
    for anchor, place in _wanting(matter, plan):
        if _may_try(anchor, place, now) and (place != SLACK or (slack and matter.channel)):
            yield Deposit(anchor.id, place)


def alerts(matter: Matter, plan: AnchorPlan | None) -> Iterator[Tell]:
    """Name a message for each folder that failed three times running: one for each time it is away."""
    for place in plan.places if plan is not None and matter.open else ():
        anchors = list(matter.evidence.anchors.values())
        held = [index for index, anchor in enumerate(anchors) if place in anchor.posted]
        later = anchors[held[-1] + 1 :] if held else anchors
        failed = sum(anchor.failed[place].count for anchor in later if place in anchor.failed)
        key = f"anchor/failing/{place}/{anchors[held[-1]].id if held else 'never'}"
        message = matter.messages.get(key)
        if place != SLACK and failed >= _ALERTED_AFTER and (message is None or not message.ts):
            yield Tell(key, "anchor-alert", place, message is not None)


def next_at(matter: Matter, plan: AnchorPlan | None, now: datetime) -> datetime | None:
    """Give the next moment at which time alone makes an anchor, or another try at a place, due."""
    if plan is None:
        return None
    failed = (anchor.failed.get(place) for anchor, place in _wanting(matter, plan))
    times = [refusal.next_at for refusal in failed if refusal is not None]
    if matter.growth.since is not None:
        times.append(matter.growth.since + timedelta(minutes=plan.minutes))
    return min((time for time in times if time > now), default=None)


def newest(matter: Matter) -> Anchor | None:
    """Give the newest anchor that has a checkpoint."""
    made = [anchor for anchor in matter.evidence.anchors.values() if anchor.checkpoint]
    return made[-1] if made else None


def _cause(matter: Matter, plan: AnchorPlan, now: datetime) -> str:
    growth = matter.growth
    if growth.cause or growth.since is None:
        return growth.cause
    return "interval" if now >= growth.since + timedelta(minutes=plan.minutes) else ""


def _wanting(matter: Matter, plan: AnchorPlan) -> Iterator[tuple[Anchor, str]]:
    # The newest covers all before it: a place that was away need not be given the older ones.
    anchor = newest(matter)
    if anchor is not None:
        yield from ((anchor, place) for place in plan.places if place not in anchor.posted)


def _may_try(anchor: Anchor, place: str, now: datetime) -> bool:
    failed = anchor.failed.get(place)
    return failed is None or now >= failed.next_at
