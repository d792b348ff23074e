"""What people record about a step: only theirs, whole or not at all, and once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from breachbook import intake, records, source, steps
from breachbook.errors import ApprovalError, UsageError
from breachbook.events import Actor
from tests.cases_core import (
    CLERK,
    COUNSEL,
    LETTER,
    REPORTER,
    TRIAGE,
    Case,
    refused,
    waits_for_triage,
)

STRANGER = Actor("nora-whitfield", "example")


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A matter that waits for triage."""
    return waits_for_triage(tmp_path_factory.mktemp("waiting") / "w")


@pytest.fixture
def case(waiting: Case, tmp_path: Path) -> Case:
    """A copy of the matter that waits for triage."""
    return waiting.copy(tmp_path / "w")


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

    kind = "contract-breach-ground-known"
    kinds = [event.kind for event in case.events() if event.data.get("fact_kind") == kind]
    assert kinds == ["fact.recorded", "fact.corrected"]
    (known,) = [f for f in case.matter.facts.values() if f.kind == kind]
    assert known.about == "incident"
    assert known.when.isoformat() == "2026-11-09"


def test_skipped_step_counts_as_done_but_opens_no_gate(case: Case) -> None:
    """A preservation left out by a person does not let containment go on without it."""
    case.answer()
    steps.skip(case.file, case.library, COUNSEL, "preserve-share/licence-share", "no such folder")
    case.advance()
    refused(
        case,
        lambda: steps.skip(
            case.file, case.library, COUNSEL, "preserve-share/licence-share", "again"
        ),
        UsageError,
        "allowed: ",
    )

    assert case.matter.instance("preserve-share", "licence-share").skipped
    assert case.matter.instance("suspend-portal", "beiyuan-quality-02").acts == {}
    assert case.matter.instance("cease-and-desist", "larkmoor-supply").document is not None
