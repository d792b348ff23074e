"""Consents in Slack: who is asked where, what pressing does, and what is shown afterwards."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from breachbook import consents
from breachbook.events import Actor, Draft
from breachbook.slack.actions import CONSENT_GIVE, of_matter
from breachbook.slack.blocks import button
from tests.cases_core import COUNSEL
from tests.desk_world import CHANNEL, DAVID, HELEN, MATTER, NORA, SAMUEL, Desk, desk
from tests.handled import ALAN, Handled
from tests.telling_world import Block, Telling, buttons, quiet, telling, texts

OWN = {"helen-marsh", "david-okafor", "lin-yue"}


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Handled:
    """A matter with an exhibit and a responder."""
    made = Handled.opened(tmp_path_factory.mktemp("asked") / "w")
    made.seal()
    return made


@pytest.fixture
def world(opened: Handled, tmp_path: Path) -> Iterator[Telling]:
    """A copy of it, with a Slack of its own."""
    with quiet(), telling(opened.copy(tmp_path / "w").case, tmp_path) as made:
        yield made


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Desk]:
    """A running desk with an exhibit about which counsel asked."""
    with desk(tmp_path) as made:
        made.report()
        made.append(*_exhibit())
        yield made


def _exhibit() -> list[Draft]:
    data = {
        "exhibit": "E1", "step": "-", "target": "-", "files": 1, "bytes": 1, "findings": {},
        "manifest_sha256": "1" * 64, "tagmanifest_sha256": "2" * 64, "seal_sha256": "3" * 64,
    }  # fmt: skip
    begun = {"exhibit": "E1", "collector": "folder", "source": "-"}
    return [Draft("exhibit.begun", begun), Draft("exhibit.sealed", data)]


def _ask(world: Telling, what: str = "destroy-exhibit", about: str = "E1") -> None:
    consents.ask(world.case.file, COUNSEL, what, about, "collected by <!channel> mistake")
    world.advance()


def _give(world: Telling, person: str, consent: str = "R1") -> None:
    consents.give(world.case.file, Actor(person, "slack"), consent)
    world.advance()


def _message(world: Telling) -> Block:
    return next(m for m in world.said() if "R1" in texts(m["blocks"]))


def test_counsel_are_asked_in_the_channel_with_a_button(world: Telling) -> None:
    """The card says who asks for what and why, who agreed, who may still, as text that Slack does not obey."""
    _ask(world)
    message = _message(world)
    shown = texts(message["blocks"])

    assert buttons(message) == {CONSENT_GIVE: of_matter(MATTER, "R1")}
    assert "Helen Marsh asks two counsel to agree: destroy an exhibit (E1)" in shown
    assert "Agreed: Helen Marsh. Lacking: one of David Okafor, Lin Yue." in shown
    assert "&lt;!channel&gt;" in shown
    assert {f"<@{world.user(person)}>" for person in OWN - {"helen-marsh"}} <= {*shown.split()}


def test_card_loses_its_button_when_two_agreed(world: Telling) -> None:
    """It is rewritten, not said again; told once whatever number of looks."""
    _ask(world)
    posted = len(world.said())
    _give(world, "david-okafor")
    world.advance()
    message = _message(world)

    assert buttons(message) == {}
    assert "Two counsel agreed" in texts(message["blocks"])
    assert len(world.said()) == posted
    assert len(world.journaled("consent-update")) == 1


def test_card_shows_each_yes_and_withdrawal(world: Telling) -> None:
    """A first yes of two changes who is lacking; what is withdrawn asks nobody."""
    consents.ask(world.case.file, Actor("samuel-rivera", "example"), "destroy-exhibit", "E1", "r")
    world.advance()
    first = texts(_message(world)["blocks"])
    _give(world, "lin-yue")
    between = texts(_message(world)["blocks"])
    consents.withdraw(world.case.file, COUNSEL, "R1", "needed")
    world.advance()
    message = _message(world)

    assert "Agreed: nobody. Lacking: two of Helen Marsh, David Okafor, Lin Yue." in first
    assert "Agreed: Lin Yue. Lacking: one of Helen Marsh, David Okafor." in between
    assert buttons(message) == {}
    assert "Withdrawn" in texts(message["blocks"])


def test_card_comes_back_when_a_yes_fell(world: Telling) -> None:
    """A counsel found conflicted takes their yes with them; the others are asked again."""
    _ask(world)
    _give(world, "david-okafor")
    world.case.file.transact(
        lambda _: [Draft("people.conflicted", {"person": "david-okafor"}, COUNSEL)]
    )
    world.advance()

    assert CONSENT_GIVE in buttons(_message(world))


def test_closed_matter_asks_nobody(world: Telling) -> None:
    """Its card has no button until it is opened again."""
    _ask(world)
    world.case.file.transact(
        lambda _: [Draft("matter.closed", {"reason": {"c": "a" * 64}}, COUNSEL)]
    )
    world.advance()
    closed = buttons(_message(world))
    world.case.file.transact(
        lambda _: [Draft("matter.reopened", {"reason": {"c": "a" * 64}}, COUNSEL)]
    )
    world.advance()

    assert closed == {}
    assert CONSENT_GIVE in buttons(_message(world))


def test_settled_before_it_was_posted_is_not_posted(world: Telling) -> None:
    """Nobody is asked for what two counsel agreed to on the command line."""
    consents.ask(world.case.file, COUNSEL, "destroy-exhibit", "E1", "r")
    _give(world, "david-okafor")

    assert world.journaled("consent") == []


def test_silent_hold_is_asked_of_each_counsel_alone(world: Telling) -> None:
    """Nothing of it is in the channel; a counsel who turns out conflicted sees nothing of it any more."""
    _ask(world, "silent-hold", ALAN)
    asked = {person: copy.deepcopy(world.direct(person)[-1]) for person in OWN}
    world.case.file.transact(
        lambda _: [Draft("people.conflicted", {"person": "lin-yue"}, COUNSEL)]
    )
    _give(world, "david-okafor", "S1")
    after = {person: world.direct(person)[-1] for person in OWN}

    assert not any("S1" in texts(m["blocks"]) or ALAN in texts(m["blocks"]) for m in world.said())
    assert {p for p in OWN if CONSENT_GIVE in buttons(asked[p])} == OWN - {"helen-marsh"}
    assert all(ALAN in texts(asked[person]["blocks"]) for person in OWN)
    assert not any(buttons(message) for message in after.values())
    assert ALAN not in texts(after["lin-yue"]["blocks"])
    assert "Two counsel agreed" in texts(after["david-okafor"]["blocks"])


# Pressing


def _press(door: Desk, user: str, consent: str = "R1") -> str:
    value = of_matter(MATTER, consent)
    block: dict[str, Any] = {
        "type": "actions",
        "elements": [button("I agree", CONSENT_GIVE, value)],
    }
    ts = door.client.post(CHANNEL, [block], "button", consent + user).ts
    door.control("click", user=user, channel=CHANNEL, ts=ts, action_id=CONSENT_GIVE)
    return door.whisper(user)


def test_pressing_records_counsels_yes(door: Desk) -> None:
    """It is in the journal as that person's, by Slack, and they are told whether it suffices."""
    file = door.workspace.matter(MATTER)
    consents.ask(file, COUNSEL, "destroy-exhibit", "E1", "r")
    said = _press(door, DAVID)
    consent = door.matter().consents.consents["R1"]

    assert consent.agreed == ("helen-marsh", "david-okafor")
    assert consent.state == "given"
    assert "Two counsel have agreed" in said


