"""Gates of law: what a rule forbids until counsel clears it, on whose authority and how far.

A gate stands in a matter where its trigger has been recorded (or always) and its country is
concerned: a place of the report, of a party or of an exhibit, or a docket that is open. Where an
exhibit was stored narrows a gate on export; what is not known counts as concerned.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from breachbook.deadlines import Law, Rule
from breachbook.docket import ALWAYS
from breachbook.entries import Clearance
from breachbook.exhibit_book import Exhibit
from breachbook.matter import Matter


class Stored(Protocol):
    """An exhibit, or a source before it is one."""

    @property
    def place(self) -> str:
        """Give the ISO country where it, or its source, was stored; empty where that is not known."""
        ...

    @property
    def stored(self) -> str:
        """Give the ISO country where the exhibit is stored; empty where that is not known."""
        ...


@dataclass(frozen=True, slots=True)
class Origin:
    """A source before it is an exhibit: where it is stored; where it will be kept bars no collecting."""

    place: str
    stored: str = ""


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate that stands in a matter.

    Attributes:
        clearance: Counsel's word that it may be passed; None, or one that no longer holds, bars.
        holds: Whether the clearance holds now.
    """

    rule: Rule
    clearance: Clearance | None
    holds: bool


def standing(matter: Matter, law: Law, on: date, also: Sequence[Stored] = ()) -> Iterator[Gate]:
    """List the gates that block something in a matter, cleared ones too.

    Args:
        on: Today; a clearance holds to the end of its last day.
        also: What else concerns its country, such as a source that is no exhibit yet.
    """
    facts = {fact.kind for fact in matter.facts.values()} | {ALWAYS}
    concerned = places(matter) | {_country(one.place) for one in also}
    for rule in law.blocking:
        if rule.trigger not in facts:
            continue
        if rule.jurisdiction.upper() in concerned or rule.docket in matter.dockets:
            clearance = matter.book.clearances.get(rule.id)
            yield Gate(rule, clearance, clearance is not None and _holds(clearance, rule, on))


def places(matter: Matter) -> frozenset[str]:
    """Name the countries a matter touches: those reported, of its parties and of its exhibits."""
    named = [
        *matter.report.get("places", ()),
        *(party.place for party in matter.parties.values()),
        *(exhibit.place for exhibit in matter.exhibits.values()),
        *(exhibit.stored for exhibit in matter.exhibits.values()),
    ]
    return frozenset(place.partition("-")[0].upper() for place in named if place)


def barring(
    matter: Matter,
    law: Law,
    act: str,
    on: date,
    *,
    step: str | None = None,
    exhibits: Sequence[Stored] | None = None,
) -> list[str]:
    """Name the gates that bar an act.

    Args:
        act: ``export``, ``serve`` or ``collect``.
        step: Step that acts; a clearance given for other steps does not help it.
        exhibits: Exhibits that would leave, for an export: one stored elsewhere than in the
            gate's country, as its source was, is not concerned. None, or none at all, where that is not known.
    """
    return [gate.rule.id for gate in _barring(matter, law, act, on, step, exhibits)]


def leaving(matter: Matter, law: Law, exhibit: Exhibit, to: str, on: date) -> list[str]:
    """Name what bars an exhibit from being taken to a country; nothing where it is there already.

    A gate of the country it would go to does not bar. What may be a state secret leaves its country
    only under a clearance of one of its gates on export, whether or not such a gate stands.

    Args:
        to: ISO country.
        on: Today.

    Returns:
        Ids of gates, and ``state secret of CN`` where that is what bars.
    """
    target = _country(to)
    away = _homes(exhibit) - {target}
    if not away:
        return []
    found = [
        gate.rule.id
        for gate in _barring(matter, law, "export", on, None, [exhibit])
        if _country(gate.rule.jurisdiction) != target
    ]
    if exhibit.state_secret:
        found += [
            f"state secret of {home or 'an unknown country'}"
            for home in sorted(away)
            if not _cleared(matter, law, home, on)
        ]
    return found


def _cleared(matter: Matter, law: Law, home: str, on: date) -> bool:
    """Tell whether a gate on export out of a country was cleared and the clearance holds."""
    own = (
        rule
        for rule in law.blocking
        if "export" in rule.blocks and _country(rule.jurisdiction) == home
    )
    return any(
        (clearance := matter.book.clearances.get(rule.id)) is not None
        and not clearance.steps
        and _holds(clearance, rule, on)
        for rule in own
    )


def _barring(
    matter: Matter,
    law: Law,
    act: str,
    on: date,
    step: str | None,
    exhibits: Sequence[Stored] | None,
) -> Iterator[Gate]:
    for gate in standing(matter, law, on, exhibits or ()):
        passes = gate.holds and _covers(gate.clearance, step)
        if act in gate.rule.blocks and not passes and _concerns(gate.rule, exhibits):
            yield gate


def _holds(clearance: Clearance, rule: Rule, on: date) -> bool:
    """Tell whether a clearance was given for this version of the gate and is not over."""
    is_in_time = clearance.until is None or on <= date.fromisoformat(clearance.until)
    return clearance.rule_sha256 == rule.digest and is_in_time


def _covers(clearance: Clearance | None, step: str | None) -> bool:
    return clearance is not None and (not clearance.steps or step in clearance.steps)


def _concerns(rule: Rule, exhibits: Sequence[Stored] | None) -> bool:
    if not exhibits:
        return True
    concerned = {"", _country(rule.jurisdiction)}
    return any(_homes(exhibit) & concerned for exhibit in exhibits)


def _homes(exhibit: Stored) -> set[str]:
    """Name where an exhibit is at home: where its source was stored, and where it is stored itself."""
    stored = {_country(exhibit.stored)} if exhibit.stored else set[str]()
    return {_country(exhibit.place)} | stored


def _country(place: str) -> str:
    return place.partition("-")[0].upper()
