"""Custody: who may handle an exhibit, what both sides sign, and what stands in the way."""

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from breachbook import chain
from breachbook.errors import ApprovalError, BreachbookError, CustodyError, UsageError
from breachbook.events import Draft
from breachbook.seal import own_key, verify
from tests.cases_core import COUNSEL
from tests.handled import (
    ALAN,
    DAVID,
    EXPERT,
    FOUNDRY,
    HELEN,
    JOAN,
    LIN,
    NORA,
    RIVAL,
    SAMUEL,
    TOLD,
    Handled,
)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Handled:
    """A matter with one plain exhibit that was stored in the US."""
    made = Handled.opened(tmp_path_factory.mktemp("custody") / "w")
    made.seal()
    return made


@pytest.fixture
def case(opened: Handled, tmp_path: Path) -> Handled:
    """A copy of it."""
    return opened.copy(tmp_path / "w")


# Both sides sign


def test_handover_is_signed_by_both_sides_with_a_hash_before_and_after(case: Handled) -> None:
    """The giver's own act, then the taker's, each with what verifying the exhibit gave at that moment."""
    case.hand_over(HELEN, SAMUEL)
    given, taken = case.chain()
    seal = case.case.matter.exhibits["E1"].seal_sha256
    sound = {"seal_sha256": seal, "sound": True}

    assert (given.act, given.by, given.person) == ("offered", HELEN, SAMUEL)
    assert (taken.act, taken.by, taken.data["transfer"]) == ("transferred", SAMUEL, given.id)
    assert given.data["before"] == taken.data["before"] == taken.data["after"] == sound
    assert case.case.matter.evidence.holder_of("E1") == SAMUEL


def test_handover_keeps_words_beside_the_journal(case: Handled) -> None:
    """Purpose and authority are commitments in the journal and words beside it."""
    chain.offer(case.hand(HELEN), "E1", SAMUEL, to_place="US", **TOLD)
    journal = (case.case.file.folder / "journal.jsonl").read_text("utf-8")
    purpose = case.chain()[0].data["purpose"]

    assert case.case.file.values.get(purpose) == "analysis"
    assert "counsel's instruction" not in journal


def test_only_the_one_it_was_offered_to_can_take_it(case: Handled) -> None:
    """Another person of the matter, and one who is not on it, take nothing."""
    chain.offer(case.hand(HELEN), "E1", SAMUEL, to_place="US", **TOLD)

    case.refused(lambda: chain.take(case.hand(DAVID), "C1"), ApprovalError, "only samuel-rivera")
    case.refused(lambda: chain.take(case.hand(NORA), "C1"), ApprovalError, "not yours to see")


def test_an_offer_is_taken_once(case: Handled) -> None:
    """What was taken, or never offered, cannot be taken; the message names what is open."""
    case.hand_over(HELEN, SAMUEL)

    case.refused(lambda: chain.take(case.hand(SAMUEL), "C1"), UsageError, "none is open")


def test_an_exhibit_is_offered_to_one_at_a_time(case: Handled) -> None:
    """A second offer waits until the first is taken or withdrawn."""
    chain.offer(case.hand(HELEN), "E1", SAMUEL, to_place="US", **TOLD)

    case.refused(lambda: chain.offer(case.hand(HELEN), "E1", LIN, to_place="US", **TOLD),
        CustodyError, "as C1",
    )  # fmt: skip


def test_offer_is_withdrawn_by_who_made_it_or_by_counsel(case: Handled) -> None:
    """Nobody else takes it back; after that it can be offered anew."""
    chain.offer(case.hand(HELEN), "E1", SAMUEL, to_place="US", **TOLD)
    case.refused(
        lambda: chain.withdraw(case.hand(SAMUEL), "C1", reason="no"), ApprovalError, "is for"
    )
    chain.withdraw(case.hand(DAVID), "C1", reason="he is ill")
    chain.offer(case.hand(HELEN), "E1", LIN, to_place="US", **TOLD)

    assert case.acts() == ["offered", "withdrawn", "offered"]
    assert case.chain()[1].data["transfer"] == "C1"


def test_who_holds_it_alone_hands_it_on(case: Handled) -> None:
    """After a hand-over not even counsel can give away what another holds."""
    case.hand_over(HELEN, SAMUEL)

    case.refused(lambda: chain.offer(case.hand(HELEN), "E1", LIN, to_place="US", **TOLD),
        ApprovalError, "is held by samuel-rivera",
    )  # fmt: skip


def test_counsel_hands_on_what_somebody_who_left_held(case: Handled) -> None:
    """A holder who is conflicted or gone cannot block the chain; a clerk cannot step in for them."""
    case.hand_over(HELEN, SAMUEL)
    case.append(Draft("people.conflicted", {"person": SAMUEL}, COUNSEL))
    case.refused(lambda: chain.offer(case.hand(JOAN), "E1", LIN, to_place="US", **TOLD),
        ApprovalError, "who left the matter",
    )  # fmt: skip
    chain.offer(case.hand(HELEN), "E1", LIN, to_place="US", **TOLD)

    assert case.chain()[-1].by == HELEN


