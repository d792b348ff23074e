"""Reminders of decisions and holds: they back off, keep to working hours, and stop."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachbook import nudges
from breachbook.entries import Approval, Stage
from breachbook.hold_book import Hold

SHANGHAI = ZoneInfo("Asia/Shanghai")
FRIDAY = datetime(2026, 11, 13, 8, 0, tzinfo=UTC)  # 16:00 in Shanghai


def _approval(*, urgent: bool, days: float = 9) -> Approval:
    return Approval(
        "A1", "ab", "s", "t", 1, "D1", {}, ("lin-yue",), 1, FRIDAY + timedelta(days=days),
        FRIDAY + timedelta(days=20), "refuse", FRIDAY, stages=(Stage(("lin-yue",), 1),), urgent=urgent,
    )  # fmt: skip


def test_urgent_request_is_reminded_of_at_any_hour_ever_more_rarely() -> None:
    """The waits double: 2 hours, then 4, 8, 16, 32 and 64."""
    found = list(nudges.of_approval(_approval(urgent=True), SHANGHAI))

    hours = [(nudge.at - FRIDAY) / timedelta(hours=1) for nudge in found]
    assert hours == [2, 6, 14, 30, 62, 126]


def test_request_waits_for_the_working_hours_of_the_person() -> None:
    """Two hours after Friday 16:00 is closing time in Shanghai: the reminder comes on Monday at nine."""
    found = [n.at for n in nudges.of_approval(_approval(urgent=False), SHANGHAI)]

    assert found[0] == datetime(2026, 11, 16, 9, tzinfo=SHANGHAI)
    assert len(found) == len(set(found))


def test_no_reminder_after_the_end_of_a_request() -> None:
    """What can no longer be decided is not reminded of."""
    found = list(nudges.of_approval(_approval(urgent=True, days=0.5), UTC))

    assert [nudge.number for nudge in found] == [1, 2]


def test_request_that_ends_before_anybody_works_is_reminded_of_all_the_same() -> None:
    """Asked on Friday evening until midnight: one reminder, at half the time."""
    found = list(nudges.of_approval(_approval(urgent=False, days=0.25), SHANGHAI))

    assert [nudge.at for nudge in found] == [FRIDAY + timedelta(hours=3)]


def test_hold_not_acknowledged_goes_further_up_at_its_end() -> None:
    """Three reminders to the custodian; at the day of reply those who keep the matter hear of it."""
    hold = Hold("hold-1", "alan-brooks", "delivered", FRIDAY, FRIDAY + timedelta(days=5))

    found = list(nudges.of_hold(hold, UTC))

    assert [nudge.escalates for nudge in found] == [False, False, False, True]
    assert nudges.newest(iter(found), FRIDAY + timedelta(days=30)) == found[-1]
    assert nudges.newest(iter(found), FRIDAY) is None


@given(
    st.integers(0, 2 * 366 * 24 * 60).map(lambda minutes: FRIDAY + timedelta(minutes=minutes)),
    st.sampled_from(["Asia/Shanghai", "America/Chicago", "Europe/Berlin", "Asia/Kolkata"]),
)
def test_working_hours_are_never_earlier_and_always_open(moment: datetime, name: str) -> None:
    """A moved moment is later, on a weekday, between nine and eighteen; one inside stays."""
    zone = ZoneInfo(name)

    moved = nudges.in_working_hours(moment, zone)

    assert moved >= moment
    assert moved.weekday() < 5
    assert nudges.OPENS <= moved.time() < nudges.CLOSES
    assert nudges.in_working_hours(moved, zone) == moved


@pytest.mark.parametrize("urgent", [True, False])
def test_reminders_come_in_order(urgent: bool) -> None:
    """Each reminder is later than the one before."""
    found = [n.at for n in nudges.of_approval(_approval(urgent=urgent), SHANGHAI)]

    assert found == sorted(found)
