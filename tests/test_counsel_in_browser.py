"""Counsel carry the example's matter to its end by clicking in a browser, over HTTP and Socket Mode."""

import os
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from breachbook import content, source
from breachbook.cli import main
from breachbook.matter import Approval, Document, Matter
from breachbook.slack.standin import Standin
from breachbook.supervisor.settings import settings
from tests.browser import Seat, seat
from tests.handed_in import worded
from tests.stage import Stage, until

pytestmark = [pytest.mark.server, pytest.mark.needs("chromium")]

HELEN, DAVID, LIN, JOAN = "Helen Marsh", "David Okafor", "Lin Yue", "Joan Petrov"
PETER, ALAN, ZHOU = "Peter Lindgren", "Alan Brooks", "Zhou Min"
SHUT, LETTER = "suspend-portal", "cease-and-desist"
ENGINEERING, QUALITY = "beiyuan-engineering-07", "beiyuan-quality-02"
CHINESE, ENGLISH = "moqiao-castings", "larkmoor-supply"
OLD_WORDS, NEW_WORDS, REDLINE = "郑重致函如下", "正式致函如下", "[-郑重-]{+正式+}致函如下"
# The shortest expiry there is, so that silence can be waited for.
EXPIRY = ("      expires: 8 hours\n", "      expires: 1 minute\n")
RISK = ("      expires: 24 hours\n", "      high_risk: true\n      expires: 24 hours\n")
# From the day a court preserved evidence a month runs in which to sue.
PRESERVED = ("        options: [company, law-firm]\n", """\
        options: [company, law-firm]
      - {id: preserved_on, ask: "When was evidence preserved?", type: date, records: evidence-preserved}
""")  # fmt: skip


