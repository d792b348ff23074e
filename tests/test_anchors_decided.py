"""When a journal is anchored and where its checkpoints go: decided from the fold and the time alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from breachbook import anchors
from breachbook.agenda import AnchorPlan, Checkpoint, Deposit
from breachbook.events import FIRST_PREV, Draft, encode
from breachbook.exposure import exposure_of, in_words
from breachbook.matter import Matter
from tests.anchored import NOTE
from tests.builders import SOFTWARE, note, opened

NOW = datetime(2026, 11, 16, 18, 0, tzinfo=UTC)


def state(*drafts: Draft, since: datetime = NOW) -> Matter:
    """Fold events that follow one another in time by a minute."""
    matter, prev = Matter(), FIRST_PREV
    for seq, draft in enumerate(drafts, 1):
        at = (since + timedelta(minutes=seq - 1)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        event, _ = encode(draft, seq=seq, at=at, clock={}, software=SOFTWARE, prev=prev)
        prev = event.hash
        matter.apply(event)
    return matter


def made(size: int, cause: str = "interval", anchor: str = "K1") -> Draft:
    """Give the event of an anchor."""
    data = {"anchor": anchor, "size": size, "head": "ab" * 32, "checkpoint": "cd" * 32}
    return Draft("anchor.made", data | {"cause": cause})


PLAN = AnchorPlan(60, ("slack", "folder-1"))


def asked(matter: Matter, after: timedelta, plan: AnchorPlan | None = PLAN) -> list[Any]:
    """Ask what is due some time after the first event, without Slack."""
    return list(anchors.due(matter, plan, NOW + after, slack=False))


def test_growth_is_anchored_after_the_interval_and_not_before() -> None:
    """What is not decisive waits for the configured minutes since the first such line."""
    matter = state(note(1), note(2))

    assert asked(matter, timedelta(minutes=59)) == []
    assert asked(matter, timedelta(minutes=60)) == [Checkpoint("interval")]
    assert anchors.next_at(matter, PLAN, NOW) == NOW + timedelta(minutes=60)
    assert asked(matter, timedelta(days=1), None) == []


def test_decisive_events_are_coalesced_into_one_anchor_at_once() -> None:
    """Two decisive events call for one anchor, named after the first."""
    matter = state(note(1), _conflicted("a"), _closed())

    assert asked(matter, timedelta()) == [Checkpoint("people.conflicted")]


def _conflicted(person: str) -> Draft:
    return Draft("people.conflicted", {"person": person})


def _closed() -> Draft:
    return Draft("matter.closed", {"reason": {"c": "00" * 32}})


@pytest.mark.parametrize(("act", "cause"), [("destroyed", True), ("verified", False)])
def test_custody_is_decisive_when_it_changes_hands_or_ends(act: str, cause: bool) -> None:
    """Transfer, return and destruction are anchored at once, a look at an exhibit is not."""
    growth = Matter().growth
    draft = Draft("custody.entered", {"entry": "C1", "exhibit": "E1", "act": act})
    event, _ = encode(draft, seq=1, at=NOTE.time, clock={}, software=SOFTWARE, prev=FIRST_PREV)
    growth.take(event)

    assert bool(growth.cause) is cause


def test_privileged_line_is_not_betrayed_by_an_anchor() -> None:
    """A decisive line that is withheld, as of a silent hold, is anchored with the rest after the interval."""
    silent = Draft("hold.released", _RELEASED, privilege="attorney-client")
    growth = Matter().growth
    event, _ = encode(silent, seq=1, at=NOTE.time, clock={}, software=SOFTWARE, prev=FIRST_PREV)
    growth.take(event)

    assert growth.cause == ""
    assert growth.since is not None


_RELEASED = {"hold": "S1", "custodian": "zhou-min", "reason": {"c": "00" * 32}}


def test_anchors_messages_and_stamps_call_for_no_further_anchor() -> None:
    """After an anchor only what happens in the matter is anchored again, never the anchoring itself."""
    posted = Draft("anchor.posted", {"anchor": "K1", "place": "folder-1", "ref": "x"})
    queued = Draft("message.queued", {"message": "m", "what": "task"})
    matter = state(_conflicted("a"), made(1), posted, queued)

    assert asked(matter, timedelta(days=9), AnchorPlan(60, ("folder-1",))) == []
    assert anchors.next_at(matter, AnchorPlan(60, ("folder-1",)), NOW) is None


def test_line_written_between_reading_and_anchoring_stays_unanchored() -> None:
    """An anchor that covers less than there is leaves the rest to the next."""
    matter = state(note(1), _conflicted("a"), made(1))

    assert asked(matter, timedelta()) == [Checkpoint("people.conflicted")]


def test_failed_place_is_tried_again_later_and_later_beside_the_others() -> None:
    """A minute after the first failure, then twice as long, at most an hour; other places are not held up."""
    failed = Draft("anchor.failed", {"anchor": "K1", "place": "folder-1", "outcome": "full"})
    plan = AnchorPlan(60, ("folder-1", "folder-2"))
    once, often = state(_closed(), made(1), failed), state(_closed(), made(1), *[failed] * 9)
    at = timedelta(minutes=2)

    assert asked(once, at, plan) == [Deposit("K1", "folder-2")]
    assert Deposit("K1", "folder-1") in asked(once, at + timedelta(minutes=1), plan)
    assert anchors.next_at(once, plan, NOW + at) == NOW + timedelta(minutes=3)
    assert anchors.next_at(often, plan, NOW + timedelta(minutes=10)) == NOW + timedelta(minutes=70)


def test_folder_that_stays_away_is_told_once_for_each_time() -> None:
    """After three failures running the matter's people are told; again only after it came back and went."""
    failed = Draft("anchor.failed", {"anchor": "K1", "place": "folder-1", "outcome": "full"})
    posted = Draft("anchor.posted", {"anchor": "K1", "place": "folder-1", "ref": "x"})
    later = Draft("anchor.failed", {"anchor": "K2", "place": "folder-1", "outcome": "full"})
    key = "anchor/failing/folder-1/never"
    sent = {"message": key, "what": "anchor-alert", "channel": "C0", "ts": "1.0"}
    away = [opened(), made(1), failed, failed, failed]
    told = [*away, Draft("message.sent", sent)]

    assert list(anchors.alerts(state(*away[:-1]), PLAN)) == []
    assert [tell.key for tell in anchors.alerts(state(*away), PLAN)] == [key]
    assert list(anchors.alerts(state(*told), PLAN)) == []
    again = [*told, posted, made(1, anchor="K2"), later, later, later]
    assert [tell.key for tell in anchors.alerts(state(*again), PLAN)] == [
        "anchor/failing/folder-1/K1"
    ]


