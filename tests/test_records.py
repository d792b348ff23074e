"""What people record about a matter as a whole: only who is on it, and only what changes something."""

from collections.abc import Callable
from pathlib import Path

import pytest

from breachbook import facts, records, steps
from breachbook.errors import ApprovalError, UsageError
from breachbook.events import Actor
from tests.cases_core import (
    CLERK,
    COUNSEL,
    REPORTER,
    Case,
    refused,
    waits_for_triage,
)

STRANGER = Actor("nora-whitfield", "example")
HOLDER = "moqiao-castings"


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A matter that waits for triage."""
    return waits_for_triage(tmp_path_factory.mktemp("waiting") / "w")


@pytest.fixture
def case(waiting: Case, tmp_path: Path) -> Case:
    """A copy of the matter that waits for triage."""
    return waiting.copy(tmp_path / "w")


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
