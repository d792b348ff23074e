"""Views of a docket: how dates press, who keeps them, gates, changes, and the proof of reminders."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from breachbook import deadline_records as records
from breachbook.rows import ERASED
from breachbook.views import docket as views
from breachbook.views.changes import change_views
from breachbook.views.deadlines import deadline_views
from breachbook.views.reminders import reminder_views, verdict
from breachbook.views.urgency import pressing, urgency
from tests.dockets import COUNSEL, MATTER, Docketed, played

NOW = datetime(2026, 11, 16, 18, tzinfo=UTC)
RULING = "ex-reconsider@F1"
RUNGS = "deadline/ex-reconsider@F1/2026-11-20"


@pytest.fixture
def world(tmp_path: Path) -> Docketed:
    """A matter whose docket is open, with no fact yet."""
    return Docketed(tmp_path / "w")


@pytest.fixture
def week(tmp_path: Path) -> Docketed:
    """A matter after a week in which every sort of thing happened."""
    return played(tmp_path / "w")


def beside(world: Docketed) -> views.Beside:
    """Give what stands beside the dates, as every surface does."""
    root, matter = world.workspace.root, world.matter
    return views.beside(root, world.file, matter, world.clock.now, lambda: world.library)


def proof(world: Docketed) -> list[dict[str, Any]]:
    """Prove the reminders as of now."""
    return reminder_views(world.events(), world.reference, world.clock.now)


def outcomes(world: Docketed) -> list[tuple[str, str]]:
    """Name each reminder that fell due and what became of it."""
    return [(row["rung"], row["state"]) for row in proof(world)]


@pytest.mark.parametrize(
    ("safe", "more", "expected"),
    [
        ("2026-11-15", {}, "overdue"),
        ("2026-11-15", {"state": "missed"}, "missed"),
        ("2026-11-15", {"state": "met"}, "ended"),
        ("2026-11-15", {"state": "superseded"}, "ended"),
        ("2026-11-16", {}, "today"),
        ("2026-11-19", {}, "within-3"),
        ("2026-11-20", {}, "within-14"),
        ("2026-11-30", {}, "within-14"),
        ("2026-12-01", {}, "later"),
        ("2026-12-01", {"provisional": True}, "provisional"),
        ("2026-11-20", {"provisional": True}, "within-14"),
        ("2026-11-16T17:59:00+00:00", {}, "overdue"),
        ("2026-11-16T18:01:00+00:00", {}, "today"),
        ("2026-11-17", {"bound": "earliest"}, "later"),
        ("2026-11-16", {"bound": "earliest"}, "permitted"),
        ("2026-11-01", {"bound": "earliest"}, "permitted"),
    ],
)
def test_urgency_follows_from_the_safe_moment(
    safe: str, more: dict[str, Any], expected: str
) -> None:
    """What has passed, comes today, soon or later; an earliest day is never overdue."""
    assert urgency({"safe": safe, **more}, NOW) == expected


def test_day_is_over_where_the_owner_is() -> None:
    """When it is Tuesday in Shanghai a deadline of Monday is over there, and not yet in Chicago."""
    row = {"safe": "2026-11-16"}

    found = [urgency(row, NOW, ZoneInfo(zone)) for zone in ("Asia/Shanghai", "America/Chicago")]

    assert found == ["overdue", "today"]


def test_rows_are_pressed_by_the_day_of_their_keeper() -> None:
    """Each row is judged in the zone of who keeps it, and without keepers in UTC."""
    rows = [{"id": "a", "safe": "2026-11-16", "owner": "x"}, {"id": "b", "safe": "2026-11-16"}]

    kept = pressing(rows, NOW, {"a": ("lin-yue", "Asia/Shanghai")})
    bare = pressing(rows, NOW)

    assert [(r["owner"], r["urgency"]) for r in kept] == [("lin-yue", "overdue"), (None, "today")]
    assert [(r["owner"], r["urgency"]) for r in bare] == [("x", "today"), (None, "today")]


def test_missed_deadlines_are_listed_and_ended_ones_only_when_asked(week: Docketed) -> None:
    """What was missed still asks for something; what was met or waived does not."""
    week.clock.pass_time(days=3)
    week.track()

    running = deadline_views(week.file, week.matter)
    every = deadline_views(week.file, week.matter, ended=True)

    assert ("ex-reconsider@F4", "missed") in [(row["id"], row["state"]) for row in running]
    assert {row["state"] for row in running} == {"open", "missed"}
    assert {row["state"] for row in every} == {"open", "missed", "met", "waived", "superseded"}


def test_met_deadline_shows_when_by_which_fact_and_its_proof(week: Docketed) -> None:
    """Whoever doubts that it was done finds the day, the fact and the hash of the proof."""
    rows = {row["id"]: row for row in deadline_views(week.file, week.matter, ended=True)}

    done = rows["ex-answer@F5"]["done"]

    assert (done["on"], done["fact"]) == ("2026-11-20", "F6")
    assert week.file.store.get(done["proof"]) == b"signed for\n"
    assert rows["ex-reconsider@F4"]["done"] is None


def test_row_keeps_what_was_counted(week: Docketed) -> None:
    """Readings, warnings, what was told and the working in both languages come from what was kept."""
    rows = {row["rule"]: row for row in deadline_views(week.file, week.matter)}

    assert len(rows["ex-response"]["disputed"]) == 2
    assert rows["ex-response"]["told"] == {"forum": "itc", "service": "mail"}
    assert rows["ex-early-request"]["bound"] == "earliest"
    assert rows["ex-reconsider"]["working_zh"]
    assert "provisional" in rows["ex-limitation"]["warnings"]


def test_keeper_is_who_it_was_given_to_else_the_clerk(week: Docketed) -> None:
    """A deadline given to counsel is counsel's; the others are the docketing clerk's, with their zone."""
    keepers = beside(week).keepers

    assert keepers["ex-response@F5"] == ("helen-marsh", "America/Chicago")
    assert keepers["ex-reconsider@F4"] == ("joan-petrov", "America/New_York")


def test_what_cannot_be_counted_is_told_with_its_reason(week: Docketed) -> None:
    """A fact before every version of a rule gives no date and is not left out."""
    (row,) = beside(week).problems

    assert (row["rule"], row["fact"], row["safe"]) == ("ex-new-duty", "F1", None)
    assert "2027-01-01" in row["problem"]


def test_gates_bar_until_they_are_cleared(world: Docketed) -> None:
    """A gate bars, then is cleared with counsel's words, then bars again when its day is over."""
    states = [beside(world).gates[0]["state"]]
    world.clear("ex-gate-export", "permit 7", "exhibit E1", "2026-11-20")
    (gate,) = beside(world).gates
    states.append(gate["state"])
    world.clock.pass_time(days=5)

    states.append(beside(world).gates[0]["state"])

    assert states == ["bars", "cleared", "bars"]
    assert (gate["clearance"]["by"], gate["clearance"]["authority"]) == ("helen-marsh", "permit 7")