@pytest.mark.parametrize(
    ("taker", "error", "words"),
    [
        (HELEN, UsageError, "yourself"),
        ("nobody-here", UsageError, "allowed: an id of people.yaml"),
        (RIVAL, UsageError, "no holder"),
    ],
)
def test_offer_to_nobody_fit_is_refused(
    case: Handled, taker: str, error: type[BreachbookError], words: str
) -> None:
    """Not to oneself, not to an unknown id, and not to a holder of the secret who is no party here."""
    case.refused(
        lambda: chain.offer(case.hand(HELEN), "E1", taker, to_place="US", **TOLD),
        error,
        words,
    )


def test_offer_to_somebody_conflicted_is_refused(case: Handled) -> None:
    """A suspect is given no evidence."""
    case.append(Draft("people.conflicted", {"person": SAMUEL}, COUNSEL))

    case.refused(lambda: chain.offer(case.hand(HELEN), "E1", SAMUEL, to_place="US", **TOLD),
        ApprovalError, "conflicted",
    )  # fmt: skip


def test_offer_to_somebody_who_handles_no_evidence_is_refused(case: Handled) -> None:
    """An executive of the matter is no keeper of exhibits."""
    case.append(Draft("people.added", {"person": NORA, "roles": ["executive"]}, COUNSEL))

    case.refused(lambda: chain.offer(case.hand(HELEN), "E1", NORA, to_place="US", **TOLD),
        ApprovalError, "none of the roles that handle exhibits",
    )  # fmt: skip


def test_outsider_signs_on_paper_and_becomes_a_party(case: Handled) -> None:
    """Who cannot sign here signs a paper that is kept; a row of parties.yaml becomes a party by it."""
    chain.offer(case.hand(HELEN), "E1", EXPERT, **TOLD)
    case.refused(lambda: chain.take(case.hand(HELEN), "C1"), UsageError, "got no paper")
    chain.take(case.hand(HELEN), "C1", proof=case.paper)
    matter = case.case.matter
    taken = case.chain()[-1]

    assert (taken.party, taken.by, taken.data["place"]) == (EXPERT, HELEN, "CN")
    assert case.case.file.store.get(taken.data["proof"]) == b"signed on paper"
    assert matter.parties[EXPERT].place == "CN"
    assert matter.evidence.holder_of("E1") == EXPERT


def test_what_is_with_an_outsider_must_come_back_first(case: Handled) -> None:
    """Its return is received before it can be handed on; whoever records that holds it then."""
    chain.offer(case.hand(HELEN), "E1", EXPERT, **TOLD)
    chain.take(case.hand(HELEN), "C1", proof=case.paper)
    case.refused(lambda: chain.offer(case.hand(HELEN), "E1", SAMUEL, to_place="US", **TOLD),
        CustodyError, "is with example-laboratory",
    )  # fmt: skip
    chain.receive(case.hand(JOAN), "E1", EXPERT, condition="whole", proof=case.paper)

    assert case.case.matter.evidence.holder_of("E1") == JOAN


# Received, given back


def test_receipt_from_outside_says_from_whom_when_and_how_it_was(case: Handled) -> None:
    """It has the sender, the moment, the condition, the paper and the hash at that moment."""
    when = case.case.clock.now - timedelta(days=1)
    chain.receive(
        case.hand(JOAN), "E1", FOUNDRY, condition="sealed bag", proof=case.paper, when=when
    )
    entry = case.chain()[0]

    assert (entry.act, entry.party, entry.by) == ("received", FOUNDRY, JOAN)
    assert entry.data["when"] == "2026-11-15T18:00:00.000000Z"
    assert entry.data["after"]["sound"]
    assert {"condition", "proof"} <= entry.data.keys()


def test_what_somebody_here_holds_does_not_come_in_from_outside(case: Handled) -> None:
    """Nobody gets hold of an exhibit by saying that it came in; the medium of old is recorded all the same."""
    case.hand_over(HELEN, SAMUEL)
    before = case.case.clock.now - timedelta(days=1)
    case.refused(lambda: chain.receive(case.hand(JOAN), "E1", FOUNDRY, condition="c", proof=case.paper),
        CustodyError, "is held by samuel-rivera",
    )  # fmt: skip
    chain.receive(case.hand(JOAN), "E1", FOUNDRY, condition="c", proof=case.paper, when=before)

    assert case.case.matter.evidence.holder_of("E1") == SAMUEL


