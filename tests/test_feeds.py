"""Calendar feeds: nothing is lost in other programs' parsers, and no text becomes a line of its own."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical

from breachbook import deadline_records, ladder, records
from breachbook.entries import DeadlineRecord
from breachbook.events import Actor, Draft
from breachbook.facts import record_fact, retract_fact
from breachbook.feeds.zones import timezone
from breachbook.matter import fold
from tests.builders import chain, opened
from tests.cases_core import CLERK, COUNSEL, Case
from tests.docketed import (
    ANSWER,
    CHICAGO,
    PARSERS,
    SUE,
    add_fact,
    by_vobject,
    docketed_case,
    feed,
    newest,
    of_rule,
)

GENERAL = Actor("david-okafor", "example")
HOSTILE = "Evil\r\nEND:VEVENT\r\nBEGIN:VEVENT\u2028X-A:1\x0bX-B:2\x85X-C:3\rX-D:4;,\\n \u202e"


@pytest.fixture(scope="module")
def docketed(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A matter with a docket."""
    return docketed_case(tmp_path_factory.mktemp("feeds") / "w")


@pytest.fixture
def case(docketed: Case, tmp_path: Path) -> Case:
    """A copy of it."""
    return docketed.copy(tmp_path / "w")


def _logical(data: bytes) -> list[str]:
    return data.decode().replace("\r\n ", "").split("\r\n")


def _expected_alarms(record: DeadlineRecord) -> tuple[timedelta, ...]:
    if record.state != "open" or record.bound == "earliest":
        return ()
    safe = record.safe
    start = (
        datetime.fromisoformat(safe)
        if "T" in safe
        else datetime.combine(date.fromisoformat(safe), time(0), UTC)
    )
    named = (rung for rung in ladder.rungs(record, UTC) if rung.name in record.reminders)
    return tuple(rung.at - start for rung in named)


@PARSERS
def test_another_program_reads_every_deadline_without_loss(parsed: Any, case: Case) -> None:
    """Each record is one event with its day or instant, state, title, sequence and every alarm."""
    seen = parsed(feed(case))

    records_ = case.matter.deadlines.values()
    by_id = {
        uid.removeprefix(f"{case.id}.").rpartition(".")[0]: each for uid, each in seen.items()
    }
    assert len(records_) >= 10
    assert set(by_id) == {record.id.replace("@", ".") for record in records_}
    for record in records_:
        each = by_id[record.id.replace("@", ".")]
        text = record.safe
        assert each.start == (
            datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
        )
        assert (each.status, each.sequence) == ("CONFIRMED", record.revision)
        assert each.summary.startswith("EXAMPLE ")
        assert case.id in each.summary
        assert ("provisional" in each.summary) == record.provisional
        assert each.categories == {"docket", case.id}
        assert each.alarms == _expected_alarms(record)
        assert f"Rule: {record.rule}\n" in each.description
        assert "no legal advice" in each.description


@PARSERS
def test_description_says_what_a_lawyer_asks(parsed: Any, case: Case) -> None:
    """Behind the title stand dates with their zone, authority, status, fact, party and the working."""
    (seen,) = of_rule(parsed(feed(case)), SUE)

    for text in (
        "Safe: 2026-12-18 (the day to plan on)",
        "Legal: 2026-12-21",
        "Last moment: 2026-12-21 23:59:59 Asia/Shanghai (UTC+08:00)",
        "Authority: 民事诉讼法 (Civil Procedure Law, text of 2023) article 104;",
        "Status: verified, text checked on 20",
        "preservation-measure-taken 2026-11-20",
        "About: Moqiao Heavy Castings Group Co., Ltd. (moqiao-castings)",
        "\n1. Fri 2026-11-20 is the day on which the period begins",
        "\n4. safe is",
    ):
        assert text in seen.description


def test_reason_is_given_where_there_is_no_legal_date(case: Case) -> None:
    """A provisional date says that it is, and why no final one is given."""
    seen = of_rule(by_vobject(feed(case)), "cn-limit-3y")[0]

    assert "provisional" in seen.summary
    assert "Legal: none yet: the date is provisional" in seen.description


def test_first_permitted_day_is_not_taken_for_a_deadline(case: Case) -> None:
    """What may not come earlier is marked so, and nobody is woken for it."""
    (seen,) = of_rule(by_vobject(feed(case)), "us-early-rule34")

    assert "not before" in seen.summary
    assert seen.alarms == ()


