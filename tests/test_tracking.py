"""What becomes of deadlines in a matter on disk: recorded, met, late, missed, recounted, reminded."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from breachbook import deadline_records as records
from breachbook.agenda import Tell
from breachbook.entries import DeadlineRecord
from breachbook.errors import ApprovalError, UsageError
from breachbook.events import Actor
from breachbook.facts import record_fact, retract_fact
from tests.cases_core import CLERK, COUNSEL, Case, refused, waits_for_triage

GENERAL = Actor("david-okafor", "example")
ANSWER = "us-answer-21"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A matter whose dockets are open, with no fact of a court case yet."""
    case = waits_for_triage(tmp_path_factory.mktemp("tracked") / "w")
    case.answer()
    case.advance()
    return case


@pytest.fixture
def case(opened: Case, tmp_path: Path) -> Case:
    """A copy of it."""
    return opened.copy(tmp_path / "w")


def _fact(case: Case, kind: str, when: str, **more: Any) -> str:
    about = more.pop("about", "ndil-case")
    events = record_fact(case.file, case.library, CLERK, kind, when, about, **more)
    case.advance()
    return str(events[-1].data["fact"])


def _record(case: Case, rule: str) -> DeadlineRecord:
    found = [d for d in case.matter.deadlines.values() if d.rule == rule]
    return found[-1]


def _tells(case: Case, what: str) -> list[Tell]:
    return [item for item in case.due() if isinstance(item, Tell) and item.what == what]


def test_recorded_deadline_carries_its_ladder_and_last_moment(case: Case) -> None:
    """A deadline is kept with the rungs of its length and the last moment at the court's place."""
    _fact(case, "us-summons-served", "2026-11-10", options={"court_timezone": "America/Chicago"})

    record = _record(case, ANSWER)

    assert (record.state, record.safe, record.legal) == ("open", "2026-12-01", "2026-12-01")
    assert record.last_moment == "2026-12-01T23:59:59-06:00"
    assert record.reminders == ("14d", "7d", "3d", "1d")


def test_performing_fact_meets_its_deadline_and_its_loss_reopens_it(case: Case) -> None:
    """Service recorded in time meets the deadline to serve; taken back, the deadline runs again."""
    _fact(case, "us-complaint-filed", "2026-10-01")
    served = _fact(case, "us-summons-served", "2026-11-10")
    met = _record(case, "us-service-90")
    states = [(met.state, met.done_by, met.done_on)]
    retract_fact(case.file, CLERK, served, "it was never served")
    case.advance()

    states.append((_record(case, "us-service-90").state, None, None))

    assert states == [("met", served, "2026-11-10"), ("open", None, None)]


def test_performance_after_the_end_is_late(case: Case) -> None:
    """Service after the ninety days is recorded as late, not as met."""
    _fact(case, "us-complaint-filed", "2026-03-02")
    assert _record(case, "us-service-90").state == "missed"
    _fact(case, "us-summons-served", "2026-11-10")

    assert _record(case, "us-service-90").state == "late"


def test_deadline_is_missed_when_its_last_moment_has_passed_at_the_place(case: Case) -> None:
    """A day ends at midnight of the court; a minute before, the deadline is still open."""
    _fact(case, "us-summons-served", "2026-11-10", options={"court_timezone": "America/Chicago"})
    end = datetime.fromisoformat("2026-12-01T23:59:59-06:00").astimezone(UTC)
    states = []
    for moment in (end - timedelta(minutes=1), end + timedelta(minutes=1)):
        case.clock.now = moment
        case.advance()
        states.append(_record(case, ANSWER).state)

    assert states == ["open", "missed"]


def test_done_by_hand_is_met_or_late_with_its_proof(case: Case) -> None:
    """A person records what was done with its proof; after the legal end it is late."""
    _fact(case, "us-summons-served", "2026-11-10")
    proof = case.workspace.root / "answer.pdf"
    proof.write_bytes(b"stamped")
    id = _record(case, ANSWER).id

    records.done(case.file, CLERK, id, "2026-12-01", proof)
    met = _record(case, ANSWER)
    records.reopen(case.file, CLERK, id, "wrong case")
    records.done(case.file, CLERK, id, "2026-12-02", None)

    assert (met.state, met.done_on, bool(met.proof)) == ("met", "2026-12-01", True)
    assert _record(case, ANSWER).state == "late"


def test_waiver_needs_another_counsel(case: Case) -> None:
    """Who asks cannot agree, a clerk cannot, and nobody agrees to what was not asked."""
    _fact(case, "us-summons-served", "2026-11-10")
    id = _record(case, ANSWER).id
    refused(
        case, lambda: records.waive(case.file, COUNSEL, id, "x"), ApprovalError, "nobody asked"
    )
    records.ask_waiver(case.file, COUNSEL, id, "settled")
    refused(case, lambda: records.waive(case.file, COUNSEL, id, "x"), ApprovalError, "another")
    refused(case, lambda: records.waive(case.file, CLERK, id, "x"), ApprovalError, "ip-counsel")

    records.waive(case.file, GENERAL, id, "agreed")
    case.advance()

    assert _record(case, ANSWER).state == "waived"


@pytest.mark.parametrize("act", ["done", "assign", "ask"])
def test_unknown_deadline_is_refused_with_the_open_ones(case: Case, act: str) -> None:
    """A deadline that the matter does not have is told which ones it has."""
    acts = {
        "done": lambda: records.done(case.file, CLERK, "us-answer-21@F99", "2026-12-01", None),
        "assign": lambda: records.assign(case.file, CLERK, "us-answer-21@F99", "joan-petrov"),
        "ask": lambda: records.ask_waiver(case.file, CLERK, "us-answer-21@F99", "x"),
    }
    refused(case, acts[act], UsageError, "cn-limit-3y@")


