"""Makes the pictures of the README's chapter on Slack: `python -m docs.pictures` writes them to docs/slack.

Everything is laid out by the product's own functions and shown by the stand-in for Slack, at a fixed
time, with the invented people of the example. It needs `chromium` on PATH and nothing outside this machine.
"""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from breachbook import content, source
from breachbook.digest import DAYS
from breachbook.slack import forms
from breachbook.slack.blocks import Block
from breachbook.slack.cards import (
    Card,
    Decided,
    Document,
    Recipient,
    button_value,
    card_blocks,
    card_text,
)
from breachbook.slack.client import Posted, SlackClient, Upload
from breachbook.slack.dated import consent_button, deadline_buttons, hold_button
from breachbook.slack.home import (
    Home,
    MyApproval,
    MyDeadline,
    MyHold,
    MyTask,
    digest_blocks,
    home_blocks,
)
from breachbook.slack.modals import reason_view
from breachbook.slack.notes import (
    Named,
    Note,
    Task,
    note_blocks,
    note_text,
    task_blocks,
    task_text,
)
from breachbook.slack.overview import Overview, overview_blocks, overview_text
from breachbook.slack.report_form import Choices, report_view
from breachbook.slack.standin import Standin
from breachbook.slack.task_form import task_button

FOLDER = Path(__file__).parent / "slack"
EXAMPLE = content.find("examples", "railway-wheels")
MATTER = "LEAK-2026-0001"
NOW = datetime(2026, 11, 24, 15, 5, tzinfo=UTC)
ZONE = "America/Chicago"
MOST_BYTES = 150_000
# The page's list of channels beside 760 pixels of messages.
WIDE, HIGH = 1064, 2400
SUBJECT = "5b1f0c9a7d3e4826" + "0" * 48
PORTAL_SUBJECT = "d08e61b4c2f97a35" + "0" * 48
REQUEST = f"{MATTER}-A4"
MESSAGES = ".scroll > div"
MODAL = "form.modal"
# Without what only somebody who is there needs: a menu, the page behind a form.
_STYLE = """
.more { display: none } article:hover { background: none } .home > div { padding: .5rem }
.over { background: #fff } .dialog { border: 1px solid var(--line); box-shadow: none }
"""


class Studio:
    """A stand-in with the example's people, a clock that is set by hand, and a browser that looks at it."""

    def __init__(self, folder: Path, page: Page) -> None:
        self.at = NOW
        self.people = _rows("people")
        users = [
            {"id": row["slack"]["user_id"], "name": row["name"], "tz": row["zone"]}
            for row in self.people.values()
        ]
        channels = [
            {"id": f"C0{name.upper()}", "name": f"breach-{MATTER.lower()}", "members": [u["id"] for u in users]}
            for name in ("card", "decided", "task", "deadline", "overview", "consent")
        ]  # fmt: skip
        settings = {"team_id": "T0HALDEN01", "users": users, "channels": channels}
        self.standin = Standin(folder / "slack.json", settings, now=lambda: self.at.timestamp())
        self.page = page

    def user(self, person: str) -> str:
        """Give a person's Slack user."""
        return str(self.people[person]["slack"]["user_id"])

    def named(self, *people: str) -> tuple[Named, ...]:
        """Name people as a card does."""
        return tuple(Named(self.people[each]["name"], self.user(each)) for each in people)

    @property
    def client(self) -> SlackClient:
        """Give the app's own client."""
        return SlackClient(self.standin.state.data["token"], base_url=self.standin.api_url)

    def post(
        self, channel: str, blocks: Sequence[Block], text: str, files: Sequence[Upload] = ()
    ) -> Posted:
        """Post as the app."""
        return self.client.post(channel, blocks, text, f"{MATTER}/{channel}", files)

    def open(self, person: str, view: Block) -> None:
        """Open a form for a person who has just clicked."""
        trigger = self.standin.state.new_trigger(self.user(person))
        self.client.open_view(trigger, view)

    def shoot(self, name: str, person: str, where: str, element: str) -> None:
        """Take the picture of one element as a person sees it.

        Raises:
            ValueError: The picture is too big for a README.
        """
        self.page.goto(f"{self.standin.page_url}&user={self.user(person)}&{where}")
        self.page.wait_for_selector(element)
        path = FOLDER / f"{name}.png"
        taken = self.page.locator(element).first.screenshot(style=_STYLE)
        if len(taken) > MOST_BYTES:
            raise ValueError(f"{path.name}: got {len(taken)} bytes; allowed: {MOST_BYTES}")
        path.write_bytes(taken)


