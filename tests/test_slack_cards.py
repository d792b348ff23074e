"""What cards show, and that nobody can make them say something else."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, get_args

import pytest

from breachbook.slack.blocks import bounded, button, cut, mentions, section, when
from breachbook.slack.cards import (
    Approver,
    Decided,
    Delegated,
    Document,
    Note,
    Recipient,
    Status,
    Task,
    button_value,
    card_blocks,
    card_text,
    note_blocks,
    note_text,
    read_value,
    task_blocks,
    task_text,
)
from breachbook.slack.dated import deadline_buttons, hold_button
from breachbook.slack.modals import read_metadata, reason_view
from breachbook.slack.overview import Overview, overview_blocks, overview_text
from breachbook.slack.standin.schema import problems_of_blocks, problems_of_view
from tests.slack_world import CHANNEL, COUNSEL, NOW, SUBJECT, card

HOSTILE = [
    "<!channel>",
    "*x* _y_ ~z~ `w`",
    "<https://evil.example|x>",
    "<@U0COUNSEL>",
    "a&lt;b",
    "line\nbreak\u202e reversed\u0000",
    "x" * 9000,
    "&" * 9000,
    "\U0001f512" * 9000,
    "",
]

# The only marked-up texts a card may hold: bold labels, dates, mentions, and our own sentences.
OURS = re.compile(
    r"\*[A-Za-z0-9 :,.()-]+\*|(Expires )?<!date\^\d+\^[^|>]+\|[-0-9: ]+ America/Chicago>"
    r"|(until )?<!date\^\d+\^[^|>]+\|[-0-9: ]+ America/Chicago>"
    r"|(<@U0COUNSEL> ?)+|\*High risk:\* whoever approves types the matter's number\."
    r"|\*Urgent:\* reminders come at any hour\.|\d+ more lines are in the matter's own record\."
)


def _texts(blocks: Any, kind: str) -> Iterator[str]:
    if isinstance(blocks, dict):
        if blocks.get("type") == kind:
            yield blocks["text"]
        for part in blocks.values():
            yield from _texts(part, kind)
    elif isinstance(blocks, list):
        for part in blocks:
            yield from _texts(part, kind)


def _all_plain(blocks: Any) -> str:
    return "\n".join(_texts(blocks, "plain_text"))


def test_open_card_shows_everything_and_three_buttons() -> None:
    """An open card shows act, recipients, reason, undo, documents, approvers, need and expiry."""
    blocks = card_blocks(card())

    shown = _all_plain(blocks)
    for part in (
        "The three accounts of Tie Lun Foundry are suspended.",
        "Tie Lun Foundry · legal@tielun.example",
        "Drawings were fetched after the contract ended.",
        "Give the access back.",
        "Demand letter (en) · cdcdcdcdcdcdcdcd",
        "Subject (SHA-256)\nabababababababab",
        "May decide\nIda Marsh",
        "Still needed\n1 of ip-counsel",
        "Ida Marsh asked for changes",
        "wrong address",
        "Without a decision by then: refused",
    ):
        assert part in shown
    assert [each["action_id"] for each in blocks[-1]["elements"]] == [  # type: ignore[attr-defined]
        "approve",
        "request-changes",
        "reject",
    ]


@pytest.mark.parametrize("status", get_args(Status))
def test_only_an_open_card_has_buttons(status: Status) -> None:
    """A card in any other state offers no decision, asks nobody, and still says what it was."""
    blocks = card_blocks(card(status=status, status_detail="The address changed."))

    has_buttons = any(block["type"] == "actions" for block in blocks)
    assert has_buttons is (status == "open")
    assert ("<@U0COUNSEL>" in "".join(_texts(blocks, "mrkdwn"))) is (status == "open")
    assert "The address changed." in _all_plain(blocks)
    assert problems_of_blocks(blocks) == []


def test_buttons_carry_request_and_subject() -> None:
    """Each button names the request and the subject that was shown, and reads back."""
    blocks = card_blocks(card())

    values = {each["value"] for each in blocks[-1]["elements"]}  # type: ignore[attr-defined]
    assert values == {"LEAK-2026-0001-A3 abababababababab"}
    assert read_value(values.pop()) == ("LEAK-2026-0001-A3", SUBJECT[:16])


@pytest.mark.parametrize(
    "value", ["", "A3", "A3 ABABABABABABABAB", "A3 " + "a" * 17, "A 3 " + "a" * 16]
)
def test_foreign_button_values_are_refused(value: str) -> None:
    """Only what a card wrote reads back."""
    with pytest.raises(ValueError, match="not a value of an approval card"):
        read_value(value)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    """Whatever people write is never markup, never too long, and never drops the buttons."""
    hostile = card(
        title=text,
        what=text,
        why=text,
        undo=text,
        matter=text,
        still_needed=text,
        on_expiry=text,
        status_detail=text,
        recipients=(Recipient(text, text),) * 60,
        documents=(Document(text, SUBJECT),) * 60,
        approvers=(Approver(text, text),) * 60,
        decisions=(Decided(text, NOW, text, text, text),) * 60,
        delegations=(Delegated(text, text, NOW),) * 60,
        stages=(text,) * 60,
        noticed=text,
        asked=(Approver(text, text),) * 60,
        breakable=(Approver(text, text),) * 60,
        delegable=True,
        high_risk=True,
        urgent=True,
    )
    blocks = card_blocks(hostile)

    assert problems_of_blocks(blocks) == []
    assert blocks[-1]["type"] == "actions"
    for plain in _texts(blocks, "plain_text"):
        assert "<" not in plain
        assert ">" not in plain
        assert "\u202e" not in plain
    for ours in _texts(blocks, "mrkdwn"):
        assert OURS.fullmatch(ours)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_tasks_notes_and_lines_stays_text(text: str) -> None:
    """Tasks, notes and the one-line forms are as safe as cards."""
    task = Task(text, text, text, text, Approver(text, text), NOW, example=True)
    note = Note(
        text, text, example=True, title=text, people=(Approver(text, text),) * 60, address=text,
        moments=(("Expires", NOW),), buttons=(hold_button("LEAK-2026-0001", "legal-hold-1", "5f2c9a1be0d34c77"),),
    )  # fmt: skip

    assert problems_of_blocks(task_blocks(task)) == []
    assert problems_of_blocks(note_blocks(note)) == []
    assert "evil.example" not in "".join(_texts(note_blocks(note), "mrkdwn"))
    assert note_blocks(note)[-1]["type"] == "actions"
    for line in (task_text(task), note_text(note), card_text(card(title=text, matter=text))):
        assert len(line) <= 4000
        assert "<" not in line


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_the_overview_stays_text(text: str) -> None:
    """Titles, names and addresses of a matter with hundreds of everything fit and are never markup."""
    ids = [f"{text}{number}" for number in range(40)]
    rows = {
        "matter": text, "state": text, "severity": text, "playbook": text, "more": 3, "counted": True, "overdue": 9,
        "approvals": [
            {"id": i, "step": text, "document": text, "lacks": text, "card": None,
             "expires_at": "2026-11-17T02:00:00.000000Z"}
            for i in ids
        ],
        "deadlines": [
            {"id": i, "rule": text, "safe": text, "legal": text, "provisional": True, "overdue": True}
            for i in ids
        ],
        "exhibits": [{"id": i, "source": text, "files": 3} for i in ids],
        "documents": [
            {"id": i, "step": text, "target": text, "version": 1, "state": text} for i in ids
        ],
        "holds": {text: 3},
        "people": [{"id": i, "roles": [text]} for i in ids],
    }  # fmt: skip
    named = dict.fromkeys(ids, text)
    shown = Overview(
        rows, text, text, {text: text}, named, named, named, named, "America/Chicago", example=True
    )
    blocks = overview_blocks(shown)

    assert problems_of_blocks(blocks) == []
    assert "<" not in _all_plain(blocks)
    assert "\u202e" not in _all_plain(blocks)
    assert "<" not in overview_text(shown)
    for ours in _texts(blocks, "mrkdwn"):
        assert "evil.example" not in ours
        assert "<!channel>" not in ours
        assert "`w`" not in ours


@pytest.mark.parametrize(("delegable", "breakable"), [(False, False), (True, False), (True, True)])
def test_graver_buttons_stand_only_where_they_are_allowed(
    delegable: bool, breakable: bool
) -> None:
    """Delegate and Break glass are offered where the policy has them; the last is a danger."""
    offered = card(
        delegable=delegable, breakable=(Approver("Ida Marsh", COUNSEL),) if breakable else ()
    )
    elements: Any = card_blocks(offered)[-1]["elements"]

    ids = [each["action_id"] for each in elements]
    assert ("delegate" in ids) is delegable
    assert ("break-glass" in ids) is breakable
    assert elements[-1].get("style") == ("danger" if breakable or not delegable else None)


def test_card_names_who_decided_for_whom() -> None:
    """A delegate's decision stands there with the person it was made for."""
    made = Decided("Lee Ng", NOW, "approve", "", "Ida Marsh")

    assert "Lee Ng approved for Ida Marsh" in _all_plain(card_blocks(card(decisions=(made,))))


