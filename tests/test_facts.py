"""Facts: dated once, corrected or taken back with a reason, and nothing a rule cannot run from."""

from pathlib import Path

import pytest

from breachbook import facts
from breachbook.errors import BreachbookError, UsageError
from breachbook.matter import Fact
from tests.cases_core import CLERK, Case, refused, waits_for_triage


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A matter that waits for triage."""
    return waits_for_triage(tmp_path_factory.mktemp("waiting") / "w")


@pytest.fixture
def case(waiting: Case, tmp_path: Path) -> Case:
    """A copy of the matter that waits for triage."""
    return waiting.copy(tmp_path / "w")


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
