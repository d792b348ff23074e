"""What people record: only theirs to record, whole or not at all, and never twice."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from breachbook import decisions, facts, intake, records, source, steps
from breachbook.demo.portal import Portal
from breachbook.errors import ApprovalError, BreachbookError, UsageError
from breachbook.events import Actor
from breachbook.matter import Fact
from tests.cases_core import CLERK, COUNSEL, LETTER, REPORTER, TRIAGE, Case

STRANGER = Actor("nora-whitfield", "example")
PEOPLE = ("david-okafor", "lin-yue")
HOLDER = "moqiao-castings"


@pytest.fixture(scope="module", autouse=True)
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The supplier's portal, so that suspensions can be planned."""
    made = Portal(tmp_path_factory.mktemp("portal") / "portal.json")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BREACHBOOK_DEMO_PORTAL_URL", made.url)
        patch.setenv("BREACHBOOK_DEMO_PORTAL_TOKEN", made.token)
        yield
    made.stop()


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A matter that waits for triage."""
    case = Case.install(tmp_path_factory.mktemp("waiting") / "w")
    case.report()
    case.advance()
    return case


@pytest.fixture(scope="module")
def handed_out(waiting: Case, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """The same matter with one letter approved and handed out for service."""
    case = waiting.copy(tmp_path_factory.mktemp("handed-out") / "w")
    case.answer()
    case.advance()
    case.approve(LETTER, HOLDER, PEOPLE)
    case.advance()
    return case


@pytest.fixture
def case(waiting: Case, tmp_path: Path) -> Case:
    """A copy of the matter that waits for triage."""
    return waiting.copy(tmp_path / "w")


@pytest.fixture
def letter(handed_out: Case, tmp_path: Path) -> Case:
    """A copy of the matter whose letter is handed out."""
    return handed_out.copy(tmp_path / "w")


def refused(
    case: Case, act: Callable[[], object], error: type[BreachbookError], words: str
) -> None:
    """Check that an act is refused with these words and that nothing was recorded."""
    before = (case.file.folder / "journal.jsonl").read_bytes()
    values = (case.file.folder / "values.jsonl").read_bytes()
    with pytest.raises(error) as told:
        act()

    assert words in str(told.value)
    assert (case.file.folder / "journal.jsonl").read_bytes() == before
    assert (case.file.folder / "values.jsonl").read_bytes() == values


def test_answers_are_recorded_in_the_clear_and_as_a_whole(case: Case) -> None:
    """Closed answers steer the playbook and stand in the journal; all of them are kept as a value."""
    case.answer()
    instance = case.matter.instance("triage", "-")

    assert instance.answers == TRIAGE
    assert instance.answered_by == "helen-marsh"
    assert case.file.values.get(instance.result) == TRIAGE
    assert case.events()[-1].privilege == "attorney-client"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"severity": "enormous"}, "severity: got enormous; allowed: low, medium, high, critical"),
        ({"severity": ""}, "severity: missing; allowed: low, medium, high, critical"),
        ({"secret_identified": "Yes"}, "secret_identified: got Yes; allowed: yes, no"),
        ({"colour": "red"}, "colour: unknown; allowed: secret_identified"),
    ],
)
def test_answer_that_is_not_one_of_those_asked_is_refused(
    case: Case, changes: dict[str, str], words: str
) -> None:
    """A wrong, missing or unknown answer is refused with what is allowed; nothing is recorded."""
    refused(case, lambda: case.answer(**changes), UsageError, words)


def test_all_wrong_answers_are_told_at_once(case: Case) -> None:
    """Every problem of a set of answers is in one message."""
    with pytest.raises(UsageError) as told:
        steps.answer(case.file, case.library, COUNSEL, "triage", {"severity": "x", "y": "z"})

    assert str(told.value).count("\n") == 6


@pytest.mark.parametrize("actor", [REPORTER, CLERK, STRANGER])
def test_only_who_is_asked_may_answer(case: Case, actor: Actor) -> None:
    """A question is answered by somebody of the role it is for, who is on the matter."""
    refused(
        case,
        lambda: steps.answer(case.file, case.library, actor, "triage", TRIAGE),
        ApprovalError,
        "answering triage is for ip-counsel",
    )


def test_conflicted_counsel_may_not_answer(case: Case) -> None:
    """Who is recorded as conflicted does nothing more in the matter."""
    change = records.change_people
    change(case.file, case.library, CLERK, "conflict", "helen-marsh", "knows them")

    refused(case, lambda: case.answer(), ApprovalError, "conflicted")


@pytest.mark.parametrize(
    "step", ["nowhere", "triage/x", LETTER, "preserve-share/licence-share", ""]
)
def test_step_that_waits_for_no_answer_is_refused_with_those_that_do(
    case: Case, step: str
) -> None:
    """An unknown step, or one that nobody is asked, is refused; the message names what waits."""
    refused(
        case,
        lambda: steps.answer(case.file, case.library, COUNSEL, step, TRIAGE),
        UsageError,
        "triage",
    )


def test_question_is_answered_once(case: Case) -> None:
    """A second answer needs a restart of the step."""
    case.answer()
    refused(case, lambda: case.answer(), UsageError, "allowed: one that waits")
    steps.restart(case.file, case.library, COUNSEL, "triage", "they sued")
    case.advance()
    case.answer(severity="critical")

    instance = case.matter.instance("triage", "-")
    assert (instance.round, instance.answers["severity"]) == (2, "critical")


def fact(case: Case, **changes: str | Path) -> Fact:
    """Record when it was discovered, or correct it; give the fact as it stands."""
    given = {"kind": "misappropriation-discovered", "when": "2026-11-16", "about": "portal"}
    facts.record_fact(case.file, case.library, CLERK, **(given | changes))  # type: ignore[arg-type]
    return list(case.matter.facts.values())[-1]


def test_fact_is_recorded_with_its_proof(case: Case, tmp_path: Path) -> None:
    """A fact gets the next id, and its proof is kept by its digest."""
    (tmp_path / "log.txt").write_text("seen at nine")
    expected = case.matter.number("F")
    recorded = fact(case, proof=tmp_path / "log.txt")

    assert recorded.id == expected
    assert recorded.recorded_by == "joan-petrov"
    assert case.file.store.get(recorded.proof or "") == b"seen at nine"


def test_second_fact_of_the_same_kind_and_subject_must_correct_the_first(case: Case) -> None:
    """The same thing is dated once; another date is a correction, with its reason."""
    first = fact(case)
    refused(
        case, lambda: fact(case, when="2026-11-15"), UsageError, f"already recorded as {first.id}"
    )
    refused(
        case,
        lambda: fact(case, when="2026-11-15", correct=first.id),
        UsageError,
        "allowed: the id of a misappropriation-discovered with --reason",
    )
    second = fact(case, when="2026-11-15", correct=first.id, reason="the log says so")

    assert second.when.isoformat() == "2026-11-15"
    assert case.matter.ended_facts == {first.id: second.id}
    assert first.id not in case.matter.facts


def test_correction_cannot_make_two_facts_of_one(case: Case) -> None:
    """A correction that would date what another fact dates already is refused."""
    first, second = fact(case), fact(case, about="share")

    refused(
        case,
        lambda: fact(case, correct=second.id, reason="a slip", about="portal"),
        UsageError,
        f"already recorded as {first.id}",
    )


def test_retracted_fact_may_be_recorded_again(case: Case) -> None:
    """A fact taken back is gone, and the same may be recorded anew under a new id."""
    first = fact(case)
    facts.retract_fact(case.file, CLERK, first.id, "did not happen")
    refused(
        case, lambda: facts.retract_fact(case.file, CLERK, first.id, "again"), UsageError, "got"
    )

    assert int(fact(case).id[1:]) == int(first.id[1:]) + 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "moon-landing"}, "a trigger of law/triggers.yaml"),
        ({"when": "2026-11-16T09:00:00-06:00"}, "a date alone"),
        ({"when": "2026-11-16T09:00:00"}, "allowed: 2026-11-16, or"),
        ({"when": "16.11.2026"}, "allowed: 2026-11-16, or"),
        ({"when": "2026-02-29"}, "allowed: 2026-11-16, or"),
        ({"proof": "gone.txt"}, "a readable file as proof"),
    ],
)
def test_fact_no_rule_could_run_from_is_refused(
    case: Case, changes: dict[str, str | Path], words: str
) -> None:
    """An unknown kind, a wrong or impossible time or a missing proof is refused, nothing recorded."""
    given = {key: Path(value) if key == "proof" else value for key, value in changes.items()}

    refused(case, lambda: fact(case, **given), UsageError, words)


def test_free_text_as_subject_of_a_fact_is_refused(case: Case) -> None:
    """What a fact is about is an id: a sentence would be personal data in the journal."""
    with pytest.raises(BreachbookError, match="free text"):
        fact(case, about="the engineer from Qinglan")


def test_served_letter_is_recorded_with_its_files_and_proof(letter: Case) -> None:
    """Service records what was served, how, when, and by what proof, and ends the step."""
    letter.serve(HOLDER)
    document = letter.matter.documents[letter.matter.instance(LETTER, HOLDER).document or ""]
    assert document.served is not None

    assert document.served["files"] == dict(document.files)
    assert document.served["when"] == "2026-11-16T15:00:00-06:00"
    assert letter.file.store.get(document.served["proof"]) == b"signed for\n"
    assert letter.matter.instance(LETTER, HOLDER).acts["serve"].state == "finished"


def _address(case: Case) -> None:
    changes = {"address": "9 Other Road"}
    records.correct_party(case.file, CLERK, HOLDER, changes, "moved")


def _fact(case: Case) -> None:
    known = next(f for f in case.matter.facts.values() if f.about == HOLDER)
    facts.record_fact(
        case.file, case.library, CLERK, known.kind, "2026-11-12", HOLDER, known.id, "earlier"
    )


def _clause(case: Case) -> None:
    path = case.workspace.root / "agreements.yaml"
    path.write_text(path.read_text("utf-8").replace("in confidence", "wholly in confidence"))


def _conflict(case: Case) -> None:
    change = records.change_people
    change(case.file, case.library, CLERK, "conflict", "lin-yue", "acts for them")


def _late(case: Case) -> None:
    case.clock.pass_time(days=5)


@pytest.mark.parametrize(
    ("happened", "words"),
    [
        (_address, f"inputs-changed: party:{HOLDER}"),
        (_fact, f"inputs-changed: fact:infringer-known/{HOLDER}"),
        (_clause, "inputs-changed: agreement:beiyuan-licence"),
        (_conflict, "approver-conflicted: person:lin-yue"),
        (_late, "not-after-passed: its time is over"),
    ],
)
def test_service_is_refused_when_the_approval_fell_before_anybody_looked(
    letter: Case, happened: Callable[[Case], None], words: str
) -> None:
    """Even before the engine voids it, what changed since approval is not recorded as served."""
    happened(letter)

    refused(letter, lambda: letter.serve(HOLDER), ApprovalError, words)


def test_service_is_refused_unless_as_approved(letter: Case, tmp_path: Path) -> None:
    """Another method, document, person or time that cannot be is refused."""
    refused(letter, lambda: letter.serve(HOLDER, method="e-mail"), UsageError, "allowed: courier")
    refused(letter, lambda: letter.serve(HOLDER, document="D99"), UsageError, "got the document")
    refused(letter, lambda: letter.serve(HOLDER, when="soon"), UsageError, "got the time soon")
    refused(letter, lambda: letter.serve(HOLDER, actor=REPORTER), ApprovalError, "docketing-clerk")
    refused(letter, lambda: letter.serve(HOLDER, proof=tmp_path), UsageError, "a readable file")
    refused(letter, lambda: letter.serve("larkmoor-supply"), ApprovalError, "is not approved")


def test_letter_is_served_once(letter: Case) -> None:
    """A letter that was served cannot be served again."""
    letter.serve(HOLDER)

    refused(letter, lambda: letter.serve(HOLDER), ApprovalError, "was served already")


def test_restart_ends_what_was_asked(letter: Case) -> None:
    """After a restart nobody can approve, or serve, what belonged to the round before."""
    request = letter.request(LETTER, HOLDER)
    steps.restart(letter.file, letter.library, COUNSEL, f"{LETTER}/{HOLDER}", "another tone")

    assert letter.matter.approvals[request].state == "voided"
    refused(
        letter, lambda: letter.serve(HOLDER, document="D3"), ApprovalError, "is not the newest"
    )


@pytest.mark.parametrize("effect", ["perhaps", "", "Took"])
def test_effect_is_taken_or_not(case: Case, effect: str) -> None:
    """What a person found out about an uncertain act is one of two words."""
    resolve = steps.resolve

    refused(
        case,
        lambda: resolve(case.file, case.library, COUNSEL, "triage", effect, "asked"),
        UsageError,
        "allowed: took or not-taken",
    )


def test_only_an_uncertain_act_is_resolved(case: Case) -> None:
    """There is nothing to find out about a step that is not uncertain."""
    refused(
        case,
        lambda: steps.resolve(case.file, case.library, COUNSEL, "triage", "took", "x"),
        UsageError,
        "whose outcome is uncertain",
    )


@pytest.mark.parametrize("actor", [REPORTER, STRANGER])
def test_who_is_not_on_the_matter_changes_nothing(case: Case, actor: Actor) -> None:
    """The reporter and strangers learn nothing and change nothing, whatever they try."""
    file, library = case.file, case.library
    tries: list[Callable[[], object]] = [
        lambda: facts.record_fact(file, library, actor, "infringer-known", "2026-11-16", "x"),
        lambda: facts.retract_fact(file, actor, "F1", "no"),
        lambda: records.correct_party(file, actor, HOLDER, {"name": "X"}, "no"),
        lambda: records.change_people(file, library, actor, "add", "nora-whitfield"),
        lambda: records.change_playbook(file, library, actor, "supplier-leak", "no"),
        lambda: records.note(file, actor, "I was here"),
        lambda: records.close(file, actor, "enough"),
        lambda: steps.restart(file, library, actor, "triage", "again"),
        lambda: steps.resolve(file, library, actor, "triage", "took", "x"),
    ]

    for attempt in tries:
        refused(case, attempt, ApprovalError, "not yours to see")


def test_correcting_a_party_needs_a_known_row_and_a_change(case: Case) -> None:
    """An unknown party or column, its id, or no change at all is refused."""

    def correct(party: str, **changes: str) -> Callable[[], object]:
        return lambda: records.correct_party(case.file, CLERK, party, changes, "why")

    refused(case, correct("nobody", name="X"), UsageError, "got the party nobody")
    refused(case, correct(HOLDER, fax="1"), UsageError, "got fax; allowed:")
    refused(case, correct(HOLDER, id="other"), UsageError, "got id")
    row = case.file.values.get(case.matter.parties[HOLDER].details)
    refused(case, correct(HOLDER, name=row["name"]), UsageError, "nothing would change")


def test_closed_matter_can_be_opened_again(case: Case) -> None:
    """Closing and opening are decisions with a reason; doing either twice is refused."""
    records.close(case.file, COUNSEL, "settled")
    refused(case, lambda: records.close(case.file, COUNSEL, "twice"), UsageError, "already closed")
    assert case.advance().waits == ()
    records.close(case.file, COUNSEL, "they broke it", reopen=True)

    assert case.matter.open


def test_note_is_privileged_and_not_in_the_clear(case: Case) -> None:
    """A note is counsel's by default, and its text is only a commitment in the journal."""
    records.note(case.file, COUNSEL, "weak on damages")
    event = case.events()[-1]

    assert event.privilege == "attorney-client"
    assert case.file.values.get(event.data["text"]) == "weak on damages"
    assert b"weak" not in (case.file.folder / "journal.jsonl").read_bytes()