class Play:
    """The people of the example before the page, and the journal that shows what they led to."""

    def __init__(self, stage: Stage, seat: Seat) -> None:
        self.stage = stage
        self.seat = seat

    def state(self) -> Matter:
        """Read the matter."""
        return self.stage.state()

    def requests(self, step: str, target: str) -> list[Approval]:
        """List what was asked about a step and its target."""
        return [a for a in self.state().approvals.values() if (a.step, a.target) == (step, target)]

    def message(self, key: str) -> str:
        """Wait for a message that is told under a key of this beginning; gives where it is on the page."""

        def told() -> list[str]:
            return [m.ts for m in self.state().messages.values() if m.key.startswith(key) and m.ts]

        until(lambda: bool(told()), f"the message {key}")
        return f'article[data-ts="{told()[-1]}"]'

    def card(self, step: str, target: str, number: int = 1) -> str:
        """Wait for the card of the nth request; gives where it is on the page."""
        until(
            lambda: len(self.requests(step, target)) >= number, f"request {number} of {target}", 90
        )
        return self.message(f"card/{self.requests(step, target)[number - 1].id}")

    def in_channel(self, name: str) -> None:
        """Be somebody in the matter's channel."""
        self.seat.be(name)
        self.seat.channel(f"breach-{self.stage.matter.lower()}")

    def report(self) -> None:
        """The reporter types the command and fills in what the example's report says."""
        told = source.read(self.stage.workspace.root / "report.yaml", "report.yaml").data
        self.seat.be(PETER)
        self.seat.messages()
        self.seat.say("/leak")
        many = ("places", "trade_secrets", "holders", "accounts", "sources", "custodians")
        plain = {name: told[name] for name in ("title", "summary", "vector")}
        at = {name: _local(told[name]) for name in ("discovered_at", "occurred_at")}
        self.seat.fill(plain | at | {name: told[name] for name in many})
        self.seat.picture("report-form")
        self.seat.submit()
        self.seat.find('form.modal:has-text("is open")')
        self.seat.picture("reported")
        (self.stage.matter,) = self.stage.workspace.matter_ids()
        assert self.stage.matter in self.seat.text("form.modal")
        self.seat.close()

    def triage(self) -> None:
        """Counsel answers in the form of the task."""
        rows = source.read(self.stage.workspace.root / "answers.yaml").data["steps"]["triage"]
        task = self.message("task/triage/-/1/answer/")
        self.in_channel(HELEN)
        self.seat.find(task)
        self.seat.picture("task", task)
        self.seat.press(task, "task")
        preserved = self.stage.workspace.now().date() - timedelta(days=10)
        self.seat.fill(rows["answers"] | {"preserved_on": preserved.isoformat()})
        self.seat.picture("triage-form")
        self.seat.submit()

    def delegate(self) -> None:
        """The general counsel lets outside counsel decide about one account, who approves."""
        card = self.card(SHUT, ENGINEERING)
        self.in_channel(DAVID)
        self.seat.find(card)
        self.seat.picture("suspension-card", card)
        self.seat.press(card, "delegate")
        self.seat.fill({"to": "lin-yue", "reason": "I am before the court all day."})
        self.seat.picture("delegate-form")
        self.seat.submit()
        self.in_channel(LIN)
        self.seat.press(f'{card}:has-text("David Okafor lets Lin Yue decide")', "approve")
        self.seat.gone(f"{card} button[data-action]")
        self.seat.picture("delegated-card", card)

    def acknowledge(self) -> None:
        """Both custodians acknowledge their holds."""
        for name in (ALAN, ZHOU):
            self.seat.be(name)
            self.seat.messages()
            self.seat.find('button[data-action="hold-acknowledge"]')
            self.seat.picture("hold")
            self.seat.press("article", "hold-acknowledge")
            self.seat.gone('button[data-action="hold-acknowledge"]')
        self.seat.picture("hold-acknowledged")

    def change(self, folder: Path) -> None:
        """One approver wants the Chinese letter changed; counsel edits it and hands it in under the card."""
        card = self.card(LETTER, CHINESE)
        self.in_channel(DAVID)
        self.seat.find(card)
        self.seat.picture("letter-card", card)
        self.seat.press(card, "request-changes")
        self.seat.fill({"reason": "Less solemn, please."})
        self.seat.picture("changes-form")
        self.seat.submit()
        returned = self.message(f"returned/{self.requests(LETTER, CHINESE)[0].id}")
        self.in_channel(HELEN)
        self.seat.find(returned)
        self.seat.picture("returned", returned)
        edited = folder / "edited.docx"
        edited.write_bytes(worded(self.seat.download(card, ".docx"), OLD_WORDS, NEW_WORDS))
        self.seat.upload(card, edited)
        newer = self.card(LETTER, CHINESE, 2)
        self.seat.find(f'{newer} + .thread a[download="redline.txt"]')
        self.seat.gone(f"{card} button[data-action]")
        self.seat.picture("replaced-card", card)
        self.seat.picture("replacing-card", newer)
        assert REDLINE in self.seat.download(newer, "redline.txt").decode()

    def refuse(self, capsys: pytest.CaptureFixture[str]) -> None:
        """One approver refuses the English letter; counsel begins the step again on the command line."""
        card = self.card(LETTER, ENGLISH)
        self.in_channel(LIN)
        self.seat.press(card, "reject")
        self.seat.fill({"reason": "Their counsel has just written to us."})
        self.seat.picture("refuse-form")
        self.seat.submit()
        self.seat.gone(f"{card} button[data-action]")
        self.seat.picture("refused-card", card)
        self.command(capsys, "restart", self.stage.matter, f"{LETTER}/{ENGLISH}",
                     "--reason", "their letter settles nothing", "--as", "helen-marsh")  # fmt: skip

    def command(self, capsys: pytest.CaptureFixture[str], *words: str) -> None:
        """Type a command of Breachbook."""
        code = main([*words, "--workspace", str(self.stage.workspace.root)])
        told = capsys.readouterr()
        assert code == 0, told.err

    def approve(self, target: str) -> None:
        """Two people approve the second request about a letter, each typing the matter's number."""
        card = self.card(LETTER, target, 2)
        for name in (DAVID, LIN):
            self.in_channel(name)
            self.seat.press(card, "approve")
            self.seat.fill({"number": self.stage.matter})
            self.seat.picture("number-form")
            self.seat.submit()
            self.seat.find(f'{card}:has-text("{name} approved")')
        self.seat.gone(f"{card} button[data-action]")
        self.seat.picture("approved-card", card)

    def serve(self) -> None:
        """The clerk records the service of one letter in the channel, of the other in the Home tab."""
        task = self.message(f"task/{LETTER}/{CHINESE}/1/serve/")
        self.in_channel(JOAN)
        self.seat.press(task, "task")
        self._served("EMS 1000000000001")
        self.message(f"task/{LETTER}/{ENGLISH}/2/serve/")
        self.seat.home()
        self.seat.picture("home-of-the-clerk")
        self.seat.press(".home", "task")
        self._served("FedEx 100000000001")

    def _served(self, receipt: str) -> None:
        self.seat.fill({"statement": f"{receipt}, signed for at the door."})
        self.seat.picture("service-form")
        self.seat.submit()

    def expire(self) -> None:
        """Nobody decides about the other account in time; the card of the escalated request is approved."""
        first, second = self.card(SHUT, QUALITY), self.card(SHUT, QUALITY, 2)
        self.in_channel(LIN)
        self.seat.find(second)
        self.seat.gone(f"{first} button[data-action]")
        self.seat.picture("expired-card", first)
        self.seat.picture("escalated-card", second)
        self.seat.home()
        self.seat.picture("home-of-counsel")
        self.in_channel(LIN)
        self.seat.press(second, "approve")

    def deadline(self) -> str:
        """The clerk records in the Home tab that a deadline was met; gives its id."""
        self.seat.be(JOAN)
        self.seat.home()
        self.seat.press(".home", "deadline-done")
        self.seat.fill({"note": "Filed with the docket."})
        self.seat.picture("deadline-form")
        met = self.seat.text("form.modal .section").split()[1].rstrip(":")
        self.seat.submit()
        return met


