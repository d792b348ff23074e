"""Calendar feeds over real HTTP: an address opens its feed, and everything else looks the same."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice
from pathlib import Path

import httpx
import pytest

from breachbook import records
from breachbook.desk import Calendars, public_app
from breachbook.desk.verify import REASONS
from breachbook.events import Draft
from breachbook.feeds.addresses import Addresses, Subject
from breachbook.supervisor.desk_role import calendars
from tests.cases_core import COUNSEL, Case
from tests.docketed import ANSWER, docketed_case, feed, newest
from tests.slack_world import Counter
from tests.standin_world import running

UNKNOWN = "A" * 43


@pytest.fixture(scope="module")
def docketed(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A matter with a docket."""
    return docketed_case(tmp_path_factory.mktemp("feeds") / "w")


@pytest.fixture
def case(docketed: Case, tmp_path: Path) -> Case:
    """A copy of it."""
    return docketed.copy(tmp_path / "w")


@pytest.fixture
def client(case: Case) -> Iterator[httpx.Client]:
    """Somebody at the public listener of that workspace, where Slack is not configured."""
    with (
        running(public_app(None, calendars(case.workspace))) as url,
        httpx.Client(base_url=url) as made,
    ):
        yield made


def _token(case: Case, subject: Subject | None = None) -> str:
    now = case.workspace.now()
    return Addresses(case.workspace.root).make(
        subject or Subject(matter=case.id), "joan-petrov", "example", now
    )[1]


def test_address_gives_the_feed(case: Case, client: httpx.Client) -> None:
    """Whoever has the address gets the bytes of the file, as a calendar that no proxy keeps."""
    told = client.get(f"/calendar/{_token(case)}.ics")

    assert (told.status_code, told.content) == (200, feed(case))
    assert told.headers["content-type"] == "text/calendar; charset=utf-8"
    assert told.headers["cache-control"] == "private, no-cache"
    assert told.headers["content-length"] == str(len(told.content))


def test_head_tells_the_same_without_the_feed(case: Case, client: httpx.Client) -> None:
    """A client may look first."""
    path = f"/calendar/{_token(case)}.ics"
    got, head = client.get(path), client.head(path)

    assert (head.status_code, head.content) == (200, b"")
    named = ("etag", "content-type", "content-length", "cache-control")
    assert [head.headers[n] for n in named] == [got.headers[n] for n in named]


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
def test_unchanged_feed_is_not_sent_again(form: str, case: Case, client: httpx.Client) -> None:
    """A client that has it is told so, in every form the header may take."""
    path = f"/calendar/{_token(case)}.ics"
    etag = client.get(path).headers["etag"]

    told = client.get(path, headers={"if-none-match": form.format(etag)})

    assert (told.status_code, told.content, told.headers["etag"]) == (304, b"", etag)


def test_changed_docket_is_sent_under_another_tag(case: Case, client: httpx.Client) -> None:
    """What the journal records is in the very next read."""
    path = f"/calendar/{_token(case)}.ics"
    etag = client.get(path).headers["etag"]
    missed = Draft("deadline.missed", {"deadline": newest(case, ANSWER).id})
    case.file.transact(lambda _: [missed])

    told = client.get(path, headers={"if-none-match": etag})

    assert told.status_code == 200
    assert told.headers["etag"] != etag
    assert b"Missed: Answer" in told.content


def test_feed_of_a_person_is_there_too(case: Case, client: httpx.Client) -> None:
    """One address for everything a person keeps."""
    told = client.get(f"/calendar/{_token(case, Subject(person='joan-petrov'))}.ics")

    assert told.status_code == 200
    assert b"X-WR-CALNAME:EXAMPLE Deadlines of Joan Petrov" in told.content


def test_whatever_opens_nothing_is_answered_alike(case: Case, client: httpx.Client) -> None:
    """Unknown, misspelt, revoked, dark and asked with a query: one answer, which tells nothing."""
    revoked, dark, queried = (_token(case) for _ in range(3))
    Addresses(case.workspace.root).revoke("C1", None, case.workspace.now())
    good = client.get(f"/calendar/{queried}.ics?x=1")
    records.change_people(case.file, case.library, COUNSEL, "conflict", "joan-petrov")
    paths = [f"/calendar/{word}.ics" for word in (UNKNOWN, "x", "%C3%A9" * 43, revoked, dark)]

    answers = [good, *(client.get(path) for path in paths)]

    told = {
        (a.status_code, a.content, tuple((k, v) for k, v in a.headers.items() if k != "date"))
        for a in answers
    }
    assert len(told) == 1
    assert (answers[0].status_code, answers[0].content) == (404, b"Not Found")


