"""Collecting by hand and by a step: what is recorded, who may, what is refused, what an interruption leaves."""

import base64
import fcntl
import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, get_args

import pytest

from breachbook.collecting import KINDS
from breachbook.collecting.collection import Occasion, order_of
from breachbook.collecting.collection import collect as gather_and_seal
from breachbook.collecting.recording import named
from breachbook.errors import (
    ApprovalError,
    BreachbookError,
    CustodyError,
    UsageError,
)
from breachbook.events import Actor
from breachbook.seal import verify
from breachbook.workspace_files import SourceRow
from tests.cases_core import COUNSEL, Case, refused, waits_for_triage
from tests.exhibits import odd_source, plain_source
from tests.gathering import collect, order, served, sources
from tests.terminal import Run

pytestmark = pytest.mark.usefixtures("standing_clock")


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """The example, waiting for triage."""
    return waits_for_triage(tmp_path_factory.mktemp("collect") / "w")


@pytest.fixture
def case(opened: Case, tmp_path: Path) -> Case:
    """A copy of it."""
    return opened.copy(tmp_path / "w")


def record_of(case: Case, exhibit: str = "E1") -> dict[str, Any]:
    """Read what the exhibit says of its own collection."""
    path = case.file.folder / "exhibits" / exhibit / "breachbook" / "record.json"
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found


def test_every_kind_of_sources_yaml_has_a_collector() -> None:
    """What the file may say and what can be collected are the same kinds, and each loads."""
    field = SourceRow.model_fields["kind"].annotation
    placed = {name for name, kind in KINDS.items() if kind.at}

    assert set(get_args(field)) == placed
    assert all(callable(kind.load()) for kind in KINDS.values())


def test_collection_by_hand_is_recorded_before_and_after(case: Case, tmp_path: Path) -> None:
    """The journal has the beginning and the exhibit, both by the person, and the seal is sound."""
    source = plain_source(tmp_path / "laptop")
    events = collect(case, order(case, source, personal_data=True, title="Laptop"))

    exhibit = case.matter.exhibits["E1"]
    report = verify(case.file.folder / "exhibits" / "E1", expected_seal_sha256=exhibit.seal_sha256)
    assert [event.kind for event in events] == ["exhibit.begun", "exhibit.sealed"]
    assert {event.actor for event in events} == {COUNSEL}
    assert (exhibit.step, exhibit.target, exhibit.operator) == ("-", "-", "helen-marsh")
    assert (exhibit.place, exhibit.stored, exhibit.collector) == ("US", "US", "folder")
    assert exhibit.personal_data
    assert report.is_sound


def test_record_says_by_whom_on_what_authority_and_how_to_repeat(
    case: Case, tmp_path: Path, run: Run
) -> None:
    """What a court asks of a collection stands in the exhibit itself."""
    source = plain_source(tmp_path / "laptop of A")
    told = run(
        case, "evidence", "collect", case.id, source, "--place", "US", "--trade-secret",
        "--authority", "order of 14 November", "--as", "helen-marsh",
    )  # fmt: skip

    whole = record_of(case)
    record = whole["record"]
    wanted = f"breachbook evidence collect {case.id} '{source}' --place US --trade-secret"
    assert told[0] == 0
    assert record["repeat"] == wanted
    assert record["authority"] == "order of 14 November"
    assert (record["operator"], record["step"], record["scope"]) == (
        "helen-marsh",
        "-",
        str(source),
    )
    assert record["clock"] == {"synced": True}
    assert all(record["machine"][part] > 0 for part in ("uptime_seconds", "free_disk_mib"))
    assert whole["tool"]["name"] == "breachbook"
    assert len(whole["tool"]["build_sha256"]) == 64
    assert whole["environment"]["host"] == os.uname().nodename


def test_preserving_step_collects_by_the_same_collectors(case: Case) -> None:
    """A step's exhibit says its kind, where it is stored, and names the step under its key."""
    case.answer()
    case.advance()

    exhibit = case.matter.exhibits["E1"]
    record = record_of(case)["record"]
    key = case.matter.instance("preserve-share", "licence-share").acts["acquire"].key
    assert (exhibit.collector, exhibit.stored, exhibit.place) == ("folder", "US", "US")
    assert record["authority"] == f"step preserve-share, key {key}"
    assert record["repeat"] == f"breachbook evidence collect {case.id} licence-share"