def test_deadline_that_is_over_is_not_snoozed() -> None:
    """Service is offered where it is what meets the deadline; snooze only before the day."""
    ids = [
        [str(each["action_id"]) for each in deadline_buttons("LEAK-2026-0001", "r@F1", **kind)]
        for kind in ({"service": True, "snooze": True}, {"service": False, "snooze": False})
    ]

    assert ids == [["deadline-done", "deadline-service", "deadline-snooze"], ["deadline-done"]]


def test_task_says_what_how_and_by_when() -> None:
    """A task shows the deed, the command that answers it, and the due time."""
    task = Task(
        "LEAK-2026-0001", "Call the bank", "Ask for the log.", "breachbook done X", None, NOW
    )

    shown = _all_plain(task_blocks(task))
    assert "Ask for the log." in shown
    assert "breachbook done X" in shown
    assert any(
        text.startswith("Due <!date^1772463600^") for text in _texts(task_blocks(task), "mrkdwn")
    )


def test_example_is_said_first() -> None:
    """A card of a fictitious matter says so above everything else."""
    first = card_blocks(card(example=True))[0]

    assert "Example" in next(_texts(first, "mrkdwn"))
    assert "Example" not in "".join(_texts(card_blocks(card())[0], "mrkdwn"))


def test_time_is_the_readers_with_a_named_fallback() -> None:
    """Slack shows the reader's zone; elsewhere the matter's zone stands there by name."""
    moment = datetime(2026, 3, 8, 8, 30, tzinfo=UTC)

    assert when(moment, "America/Chicago") == (
        "<!date^1772958600^{date_short_pretty} at {time}|2026-03-08 03:30 America/Chicago>"
    )


