"""Legal holds on the example: notices and their hashes, questions, stewards, changes, release and proof."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from breachbook import holds, intake, source
from breachbook.audit import verify
from breachbook.errors import ApprovalError, UsageError
from breachbook.events import Actor, Draft
from breachbook.hold_questions import QUESTIONS
from breachbook.holds import changing
from breachbook.holds.acknowledging import fulfil
from breachbook.holds.proof import proof_pack
from breachbook.holds.releasing import Released
from breachbook.matter import Hold
from tests.cases_core import COUNSEL, Case, refused, two_agree, waits_for_triage
from tests.telling_world import Telling, buttons, quiet, telling, texts

HOLD, ALAN, RUTH = "legal-hold-1", Actor("alan-brooks", "example"), Actor("ruth-cole", "example")
GENERAL = Actor("david-okafor", "example")
ANSWERS = {q.id: (q.options or ("CANARY-laptop",))[0] for q in QUESTIONS}
WIDER = changing.Scope("also the gauges", ("plm", "mail"), date(2025, 1, 1))


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a matter whose legal holds are delivered, and the Slack that has them."""
    folder = tmp_path_factory.mktemp("holds")
    case = waits_for_triage(folder / "w")
    case.answer()
    with quiet(), telling(case, folder) as made:
        made.advance()
    return folder


@pytest.fixture
def world(ready: Path, tmp_path: Path) -> Iterator[Telling]:
    """A copy of both."""
    shutil.copy(ready / "slack.json", tmp_path)
    with quiet(), telling(Case(ready / "w").copy(tmp_path / "w"), tmp_path) as made:
        yield made


def _hold(case: Case, person: str = "alan-brooks") -> Hold:
    return case.matter.holds[HOLD, person]


def _ack(case: Case, actor: Actor = ALAN, notice: str = "") -> str:
    return holds.acknowledge(case.workspace, case.id, HOLD, actor=actor, notice=notice).text


def _release(case: Case, person: str) -> Released:
    two_agree(case, "release-hold", f"{HOLD}|{person}")
    return holds.release(case.workspace, case.file, COUNSEL, HOLD, person, "settled")


def _steward(case: Case) -> None:
    changing.add_steward(case.file, case.library, COUNSEL, HOLD, "ruth-cole", ["mailbox-hold"])


def test_notice_is_bound_to_the_hash_of_its_pdf(world: Telling) -> None:
    """What is delivered, what is recorded and what is acknowledged is one and the same PDF."""
    hold = _hold(world.case)
    document = world.case.matter.documents[hold.document]
    wrong = _ack(world.case, notice="0" * 16)
    right = _ack(world.case, notice=hold.notice[:16])

    (event,) = [e for e in world.case.events() if e.kind == "hold.acknowledged"]
    assert (hold.state, hold.version) == ("delivered", 1)
    assert hold.notice == document.pdf
    assert f"read version 1, delivered last, whose PDF has the SHA-256 {hold.notice[:16]}" in wrong
    assert right == "acknowledged; thank you"
    assert (event.data["notice"], event.data["version"]) == (hold.notice, 1)


def test_questions_follow_the_acknowledgement_and_only_counsel_reads_the_answers(
    world: Telling,
) -> None:
    """Before it they are refused; the answers stand in the values, never in the journal."""
    case = world.case
    early = holds.answer(case.workspace, case.id, HOLD, ANSWERS, actor=ALAN)
    _ack(case)
    world.advance()
    asked = [buttons(m) for m in world.direct("alan-brooks") if "hold-questions" in buttons(m)]
    told = holds.answer(case.workspace, case.id, HOLD, ANSWERS, actor=ALAN)
    world.advance()
    left = [buttons(m) for m in world.direct("alan-brooks")]

    assert (early.outcome, told.outcome) == ("refused", "recorded")
    assert asked == [{"hold-questions": f"{case.id} {HOLD}"}]
    assert _hold(case).state == "answered"
    assert not any(left)
    assert b"CANARY" not in (case.file.folder / "journal.jsonl").read_bytes()


