"""What is told in a matter's channel: cards, reminders, who is in it, and that each is told once."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from breachbook import content, deadline_records, decisions, holds
from breachbook.agenda import Tell
from breachbook.errors import EngineError
from breachbook.events import Actor, Draft
from tests.cases_core import CLERK, LETTER, Case
from tests.telling_world import Block, Telling, buttons, quiet, telling, texts

SUSPEND = ("suspend-portal", "beiyuan-engineering-07")
HOLD = "legal-hold-1"
POLICY = """\
      from: [ip-counsel, general-counsel]
      quorum: 1
      expires: 8 hours
      on_expiry: escalate
      escalate_to: [general-counsel, outside-counsel]
      delegate: {to: [outside-counsel], at_most: 3 days}
"""
RICHER = """\
      stages:
        - from: [general-counsel]
        - from: [outside-counsel]
      high_risk: true
      delegate: {to: [docketing-clerk]}
      break_glass: [general-counsel]
      expires: 8 hours
      on_expiry: escalate
      escalate_to: [general-counsel, outside-counsel]
"""


@dataclass
class Staged:
    """A matter that was told of, and where its Slack is kept."""

    case: Case
    folder: Path

    def copy(self, folder: Path) -> Case:
        """Give a copy of both that stands where this one does."""
        shutil.copytree(self.folder / "slack.json.files", folder / "slack.json.files")
        shutil.copy(self.folder / "slack.json", folder / "slack.json")
        made = self.case.copy(folder / "w")
        # What is slow to read and the same in every copy.
        vars(made.library)["notices"] = self.case.library.notices
        vars(made.library)["_pinned"] = vars(self.case.library)["_pinned"]
        return made


@pytest.fixture(scope="module", autouse=True)
def _portal() -> Iterator[None]:
    """What is approved here fails, and is told as failed."""
    with quiet():
        yield


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory, _portal: None) -> Staged:
    """A matter told in Slack until cards wait for decisions; suspensions have every kind of policy."""
    folder = tmp_path_factory.mktemp("told")
    case = Case.install(folder / "w")
    shipped = content.find("playbooks", "supplier-leak.yaml").read_text("utf-8")
    (case.workspace.root / "playbooks").mkdir(exist_ok=True)
    own = case.workspace.root / "playbooks" / "supplier-leak.yaml"
    own.write_text(shipped.replace(POLICY, RICHER), "utf-8")
    case.report()
    with telling(case, folder) as world:
        world.advance()
        case.answer()
        world.advance()
    return Staged(case, folder)


@pytest.fixture
def world(staged: Staged, tmp_path: Path) -> Iterator[Telling]:
    """A copy of it, with a Slack of its own."""
    case = staged.copy(tmp_path)
    with telling(case, tmp_path) as made:
        yield made


def _decide(world: Telling, request: str, person: str, answer: str, comment: str = "") -> None:
    decided = decisions.decide(
        world.case.workspace, request, actor=Actor(person, "example"), answer=answer,  # type: ignore[arg-type]
        comment=comment or None,
        confirmed=world.case.id,
    )  # fmt: skip
    assert decided.outcome == "recorded", decided.text


def _card(world: Telling, step: str, target: str) -> tuple[str, Block]:
    request = world.case.request(step, target)
    return request, world.under(f"card/{request}")


def _fact(world: Telling) -> None:
    data = {
        "fact": world.case.matter.number("F"), "fact_kind": "us-summons-served",
        "when": "2026-11-10", "about": "us-case", "options": {"court_timezone": "America/Chicago"},
    }  # fmt: skip
    world.case.file.transact(lambda _: [Draft("fact.recorded", data, CLERK)])


def test_card_says_all_an_approver_must_know(world: Telling) -> None:
    """Stages, risk, plan, who may break the glass and who is asked now stand on the card."""
    request, message = _card(world, *SUSPEND)
    shown = texts(message["blocks"])

    for part in (
        "send POST http://127.0.0.1:1/accounts/beiyuan-engineering-07/suspend",
        "1. now: 1 of David Okafor\n2. later: 1 of Lin Yue",
        "Still needed\n1 of David Okafor, stage 1 of 2",
        "*High risk:* whoever approves types the matter's number.",
        "Yes: whoever uses the account will see that it was done.",
        "May approve alone in an emergency\nDavid Okafor",
        "Without a decision by then: others are asked",
    ):
        assert part in shown
    value = f"{request} {world.case.matter.approvals[request].subject[:16]}"
    assert buttons(message) == dict.fromkeys(
        ["approve", "request-changes", "reject", "delegate", "break-glass"], value
    )


def test_letter_hangs_in_the_thread_as_pdf_and_docx(world: Telling) -> None:
    """What approvers read is uploaded below the card; without delegates there is no such button."""
    request, message = _card(world, LETTER, "larkmoor-supply")

    assert sorted(world.files(f"card/{request}")) == [
        "cease-and-desist.en-US.docx",
        "cease-and-desist.en-US.pdf",
    ]
    assert set(buttons(message)) == {"approve", "request-changes", "reject"}


def test_decision_updates_the_card_in_place(world: Telling) -> None:
    """After a stage the same message says who decided and what remains, and asks the next."""
    request, before = _card(world, *SUSPEND)
    count = len(world.said())
    _decide(world, request, "david-okafor", "approve")
    world.advance()

    _, after = _card(world, *SUSPEND)
    shown = texts(after["blocks"])
    assert after["ts"] == before["ts"]
    assert "David Okafor approved" in shown
    assert "1. passed\n2. now: 1 of Lin Yue" in shown
    assert "<@U0LINYUE01>" in shown
    assert len(world.said()) == count


def test_delegate_is_named_with_whom_they_decide_for(world: Telling) -> None:
    """A card says that a decision was handed over, and for whom the delegate decided."""
    request, _ = _card(world, *SUSPEND)
    until = world.case.workspace.now() + timedelta(hours=4)
    decisions.delegate(
        world.case.workspace, request, actor=Actor("david-okafor", "example"), to="joan-petrov",
        until=until,
    )  # fmt: skip
    world.advance()
    handed = texts(_card(world, *SUSPEND)[1]["blocks"])
    _decide(world, request, "joan-petrov", "approve")
    world.advance()

    shown = texts(_card(world, *SUSPEND)[1]["blocks"])
    assert "David Okafor lets Joan Petrov decide" in handed
    assert "<@U0JPETRV01>" in handed
    assert "Joan Petrov approved for David Okafor" in shown


def test_broken_glass_is_told_to_everybody_with_the_reason(world: Telling) -> None:
    """Whoever approves alone is named to all people of the matter, with why."""
    request, _ = _card(world, *SUSPEND)
    decisions.break_glass(
        world.case.workspace, request, actor=Actor("david-okafor", "example"),
        reason="files leave <!channel> now", confirmed=world.case.id,
    )  # fmt: skip
    world.advance()

    told = world.under(f"forced/{request}")
    shown = texts(told["blocks"])
    assert "David Okafor approved Suspend the supplier's portal access" in shown
    assert "Reason: files leave &lt;!channel&gt; now" in shown
    for person in ("helen-marsh", "david-okafor", "lin-yue", "joan-petrov"):
        assert f"<@{world.user(person)}>" in shown
    assert buttons(_card(world, *SUSPEND)[1]) == {}


def test_requested_changes_go_back_to_the_author(world: Telling) -> None:
    """The comment, the authors and how to go on are told; the card loses its buttons."""
    request, _ = _card(world, LETTER, "larkmoor-supply")
    _decide(world, request, "david-okafor", "request-changes", "Name the *licence*.")
    world.advance()

    told = world.under(f"returned/{request}")
    shown = texts(told["blocks"], "plain_text")
    document = world.case.matter.approvals[request].document
    assert "David Okafor: Name the *licence*." in shown
    assert f"breachbook notice replace {world.case.id} {document} PATH --reason TEXT." in shown
    assert "upload it there" in shown
    assert f"<@{world.user('helen-marsh')}>" in texts(told["blocks"], "mrkdwn")
    assert buttons(_card(world, LETTER, "larkmoor-supply")[1]) == {}


def test_superseded_card_names_its_successor_which_brings_a_redline(world: Telling) -> None:
    """When what a letter rests on changes, the old card is dead, and the new one shows the difference."""
    request, _ = _card(world, LETTER, "larkmoor-supply")
    toml = world.case.workspace.root / "breachbook.toml"
    toml.write_text(toml.read_text("utf-8").replace("100 Example Plaza", "9 Example Square"))
    world.advance()

    newer, _ = _card(world, LETTER, "larkmoor-supply")
    old = world.under(f"card/{request}")
    shown = texts(old["blocks"])
    assert newer != request
    assert "*Replaced by a newer request*" in shown
    assert f"{newer} replaces it. What it rests on changed: " in shown
    assert buttons(old) == {}
    assert "redline.txt" in world.files(f"card/{newer}")
    uploaded = world.standin.state.data["files"].values()
    file = [each["id"] for each in uploaded if each["name"] == "redline.txt"][-1]
    shown_change = world.standin.state.file_path(file).read_text("utf-8")
    assert shown_change.startswith("What changed from ")
    assert "{+" in shown_change


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (["fact:infringer-known/x"], "What it rests on changed: fact:infringer-known/x."),
        (["document:D9"], "A person replaced the draft by D9."),
        (["person:lin-yue"], "Who decided is conflicted now: Lin Yue."),
        (["exhibit:E1", "edit:D5"], "changed: exhibit:E1. The new draft is without what was"),
        ([], "It was not acted on in time."),
    ],
)
def test_void_card_says_why(world: Telling, changed: list[str], words: str) -> None:
    """Each cause of a void request is said in words."""
    request, _ = _card(world, *SUSPEND)
    approval = world.case.matter.approvals[request]
    data = {"request": request, "subject": approval.subject, "cause": "x", "changed": changed}
    world.case.file.transact(lambda _: [Draft("approval.voided", data)])
    keys = {"key": f"card/{request}/voided", "what": "card-update", "about": request}
    world.tell(Tell(**keys, again=False))

    message = world.under(f"card/{request}")
    assert words in texts(message["blocks"])
    assert buttons(message) == {}


def test_channel_is_for_the_people_of_the_matter_alone(world: Telling) -> None:
    """The reporter, custodians and everybody else are not in it, and it is private."""
    wanted = {"U0BREACHBK", *map(world.user, ("helen-marsh", "david-okafor", "lin-yue"))}

    assert set(world.channel["members"]) == wanted | {world.user("joan-petrov")}
    assert world.channel["is_private"]


def test_conflicted_person_is_put_out_at_once(world: Telling) -> None:
    """Whoever is recorded as conflicted leaves the channel before anything else is said there."""
    gone = world.user("lin-yue")
    data = {"person": "lin-yue", "reason": {"c": "c" * 64}}
    world.case.file.transact(lambda _: [Draft("people.conflicted", data, CLERK)])
    _fact(world)
    world.fault("conversations.kick", "outage")
    world.advance()
    kept_quiet = [key for key in world.posted() if key.startswith("deadline")]
    world.advance()

    assert kept_quiet == []
    assert gone not in world.channel["members"]


def test_who_was_let_in_by_hand_is_put_out(world: Telling) -> None:
    """The next time the people change, whoever the matter does not know leaves."""
    world.channel["members"].append(world.user("alan-brooks"))
    data = {"person": "ruth-cole", "roles": ["it-administrator"]}
    world.case.file.transact(lambda _: [Draft("people.added", data, CLERK)])
    world.advance()

    assert world.user("alan-brooks") not in world.channel["members"]
    assert world.user("ruth-cole") in world.channel["members"]


def test_topic_shows_severity_and_the_next_deadline(world: Telling) -> None:
    """The topic follows the docket."""
    before = world.channel["topic"]
    _fact(world)
    world.advance()

    assert before.startswith("LEAK-2026-0001 | severity: high | next: 2029-11-16 Claim for")
    assert world.channel["topic"].startswith("LEAK-2026-0001 | severity: high | next: 2026-12-01 ")


def test_overview_is_one_pinned_message_that_follows_the_matter(world: Telling) -> None:
    """However much happens, there is one overview, updated once a look."""
    sent = len(world.journaled("overview"))
    request, _ = _card(world, *SUSPEND)
    _decide(world, request, "david-okafor", "approve")
    _fact(world)
    world.advance()

    found = [m for m in world.said() if m["text"].startswith("LEAK-2026-0001: overview")]
    shown = texts(found[0]["blocks"])
    pins = world.standin.state.data["pins"][world.channel["id"]]
    assert len(found) == 1
    assert [pin["ts"] for pin in pins] == [found[0]["ts"]]
    assert "needs 1 of Lin Yue, stage 2 of 2" in shown
    assert "2026-12-01 · " in shown
    assert "Severity\nhigh" in shown
    assert "/archives/" in shown
    assert "Helen Marsh · ip-counsel" in shown
    assert len(world.journaled("overview")) == sent + 1


def test_deleted_overview_is_posted_anew(world: Telling) -> None:
    """Somebody deleted it: with the next change another is posted and pinned."""
    old = next(m for m in world.said() if "overview" in m["text"])
    world.standin.state.messages(world.channel["id"]).remove(old)
    _fact(world)
    world.advance()

    (new,) = [m for m in world.said() if m["text"].startswith("LEAK-2026-0001: overview")]
    pins = world.standin.state.data["pins"][world.channel["id"]]
    assert new["ts"] != old["ts"]
    assert pins[-1]["ts"] == new["ts"]


def test_nothing_new_tells_nothing(world: Telling) -> None:
    """A second look at an unchanged matter posts and records nothing."""
    seq, keys = world.case.matter.seq, world.posted()
    world.advance()

    assert world.case.matter.seq == seq
    assert world.posted() == keys


def test_waiting_approver_is_reminded_in_a_direct_message(world: Telling) -> None:
    """The person asked, and nobody else, gets the request, its expiry and a link to the card."""
    request, message = _card(world, *SUSPEND)
    world.case.clock.pass_time(hours=2, minutes=1)
    world.advance()

    (told,) = [m for m in world.direct("david-okafor") if request in texts(m["blocks"])]
    shown = texts(told["blocks"])
    assert f"({request}) waits for your decision. Still needed: 1 of David Okafor" in shown
    assert "Expires <!date^" in shown
    assert message["ts"].replace(".", "") in shown
    assert world.direct("lin-yue") == [] or request not in texts(
        [m["blocks"] for m in world.direct("lin-yue")]
    )


def test_hold_is_acknowledged_by_button_which_then_goes(world: Telling) -> None:
    """The custodian's message carries the hold; once acknowledged, only its questions are asked."""
    custodian = "alan-brooks"
    (before,) = world.direct(custodian)
    offered = buttons(before)
    world.case.clock.pass_time(hours=30)
    world.advance()
    reminded = [buttons(m) for m in world.direct(custodian)]
    holds.acknowledge(world.case.workspace, world.case.id, HOLD, actor=Actor(custodian, "example"))
    world.advance()

    notice = world.case.matter.holds[HOLD, custodian].notice[:16]
    value = {"hold-acknowledge": f"{world.case.id} {HOLD}:{notice}"}
    assert offered == value
    assert reminded == [value, value]
    asked = {"hold-questions": f"{world.case.id} {HOLD}"}
    assert [buttons(m) for m in world.direct(custodian)] == [{}, {}, asked]
    assert "acknowledged; thank you" in texts([m["blocks"] for m in world.direct(custodian)])


