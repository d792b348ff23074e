"""What an audience is shown: nothing of the secret, of counsel or of others to whoever is not the court."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdf
import pytest
import yaml

from breachbook import merkle, records
from breachbook.bundle import Material
from breachbook.bundle.privilege import as_csv, entries
from breachbook.bundle.wall import AUDIENCES, TYPES, Shown, Wall, Withheld
from breachbook.events import PRIVILEGES, Draft, Event, encode
from breachbook.matter_file import MatterFile
from tests.builders import SOFTWARE
from tests.bundles import files, made, written
from tests.cases_core import COUNSEL, Case, waits_for_triage

OTHER = "larkmoor-supply"
_ROWS = ("trade_secrets", "agreements", "parties", "accounts")
_SHORT = 9
_DATED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """The example with every kind of free text in it, and an exhibit that others were shown."""
    case = waits_for_triage(tmp_path_factory.mktemp("wall") / "w")
    case.answer()
    case.advance()
    file = case.file
    records.note(file, COUNSEL, "canary of a note by counsel about the weakness of the case")
    records.note(file, COUNSEL, "canary of a note that is not privileged by its class", "none")
    file.transact(lambda _: _texts(file))
    made(case, "insurer", party=OTHER, reason="canary of a reason given to another insurer")
    return case


def _texts(file: MatterFile) -> list[Draft]:
    """Write one event of each kind that holds free text about an exhibit or a hold."""
    commit = file.values.commit
    custody: dict[str, Any] = {
        key: commit(f"canary of {key} in the chain of custody")
        for key in ("purpose", "authority", "condition", "reason")
    }
    accessed: dict[str, Any] = {
        "entry": "C1",
        "exhibit": "E1",
        "act": "accessed",
        "person": "alan-brooks",
    }
    received: dict[str, Any] = {
        "entry": "C2",
        "exhibit": "E1",
        "act": "received",
        "person": "samuel-rivera",
    }
    silent: dict[str, Any] = {
        "consent": "R1", "what": "silent-hold", "about": "zhou-min",
        "reason": commit("canary of why a hold is silent"),
    }  # fmt: skip
    gate: dict[str, Any] = {"gate": "cn-gate-dsl36", "rule_sha256": "0" * 64}
    gate |= {key: commit(f"canary of {key} of a clearance") for key in ("authority", "scope")}
    return [
        Draft("custody.entered", {**accessed, **custody}, COUNSEL),
        Draft("custody.entered", {**received, **custody}, COUNSEL),
        Draft("consent.asked", silent, COUNSEL),
        Draft("consent.given", {"consent": "R1"}, COUNSEL),
        Draft("gate.cleared", gate, COUNSEL),
    ]


@pytest.fixture(scope="module")
def secrets(case: Case) -> set[str]:
    """Every text that the matter's values and the workspace's rows hold, without its blanks."""
    found = set[str]()
    for line in (case.file.folder / "values.jsonl").read_bytes().splitlines():
        found |= set(_leaves(json.loads(line)["value"]))
    for name in _ROWS:
        found |= set(_leaves(yaml.safe_load((case.workspace.root / f"{name}.yaml").read_text())))
    known = ("people.yaml", "breachbook.toml", "sources.yaml")
    open_ = "".join((case.workspace.root / name).read_text() for name in known)
    plain = re.sub(r"\s", "", open_)
    return {
        text
        for text in found
        if len(text) > _SHORT and text not in plain and not _DATED.match(text)
    }


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield re.sub(r"\s", "", value)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner)


def _text(name: str, data: bytes) -> str:
    """Give everything a file says, its packed parts and its pages included, without blanks."""
    text = data.decode("utf-8", "replace")
    if name.endswith(".docx"):
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = [packed.read(part).decode() for part in packed.namelist()]
        text = "".join(re.sub(r"<[^>]*>", "", part) + part for part in parts)
    elif name.endswith(".pdf"):
        reader = pypdf.PdfReader(io.BytesIO(data))
        text = "".join(page.extract_text() for page in reader.pages) + str(reader.metadata)
    return re.sub(r"[\s\u200b]", "", text)


@pytest.mark.parametrize("audience", ["opponent", "regulator", "insurer"])
def test_bundle_for_others_holds_no_free_text_and_no_other_recipient(
    case: Case, secrets: set[str], tmp_path: Path, audience: str
) -> None:
    """Nothing that was written in words anywhere, no valuation, clause or party, is in any file but the bag."""
    folder = written(case, audience, tmp_path, "moqiao-castings")
    told = {
        name: _text(name, path.read_bytes())
        for name, path in files(folder).items()
        if not name.startswith("exhibits/E1/")
    }
    leaks = [(name, one) for name, text in told.items() for one in secrets if one in text]
    named = [name for name, text in told.items() if OTHER in text or "alan-brooks" in text]

    assert len(secrets) > 80
    assert any("canary" in one for one in secrets)
    assert leaks == []
    assert named == []
    assert "silent" not in "".join(told.values())


def test_bundle_for_a_court_holds_no_note_comment_or_description_of_the_secret(
    case: Case, tmp_path: Path
) -> None:
    """Counsel's notes, the report and a hold in silence stay behind for a court too."""
    folder = written(case, "court", tmp_path)
    told = "".join(_text(name, path.read_bytes()) for name, path in files(folder).items())

    assert "canaryofanote" not in told
    assert "canaryofwhy" not in told
    assert "silent-hold" not in told
    assert "onlyourlicensedprocessleaves" not in told
    assert "canaryofpurposeinthechainofcustody" in told