@pytest.mark.parametrize(
    ("user", "consent", "words"),
    [
        (HELEN, "R1", "you agreed before"),
        (DAVID, "R9", "got the consent R9"),
        (NORA, "R1", "not yours to see"),
        (SAMUEL, "R1", "you hold none of these"),
    ],
)
def test_pressing_in_vain_says_why_to_that_person_alone(
    door: Desk, user: str, consent: str, words: str
) -> None:
    """Who agreed, who may not, and who is not on the matter change nothing."""
    file = door.workspace.matter(MATTER)
    door.append(
        Draft("people.added", {"person": "samuel-rivera", "roles": ["security-responder"]})
    )
    consents.ask(file, COUNSEL, "destroy-exhibit", "E1", "r")
    before = door.kinds()

    assert words in _press(door, user, consent)
    assert door.kinds() == before


def test_pressing_a_forged_button_is_foreign(door: Desk) -> None:
    """A value that Breachbook never wrote is refused without a look into any matter."""
    block: dict[str, Any] = {
        "type": "actions", "elements": [button("I agree", CONSENT_GIVE, "../../etc")],
    }  # fmt: skip
    ts = door.client.post(CHANNEL, [block], "button", "forged").ts
    door.control("click", user=DAVID, channel=CHANNEL, ts=ts, action_id=CONSENT_GIVE)

    assert "not from a message of Breachbook" in door.whisper(DAVID)
