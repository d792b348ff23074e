"""The journal: what was acknowledged stays, what was not never appears, damage is refused."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from breachbook.errors import DamageError, StaleHead, StoreError
from breachbook.events import FIRST_PREV, Draft
from tests.builders import COUNSEL, append, journal, matter_file, note, opened

ROOT = Path(__file__).parent.parent
PREAMBLE = """
import sys
from pathlib import Path
from breachbook.errors import StoreError
from tests.builders import append, journal, matter_file, note
folder = Path(sys.argv[1])
"""


def start(code: str, folder: Path) -> subprocess.Popen[str]:
    """Run code in a process of its own, with its output readable line by line."""
    return subprocess.Popen(
        [sys.executable, "-c", PREAMBLE + code, str(folder)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def three_lines(folder: Path) -> bytes:
    """Write a journal of three events and give its bytes."""
    append(journal(folder), note(1), note(2), note(3))
    return (folder / "journal.jsonl").read_bytes()


def test_append_then_read_gives_the_same_events(tmp_path: Path) -> None:
    """What was appended is what another reader gets, numbered from 1 and chained."""
    written = append(journal(tmp_path), opened(), note(1))
    reader = journal(tmp_path)

    assert reader.read() == written
    assert [event.seq for event in written] == [1, 2]
    assert [event.prev for event in written] == [FIRST_PREV, written[0].hash]
    assert (reader.seq, reader.head) == (2, written[1].hash)


def test_read_gives_only_what_is_new(tmp_path: Path) -> None:
    """A second read gives nothing until somebody appends."""
    reader, writer = journal(tmp_path), journal(tmp_path)
    append(writer, note(1))
    first = reader.read()
    append(writer, note(2))

    assert len(first) == 1
    assert [event.data["note"] for event in reader.read()] == ["N2"]
    assert reader.read() == []


def test_writer_sees_what_others_appended(tmp_path: Path) -> None:
    """Under the lock a writer first gets what others appended, and continues it."""
    mine, other = journal(tmp_path), journal(tmp_path)
    append(mine, note(1))
    append(other, note(2))
    with mine.locked() as writer:
        seen = [event.seq for event in writer.new]
        written = writer.append([note(3)])

    assert seen == [2]
    assert written[0].seq == 3
    assert len(journal(tmp_path).read()) == 3


def test_nothing_is_written_when_one_draft_is_refused(tmp_path: Path) -> None:
    """Events appended together are all checked before the first is written."""
    target = journal(tmp_path)
    with pytest.raises(StoreError):
        append(target, note(1), Draft("note.added", {"note": "N2", "text": "free text"}))

    assert (tmp_path / "journal.jsonl").read_bytes() == b""
    assert target.seq == 0


def test_journal_is_for_its_owner_alone(tmp_path: Path) -> None:
    """The file is readable and writable by its owner only."""
    append(journal(tmp_path), note(1))

    assert (tmp_path / "journal.jsonl").stat().st_mode & 0o777 == 0o600


def test_processes_appending_at_once_lose_nothing(tmp_path: Path) -> None:
    """Two processes that append at the same time make one chain that holds every event of both."""
    code = """
target = journal(folder)
for number in range(1, 61):
    append(target, note(number))
"""
    both = [start(code, tmp_path) for _ in range(2)]
    codes = [process.communicate()[1] or process.returncode for process in both]
    events = journal(tmp_path).read()

    assert codes == [0, 0]
    assert len(events) == 120
    numbers = [event.data["note"] for event in events]
    assert all(numbers.count(f"N{number}") == 2 for number in range(1, 61))


def test_killed_process_leaves_what_it_acknowledged(tmp_path: Path) -> None:
    """A process killed while appending leaves what it acknowledged and a journal that goes on."""
    code = """
target = journal(folder)
for number in range(1, 100000):
    append(target, note(number), note(number))
    print(target.seq, flush=True)
