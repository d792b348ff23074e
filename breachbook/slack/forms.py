"""The small forms: a number typed to approve, delegation, break-glass, deadlines. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from breachbook.slack.actions import read_of_matter
from breachbook.slack.blocks import Block, plain, section
from breachbook.slack.cards import read_value

CONFIRM, DELEGATE, BREAK_GLASS = "confirm", "delegate", "break-glass"
DONE, SNOOZE = "deadline-done", "deadline-snooze"
NUMBER, TO, UNTIL, REASON, ON, NOTE, LONG = (
    "number", "to", "until", "reason", "on", "note", "long",
)  # fmt: skip
MAX_TEXT = 3000
CUSTOM = "custom"
SNOOZES: Mapping[str, tuple[str, int]] = {
    "1-day": ("1 day", 1),
    "3-days": ("3 days", 3),
    "1-week": ("1 week", 7),
}
_METADATA = re.compile(r"(\S+ \S+) ([a-z-]{1,30}) ([A-Z0-9]{2,20}|-)")

Values = Mapping[str, Mapping[str, Mapping[str, object]]]


def metadata(value: str, what: str, channel: str) -> str:
    """Write what a form brings back: its button's value, what it is for, and the channel if any."""
    return f"{value} {what} {channel or '-'}"


def read_metadata(text: object) -> tuple[str, str, str]:
    """Take `metadata` apart into value, what and channel (empty when there is none).

    Raises:
        ValueError: Not what `metadata` wrote.
    """
    found = _METADATA.fullmatch(str(text))
    if not found:
        raise ValueError("not a form of Breachbook")
    return found[1], found[2], "" if found[3] == "-" else found[3]


def confirm_view(value: str, channel: str) -> Block:
    """Ask for the matter's number before an approval of high risk.

    Raises:
        ValueError: Not a value of an approval card.
    """
    request, _ = read_value(value)
    matter = request.rpartition("-A")[0]
    return modal(
        CONFIRM, "Approve", metadata(value, CONFIRM, channel),
        section(f"{request} is of high risk. Type {matter} to approve it."),
        text_block(NUMBER, "Number of the matter", 40),
    )  # fmt: skip


def delegate_view(
    value: str, channel: str, people: Sequence[tuple[str, str]], until: datetime
) -> Block:
    """Ask to whom a decision is handed (id and name of each), and until when; `until` is the latest.

    Raises:
        ValueError: Not a value of an approval card, or nobody to hand it to.
    """
    request, _ = read_value(value)
    return modal(
        DELEGATE, "Delegate", metadata(value, DELEGATE, channel),
        section(f"Your decision on {request} is theirs until the moment you choose."),
        input_block(TO, "To", select(TO, people)),
        input_block(UNTIL, "Until", instant(UNTIL, until)),
        text_block(REASON, "Reason", MAX_TEXT, optional=True, multiline=True),
    )  # fmt: skip


def break_glass_view(value: str, channel: str) -> Block:
    """Ask why it cannot wait, and for the matter's number.

    Raises:
        ValueError: Not a value of an approval card.
    """
    request, _ = read_value(value)
    return modal(
        BREAK_GLASS, "Break glass", metadata(value, BREAK_GLASS, channel),
        section(f"You approve {request} alone. Everybody on the matter is told, with your reason."),
        text_block(REASON, "Why can it not wait for the people asked?", MAX_TEXT, multiline=True),
        text_block(NUMBER, f"Type {request.rpartition('-A')[0]}", 40),
    )  # fmt: skip


def done_view(value: str, what: str, channel: str, title: str, today: str, last: str) -> Block:
    """Ask on which day a deadline was met; with `what` ``deadline-service``, on which day it was served.

    Raises:
        ValueError: Not a value of a deadline's button.
    """
    matter, deadline = read_of_matter(value)
    served = what != DONE
    return modal(
        DONE, "Record service date" if served else "Record as done", metadata(value, what, channel),
        section(f"{matter} {deadline}: {title}. Plan on {last}."),
        input_block(
            ON, "Served on" if served else "Done on",
            {"type": "datepicker", "action_id": ON, "initial_date": today},
        ),
        text_block(NOTE, "Note", MAX_TEXT, optional=True, multiline=True),
    )  # fmt: skip


