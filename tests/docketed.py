"""A matter with a docket, and its calendar as two programs read it that have nothing of ours."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import ics  # type: ignore[import-untyped]
import pytest
import vobject  # type: ignore[import-untyped]

from breachbook.entries import DeadlineRecord
from breachbook.facts import record_fact
from breachbook.feeds.reading import of_matter
from tests.cases_core import CLERK, Case, waits_for_triage

ANSWER, SUE = "us-answer-21", "cn-presuit-30d-sue"
CHICAGO = {"court_timezone": "America/Chicago"}


@dataclass(frozen=True)
class Seen:
    """An event as a parser read it; alarms as the time from the start, in their order."""

    start: date | datetime
    summary: str
    description: str
    status: str
    sequence: int
    categories: frozenset[str]
    alarms: tuple[timedelta, ...]


def docketed_case(folder: Path) -> Case:
    """Make a matter with days and hours, one met, one that may not come earlier, provisional ones."""
    case = waits_for_triage(folder)
    case.answer()
    case.advance()
    add_fact(case, "us-complaint-filed", "2026-10-01")
    add_fact(case, "us-summons-served", "2026-11-10", options=CHICAGO)
    add_fact(case, "preservation-accepted", "2026-11-19T16:20:00+08:00", about="moqiao-castings")
    add_fact(case, "preservation-measure-taken", "2026-11-20", about="moqiao-castings")
    return case


def add_fact(case: Case, kind: str, when: str, about: str = "ndil-case", **more: Any) -> str:
    """Record a fact, let its deadlines be counted, and give its id."""
    events = record_fact(case.file, case.library, CLERK, kind, when, about, **more)
    case.advance()
    return str(events[-1].data["fact"])


def feed(case: Case) -> bytes:
    """Give the feed of the matter as it stands on disk."""
    file = case.file
    return of_matter(file, file.refresh())


def newest(case: Case, rule: str) -> DeadlineRecord:
    """Give the newest deadline of a rule."""
    return [d for d in case.matter.deadlines.values() if d.rule == rule][-1]


@cache
def by_vobject(data: bytes) -> dict[str, Seen]:
    """Read a calendar with vobject; events by UID."""
    found = {}
    for event in vobject.readOne(data.decode()).vevent_list:
        found[str(event.uid.value)] = Seen(
            event.dtstart.value, event.summary.value, event.description.value, event.status.value,
            int(event.sequence.value), frozenset(event.categories.value),
            tuple(alarm.trigger.value for alarm in event.contents.get("valarm", ())),
        )  # fmt: skip
    return found


@cache
def by_ics(data: bytes) -> dict[str, Seen]:
    """Read a calendar with ics.py; events by UID."""
    found = {}
    for event in ics.Calendar(data.decode()).events:
        extra = {line.name: line.value for line in event.extra}
        start = event.begin.datetime
        alarms = sorted(alarm.trigger for alarm in event.alarms)
        found[str(event.uid)] = Seen(
            start.date() if event.all_day else start, event.name, event.description, event.status,
            int(extra["SEQUENCE"]), frozenset(event.categories), tuple(alarms),
        )  # fmt: skip
    return found


PARSERS = pytest.mark.parametrize("parsed", [by_vobject, by_ics])


def of_rule(found: Mapping[str, Seen], rule: str) -> list[Seen]:
    """Give the events of a rule."""
    return [seen for uid, seen in found.items() if uid.split(".")[1] == rule]
