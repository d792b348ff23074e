"""Silent holds: two counsel agree, data stewards alone are told, and nothing shows them to anybody else."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from breachbook import consents, holds, records
from breachbook.anchor_book import is_decisive
from breachbook.errors import ApprovalError, UsageError
from breachbook.events import Actor, Draft
from breachbook.hold_reminders import known, knows
from breachbook.holds import changing, silence
from breachbook.holds.acknowledging import fulfil
from breachbook.holds.proof import proof_pack
from breachbook.matter import Hold
from breachbook.views.home import home_view
from tests.builders import StandingClock
from tests.cases_core import COUNSEL, Case, refused, two_agree, waits_for_triage
from tests.telling_world import Telling, quiet, telling, texts
from tests.terminal import Run, terminal

ABOUT, RUTH = "peter-lindgren", Actor("ruth-cole", "example")
GENERAL = Actor("david-okafor", "example")
SCOPE = changing.Scope("CANARY everything in the mailbox", ("mail",))
ON_IT = ["samuel-rivera", "joan-petrov"]


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a matter whose legal holds are delivered, and the Slack that has them."""
    folder = tmp_path_factory.mktemp("silent")
    case = waits_for_triage(folder / "w")
    case.answer()
    records.change_people(case.file, case.library, COUNSEL, "add", "samuel-rivera")
    with quiet(), telling(case, folder) as made:
        made.advance()
    return folder


