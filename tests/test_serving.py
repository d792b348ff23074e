"""Service and decisions: of what stands approved, by whom it is for, once."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from breachbook import decisions, facts, records, steps
from breachbook.demo.portal import Portal
from breachbook.errors import ApprovalError, UsageError
from breachbook.events import Actor
from tests.cases_core import (
    CLERK,
    COUNSEL,
    LETTER,
    REPORTER,
    Case,
    refused,
    waits_for_triage,
)

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
def handed_out(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A matter with one letter approved and handed out for service."""
    case = waits_for_triage(tmp_path_factory.mktemp("handed-out") / "w")
    case.answer()
    case.advance()
    case.approve(LETTER, HOLDER, PEOPLE)
    case.advance()
    return case


@pytest.fixture
def letter(handed_out: Case, tmp_path: Path) -> Case:
    """A copy of the matter whose letter is handed out."""
    return handed_out.copy(tmp_path / "w")


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
