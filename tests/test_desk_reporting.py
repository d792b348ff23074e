"""Reporting a leak from Slack: the form, its fields, what is attached, and how a report stands."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from breachbook.desk.matters import NOT_YOURS
from breachbook.desk.payloads import Received, key
from breachbook.slack.actions import REPORT_ANEW, REPORT_MESSAGE
from breachbook.slack.files import is_slacks, safe_name
from tests.desk_world import ALAN, CHANNEL, HELEN, LIN, MATTER, NORA, PETER, TOWN, Desk, desk

FOUND: dict[str, Any] = {
    "title": "Drawings <!channel> at a competitor",
    "summary": "A `supplier` shows <https://x.example|our> drawings.",
    "vector": "supplier",
    "places": ["CN"],
    "other_places": "vn, mx",
    "trade_secrets": ["wheel-casting-process"],
    "holders": ["moqiao-castings"],
    "custodians": ["alan-brooks"],
}


@pytest.fixture
def here(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """A desk without a matter."""
    with desk(tmp_path, socket=getattr(request, "param", "http") == "socket") as made:
        yield made


def _command(here: Desk, user: str, text: str) -> str:
    told = here.control("command", user=user, channel=TOWN, command="/leak", text=text)
    body = told["attempts"][0]["body"]
    return str(json.loads(body)["text"]) if body else ""


def _values(here: Desk, matter: str = MATTER) -> dict[str, Any]:
    file = here.workspace.matter(matter)
    report: dict[str, Any] = file.values.get(file.refresh().report["report"], {})
    return report


@pytest.mark.parametrize("here", ["http", "socket"], indirect=True)
def test_command_opens_the_form_and_the_matter(here: Desk) -> None:
    """The reporter is who clicks; the form is replaced by the matter's number and what comes next."""
    _command(here, PETER, "")

    told = here.submit(PETER, **FOUND)

    shown = here.until(lambda: _shown(here, f"{MATTER} is open."), "the number")
    assert json.loads(told["attempts"][0]["body"])["response_action"] == "update"
    assert shown["blocks"][0]["text"]["type"] == "plain_text"
    report = _values(here)
    assert report["reporter"] == "peter-lindgren"
    assert report["places"] == ["CN", "VN", "MX"]
    assert report["discovered_at"] == "2026-11-16T12:00:00-06:00"
    assert {k: report[k] for k in ("title", "summary", "holders", "custodians")} == {
        k: FOUND[k] for k in ("title", "summary", "holders", "custodians")
    }


def test_each_field_says_what_is_wrong_with_it(here: Desk) -> None:
    """A problem of the report stands at its field; nothing is opened until all are mended."""
    here.control("shortcut", user=PETER, callback_id=REPORT_ANEW)
    wrong = FOUND | {"title": "  ", "other_places": "Vietnam"}

    told = here.submit(PETER, **wrong)

    assert set(told["errors"]) == {"title", "other_places"}
    assert "VIETNAM" in told["errors"]["other_places"]
    assert here.workspace.matter_ids() == []


def test_report_sent_twice_opens_one_matter(here: Desk) -> None:
    """Slack's repetition, and the same report from a second form, open nothing a second time."""
    for _ in range(2):
        _command(here, PETER, "report")
        view = here.view(PETER)
        told = here.control("submit", user=PETER, view_id=view["id"], values=FOUND, retries=2)
        assert told["attempts"][0]["status"] == 200
        shown = here.until(lambda: _shown(here, MATTER), "the number")
        here.control("close", user=PETER, view_id=shown["id"], cleared=True)

    assert here.workspace.matter_ids() == [MATTER]
    assert "opened LEAK-2026-0001 before" in shown["blocks"][0]["text"]["text"]


def test_message_is_reported_with_its_files(here: Desk) -> None:
    """Text, author, channel, permalink and files of a message are attached; a lost file is recorded."""
    said = here.control(
        "upload",
        user=LIN,
        channel=CHANNEL,
        name="drawing.pdf",
        content="JVBERi0x",
        text="look <!channel>",
    )
    lost = here.control(
        "upload", user=LIN, channel=CHANNEL, name="lost.pdf", content="JVBERi0x", text="look"
    )
    for number, message in enumerate((said, lost), 1):
        shortcut = {"callback_id": REPORT_MESSAGE, "channel": CHANNEL, "ts": message["ts"]}
        here.control("shortcut", user=PETER, **shortcut)
        if message is lost:
            here.view(PETER)
            here.standin.state.file_path(lost["file_ids"][0]).unlink()
            del here.standin.state.data["files"][lost["file_ids"][0]]
        here.submit(PETER, **FOUND | {"title": f"Report {number}"})
        shown = here.until(lambda: _shown(here, "LEAK-"), "the number")
        here.control("close", user=PETER, view_id=shown["id"], cleared=True)

    first, second = (
        here.matter(matter).report["attachments"] for matter in here.workspace.matter_ids()
    )
    values = here.workspace.matter(MATTER).values
    store = here.workspace.matter(MATTER).store
    here.workspace.matter(MATTER).refresh()
    assert [values.get(item["name"], "") for item in first] == ["slack-message.txt", "drawing.pdf"]
    assert store.get(first[1]["sha256"]) == b"%PDF-1"
    text = store.get(first[0]["sha256"]).decode()
    assert f"author: {LIN}" in text
    assert f"permalink: {here.standin.url}" in text
    assert [item["state"] for item in second] == ["stored", "unreadable"]
    assert list((here.workspace.run / "slack-messages").glob("*.json")) == []
    here.until(lambda: not list((here.workspace.run / "slack-inbox").iterdir()), "the inbox")


