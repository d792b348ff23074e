"""Consents: two different counsel agree, one after another, and what they agreed to is done once."""

from pathlib import Path

import pytest

from breachbook import agreement, consents
from breachbook.consent_book import Consent
from breachbook.errors import ApprovalError, UsageError
from breachbook.events import Actor, Draft
from tests.cases_core import COUNSEL
from tests.handled import ALAN, DAVID, HELEN, JOAN, LIN, NORA, SAMUEL, Handled
from tests.terminal import Run


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Handled:
    """A matter with an exhibit and a hold."""
    made = Handled.opened(tmp_path_factory.mktemp("consents") / "w")
    made.seal()
    made.hold()
    return made


@pytest.fixture
def case(opened: Handled, tmp_path: Path) -> Handled:
    """A copy of it."""
    return opened.copy(tmp_path / "w")


def _ask(
    case: Handled, person: str = HELEN, what: str = "destroy-exhibit", about: str = "E1"
) -> None:
    consents.ask(case.case.file, Actor(person, "example"), what, about, "collected by mistake")


def _give(case: Handled, person: str, consent: str = "R1") -> None:
    consents.give(case.case.file, Actor(person, "example"), consent)


def _consent(case: Handled, consent: str = "R1") -> Consent:
    return case.case.matter.consents.consents[consent]


def _standing(case: Handled) -> Consent:
    return consents.standing(case.case.matter, "destroy-exhibit", "E1")


def test_counsel_who_asks_has_said_the_first_yes(case: Handled) -> None:
    """Their own yes is one of the two; one more counsel makes it stand."""
    _ask(case)
    first = _consent(case)
    alone = (first.agreed, first.state)
    _give(case, DAVID)

    assert alone == ((HELEN,), "open")
    assert _standing(case).agreed == (HELEN, DAVID)


def test_somebody_else_who_asks_agrees_to_nothing(case: Handled) -> None:
    """A responder's question needs two counsel besides."""
    _ask(case, SAMUEL)
    _give(case, HELEN)
    case.refused(lambda: _standing(case), ApprovalError, "two counsel must agree first")
    _give(case, LIN)

    assert _standing(case).agreed == (HELEN, LIN)


def test_counsel_whom_a_hold_is_about_neither_knows_nor_agrees(case: Handled) -> None:
    """What is asked about a hold in silence on counsel is put to the other counsel alone."""
    _ask(case, HELEN, "silent-hold", DAVID)
    asked = _consent(case, "S1")
    matter = case.case.matter

    assert agreement.may_agree(matter, asked) == [LIN]
    assert agreement.known_to(matter, DAVID) == []
    case.refused(lambda: _give(case, DAVID, "S1"), UsageError, "allowed: none was asked for")
    _give(case, LIN, "S1")
    assert _consent(case, "S1").state == "given"


def test_custodian_has_no_say_in_their_own_release(case: Handled) -> None:
    """Counsel under a hold is released by two others; their question is no yes."""
    issued = {"hold": "h-2", "custodian": DAVID, "document": "D9"}
    case.append(Draft("hold.issued", issued, Actor(HELEN, "example")))
    _ask(case, DAVID, "release-hold", f"h-2|{DAVID}")
    asked = _consent(case).agreed

    assert asked == ()
    case.refused(lambda: _give(case, DAVID), ApprovalError, "concerns you")


def test_two_yes_of_one_counsel_are_one(case: Handled) -> None:
    """Who agreed cannot agree again."""
    _ask(case)

    case.refused(lambda: _give(case, HELEN), UsageError, "you agreed before")


@pytest.mark.parametrize(
    ("person", "words"),
    [
        (SAMUEL, "you hold none of these"),
        (JOAN, "you hold none of these"),
        (NORA, "you hold none"),
    ],
)
def test_only_counsel_agree(case: Handled, person: str, words: str) -> None:
    """A responder, a clerk and somebody who is not on the matter do not."""
    _ask(case)

    case.refused(lambda: _give(case, person), ApprovalError, words)


def test_conflicted_counsel_do_not_agree(case: Handled) -> None:
    """Who is named as conflicted has no say from then on."""
    _ask(case)
    case.append(Draft("people.conflicted", {"person": DAVID}, COUNSEL))

    case.refused(lambda: _give(case, DAVID), ApprovalError, "conflicted")


@pytest.mark.parametrize(
    "left",
    [
        Draft("people.conflicted", {"person": DAVID}, COUNSEL),
        Draft("people.removed", {"person": DAVID}, COUNSEL),
        Draft("people.added", {"person": DAVID, "roles": ["executive"]}, COUNSEL),
    ],
    ids=["conflicted", "removed", "no-counsel-any-more"],
)
def test_yes_falls_with_who_gave_it(case: Handled, left: Draft) -> None:
    """It stands again once another counsel agreed; the first of them who asked counts on."""
    _ask(case)
    _give(case, DAVID)
    case.append(left)
    case.refused(lambda: _standing(case), ApprovalError, "another agrees")
    asked = agreement.may_agree(case.case.matter, _consent(case))
    _give(case, LIN)

    assert asked == [LIN]
    assert _standing(case).id == "R1"


def test_same_is_asked_once_at_a_time(case: Handled) -> None:
    """While it is open or stands, asking again names it."""
    _ask(case)
    case.refused(lambda: _ask(case, DAVID), UsageError, "as R1")
    _give(case, DAVID)

    case.refused(lambda: _ask(case, DAVID), UsageError, "as R1")