def test_who_collected_it_by_hand_holds_it_first(case: Handled) -> None:
    """What a person collected is theirs to hand over, and nobody else's."""
    case.seal("E2", operator=SAMUEL)
    case.refused(lambda: chain.offer(case.hand(HELEN), "E2", LIN, to_place="US", **TOLD),
        ApprovalError, "is held by samuel-rivera",
    )  # fmt: skip

    assert chain.offer(case.hand(SAMUEL), "E2", LIN, to_place="US", **TOLD)


def test_receipt_in_the_future_is_refused(case: Handled) -> None:
    """Nothing came in at a time that has not come."""
    later = case.case.clock.now + timedelta(minutes=1)

    case.refused(lambda: chain.receive(
            case.hand(JOAN), "E1", FOUNDRY, condition="c", proof=case.paper, when=later
        ),
        UsageError, "none after now",
    )  # fmt: skip


def test_proof_that_cannot_be_read_is_refused(case: Handled, tmp_path: Path) -> None:
    """A missing paper is no paper; nothing is recorded."""
    case.refused(lambda: chain.receive(
            case.hand(JOAN), "E1", FOUNDRY, condition="c", proof=tmp_path / "none.pdf"
        ),
        UsageError, "as proof",
    )  # fmt: skip


def test_exhibit_is_given_back_with_a_receipt(case: Handled) -> None:
    """It has the receiver, the paper and the hash before; the receiver holds it."""
    chain.give_back(case.hand(HELEN), "E1", FOUNDRY, proof=case.paper, **TOLD)
    entry = case.chain()[0]

    assert (entry.act, entry.party, entry.data["place"]) == ("returned", FOUNDRY, "CN")
    assert entry.data["before"]["sound"]
    assert case.case.matter.evidence.holder_of("E1") == FOUNDRY


# Who may


@pytest.mark.parametrize("person", [ALAN, NORA, "peter-lindgren", "zhou-min"])
def test_who_is_not_on_the_matter_handles_nothing(case: Handled, person: str) -> None:
    """They learn only that there is no such matter, or that it is not theirs."""
    case.refused(lambda: chain.access(case.hand(person), "E1", purpose="look"),
        ApprovalError, "not yours to see",
    )  # fmt: skip


def test_who_has_no_fitting_role_handles_nothing(case: Handled) -> None:
    """An executive of the matter is told things and touches no evidence."""
    case.append(Draft("people.added", {"person": NORA, "roles": ["executive"]}, COUNSEL))

    for act in (
        lambda: chain.access(case.hand(NORA), "E1", purpose="look"),
        lambda: chain.offer(case.hand(NORA), "E1", SAMUEL, to_place="US", **TOLD),
        lambda: chain.receive(case.hand(NORA), "E1", FOUNDRY, condition="c", proof=case.paper),
        lambda: chain.destroy(case.hand(NORA), "E1", reason="r"),
        lambda: chain.undertake(case.hand(NORA), NORA, proof=case.paper),
        lambda: chain.verified(case.hand(NORA), "E1"),
    ):
        case.refused(act, ApprovalError, "you hold none of these")


def test_unknown_exhibit_is_named_with_those_there_are(case: Handled) -> None:
    """The message says which exhibits the matter has."""
    case.refused(
        lambda: chain.access(case.hand(HELEN), "E9", purpose="look"),
        UsageError,
        "allowed: E1",
    )


# Trade secrets


def test_access_to_a_trade_secret_needs_an_undertaking_on_file(case: Handled) -> None:
    """Without the signed promise nobody looks into it; with it the entry names the promise."""
    case.seal("E2", trade_secret=True)
    case.refused(lambda: chain.access(case.hand(SAMUEL), "E2", purpose="look"),
        ApprovalError, "no undertaking of samuel-rivera",
    )  # fmt: skip
    chain.undertake(case.hand(JOAN), SAMUEL, proof=case.paper)
    chain.access(case.hand(SAMUEL), "E2", purpose="look", authority="A4")
    entry = case.chain("E2")[0]

    assert (entry.data["undertaking"], entry.data["place"]) == ("U1", "US")
    assert entry.data["before"]["sound"]


def test_undertaking_for_one_exhibit_opens_no_other(case: Handled) -> None:
    """A promise about E2 does not cover E3, and one of Samuel's is not Helen's."""
    case.seal("E2", trade_secret=True)
    case.seal("E3", trade_secret=True)
    chain.undertake(case.hand(JOAN), SAMUEL, proof=case.paper, exhibit="E2")
    chain.access(case.hand(SAMUEL), "E2", purpose="look")

    for person, exhibit in ((SAMUEL, "E3"), (HELEN, "E2")):
        case.refused(partial(chain.access, case.hand(person), exhibit, purpose="look"),
            ApprovalError, "undertaking",
        )  # fmt: skip