def _rows(name: str) -> dict[str, dict[str, Any]]:
    data = source.read(EXAMPLE / f"{name}.yaml", name).data
    return {row["id"]: row for row in data[name]}


def letter(studio: Studio) -> Card:
    """Describe the request for the letter to the seller in the United States, with every part of a card."""
    return Card(
        request_id=REQUEST, subject_sha256=SUBJECT, matter=MATTER,
        title="Cease-and-desist letter to each holder: Larkmoor Moqiao Railway Supply, LLC",
        what="Cease-and-desist letter to each holder: version 1 goes to Larkmoor Moqiao Railway Supply, LLC"
        " by courier.",
        why="It fixes the date of knowledge, demands preservation and return, and interrupts limitation in"
        " China.",
        undo="A served letter cannot be taken back; a correcting letter can follow.",
        recipients=(
            Recipient(
                "Larkmoor Moqiao Railway Supply, LLC",
                "500 Example Parkway, Park Ridge, Illinois 60068, United States;"
                " legal@larkmoor-supply.example",
            ),
        ),
        documents=(
            Document("letter.pdf", "91c44e07ab52d6f3" + "0" * 48),
            Document("letter.docx", "3a0b7d91e6f8425c" + "0" * 48),
        ),
        approvers=studio.named("david-okafor", "lin-yue"),
        asked=studio.named("david-okafor", "lin-yue"),
        still_needed="2 of David Okafor, Lin Yue",
        expires_at=NOW + timedelta(hours=24), on_expiry="others are asked",
        high_risk=True, delegable=True, breakable=studio.named("helen-marsh"), zone=ZONE, example=True,
    )  # fmt: skip


def decided(studio: Studio) -> Card:
    """Describe a request to shut an account that was delegated and then approved."""
    return Card(
        request_id=f"{MATTER}-A1", subject_sha256=PORTAL_SUBJECT, matter=MATTER,
        title="Suspend the supplier's portal access: Supplier portal, engineering account 07",
        what="Suspend the supplier's portal access: Supplier portal, engineering account 07 of the Qinglan"
        " foundry.\nbeiyuan-engineering-07: active becomes suspended",
        why="The account was used after its owner left; every further night costs more.",
        undo="The account can be reactivated at once; the same system records it.",
        noticed="Yes: whoever uses the account will see that it was done.",
        documents=(Document("plan.json", "7c19e2d5b3a4f680" + "0" * 48),),
        approvers=studio.named("helen-marsh", "david-okafor"),
        decisions=(
            Decided(
                "Lin Yue", NOW - timedelta(minutes=20), "approve", "", "David Okafor"
            ),
        ),
        zone=ZONE, status="approved", example=True,
    )  # fmt: skip


def waiting() -> Home:
    """Describe everything that waits for one person on a morning."""
    return Home(
        approvals=[
            MyApproval(
                MATTER, REQUEST, SUBJECT, "Cease-and-desist letter to each holder", "larkmoor-supply",
                "D7", NOW + timedelta(hours=24), high_risk=True, delegable=True,
                channel="C0CARD", ts="1",
            )
        ],
        tasks=[
            MyTask(
                MATTER, "triage", "-", "answer", "Triage by counsel",
                "severity: How severe is the leak? [low, medium, high, critical]",
                f"breachbook answer {MATTER} triage severity=...", NOW + timedelta(hours=3),
            )
        ],
        deadlines=[
            MyDeadline(
                MATTER, "cn-pres-reconsider@F15", "Ask the court to reconsider a preservation ruling",
                "cn-pres-reconsider", "2026-11-27", "2026-11-30", "verified", served=True,
            ),
            MyDeadline(
                MATTER, "us-answer-21@F9", "Answer to the complaint", "us-answer-21", "2026-12-11",
                "2026-12-11", "verified",
            ),
        ],
        holds=[MyHold(MATTER, "legal-hold-1", NOW - timedelta(hours=2), NOW + timedelta(days=3))],
        made_at=NOW, zone=ZONE, example=True,
    )  # fmt: skip


