"""Gates of law: what a rule forbids until counsel clears it, on whose authority and how far.

A gate stands in a matter where its trigger has been recorded (or always) and its country is
concerned: a place of the report, of a party or of an exhibit, or a docket that is open. Where an
exhibit was stored narrows a gate on export; what is not known counts as concerned.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from breachbook.deadlines import Law, Rule
from breachbook.docket import ALWAYS
from breachbook.entries import Clearance
from breachbook.exhibit_book import Exhibit
from breachbook.matter import Matter


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


def standing(matter: Matter, law: Law, on: date) -> Iterator[Gate]:
    """List the gates that block something in a matter, cleared ones too.

    Args:
        on: Today; a clearance holds to the end of its last day.
    """
    facts = {fact.kind for fact in matter.facts.values()} | {ALWAYS}
    concerned = places(matter)
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
    ]
    return frozenset(place.partition("-")[0].upper() for place in named if place)


def barring(
    matter: Matter,
    law: Law,
    act: str,
    on: date,
    *,
    step: str | None = None,
    exhibits: Sequence[Exhibit] | None = None,
) -> list[str]:
    """Name the gates that bar an act.

    Args:
        act: ``export``, ``serve`` or ``collect``.
        step: Step that acts; a clearance given for other steps does not help it.
        exhibits: Exhibits that would leave, for an export: one stored elsewhere than in the
            gate's country is not concerned. None, or none at all, where that is not known.
    """
    return [
        gate.rule.id
        for gate in standing(matter, law, on)
        if act in gate.rule.blocks
        and not (gate.holds and _covers(gate.clearance, step))
        and _concerns(gate.rule, exhibits)
    ]


def _holds(clearance: Clearance, rule: Rule, on: date) -> bool:
    """Tell whether a clearance was given for this version of the gate and is not over."""
    is_in_time = clearance.until is None or on <= date.fromisoformat(clearance.until)
    return clearance.rule_sha256 == rule.digest and is_in_time


def _covers(clearance: Clearance | None, step: str | None) -> bool:
    return clearance is not None and (not clearance.steps or step in clearance.steps)


def _concerns(rule: Rule, exhibits: Sequence[Exhibit] | None) -> bool:
    if not exhibits:
        return True
    country = rule.jurisdiction.upper()
    return any(exhibit.place.partition("-")[0] in ("", country) for exhibit in exhibits)