def test_practice_stands_once_its_fact_is_recorded(world: Docketed) -> None:
    """A row without a period that blocks nothing follows from its fact and never bars."""
    world.fact("ex-summons-served", "2026-11-16")

    found = {row["rule"]: row for row in beside(world).gates}

    assert (found["ex-pleading"]["state"], found["ex-pleading"]["facts"]) == ("practice", ["F1"])


def test_words_of_a_clearance_are_not_kept_outside_the_values(week: Docketed) -> None:
    """What people typed can be erased, so the kept file has none of it."""
    gate = beside(week).gates[0]
    kept = (week.workspace.root / "run" / "docket" / f"{MATTER}.json").read_text("utf-8")
    path = week.file.values.path
    lines = [x for x in path.read_text("utf-8").splitlines() if "permit 7" not in x]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    week.file.values = type(week.file.values)(path)

    assert gate["clearance"]["authority"] == "permit 7 | of the office"
    assert "permit" not in kept
    assert beside(week).gates[0]["clearance"]["authority"] == ERASED


@pytest.mark.parametrize(
    "change", ["nothing", "journal", "people.yaml", "law/ex/court.yaml", "day"]
)
def test_kept_answer_falls_with_anything_it_rests_on(change: str, week: Docketed) -> None:
    """Law and people are read again when a file, the journal or the day changed, and only then."""
    beside(week)
    kept = week.workspace.root / "run" / "docket" / f"{MATTER}.json"
    data = json.loads(kept.read_bytes())
    kept.write_text(json.dumps({**data, "made": {**data["made"], "problems": []}}), "utf-8")
    match change:
        case "journal":
            week.do("gate.restored", COUNSEL, gate="ex-gate-export", reason={"c": "c" * 64})
        case "day":
            week.clock.pass_time(days=1)
        case "nothing":
            pass
        case name:
            path = week.workspace.root / name
            path.write_text(path.read_text("utf-8") + "# x\n", "utf-8")

    assert (beside(week).problems == []) is (change == "nothing")


def test_folder_that_cannot_be_written_is_done_without(week: Docketed) -> None:
    """Who may only read still sees gates and owners."""
    (week.workspace.root / "run").write_text("not a folder")

    assert beside(week).gates


def test_change_tells_why_and_both_dates(week: Docketed) -> None:
    """Each recount is listed with its reason in words and what it did to the dates."""
    found = {row["deadline"]: row for row in change_views(week.matter)}

    moved = found["ex-response@F2"]
    assert moved["why"] == "the fact it runs from was corrected"
    assert moved["before"] == {"safe": "2026-12-04", "legal": "2026-12-07"}
    assert moved["after"] == {"safe": "2026-12-08", "legal": "2026-12-10"}
    assert (moved["moved"], found["ex-answer@F2"]["moved"]) == (True, False)


def test_change_to_nothing_has_no_dates_after(world: Docketed) -> None:
    """A deadline whose fact was taken back is gone."""
    fact = world.fact("ex-ruling-received", "2026-11-16")
    world.do("fact.retracted", fact=fact, reason={"c": "c" * 64})
    world.track()

    (row,) = change_views(world.matter)

    assert (row["cause"], row["after"]) == ("fact-retracted", None)


