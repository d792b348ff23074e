"""What hypothesis draws: canonical JSON values, legal histories of one matter, and counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from breachbook.deadlines import REGIMES
from breachbook.events import Actor, Draft
from tests.builders import SOME_COMMITMENT, act, decided, opened

LARGEST = 2**53 - 1

keys = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=8)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
leaves = st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | texts
json_values: SearchStrategy[Any] = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)

PEOPLE = ("helen-marsh", "david-okafor", "lin-yue", "peter-lindgren")
_STEPS = ("triage", "suspend", "letter")


def _simple(kind: str, data: dict[str, Any]) -> SearchStrategy[Draft]:
    return st.sampled_from(PEOPLE).map(lambda person: Draft(kind, data, Actor(person, "example")))


@st.composite
def _act_events(draw: DrawFn) -> Draft:
    base = act(draw(st.sampled_from(_STEPS)), draw(st.sampled_from(["draft", "serve", "answer"])))
    kind = draw(st.sampled_from(["started", "finished", "failed", "uncertain", "halted"]))
    return Draft(f"step.{kind}", base if kind == "started" else base | {"outcome": "word"})


def _facts(number: int) -> SearchStrategy[Draft]:
    data = {
        "fact": f"F{number}",
        "fact_kind": "infringer-known",
        "when": "2026-11-16",
        "about": f"party-{number}",
    }
    return _simple("fact.recorded", data)


def _request(number: int) -> Draft:
    data: dict[str, Any] = {
        "request": f"LEAK-2026-0001-A{number}",
        "subject": f"{number:064x}",
        "step": "letter",
        "target": "-",
        "round": 1,
        "document": "D1",
        "inputs": {},
        "inputs_sha256": "a" * 64,
        "approvers": list(PEOPLE[:3]),
        "quorum": 2,
        "expires_at": "2026-11-17T18:00:00Z",
        "not_after": "2026-11-21T18:00:00Z",
        "on_expiry": "refuse",
    }
    return Draft("approval.requested", data)


@st.composite
def histories(draw: DrawFn) -> list[Draft]:
    """Draw a history that a matter can have: opened first, ids counted up, nothing ended twice."""
    drafts = [opened()]
    facts: list[int] = []
    requests = 0
    for _ in range(draw(st.integers(0, 25))):
        choice = draw(st.sampled_from(["act", "fact", "retract", "people", "request", "decide"]))
        if choice == "act":
            drafts.append(draw(_act_events()))
        elif choice == "fact":
            facts.append(len([d for d in drafts if d.kind == "fact.recorded"]) + 1)
            drafts.append(draw(_facts(facts[-1])))
        elif choice == "retract" and facts:
            gone = facts.pop(draw(st.integers(0, len(facts) - 1)))
            data = {"fact": f"F{gone}", "reason": SOME_COMMITMENT}
            drafts.append(Draft("fact.retracted", data))
        elif choice == "people":
            person = draw(st.sampled_from(PEOPLE))
            kind = draw(st.sampled_from(["added", "removed", "conflicted"]))
            more = {"roles": ["ip-counsel"]} if kind == "added" else {}
            drafts.append(Draft(f"people.{kind}", {"person": person, **more}))
        elif choice == "request":
            requests += 1
            drafts.append(_request(requests))
        elif choice == "decide" and requests:
            number = draw(st.integers(1, requests))
            answer = draw(st.sampled_from(["approve", "reject", "request-changes"]))
            person = draw(st.sampled_from(PEOPLE))
            drafts.append(decided(f"LEAK-2026-0001-A{number}", person, answer, f"{number:064x}"))
    return drafts


STEADY = settings(derandomize=True, deadline=None, max_examples=25)
"""The same draws on every machine: a count that goes wrong goes wrong for everybody."""
FIRST, LAST = date(2019, 1, 1), date(2026, 6, 30)
ZONES = {
    "us-frcp": "America/New_York",
    "us-frap": "America/Chicago",
    "us-dmca-business-day": "America/Los_Angeles",
    "calendar-days": "Europe/London",
    "elapsed-hours": "Australia/Sydney",
    "eu-1182": "Europe/Berlin",
    "eu-dora": "Europe/Luxembourg",
    "au-aia": "Australia/Sydney",
    "ca-ia": "America/Toronto",
}
"""Zone of the place for the regimes that fix none."""
PLACES: dict[str, Sequence[str]] = {
    "us-frcp": ["US", "US-MA", "US-CA"],
    "us-frap": ["US", "US-DC"],
    "calendar-days": ["US", "CN", "DE"],
    "elapsed-hours": ["US", "HK"],
    "tw-civil-code": ["TW"],
    "eu-1182": ["DE-BY", "FR", "NL", "IT", "GB-ENG"],
    "eu-dora": ["DE-BY", "LU", "IE"],
    "de-bgb": ["DE", "DE-BY"],
    "de-zpo": ["DE-NW", "DE-BY"],
    "de-vwvfg": ["DE-BE", "DE-SN"],
    "de-stgb": ["DE-HH", "DE-TH"],
    "fr-cpc": ["FR", "FR-57"],
    "it-cpc": ["IT", "IT-MI"],
    "gb-cpr": ["GB-ENG", "GB-NIR"],
    "gb-statute": ["GB-ENG", "GB-SCT"],
    "in-gca": ["IN", "IN-MH"],
    "au-aia": ["AU", "AU-NSW"],
    "ca-ia": ["CA", "CA-ON"],
    "br-cc": ["BR", "BR-SP"],
    "br-cpc": ["BR", "BR-RJ"],
    "ch-zpo": ["CH", "CH-ZH"],
}
"""Calendars told to a regime, where it takes any besides its own."""
_LONGEST = {"hours": 120, "days": 120, "business-days": 40, "weeks": 20, "months": 18, "years": 3}
_IN_DAYS = {"hours": 0, "days": 1, "business-days": 1, "weeks": 7, "months": 30, "years": 365}
_LISTS = ("holidays", "closed", "declared_holidays", "state_holidays")
_WORDS: list[dict[str, Any]] = [
    {"service": "mail"},
    {"service": "mail", "foreign": True},
    {"service": "express"},
    {"service": "electronic"},
    {"filing": "paper"},
    {"start": "inclusive"},
    {"start": "year-end"},
    {"start": "previous-end"},
    {"workweek": "mon-sat"},
]


@dataclass(frozen=True, slots=True)
class Asked:
    """One count as it is asked: from when, how long, and what is told."""

    when: date | datetime
    number: int
    unit: str
    options: dict[str, Any]

    @property
    def period(self) -> str:
        """Write the period as rules do."""
        return f"{self.number} {self.unit}"


days = st.dates(FIRST, LAST)
_START = datetime(2019, 1, 1, tzinfo=UTC)
_DAYS = (LAST - FIRST).days
instants = st.integers(0, _DAYS * 24 * 3600).map(lambda n: _START + timedelta(seconds=n))


@cache
def clock_changes(zone: str) -> tuple[datetime, ...]:
    """List the instants, to the hour and in UTC, at which the clock of a place changes."""
    place = ZoneInfo(zone)

    def offset(hour: int) -> timedelta | None:
        return (_START + timedelta(hours=hour)).astimezone(place).utcoffset()

    changing = (n for n in range(_DAYS) if offset(24 * n) != offset(24 * n + 24))
    hours = (hour for n in changing for hour in range(24 * n, 24 * n + 24))
    return tuple(_START + timedelta(hours=h + 1) for h in hours if offset(h) != offset(h + 1))


def instants_near_clock_changes(zone: str) -> SearchStrategy[datetime]:
    """Draw instants of which half lie within five days of a change of the clock."""
    if not clock_changes(zone):
        return instants
    near = st.builds(
        lambda change, minutes: change + timedelta(minutes=minutes),
        st.sampled_from(clock_changes(zone)),
        st.integers(-5 * 24 * 60, 5 * 24 * 60),
    )
    return near | instants


def place_of(regime: str) -> str:
    """Name the zone in which a regime counts."""
    return REGIMES[regime].zone or ZONES[regime]


@cache
def _choices(regime: str) -> tuple[SearchStrategy[Any], ...]:
    """Give what a regime may be told: a calendar, a list of days by its name, and words."""
    accepts = REGIMES[regime].accepts
    words = [told for told in _WORDS if accepts.issuperset(told)]
    return (
        st.sampled_from(PLACES.get(regime, [None])),
        st.sampled_from([None, *(name for name in _LISTS if name in accepts)]),
        st.sampled_from([{}, *words]),
    )


@st.composite
def asked(
    draw: DrawFn, regime: str, units: Sequence[str], words: bool = True, sign: int = 1
) -> Asked:
    """Draw a count that a regime can be asked in one of some units, with days told near its end."""
    unit = draw(st.sampled_from(units))
    when = draw(instants_near_clock_changes(place_of(regime)) if unit == "hours" else days)
    number = draw(st.integers(1, _LONGEST[unit]))
    places, lists, worded = _choices(regime)
    told: dict[str, Any] = dict(draw(worded)) if words else {}
    if unit == "hours":
        told.pop("start", None)  # hours run from an instant, whatever day is left out
    if REGIMES[regime].zone is None:
        told["court_timezone"] = ZONES[regime]
    if regime in PLACES:
        told["calendar"] = draw(places)
    if name := draw(lists):
        start = when.date() if isinstance(when, datetime) else when
        length = number // 24 if unit == "hours" else number * _IN_DAYS[unit]
        told_on = start + timedelta(days=sign * (length + draw(st.integers(-2, 4))))
        told[name] = [told_on.isoformat(), (told_on + timedelta(days=1)).isoformat()]
    return Asked(when, number, unit, told)
