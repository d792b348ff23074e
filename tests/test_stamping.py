"""What is to be time-stamped is decided by the journal, the configuration and the time alone."""

from datetime import timedelta
from typing import Any

import pytest

from breachbook import stamping
from breachbook.agenda import Stamp, StampPlan
from breachbook.events import Draft
from breachbook.matter import Matter
from tests.builders import NOON, chain, opened

EU, CN = "eu-stamps", "cn-stamps"
BOTH = StampPlan((EU, CN), anchors=True)


def sealed(exhibit: str = "E1") -> Draft:
    """Draft the sealing of an exhibit."""
    data = {
        "exhibit": exhibit, "step": "preserve-share", "target": "share", "files": 1, "bytes": 2,
        "manifest_sha256": "a" * 64, "tagmanifest_sha256": "b" * 64, "seal_sha256": "c" * 64,
        "findings": {},
    }  # fmt: skip
    return Draft("exhibit.sealed", data)


def received(authority: str, about: str = "E1") -> Draft:
    """Draft a time-stamp."""
    data = {
        "about": about, "subject": "c" * 64, "authority": authority, "legal_class": "plain",
        "when": "2026-11-16T18:02:00.000000Z", "request": "d" * 64, "reply": "e" * 64,
    }  # fmt: skip
    return Draft("timestamp.received", data)


def failed(authority: str, about: str = "E1") -> Draft:
    """Draft a try that came to nothing."""
    data = {"about": about, "subject": "c" * 64, "authority": authority, "outcome": "no-answer"}
    return Draft("timestamp.failed", data)


def anchored(anchor: str, **more: Any) -> Draft:
    """Draft an anchor."""
    data = {"anchor": anchor, "size": 2, "head": "f" * 64, "checkpoint": "9" * 64}
    return Draft("anchor.made", data | more)


def destroyed() -> Draft:
    """Draft the destruction of an exhibit."""
    return Draft("custody.entered", {"entry": "C1", "exhibit": "E1", "act": "destroyed"})


def matter(*drafts: Draft) -> Matter:
    """Fold a journal whose lines are a minute apart, from noon on."""
    made = Matter()
    for event in chain([opened(), *drafts]):
        made.apply(event)
    return made


def due(state: Matter, plan: StampPlan = BOTH, minutes: float = 60) -> list[tuple[str, str]]:
    """Say what is due some minutes after the opening."""
    found = stamping.due(state, plan, NOON + timedelta(minutes=minutes))
    return [(item.about, item.authority) for item in found]


def test_each_seal_is_due_with_each_authority_until_it_has_its_stamp() -> None:
    """Two authorities are asked for each exhibit, and the one that stamped is not asked again."""
    state = matter(sealed(), sealed("E2"), received(EU))

    assert due(state) == [("E1", CN), ("E2", EU), ("E2", CN)]
    assert due(state, StampPlan((EU,))) == [("E2", EU)]
    assert list(stamping.due(state, StampPlan((EU,)), NOON)) == [Stamp("E2", EU)]


def test_nothing_is_due_without_an_authority() -> None:
    """Without configuration nothing is asked for and nothing is waited for."""
    state = matter(sealed(), anchored("K1"))

    assert due(state, StampPlan((), anchors=True)) == []
    assert stamping.next_at(state, StampPlan(), NOON) is None


def test_destroyed_exhibit_is_not_stamped() -> None:
    """What is gone needs no time any more."""
    assert due(matter(sealed(), destroyed())) == []


def test_only_the_newest_anchor_with_a_checkpoint_is_stamped() -> None:
    """A newer checkpoint covers all before it; one without bytes cannot be stamped; some want none stamped."""
    state = matter(anchored("K1"), anchored("K2"), anchored("K3", checkpoint=""))

    assert due(state) == [("K2", EU), ("K2", CN)]
    assert due(state, StampPlan((EU,), anchors=False)) == []


@pytest.mark.parametrize(
    ("tries", "minutes"), [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (8, 60), (40, 60)]
)
def test_failed_try_is_repeated_after_a_minute_doubling_to_an_hour(
    tries: int, minutes: int
) -> None:
    """A dead authority is asked ever more rarely, at least once an hour; the others are asked at once."""
    state = matter(sealed(), *[failed(EU)] * tries)
    last = 1 + tries
    before, after = last + minutes - 0.01, last + minutes

    assert due(state, minutes=before) == [("E1", CN)]
    assert due(state, minutes=after) == [("E1", EU), ("E1", CN)]
    now = NOON + timedelta(minutes=before)
    assert stamping.next_at(state, StampPlan((EU,)), now) == NOON + timedelta(minutes=after)


def test_try_that_a_crash_ended_is_looked_at_again() -> None:
    """As long as something is due, the engine looks again within minutes although nothing was recorded."""
    state = matter(sealed())
    again = stamping.next_at(state, BOTH, NOON)

    assert again is not None
    assert timedelta(minutes=2) < again - NOON < timedelta(minutes=5)


def test_stamp_after_failures_ends_them() -> None:
    """An authority that answers at last has no failures left to show."""
    state = matter(sealed(), failed(EU), received(EU), received(CN))

    assert state.evidence.refusals == {}
    assert due(state) == []
    assert stamping.next_at(state, BOTH, NOON) is None


@pytest.mark.parametrize(("about", "digest", "minute"), [("E1", "c" * 64, 1), ("K1", "9" * 64, 2)])
def test_subject_is_the_seal_or_the_checkpoint(about: str, digest: str, minute: int) -> None:
    """What is stamped, and since when it is there, is in the journal."""
    state = matter(sealed(), anchored("K1"))

    assert stamping.subject(state, about) == (digest, NOON + timedelta(minutes=minute))