def test_answer_names_every_question_that_is_wrong(world: Telling) -> None:
    """All problems at once, with what is allowed."""
    _ack(world.case)
    given = {**ANSWERS, "leaving": "perhaps", "colour": "red", "devices": " "}
    with pytest.raises(UsageError) as told:
        holds.answer(world.case.workspace, world.case.id, HOLD, given, actor=ALAN)

    for words in ("leaving: got perhaps", "colour: unknown", "devices: missing"):
        assert words in str(told.value)


def test_change_of_scope_resets_acknowledgements_and_delivers_anew(world: Telling) -> None:
    """Every notice is drafted, delivered and acknowledged again; what was before is kept."""
    case = world.case
    before = _hold(case).notice
    _ack(case)
    changing.amend(case.file, case.library, COUNSEL, HOLD, WIDER, "seen in E1")
    between, too_early = _hold(case), _ack(case)
    world.advance()
    after, old = _hold(case), _ack(case, notice=before)
    new = _ack(case, notice=after.notice)

    markdown = case.matter.documents[after.document].files["legal-hold.en-US.md"]
    assert (between.state, between.acknowledged_at) == ("issued", None)
    assert "its new notice is on its way" in too_early
    assert (after.version, after.id) == (2, HOLD)
    assert (after.past[0].notice, after.past[0].acknowledged_at is not None) == (before, True)
    assert "read version 2" in old
    assert new == "acknowledged; thank you"
    assert "also the gauges" in case.file.store.get(markdown).decode()
    assert {hold.version for hold in case.matter.holds.values()} == {2}


def test_old_button_says_what_to_read_instead(world: Telling) -> None:
    """A button of the first notice, pressed after the second came, records nothing."""
    case = world.case
    (first,) = world.direct("alan-brooks")
    changing.amend(case.file, case.library, COUNSEL, HOLD, WIDER, "seen in E1")
    world.advance()
    _, _, notice = buttons(first)["hold-acknowledge"].rpartition(":")

    assert "what you read is not the newest notice" in _ack(case, notice=notice)
    assert _hold(case).state == "delivered"


def test_steward_gets_an_instruction_and_reports_with_proof(world: Telling) -> None:
    """The document comes as a direct message; a measure without proof, or not asked for, is refused."""
    case = world.case
    _steward(case)
    world.advance()
    delivered = _hold(case, "ruth-cole")
    (message,) = world.direct("ruth-cole")
    said = texts(message["blocks"])
    _ack(case, RUTH)
    world.advance()
    offered = [buttons(m) for m in world.direct("ruth-cole")]
    with pytest.raises(UsageError, match="allowed: mailbox-hold"):
        fulfil(case.file, RUTH, HOLD, "chat-retention", b"proof")
    with pytest.raises(UsageError, match="no proof"):
        fulfil(case.file, RUTH, HOLD, "mailbox-hold", None)
    with pytest.raises(ApprovalError):
        fulfil(case.file, COUNSEL, HOLD, "mailbox-hold", b"proof")
    fulfil(case.file, RUTH, HOLD, "mailbox-hold", b"proof")
    world.advance()

    assert (delivered.state, delivered.role) == ("delivered", "steward")
    assert "instruction to preserve data" in said
    assert offered == [{"hold-task": f"{case.id} {HOLD}"}]
    assert _hold(case, "ruth-cole").open_tasks == []
    assert [buttons(m) for m in world.direct("ruth-cole")] == [{}]


def test_steward_who_stays_silent_is_reminded_and_then_told_to_counsel(world: Telling) -> None:
    """A day after an undone measure the steward is reminded, a week after it counsel hears of it."""
    case = world.case
    _steward(case)
    world.advance()
    _ack(case, RUTH)
    world.advance()
    case.clock.pass_time(days=2)
    world.advance()
    reminded = [
        m for m in world.direct("ruth-cole") if "Report each as taken" in texts(m["blocks"])
    ]
    case.clock.pass_time(days=8)
    world.advance()

    assert len(reminded) == 1
    assert any("Ruth Cole has not reported" in m["text"] for m in world.said())


