"""What could destroy held material waits: containment until it is preserved, departures until the release."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from breachbook import steps
from breachbook.errors import UsageError
from breachbook.events import Actor, Draft
from tests.builders import SOME_COMMITMENT
from tests.cases_core import Case, refused
from tests.world import World, acts, book

WIPED = "wipe/alan-brooks do"
COUNSEL = Actor("helen-marsh", "example")
WIPE = """\
  - id: wipe
    kind: assign
    title: Wipe and reassign the laptop
    each: custodian
    who: [it-administrator]
    instructions: Wipe the laptop of who leaves.
    interlock: hold
"""
SHUT = """\
  - id: triage
    kind: ask
    title: Triage
    who: [ip-counsel]
    questions:
      - id: ex_parte_considered
        ask: Has ex parte relief been considered?
        type: yes-no
        clears: ex-parte-relief
        clearing: ["yes"]
  - id: shut
    kind: contain
    title: Shut the account
    after: [triage]
    each: account
    approve: {from: [ip-counsel], expires: 8 hours}
"""


def _issued(world: World, person: str = "alan-brooks") -> None:
    data = {"hold": "hold-1", "custodian": person, "document": "D1"}
    world.append(Draft("hold.issued", data))


def _released(world: World, hold: str = "hold-1", person: str = "alan-brooks") -> None:
    data = {"hold": hold, "custodian": person, "reason": SOME_COMMITMENT}
    world.append(Draft("hold.released", data))


def _silent(world: World, about: str) -> None:
    asked = {"consent": "S1", "what": "silent-hold", "about": about, "reason": SOME_COMMITMENT}
    world.append(Draft("consent.asked", asked, COUNSEL))
    placed = {"hold": "steward-hold-1a", "about": about, "scope": SOME_COMMITMENT, "consent": "S1"}
    world.append(Draft("hold.placed", placed, COUNSEL))
    ordered = {
        "hold": "steward-hold-1a", "custodian": "samuel-rivera", "notice": "6" * 64, "version": 1,
        "tasks": ["device-quarantine"],
    }  # fmt: skip
    world.append(Draft("hold.ordered", ordered, COUNSEL))


def test_departing_employees_step_waits_for_the_release_of_their_hold() -> None:
    """While a hold covers the person nothing is wiped; once it is released, it is due."""
    world = World(book(WIPE))
    free = acts(world.due("wipe"))
    _issued(world)
    held = world.wait("wipe", "alan-brooks")
    _released(world)

    assert free == [WIPED]
    assert (held.why, held.detail) == ("hold", "a duty to preserve what alan-brooks has stands")
    assert acts(world.due("wipe")) == [WIPED]


def test_silent_hold_holds_as_well_and_is_not_named() -> None:
    """The reason is the same as of any other hold."""
    open_, silent = World(book(WIPE)), World(book(WIPE))
    _issued(open_)
    _silent(silent, "alan-brooks")

    assert silent.wait("wipe", "alan-brooks") == open_.wait("wipe", "alan-brooks")
    _released(silent, "steward-hold-1a", "samuel-rivera")
    assert acts(silent.due("wipe")) == [WIPED]


def test_steward_of_a_hold_is_not_covered_by_it() -> None:
    """Who runs the systems is no custodian: their own laptop may be given back."""
    world = World(book(WIPE), custodians=["samuel-rivera"])
    _silent(world, "alan-brooks")

    assert acts(world.due("wipe")) == ["wipe/samuel-rivera do"]


@pytest.mark.parametrize("about", [{"person": "alan-brooks"}, {"party": "alan-brooks"}])
def test_account_of_a_held_person_needs_a_source_of_its_own(about: dict[str, Any]) -> None:
    """Containment that may alter evidence waits until what the account reaches can be preserved."""
    world = World(book(SHUT), sources=[])
    account = {"id": "portal-07", "recipe": "suspend", **about}
    world.reference = replace(world.reference, accounts={"portal-07": account})
    world.run()
    world.answer()
    free = acts(world.due("shut"))
    _silent(world, "alan-brooks")
    wait = world.wait("shut", "portal-07")

    assert free == ["shut/portal-07 plan"]
    assert wait.why == "preservation"
    assert "a source of its own for portal-07" in wait.detail
    assert "hold" not in wait.detail


def test_what_waits_for_a_release_cannot_be_recorded_as_done(tmp_path: Path) -> None:
    """A task that was asked for before the hold came is refused while the hold stands."""
    case = Case.install(tmp_path / "w")
    folder = case.workspace.root / "playbooks"
    folder.mkdir()
    text = f"id: supplier-leak\ntitle: Departures\nversion: 1\nsteps:\n{WIPE}"
    (folder / "supplier-leak.yaml").write_text(text, "utf-8")
    case.report()
    case.advance()
    data = {"hold": "hold-1", "custodian": "alan-brooks", "document": "D1"}
    case.file.transact(lambda _: [Draft("hold.issued", data)])
    actor = Actor("ruth-cole", "example")

    def wiped(person: str) -> None:
        steps.done(case.file, case.library, actor, f"wipe/{person}", None)

    refused(case, lambda: wiped("alan-brooks"), UsageError, "allowed: when it was released")
    wiped("zhou-min")
    assert case.matter.instance("wipe", "zhou-min").finished_at is not None