def test_only_the_newest_anchor_is_taken_to_a_place_that_was_away() -> None:
    """The newest covers all before it, so that a place that comes back is given one checkpoint."""
    matter = state(note(1), made(1), note(2), made(3, anchor="K2"))

    assert asked(matter, timedelta()) == [Deposit("K2", "folder-1")]


def test_gauge_counts_only_what_somebody_outside_holds() -> None:
    """An anchor that no place has, or only a trial time-stamp, protects nothing; since when is said."""
    stamped = {
        "about": "K1", "subject": "ab" * 32, "authority": "trial", "legal_class": "trial",
        "when": "2026-11-16T18:00:00Z", "request": "ab" * 32, "reply": "ab" * 32,
    }  # fmt: skip
    posted = Draft("anchor.posted", {"anchor": "K1", "place": "folder-1", "ref": "x"})
    unheld = exposure_of(state(note(1), made(1), Draft("timestamp.received", stamped)))
    held = exposure_of(state(note(1), made(1), posted))
    grown = exposure_of(state(note(1), made(1), posted, note(2), made(4, anchor="K2")))

    assert (unheld.covered, unheld.since) == (0, NOW)
    assert (held.covered, held.since) == (1, None)
    assert (grown.covered, grown.since) == (1, NOW + timedelta(minutes=3))
    assert "removal of lines after 1 would not show" in in_words(grown)
    assert "nothing of weight follows" in in_words(held)
