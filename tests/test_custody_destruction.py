"""Destroying an exhibit: what it needs, what stays, and what a crash leaves."""

import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from breachbook import chain, consents
from breachbook.audit.files import check_exhibits
from breachbook.audit.verdicts import Check
from breachbook.errors import ApprovalError, CustodyError, UsageError
from breachbook.events import Actor, Draft
from tests.cases_core import COUNSEL, refused, two_agree
from tests.handled import DAVID, HELEN, JOAN, LIN, SAMUEL, Handled


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Handled:
    """A matter with two exhibits, one of which two counsel agreed to destroy."""
    made = Handled.opened(tmp_path_factory.mktemp("destruction") / "w")
    made.seal("E1")
    made.seal("E2")
    two_agree(made.case, "destroy-exhibit", "E1")
    return made


@pytest.fixture
def case(opened: Handled, tmp_path: Path) -> Handled:
    """A copy of it."""
    return opened.copy(tmp_path / "w")


def _left(case: Handled) -> list[str]:
    return sorted(path.name for path in case.exhibits.iterdir())


def _audited(case: Handled) -> Check:
    root, folder = case.case.workspace.root, case.case.file.folder
    return check_exhibits(root, folder, case.case.matter, case.case.events())


def _crash(case: Handled, at: Callable[[pytest.MonkeyPatch], None]) -> None:
    """Destroy E1 in a process that dies on the way, as a power cut would have it."""
    child = os.fork()
    if child == 0:
        with pytest.MonkeyPatch.context() as patch:
            at(patch)
            chain.destroy(case.hand(SAMUEL), "E1", reason="over")
        os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 9


def _die(*_: object, **__: object) -> None:
    os._exit(9)


def _before_the_rename(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Path, "rename", _die)


def _before_the_removal(patch: pytest.MonkeyPatch) -> None:
    rmtree = shutil.rmtree
    patch.setattr(
        "breachbook.chain.destroying.shutil.rmtree",
        lambda path, **more: rmtree(path, **more) if more else _die(),
    )


def _in_the_removal(patch: pytest.MonkeyPatch) -> None:
    rmdir = os.rmdir

    def once(path: str, **more: int) -> None:
        rmdir(path, **more)
        os._exit(9)

    patch.setattr(os, "rmdir", once)


def test_destroying_removes_the_bag_and_keeps_its_seal(case: Handled) -> None:
    """The entry has the hash before, the reason and the consent; the matter knows when."""
    chain.destroy(case.hand(SAMUEL), "E1", reason="collected by mistake")
    entry, exhibit = case.chain()[0], case.case.matter.exhibits["E1"]

    assert _left(case) == ["E1.seal.json", "E2", "E2.seal.json"]
    assert (entry.act, entry.by, entry.data["consent"]) == ("destroyed", SAMUEL, "R1")
    assert entry.data["before"] == {"seal_sha256": exhibit.seal_sha256, "sound": True}
    assert case.case.file.values.get(entry.data["reason"]) == "collected by mistake"
    assert exhibit.destroyed_at == case.case.clock.now


def test_destroyed_exhibit_passes_the_audit(case: Handled) -> None:
    """That it is gone is right, and no finding."""
    chain.destroy(case.hand(SAMUEL), "E1", reason="over")

    assert _audited(case).status == "valid"


def test_destroyed_exhibit_is_handled_no_more(case: Handled) -> None:
    """Whoever asks for it, or to destroy it again, is told on which day it was destroyed."""
    chain.destroy(case.hand(SAMUEL), "E1", reason="over")

    for act in (
        lambda: chain.access(case.hand(HELEN), "E1", purpose="look"),
        lambda: chain.destroy(case.hand(HELEN), "E1", reason="again"),
    ):
        refused(case.case, act, UsageError, "was destroyed on 2026-11-16")


