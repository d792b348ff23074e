"""Anchors: made when due, signed, held outside, and shown."""

import json
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from breachbook import merkle, records
from breachbook.agenda import Deposit
from breachbook.anchoring import (
    Deposits,
    make,
    places,
    read_note,
    sign_note,
    split_note,
)
from breachbook.anchors import folder_id
from breachbook.errors import StaleHead, VerificationError
from breachbook.events import Draft, Event
from breachbook.seal import own_key
from breachbook.slack.client import Posted
from tests.anchored import (
    KEY,
    NOTE,
    anchored_matter,
    copied,
    engine,
    events_of,
    folders_of,
    journal,
    lines,
    outside,
)
from tests.cases_core import COUNSEL, Case
from tests.telling_world import Telling, telling
from tests.terminal import Run


@pytest.fixture(scope="module")
def anchored(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A matter advanced by an engine that anchors, with one folder outside."""
    return anchored_matter(tmp_path_factory.mktemp("anchored"))


@pytest.fixture
def case(anchored: Case, tmp_path: Path) -> Case:
    """A copy of it, with a copy of the folder outside."""
    return copied(anchored, tmp_path)


def test_anchor_that_comes_too_late_leaves_nothing(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was recorded while a checkpoint was being signed makes it void: nothing of it is kept."""
    stored = set((case.file.folder / "store").rglob("*"))

    def meanwhile(path: Path) -> Any:
        records.note(case.workspace.matter(case.id), COUNSEL, "something new")
        return own_key(path)

    monkeypatch.setattr("breachbook.anchoring.making.own_key", meanwhile)

    with pytest.raises(StaleHead):
        make(case.workspace.root, case.file, "asked", case.workspace.now())

    assert set((case.file.folder / "store").rglob("*")) == stored


def test_engine_anchors_decisive_events_at_once_and_rests(anchored: Case) -> None:
    """Sealing is anchored at once, the rest after the interval; the folder holds both; no anchor follows anchors."""
    matter = anchored.matter
    first, newest = matter.evidence.anchors.values()
    sealed = next(e.seq for e in anchored.events() if e.kind == "exhibit.sealed")
    data = anchored.file.store.get(newest.checkpoint)
    seq = matter.seq
    engine(anchored)

    assert first.size >= sealed
    assert (first.cause, newest.cause) == ("exhibit.sealed", "interval")
    assert len(list(outside(anchored).iterdir())) == 2
    held = (outside(anchored) / newest.posted[folder_id("../outside")]).read_bytes()
    assert held == data
    assert anchored.since(seq) == []
    assert matter.growth.since is None


def test_checkpoint_states_size_head_and_root_of_the_lines(anchored: Case) -> None:
    """Each checkpoint is signed with the log key, not the seal key, and says what its lines give."""
    root = anchored.workspace.root
    key = own_key(root / "log-key.pem").public_key()
    whole = lines(anchored)
    for anchor in anchored.matter.evidence.anchors.values():
        found = read_note(anchored.file.store.get(anchor.checkpoint), key)
        leaves = [merkle.leaf_hash(line) for line in whole[: found.size]]
        assert (found.size, found.head) == (anchor.size, events_of(whole)[anchor.size - 1].hash)
        assert found.root == merkle.root(leaves)
    seal = own_key(root / "seal-key.pem").public_key()

    with pytest.raises(VerificationError, match="not signed with the log key"):
        read_note(anchored.file.store.get(anchor.checkpoint), seal)


def test_folder_keeps_a_checkpoint_read_only_and_never_writes_over_another(tmp_path: Path) -> None:
    """It is written once, the same again changes nothing, other bytes under its name are left and refused."""
    data = sign_note(NOTE, KEY)
    name = places.put(tmp_path, data)
    path = tmp_path / NOTE.matter / name
    assert places.put(tmp_path, data) == name
    assert path.stat().st_mode & 0o777 == 0o400
    path.unlink()
    path.write_bytes(b"another")

    with pytest.raises(FileExistsError):
        places.put(tmp_path, data)
    assert path.read_bytes() == b"another"


def test_folder_completes_a_checkpoint_that_a_crash_cut_off(tmp_path: Path) -> None:
    """Half of our own checkpoint, left by a crash, is replaced by the whole."""
    data = sign_note(NOTE, KEY)
    path = tmp_path / NOTE.matter / places.put(tmp_path, data)
    path.chmod(0o600)
    path.write_bytes(data[:40])

    assert places.put(tmp_path, data) == path.name
    assert path.read_bytes() == data


def test_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """Where a disk is not mounted nothing is written beneath its mount point."""
    with pytest.raises(FileNotFoundError):
        places.put(tmp_path / "mount" / "anchors", sign_note(NOTE, KEY))
    assert list(tmp_path.iterdir()) == []


def test_every_changed_byte_of_a_checkpoint_is_refused() -> None:
    """Whatever byte changes, it is no checkpoint any more or not ours."""
    data = sign_note(NOTE, KEY)
    assert read_note(data, KEY.public_key()) == NOTE

    for index in range(len(data)):
        changed = bytearray(data)
        changed[index] ^= 0x01
        with pytest.raises(VerificationError):
            read_note(bytes(changed), KEY.public_key())


def test_checkpoint_is_a_signed_note() -> None:
    """Text, an empty line and one signature line with the key's name, its 4 bytes and 64 bytes of Ed25519."""
    data = sign_note(NOTE, KEY)
    text, _, last = data.decode().partition("\n\n")
    _, named, signature = split_note(data)

    assert text.splitlines()[:2] == ["breachbook/LEAK-2026-0001", "7"]
    assert last.startswith("— breachbook/LEAK-2026-0001 ")
    assert (len(named), len(signature)) == (4, 64)
    KEY.public_key().verify(signature, f"{text}\n".encode())


def test_failure_of_a_folder_is_recorded_shown_and_made_good(case: Case, run: Run) -> None:
    """A folder that is away is recorded as failing; when it is back, the newest anchor is taken there."""
    place, away = outside(case).parent, outside(case).parent.with_name("away")
    place.rename(away)
    records.change_people(
        case.file, case.library, COUNSEL, "conflict", "david-okafor", "acts for them"
    )
    engine(case)
    engine(case)
    failures = [e.data["outcome"] for e in case.events() if e.kind == "anchor.failed"]
    shown = run(case, "show", case.id, "--as", COUNSEL.person)[1]
    away.rename(place)
    case.clock.now += timedelta(minutes=2)
    engine(case)

    assert failures == ["not-there"]
    assert "fails: not-there" in shown
    assert list(case.matter.evidence.anchors.values())[-1].failed == {}
    assert "nothing of weight follows" in run(case, "show", case.id, "--as", COUNSEL.person)[1]


def test_anchor_is_posted_to_the_channel_once(tmp_path: Path) -> None:
    """The channel is told size, head and checkpoint; the message's timestamp is kept, and a retry finds it."""
    case = Case.install(tmp_path / "w")
    case.report()
    with telling(case, tmp_path) as world:
        engine(case, world.client)
        records.change_people(
            case.file, case.library, COUNSEL, "conflict", "david-okafor", "acts for them"
        )
        engine(case, world.client)
        engine(case, world.client)
        (anchor,) = [a for a in case.matter.evidence.anchors.values() if "slack" in a.posted]
        said = [m for m in world.said() if m["ts"] == anchor.posted["slack"]]
        again = places.post(world.client, case.matter, anchor)
        posted = _posted(world)

    assert anchor.head in said[0]["text"]
    assert anchor.checkpoint in said[0]["text"]
    assert again == anchor.posted["slack"]
    assert posted == [f"anchor/{anchor.id}"]


def _posted(world: Telling) -> list[str]:
    return [key for key in world.posted() if key.startswith("anchor/")]


class Hanging:
    """A Slack that does not answer before it is let go."""

    def __init__(self) -> None:
        self.asked, self.free = threading.Event(), threading.Event()

    def post_once(self, *_arguments: Any, **_more: Any) -> Posted:
        """Wait."""
        self.asked.set()
        self.free.wait()
        return Posted("C0MATTER", "17.0001")


def test_place_that_hangs_holds_up_no_other(case: Case) -> None:
    """While Slack does not answer, the folder is given the checkpoint and what is due is done."""
    slack, plan = Hanging(), ("slack", *folders_of(case))
    sent = {"message": "opened", "what": "opened", "channel": "C0MATTER", "ts": "17.0"}
    case.file.transact(lambda _: [Draft("message.sent", sent)])
    (made,) = make(case.workspace.root, case.file, "asked", case.clock.now)
    folder = threading.Event()
    deposits = Deposits(case.workspace, slack, lambda _: folder.set())
    begun = [deposits.begin(case.id, Deposit(made.data["anchor"], place)) for place in plan]
    twice = deposits.begin(case.id, Deposit(made.data["anchor"], "slack"))
    slack.asked.wait()
    folder.wait()
    before = _held(case, made)
    slack.free.set()
    deposits.close()

    assert (begun, twice) == ([True, True], False)
    assert list(before) == list(folders_of(case))
    assert _held(case, made)["slack"] == "17.0001"


def _held(case: Case, made: Event) -> dict[str, str]:
    return case.matter.evidence.anchors[made.data["anchor"]].posted


def test_doctor_counts_the_places_outside(case: Case, run: Run) -> None:
    """One place is too few, and one on the workspace's own disk hardly counts: the doctor says both."""
    found = json.loads(run(case, "doctor", "--json")[1])
    texts = [item["text"] for item in found if item["about"] == "anchors"]

    assert any("on the workspace's own disk" in text for text in texts)
    assert "1 places outside get checkpoints of the journals; allowed: at least 2" in texts


def test_folder_that_stays_away_is_told_in_the_channel(tmp_path: Path) -> None:
    """The people of the matter read which folder fails and that lines could be removed unseen."""
    case = Case.install(tmp_path / "w")
    with (case.workspace.root / "breachbook.toml").open("a") as config:
        config.write('\n[anchors]\nslack = false\nfolders = ["../away"]\n')
    case.report()
    case.clock.now += timedelta(hours=1)
    with telling(case, tmp_path) as world:
        for minutes in (0, 60, 2, 3):
            case.clock.now += timedelta(minutes=minutes)
            engine(case, world.client)
        engine(case, world.client)
        posted = _posted(world)
        text = world.under(posted[0])["text"]

    (folder,) = folders_of(case)
    assert posted == [f"anchor/failing/{folder}/never"]
    assert "../away does not take the checkpoints of the journal: not-there" in text
    assert "nothing is anchored outside" in text


def test_stranger_anchors_nothing(case: Case, run: Run) -> None:
    """Who may not see the matter makes no anchor of it."""
    before = journal(case).read_bytes()
    code = run(case, "anchor", "make", case.id, "--as", "zhou-min")[0]

    assert code in (1, 2)
    assert journal(case).read_bytes() == before