def test_court_is_shown_every_line_that_is_not_privileged(case: Case) -> None:
    """What is withheld from a court is named in the privilege log, line by line."""
    material = Material.read(case.workspace, case.id, ("E1",), "court")
    withheld = {
        event.seq: verdict.type
        for event, verdict in zip(material.events, material.disclosure.verdicts, strict=True)
        if isinstance(verdict, Withheld)
    }
    privileged = {event.seq for event in material.events if event.privilege != "none"}
    notes = {event.seq for event in material.events if event.kind == "note.added"}
    consents = {event.seq for event in material.events if event.kind.startswith("consent.")}

    assert withheld.keys() == privileged | notes | consents
    assert {one.line for one in entries(material) if one.what == "record"} == withheld.keys()


def test_others_are_shown_only_lines_about_the_exhibits_they_get(case: Case) -> None:
    """An exhibit that is not exported, a deadline, a letter, an earlier export: all of it is withheld."""
    material = Material.read(case.workspace, case.id, ("E1",), "opponent", "moqiao-castings")
    shown = [
        (event.kind, event.data.get("act"))
        for event, verdict in zip(material.events, material.disclosure.verdicts, strict=True)
        if isinstance(verdict, Shown)
    ]

    assert shown == [
        ("exhibit.sealed", None),
        ("custody.entered", "received"),
        ("custody.entered", "verified"),
    ]


def test_lines_shown_are_proven_to_the_root_with_the_withheld_ones(case: Case) -> None:
    """Each proof leads from a line's leaf to the root over all leaves."""
    material = Material.read(case.workspace, case.id, ("E1",), "regulator")
    made_ = material.disclosure.files(material.file.values)
    leaves = [bytes.fromhex(row.split()[1]) for row in _rows(made_["journal/leaves.txt"])]
    number, root = made_["journal/root.txt"].decode().split()
    lines = made_["journal/shown.jsonl"].splitlines()

    assert int(number) == len(leaves) == material.matter.seq
    assert merkle.root(leaves).hex() == root
    for row, line in zip(_rows(made_["journal/proofs.txt"]), lines, strict=True):
        n, size, leaf, *steps = row.split()
        proof = [bytes.fromhex(step[1:]) for step in steps]
        assert merkle.leaf_hash(line).hex() == leaf == leaves[int(n) - 1].hex()
        assert merkle.is_included(
            bytes.fromhex(leaf), int(n) - 1, int(size), proof, bytes.fromhex(root)
        )