def test_silent_custodian_is_told_to_counsel(world: Telling) -> None:
    """After the time to reply, those who keep the matter hear of it in the channel."""
    world.case.clock.pass_time(days=4)
    world.advance()

    found = [m for m in world.said() if "has not acknowledged the legal hold" in m["text"]]
    assert {m["text"].split(": ")[2].split(" has")[0] for m in found} == {
        "Alan Brooks",
        "Zhou Min",
    }
    assert f"<@{world.user('helen-marsh')}>" in texts(found[0]["blocks"])


def test_deleted_card_holds_up_nothing(world: Telling) -> None:
    """Who deletes a card takes only the message away: a decision is told once more and then is done with."""
    request, card = _card(world, *SUSPEND)
    world.standin.state.messages(world.channel["id"]).remove(card)
    _decide(world, request, "david-okafor", "reject", "not now")
    told = world.advance()

    assert world.case.matter.approvals[request].state == "refused"
    assert told.retry is False


def test_deadline_reminder_can_be_answered_at_once(world: Telling) -> None:
    """Done, service and snooze before the day; no snooze once it is over; none once it is done."""
    _fact(world)
    world.advance()
    record = next(d for d in world.case.matter.deadlines.values() if d.safe == "2026-12-01")
    value = f"{world.case.id} {record.id}"
    world.case.clock.pass_time(days=9)
    world.advance()
    before = buttons(world.under(f"deadline/{record.id}/2026-12-01/7d"))
    world.case.clock.pass_time(days=7)
    world.advance()
    late = [m for m in world.said() if "Deadline passed" in m["text"] and record.id in m["text"]]
    passed = buttons(late[-1])
    deadline_records.done(world.case.file, CLERK, record.id, "2026-12-01", None)
    world.advance()

    assert before["deadline-done"] == before["deadline-snooze"] == value
    assert set(passed) == set(before) - {"deadline-snooze"}
    assert buttons(world.under(f"deadline/{record.id}/2026-12-01/7d")) == {}
    ended = texts(world.under(f"deadline/{record.id}/2026-12-01/7d")["blocks"])
    assert "done in time on 2026-12-01" in ended