"""
    for _ in range(3):
        process = start(code, tmp_path)
        assert process.stdout is not None
        told = [int(process.stdout.readline()) for _ in range(15)]
        process.send_signal(signal.SIGKILL)
        told += [int(line) for line in process.communicate()[0].splitlines()]

        target = journal(tmp_path)
        append(target, note(1))
        assert target.seq > told[-1]
        assert len(journal(tmp_path).read()) == target.seq


TAILS: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda part: part,
    "zeros": lambda part: part + b"\0" * 40,
    "noise": lambda part: part + b"\xff\x13{" * 9,
    "all-zeros": lambda part: b"\0" * (len(part) + 1),
}


@pytest.mark.parametrize("kind", TAILS)
def test_torn_last_line_is_not_an_event(tmp_path: Path, kind: str) -> None:
    """Wherever the last line was torn, a reader gets the lines before it and no more."""
    whole = three_lines(tmp_path)
    path = tmp_path / "journal.jsonl"
    start_of_last = whole[:-1].rfind(b"\n") + 1
    for cut in range(start_of_last, len(whole)):
        path.write_bytes(whole[:start_of_last] + TAILS[kind](whole[start_of_last:cut]))

        reader = journal(tmp_path)
        assert [event.seq for event in reader.read()] == [1, 2]
        assert reader.size == start_of_last


@pytest.mark.parametrize("kind", TAILS)
def test_torn_last_line_is_set_aside_and_recorded(tmp_path: Path, kind: str) -> None:
    """The next to append sets a torn line aside, cuts it off and says so in the journal."""
    whole = three_lines(tmp_path)
    start_of_last = whole[:-1].rfind(b"\n") + 1
    for number, cut in enumerate(range(start_of_last + 1, len(whole), 29)):
        folder = tmp_path / str(number)
        folder.mkdir()
        torn = TAILS[kind](whole[start_of_last:cut])
        (folder / "journal.jsonl").write_bytes(whole[:start_of_last] + torn)
        target = journal(folder)
        append(target, note(9))

        events = journal(folder).read()
        assert [event.kind for event in events[2:]] == ["tail.cut", "note.added"]
        cut_off = events[2].data
        assert cut_off["bytes"] == len(torn)
        assert (folder / cut_off["saved"]).read_bytes() == torn
        assert target.seq == 4


def test_torn_line_is_refused_when_it_was_seen_whole(tmp_path: Path) -> None:
    """If anything outside saw a line that is now torn, nothing is appended or repaired."""
    whole = three_lines(tmp_path)
    path = tmp_path / "journal.jsonl"
    path.write_bytes(whole[:-1])
    with pytest.raises(DamageError, match="line 3 was seen"):
        append(journal(tmp_path, known_seq=3), note(4))

    assert path.read_bytes() == whole[:-1]
    assert [entry.name for entry in tmp_path.iterdir()] == ["journal.jsonl"]


@pytest.mark.parametrize("mask", [0x01, 0x20, 0x80])
def test_any_changed_byte_of_a_complete_line_is_damage(tmp_path: Path, mask: int) -> None:
    """Whatever byte of a complete line changed, reading refuses and the file stays."""
    whole = three_lines(tmp_path)
    path = tmp_path / "journal.jsonl"
    accepted = []
    for place in range(len(whole) - 1):
        changed = bytearray(whole)
        changed[place] ^= mask
        path.write_bytes(changed)
        try:
            journal(tmp_path).read()
        except DamageError:
            continue
        accepted.append(place)

    assert accepted == []
    with pytest.raises(DamageError):
        append(journal(tmp_path), note(4))
    assert path.read_bytes() == changed


def test_zeros_with_a_line_end_are_damage(tmp_path: Path) -> None:
    """Zeros are a tear only as an unfinished last line; a complete line of them is damage."""
    whole = three_lines(tmp_path)
    (tmp_path / "journal.jsonl").write_bytes(whole + b"\0" * 50 + b"\n")

    with pytest.raises(DamageError, match="line 4"):
        journal(tmp_path).read()


@pytest.mark.parametrize("gone", [0, 1])
def test_removed_line_is_damage(tmp_path: Path, gone: int) -> None:
    """A line taken out from the middle is found, because the next does not follow."""
    lines = three_lines(tmp_path).splitlines(keepends=True)
    del lines[gone]
    (tmp_path / "journal.jsonl").write_bytes(b"".join(lines))

    with pytest.raises(DamageError, match="does not follow"):
        journal(tmp_path).read()


def test_lines_in_another_order_are_damage(tmp_path: Path) -> None:
    """Two lines that changed places are found."""
    lines = three_lines(tmp_path).splitlines(keepends=True)
    (tmp_path / "journal.jsonl").write_bytes(b"".join([lines[0], lines[2], lines[1]]))

    with pytest.raises(DamageError, match="line 2 does not follow"):
        journal(tmp_path).read()


def _shrink(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1)


def _replace(path: Path) -> None:
    shutil.copy(path, path.with_name("copy"))
    path.with_name("copy").replace(path)


def _remove(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("happened", [_shrink, _replace, _remove])
def test_reader_notices_that_the_file_is_another(
    tmp_path: Path, happened: Callable[[Path], None]
) -> None:
    """A journal that became shorter, another file, or nothing under a reader's eyes is refused."""
    three_lines(tmp_path)
    reader = journal(tmp_path)
    reader.read()
    happened(tmp_path / "journal.jsonl")

    with pytest.raises(DamageError):
        reader.read()
    with pytest.raises(DamageError):
        append(reader, note(4))