def test_trade_secret_is_handed_to_nobody_without_an_undertaking(
    case: Handled, tmp_path: Path
) -> None:
    """Neither a hand-over nor a copy gets around it."""
    case.seal("E2", trade_secret=True)

    for act in (
        lambda: chain.offer(case.hand(HELEN), "E2", SAMUEL, to_place="US", **TOLD),
        lambda: chain.copy(case.hand(HELEN), "E2", EXPERT, tmp_path / "out", purpose="opinion"),
    ):
        case.refused(act, ApprovalError, "undertaking")
    assert not (tmp_path / "out").exists()


# Verified at every moment


def test_what_was_found_wrong_is_recorded(case: Handled) -> None:
    """A changed byte does not stop a hand-over and stands in the record of it, on the side that saw it."""
    chain.offer(case.hand(HELEN), "E1", SAMUEL, to_place="US", **TOLD)
    case.damage()
    chain.take(case.hand(SAMUEL), "C1")
    taken = case.chain()[-1].data

    assert taken["before"]["sound"] is True
    assert taken["after"]["sound"] is False


def test_lost_exhibit_and_lost_seal_are_recorded(case: Handled) -> None:
    """A bag that is not there, or a seal that is not, is never sound."""
    (case.exhibits / "E1.seal.json").unlink()
    chain.verified(case.hand(HELEN), "E1")
    (case.exhibits / "E1").rename(case.exhibits / "elsewhere")
    chain.verified(case.hand(HELEN), "E1")

    assert [entry.data["after"]["sound"] for entry in case.chain()] == [False, False]
    assert "seal_sha256" in case.chain()[0].data["after"]


def test_verification_is_entered_with_its_verdict(case: Handled) -> None:
    """A later hash check is an entry of its own, by whoever made it."""
    chain.verified(case.hand(SAMUEL), "E1")

    assert (case.acts(), case.chain()[0].by) == (["verified"], SAMUEL)


# Copies


def test_copy_is_whole_and_verified_on_both_sides(case: Handled, tmp_path: Path) -> None:
    """The copy verifies by itself with its seal beside it, and the entry says to whom it went."""
    chain.copy(case.hand(HELEN), "E1", LIN, tmp_path / "out", purpose="opinion", to_place="CN")
    entry = case.chain()[0]
    key = own_key(case.case.workspace.root / "seal-key.pem").public_key()
    seal = case.case.matter.exhibits["E1"].seal_sha256
    report = verify(tmp_path / "out" / "E1", public_keys=[key], expected_seal_sha256=seal)

    assert report.is_sound
    assert (entry.act, entry.person, entry.data["place"]) == ("copied", LIN, "CN")
    assert entry.data["before"] == entry.data["after"] == {"seal_sha256": seal, "sound": True}
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["E1", "E1.seal.json"]


def test_copy_of_a_damaged_exhibit_is_refused_and_leaves_nothing(
    case: Handled, tmp_path: Path
) -> None:
    """What is not the exhibit is not handed out as its copy."""
    case.damage()

    case.refused(lambda: chain.copy(
            case.hand(HELEN), "E1", LIN, tmp_path / "out", purpose="opinion", to_place="US"
        ),
        CustodyError, "the copy is not the exhibit",
    )  # fmt: skip
    assert list((tmp_path / "out").iterdir()) == []


def test_copy_is_never_there_unrecorded(
    case: Handled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until its entry is in the journal the copy is hidden; refused at the last moment it is gone."""
    seen: list[list[str]] = []
    record = chain.Hand.record

    def late(hand: chain.Hand, judge: Any) -> Any:
        seen.append(sorted(path.name for path in (tmp_path / "out").iterdir()))
        case.append(Draft("people.conflicted", {"person": HELEN}, COUNSEL))
        return record(hand, judge)

    monkeypatch.setattr(chain.Hand, "record", late)
    with pytest.raises(ApprovalError):
        chain.copy(case.hand(HELEN), "E1", LIN, tmp_path / "out", purpose="p", to_place="US")

    assert seen == [[".E1.copying"]]
    assert list((tmp_path / "out").iterdir()) == []
    assert case.acts() == []


def test_copy_over_a_copy_is_refused(case: Handled, tmp_path: Path) -> None:
    """What stands in a folder is not written over."""

    def copied() -> object:
        return chain.copy(
            case.hand(HELEN), "E1", LIN, tmp_path / "out", purpose="opinion", to_place="US"
        )

    copied()

    case.refused(copied, UsageError, "allowed: another one")


def test_copy_that_meets_a_full_disk_is_refused(case: Handled) -> None:
    """A device that takes nothing is said to take nothing."""
    case.refused(lambda: chain.copy(
            case.hand(HELEN), "E1", LIN, Path("/proc/no-folder"), purpose="p", to_place="US"
        ),
        CustodyError, "no copy was made",
    )  # fmt: skip
