"""The form in which a leak is reported, and what its sender is told. Pure.

Each field's block is named like the report's key, so that a problem of the report is shown where
it was entered.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args
from zoneinfo import ZoneInfo

from breachbook.errors import Problem
from breachbook.playbook import Vector
from breachbook.slack.blocks import Block, cut, plain, section
from breachbook.slack.forms import (
    Values,
    entered,
    input_block,
    instant,
    select,
    text_block,
    told_view,
    words,
)

CALLBACK = "report"
OTHER_PLACES = "other_places"
MAX_TITLE, MAX_SUMMARY = 200, 3000
_VECTORS: Mapping[str, str] = {
    "supplier": "A supplier or licensee",
    "employee": "Somebody who works or worked here",
    "competitor": "A competitor",
    "cyber": "An intrusion",
    "publication": "A publication",
    "lost-device": "A lost device",
    "other": "Something else",
}
_MANY: Mapping[str, str] = {
    "trade_secrets": "Trade secrets concerned",
    "holders": "Who outside may have them",
    "accounts": "Accounts that may have to be shut",
    "sources": "What has to be preserved",
    "custodians": "Who here has relevant information",
    "suspects": "Who here may be involved",
}
_REQUIRED = ("trade_secrets",)
_CODES = re.compile(r"[\s,;]+")


@dataclass(frozen=True, slots=True)
class Choices:
    """What the form offers: (id, words) of each row by the report's key, countries, and the time."""

    rows: Mapping[str, Sequence[tuple[str, str]]]
    places: Sequence[str]
    now: datetime


def report_view(choices: Choices, token: str = "", summary: str = "") -> Block:
    """Lay out the form; with `token` and `summary` it is about a message.

    Raises:
        ValueError: The workspace has no trade secret to report about.
    """
    about = [section("The message, a link to it and its files are attached.")] if token else []
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": token,
        "title": plain("Report a leak", 24),
        "submit": plain("Report", 24),
        "close": plain("Cancel", 24),
        "blocks": [*about, *_said(summary), *_when_and_where(choices), *_rows(choices)],
    }


def _said(summary: str) -> list[Block]:
    what = text_block("summary", "What do you know?", MAX_SUMMARY, multiline=True)
    if summary:
        element = dict(what["element"]) if isinstance(what["element"], Mapping) else {}
        what["element"] = element | {"initial_value": summary}
    return [
        text_block("title", "In one line", MAX_TITLE),
        what,
        input_block("vector", "How did it get out?", select("vector", list(_VECTORS.items()))),
    ]


def _when_and_where(choices: Choices) -> list[Block]:
    places = [(place, place) for place in choices.places]
    return [
        input_block(
            "discovered_at", "Found out at", instant("discovered_at", choices.now)
        ),
        input_block("occurred_at", "Happened at", instant("occurred_at"), optional=True),
        input_block(
            "places", "Countries concerned", select("places", places, many=True), optional=True
        ),
        text_block(OTHER_PLACES, "Other countries, as codes such as VN, MX", 200, optional=True),
    ]  # fmt: skip


def _rows(choices: Choices) -> list[Block]:
    return [
        input_block(
            name, label, select(name, choices.rows.get(name, ()), many=True),
            optional=name not in _REQUIRED,
        )
        for name, label in _MANY.items()
        if choices.rows.get(name) or name in _REQUIRED
    ]  # fmt: skip


def read_report(values: Values, reporter: str, zone: ZoneInfo) -> dict[str, Any]:
    """Read a submission as what a report file would hold; nothing is checked here."""
    report: dict[str, Any] = {
        "reporter": reporter,
        "title": words(values, "title"),
        "summary": words(values, "summary"),
        "vector": entered(values, "vector"),
        "places": _places(values),
        "discovered_at": _instant(values, "discovered_at", zone),
    }
    if entered(values, "occurred_at") is not None:
        report["occurred_at"] = _instant(values, "occurred_at", zone)
    report |= {name: entered(values, name) or [] for name in _MANY}
    return report


def _places(values: Values) -> list[object]:
    chosen = entered(values, "places")
    typed = [code.upper() for code in _CODES.split(words(values, OTHER_PLACES)) if code]
    return list(dict.fromkeys([*(chosen if isinstance(chosen, list) else []), *typed]))


def _instant(values: Values, block: str, zone: ZoneInfo) -> object:
    given = entered(values, block)
    if isinstance(given, bool) or not isinstance(given, int):
        return given
    try:
        return datetime.fromtimestamp(given, zone).isoformat()
    except (OverflowError, OSError, ValueError):
        return None


def field_errors(problems: Iterable[Problem], values: Values) -> dict[str, str]:
    """Put each problem of a report to its field; one that has no field stands at the title."""
    found: dict[str, list[str]] = {}
    for problem in problems:
        key = problem.key.partition(".")[0]
        block = key if key in values or key in _MANY else "title"
        if key == "places":
            block = OTHER_PLACES if words(values, OTHER_PLACES) else "places"
        text = f"got {problem.got}; allowed: {problem.allowed}"
        found.setdefault(block, []).append(text)
    return {block: cut("\n".join(texts), 500) for block, texts in found.items()}


def filed_view(matter: str, new: bool, unreadable: Sequence[str]) -> Block:
    """Tell the reporter the matter's number and what comes next, and nothing else of the matter."""
    return told_view("Reported", filed_text(matter, new, unreadable))


def filed_text(matter: str, new: bool, unreadable: Sequence[str]) -> str:
    """Say the same in words."""
    first = (
        f"{matter} is open. Counsel and the responders on it were told."
        if new
        else f"The same report opened {matter} before; nothing was opened twice."
    )
    missing = f"\nNot readable, which is recorded: {', '.join(unreadable)}." if unreadable else ""
    return (
        f"{first}{missing}\nWhat happens next: counsel decides what is done, records the dates from which"
        " periods run, and may ask you for more. Do not confront anybody, and delete nothing."
        f" /leak {matter} shows you how your report stands."
    )


assert set(_VECTORS) == set(get_args(Vector))