def test_source_of_sources_yaml_is_collected_by_its_id(case: Case, run: Run) -> None:
    """Its row says what it is; told twice is refused."""
    told = run(case, "evidence", "collect", case.id, "licence-share", "--as", "helen-marsh")
    twice = run(
        case,
        "evidence",
        "collect",
        case.id,
        "licence-share",
        "--place",
        "CN",
        "--as",
        "helen-marsh",
    )

    assert told[0] == 0
    assert case.matter.exhibits["E1"].target == "licence-share"
    assert twice[0] == 2
    assert "sources.yaml says it" in twice[2]


def test_odd_entries_are_recorded_and_the_source_is_as_it_was(case: Case, tmp_path: Path) -> None:
    """Links, pipes, sockets and awkward names become findings; no byte or time of the source changes."""
    source = odd_source(tmp_path / "odd")
    before = _state(source)
    collect(case, order(case, source))

    findings = case.matter.exhibits["E1"].findings
    assert {"link-not-followed", "special-not-read", "name-escaped", "name-collision"} <= set(
        findings
    )
    assert _state(source) == before


def _state(folder: Path) -> list[tuple[str, int, int, int, int]]:
    """List what of each entry a reading could change; a folder's access time is ours, not the source's."""
    found = []
    for path in folder.rglob("*"):
        facts = path.lstat()
        read = facts.st_atime_ns if path.is_file() and not path.is_symlink() else 0
        found.append((str(path), facts.st_mtime_ns, facts.st_ctime_ns, facts.st_nlink, read))
    return sorted(found)


@pytest.mark.parametrize(
    ("actor", "error", "words"),
    [
        (Actor("peter-lindgren", "example"), ApprovalError, "not yours to see"),
        (Actor("joan-petrov", "example"), ApprovalError, "collecting evidence is for"),
        (Actor("alan-brooks", "example"), ApprovalError, "not yours to see"),
    ],
)
def test_collecting_is_for_responders_and_counsel(
    case: Case, tmp_path: Path, actor: Actor, error: type[BreachbookError], words: str
) -> None:
    """Who only reported, keeps the docket or is a custodian collects nothing, and nothing is recorded."""
    wanted = order(case, plain_source(tmp_path / "s"))

    refused(case, lambda: collect(case, wanted, actor=actor), error, words)


def test_list_says_what_was_collected_by_hand_and_what_it_holds(
    case: Case, tmp_path: Path, run: Run
) -> None:
    """The title that the person gave tells exhibits apart; the journal itself only commits to it."""
    source = plain_source(tmp_path / "laptop")
    collect(case, order(case, source, personal_data=True, title="Laptop of A. Brooks"))
    listed = run(case, "evidence", "list", case.id, "--as", "helen-marsh")[1]
    told = run(case, "evidence", "list", case.id, "--json", "--as", "helen-marsh")[1]
    shown = run(case, "show", case.id, "--as", "helen-marsh")[1]

    assert re.search("E1 +folder +Laptop of A. Brooks +personal data +", listed)
    assert re.search("E1 +Laptop of A. Brooks ", shown)
    assert json.loads(told)[0]["title"] == "Laptop of A. Brooks"
    assert b"Laptop" not in case.file.journal.path.read_bytes()


@pytest.mark.parametrize("what", ["s3://bucket/x", "sftp://u@h/x", "imaps://u@h/INBOX"])
def test_server_that_needs_a_secret_is_collected_only_from_sources_yaml(
    case: Case, what: str
) -> None:
    """An address that only sources.yaml can describe is refused before anything is recorded."""
    with pytest.raises(UsageError, match=r"stand in sources\.yaml"):
        named(case.workspace, what, None, {})


def test_command_is_collected_only_from_sources_yaml(case: Case) -> None:
    """No command is taken from the command line."""
    with pytest.raises(UsageError, match="--kind"):
        named(case.workspace, str(case.workspace.root), "command", {})