def test_decision_by_command_is_judged_and_recorded(letter: Case) -> None:
    """A decision that is not allowed is recorded as refused; one on a strange request is not."""
    request = letter.request(LETTER, "larkmoor-supply")
    seq = letter.matter.seq

    def decide(person: str, request: str) -> decisions.Decided:
        actor = Actor(person, "example")
        return decisions.decide(letter.workspace, request, actor=actor, answer="approve")

    first = decide("helen-marsh", request)
    strange = decide("helen-marsh", "LEAK-2026-0001-A77")
    good = decide("lin-yue", request)
    again = decide("lin-yue", request)

    assert [d.outcome for d in (first, strange, good, again)] == [
        "refused", "refused", "recorded", "repeated",
    ]  # fmt: skip
    assert first.code == "author"
    assert letter.since(seq) == ["approval.refused", "approval.decided"]
    assert good.head == letter.matter.seq == again.head


@pytest.mark.parametrize("request_id", ["A1", "LEAK-2026-0001", "LEAK-2026-0001-A", "../x-A1", ""])
def test_request_id_names_its_matter(letter: Case, request_id: str) -> None:
    """What is no request id is refused before any file is looked at."""
    with pytest.raises(UsageError, match="got the request"):
        decisions.decide(letter.workspace, request_id, actor=COUNSEL, answer="approve")