def overview(studio: Studio) -> Overview:
    """Describe the matter as its pinned overview does."""
    deadline = {"overdue": False, "provisional": False}
    return Overview(
        rows={
            "matter": MATTER, "state": "open", "severity": "high", "more": 12, "counted": True,
            "approvals": [
                {"id": REQUEST, "step": "cease-and-desist",
                 "expires_at": (NOW + timedelta(hours=24)).isoformat()}
            ],
            "deadlines": [
                {"id": "cn-pres-reconsider@F15", "rule": "cn-pres-reconsider", "safe": "2026-11-27", **deadline},
                {"id": "itc-public-interest-comments@F17", "rule": "itc-public-interest-comments",
                 "safe": "2026-12-01", **deadline},
                {"id": "us-tro-expiry@F8", "rule": "us-tro-expiry", "safe": "2026-12-03", **deadline},
                {"id": "cn-samr-verify@F14", "rule": "cn-samr-verify", "safe": "2026-12-11", **deadline},
                {"id": "us-answer-21@F9", "rule": "us-answer-21", "safe": "2026-12-11", **deadline},
            ],
            "documents": [
                {"id": "D6", "step": "cease-and-desist", "target": "moqiao-castings", "version": 1,
                 "state": "served"},
                {"id": "D7", "step": "cease-and-desist", "target": "larkmoor-supply", "version": 1,
                 "state": "waits for approval"},
            ],
            "exhibits": [{"id": "E1", "source": "licence-share", "files": 241}],
            "holds": {"acknowledged": 1, "issued": 1},
            "people": [
                {"id": person, "roles": row["roles"]}
                for person, row in studio.people.items()
                if not {"custodian", "executive"} & set(row["roles"])
            ],
        },
        title="Wheels like ours, made with our process, are on sale",
        playbook="A trade secret leaked through a supplier",
        steps={"cease-and-desist": "Cease-and-desist letter to each holder"},
        titles={
            "cn-pres-reconsider@F15": "Ask the court to reconsider a preservation ruling",
            "itc-public-interest-comments@F17": "Comments on the public interest",
            "us-tro-expiry@F8": "Restraining order without notice expires",
            "cn-samr-verify@F14": "Market regulator's decision whether to open a case",
            "us-answer-21@F9": "Answer to the complaint",
        },
        names={person: row["name"] for person, row in studio.people.items()},
        links={REQUEST: "https://haldenridge.slack.com/archives/C0CARD/p1764000000000000"},
        lacks={REQUEST: "2 of David Okafor, Lin Yue"},
        zone=ZONE, example=True,
    )  # fmt: skip


def cards(studio: Studio) -> None:
    """Picture a card that is open, with its files in the thread, and one that is decided."""
    files = [
        Upload("letter.pdf", b"%PDF-1.7\n" + bytes(48_000)),
        Upload("letter.docx", bytes(21_000)),
    ]
    shown = letter(studio)
    studio.post("C0CARD", card_blocks(shown), card_text(shown), files)
    studio.shoot("approval-open", "david-okafor", "channel=C0CARD", MESSAGES)
    shown = decided(studio)
    studio.post("C0DECIDED", card_blocks(shown), card_text(shown))
    studio.shoot("approval-decided", "david-okafor", "channel=C0DECIDED", MESSAGES)


def messages(studio: Studio) -> None:
    """Picture a task, the overview, a hold and a consent."""
    task = Task(
        MATTER, "Cease-and-desist letter to each holder",
        "Serve D6 as approved, by courier; its files are in documents/D6.",
        f"breachbook served {MATTER} D6 --method courier --on WHEN --proof PATH",
        studio.named("joan-petrov")[0], NOW + timedelta(hours=8),
        task_button(MATTER, "cease-and-desist", "moqiao-castings", "serve"), ZONE, example=True,
    )  # fmt: skip
    studio.post("C0TASK", task_blocks(task), task_text(task))
    studio.shoot("task", "joan-petrov", "channel=C0TASK", MESSAGES)
    seen = overview(studio)
    pinned = studio.post("C0OVERVIEW", overview_blocks(seen), overview_text(seen))
    studio.client.pin(pinned)
    studio.shoot("overview", "helen-marsh", "channel=C0OVERVIEW", MESSAGES)
    hold = Note(
        MATTER,
        "You are under a legal hold and have not acknowledged it yet. Keep everything that the notice you"
        " received names; then acknowledge it here.",
        example=True, title="Legal hold", moments=(("Please acknowledge by", NOW + timedelta(days=2)),),
        buttons=(hold_button(MATTER, "legal-hold-1", "5f2c9a1be0d34c77"),), zone=ZONE,
    )  # fmt: skip
    direct = studio.client.open_dm(studio.user("alan-brooks"))
    studio.post(direct, note_blocks(hold), note_text(hold))
    studio.shoot("hold", "alan-brooks", "tab=messages", MESSAGES)
    consent = Note(
        MATTER,
        "Samuel Rivera asks two counsel to agree: destroy an exhibit (E3), R1. Reason: collected twice."
        " Agreed: Helen Marsh. Lacking: one of David Okafor, Lin Yue.",
        example=True, title="Two counsel must agree", moments=(("Asked", NOW - timedelta(hours=1)),),
        people=studio.named("david-okafor", "lin-yue"),
        buttons=(consent_button(MATTER, "R1"),), zone=ZONE,
    )  # fmt: skip
    studio.post("C0CONSENT", note_blocks(consent), note_text(consent))
    studio.shoot("consent", "david-okafor", "channel=C0CONSENT", MESSAGES)


