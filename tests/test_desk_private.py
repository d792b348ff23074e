"""The private pages over real HTTP."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from breachbook.desk import Pages, private_app
from breachbook.desk.collaborators import MatterPage, MatterRow
from breachbook.desk.links import issue, redeem
from tests.standin_world import running

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script> {{ 7*7 }}"
ROW = MatterRow(
    id="LEAK-2026-0001",
    title=HOSTILE,
    state="open",
    example=True,
    opened_on="2026-03-02",
    next_deadline="Answer the complaint",
    next_deadline_on="2026-03-20",
    open_approvals=2,
    overdue=1,
)
PAGE = MatterPage(
    id="LEAK-2026-0001",
    title=HOSTILE,
    state="open",
    example=True,
    opened_on="2026-03-02",
    steps=[{"id": "hold", "title": HOSTILE, "state": "waiting", "waits_for": "approval A3"}],
    deadlines=[
        {
            "title": "Answer",
            "safe": "2026-03-20",
            "legal": "2026-03-23",
            "rule": "frcp-12-a-1",
            "authority": "Fed. R. Civ. P. 12(a)(1)(A)(i)",
            "note": "overdue",
            "overdue": True,
        }
    ],
    approvals=[
        {
            "id": "LEAK-2026-0001-A3",
            "title": "Suspend access",
            "status": "open",
            "still_needed": "1 of ip-counsel",
            "expires": "2026-03-03 15:00 UTC",
        }
    ],
    may_hand_in=False,
)


class Clock:
    """A clock that is moved by hand."""

    now = NOW


@pytest.fixture
def clock() -> Clock:
    """Noon."""
    return Clock()


@pytest.fixture
def links(tmp_path: Path) -> Path:
    """A folder of links."""
    return tmp_path / "links"


@pytest.fixture
def browser(links: Path, clock: Clock) -> Iterator[httpx.Client]:
    """A browser at the pages; only `ida` is in the one matter."""
    pages = Pages(
        links=links,
        matters=lambda person: [ROW] if person == "ida" else [],
        matter=lambda person, matter: PAGE if (person, matter) == ("ida", ROW["id"]) else None,
        now=lambda: clock.now,
    )
    with running(private_app(pages)) as url, httpx.Client(base_url=url) as made:
        yield made


def _enter(browser: httpx.Client, links: Path, person: str = "ida") -> httpx.Response:
    return browser.get("/enter", params={"key": issue(links, person, NOW)})


def test_nothing_is_shown_without_a_link(browser: httpx.Client) -> None:
    """Strangers get 401 on every page."""
    assert [browser.get(path).status_code for path in ("/", "/matters/LEAK-2026-0001")] == [
        401,
        401,
    ]


def test_link_works_once(browser: httpx.Client, links: Path) -> None:
    """A link lets in once; its second use is a stranger's."""
    secret = issue(links, "ida", NOW)
    first = browser.get("/enter", params={"key": secret})
    listed = browser.get("/")
    browser.cookies.clear()
    second = browser.get("/enter", params={"key": secret})

    assert (first.status_code, listed.status_code, second.status_code) == (200, 200, 401)
    assert browser.get("/").status_code == 401


def test_cookie_is_for_this_site_and_no_script(browser: httpx.Client, links: Path) -> None:
    """The session cookie is HttpOnly and SameSite=Strict."""
    cookie = _enter(browser, links).headers["set-cookie"].lower()

    assert "httponly" in cookie
    assert "samesite=strict" in cookie


@pytest.mark.parametrize(("minutes", "status"), [(9, 200), (10, 401)])
def test_link_lives_ten_minutes(
    browser: httpx.Client, links: Path, clock: Clock, minutes: int, status: int
) -> None:
    """A link that is not used in time is void, and used up by trying."""
    secret = issue(links, "ida", NOW)
    clock.now = NOW + timedelta(minutes=minutes)

    assert browser.get("/enter", params={"key": secret}).status_code == status
    assert list(links.iterdir()) == []


def test_session_ends_after_eight_hours(browser: httpx.Client, links: Path, clock: Clock) -> None:
    """A session does not last."""
    _enter(browser, links)
    clock.now = NOW + timedelta(hours=8)

    assert browser.get("/").status_code == 401


def test_links_and_their_folder_are_the_owners_alone(links: Path) -> None:
    """Nobody else on the computer reads or adds links, and the secret itself is not on disk."""
    old = os.umask(0)
    try:
        secret = issue(links, "ida", NOW)
    finally:
        os.umask(old)
    (link,) = links.iterdir()

    assert links.stat().st_mode & 0o777 == 0o700
    assert link.stat().st_mode & 0o777 == 0o600
    assert secret not in link.name + link.read_text()
    assert redeem(links, "../" + link.name, NOW) is None


def test_pages_show_what_people_wrote_as_text(browser: httpx.Client, links: Path) -> None:
    """Titles are neither markup nor templates, on both pages."""
    _enter(browser, links)

    for path in ("/", "/matters/LEAK-2026-0001"):
        page = browser.get(path)
        assert page.status_code == 200
        assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7*7 }}" in page.text
        assert "<script" not in page.text


def test_matter_page_shows_steps_deadlines_and_approvals(
    browser: httpx.Client, links: Path
) -> None:
    """One matter shows what waits, what is due with its authority, and what is asked."""
    _enter(browser, links)
    text = browser.get("/matters/LEAK-2026-0001").text

    for part in ("approval A3", "2026-03-20", "Fed. R. Civ. P. 12(a)(1)(A)(i)", "1 of ip-counsel"):
        assert part in text


def test_matter_of_others_is_not_there(browser: httpx.Client, links: Path) -> None:
    """Who is not in a matter gets the same answer as for one that does not exist."""
    _enter(browser, links, "lee")
    others = browser.get("/matters/LEAK-2026-0001")
    none = browser.get("/matters/LEAK-2026-0009")

    assert (others.status_code, none.status_code) == (404, 404)
    assert others.text == none.text
    assert "You are in no open matter" in browser.get("/").text


@pytest.mark.parametrize("path", ["/", "/enter?key=x", "/nothing", "/style.css", "/leave"])
def test_every_answer_has_the_strict_headers(browser: httpx.Client, path: str) -> None:
    """No scripts, no frames, no sniffing, no caching, whatever the answer."""
    headers = browser.get(path).headers

    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self';")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "same-origin"


def test_foreign_host_is_refused(browser: httpx.Client, links: Path) -> None:
    """A name that was pointed at this computer gets nothing, even with the cookie."""
    _enter(browser, links)
    told = browser.get("/", headers={"host": "evil.example"})

    assert told.status_code == 400
    assert "LEAK" not in told.text


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "https://127.0.0.1"])
def test_form_from_elsewhere_is_refused(
    browser: httpx.Client, links: Path, origin: str | None
) -> None:
    """An unsafe method needs our own origin; otherwise the session goes on."""
    _enter(browser, links)
    headers = {"origin": origin} if origin else {}

    assert browser.post("/leave", headers=headers).status_code == 403
    assert browser.get("/").status_code == 200


def test_signing_out_ends_the_session(browser: httpx.Client, links: Path) -> None:
    """After signing out the old cookie is worth nothing."""
    _enter(browser, links)
    cookie = browser.cookies["breachbook"]
    origin = str(browser.base_url).rstrip("/")
    told = browser.post("/leave", headers={"origin": origin})

    assert told.status_code == 303
    browser.cookies.set("breachbook", cookie)
    assert browser.get("/").status_code == 401