def test_answer_given_anew_corrects_the_fact_of_the_first(case: Case) -> None:
    """A date asked for by a playbook is one fact: answered again, the second corrects the first."""
    own = case.workspace.root / "playbooks"
    own.mkdir()
    (own / "supplier-leak.yaml").write_text(
        "id: supplier-leak\ntitle: Own\nversion: 2\nsteps:\n"
        "  - id: triage\n    kind: ask\n    title: Triage\n    who: [ip-counsel]\n    questions:\n"
        "      - {id: known_on, ask: Since when, type: date, records: contract-breach-ground-known}\n"
        "      - {id: remark, ask: Anything else, type: text, optional: true}\n"
    )
    read = source.read(case.workspace.root / "report.yaml", "report.yaml")
    opened = intake.open_matter(case.workspace, case.library, read, REPORTER, new=True)
    case.id = opened.matter
    for day in ("2026-11-10", "2026-11-10", "2026-11-09"):
        case.advance()
        steps.answer(case.file, case.library, COUNSEL, "triage", {"known_on": day, "remark": " "})
        steps.restart(case.file, case.library, COUNSEL, "triage", "asked again")

    about = case.id.lower()
    kinds = [event.kind for event in case.events() if event.data.get("about") == about]
    assert kinds == ["fact.recorded", "fact.corrected"]
    (known,) = [f for f in case.matter.facts.values() if f.kind == "contract-breach-ground-known"]
    assert known.when.isoformat() == "2026-11-09"