def test_option_without_meaning_is_refused_and_nothing_recorded(case: Case) -> None:
    """A fact with an option that no rule of its kind takes changes nothing."""
    refused(
        case,
        lambda: record_fact(
            case.file, case.library, CLERK, "us-summons-served", "2026-11-10", "x",
            options={"colour": "red"},
        ),
        UsageError,
        "colour",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("correction", "cause", "after"),
    [
        ({"when": "2026-11-11"}, "fact-corrected", "2026-12-02"),
        ({"options": {"service": "mail"}}, "fact-corrected", "2026-12-04"),
    ],
)
def test_correction_is_reported_with_the_dates_before_and_after(
    case: Case, correction: Mapping[str, Any], cause: str, after: str
) -> None:
    """A corrected fact supersedes its deadlines; the change says what each date was and is."""
    first = _fact(case, "us-summons-served", "2026-11-10")
    given = {"when": "2026-11-10"} | dict(correction)
    _fact(case, "us-summons-served", given.pop("when"), correct=first, reason="misread", **given)

    changes = [c for c in case.matter.book.changes if c.rule == ANSWER]

    assert [(c.cause, c.before, c.after) for c in changes] == [
        (cause, ("2026-12-01", "2026-12-01"), (after, after))
    ]
    assert _record(case, ANSWER).state == "open"
    assert any("deadline-change" in item.key for item in _tells(case, "deadline-change"))


def test_retracted_fact_takes_its_deadlines_away(case: Case) -> None:
    """What rests on nothing is superseded, and the change says that it is gone."""
    first = _fact(case, "us-summons-served", "2026-11-10")
    retract_fact(case.file, CLERK, first, "never served")
    case.advance()

    change = case.matter.book.changes[-1]

    assert _record(case, ANSWER).state == "superseded"
    assert (change.cause, change.after) == ("fact-retracted", None)


def test_recount_by_a_newer_calendar_is_an_event_with_its_effect(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the official calendar reaches further, a provisional date becomes final and says why."""
    _fact(case, "cn-judgment-served", "2026-12-20")
    provisional = _record(case, "cn-civ-appeal-judgment")
    calendars = case.library.law.calendars
    view = calendars.view(("CN",))
    monkeypatch.setattr(view, "known_until", date(2027, 12, 31))
    case.advance()

    final = _record(case, "cn-civ-appeal-judgment")
    change = next(c for c in case.matter.book.changes if c.deadline == final.id)

    assert (provisional.provisional, provisional.legal) == (True, None)
    assert (final.provisional, final.legal) == (False, "2027-01-04")
    assert change.cause == "calendar-changed"
    assert (change.before[1], (change.after or ("", ""))[1]) == (None, "2027-01-04")


def test_reminders_climb_the_ladder_in_the_keepers_zone(case: Case) -> None:
    """The first rung comes in the morning of the keeper's zone, and each one is told once."""
    _fact(case, "us-summons-served", "2026-11-10")
    id = _record(case, ANSWER).id
    seen = []
    for day, hour in ((17, 13), (17, 16), (24, 16), (30, 16)):
        case.clock.now = datetime(2026, 11, day, hour, 30, tzinfo=UTC)
        seen.append([t.key.rpartition("/")[2] for t in _rungs(case, id)])

    assert seen == [[], ["14d"], ["7d"], ["1d"]]


def _rungs(case: Case, id: str) -> list[Tell]:
    told = [*_tells(case, "deadline-reminder"), *_tells(case, "deadline-escalation")]
    return [item for item in told if item.about == id]


def test_overdue_and_missed_go_further_up(case: Case) -> None:
    """Once the day to plan on is over, and again when the law's end has passed, counsel is told."""
    _fact(case, "us-summons-served", "2026-11-10", options={"court_timezone": "America/Chicago"})
    id = _record(case, ANSWER).id
    case.clock.now = datetime(2026, 12, 3, 18, tzinfo=UTC)
    case.advance()

    found = _rungs(case, id)

    assert [(item.what, item.key.rpartition("/")[2]) for item in found] == [
        ("deadline-escalation", "missed")
    ]
    assert _record(case, ANSWER).state == "missed"


def test_given_deadline_is_reminded_of_in_its_owners_zone(case: Case) -> None:
    """A deadline given to counsel in Shanghai is reminded of in the morning there."""
    _fact(case, "us-summons-served", "2026-11-10")
    id = _record(case, ANSWER).id
    records.assign(case.file, CLERK, id, "lin-yue")
    case.clock.now = datetime(2026, 11, 17, 2, tzinfo=UTC)

    assert [item.key.rpartition("/")[2] for item in _rungs(case, id)] == ["14d"]
    assert _record(case, ANSWER).owner == "lin-yue"


def test_first_permitted_day_is_never_missed(case: Case) -> None:
    """An earliest bound opens a door; nobody is late for it."""
    _fact(case, "us-summons-served", "2026-01-10")

    record = _record(case, "us-early-rule34")

    assert (record.bound, record.state) == ("earliest", "open")
    assert _rungs(case, record.id) == []


def test_every_deadline_of_the_docket_is_recorded_once(case: Case) -> None:
    """Advancing again records nothing: what stands is not counted anew."""
    _fact(case, "us-summons-served", "2026-11-10")
    seq = case.matter.seq
    case.advance()

    assert case.since(seq) == []