def deadline(studio: Studio) -> None:
    """Picture a reminder that a service is what meets the deadline, two weeks before it."""
    studio.at = datetime(2027, 2, 3, 14, 0, tzinfo=UTC)
    note = Note(
        MATTER,
        "Deadline Serve the summons and complaint (us-service-90@F8): 14d before the day to plan on. Plan on"
        " 2027-02-17; the law allows until 2027-02-17. Rule us-service-90, verified. For: Joan Petrov.",
        example=True, title="Deadline", people=studio.named("joan-petrov"),
        buttons=deadline_buttons(MATTER, "us-service-90@F8", service=True, snooze=True),
    )  # fmt: skip
    studio.post("C0DEADLINE", note_blocks(note), note_text(note))
    studio.shoot("deadline", "joan-petrov", "channel=C0DEADLINE", MESSAGES)


def mornings(studio: Studio) -> None:
    """Picture a Home tab and a morning digest."""
    home = waiting()
    shown = {"type": "home", "blocks": home_blocks(home)}
    studio.client.call("views.publish", {"user_id": studio.user("helen-marsh"), "view": shown})
    studio.shoot("home", "helen-marsh", "tab=home", MESSAGES)
    link = "https://haldenridge.slack.com/archives/C0CARD/p1764000000000000"
    direct = studio.client.open_dm(studio.user("helen-marsh"))
    # A digest looks as far ahead as `breachbook.digest` says.
    near = replace(home, days=DAYS, deadlines=home.deadlines[:1])
    studio.post(direct, digest_blocks(near, {REQUEST: link}), "Your day")
    studio.shoot("digest", "helen-marsh", "tab=messages", MESSAGES)


def questions(studio: Studio) -> None:
    """Picture the forms that open after a click, each for a person who has no other open."""
    value = button_value(REQUEST, SUBJECT)
    given = [("helen-marsh", "Helen Marsh")]
    # Each opens where its person pressed the button.
    studio.open("david-okafor", forms.confirm_view(value, "C0CARD"))
    studio.shoot("high-risk", "david-okafor", "channel=C0CARD", MODAL)
    studio.open("lin-yue", reason_view(value, "request-changes", "C0CARD"))
    studio.shoot("request-changes", "lin-yue", "channel=C0CARD", MODAL)
    studio.open(
        "helen-marsh", forms.delegate_view(value, "C0CARD", given, NOW + timedelta(days=3))
    )
    studio.shoot("delegate", "helen-marsh", "channel=C0CARD", MODAL)
    studio.open("peter-lindgren", report_view(choices(studio)))
    studio.shoot("report", "peter-lindgren", "channel=C0CARD", MODAL)


def choices(studio: Studio) -> Choices:
    """Offer what the example's own files name."""
    rows = {
        name: [(key, str(row.get("title") or row["name"])) for key, row in _rows(name).items()]
        for name in ("trade_secrets", "accounts", "sources", "parties")
    }
    people = [(key, row["name"]) for key, row in studio.people.items()]
    rows |= {"holders": rows.pop("parties"), "custodians": people, "suspects": people}
    return Choices(rows, ("CN", "US"), NOW)


def main() -> None:
    """Take every picture anew."""
    chromium = shutil.which("chromium")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"]) as browser,
    ):
        page = browser.new_page(
            # The page allows no styles but its own, and what is hidden in pictures is one.
            bypass_csp=True,
            viewport={"width": WIDE, "height": HIGH},
            timezone_id=ZONE,
        )
        studio = Studio(Path(folder), page)
        with studio.standin:
            for pictured in (cards, messages, mornings, questions, deadline):
                pictured(studio)


if __name__ == "__main__":
    main()
