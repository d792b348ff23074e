"""Archives, mail and commands: listed, never unpacked; kept byte for byte; run without a shell."""

import hashlib
import json
import mailbox
import os
import select
import struct
import sys
import zipfile
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from breachbook.collecting import archive as listing
from breachbook.collecting import mail
from breachbook.collecting.archive import LISTING, listed
from breachbook.collecting.mail import INDEX
from breachbook.collecting.remarks import Remarks
from breachbook.custody import ACQUISITION, Described
from breachbook.errors import CustodyError
from tests.exhibits import inspect, preserve
from tests.gathering import bench, codes, gather, wanted


def packed(path: Path, members: dict[str, bytes], **how: Any) -> Path:
    """Make a ZIP."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **how) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def found(said: Described) -> set[tuple[str, str]]:
    """Give code and path of each finding."""
    return {(finding.code, finding.path) for finding in said.findings}


def names(said: Described, tag: str = LISTING) -> list[str]:
    """Give the members listed."""
    return [json.loads(line)["name"] for line in said.tags[tag].splitlines()]


def test_ordinary_archive_is_listed_without_a_finding(tmp_path: Path) -> None:
    """Each member stands in the listing with its size and checksum."""
    said = listed(packed(tmp_path / "a.zip", {"one.txt": b"one", "folder/two.txt": b"two two"}))

    first = json.loads(said.tags[LISTING].splitlines()[0])
    assert said.findings == ()
    assert names(said) == ["one.txt", "folder/two.txt"]
    assert (first["size"], first["encrypted"]) == (3, False)


@pytest.mark.parametrize(
    "name",
    ["../up", "a/../../up", "/etc/passwd", "C:x", "C:\\x", "\\\\host\\x", "a/NUL", "com1.txt"],
)
def test_member_that_would_leave_its_folder_is_a_finding(tmp_path: Path, name: str) -> None:
    """Names that climb, are absolute or are a device's are told; the archive is listed all the same."""
    said = listed(packed(tmp_path / "a.zip", {name: b"x", "good.txt": b"y"}))

    assert [code for code, _ in found(said)] == ["unsafe-member"]
    assert len(names(said)) == 2


def test_link_in_an_archive_is_a_finding(tmp_path: Path) -> None:
    """A member that would become a symbolic link is unsafe to unpack."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        member = zipfile.ZipInfo("link")
        member.create_system, member.external_attr = 3, 0o120777 << 16
        archive.writestr(member, "/etc/passwd")

    assert found(listed(path)) == {("unsafe-member", "a.zip!link")}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_duplicate_and_encrypted_members_are_findings(tmp_path: Path) -> None:
    """Two members of one name hide each other, and nobody sees into an encrypted one."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("same", b"one")
        archive.writestr("same", b"two")
    data = bytearray(path.read_bytes())
    directory = data.index(b"PK\x01\x02")
    data[directory + 8] |= 1
    path.write_bytes(data)

    assert found(listed(path)) == {
        ("duplicate-member", "a.zip!same"),
        ("encrypted-member", "a.zip!same"),
    }


def test_bomb_is_told_by_its_directory_and_not_unpacked(tmp_path: Path) -> None:
    """Two gibibytes of nothing in a few kilobytes: told from what the directory says."""
    path = packed(tmp_path / "a.zip", {"zeros": bytes(1 << 20)})
    data = bytearray(path.read_bytes())
    struct.pack_into("<L", data, data.index(b"PK\x01\x02") + 24, 0x7FFFFFFF)
    path.write_bytes(data)

    assert found(listed(path)) == {("bomb", "a.zip")}


def test_members_that_share_their_bytes_are_a_bomb(tmp_path: Path) -> None:
    """Members that are larger together than their archive overlap in it."""
    path = packed(tmp_path / "a.zip", {"one": bytes(range(256)) * 4})
    data = path.read_bytes()
    start, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    line = data[start:end]
    lines = b"".join(line.replace(b"one", b"%03d" % number) for number in range(30))
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 30, 30, len(lines), start, 0)
    path.write_bytes(data[:start] + lines + tail)

    assert found(listed(path)) == {("bomb", "a.zip")}


@pytest.mark.parametrize("cut", [1, 30, 60])
def test_damaged_archive_is_preserved_and_said_to_be_unlisted(tmp_path: Path, cut: int) -> None:
    """A directory that is cut off or does not hold what it states is one finding."""
    path = packed(tmp_path / "a.zip", {"one": b"1", "two": b"2"})
    path.write_bytes(path.read_bytes()[:-cut])

    assert found(listed(path)) == {("not-listed", "a.zip")}


