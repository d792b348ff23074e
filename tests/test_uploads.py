"""Evidence that people hand in: over a matter's private page, and by the shortcut on a Slack message."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from breachbook.collecting import uploads
from breachbook.collecting.uploads import HandedIn
from breachbook.desk import Pages, private_app
from breachbook.desk.handing_in import MAX_BYTES, HandingIn
from breachbook.desk.links import issue
from breachbook.errors import ApprovalError, CustodyError
from breachbook.seal import verify
from breachbook.slack.actions import PRESERVE_MESSAGE
from breachbook.views import pages
from breachbook.wake import Waker
from tests.browser import in_chromium
from tests.cases_core import Case
from tests.desk_world import ALAN, CHANNEL, HELEN, LIN, MATTER, Desk, desk
from tests.standin_world import running

COUNSEL, REPORTER = "helen-marsh", "peter-lindgren"
FIELDS = {"title": "What the foundry sent", "place": "us", "authority": "counsel's instruction"}


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """A matter that waits for triage."""
    made = Case.install(tmp_path / "w")
    made.report()
    made.advance()
    return made


def handed(case: Case, person: str, **more: Any) -> HandedIn:
    """Say what is handed in."""
    given: dict[str, Any] = {
        "kind": "upload",
        "title": "a note",
        "place": "US",
        "method": "example",
    }
    return HandedIn(matter=case.id, person=person, **{**given, **more})


def folder_of(case: Case, given: HandedIn, **files: bytes) -> Path:
    """Have files handed in, whole and not yet sealed."""
    payload = uploads.begin(case.workspace)
    for name, content in files.items():
        (payload / name).write_bytes(content)
    return uploads.complete(payload, given)


@pytest.fixture
def browser(case: Case) -> Iterator[httpx.Client]:
    """A browser at the matter's private pages."""
    site = Pages(
        links=case.workspace.run / "links",
        matters=lambda person: pages.page_rows(case.workspace, case.library, person),
        matter=lambda person, wanted: pages.page(case.workspace, case.library, person, wanted),
        now=case.workspace.now,
        handing_in=HandingIn(case.workspace, case.library, Waker(case.workspace)),
    )
    with running(private_app(site)) as url, httpx.Client(base_url=url, timeout=30) as made:
        yield made


def _hand_in(browser: httpx.Client, case: Case, person: str, **more: Any) -> httpx.Response:
    key = issue(case.workspace.run / "links", person, case.workspace.now())
    browser.get("/enter", params={"key": key})
    files = [
        ("files", ("../../etc/plan.dwg", b"drawing")),
        ("files", ("plan.dwg", b"another")),
        ("files", ("报价.txt", "价格".encode())),
    ]
    return browser.post(
        f"/matters/{case.id}/evidence", data={**FIELDS, **more}, files=files,
        headers={"origin": str(browser.base_url).rstrip("/")},
    )  # fmt: skip


def test_files_handed_in_on_a_page_become_an_exhibit(browser: httpx.Client, case: Case) -> None:
    """Every file is sealed under a harmless name, and the journal says who handed it in, and how known."""
    told = _hand_in(browser, case, COUNSEL, personal_data="on")

    (exhibit,) = case.matter.exhibits.values()
    data = case.file.folder / "exhibits" / exhibit.id / "data"
    assert told.status_code == 200
    assert exhibit.id in told.text
    assert exhibit.seal_sha256 in told.text
    assert {one.read_bytes() for one in data.iterdir()} == {
        b"drawing",
        b"another",
        "价格".encode(),
    }
    assert (exhibit.operator, exhibit.place, exhibit.personal_data) == (COUNSEL, "US", True)
    assert verify(data.parent, expected_seal_sha256=exhibit.seal_sha256).is_sound
    assert list((case.workspace.run / "uploads").iterdir()) == []


@pytest.mark.needs("chromium")
def test_page_takes_evidence_and_signs_out_in_a_real_browser(
    browser: httpx.Client, case: Case, tmp_path: Path
) -> None:
    """A browser's own forms are of the page's own origin: files are taken, and signing out works."""
    key = issue(case.workspace.run / "links", COUNSEL, case.workspace.now())
    with in_chromium() as page:
        page.goto(f"{browser.base_url}/enter?key={key}")
        page.locator(f"a[href='/matters/{case.id}']").click()
        page.set_input_files("input[name=files]", [_plan(tmp_path)])
        page.fill("input[name=title]", "the plan")
        page.fill("input[name=place]", "US")
        page.get_by_role("button", name="Seal as an exhibit").click()
        said = page.locator("h1").inner_text()
        page.goto(f"{browser.base_url}/matters/{case.id}")
        page.get_by_role("button", name="Sign out").click()
        after = page.locator("h1").inner_text()

    (exhibit,) = case.matter.exhibits.values()
    assert (said, after) == (f"Sealed as {exhibit.id}", "Please use a link")


