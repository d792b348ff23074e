"""Exhibits of a workspace verified by all it knows, and the command that verifies them and any bag."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from breachbook import audit
from breachbook.custody import LAYERS, Report
from breachbook.events import Draft
from breachbook.inspection import PATIENCE, Inspector
from breachbook.seal import acquire, own_key, public_pem, seal_path
from tests import authority as stamping
from tests.authority import Forge, Make
from tests.bags import Foreign
from tests.cases_core import COUNSEL, Case
from tests.exhibits import plain_source
from tests.terminal import Run

NO_DATE = {"seal_sha256": "0" * 64, "sound": True}


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A matter with two exhibits, each naming the seal before it."""
    case = Case.install(tmp_path_factory.mktemp("inspected") / "w")
    case.report()
    for number in (1, 2):
        source = plain_source(tmp_path_factory.mktemp("source") / "share")
        (source / "number").write_text(str(number))
        _collect(case, f"E{number}", source)
    return case


@pytest.fixture
def case(sealed: Case, tmp_path: Path) -> Case:
    """A copy of the matter, its exhibits with the times they had."""
    return sealed.copy(tmp_path / "w")


def _collect(case: Case, exhibit: str, source: Path) -> None:
    matter = case.matter
    made = acquire(
        source,
        case.file.folder / "exhibits",
        exhibit,
        record={"matter": case.id},
        key=own_key(case.workspace.root / "seal-key.pem"),
        journal_head=matter.head,
        previous_seal=matter.evidence.newest_seal,
        now=case.workspace.now,
    )
    data = {
        "exhibit": exhibit, "step": "-", "target": "-", "files": made.files, "bytes": made.bytes,
        "manifest_sha256": made.manifest_sha256, "tagmanifest_sha256": made.tagmanifest_sha256,
        "seal_sha256": made.seal_sha256, "findings": {},
    }  # fmt: skip
    case.file.transact(lambda _: [Draft("exhibit.sealed", data, COUNSEL)])


def _bag(case: Case, exhibit: str = "E1") -> Path:
    return case.file.folder / "exhibits" / exhibit


def _verified(case: Case, exhibit: str = "E1", **changes: Any) -> Report:
    inspector = Inspector(case.workspace, case.file.folder, case.matter, case.events())
    return inspector.verify(case.matter.exhibits[exhibit], **changes)


def _destroy(case: Case) -> None:
    data = {"entry": "C1", "exhibit": "E1", "act": "destroyed", "before": NO_DATE}
    case.file.transact(lambda _: [Draft("custody.entered", data, COUNSEL)])
    _writable(_bag(case))
    shutil.rmtree(_bag(case))