def test_sent_reminder_has_its_time_and_slacks_mark(world: Docketed) -> None:
    """A rung that was sent shows when it was due, when the journal has it, and Slack's channel and ts."""
    world.fact("ex-ruling-received", "2026-11-16")
    world.clock.now = datetime(2026, 11, 17, 14, 2, tzinfo=UTC)
    world.sent(f"{RUNGS}/3d")

    (row,) = proof(world)

    assert (row["rung"], row["state"], row["to"]) == ("3d", "sent", "owner")
    assert (row["due_at"][:16], row["sent_at"][:16]) == ("2026-11-17T14:00", "2026-11-17T14:02")
    assert (row["channel"], row["waited"]) == ("C1", 120)
    assert row["ts"].endswith(".000100")
    assert verdict([row]).startswith("every reminder")


def test_reminder_overtaken_by_a_later_one_is_said_to_be(world: Docketed) -> None:
    """Of two rungs passed at one look the later one is sent; the earlier names it and how long it waited."""
    world.fact("ex-ruling-received", "2026-11-16")
    world.clock.now = datetime(2026, 11, 19, 15, 0, tzinfo=UTC)
    world.sent(f"{RUNGS}/1d")

    first, last = proof(world)

    assert (first["rung"], first["state"], first["by"]) == ("3d", "superseded", "1d")
    assert first["waited"] == timedelta(days=2, hours=1).total_seconds()
    assert first["sent_at"] is None
    assert last["state"] == "sent"


def test_reminder_that_nobody_sent_is_named(world: Docketed) -> None:
    """Silence is not hidden: the rung is named, and the verdict says so first."""
    world.fact("ex-ruling-received", "2026-11-16")
    world.clock.now = datetime(2026, 11, 17, 14, 30, tzinfo=UTC)

    rows = proof(world)

    assert outcomes(world) == [("3d", "not-sent")]
    assert verdict(rows) == "NOT EVERY reminder that fell due was sent: of 1, 1 NOT SENT"


def test_queued_reminder_that_slack_never_confirmed_is_not_sent(world: Docketed) -> None:
    """A message that was tried and not confirmed stays unsent even when a later one got through."""
    world.fact("ex-ruling-received", "2026-11-16")
    world.clock.now = datetime(2026, 11, 17, 14, 1, tzinfo=UTC)
    world.queued(f"{RUNGS}/3d")
    world.clock.now = datetime(2026, 11, 19, 15, 0, tzinfo=UTC)
    world.sent(f"{RUNGS}/1d")

    assert outcomes(world) == [("3d", "not-sent"), ("1d", "sent")]
    assert proof(world)[0]["queued"]


def test_reminder_of_the_last_minutes_is_due(world: Docketed) -> None:
    """The engine looks every few seconds: what fell due a minute ago is not called missing."""
    world.fact("ex-ruling-received", "2026-11-16")
    world.clock.now = datetime(2026, 11, 17, 14, 1, tzinfo=UTC)

    assert outcomes(world) == [("3d", "due")]


def test_ended_deadline_needs_no_reminder_any_more(world: Docketed) -> None:
    """After the act is done nothing falls due; what fell due in the minute before needed no message."""
    world.fact("ex-ruling-received", "2026-11-16")
    world.clock.now = datetime(2026, 11, 17, 14, 1, tzinfo=UTC)
    records.done(world.file, COUNSEL, RULING, "2026-11-17", None)
    world.clock.pass_time(days=9)

    assert outcomes(world) == [("3d", "ended")]


def test_moved_date_is_reminded_of_anew_and_the_old_one_is_not_forgotten(world: Docketed) -> None:
    """A corrected fact gives new rungs; what was due before the correction is still proven."""
    fact = world.fact("ex-ruling-received", "2026-11-16")
    world.clock.now = datetime(2026, 11, 17, 16, 0, tzinfo=UTC)
    world.fact("ex-ruling-received", "2026-11-18", correct=fact, reason="misread")
    world.clock.now = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)

    found = [(row["deadline"], row["rung"], row["state"]) for row in proof(world)]

    assert found == [
        ("ex-reconsider@F1", "3d", "not-sent"),
        ("ex-reconsider@F2", "3d", "not-sent"),
    ]


def test_earliest_day_is_never_reminded_of(world: Docketed) -> None:
    """What may be done from a day on does not run out, so nothing of it falls due."""
    world.fact("ex-summons-served", "2026-11-16")
    world.clock.pass_time(days=60)

    assert "ex-early-request" not in {row["rule"] for row in proof(world)}
    assert "ex-answer" in {row["rule"] for row in proof(world)}


def test_closed_matter_reminds_of_nothing(world: Docketed) -> None:
    """What falls due after a matter was closed is not owed."""
    world.fact("ex-ruling-received", "2026-11-16")
    world.do("matter.closed", reason={"c": "c" * 64})
    world.clock.pass_time(days=9)

    assert proof(world) == []
    assert verdict([]) == "no reminder has fallen due"
