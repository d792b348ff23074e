"""The executor on disk: everything due is done once, claimed before and recorded after, and voids what fell."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from breachbook import approvals, facts, records, steps
from breachbook.acts import Job
from breachbook.agenda import Perform, Void
from breachbook.canonical import canonical, sha256
from breachbook.demo.portal import Portal
from breachbook.errors import DamageError, StaleHead
from breachbook.events import Draft
from breachbook.executor import perform_act
from breachbook.locks import StepLock
from tests.cases_core import CLERK, COUNSEL, LETTER, Case, told

ACCOUNT = "beiyuan-engineering-07"
PEOPLE = ("david-okafor", "lin-yue")


@pytest.fixture(scope="module")
def listening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The supplier's portal, listening on the loopback, where the recipe finds it."""
    made = Portal(tmp_path_factory.mktemp("portal") / "portal.json")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BREACHBOOK_DEMO_PORTAL_URL", made.url)
        patch.setenv("BREACHBOOK_DEMO_PORTAL_TOKEN", made.token)
        yield made
    made.stop()


@pytest.fixture
def portal(listening: Portal) -> Portal:
    """The portal, with every account active and nothing counted."""
    listening.state = {"accounts": {}, "effects": {}}
    return listening


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory, listening: Portal) -> Case:
    """A matter played until the letters and the suspensions wait for approval."""
    case = Case.install(tmp_path_factory.mktemp("staged") / "w")
    case.portal = listening
    case.report()
    case.advance()
    case.answer()
    case.advance()
    return case


@pytest.fixture
def case(staged: Case, portal: Portal, tmp_path: Path) -> Case:
    """A copy of the staged matter of its own."""
    return staged.copy(tmp_path / "w", portal)


def effects(case: Case) -> Counter[str]:
    """Count what the portal did, by account."""
    assert case.portal is not None
    counts: dict[str, int] = case.portal.state["effects"]
    return Counter({key.split("/")[3]: count for key, count in counts.items()})


def test_matter_waits_for_triage_and_nothing_else_happens(portal: Portal, tmp_path: Path) -> None:
    """Before counsel answered, the question is put and nothing else is begun."""
    case = Case.install(tmp_path / "w")
    case.report()
    opened = case.matter.seq
    first = case.advance()
    again = case.advance()

    assert first.done == ("triage answer opened",)
    assert again.done == ()
    assert case.since(opened) == ["step.started triage/- answer"]
    assert portal.state["effects"] == {}


def test_everything_after_triage_is_recorded_once(staged: Case) -> None:
    """After triage each act is claimed once and ends once; the letters and suspensions are asked for."""
    lines = Counter(told(event) for event in staged.events())
    del lines["deadline.computed"]
    before = {name for name in lines if name.split()[0] in ("matter.opened", "playbook.chosen")}
    acts = {name: count for name, count in lines.items() if "/" in name}

    assert len(before) == 2
    assert acts == dict.fromkeys(
        [
            "step.started triage/- answer", "step.finished triage/- answer",
            "step.started dockets/- adopt", "step.finished dockets/- adopt",
            "step.started preserve-share/licence-share acquire",
            "exhibit.sealed preserve-share/licence-share",
            "step.finished preserve-share/licence-share acquire",
            "step.started brief/- draft", "document.drafted brief/-", "step.finished brief/- draft",
            "step.started brief/- serve", "step.failed brief/- serve",
            *(
                line
                for person in ("alan-brooks", "zhou-min")
                for line in (
                    f"step.started legal-hold/{person} draft", f"document.drafted legal-hold/{person}",
                    f"step.finished legal-hold/{person} draft",
                    f"step.started legal-hold/{person} issue", f"step.failed legal-hold/{person} issue",
                )
            ),
            *(
                line
                for step, target, act in GATED
                for line in (
                    f"step.started {step}/{target} {act}", f"document.drafted {step}/{target}",
                    f"step.finished {step}/{target} {act}", f"approval.requested {step}/{target}",
                )
            ),
        ],
        1,
    )  # fmt: skip


GATED = [
    ("suspend-portal", ACCOUNT, "plan"),
    ("suspend-portal", "beiyuan-quality-02", "plan"),
    (LETTER, "moqiao-castings", "draft"),
    (LETTER, "larkmoor-supply", "draft"),
]


def test_order_of_the_acts_is_the_playbooks(staged: Case) -> None:
    """The share is sealed before anything is planned to be shut or any letter drafted."""
    lines = [told(event) for event in staged.events()]
    sealed = lines.index("step.finished preserve-share/licence-share acquire")

    for step, target, act in GATED:
        assert lines.index(f"step.started {step}/{target} {act}") > sealed