def test_slack_down_for_an_hour_loses_nothing_and_doubles_nothing(world: Telling) -> None:
    """While Slack is silent the matter goes on; afterwards each message stands there once."""
    before = world.posted()
    request, _ = _card(world, *SUSPEND)
    world.fault("*", "outage", 10_000)
    _decide(world, request, "david-okafor", "approve")
    _fact(world)
    down = world.advance()
    world.case.clock.pass_time(hours=2, minutes=1)
    world.advance()
    recorded = len(world.case.matter.deadlines)
    world.standin.state.faults.clear()
    world.advance()

    new = set(world.posted()) - set(before)
    assert down.retry
    assert recorded > 4
    assert len(world.posted()) == len(set(world.posted()))
    assert any(key.startswith("remind/") for key in new)
    assert all(m.ts for m in world.case.matter.messages.values())


def test_lost_answers_double_nothing(world: Telling) -> None:
    """Slack took each message but its answer was lost: it is found by its key, not posted again."""
    world.fault("chat.postMessage", "lose-answer", 2)
    world.case.clock.pass_time(hours=2, minutes=1)
    for _ in range(4):
        world.advance()

    assert any(key.startswith("remind/") for key in world.posted())
    assert len(world.posted()) == len(set(world.posted()))
    assert all(m.ts for m in world.case.matter.messages.values())


def test_long_rate_limit_is_left_for_later(world: Telling) -> None:
    """Slack asks for a minute: nobody sleeps for it, and the method is not called meanwhile."""
    world.fault("chat.postMessage", "rate-limit", 1, retry_after=60)
    world.case.clock.pass_time(hours=2, minutes=1)
    told = world.advance()
    again = world.advance()

    assert told.retry
    assert again.retry
    assert world.waits == []
    assert not any(key.startswith("remind/") for key in world.posted())


def test_message_waits_while_somebody_is_in_the_channel_who_must_not_be(world: Telling) -> None:
    """A channel whose people are not those of the matter is told nothing."""
    data = {"person": "lin-yue", "reason": {"c": "c" * 64}}
    world.case.file.transact(lambda _: [Draft("people.conflicted", data, CLERK)])
    item = next(item for item in world.case.due() if getattr(item, "what", "") == "overview")

    with pytest.raises(EngineError, match="has its people and nobody else"):
        world.tell(item)  # type: ignore[arg-type]