def _writable(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if path.is_dir():
            path.chmod(0o700)


def _authority(case: Case, legal_class: str = "plain") -> tuple[stamping.Pair, stamping.Pair]:
    """Configure an authority; give its root and its signer."""
    now = case.workspace.now()
    root = stamping.root(now=now)
    (case.workspace.root / "tsa.pem").write_bytes(root.pem)
    with (case.workspace.root / "breachbook.toml").open("a") as file:
        file.write(
            '\n[[evidence.authorities]]\nid = "tsa"\nurl = "https://tsa.example/"\n'
            f'roots = "tsa.pem"\nlegal_class = "{legal_class}"\n'
        )
    return root, stamping.certify(Make(now=now), root)


def _stamp(case: Case, signer: stamping.Pair, data: bytes | None = None) -> None:
    """Record a time-stamp of the first exhibit's seal, or of other bytes."""
    seal = seal_path(_bag(case)).read_bytes()
    when = case.workspace.now()
    reply = stamping.forge(Forge(data or seal, when=when), signer)
    exhibit = case.matter.exhibits["E1"]
    event = {
        "about": "E1", "subject": exhibit.seal_sha256, "authority": "tsa", "legal_class": "plain",
        "when": when.strftime("%Y-%m-%dT%H:%M:%SZ"), "request": case.file.store.put(stamping.query(seal)),
        "reply": case.file.store.put(reply),
    }  # fmt: skip
    case.file.transact(lambda _: [Draft("timestamp.received", event)])


def test_exhibit_of_a_workspace_is_valid_in_every_layer_but_time_stamps(case: Case) -> None:
    """Key, journal and the seal before it are the workspace's own; a time-stamp nobody gave yet."""
    for exhibit in ("E1", "E2"):
        report = _verified(case, exhibit)

        assert {one.name: one.status for one in report.layers} == dict.fromkeys(
            LAYERS, "valid"
        ) | {"time-stamps": "not-checked"}
        assert report.layer("time-stamps").reason == "not yet time-stamped"


def test_exhibit_with_a_time_stamp_is_valid_in_every_layer(case: Case) -> None:
    """A time-stamp that the matter keeps is judged by the roots that breachbook.toml names."""
    _, signer = _authority(case)
    _stamp(case, signer)

    assert _verified(case).unchecked == ()


def test_exhibit_with_a_time_stamp_that_the_store_lost_is_invalid(case: Case) -> None:
    """What the journal says was received has to be there, and to fit."""
    _, signer = _authority(case)
    _stamp(case, signer)
    lost = case.file.store.path(case.matter.evidence.stamps[0].reply)
    lost.unlink()

    assert _verified(case).layer("time-stamps").status == "invalid"


def test_exhibit_with_a_time_stamp_of_a_forgotten_authority_is_not_checked(case: Case) -> None:
    """Without a root that the workspace names nothing vouches for a time-stamp."""
    _, signer = _authority(case)
    _stamp(case, signer)
    (case.workspace.root / "tsa.pem").unlink()

    layer = _verified(case).layer("time-stamps")

    assert (layer.status, layer.reason) == ("not-checked", "no trust root was given for tsa")


def test_exhibit_taken_out_of_a_matter_breaks_the_seal_after_it(case: Case) -> None:
    """A journal written anew without the first exhibit does not fit the second one's seal."""
    events = [event for event in case.events() if event.data.get("exhibit") != "E1"]
    inspector = Inspector(case.workspace, case.file.folder, case.matter, events)

    report = inspector.verify(case.matter.exhibits["E2"])

    assert report.layer("journal").status == "invalid"
    assert "no line of this journal" in report.layer("journal").reason


@pytest.mark.parametrize(
    ("legal_class", "later", "wanted"),
    [
        (None, PATIENCE, False),
        ("trial", PATIENCE, False),
        ("plain", timedelta(minutes=59), False),
        ("plain", PATIENCE, True),
    ],
)
def test_time_stamps_are_required_once_they_can_be_there(
    case: Case, legal_class: str | None, later: timedelta, wanted: bool
) -> None:
    """An authority that proves something has an hour; everything else is required at once."""
    if legal_class:
        _authority(case, legal_class)
    case.clock.now += later
    inspector = Inspector(case.workspace, case.file.folder, case.matter, case.events())

    required = inspector.required(case.matter.exhibits["E1"])

    assert required == {*LAYERS} - (set() if wanted else {"time-stamps"})


def test_verify_tells_every_exhibit_of_a_matter(case: Case, run: Run) -> None:
    """One command verifies all exhibits, and says in the end that nothing that matters is missing."""
    code, out, err = run(case, "evidence", "verify", case.id)

    assert code == 0, (out, err)
    assert out.count("valid") == 18
    assert out.splitlines()[-1] == "verified"


def test_verify_tells_one_exhibit_as_data(case: Case, run: Run) -> None:
    """For programs: every layer, what was required, and the verdict."""
    code, out, _ = run(case, "evidence", "verify", f"{case.id}/E2", "--json")

    data = json.loads(out)
    assert code == 0
    assert (data["exhibit"], data["verified"], data["sound"]) == ("E2", True, True)
    assert [one["name"] for one in data["layers"]] == [*LAYERS]
    assert data["required"] == [*LAYERS[:-1]]


def _touch(case: Case) -> None:
    (_bag(case) / "data/list.csv").touch()


def _change(case: Case) -> None:
    path = _bag(case) / "data/list.csv"
    path.chmod(0o600)
    path.write_bytes(b"part,drawing\n9,wheel\n")


def _remove(case: Case) -> None:
    _writable(_bag(case))
    shutil.rmtree(_bag(case))


def _forget_key(case: Case) -> None:
    (case.workspace.root / "seal-key.pem").unlink()


@pytest.mark.parametrize(
    ("attack", "words"),
    [
        (_touch, "time-changed|another modification time"),
        (_change, "differs from its recorded digest"),
        (_remove, "No such file or directory"),
        (_forget_key, "had to be checked and was not: signature"),
    ],
)
def test_verify_exits_3_when_something_is_wrong_or_was_not_checked(
    case: Case, run: Run, attack: Callable[[Case], None], words: str
) -> None:
    """Nothing invalid and nothing required unchecked, or the exit code is 3 and the reason is told."""
    attack(case)

    code, out, err = run(case, "evidence", "verify", case.id)

    assert code == 3
    assert any(one in out + err for one in words.split("|")), (out, err)
    assert out.splitlines()[-1] == "not verified"


def test_verify_can_leave_out_times_and_require_more(case: Case, run: Run) -> None:
    """A copy without its times passes without them; what is demanded beyond is demanded."""
    _touch(case)

    assert run(case, "evidence", "verify", f"{case.id}/E1", "--without-times")[0] == 0
    code, out, _ = run(case, "evidence", "verify", f"{case.id}/E2", "--require", "time-stamps")
    assert code == 3
    assert "E2: had to be checked and was not: time-stamps" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["LEAK-2026-0001/E9"], "got the exhibit 'E9'; allowed: E1, E2"),
        (["LEAK-2026-0001/"], "allowed: E1, E2"),
        (["LEAK-2026-0099"], "got the matter"),
        (["LEAK-2026-0001", "--seal-sha256", "0" * 64], "with the folder of a bag"),
        (["LEAK-2026-0001", "--require", "honesty"], "allowed: structure, manifests"),
        ([".", "--seal-sha256", "12"], "allowed: 64 hex digits"),
        ([".", "--key", "no-such-file"], "allowed: a readable PEM file"),
    ],
)
def test_verify_refuses_what_it_cannot_act_on(
    case: Case, run: Run, arguments: list[str], words: str
) -> None:
    """Bad usage exits 2 and says what is allowed."""
    code, _, err = run(case, "evidence", "verify", *arguments)

    assert code == 2
    assert words in err