OWN = """\
id: supplier-leak
title: Own
version: 2
steps:
  - id: badge
    kind: assign
    title: Take the badge back
    who: [security-responder]
    instructions: Ask for it at the gate.
    proof: true
  - id: when
    kind: ask
    title: When
    who: [ip-counsel]
    questions:
      - {id: day, ask: Which day, type: date}
      - {id: moment, ask: Which moment, type: instant}
"""


@pytest.fixture
def own(case: Case) -> Case:
    """A matter that runs a playbook of the workspace: a task with proof, and two dates."""
    folder = case.workspace.root / "playbooks"
    folder.mkdir()
    (folder / "supplier-leak.yaml").write_text(OWN)
    case.id = case.report(new=True).matter
    case.advance()
    return case


def test_task_is_done_by_its_role_with_its_proof(own: Case, tmp_path: Path) -> None:
    """A task that demands a proof is done with one, by somebody of its role, once."""
    (tmp_path / "photo").write_bytes(b"the badge")
    responder = Actor("samuel-rivera", "example")

    def done(actor: Actor, proof: Path | None) -> Callable[[], object]:
        return lambda: steps.done(own.file, own.library, actor, "badge", proof)

    refused(own, done(CLERK, tmp_path / "photo"), ApprovalError, "security-responder")
    refused(own, done(responder, None), UsageError, "got no proof")
    refused(own, done(responder, tmp_path / "none"), UsageError, "a readable file as proof")
    done(responder, tmp_path / "photo")()

    assert own.events()[-1].data["outcome"] == "done"
    assert own.file.store.get(own.events()[-1].data["proof"]) == b"the badge"
    refused(own, done(responder, tmp_path / "photo"), UsageError, "none does now")


@pytest.mark.parametrize(
    ("day", "moment"),
    [
        ("2026-02-29", "2026-11-16T09:00:00-06:00"),
        ("2026-11-16T09:00:00-06:00", "2026-11-16T09:00:00-06:00"),
        ("2026-11-16", "2026-11-16"),
        ("2026-11-16", "2026-11-16T09:00:00"),
    ],
)
def test_date_and_instant_are_not_taken_for_each_other(own: Case, day: str, moment: str) -> None:
    """A question for a day takes no time of day, and one for a moment no day without it."""
    given = {"day": day, "moment": moment}

    refused(
        own,
        lambda: steps.answer(own.file, own.library, COUNSEL, "when", given),
        UsageError,
        "nothing was recorded",
    )