def test_calendar_holds_nothing_of_the_report(case: Case) -> None:
    """The words of the report, of people and of notes are not in the feed."""
    records.note(case.file, COUNSEL, "canary-of-a-note")
    file = case.file
    report = file.values.get(file.refresh().report["report"])
    data = feed(case).decode()

    assert report["title"] not in data
    assert "canary" not in data
    assert "URL" not in data


def test_equal_deadlines_give_equal_bytes(case: Case, tmp_path: Path) -> None:
    """Neither time nor place nor a second reading changes a byte."""
    first = feed(case)
    other = case.copy(tmp_path / "other")
    other.clock.pass_time(days=3)

    assert feed(other) == first
    assert feed(case) == first


def test_lines_are_folded_and_end_as_the_standard_says(case: Case) -> None:
    """No line is longer than 75 octets, each ends with CR LF, and no letter is cut in two."""
    lines = feed(case).split(b"\r\n")

    assert max(map(len, lines)) <= 75
    assert lines[-1] == b""
    assert all(b"\n" not in line and b"\r" not in line for line in lines)
    assert all(line.decode() for line in lines[:-1])


@PARSERS
def test_corrected_fact_cancels_its_deadline_and_brings_another(parsed: Any, case: Case) -> None:
    """The old event stays under its UID, cancelled, later in sequence and silent; the new one is its own."""
    before = parsed(feed(case))
    (uid,) = (uid for uid in before if ANSWER in uid)
    fact = newest(case, ANSWER).fact
    case.clock.pass_time(hours=1)
    add_fact(
        case, "us-summons-served", "2026-11-12", options=CHICAGO, correct=fact, reason="misread"
    )

    after = parsed(feed(case))

    assert set(before) < set(after)
    assert (before[uid].status, before[uid].sequence) == ("CONFIRMED", 0)
    assert (after[uid].status, after[uid].sequence) == ("CANCELLED", 1)
    assert after[uid].summary.startswith("EXAMPLE Superseded: ")
    assert after[uid].alarms == ()
    (new,) = [seen for seen in of_rule(after, ANSWER) if seen.status == "CONFIRMED"]
    assert new.start == before[uid].start + timedelta(days=2)