def test_verify_lists_a_destroyed_exhibit_as_such(case: Case, run: Run) -> None:
    """What was rightly destroyed is listed, its seal still verified, and the exit code is 0."""
    _destroy(case)

    code, out, _ = run(case, "evidence", "verify", case.id)
    data = json.loads(run(case, "evidence", "verify", f"{case.id}/E1", "--json")[1])

    assert code == 0, out
    assert "its seal is kept" in out
    assert (data["verified"], data["destroyed_at"]) == (True, "2026-11-16T18:00:00.000000Z")
    seal_path(_bag(case)).unlink()
    assert run(case, "evidence", "verify", case.id)[0] == 3


def test_audit_takes_a_destroyed_exhibit_for_rightly_gone(case: Case) -> None:
    """The bag of a destroyed exhibit may be gone, its seal may not, and what is left over is remarked."""
    _destroy(case)

    assert _audited(case).status == "valid"
    assert "1 match their seals, 1 destroyed" in _audited(case).reason
    (_bag(case).parent / ".E1.destroyed").mkdir()
    assert any("not all of it is gone" in one for one in _audited(case).remarks)
    seal_path(_bag(case)).unlink()
    assert _audited(case).findings == (
        "exhibits/E1: E1.seal.json is missing; it stays when an exhibit is destroyed",
    )


def test_audit_judges_time_stamps_and_the_chain_of_seals(case: Case) -> None:
    """The audit verifies as the command does: a time-stamp of other bytes is a difference."""
    _, signer = _authority(case)
    _stamp(case, signer, data=b"other bytes")

    assert any("is a time-stamp of other bytes" in one for one in _audited(case).findings)


def _audited(case: Case) -> audit.Check:
    found = audit.verify(case.workspace.root, case.id)
    return next(check for check in found.checks if check.layer == "exhibits")