def _plan(folder: Path) -> Path:
    path = folder / "plan.dwg"
    path.write_bytes(b"drawing")
    return path


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"place": "China"}, "a country such as US"),
        ({"title": " "}, "a title"),
        ({"correspondence": "on"}, "legal_basis"),
        ({"state_secret": "on", "place": "JP"}, "state_secret"),
        ({"place": "CN"}, "cn-gate-cpl294"),
    ],
)
def test_what_may_not_be_collected_is_refused_on_the_page(
    more: dict[str, str], says: str, browser: httpx.Client, case: Case
) -> None:
    """Mail without a legal basis, a state secret from abroad, and a bad field keep and record nothing."""
    before = case.matter.seq

    told = _hand_in(browser, case, COUNSEL, **more)

    assert told.status_code == 400
    assert says in told.text
    assert case.matter.seq == before
    assert not any((case.workspace.run / "uploads").glob("*"))


def test_nobody_else_hands_in(browser: httpx.Client, case: Case) -> None:
    """Whoever does not collect is offered no form and taken nothing from; other origins are refused."""
    key = issue(case.workspace.run / "links", "joan-petrov", case.workspace.now())
    browser.get("/enter", params={"key": key})
    page = browser.get(f"/matters/{case.id}").text
    told = _hand_in(browser, case, "joan-petrov")
    foreign = browser.post(f"/matters/{case.id}/evidence", headers={"origin": "http://x.example"})

    assert "Hand in evidence" not in page
    assert (told.status_code, foreign.status_code) == (404, 403)
    assert case.matter.exhibits == {}


def test_upload_that_is_too_large_is_refused_before_it_is_read(
    browser: httpx.Client, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than the limit is not kept, whatever its length is said to be."""
    monkeypatch.setattr("breachbook.desk.handing_in.MAX_BYTES", 64)

    told = _hand_in(browser, case, COUNSEL)

    assert MAX_BYTES > 1 << 29
    assert told.status_code == 413
    assert case.matter.exhibits == {}


def test_upload_cut_off_by_a_kill_is_finished_once(case: Case) -> None:
    """What was whole is sealed at the next start, under the number it was given; what was not is removed."""
    whole = folder_of(case, handed(case, COUNSEL), note=b"note")
    half = uploads.begin(case.workspace)
    (half / "cut").write_bytes(b"cu")
    taker = HandingIn(case.workspace, case.library, Waker(case.workspace))

    taker.finish_left()
    taker.finish_left()

    assert [one.target for one in case.matter.exhibits.values()] == [f"upload-{whole.name}"]
    assert list((case.workspace.run / "uploads").iterdir()) == []


@pytest.mark.parametrize("person", [REPORTER, "joan-petrov"])
def test_upload_of_whoever_does_not_collect_is_refused(person: str, case: Case) -> None:
    """Roles are judged when it is sealed, not only when the form is shown."""
    folder = folder_of(case, handed(case, person), note=b"note")

    with pytest.raises(ApprovalError):
        uploads.seal(case.workspace, case.library, folder)

    assert not folder.exists()
    assert case.matter.exhibits == {}


def test_upload_of_chat_needs_its_legal_basis(case: Case) -> None:
    """A message is correspondence."""
    folder = folder_of(case, handed(case, COUNSEL, kind="slack-message"), note=b"note")

    with pytest.raises(CustodyError, match="legal_basis"):
        uploads.seal(case.workspace, case.library, folder)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    """A desk with a matter and a message with a file."""
    with desk(tmp_path) as made:
        made.report()
        yield made


def _pressed(here: Desk, user: str) -> dict[str, Any]:
    said = here.control(
        "upload", user=LIN, channel=CHANNEL, name="drawing.pdf", content="JVBERi0x", text="look"
    )
    shortcut = {"callback_id": PRESERVE_MESSAGE, "channel": CHANNEL, "ts": said["ts"]}
    here.control("shortcut", user=user, **shortcut)
    return said


def test_message_becomes_an_exhibit_with_its_files(here: Desk) -> None:
    """The message as Slack gave it and its files are sealed, and the person is told number and digest."""
    said = _pressed(here, HELEN)
    given = {"matter": MATTER, "title": "the offer", "place": "us", "legal_basis": "policy 4"}
    here.submit(HELEN, **given, holds=["trade_secret"])

    told = here.until(lambda: [w for w in here.whispers(HELEN) if "Sealed" in w], "the answer")[0]

    (exhibit,) = here.matter().exhibits.values()
    bag = here.workspace.matter(MATTER).folder / "exhibits" / exhibit.id
    message = json.loads((bag / "data" / "message.json").read_bytes())
    assert exhibit.seal_sha256 in told
    assert (message["ts"], message["text"]) == (said["ts"], "look")
    assert (bag / "data" / "files" / "0" / "drawing.pdf").read_bytes() == b"%PDF-1"
    assert (exhibit.operator, exhibit.trade_secret, exhibit.place) == ("helen-marsh", True, "US")
    here.until(lambda: not list((here.workspace.run / "slack-inbox").iterdir()), "the inbox")


def test_form_says_what_is_wrong_with_it(here: Desk) -> None:
    """A country that is none stands at its field, and nothing is sealed."""
    _pressed(here, HELEN)

    told = here.submit(HELEN, matter=MATTER, title="x", place="U1", legal_basis="policy 4")

    assert set(told["errors"]) == {"place"}
    assert here.matter().exhibits == {}


def test_shortcut_of_whoever_does_not_collect_opens_nothing(here: Desk) -> None:
    """A custodian who presses it is told so."""
    _pressed(here, ALAN)

    assert "not kept" in here.whisper(ALAN) or "nothing was kept" in here.whisper(ALAN)
    assert here.views(ALAN) == []