def test_interrupted_collection_shows_as_begun_and_is_resumed(
    case: Case, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C leaves no exhibit but its number; the number is gone on with, another source is not."""
    source = plain_source(tmp_path / "s")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("breachbook.collecting.collection._described", stop)
        stopped = run(
            case, "evidence", "collect", case.id, source, "--place", "US", "--as", "helen-marsh"
        )
    visible = [path.name for path in (case.file.folder / "exhibits").glob("[!.]*")]
    listed = run(case, "evidence", "list", case.id, "--as", "helen-marsh")
    other = run(
        case,
        "evidence",
        "collect",
        case.id,
        "licence-share",
        "--resume",
        "E1",
        "--as",
        "helen-marsh",
    )
    resumed = run(
        case, "evidence", "collect", case.id, source, "--place", "US", "--resume", "E1",
        "--as", "helen-marsh",
    )  # fmt: skip

    assert (stopped[0], visible) == (1, [])
    assert "begun, not sealed" in listed[1]
    assert (other[0], resumed[0]) == (2, 0)
    assert list(case.matter.exhibits) == ["E1"]
    assert case.matter.evidence.unsealed == {}


_SLOW = """
import sys, time
from breachbook.collecting import collection
def slow(*_):
    print("copied", flush=True)
    time.sleep(60)
collection._described = slow
from breachbook.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_visible_after_the_process_ends_in_the_middle(
    case: Case, tmp_path: Path, end: signal.Signals
) -> None:
    """A signal in the middle of a collection leaves no exhibit, and the next one starts afresh."""
    source = plain_source(tmp_path / "s")
    words = ["evidence", "collect", case.id, str(source), "--place", "US", "--as", "helen-marsh"]
    process = subprocess.Popen(
        [sys.executable, "-c", _SLOW, *words, "--workspace", str(case.workspace.root)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"copied\n"
        process.send_signal(end)
        code = process.wait(20)
    visible = [path.name for path in (case.file.folder / "exhibits").glob("[!.]*")]
    collect(case, order(case, source))

    assert code != 0
    assert visible == []
    assert list(case.matter.exhibits) == ["E2"]


def test_failed_gathering_names_its_reason_and_seals_nothing(case: Case, tmp_path: Path) -> None:
    """A source that is not there when it is to be read leaves a number and no exhibit."""
    wanted = replace(order(case, plain_source(tmp_path / "s")), at=str(tmp_path / "gone"))
    with pytest.raises(CustodyError, match="No such file"):
        collect(case, wanted)

    assert case.matter.exhibits == {}
    assert [path.name for path in (case.file.folder / "exhibits").iterdir()] == []


def test_exhibit_that_is_whole_is_not_gathered_again(case: Case) -> None:
    """After a crash between sealing and recording the exhibit is verified, and its source not asked anew."""
    text = "import time; print(time.time_ns())"
    row = f"kind: command\n    command: [{sys.executable}, -I, -c, '{text}']"
    sources(case, f"  - id: clock\n    title: Clock\n    place: US\n    {row}\n")
    wanted = named(case.workspace, "clock", None, {})
    why = Occasion(case.id, "-", "", "helen-marsh", ["breachbook"], "0" * 64, None)
    exhibits = case.file.folder / "exhibits"
    made = [gather_and_seal(case.workspace, wanted, exhibits, "E1", why) for _ in range(2)]

    assert made[0] == made[1]
    assert [path.name for path in exhibits.glob(".*")] == []


def test_second_exhibit_names_the_seal_of_the_first(case: Case, tmp_path: Path) -> None:
    """Exhibits of a matter are chained by their seals."""
    collect(case, order(case, plain_source(tmp_path / "one")))
    collect(case, order(case, plain_source(tmp_path / "two")))

    folder = case.file.folder / "exhibits"
    envelope = json.loads((folder / "E2.seal.json").read_bytes())
    document = json.loads(base64.b64decode(envelope["payload"]))
    assert document["previous_seal"] == case.matter.exhibits["E1"].seal_sha256


@pytest.mark.parametrize(
    ("what", "kind", "told", "words"),
    [
        ("nowhere", None, {}, "got nothing there"),
        (".", "mail-box", {}, "--kind"),
        (".", "web", {}, "--kind"),
        ("https://x.example/", "folder", {}, "--kind"),
        (".", None, {"place": "usa"}, "--place"),
        (".", "mail", {"works_council": "asked"}, "--works-council"),
    ],
)
def test_what_is_named_wrongly_is_told_with_what_is_allowed(
    case: Case, what: str, kind: str | None, told: dict[str, str], words: str
) -> None:
    """Bad usage is refused before anything is recorded."""
    refused(case, lambda: named(case.workspace, what, kind, told), UsageError, words)


def test_source_of_another_kind_than_told_is_refused(case: Case, tmp_path: Path) -> None:
    """A folder is no file."""
    wanted = order(case, plain_source(tmp_path / "s"), "file")
    with pytest.raises(CustodyError, match="is not a file"):
        collect(case, wanted)

    assert case.matter.exhibits == {}


def test_order_of_a_row_resolves_its_path_against_the_workspace(case: Case) -> None:
    """A relative path of sources.yaml is relative to the workspace, and the row's facts are taken over."""
    found = order_of(case.workspace.rows("sources")["licence-share"], case.workspace)

    assert found.at == str(case.workspace.root / "share")
    assert (found.place, found.personal_data, found.stored) == ("US", True, "US")


def test_progress_is_shown_to_a_terminal_only(case: Case, tmp_path: Path) -> None:
    """A person at a terminal sees how far it is on one line, which goes in the end; a pipe gets nothing."""
    source = plain_source(tmp_path / "s")
    words = [sys.executable, "-m", "breachbook", "evidence", "collect", case.id, str(source)]
    words += ["--place", "US", "--as", "helen-marsh", "--workspace", str(case.workspace.root)]
    ours, theirs = os.openpty()
    with os.fdopen(ours, "rb", buffering=0) as screen:
        with os.fdopen(theirs, "wb") as side:
            seen = subprocess.run(words, stdout=subprocess.PIPE, stderr=side, check=True)
        shown = screen.read(1 << 16)
    piped = subprocess.run(words, capture_output=True, check=True)

    assert b"copying" in shown
    assert b"MB/s" in shown
    assert b"copying" not in seen.stdout + piped.stdout + piped.stderr
    assert b"exhibit.sealed E1" in seen.stdout


def test_page_is_collected_by_a_step_and_its_exchange_stands_in_the_record(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The source of a preserve step is a page: the step's exhibit says what was asked and answered."""
    monkeypatch.setattr("breachbook.collecting.picture.BROWSERS", ("no-such-browser",))
    path = case.workspace.root / "sources.yaml"
    text = path.read_text("utf-8").replace("kind: folder", "kind: web")
    with served(Page) as port:
        path.write_text(text.replace("path: share", f"url: http://127.0.0.1:{port}/x7"), "utf-8")
        case.answer()
        case.advance()

    exhibit = case.matter.exhibits["E1"]
    exchanges = record_of(case)["record"]["collection"]["exchanges"]
    assert (exhibit.collector, dict(exhibit.findings)) == ("web", {"not-pictured": 1})
    assert [(one["status"], one["address"]) for one in exchanges] == [(200, "127.0.0.1")] * 2


class Page(BaseHTTPRequestHandler):
    """One page, whatever is asked for."""

    def log_message(self, *_: object) -> None:
        """Stay silent."""

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"tread profile 7")


def test_two_processes_do_not_collect_one_exhibit(case: Case, tmp_path: Path) -> None:
    """Who comes second is told to wait, and nothing of the first is touched."""
    exhibits = case.file.folder / "exhibits"
    held = exhibits / ".E1.gathered"
    held.mkdir(parents=True)
    lock = os.open(held, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        with pytest.raises(CustodyError, match="another process is collecting"):
            collect(case, order(case, plain_source(tmp_path / "s")))
    finally:
        os.close(lock)

    assert held.is_dir()
    assert case.matter.exhibits == {}