def test_nothing_outward_happens_without_approval(case: Case) -> None:
    """However often it is advanced, nothing leaves while nobody approved."""
    seq = case.matter.seq
    for _ in range(3):
        assert case.advance().done == ()

    assert case.since(seq) == []
    assert effects(case) == {}
    assert list((case.file.folder / "documents").iterdir()) == []


def test_subject_binds_what_is_in_the_store(case: Case) -> None:
    """What is approved is a manifest in the store whose files are in the store, byte for byte."""
    for approval in case.matter.approvals.values():
        raw = case.file.store.get(approval.subject)
        manifest = json.loads(raw)

        assert canonical(manifest) == raw
        assert manifest["recipients"]
        document = case.matter.documents[manifest["document"]]
        assert {f["role"]: f["sha256"] for f in manifest["files"]} == dict(document.files)
        for item in manifest["files"]:
            assert sha256(case.file.store.get(item["sha256"])) == item["sha256"]


def test_approved_suspension_happens_once(case: Case) -> None:
    """After approval the account is suspended once and seen to be; the other one stays."""
    case.approve("suspend-portal", ACCOUNT, ["david-okafor"])
    seq = case.matter.seq
    first = case.advance()
    again = case.advance()

    assert first.done == (f"suspend-portal/{ACCOUNT} execute effect-verified",)
    assert again.done == ()
    assert effects(case) == {ACCOUNT: 1}
    assert case.since(seq) == [
        f"step.started suspend-portal/{ACCOUNT} execute",
        f"step.finished suspend-portal/{ACCOUNT} execute",
    ]