@pytest.mark.parametrize("at", range(0, 130, 3))
def test_no_changed_byte_of_a_directory_breaks_the_listing(tmp_path: Path, at: int) -> None:
    """Whatever stands in the directory, there is a listing or a finding and never a fault."""
    path = packed(tmp_path / "a.zip", {"one": b"1", "two": b"2"})
    data = bytearray(path.read_bytes())
    data[-1 - at] ^= 0xFF
    path.write_bytes(data)
    said = listed(path)

    assert LISTING in said.tags
    assert {code for code, _ in found(said)} <= ACQUISITION.keys()


def test_large_archive_is_listed_by_its_64_bit_directory(tmp_path: Path) -> None:
    """More members than 16 bits count are all listed."""
    path, count = packed(tmp_path / "a.zip", {"00000": b""}), 66_000
    data = path.read_bytes()
    start, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    line = data[start:end]
    lines = b"".join(line.replace(b"00000", b"%05d" % number) for number in range(count))
    large = struct.pack(
        "<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, len(lines), start
    )
    where = struct.pack("<4sLQL", b"PK\x06\x07", 0, start + len(lines), 1)
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, *[0xFFFFFFFF] * 2, 0)
    path.write_bytes(data[:start] + lines + large + where + tail)
    said = listed(path)

    assert said.findings == ()
    assert len(names(said)) == count
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist()[-1] == "65999"


@pytest.mark.parametrize("offset", [2**64 - 1, 2**63, 2**63 - 1, 2**40])
def test_directory_that_no_file_could_hold_is_one_finding(tmp_path: Path, offset: int) -> None:
    """A place beyond the file, even beyond what can be sought, is a damaged directory."""
    large = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, 46, offset)
    where = struct.pack("<4sLQL", b"PK\x06\x07", 0, 4, 1)
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, *[0xFFFFFFFF] * 2, 0)
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04" + large + where + tail)

    assert found(listed(tmp_path / "a.zip")) == {("not-listed", "a.zip")}


def test_listing_of_long_names_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of 64 KiB fill a page of the listing, not the memory."""
    monkeypatch.setattr(listing, "_LISTED_BYTES", 300_000)
    path = packed(tmp_path / "a.zip", {f"{number}{'x' * 65_000}": b"" for number in range(9)})
    said = listed(path)

    assert found(said) == {("not-listed", "a.zip")}
    assert len(names(said)) == 5


def test_what_is_no_archive_has_no_listing(tmp_path: Path) -> None:
    """An image or a text is taken as it is."""
    (tmp_path / "disk.img").write_bytes(b"\xeb\x3c" * 400)

    assert listed(tmp_path / "disk.img") == Described()


def test_archive_is_sealed_packed_with_its_listing_under_the_seal(tmp_path: Path) -> None:
    """The file is the exhibit's only payload; the listing is a tag file that the seal covers."""
    path = packed(tmp_path / "a.zip", {"../up": b"x"})
    gathered = gather(bench(tmp_path), wanted("file", path))
    sealed = preserve(path, tmp_path / "exhibits", describe=gathered.describe)

    payload = [one.name for one in (sealed.path / "data").iterdir()]
    assert payload == ["a.zip"]
    assert (sealed.path / "breachbook" / LISTING).is_file()
    assert [finding.code for finding in sealed.findings] == ["unsafe-member"]
    assert inspect(sealed).is_sound
    assert preserve(path, tmp_path / "exhibits") == sealed


def test_findings_of_one_kind_are_counted_beyond_a_hundred() -> None:
    """A hostile archive cannot fill the record: the rest is a number."""
    remarks = Remarks()
    for number in range(250):
        remarks.found("unsafe-member", f"a!{number}")
    told = remarks.findings("a")

    assert len(told) == 101
    assert told[-1].detail == "and 150 more"


def letter(number: int) -> EmailMessage:
    """Write a message with a line that an mbox must escape."""
    message = EmailMessage()
    message["From"], message["To"] = "canary@example.com", "b@example.com"
    message["Message-ID"] = f"<{number}@example.com>"
    message.set_content(
        f"number {number}\n\nFrom here on it is secret\n" + "x" * 200_000 * (number == 1)
    )
    return message


def test_every_message_of_an_mbox_has_its_place_and_digest(tmp_path: Path) -> None:
    """The index agrees with the library's own reading of the same file, and names nobody."""
    path = tmp_path / "box"
    box = mailbox.mbox(path)
    for number in range(3):
        box.add(letter(number))
    box.close()
    gathered = gather(bench(tmp_path), wanted("mail", path))
    sealed = preserve(path, tmp_path / "exhibits", describe=gathered.describe)

    index = (sealed.path / "breachbook" / INDEX).read_bytes()
    rows = [json.loads(line) for line in index.splitlines()]
    data = (sealed.path / "data" / "box").read_bytes()
    parts = [data[row["offset"] : row["offset"] + row["bytes"]] for row in rows]
    assert data == path.read_bytes() == b"".join(parts)
    assert [hashlib.sha256(part).hexdigest() for part in parts] == [row["sha256"] for row in rows]
    assert [f"<{n}@example.com>".encode() in part for n, part in enumerate(parts)] == [True] * 3
    assert b"canary" not in index