def test_managers_are_told_a_day_before_counsel(world: Telling) -> None:
    """A person's manager learns that they stay silent and nothing of the matter."""
    case = world.case
    path = case.workspace.root / "people.yaml"
    row = "  - id: alan-brooks\n"
    path.write_text(path.read_text("utf-8").replace(row, f"{row}    manager: nora-whitfield\n"))
    later = Telling(Case(case.workspace.root), world.standin)
    later.case.clock.now = case.clock.now
    later.case.clock.pass_time(days=3, hours=1)
    later.advance()
    told = texts([m["blocks"] for m in later.direct("nora-whitfield")])
    up = [m for m in later.said() if "Alan Brooks has not acknowledged" in m["text"]]
    later.case.clock.pass_time(days=2)
    later.advance()

    assert "Alan Brooks, who reports to you, has not acknowledged the legal hold" in told
    assert "Wheels" not in told
    assert up == []
    assert any("Alan Brooks has not acknowledged" in m["text"] for m in later.said())


def test_further_custodian_gets_the_same_hold_by_the_same_step(world: Telling) -> None:
    """The playbook's step drafts and delivers the notice to them; nobody is added twice."""
    case = world.case
    changing.add_custodian(case.file, case.library, COUNSEL, HOLD, "peter-lindgren")
    with pytest.raises(UsageError, match="under it already"):
        changing.add_custodian(case.file, case.library, COUNSEL, HOLD, "peter-lindgren")
    world.advance()

    assert _hold(case, "peter-lindgren").state == "delivered"
    assert world.direct("peter-lindgren")


def test_custodian_without_slack_is_under_the_hold_and_gets_it_by_hand(world: Telling) -> None:
    """The step records no delivery that nobody made; each counsel has the notice to hand over."""
    root = world.case.workspace.root
    path = root / "people.yaml"
    kept = [line for line in path.read_text("utf-8").splitlines() if "U0PLINDG01" not in line]
    path.write_text("\n".join(kept) + "\n", "utf-8")
    later = Telling(world.case.copy(root.parent / "later"), world.standin)
    case = later.case
    changing.add_custodian(case.file, case.library, COUNSEL, HOLD, "peter-lindgren")
    later.advance()
    later.advance()
    issued = _hold(case, "peter-lindgren")
    asked = [m for m in later.direct("helen-marsh") if "Peter Lindgren has no Slack" in m["text"]]
    told = _ack(case, Actor("peter-lindgren", "example"))

    assert (issued.state, issued.delivered_at) == ("issued", None)
    assert len(asked) == 1
    assert told == "acknowledged; thank you"
    assert case.matter.hold_book.covers("peter-lindgren")


def test_release_needs_two_counsel_and_says_when_retention_resumes(world: Telling) -> None:
    """Without consent nothing; with it the person gets a letter, and the steward's task appears."""
    case = world.case
    _steward(case)
    world.advance()
    refused(
        case,
        lambda: holds.release(case.workspace, case.file, COUNSEL, HOLD, "alan-brooks", "settled"),
        ApprovalError,
        f"ask with `breachbook consent ask {case.id} release-hold 'legal-hold-1|alan-brooks' --reason",
    )
    told = _release(case, "alan-brooks")
    world.advance()
    last = world.direct("alan-brooks")[-1]

    assert told.resumes
    assert _hold(case).state == "released"
    assert case.matter.consents.consents["R1"].state == "used"
    assert "The legal hold on you is released" in texts(last["blocks"])
    assert "resume-retention/alan-brooks" in _hold(case, "ruth-cole").open_tasks
    assert any("was released for Alan Brooks" in m["text"] for m in world.direct("ruth-cole"))


def test_release_is_remarked_upon_while_another_hold_covers_the_custodian(world: Telling) -> None:
    """Retention does not resume, no steward is told to let it, and the letter says to keep everything."""
    case = world.case
    _steward(case)
    other = {"hold": "other-hold-1", "custodian": "alan-brooks", "document": "D1"}
    case.file.transact(lambda _: [Draft("hold.issued", other)])
    told = _release(case, "alan-brooks")

    assert not told.resumes
    assert "resume-retention/alan-brooks" not in _hold(case, "ruth-cole").tasks
    assert case.matter.hold_book.covers("alan-brooks")