def test_verify_takes_the_bag_of_an_exhibit_with_what_is_given(
    case: Case, run: Run, tmp_path: Path
) -> None:
    """Outside a workspace key, digest and roots are given, and the time-stamps lie beside the bag."""
    away = tmp_path / "away"
    away.mkdir()
    shutil.copytree(_bag(case), away / "E1")
    seal = seal_path(_bag(case)).read_bytes()
    (away / "E1.seal.json").write_bytes(seal)
    (away / "key.pem").write_bytes(public_pem(own_key(case.workspace.root / "seal-key.pem")))
    root = stamping.root()
    signer = stamping.certify(Make(now=datetime.now(UTC)), root)
    (away / "E1.stamps").mkdir()
    (away / "E1.stamps/tsa.tsq").write_bytes(stamping.query(seal))
    when = datetime.now(UTC).replace(microsecond=0)
    (away / "E1.stamps/tsa.tsr").write_bytes(stamping.forge(Forge(seal, when=when), signer))
    (away / "E1.stamps/tsa.pem").write_bytes(root.pem)
    (away / "roots.pem").write_bytes(root.pem)
    digest = case.matter.exhibits["E1"].seal_sha256
    given = ["--key", away / "key.pem", "--seal-sha256", digest]
    demanded = [word for layer in LAYERS for word in ("--require", layer)]

    def verify(*more: object) -> tuple[int, str, str]:
        return run(None, "evidence", "verify", away / "E1", *more)

    code, out, err = verify(*given, "--roots", away / "roots.pem", *demanded)
    assert code == 0, (out, err)
    assert out.count(" valid ") == len(LAYERS)
    assert "no trust root was given" in verify(*given)[1]
    (away / "E1/data/list.csv").touch()
    assert verify(*given)[0] == 3
    assert verify(*given, "--without-times")[0] == 0
    assert verify(*given, *demanded, "--without-times")[0] == 3
    (away / "E1.stamps/tsa.tsr").write_bytes(stamping.forge(Forge(b"x", when=when), signer))
    assert verify(*given, "--roots", away / "roots.pem", "--without-times")[0] == 3


def test_verify_does_not_count_a_trial_time_stamp_beside_a_bag(
    case: Case, run: Run, tmp_path: Path
) -> None:
    """A trial authority names itself in its certificates, and proves nothing even with its root given."""
    now = datetime.now(UTC)
    root = stamping.root("trial root, worthless as proof", now=now)
    signer = stamping.certify(Make("trial time-stamps, worthless as proof", now=now), root)
    seal = seal_path(_bag(case)).read_bytes()
    (_bag(case).parent / "E1.stamps").mkdir()
    reply = stamping.forge(Forge(seal, when=now.replace(microsecond=0)), signer)
    (_bag(case).parent / "E1.stamps/trial.tsr").write_bytes(reply)
    (tmp_path / "roots.pem").write_bytes(root.pem)

    code, out, _ = run(None, "evidence", "verify", _bag(case), "--roots", tmp_path / "roots.pem")

    assert code == 0
    assert "worthless as proof" in out


def test_verify_takes_a_bag_of_somebody_else(run: Run, tmp_path: Path) -> None:
    """Of a bag of others structure, manifests and payload are required; warnings are told and pass."""
    bag = Foreign(unlisted={f"note-{n}": b"x" for n in range(25)}).write(tmp_path / "bag")

    code, _, err = run(None, "evidence", "verify", bag)
    assert code == 0
    assert "bag: warning: note-0: is listed in no tag manifest" in err
    assert "and 7 more; --json lists all" in err
    assert len(json.loads(run(None, "evidence", "verify", bag, "--json")[1])["warnings"]) == 27
    (bag / "data/list.csv").unlink()
    assert run(None, "evidence", "verify", bag)[0] == 3
    assert run(None, "evidence", "verify", tmp_path / "nothing")[0] == 3


def test_audit_remarks_on_what_is_not_sealed_yet(case: Case) -> None:
    """What a collection that was begun has left so far is said, and no difference; a stray exhibit is one."""
    begun = {"exhibit": "E3", "collector": "folder", "source": "share"}
    case.file.transact(lambda _: [Draft("exhibit.begun", begun, COUNSEL)])
    for name in (".E3.gathered", ".E3.staged", "E3"):
        (_bag(case).parent / name).mkdir()

    assert _audited(case).status == "valid"
    assert len([one for one in _audited(case).remarks if "not finished yet" in one]) == 3
    (_bag(case).parent / "E9").mkdir()
    assert _audited(case).findings == ("exhibits/E9: is no exhibit of the journal",)