def _rows(data: bytes) -> list[str]:
    return data.decode().splitlines()


def test_privilege_log_names_who_and_why_and_nothing_of_what(case: Case) -> None:
    """A row has date, author, recipients, type and basis; the author is none of the recipients."""
    material = Material.read(case.workspace, case.id, ("E1",), "court")
    log = entries(material)
    note = next(one for one in log if material.events[one.line - 1].kind == "note.added")
    text = as_csv(material, log).decode()

    assert note.author == "helen-marsh"
    assert set(note.recipients) == {"david-okafor", "lin-yue", "joan-petrov"}
    assert note.type == "attorney-client"
    hidden = [one for one in log if material.events[one.line - 1].kind.startswith("consent.")]
    assert {one.recipients for one in hidden} == {("david-okafor", "lin-yue")}
    assert text.startswith("line,date,what,author,recipients,type,basis\r\n")
    assert "Helen Marsh" in text
    assert "canary" not in text
    assert "note" not in text


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_privilege_log_is_no_formula_to_a_spreadsheet(
    case: Case, monkeypatch: pytest.MonkeyPatch, start: str
) -> None:
    """A name that begins as a formula does is marked as text."""
    name = f"{start}HYPERLINK(1)"
    monkeypatch.setattr("breachbook.bundle.privilege.named", lambda *_: name)
    material = Material.read(case.workspace, case.id, ("E1",), "court")
    rows = list(csv.DictReader(io.StringIO(as_csv(material, entries(material)).decode())))

    assert rows
    assert {row["author"] for row in rows} == {f"'{name}"}
    assert {row["recipients"][0] for row in rows if row["recipients"]} == {"'"}


def test_every_privilege_has_a_basis() -> None:
    """A class of privilege that no log could explain is not known to the wall."""
    assert set(TYPES) == PRIVILEGES - {"none"}


@pytest.mark.parametrize("audience", list(AUDIENCES))
def test_a_hold_in_silence_and_all_that_names_it_is_withheld(case: Case, audience: str) -> None:
    """From its consent on, nothing lets anybody guess it; the log calls it counsel's work."""
    events = case.events()
    commit = {"c": "0" * 64}
    more = [
        Draft(
            "hold.placed", {"hold": "H9", "about": "zhou-min", "scope": commit, "consent": "R1"}
        ),
        Draft("message.queued", {"message": "hold/H9/x", "what": "hold"}),
    ]
    file = case.file
    copy = [*events, *(_as_event(events[-1], draft) for draft in more)]
    wall = Wall(audience, ("E1",), None, copy)

    assert file.refresh().seq == len(events)
    assert [wall.judge(event) for event in copy[-2:]] == [
        Withheld("work-product", counsel_only=True)
    ] * 2


def test_answers_of_a_custodian_were_read_by_counsel_alone(case: Case) -> None:
    """The privilege log names nobody else as a recipient, or the privilege would seem given up."""
    answered = Draft(
        "hold.answered",
        {"hold": "H1", "custodian": "alan-brooks", "answers": {"c": "0" * 64}},
        privilege="attorney-client",
    )
    events = case.events()
    event = _as_event(events[-1], answered)

    assert Wall("court", ("E1",), None, [*events, event]).judge(event) == (
        Withheld("attorney-client", counsel_only=True)
    )


def _as_event(like: Event, draft: Draft) -> Event:
    made_, _ = encode(
        draft, seq=like.seq + 1, at=like.at, clock={}, software=SOFTWARE, prev=like.hash
    )
    return made_


def test_custody_of_others_is_not_in_the_form_either(case: Case) -> None:
    """The form is made from what the audience is shown, so entries and texts agree with the journal."""
    material = Material.read(case.workspace, case.id, ("E1",), "opponent", "moqiao-castings")
    file, matter = material.walled()

    assert [one.act for one in matter.evidence.custody_of("E1")] == ["received", "verified"]
    assert file.values.get(matter.evidence.custody[0].data["purpose"], "withheld") == "withheld"
    assert len(material.matter.evidence.custody) == 4