def _shown(here: Desk, words: str) -> dict[str, Any] | None:
    found = [v for v in here.views(PETER) if words in json.dumps(v["blocks"][0])]
    return found[0] if found else None


@pytest.mark.parametrize("user", [NORA, ALAN])
def test_person_who_may_not_report_is_refused(here: Desk, user: str) -> None:
    """Who is only told, or only keeps, gets no form from the command or a shortcut."""
    said = _command(here, user, "")
    here.control("shortcut", user=user, callback_id=REPORT_ANEW)

    assert "not among your roles" in said
    assert here.views(user) == []


def test_status_says_no_more_than_a_reporter_may_know(here: Desk) -> None:
    """The reporter and the matter's people see its state; others what they see of no matter."""
    here.report()

    assert _command(here, PETER, "status").startswith(f"{MATTER}: received, reported 2026-11-16.")
    assert _command(here, HELEN, MATTER.lower()).startswith(f"{MATTER}: received")
    assert _command(here, NORA, MATTER) == _command(here, NORA, "LEAK-2026-0999") == NOT_YOURS
    assert _command(here, NORA, "status") == "You have reported nothing."
    assert "/leak" in _command(here, NORA, "anything else <!channel>")


def test_report_acknowledged_before_a_kill_is_opened_at_the_next_start(tmp_path: Path) -> None:
    """What was answered and not done when the process ended is done once when it starts again."""
    with desk(tmp_path / "a") as here:
        here.control("shortcut", user=PETER, callback_id=REPORT_ANEW)
        view = here.view(PETER) | {"private_metadata": "gone"}
        values: dict[str, Any] = {
            "title": {"title": {"value": "Left"}},
            "summary": {"summary": {"value": "x"}},
        }
        chosen = {"vector": "supplier"}
        values |= {k: {k: {"selected_option": {"value": v}}} for k, v in chosen.items()}
        many = {"places": "CN", "trade_secrets": "wheel-casting-process"}
        values |= {k: {k: {"selected_options": [{"value": v}]}} for k, v in many.items()}
        values["discovered_at"] = {"discovered_at": {"selected_date_time": 1_790_000_000}}
        body = {
            "type": "view_submission",
            "user": {"id": PETER, "team_id": "T0HALDEN01"},
            "view": view | {"state": {"values": values}},
        }
    inbox = tmp_path / "b" / "left"
    kept = {"at": here.clock.now.isoformat(), "body": body}
    name = key(Received(body, here.clock.now).body)
    inbox.mkdir(parents=True)
    (inbox / f"{name}.json").write_text(json.dumps(kept))

    with desk(tmp_path / "b", inbox=lambda _workspace: inbox) as again:
        again.until(lambda: not list(inbox.iterdir()), "the inbox to be worked off")
        opened = again.workspace.matter_ids()

    assert opened == [MATTER]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://files.slack.com/files-pri/T-F/x.pdf", True),
        ("https://evil.example/x.pdf", False),
        ("https://slack.com.evil.example/x", False),
        ("https://files.slack.com:8443/x", False),
        ("http://files.slack.com/x", False),
        ("https://x@evil.example/files.slack.com", False),
        ("", False),
    ],
)
def test_token_is_sent_to_slack_alone(url: str, expected: bool) -> None:
    """The address of a file is followed only to the hosts of the Slack we talk to."""
    from urllib.parse import urlsplit

    assert is_slacks(urlsplit(url), urlsplit("https://slack.com/api/")) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/passwd", "etcpasswd"),
        (".hidden", "hidden"),
        ("a\x00b\n.pdf", "ab.pdf"),
        ("", "file"),
        ("测" * 119 + ".pdf", "测" * 65 + ".pdf"),
        ("a" * 30 + "." + "b" * 119, "b" * 119),
    ],
)
def test_name_of_a_file_stays_in_its_folder(name: str, expected: str) -> None:
    """No name of an attachment leaves its folder or hides there."""
    assert safe_name(name) == expected