def test_hold_of_another_matter_keeps_retention_from_resuming(world: Telling) -> None:
    """What is kept for one matter stays kept when another lets go of it."""
    case = world.case
    read = source.read(case.workspace.root / "report.yaml", "report.yaml")
    read = replace(read, data=read.data | {"title": "Another leak"})
    other = intake.open_matter(case.workspace, case.library, read, COUNSEL).matter
    data = {"hold": HOLD, "custodian": "zhou-min", "document": "D1"}
    case.workspace.matter(other).transact(lambda _: [Draft("hold.issued", data)])

    assert other != case.id
    assert not _release(case, "zhou-min").resumes
    assert _release(case, "alan-brooks").resumes


def test_exempt_person_is_asked_nothing_and_stays_covered(world: Telling) -> None:
    """No reminder comes, an acknowledgement is not asked for, and what they have stays under hold."""
    case = world.case
    changing.exempt(case.file, COUNSEL, HOLD, "alan-brooks", "on long leave")
    case.clock.pass_time(days=9)
    world.advance()

    assert "counsel asks for no acknowledgement" in _ack(case)
    assert not [m for m in world.said() if "Alan Brooks has not" in m["text"]]
    assert case.matter.hold_book.covers("alan-brooks")


@pytest.mark.parametrize("person", ["joan-petrov", "alan-brooks", "samuel-rivera"])
def test_only_counsel_changes_a_hold(world: Telling, person: str) -> None:
    """Adding, amending and exempting by anybody else is refused and nothing is recorded."""
    case, actor = world.case, Actor(person, "example")
    for act in (
        lambda: changing.add_custodian(case.file, case.library, actor, HOLD, "ruth-cole"),
        lambda: changing.amend(case.file, case.library, actor, HOLD, WIDER, "why"),
        lambda: changing.exempt(case.file, actor, HOLD, "alan-brooks", "why"),
    ):
        refused(case, act, ApprovalError, "is for ip-counsel")


def test_proof_pack_tells_who_when_which_text_and_what_is_missing(world: Telling) -> None:
    """Two people, two versions, a reminder and a gap; the same journal gives the same bytes."""
    case = world.case
    first = _hold(case).notice
    _ack(case)
    changing.amend(case.file, case.library, COUNSEL, HOLD, WIDER, "seen in E1")
    world.advance()
    case.clock.pass_time(days=5)
    world.advance()
    made = proof_pack(case.workspace, case.file, case.matter, COUNSEL, HOLD)
    again = proof_pack(case.workspace, case.file, case.matter, COUNSEL, HOLD)

    told = json.loads(next(data for name, data in made.items() if name.endswith(".json")))
    alan = next(row for row in told["people"] if row["person"] == "alan-brooks")
    assert made == again
    assert f"notices/{first}.pdf" in made
    assert [n["sha256"] for n in alan["notices"]] == [first, _hold(case).notice]
    assert [v["scope"] for v in told["versions"]] == ["as the notice states it", "also the gauges"]
    assert {row["what"] for row in alan["told"]} == {"escalated to counsel"}
    assert ("alan-brooks", "never acknowledged the newest notice", 2) in [
        (gap["person"], gap["gap"], gap["days"]) for gap in told["gaps"]
    ]
    assert (
        next(data for name, data in made.items() if name.endswith(f"{case.matter.seq}.pdf"))[:5]
        == b"%PDF-"
    )


def test_audit_finds_nothing_to_say_of_a_hold_that_went_its_whole_way(world: Telling) -> None:
    """Everything the journal refers to is in the store, and nothing lies there unnamed."""
    case = world.case
    _steward(case)
    world.advance()
    _ack(case, RUTH)
    fulfil(case.file, RUTH, HOLD, "mailbox-hold", b"proof")
    _release(case, "alan-brooks")
    checks = {check.layer: check for check in verify(case.workspace.root, case.id).checks}

    assert (checks["store"].status, checks["values"].status) == ("valid", "valid")
    assert not [remark for remark in checks["store"].remarks if "nothing refers to it" in remark]