def snooze_view(
    value: str, channel: str, title: str, last: str, choices: Sequence[str], custom: datetime
) -> Block:
    """Ask for how long no reminder is wanted; `choices` are keys of SNOOZES.

    Raises:
        ValueError: Not a value of a deadline's button.
    """
    matter, deadline = read_of_matter(value)
    offered = [(key, SNOOZES[key][0]) for key in choices]
    return modal(
        SNOOZE, "Snooze", metadata(value, SNOOZE, channel),
        section(f"{matter} {deadline}: {title}. Never past {last}, the day to plan on."),
        input_block(LONG, "For", select(LONG, [*offered, (CUSTOM, "until the moment below")])),
        input_block(UNTIL, "Until", instant(UNTIL, custom), optional=True),
    )  # fmt: skip


def told_view(title: str, text: str) -> Block:
    """Say something in the place of a form that was sent."""
    return {
        "type": "modal",
        "title": plain(title, 24),
        "close": plain("Close", 24),
        "blocks": [section(text)],
    }


def select(
    action: str, offered: Sequence[tuple[str, str]], *, many: bool = False
) -> dict[str, object]:
    """Lay out a choice among (value, words), in groups of a hundred where there are more.

    Raises:
        ValueError: Nothing to choose from.
    """
    if not offered:
        raise ValueError(f"{action}: nothing to choose from")
    options = [{"text": plain(words, 75), "value": value} for value, words in offered]
    element: dict[str, object] = {
        "type": "multi_static_select" if many else "static_select",
        "action_id": action,
    }
    if len(options) <= 100:
        return element | {"options": options}
    groups = [options[start : start + 100] for start in range(0, len(options), 100)]
    labelled = [
        {"label": plain(f"{offered[100 * n][1]} ...", 75), "options": group}
        for n, group in enumerate(groups)
    ]
    return element | {"option_groups": labelled[:100]}


def instant(action: str, initial: datetime | None = None) -> dict[str, object]:
    """Lay out a choice of day and time, shown by Slack in the reader's zone."""
    element: dict[str, object] = {"type": "datetimepicker", "action_id": action}
    return element | ({"initial_date_time": int(initial.timestamp())} if initial else {})


def entered(values: Values, block: str) -> object:
    """Read one entry of a submission's ``state.values``: text, a day, seconds, a value or a list of them."""
    given = values.get(block, {}).get(block, {})
    for name in ("value", "selected_date", "selected_date_time"):
        if given.get(name) is not None:
            return given[name]
    one, many = given.get("selected_option"), given.get("selected_options")
    if isinstance(one, Mapping):
        return one.get("value")
    return [item.get("value") for item in many] if isinstance(many, list) else None


def words(values: Values, block: str) -> str:
    """Read one entry that is text; empty when there is none."""
    found = entered(values, block)
    return found.strip() if isinstance(found, str) else ""


def modal(callback: str, title: str, told: str, *blocks: Block, submit: str = "") -> Block:
    """Lay out a form; its button says the title where nothing else is given."""
    return {
        "type": "modal",
        "callback_id": callback,
        "private_metadata": told,
        "title": plain(title, 24),
        "submit": plain(submit or title, 24),
        "close": plain("Cancel", 24),
        "blocks": list(blocks),
    }


def input_block(
    block: str, label: str, element: Mapping[str, object], *, optional: bool = False
) -> Block:
    """Lay out one field; its block and its element have the same id."""
    more = {"optional": True} if optional else {}
    return {
        "type": "input", "block_id": block, "label": plain(label, 200), "element": dict(element),
        **more,
    }  # fmt: skip


def text_block(
    block: str, label: str, most: int, *, optional: bool = False, multiline: bool = False
) -> Block:
    """Lay out a field of text of at most `most` characters."""
    element = {
        "type": "plain_text_input", "action_id": block, "max_length": most, "multiline": multiline,
    }  # fmt: skip
    return input_block(block, label, element, optional=optional)