@pytest.fixture
def world(ready: Path, tmp_path: Path) -> Iterator[Telling]:
    """A copy of both."""
    shutil.copy(ready / "slack.json", tmp_path)
    with quiet(), telling(Case(ready / "w").copy(tmp_path / "w"), tmp_path) as made:
        yield made


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command; give its exit code, output and remarks."""
    monkeypatch.setattr("breachbook.clock.now", StandingClock())
    return terminal(capsys)


def _place(case: Case) -> Hold:
    two_agree(case, "silent-hold", ABOUT)
    silence.place(case.file, case.library, COUNSEL, ABOUT, ["ruth-cole"], ["mailbox-hold"], SCOPE)
    (hold,) = case.matter.hold_book.silent.values()
    return hold


def test_silent_hold_on_counsel_is_hidden_from_them(world: Telling) -> None:
    """Counsel whom it is about is shown it no more than anybody else is; the others are."""
    case, about = world.case, GENERAL.person
    lin = Actor("lin-yue", "example")
    consents.ask(case.file, COUNSEL, "silent-hold", about, "why")
    consents.give(case.file, lin, "S1")
    silence.place(case.file, case.library, COUNSEL, about, ["ruth-cole"], ["mailbox-hold"], SCOPE)
    matter = case.matter
    (hold,) = matter.hold_book.silent.values()

    assert hold in known(matter, lin.person)
    assert hold not in known(matter, about)
    assert not knows(matter, about, hold.id)
    args = (case.workspace, case.file, matter)
    with pytest.raises(UsageError) as told:
        proof_pack(*args, GENERAL, hold.id)
    assert hold.id not in str(told.value).partition("allowed")[2]
    assert proof_pack(*args, lin, hold.id)
    with pytest.raises(UsageError) as told:
        changing.exempt(case.file, GENERAL, "x", "y", "why")
    assert hold.id not in str(told.value)


def test_silent_hold_needs_two_counsel_about_exactly_this_person(world: Telling) -> None:
    """One yes, or the yes about somebody else, is none; one consent serves one hold."""
    case = world.case
    args: Any = (["ruth-cole"], ["mailbox-hold"], SCOPE)

    def place() -> None:
        silence.place(case.file, case.library, COUNSEL, ABOUT, *args)

    two_agree(case, "silent-hold", "nora-whitfield")
    consents.ask(case.file, COUNSEL, "silent-hold", ABOUT, "why")
    refused(case, place, ApprovalError, "two counsel must agree first")
    consents.give(case.file, GENERAL, "S2")
    place()
    refused(case, place, ApprovalError, "two counsel must agree first")
    assert len(case.matter.hold_book.silent) == 1


@pytest.mark.parametrize("steward", [ABOUT, "nobody-known"])
def test_silent_hold_is_not_put_to_whom_it_is_about_or_nobody(
    world: Telling, steward: str
) -> None:
    """The person concerned can be no steward of it."""
    case = world.case
    with pytest.raises(UsageError, match="other people of"):
        silence.place(case.file, case.library, COUNSEL, ABOUT, [steward], ["mailbox-hold"], SCOPE)


def test_steward_alone_is_told_in_slack(world: Telling) -> None:
    """One direct message with the instruction; nothing in the channel, nothing to the person concerned."""
    case = world.case
    before = [m["ts"] for m in world.said()]
    overview = texts([m["blocks"] for m in world.said()])
    hold = _place(case)
    world.advance()
    case.clock.pass_time(days=9)
    world.advance()

    channel = texts([m["blocks"] for m in world.said() if m["ts"] not in before])
    assert world.direct("ruth-cole")
    assert hold.id not in channel + overview
    assert "Ruth Cole" not in channel
    assert not [m for m in world.direct(ABOUT) if hold.id in json.dumps(m)]
    assert any(hold.id in json.dumps(m) for m in world.direct("helen-marsh"))
    assert all(hold.id not in json.dumps(m) for m in world.direct("samuel-rivera"))


VIEWS = [
    ("show",), ("show", "--json"), ("status",), ("hold", "list"), ("hold", "list", "--json"),
    ("consent", "list"), ("consent", "list", "--json"), ("evidence", "list", "--json"),
    ("approvals", "--json"),
]  # fmt: skip


@pytest.mark.parametrize("view", VIEWS, ids=" ".join)
def test_nothing_shown_to_others_changes(world: Telling, run: Run, view: tuple[str, ...]) -> None:
    """Before and after, whoever is on the matter and is no counsel sees the same, to the byte."""
    case = world.case

    def shown(person: str) -> str:
        place = [case.id] if view[0] != "approvals" else []
        verb = 2 if view[0] in ("hold", "consent", "evidence") else 1
        code, out, _ = run(case, *view[:verb], *place, *view[verb:], "--as", person)
        assert code == 0
        if "--json" not in view:
            return out.partition("Journal  ")[0]  # its length grows with anything
        found = json.loads(out)
        if isinstance(found, dict):
            del found["journal"], found["anchored"]
        return json.dumps(found)

    before = {person: shown(person) for person in ON_IT}
    hold = _place(case)

    assert {person: shown(person) for person in ON_IT} == before
    assert "CANARY" not in str(before)
    if view[:2] == ("hold", "list"):
        assert hold.id in shown("helen-marsh")
        assert hold.id in shown("ruth-cole")


def test_home_shows_it_to_the_steward_alone(world: Telling) -> None:
    """The steward acknowledges it there; the person concerned sees nothing of it."""
    case = world.case
    hold = _place(case)

    def home(person: str) -> str:
        return json.dumps(home_view(case.workspace, case.library, person))

    assert hold.id in home("ruth-cole")
    assert all(hold.id not in home(person) for person in (ABOUT, *ON_IT, "alan-brooks"))


def test_ids_of_silent_holds_and_consents_leave_no_gap(world: Telling) -> None:
    """The ordinary consent that follows has the number it would have had."""
    case = world.case
    hold = _place(case)
    asked = consents.ask(case.file, COUNSEL, "release-hold", "legal-hold-1|zhou-min", "why")

    assert asked[0].data["consent"] == "R1"
    assert not hold.id.endswith("-1")


def test_everything_of_it_is_privileged_in_the_journal(world: Telling) -> None:
    """So that an export for somebody else withholds it."""
    case = world.case
    seq = case.matter.seq
    hold = _place(case)
    world.advance()
    holds.acknowledge(case.workspace, case.id, hold.id, actor=RUTH)
    fulfil(case.file, RUTH, hold.id, "mailbox-hold", b"proof")
    named = [
        event
        for event in case.events()[seq:]
        if hold.id in json.dumps(dict(event.data)) or event.kind.startswith("consent.")
    ]

    assert {event.kind for event in named} == {
        "consent.asked", "consent.given", "hold.placed", "hold.ordered", "hold.acknowledged",
        "hold.fulfilled", "message.queued", "message.sent",
    }  # fmt: skip
    assert {event.privilege for event in named} == {"attorney-client"}


def test_nothing_of_it_is_anchored_at_once(world: Telling) -> None:
    """An anchor that follows no visible decision would show that there was another one."""
    case = world.case
    seq = case.matter.seq
    hold = _place(case)
    changing.amend(case.file, case.library, COUNSEL, hold.id, SCOPE, "more was found")
    events = case.events()

    assert not any(is_decisive(event) for event in events[seq:])
    assert any(is_decisive(event) for event in events[:seq])


def test_stranger_is_told_what_they_would_be_told_of_no_hold(world: Telling) -> None:
    """The person concerned, acknowledging the id by chance, learns nothing."""
    case = world.case
    hold = _place(case)
    real, invented = (
        holds.acknowledge(case.workspace, case.id, name, actor=Actor(ABOUT, "example"))
        for name in (hold.id, "steward-hold-00000000")
    )

    assert real == invented
    assert real.text == holds.NOT_YOURS


def test_conversion_gives_notice_under_the_same_hold(world: Telling) -> None:
    """Whom it is about gets the notice of the playbook's step; the stewards' tasks go on."""
    case = world.case
    hold = _place(case)
    world.advance()
    case.clock.pass_time(hours=1)
    silence.convert(case.file, case.library, COUNSEL, hold.id, "interviewed today")
    world.advance()

    entry = case.matter.holds[hold.id, ABOUT]
    assert (entry.state, entry.role) == ("delivered", "custodian")
    assert case.matter.holds[hold.id, "ruth-cole"].open_tasks == ["mailbox-hold"]
    assert case.matter.hold_book.silent == {}
    assert any(entry.notice[:16] in json.dumps(m) for m in world.direct(ABOUT))
    assert any("Those concerned are now told" in m["text"] for m in world.direct("ruth-cole"))
    with pytest.raises(UsageError, match="those concerned know of it"):
        silence.convert(case.file, case.library, COUNSEL, hold.id, "again")


def test_converted_hold_reaches_who_had_the_notice_of_another(world: Telling) -> None:
    """Whom an ordinary hold covered already gets the notice of the converted one as well."""
    case = world.case
    two_agree(case, "silent-hold", "alan-brooks")
    silence.place(
        case.file, case.library, COUNSEL, "alan-brooks", ["ruth-cole"], ["mailbox-hold"], SCOPE
    )
    hold = next(iter(case.matter.hold_book.silent.values()))
    silence.convert(case.file, case.library, COUNSEL, hold.id, "interviewed today")
    world.advance()

    entry = case.matter.holds[hold.id, "alan-brooks"]
    assert (entry.state, entry.role) == ("delivered", "custodian")
    assert case.matter.holds["legal-hold-1", "alan-brooks"].notice != entry.notice


def test_letter_of_release_says_nothing_of_a_silent_hold(world: Telling) -> None:
    """Counsel is told that retention does not resume, without a name; the custodian's letter is the usual one."""
    case = world.case
    two_agree(case, "silent-hold", "alan-brooks")
    silence.place(
        case.file, case.library, COUNSEL, "alan-brooks", ["ruth-cole"], ["mailbox-hold"], SCOPE
    )
    usual, covered = (_released(case, person) for person in ("zhou-min", "alan-brooks"))

    assert (usual[0], covered[0]) == (True, False)
    assert "恢复适用" in usual[1]
    assert "ordinary rules" in covered[1]