def test_recounted_deadline_keeps_its_uid_and_says_when_it_changed(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the official calendar reaches further, the same event gets its date and a later sequence."""
    add_fact(case, "cn-judgment-served", "2026-12-20")
    before = by_vobject(feed(case))
    monkeypatch.setattr(
        case.library.law.calendars.view(("CN",)), "known_until", date(2027, 12, 31)
    )
    case.clock.pass_time(hours=1)
    case.advance()

    after = by_vobject(feed(case))

    (old,) = of_rule(before, "cn-civ-appeal-judgment")
    (new,) = of_rule(after, "cn-civ-appeal-judgment")
    assert set(before) == set(after)
    assert ("provisional" in old.summary, "provisional" in new.summary) == (True, False)
    assert "Legal: 2027-01-04" in new.description
    assert old.sequence < new.sequence
    assert (old.status, new.status) == ("CONFIRMED", "CONFIRMED")
    assert f"LAST-MODIFIED:{case.clock.now:%Y%m%dT%H%M%SZ}" in _logical(feed(case))


def test_retracted_fact_cancels_its_deadline(case: Case) -> None:
    """What rests on nothing stays in the calendar as cancelled, so that a client takes it away."""
    retract_fact(case.file, CLERK, newest(case, ANSWER).fact, "not served yet")
    case.advance()

    (gone,) = of_rule(by_vobject(feed(case)), ANSWER)

    assert (gone.status, gone.sequence, gone.alarms) == ("CANCELLED", 1, ())


@pytest.mark.parametrize(("on", "word"), [("2026-11-30", "Met: "), ("2026-12-20", "Met late: ")])
def test_done_is_said_in_the_title_and_silences_the_alarms(on: str, word: str, case: Case) -> None:
    """A met deadline stays in the calendar, says whether in time, and reminds nobody."""
    id = newest(case, ANSWER).id
    deadline_records.done(case.file, CLERK, id, on, None)

    (seen,) = of_rule(by_vobject(feed(case)), ANSWER)

    assert seen.summary.startswith(f"EXAMPLE {word}Answer to the complaint")
    assert (seen.status, seen.sequence, seen.alarms) == ("CONFIRMED", 1, ())
    assert f"done {on}" in seen.description


def test_waived_deadline_is_cancelled_and_back_when_reopened(case: Case) -> None:
    """Each change of state counts one in the sequence, which never falls."""
    id = newest(case, ANSWER).id
    found = []
    deadline_records.ask_waiver(case.file, COUNSEL, id, "settled")
    found += of_rule(by_vobject(feed(case)), ANSWER)
    deadline_records.waive(case.file, GENERAL, id, "agreed")
    found += of_rule(by_vobject(feed(case)), ANSWER)
    deadline_records.reopen(case.file, COUNSEL, id, "wrong one")
    found += of_rule(by_vobject(feed(case)), ANSWER)

    told = [(seen.status, seen.sequence, len(seen.alarms)) for seen in found]
    assert told == [("CONFIRMED", 0, 4), ("CANCELLED", 1, 0), ("CONFIRMED", 2, 4)]


def test_closed_matter_reminds_nobody(case: Case) -> None:
    """What is closed stays readable and wakes nobody."""
    records.close(case.file, COUNSEL, "settled")

    seen = by_vobject(feed(case))

    assert seen
    assert {each.alarms for each in seen.values()} == {()}


def test_revisions_are_counted_by_the_fold() -> None:
    """First recorded is 0; superseded, counted anew, missed and reopened each add one and its time."""
    data = {
        "deadline": "r@F1", "rule": "r", "rule_sha256": "1" * 64, "fact": "F1",
        "raw": "2026-12-01", "legal": "2026-12-01", "safe": "2026-12-01", "provisional": False,
        "status": "verified", "result": "2" * 64,
    }  # fmt: skip
    drafts = [
        opened(),
        Draft("deadline.computed", data),
        Draft("deadline.assigned", {"deadline": "r@F1", "person": "joan-petrov"}),
        Draft("deadline.superseded", {"deadline": "r@F1", "cause": "told-otherwise"}),
        Draft("deadline.computed", data | {"safe": "2026-12-02"}),
        Draft("deadline.missed", {"deadline": "r@F1"}),
        Draft("deadline.reopened", {"deadline": "r@F1", "cause": "recorded-by-mistake"}),
    ]
    told = []
    for number in range(2, len(drafts) + 1):
        events = chain(drafts[:number])
        record = fold(events).deadlines["r@F1"]
        told.append((record.revision, record.changed_at == events[-1].when))

    assert told == [(0, True), (0, False), (1, True), (2, True), (3, True), (4, True)]


def _with_docket(case: Case, docket: str) -> None:
    step = {"step": docket, "target": "-", "round": 1, "act": "adopt", "key": docket}
    adopted = step | {"outcome": "adopted", "dockets": [docket]}
    case.file.transact(lambda _: [Draft("step.finished", adopted)])


@dataclass(frozen=True)
class Clock:
    """A German hour clock: when it starts, and how and when it ends."""

    why: str
    aware: str
    rule: str
    written: str
    instant: str


CLOCKS = (
    Clock(
        "winter begins within the 72 hours", "2026-10-23T10:00:00+02:00", "de-bsig-32-72h",
        "DTSTART;TZID=Europe/Berlin:20261026T090000", "2026-10-26T08:00:00+00:00",
    ),
    Clock(
        "first of the two half past two", "2026-10-24T02:30:00+02:00", "de-bsig-32",
        "DTSTART:20261025T003000Z", "2026-10-25T00:30:00+00:00",
    ),
    Clock(
        "second of the two half past two", "2026-10-24T03:30:00+02:00", "de-bsig-32",
        "DTSTART:20261025T013000Z", "2026-10-25T01:30:00+00:00",
    ),
    Clock(
        "summer begins within the 72 hours", "2027-03-26T10:00:00+01:00", "de-bsig-32-72h",
        "DTSTART;TZID=Europe/Berlin:20270329T110000", "2027-03-29T09:00:00+00:00",
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def clocks(docketed: Case, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """The same matter with the German docket and an incident for each of the clocks."""
    case = docketed.copy(tmp_path_factory.mktemp("clocks") / "w")
    _with_docket(case, "de")
    for number, clock in enumerate(CLOCKS):
        about = f"incident-{number}"
        kind = "significant-incident-aware"
        record_fact(case.file, case.library, CLERK, kind, clock.aware, about)
    case.advance()
    return case


@PARSERS
@pytest.mark.parametrize("number", range(len(CLOCKS)), ids=[clock.why for clock in CLOCKS])
def test_hours_end_at_the_right_instant_across_summer_time(
    parsed: Any, number: int, clocks: Case
) -> None:
    """Elapsed hours end where every clock agrees, shown at the place; a repeated hour is told in UTC."""
    clock, data = CLOCKS[number], feed(clocks)

    (seen,) = (
        seen
        for seen in of_rule(parsed(data), clock.rule)
        if f"About: incident-{number}\n" in seen.description
    )

    assert clock.written in _logical(data)
    assert isinstance(seen.start, datetime)
    assert seen.start.astimezone(UTC) == datetime.fromisoformat(clock.instant)
    assert "Europe/Berlin (UTC" in seen.description


@pytest.mark.parametrize(
    "name", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"]
)
def test_zone_is_described_as_it_is(name: str) -> None:
    """Another program that knows the zone only from the calendar reads every hour as we do."""
    zone = ZoneInfo(name)
    told = tzical(StringIO(timezone(zone, 2026, 2028).to_ical().decode())).get(name)
    hours = (datetime(2026, 1, 2, tzinfo=UTC) + timedelta(hours=n) for n in range(3 * 365 * 24))
    local = [hour.astimezone(zone) for hour in hours]

    wrong = [
        moment
        for moment in local
        if moment.replace(fold=0).utcoffset() == moment.replace(fold=1).utcoffset()
        and moment.replace(tzinfo=told).utcoffset() != moment.utcoffset()
    ]

    assert len({moment.utcoffset() for moment in local}) == 2
    assert wrong == []


def test_zone_that_nobody_told_gives_the_instant_in_utc(case: Case) -> None:
    """Where the place is not known the instant is right all the same, and no zone is invented."""
    _with_docket(case, "eu")
    add_fact(case, "personal-data-breach-aware", "2026-11-27T10:00:00+01:00", about="incident")

    (seen,) = of_rule(by_vobject(feed(case)), "eu-gdpr-art33-72h")

    assert "DTSTART:20261130T090000Z" in _logical(feed(case))
    assert "2026-11-30 10:00:00 (UTC+01:00)" in seen.description
    assert "no-zone" in seen.description


@PARSERS
def test_hostile_name_adds_no_line(parsed: Any, case: Case) -> None:
    """A party called after lines of a calendar stays a name in one text."""
    count = len(case.matter.deadlines)
    records.correct_party(case.file, CLERK, "moqiao-castings", {"name": HOSTILE}, "as registered")
    data = feed(case)

    (seen,) = of_rule(parsed(data), SUE)

    about = "About: Evil END:VEVENT BEGIN:VEVENT X-A:1 X-B:2 X-C:3 X-D:4;,/n (moqiao-castings)"
    assert about in seen.description.splitlines()
    assert len(parsed(data)) == count
    assert not [
        line for line in data.decode().splitlines() if re.match(r"X-[A-D]|END:VEVENT.", line)
    ]


def test_lost_result_leaves_the_journals_dates_and_says_so(case: Case) -> None:
    """A result that is no longer in the store takes no date from the calendar, and shows no path."""
    file, record = case.file, newest(case, ANSWER)
    file.store.path(record.result).unlink()

    (seen,) = of_rule(by_vobject(feed(case)), ANSWER)

    assert seen.start == date(2026, 12, 1)
    assert "is no longer kept" in seen.description
    assert str(case.workspace.root) not in seen.description


def test_two_workspaces_never_share_a_uid(case: Case, tmp_path: Path) -> None:
    """Counsel of two companies may keep both their first matters in one calendar."""
    other = Case.install(tmp_path / "other")
    other.report()
    record = newest(case, ANSWER)
    data = {
        "deadline": record.id, "rule": ANSWER, "rule_sha256": "1" * 64, "fact": record.fact,
        "raw": record.raw, "legal": record.legal, "safe": record.safe, "provisional": False,
        "status": "verified", "result": "2" * 64,
    }  # fmt: skip
    other.file.transact(lambda _: [Draft("deadline.computed", data)])

    (ours,) = (uid for uid in by_vobject(feed(case)) if ANSWER in uid)
    (theirs,) = by_vobject(feed(other))

    assert ours.rpartition(".")[0] == theirs.rpartition(".")[0]
    assert ours != theirs