def test_agreed_to_is_done_once(case: Handled) -> None:
    """The act that rests on it uses it up; for another it is asked anew, under another number."""
    _ask(case)
    _give(case, DAVID)
    data = {"entry": "C1", "exhibit": "E1", "act": "destroyed", "consent": "R1"}
    case.append(Draft("custody.entered", data, COUNSEL))
    case.seal("E2")
    _ask(case, about="E2")

    assert (_consent(case).state, _consent(case, "R2").about) == ("used", "E2")
    case.refused(lambda: _standing(case), ApprovalError, "two counsel must agree first")
    case.refused(lambda: _give(case, LIN), UsageError, "is used")


def test_withdrawn_stands_for_nothing(case: Handled) -> None:
    """Counsel, or the one who asked, takes it back before it is used; it is over then."""
    _ask(case, SAMUEL)
    _give(case, HELEN)
    _give(case, DAVID)
    consents.withdraw(case.case.file, Actor(SAMUEL, "example"), "R1", "needed after all")

    assert _consent(case).state == "withdrawn"
    case.refused(lambda: _standing(case), ApprovalError, "two counsel")
    case.refused(lambda: _give(case, LIN), UsageError, "is withdrawn")
    case.refused(lambda: consents.withdraw(case.case.file, COUNSEL, "R1", "again"), UsageError, "is withdrawn",
    )  # fmt: skip


def test_withdrawing_is_not_for_everybody(case: Handled) -> None:
    """A clerk takes back nothing that counsel asked."""
    _ask(case)
    clerk = Actor(JOAN, "example")

    case.refused(lambda: consents.withdraw(case.case.file, clerk, "R1", "no"),
        ApprovalError, "you hold none",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("what", "about", "words"),
    [
        ("burn-exhibit", "E1", "allowed: destroy-exhibit"),
        ("destroy-exhibit", "E9", "allowed: E1"),
        ("release-hold", "h-1|nobody", f"allowed: h-1|{ALAN}"),
    ],
)
def test_what_is_not_there_is_not_asked_about(
    case: Handled, what: str, about: str, words: str
) -> None:
    """The message names the acts, exhibits and holds there are."""
    case.refused(lambda: _ask(case, HELEN, what, about), UsageError, words)


def test_closed_matter_asks_for_no_consent(case: Handled) -> None:
    """It is opened again first."""
    case.append(Draft("matter.closed", {"reason": {"c": "a" * 64}}, COUNSEL))

    case.refused(lambda: _ask(case), ApprovalError, "closed")


# About holds that their custodian is not told of


def test_silent_hold_is_asked_for_by_counsel_alone(case: Handled) -> None:
    """Nobody else may begin what nobody else may know of."""
    case.refused(
        lambda: _ask(case, SAMUEL, "silent-hold", ALAN),
        ApprovalError,
        "you hold none of these",
    )


def test_consent_to_a_silent_hold_is_known_to_counsel_alone(case: Handled) -> None:
    """No list, no message and no gap in the numbers tells anybody else that there is one."""
    _ask(case, HELEN, "silent-hold", ALAN)
    _ask(case)
    matter = case.case.matter

    assert [one.id for one in agreement.known_to(matter, DAVID)] == ["S1", "R1"]
    assert [one.id for one in agreement.known_to(matter, SAMUEL)] == ["R1"]
    assert [one.id for one in agreement.known_to(matter, None)] == ["R1"]
    clerk = Actor(JOAN, "example")
    case.refused(
        lambda: consents.withdraw(case.case.file, clerk, "S1", "no"),
        UsageError,
        "allowed: R1",
    )


def test_release_of_a_silent_hold_is_known_to_counsel_alone(case: Handled) -> None:
    """Asking to release it names it to nobody else either."""
    case.silent_hold()
    about = "q-1|ruth-cole"
    case.refused(
        lambda: _ask(case, SAMUEL, "release-hold", about), UsageError, f"allowed: h-1|{ALAN}"
    )
    _ask(case, HELEN, "release-hold", about)
    known = agreement.known_to(case.case.matter, SAMUEL)

    assert known == []
    assert len(agreement.known_to(case.case.matter, DAVID)) == 2


# On the command line


def test_consent_is_asked_listed_and_given_by_command(case: Handled, run: Run) -> None:
    """The list says what was asked, by whom, and who agreed; a refusal ends with 1."""
    root, matter = case.case.workspace.root, case.case.id
    asked = run(root, "consent", "ask", matter, "destroy-exhibit", "E1", "--reason", "mistake",
                "--as", SAMUEL)  # fmt: skip
    clerk = run(root, "consent", "give", matter, "R1", "--as", JOAN)
    given = [run(root, "consent", "give", matter, "R1", "--as", who)[0] for who in (HELEN, LIN)]
    listed = run(root, "consent", "list", matter, "--as", JOAN)[1]

    assert asked[0] == 0
    assert "R1" in asked[1]
    assert clerk[0] == 1
    assert given == [0, 0]
    assert "given" in listed
    assert "helen-marsh, lin-yue" in listed


def test_consent_that_fell_is_listed_as_open(case: Handled, run: Run) -> None:
    """What does not stand any more is not shown as given."""
    _ask(case)
    _give(case, DAVID)
    case.append(Draft("people.conflicted", {"person": DAVID}, COUNSEL))
    listed = run(case.case.workspace.root, "consent", "list", case.case.id, "--as", JOAN)[1]

    assert " open " in listed


def test_list_hides_what_only_counsel_may_know(case: Handled, run: Run) -> None:
    """The clerk's list has no trace of a silent hold's consent; counsel's has it."""
    _ask(case, HELEN, "silent-hold", ALAN)
    root, matter = case.case.workspace.root, case.case.id

    assert "no" in run(root, "consent", "list", matter, "--as", JOAN)[1]
    assert ALAN not in run(root, "consent", "list", matter, "--json", "--as", JOAN)[1]
    assert ALAN in run(root, "consent", "list", matter, "--as", DAVID)[1]