def test_full_disk_records_nothing(tmp_path: Path) -> None:
    """A write that the disk refuses half-way leaves no phantom, and the next one works."""
    append(journal(tmp_path), note(1))
    before = (tmp_path / "journal.jsonl").read_bytes()
    code = """
import resource
target = journal(folder)
target.read()
size = target.path.stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, resource.RLIM_INFINITY))
try:
    append(target, note(2), note(3))
except StoreError as error:
    print(error)
print(target.seq, target.path.stat().st_size - size, flush=True)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
append(target, note(4))
"""
    process = start(code, tmp_path)
    output, errors = process.communicate()

    assert errors == ""
    assert "nothing was recorded" in output
    assert output.splitlines()[-1] == "1 0"
    assert (tmp_path / "journal.jsonl").read_bytes().startswith(before)
    assert [event.data["note"] for event in journal(tmp_path).read()] == ["N1", "N4"]


def test_text_is_not_committed_to_when_the_disk_refuses_it(tmp_path: Path) -> None:
    """If a value cannot be kept, the event that would commit to it is not written."""
    code = """
import resource
from breachbook.events import Draft
file = matter_file(folder)
resource.setrlimit(resource.RLIMIT_FSIZE, (50, resource.RLIM_INFINITY))
def decide(matter):
    return [Draft("note.added", {"note": "N1", "text": file.values.commit("a note")})]
try:
    file.transact(decide)
except StoreError as error:
    print(error)
"""
    output, errors = start(code, tmp_path).communicate()

    assert errors == ""
    assert "values.jsonl" in output
    assert journal(tmp_path).read() == []
    assert (tmp_path / "values.jsonl").read_bytes() == b""


def test_failed_sync_leaves_no_phantom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An event whose sync failed was never recorded, and the sync is not tried again."""
    target = journal(tmp_path)
    append(target, note(1))
    tries = []

    def refuse(descriptor: int) -> None:
        tries.append(descriptor)
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", refuse)
        with pytest.raises(StoreError, match="nothing was recorded"):
            append(target, note(2))

    assert len(tries) == 1
    assert len(journal(tmp_path).read()) == 1
    append(target, note(3))
    assert [event.data["note"] for event in journal(tmp_path).read()] == ["N1", "N3"]


def test_stale_decision_is_not_appended(tmp_path: Path) -> None:
    """Whoever decided on an older state is told so and nothing is written."""
    mine, other = matter_file(tmp_path), matter_file(tmp_path)
    mine.transact(lambda _: [opened()])
    other.transact(lambda _: [note(1)])

    with pytest.raises(StaleHead, match="line 2 is newer than 1"):
        mine.transact(lambda _: [note(2)], expected=1)
    assert mine.refresh().seq == 2


def test_decision_is_taken_on_the_newest_state(tmp_path: Path) -> None:
    """Under the lock the matter already holds what others appended, and afterwards what we did."""
    mine, other = matter_file(tmp_path), matter_file(tmp_path)
    mine.transact(lambda _: [opened()])
    other.transact(lambda _: [note(1)])
    seen: list[str] = []

    def decide(matter: object) -> list[Draft]:
        seen.append(mine._matter.number("N"))
        return [note(2)]

    mine.transact(decide)
    assert seen == ["N2"]
    assert [n[0] for n in mine.refresh().notes] == ["N1", "N2"]


def test_refused_decision_leaves_no_value(tmp_path: Path) -> None:
    """When a decision is refused, what it wanted to say is forgotten."""
    file = matter_file(tmp_path)
    file.transact(lambda _: [opened()])

    def refuse(_: object) -> list[Draft]:
        file.values.commit("a secret thought")
        raise StoreError("no")

    with pytest.raises(StoreError, match="no"):
        file.transact(refuse)
    file.transact(lambda _: [note(1)])
    assert not (tmp_path / "values.jsonl").exists()


def test_value_is_durable_before_the_line_that_commits_to_it(tmp_path: Path) -> None:
    """Every commitment in the journal has its value, and the journal has not the text."""
    file = matter_file(tmp_path)
    text = "Beiyuan's engineer called"
    file.transact(
        lambda _: [Draft("note.added", {"note": "N1", "text": file.values.commit(text)}, COUNSEL)]
    )

    raw = (tmp_path / "journal.jsonl").read_text()
    committed = json.loads(raw)["data"]["text"]
    assert "Beiyuan" not in raw
    assert matter_file(tmp_path).values.get(committed) == text