def test_time_without_zone_is_refused() -> None:
    """A moment without a zone would be a guess."""
    with pytest.raises(ValueError, match="has no zone"):
        when(datetime(2026, 3, 8, 8, 30))  # noqa: DTZ001 (the point of the test)


def test_card_that_never_expires_says_so() -> None:
    """Without expiry the card says that silence decides nothing."""
    shown = "".join(_texts(card_blocks(replace(card(), expires_at=None)), "mrkdwn"))

    assert "Does not expire" in shown


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("a<b", 10, "a&lt;b"),
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("a&&", 6, "a…"),
        ("a&&", 7, "a&amp;…"),
        ("\U0001f512\U0001f512", 3, "\U0001f512…"),
        ("刘\u3000洋", 9, "刘\u3000洋"),
    ],
)
def test_cut_counts_what_is_sent(text: str, limit: int, expected: str) -> None:
    """Entities count in full and are never split; astral characters count twice."""
    assert cut(text, limit) == expected


def test_only_user_ids_are_mentioned() -> None:
    """A mention is made only of what has Slack's form of a user id."""
    assert mentions(["U0COUNSEL", "!channel", "U0> <!here", ""]) == "<@U0COUNSEL>"


def test_too_long_a_value_is_an_error() -> None:
    """A button value is never cut."""
    with pytest.raises(ValueError, match="got 2001 characters"):
        button("x", "approve", "v" * 2001)


def test_button_value_needs_a_request_and_a_digest() -> None:
    """A value that could not be read back is never written."""
    with pytest.raises(ValueError, match="allowed"):
        button_value("LEAK 1", SUBJECT)


def test_too_many_blocks_give_way_in_the_middle() -> None:
    """Over 50 blocks the last ones stay and a line says how many are missing."""
    blocks = bounded([section(str(number)) for number in range(60)], keep_last=2)

    assert len(blocks) == 50
    assert "11 more lines" in next(_texts(blocks, "mrkdwn"))
    assert list(_texts(blocks[-2:], "plain_text")) == ["58", "59"]


def test_reason_form_is_valid_and_reads_back() -> None:
    """Slack takes the form; its metadata names request, subject, decision and channel."""
    value = button_value("LEAK-2026-0001-A3", SUBJECT)
    view = reason_view(value, "request-changes", CHANNEL)
    asked = read_metadata(str(view["private_metadata"]))

    assert problems_of_view(view) == []
    assert (asked.request_id, asked.subject16) == ("LEAK-2026-0001-A3", SUBJECT[:16])
    assert (asked.decision, asked.channel) == ("request-changes", CHANNEL)


@pytest.mark.parametrize("decision", ["approve", "anything"])
def test_reason_form_is_for_refusals_and_changes_only(decision: str) -> None:
    """An approval needs no form."""
    with pytest.raises(ValueError, match="allowed: reject, request-changes"):
        reason_view(button_value("A3", SUBJECT), decision, CHANNEL)