def _released(case: Case, person: str) -> tuple[bool, str]:
    from tests.letters import pdf_text

    two_agree(case, "release-hold", f"legal-hold-1|{person}")
    told = holds.release(case.workspace, case.file, COUNSEL, "legal-hold-1", person, "settled")
    letter = case.file.store.get(case.matter.holds["legal-hold-1", person].release_notice)
    text = pdf_text(letter)
    return told.resumes, text.replace("ordinaryrules", "ordinary rules")


def test_released_steward_lets_retention_resume(world: Telling) -> None:
    """The hold on the person ends with its last steward, who is asked to undo and to report that."""
    case = world.case
    hold = _place(case)
    two_agree(case, "release-hold", f"{hold.id}|ruth-cole")
    told = holds.release(case.workspace, case.file, COUNSEL, hold.id, "ruth-cole", "settled")
    entry = case.matter.hold_book.silent[hold.id, "ruth-cole"]

    assert told.resumes
    assert entry.open_tasks == ["resume-retention"]
    assert not case.matter.hold_book.covers(ABOUT)


def test_hold_about_nobody_known_or_by_a_conflicted_steward_is_refused(world: Telling) -> None:
    """Neither an invented person nor a steward who is conflicted on the matter."""
    case = world.case
    case.file.transact(lambda _: [Draft("people.conflicted", {"person": "ruth-cole"})])
    two_agree(case, "silent-hold", ABOUT)
    for about, steward, words in (
        ("nobody-known", "samuel-rivera", "a person of people.yaml or a party"),
        (ABOUT, "ruth-cole", "conflicted on this matter"),
    ):
        with pytest.raises(UsageError, match=words):
            silence.place(
                case.file, case.library, COUNSEL, about, [steward], ["mailbox-hold"], SCOPE
            )