def test_destroying_needs_two_counsel(case: Handled) -> None:
    """What nobody was asked about is not destroyed; the message names the next move."""
    refused(
        case.case, lambda: chain.destroy(case.hand(HELEN), "E2", reason="r"),
        ApprovalError, "consent ask LEAK-2026-0001 destroy-exhibit E2",
    )  # fmt: skip


def test_destroying_is_for_counsel_and_responders(case: Handled) -> None:
    """A clerk records receipts and destroys nothing."""
    refused(
        case.case, lambda: chain.destroy(case.hand(JOAN), "E1", reason="r"),
        ApprovalError, "you hold none of these",
    )  # fmt: skip


def test_consent_falls_with_whoever_gave_it(case: Handled) -> None:
    """A counsel found conflicted after their yes takes it with them; another can agree in their place."""
    case.append(Draft("people.conflicted", {"person": DAVID}, COUNSEL))
    refused(
        case.case, lambda: chain.destroy(case.hand(SAMUEL), "E1", reason="r"),
        ApprovalError, "consent give LEAK-2026-0001 R1",
    )  # fmt: skip
    consents.give(case.case.file, Actor(LIN, "example"), "R1")

    assert chain.destroy(case.hand(SAMUEL), "E1", reason="r")


def test_hold_after_the_consent_stops_it(case: Handled) -> None:
    """Two counsel's word does not outweigh a duty to preserve, noticed or silent."""
    other = case.copy(case.case.workspace.root.parent / "other")
    case.hold()
    other.silent_hold()

    for one in (case, other):
        refused(
            one.case, partial(chain.destroy, one.hand(HELEN), "E1", reason="r"),
            CustodyError, "a duty to preserve stands",
        )  # fmt: skip
        assert "E1" in _left(one)


def test_consent_is_used_up(case: Handled) -> None:
    """It stood for one act and stands for none after it."""
    chain.destroy(case.hand(SAMUEL), "E1", reason="over")

    assert case.case.matter.consents.consents["R1"].state == "used"


def test_offered_exhibit_is_not_destroyed(case: Handled) -> None:
    """What is on its way to somebody is withdrawn first."""
    chain.offer(case.hand(HELEN), "E1", SAMUEL, purpose="p", authority="a", to_place="US")

    refused(
        case.case, lambda: chain.destroy(case.hand(HELEN), "E1", reason="r"),
        CustodyError, "is offered, as C1",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("at", "left"),
    [
        (_before_the_rename, "E1"),
        (_before_the_removal, ".E1.destroyed"),
        (_in_the_removal, ".E1.destroyed"),
    ],
)
def test_destruction_cut_short_is_finished_at_the_next_call(
    case: Handled, at: Callable[[pytest.MonkeyPatch], None], left: str
) -> None:
    """Recorded once, whatever moment the process died at; until it is finished the audit says so."""
    _crash(case, at)
    assert left in _left(case)
    assert case.acts() == ["destroyed"]
    between = _audited(case)
    finished = chain.finish(case.hand(HELEN))

    assert between.status != "invalid"
    assert any("recorded as destroyed" in remark for remark in between.remarks)
    assert finished == ["E1"]
    assert _left(case) == ["E1.seal.json", "E2", "E2.seal.json"]
    assert case.acts() == ["destroyed"]
    assert chain.finish(case.hand(HELEN)) == []


def test_crash_before_the_record_leaves_the_exhibit_whole(case: Handled) -> None:
    """Nothing is removed that the journal does not say is destroyed."""
    _crash(case, lambda patch: patch.setattr(chain.Hand, "record", _die))

    assert "E1" in _left(case)
    assert case.hand(HELEN).verify(case.case.matter.exhibits["E1"]).is_sound
    assert case.acts() == []


def test_hold_that_came_after_a_crash_keeps_what_is_left(case: Handled) -> None:
    """A destruction cut short is not finished once there is a duty to preserve."""
    _crash(case, _before_the_rename)
    case.hold()

    refused(case.case, lambda: chain.finish(case.hand(HELEN)), CustodyError, "it is left as it is")
    assert "E1" in _left(case)