def test_act_that_would_now_be_another_is_not_done(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the connector would do something else than was approved, it does nothing."""
    case.approve("suspend-portal", ACCOUNT, ["david-okafor"])
    monkeypatch.setenv("BREACHBOOK_DEMO_PORTAL_URL", "http://127.0.0.1:9")
    done = case.advance().done

    assert done == (f"suspend-portal/{ACCOUNT} execute plan-changed",)
    assert effects(case) == {}


def test_key_of_the_effect_names_the_approved_subject(case: Case) -> None:
    """The portal was given the key that the approval's subject is part of."""
    case.approve("suspend-portal", ACCOUNT, ["david-okafor"])
    case.advance()
    approval = case.matter.approvals[case.request("suspend-portal", ACCOUNT)]
    assert case.portal is not None

    key = f"{case.id}/suspend-portal/1/{ACCOUNT}/{approval.subject[:16]}"
    assert case.portal.state["effects"] == {key: 1}


def test_approved_letter_is_laid_out_and_served_as_approved(case: Case) -> None:
    """An approved letter is handed to the clerk byte for byte, and its service ends the step."""
    assert case.approve(LETTER, "moqiao-castings", PEOPLE) == ["recorded", "recorded"]
    case.advance()
    document = case.matter.documents[
        case.matter.instance(LETTER, "moqiao-castings").document or ""
    ]
    folder = case.file.folder / "documents" / document.id
    laid_out = {path.name: sha256(path.read_bytes()) for path in folder.iterdir()}
    case.serve("moqiao-castings")
    seq = case.matter.seq
    after = case.advance()

    assert laid_out == dict(document.files)
    served = case.matter.documents[document.id].served
    assert served is not None
    assert served["files"] == dict(document.files)
    assert case.since(seq) == []
    assert all(w.target != "moqiao-castings" for w in after.waits)


def test_refused_letter_goes_nowhere(case: Case) -> None:
    """After a no the letter rests until somebody restarts it or its inputs change."""
    request = case.request(LETTER, "moqiao-castings")
    case.file.transact(
        lambda matter: [
            Draft(
                "approval.decided",
                {
                    "request": request,
                    "subject": matter.approvals[request].subject,
                    "decision": "reject",
                },
                COUNSEL,
            )
        ]
    )
    seq = case.matter.seq
    waits = case.advance().waits

    assert case.since(seq) == []
    assert [w.why for w in waits if w.target == "moqiao-castings"] == ["refused"]


Correction = Callable[[Case], object]


def _party(case: Case) -> object:
    changes = {"address": "9 Other Road, Moqiao, China"}
    return records.correct_party(case.file, CLERK, "moqiao-castings", changes, "a new address")


def _fact(case: Case) -> object:
    fact = next(f for f in case.matter.facts.values() if f.about == "moqiao-castings")
    return facts.record_fact(
        case.file, case.library, CLERK, fact.kind, "2026-11-12", fact.about, fact.id, "earlier"
    )


def _sender(case: Case) -> object:
    path = case.workspace.root / "breachbook.toml"
    return path.write_text(
        path.read_text("utf-8").replace("100 Example Plaza", "200 Example Plaza")
    )


def _clause(case: Case) -> object:
    path = case.workspace.root / "agreements.yaml"
    text = path.read_text("utf-8")
    return path.write_text(
        text.replace("shall keep the Licensed Process", "must keep the Process")
    )


@pytest.mark.parametrize(
    ("correct", "changed"),
    [
        (_party, "party:moqiao-castings"),
        (_fact, "fact:infringer-known/moqiao-castings"),
        (_clause, "agreement:beiyuan-licence"),
        (_sender, "organisation"),
    ],
)
def test_correction_after_approval_takes_the_letter_back(
    case: Case, correct: Correction, changed: str
) -> None:
    """A corrected address, fact or clause voids the approval, stops service and asks for the new subject."""
    case.approve(LETTER, "moqiao-castings", PEOPLE)
    case.advance()
    old = case.request(LETTER, "moqiao-castings")
    seq = case.matter.seq
    correct(case)
    case.advance()
    matter = case.matter
    new = case.request(LETTER, "moqiao-castings")
    lines = [line for line in case.since(seq) if "moqiao-castings" in line]

    assert matter.approvals[old].state == "voided"
    assert matter.approvals[old].changed == (changed,)
    assert lines == [
        f"step.halted {LETTER}/moqiao-castings serve",
        f"step.started {LETTER}/moqiao-castings draft",
        f"document.drafted {LETTER}/moqiao-castings",
        f"step.finished {LETTER}/moqiao-castings draft",
        f"approval.requested {LETTER}/moqiao-castings",
    ]
    assert new != old
    assert not any(document.served for document in matter.documents.values())
    subjects = [approval.subject for approval in matter.approvals.values()]
    assert len(set(subjects)) == len(subjects)


def test_changed_account_voids_the_suspension(case: Case) -> None:
    """What would now be shut is not what was approved: the plan is made and asked anew."""
    case.approve("suspend-portal", ACCOUNT, ["david-okafor"])
    old = case.request("suspend-portal", ACCOUNT)
    path = case.workspace.root / "accounts.yaml"
    path.write_text(path.read_text("utf-8").replace("engineering account 07", "other account 07"))
    case.advance()

    assert case.matter.approvals[old].changed == (f"account:{ACCOUNT}",)
    assert case.matter.approvals[case.request("suspend-portal", ACCOUNT)].state == "open"
    assert effects(case) == {}


def test_act_that_is_no_longer_due_when_claimed_is_not_begun(case: Case) -> None:
    """Between looking and claiming the world may change: the claim is decided on the newest state."""
    case.approve("suspend-portal", ACCOUNT, ["david-okafor"])
    (perform,) = [i for i in case.due() if isinstance(i, Perform)]
    job = Job(case.workspace, case.library, case.file, perform)
    change = records.change_people
    change(case.file, case.library, CLERK, "conflict", "david-okafor", "acts for them")
    seq = case.matter.seq

    with pytest.raises(StaleHead):
        perform_act(job, False)
    assert case.since(seq) == []
    assert effects(case) == {}


def test_claim_left_by_a_crash_after_the_effect_is_found_done(case: Case) -> None:
    """Killed between effect and record: the effect is looked for, found, and not repeated."""
    case.approve("suspend-portal", ACCOUNT, ["david-okafor"])
    perform = case.claim("suspend-portal", ACCOUNT)
    assert case.portal is not None
    case.portal.suspend(ACCOUNT, "suspend", perform.key)
    done = case.advance().done

    assert done == (f"suspend-portal/{ACCOUNT} execute found-took",)
    assert effects(case) == {ACCOUNT: 1}
    act = case.matter.instance("suspend-portal", ACCOUNT).acts["execute"]
    assert (act.state, act.outcome) == ("finished", "verified")


def test_claim_left_by_a_crash_before_the_effect_is_done_once(case: Case) -> None:
    """Killed between claim and effect: nothing took effect, so it is done, once, under the same key."""
    case.approve("suspend-portal", ACCOUNT, ["david-okafor"])
    perform = case.claim("suspend-portal", ACCOUNT)
    done = case.advance().done

    assert done == (
        f"suspend-portal/{ACCOUNT} execute found-not-taken",
        f"suspend-portal/{ACCOUNT} execute effect-verified",
    )
    assert case.portal is not None
    assert case.portal.state["effects"] == {perform.key: 1}


def test_claim_whose_effect_cannot_be_seen_waits_for_a_person(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody can tell what happened, nothing is repeated until a person says."""
    case.approve("suspend-portal", ACCOUNT, ["david-okafor"])
    case.claim("suspend-portal", ACCOUNT)
    monkeypatch.setenv("BREACHBOOK_DEMO_PORTAL_URL", "http://127.0.0.1:9")
    first = case.advance().done
    again = case.advance().done
    act = case.matter.instance("suspend-portal", ACCOUNT).acts["execute"]

    assert first == (f"suspend-portal/{ACCOUNT} execute found-unknown",)
    assert again == ()
    assert act.state == "uncertain"
    steps.resolve(
        case.file, case.library, COUNSEL, f"suspend-portal/{ACCOUNT}", "took", "asked them"
    )
    assert case.matter.instance("suspend-portal", ACCOUNT).acts["execute"].state == "finished"
    assert case.advance().done == ()


def test_claim_that_somebody_works_on_is_left_alone(case: Case) -> None:
    """While another holds the step's lock, its claim is no orphan."""
    case.approve("suspend-portal", ACCOUNT, ["david-okafor"])
    case.claim("suspend-portal", ACCOUNT)
    lock = StepLock(case.workspace.run / case.id, "suspend-portal", ACCOUNT)
    assert lock.take()
    while_held = case.advance().done
    lock.free()

    assert while_held == ()
    assert case.advance().done[0] == f"suspend-portal/{ACCOUNT} execute found-not-taken"


def test_drafting_left_by_a_crash_is_repeated_under_its_key(
    staged: Case, portal: Portal, tmp_path: Path
) -> None:
    """Work without effect outside is simply done again, and makes one document."""
    case = staged.copy(tmp_path / "w", portal)
    _clause(case)
    voids = [item for item in case.due() if isinstance(item, Void)]
    case.file.transact(
        lambda matter: [
            draft
            for item in voids
            for draft in approvals.void(matter, item.request, item.cause, item.changed)
        ]
    )
    perform = case.claim(LETTER, "moqiao-castings")
    case.advance()
    documents = [d for d in case.matter.documents.values() if d.target == "moqiao-castings"]

    assert perform.repeatable
    assert [d.version for d in documents] == [1, 2]
    assert case.matter.instance(LETTER, "moqiao-castings").acts["draft"].key == perform.key


def test_restart_does_it_again_under_another_key(case: Case) -> None:
    """A person's restart begins a new round: planned, asked and done under another key."""
    case.approve("suspend-portal", ACCOUNT, ["david-okafor"])
    case.advance()
    steps.restart(case.file, case.library, COUNSEL, f"suspend-portal/{ACCOUNT}", "again")
    case.advance()
    case.approve("suspend-portal", ACCOUNT, ["david-okafor"])
    case.advance()

    assert case.portal is not None
    rounds = sorted(key.split("/")[2] for key in case.portal.state["effects"])
    assert rounds == ["1", "2"]


def test_expired_request_goes_on_as_the_playbook_says(case: Case) -> None:
    """Silence over the suspension is recorded and put to the next; it is never taken for a yes."""
    case.clock.pass_time(hours=8)
    case.advance()
    request = case.matter.approvals[case.request("suspend-portal", ACCOUNT)]

    assert request.escalated_from is not None
    assert case.matter.approvals[request.escalated_from].state == "expired"
    assert set(request.approvers) == {"david-okafor", "lin-yue"}
    assert effects(case) == {}


def test_damaged_journal_stops_everything(case: Case) -> None:
    """Nothing is done on a journal that does not verify, and nothing is written to it."""
    case.approve("suspend-portal", ACCOUNT, ["david-okafor"])
    path = case.file.folder / "journal.jsonl"
    damaged = path.read_bytes().replace(b"supplier", b"employee", 1)
    path.write_bytes(damaged)

    with pytest.raises(DamageError):
        case.advance()
    assert path.read_bytes() == damaged
    assert effects(case) == {}


def test_deadlines_follow_a_corrected_fact(case: Case) -> None:
    """When the day somebody became known is corrected, what runs from it is superseded and counted anew."""
    before = {d.id for d in case.matter.deadlines.values() if d.state == "open"}
    _fact(case)
    case.advance()
    matter = case.matter
    gone = {d.id for d in matter.deadlines.values() if d.state == "superseded"}
    new = {d.id for d in matter.deadlines.values() if d.state == "open"} - before

    assert before
    assert len(gone) == len(new)
    assert {d.split("@")[0] for d in gone} == {d.split("@")[0] for d in new}


def test_whole_journal_replays_to_the_same_state(case: Case) -> None:
    """Another process that reads the journal stands where this one does."""
    case.approve("suspend-portal", ACCOUNT, ["david-okafor"])
    case.advance()
    file = case.file
    first, second = file.refresh(), case.file.refresh()

    assert first.seq == second.seq
    assert vars(first) == vars(second)