def _local(when: str) -> str:
    """Say a moment as the reporter's clock shows it, for a field of date and time."""
    return f"{datetime.fromisoformat(when).astimezone(ZoneInfo('America/Chicago')):%Y-%m-%dT%H:%M}"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """The example with a playbook of its own: a minute to decide about an account, letters of high risk."""
    made = Stage(tmp_path)
    text = content.find("playbooks", "supplier-leak.yaml").read_text("utf-8")
    for old, new in (EXPIRY, RISK, PRESERVED):
        assert text.count(old) == 1
        text = text.replace(old, new)
    folder = made.workspace.root / "playbooks"
    folder.mkdir()
    (folder / "supplier-leak.yaml").write_text(text, "utf-8")
    yield made
    made.portal.stop()


@pytest.fixture
def standin(stage: Stage, tmp_path: Path) -> Iterator[Standin]:
    """A pretended Slack with the example's people."""
    people = [person for person in stage.workspace.people.by_id.values() if person.slack]
    chosen = stage.workspace.config.slack
    assert chosen is not None
    users = [{"id": p.slack.user_id, "name": p.name, "tz": p.zone} for p in people if p.slack]
    with Standin(tmp_path / "slack.json", {"team_id": chosen.team_id, "users": users}) as made:
        yield made


def _slack(standin: Standin, transport: str) -> dict[str, str]:
    """Give the environment that leads to the pretended Slack."""
    data = standin.state.data
    return {
        "SLACK_BOT_TOKEN": data["token"],
        "SLACK_SIGNING_SECRET": data["signing_secret"],
        "BREACHBOOK_SLACK_BASE_URL": standin.api_url,
        "SLACK_APP_TOKEN": data["app_token"] if transport == "socket-mode" else "",
    }


def _pictures(folder: Path, transport: str) -> Path:
    return Path(os.environ.get("BREACHBOOK_ARTEFACTS") or folder / "pictures") / transport


@pytest.mark.parametrize("transport", ["http", "socket-mode"])
def test_counsel_carry_the_matter_to_its_end(
    transport: str,
    stage: Stage,
    standin: Standin,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """From report to service by clicks: changes, a refusal, a delegation, an expiry, all in the journal."""
    with (
        stage.up(_slack(standin, transport)),
        seat(standin, _pictures(tmp_path, transport)) as chair,
    ):
        if transport == "http":
            public = settings(stage.workspace).url("public")
            standin.state.configure({"request_url": f"{public}/slack/events"})
        play = Play(stage, chair)
        play.report()
        play.triage()
        play.delegate()
        play.acknowledge()
        play.change(tmp_path)
        play.refuse(capsys)
        play.approve(CHINESE)
        play.approve(ENGLISH)
        play.serve()
        met = play.deadline()
        play.expire()
        until(stage.is_done, "every step")
        play.in_channel(HELEN)
        overview = play.message("overview/")
        chair.picture("overview", overview)
        chair.picture("channel-at-the-end")
        play.command(capsys, "audit", "verify", "--as", "helen-marsh")

    _check(stage, stage.state(), met)


def _check(stage: Stage, state: Matter, met: str) -> None:
    """What the journal says of it all."""
    approved = [a for a in state.approvals.values() if a.state == "approved"]
    effects = stage.portal.state["effects"]

    assert len({a.subject for a in approved}) == len(approved) == 4
    assert Counter(key.split("/")[3] for key in effects) == {ENGINEERING: 1, QUALITY: 1}
    assert set(effects.values()) == {1}
    assert all(hold.state == "acknowledged" for hold in state.holds.values())
    assert state.deadlines[met].state in ("met", "late")
    _check_decisions(state)
    _check_letters(state, approved)


def _check_decisions(state: Matter) -> None:
    delegated, expired, escalated = (
        [a for a in state.approvals.values() if a.target == target][place]
        for target, place in ((ENGINEERING, 0), (QUALITY, 0), (QUALITY, 1))
    )
    (handed,) = delegated.delegations
    (decision,) = delegated.decisions

    assert (handed.by, handed.to) == ("david-okafor", "lin-yue")
    assert (decision.person, decision.acting_for) == ("lin-yue", "david-okafor")
    assert (expired.state, expired.decisions) == ("expired", [])
    assert (escalated.escalated_from, escalated.state) == (expired.id, "approved")


def _check_letters(state: Matter, approved: list[Approval]) -> None:
    chinese, english = (
        [d for d in state.documents.values() if (d.step, d.target) == (LETTER, target)]
        for target in (CHINESE, ENGLISH)
    )
    refused, again = (a for a in state.approvals.values() if a.target == ENGLISH)

    assert [d.version for d in chinese] == [1, 2]
    assert (chinese[1].replaces, bool(chinese[1].edit)) == (chinese[0].id, True)
    assert (refused.state, again.state, again.round) == ("refused", "approved", 2)
    for documents in (chinese, english):
        _check_served(documents, approved)


def _check_served(documents: list[Document], approved: list[Approval]) -> None:
    (served,) = (document for document in documents if document.served)
    (approval,) = (a for a in approved if a.document == served.id)

    assert served is documents[-1]
    assert served.served is not None
    assert served.served["request"] == approval.id
    assert served.served["files"] == served.files
    assert {d.person for d in approval.decisions} == {"david-okafor", "lin-yue"}