def test_what_was_turned_away_is_counted_without_its_token(
    case: Case, client: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    """The count has a reason and a time; neither it nor a log nor a journal has the token."""
    token = _token(case)
    client.get(f"/calendar/{token}.ics")
    client.get(f"/calendar/{UNKNOWN}.ics")
    Addresses(case.workspace.root).revoke("C1", None, case.workspace.now())
    client.get(f"/calendar/{token}.ics")
    journal = case.file.folder / "journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-3] + b"x}\n")
    other = _token(case)
    broken = client.get(f"/calendar/{other}.ics")

    lines = (case.workspace.root / "security.jsonl").read_text().splitlines()
    kept = [p.read_bytes() for p in case.workspace.root.rglob("*") if p.is_file()]
    desk = [r.getMessage() for r in caplog.records if r.name.startswith(("breachbook", "uvicorn"))]

    assert [line.count('"reason": "unknown-calendar"') for line in lines] == [1, 1]
    assert "unknown-calendar" in REASONS
    assert broken.status_code == 503
    assert len(desk) == 1
    for secret in (token, other, UNKNOWN):
        assert secret not in desk[0]
        assert not [data for data in kept if secret.encode() in data]


def test_damaged_journal_is_no_empty_calendar(case: Case, client: httpx.Client) -> None:
    """A client keeps the deadlines it has when they cannot be read, and comes again."""
    tokens = [_token(case), _token(case, Subject(person="joan-petrov"))]
    journal = case.file.folder / "journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-3] + b"x}\n")

    answers = [client.get(f"/calendar/{token}.ics") for token in tokens]

    assert [(a.status_code, a.content) for a in answers] == [(503, b""), (503, b"")]
    assert {a.headers["retry-after"] for a in answers} == {"300"}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_can_be_done_but_read(method: str, case: Case, client: httpx.Client) -> None:
    """An address changes nothing."""
    told = client.request(method, f"/calendar/{_token(case)}.ics", content=b"x")

    assert told.status_code == 405


def test_slack_is_not_there_where_it_is_not_configured(client: httpx.Client) -> None:
    """Without Slack the public listener has calendars alone."""
    assert client.post("/slack/events", content=b"x").status_code == 404


def test_too_many_at_once_are_asked_to_come_again() -> None:
    """Reads wait for a few threads and only so many wait; the others learn when to come."""
    go = threading.Event()
    slow = Calendars(feed=lambda _: b"x" if go.wait(10) else None, security=Counter())
    with (
        running(public_app(None, slow)) as url,
        httpx.Client(base_url=url, limits=httpx.Limits(max_connections=64)) as client,
        ThreadPoolExecutor(40) as pool,
    ):
        asked = [pool.submit(client.get, f"/calendar/{UNKNOWN}.ics") for _ in range(40)]
        assert len(list(islice(as_completed(asked, timeout=10), 8))) == 8
        go.set()
        answers = [each.result().status_code for each in asked]

    assert sorted(answers) == [200] * 32 + [503] * 8


def test_desk_imports_icalendar_only_when_a_feed_is_read(case: Case) -> None:
    """Clicks never wait for a library of calendars; an unknown address does not load it either."""
    token = _token(case)
    code = (
        "import sys; from pathlib import Path;"
        "from breachbook.supervisor.desk_role import calendars;"
        "from breachbook.workspace import Workspace;"
        f"found = calendars(Workspace(Path({str(case.workspace.root)!r}))).feed;"
        f"print('icalendar' in sys.modules, found({UNKNOWN!r}), 'icalendar' in sys.modules,"
        f" found({token!r})[:15], 'icalendar' in sys.modules)"
    )

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert told.stdout == "False None False b'BEGIN:VCALENDAR' True\n"