def test_index_of_countless_messages_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An mbox of nothing but separators fills a page of the index, not the memory."""
    monkeypatch.setattr(mail, "_LARGEST_INDEX", 1000)
    (tmp_path / "in.mbox").write_bytes(b"From x\n\n" * 50)
    sealed = preserve(tmp_path / "in.mbox", tmp_path / "exhibits", describe=mail._indexed)

    rows = (sealed.path / "breachbook" / INDEX).read_bytes().splitlines()
    assert [(one.code, one.path) for one in sealed.findings] == [("not-listed", "in.mbox")]
    assert 5 < len(rows) < 20


def test_folder_of_messages_is_indexed_and_what_is_none_is_told(tmp_path: Path) -> None:
    """Each ``.eml`` is one message; a file that is no message is preserved and named."""
    folder = tmp_path / "mail"
    (folder / "cur").mkdir(parents=True)
    (folder / "one.eml").write_bytes(bytes(letter(0)))
    (folder / "cur" / "1.host:2,S").write_bytes(bytes(letter(2)))
    (folder / "archive.pst").write_bytes(b"!BDN\0\0\0\0")
    gathered = gather(bench(tmp_path), wanted("mail", folder))
    sealed = preserve(folder, tmp_path / "exhibits", describe=gathered.describe)

    index = (sealed.path / "breachbook" / INDEX).read_text()
    assert [json.loads(line)["file"] for line in index.splitlines()] == [
        "one.eml",
        "cur/1.host:2,S",
    ]
    assert [(one.code, one.path) for one in sealed.findings] == [("not-listed", "archive.pst")]


def script(text: str) -> tuple[str, ...]:
    """Give a command that runs a few lines of Python."""
    return (sys.executable, "-I", "-S", "-c", text)


def test_command_output_complaints_and_code_are_kept(tmp_path: Path) -> None:
    """A program that fails is evidence of what it said all the same."""
    text = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(4)"
    on = bench(tmp_path)
    gathered = gather(on, wanted("command", command=script(text)))

    assert (on.folder / "stdout").read_text() == "out\n"
    assert (on.folder / "stderr").read_text() == "err\n"
    assert gathered.account["exit_code"] == 4
    assert codes(gathered) == ["program-failed"]
    assert (
        gathered.account["program_sha256"]
        == hashlib.sha256(Path(sys.executable).read_bytes()).hexdigest()
    )


def test_command_has_no_shell_and_a_bare_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No word is expanded, and no secret of our own environment reaches the program or the record."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "canary")
    text = "import os, sys; print(sys.argv[1], dict(os.environ), os.getcwd())"
    on = bench(tmp_path)
    gathered = gather(on, wanted("command", command=(*script(text), "$HOME; `id` *")))

    said = (on.folder / "stdout").read_text()
    assert said.startswith("$HOME; `id` *")
    assert "canary" not in said + repr(gathered.account)


def test_command_that_never_ends_is_ended_with_all_it_started(tmp_path: Path) -> None:
    """After its time the program and its children are gone; what it printed until then is kept."""
    text = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-I', '-S', '-c', 'import time; time.sleep(99)'])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(99)\n"
    )
    on = bench(tmp_path)
    gathered = gather(on, wanted("command", command=script(text), seconds=1))

    child = int((on.folder / "stdout").read_text())
    assert codes(gathered) == ["cut-short"]
    assert gathered.account["ended_by_us"] == "time"
    assert _ends(child)


def _ends(process: int) -> bool:
    """Say whether a process that is nobody's child here ends within a few seconds."""
    try:
        handle = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 10)[0])
    finally:
        os.close(handle)


def test_command_that_prints_without_end_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its output is capped on disk and never in memory."""
    monkeypatch.setattr("breachbook.collecting.command.LARGEST", 1 << 20)
    on = bench(tmp_path)
    gathered = gather(on, wanted("command", command=script("while True: print('x' * 9999)")))

    assert gathered.account["ended_by_us"] == "length"
    assert codes(gathered) == ["cut-short"]


def test_command_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """A program that is not installed is named, and nothing is gathered."""
    with pytest.raises(CustodyError, match="no-such-program: is not on this machine"):
        gather(bench(tmp_path), wanted("command", command=("no-such-program",)))
