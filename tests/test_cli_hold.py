"""Legal holds on the command line, from the notice to the release and its proof."""

import json
from pathlib import Path

import pytest

from breachbook.events import Draft
from tests.cases_core import Case, waits_for_triage
from tests.terminal import Run

pytestmark = pytest.mark.usefixtures("standing_clock")

HOLD, COUNSEL = "legal-hold-1", ("--as", "helen-marsh")
ANSWERS = [
    "devices=laptop", "accounts=none", "chat_apps=WeChat", "auto_delete=all-off", "others=none", "leaving=no",
]  # fmt: skip


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A matter with a hold on a custodian."""
    case = waits_for_triage(tmp_path_factory.mktemp("hold") / "w")
    notice = case.file.store.put(b"%PDF-1.7 a notice")
    data = {"hold": HOLD, "custodian": "alan-brooks", "document": "D1", "notice": notice}
    case.file.transact(lambda _: [Draft("hold.issued", data)])
    return case


@pytest.fixture
def case(opened: Case, tmp_path: Path) -> Case:
    """A copy of it."""
    return opened.copy(tmp_path / "w")


def _listed(case: Case, run: Run, person: str) -> list[dict[str, object]]:
    code, out, _ = run(case, "hold", "list", case.id, "--json", "--as", person)
    assert code == 0
    found: list[dict[str, object]] = json.loads(out)
    return found


def _agree(case: Case, run: Run, what: str, about: str) -> None:
    code, out, _ = run(
        case, "consent", "ask", case.id, what, about, "--reason", "r", "--json", *COUNSEL
    )
    assert code == 0
    consent = json.loads(out)["recorded"][0]["data"]["consent"]
    assert run(case, "consent", "give", case.id, consent, "--as", "david-okafor")[0] == 0


def test_custodian_acknowledges_answers_and_sees_their_own_hold_alone(
    case: Case, run: Run
) -> None:
    """A custodian who is not on the matter lists what is put to them; counsel alone reads the answers."""
    wrong = run(
        case, "hold", "acknowledge", case.id, HOLD, "--notice", "0000", "--as", "alan-brooks"
    )
    own = run(case, "hold", "acknowledge", case.id, HOLD, "--as", "alan-brooks")
    part = run(case, "hold", "answer", case.id, HOLD, "devices=laptop", "--as", "alan-brooks")
    whole = run(case, "hold", "answer", case.id, HOLD, *ANSWERS, "--as", "alan-brooks")
    none = run(case, "hold", "list", case.id, "--as", "zhou-min")

    assert (wrong[0], own[0], part[0], whole[0], none[0]) == (1, 0, 2, 0, 2)
    assert "accounts: missing" in part[2]
    (alan,) = _listed(case, run, "alan-brooks")
    (counsel,) = _listed(case, run, "helen-marsh")
    assert (alan["state"], alan["answers"]) == ("answered", None)
    assert counsel["answers"] == dict(item.split("=") for item in ANSWERS)
    assert ["WeChat" in run(case, "hold", "list", case.id, "--as", who)[1]
            for who in ("helen-marsh", "alan-brooks")] == [True, False]  # fmt: skip


def test_steward_is_instructed_and_reports(case: Case, run: Run, tmp_path: Path) -> None:
    """Counsel names the measures; the steward reports each with a file that shows it."""
    words = ["--steward", "ruth-cole", "--task", "mailbox-hold"]
    wrong = run(case, "hold", "add", case.id, HOLD, "--steward", "ruth-cole", *COUNSEL)
    unknown = run(
        case, "hold", "add", case.id, HOLD, "--steward", "ruth-cole", "--task", "wipe", *COUNSEL
    )
    clerk = run(case, "hold", "add", case.id, HOLD, *words, "--as", "joan-petrov")
    added = run(case, "hold", "add", case.id, HOLD, *words, *COUNSEL)
    proof = tmp_path / "setting.txt"
    proof.write_text("hold 17 is set\n")
    done = run(
        case, "hold", "steward-done", case.id, HOLD, "mailbox-hold", "--proof", proof, "--as", "ruth-cole"
    )  # fmt: skip

    assert (wrong[0], unknown[0], clerk[0], added[0], done[0]) == (2, 2, 1, 0, 0)
    assert "allowed: suspend-auto-delete, mailbox-hold" in unknown[2]
    (steward,) = _listed(case, run, "ruth-cole")
    assert [bool(task["done_at"]) for task in steward["tasks"]] == [True]  # type: ignore[attr-defined]


def test_silent_hold_is_placed_converted_and_released(case: Case, run: Run) -> None:
    """Every act of it needs what it needs, and counsel who lists the holds sees it."""
    words = [
        "--about",
        "zhou-min",
        "--steward",
        "ruth-cole",
        "--task",
        "mailbox-hold",
        "--scope",
        "all mail",
    ]
    alone = run(case, "hold", "silent", case.id, *words, *COUNSEL)
    _agree(case, run, "silent-hold", "zhou-min")
    placed = run(case, "hold", "silent", case.id, *words, "--since", "2026-01-01", *COUNSEL)
    silent = next(row for row in _listed(case, run, "helen-marsh") if row["silent"])
    clerk = [row["hold"] for row in _listed(case, run, "joan-petrov")]
    told = run(case, "hold", "convert", case.id, silent["hold"], "--reason", "known now", *COUNSEL)
    _agree(case, run, "release-hold", f"{silent['hold']}|ruth-cole")
    free = run(
        case, "hold", "release", case.id, silent["hold"], "--custodian", "ruth-cole", "--reason", "r", *COUNSEL
    )  # fmt: skip

    assert (alone[0], placed[0], told[0], free[0]) == (1, 0, 0, 0)
    assert "breachbook consent ask" in alone[2]
    assert clerk == [HOLD]
    assert run(case, "audit", "verify", case.id)[0] == 0


def test_amending_and_exempting_say_what_they_did(case: Case, run: Run) -> None:
    """A hold that no step of the playbook delivered cannot be delivered anew; its custodian can be exempt."""
    words = ["--scope", "also gauges", "--system", "plm", "--reason", "seen in E1"]
    backwards = run(
        case, "hold", "amend", case.id, HOLD, *words, "--since", "2026-02-01", "--until", "2026-01-01", *COUNSEL
    )  # fmt: skip
    amended = run(case, "hold", "amend", case.id, HOLD, *words, *COUNSEL)
    exempt = run(
        case, "hold", "exempt", case.id, HOLD, "--custodian", "alan-brooks", "--reason", "on leave", *COUNSEL
    )  # fmt: skip
    (row,) = _listed(case, run, "helen-marsh")

    assert (backwards[0], amended[0], exempt[0]) == (2, 0, 0)
    assert "allowed: not before 2026-02-01" in backwards[2]
    assert row["state"] == "exempt"


def test_proof_pack_is_written_for_counsel_and_the_same_again(
    case: Case, run: Run, tmp_path: Path
) -> None:
    """Record, JSON and the notice; anybody else is refused."""
    clerk = run(
        case, "hold", "proof", case.id, HOLD, "--out", tmp_path / "c", "--as", "joan-petrov"
    )
    made = [
        run(case, "hold", "proof", case.id, HOLD, "--out", tmp_path / name, *COUNSEL)[0]
        for name in "ab"
    ]
    files = [
        {
            path.relative_to(tmp_path / name): path.read_bytes()
            for path in (tmp_path / name).rglob("*.*")
        }
        for name in "ab"
    ]

    assert (clerk[0], made) == (1, [0, 0])
    assert not (tmp_path / "c").exists()
    assert files[0] == files[1]
    assert sorted(path.suffix for path in files[0]) == [".json", ".pdf", ".pdf"]
