"""The form that asks for the reason of a refusal or a request for changes. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from breachbook.slack import forms
from breachbook.slack.actions import REJECT, REQUEST_CHANGES
from breachbook.slack.blocks import Block, plain
from breachbook.slack.cards import read_value

CALLBACK = "decide"
REASON = "reason"
MAX_REASON = 3000

_TITLES = {REJECT: "Refuse", REQUEST_CHANGES: "Request changes"}
_ASKS = {
    REJECT: "Why should this not be done?",
    REQUEST_CHANGES: "What has to change before you would approve?",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reason form is about, as it comes back with the submission."""

    request_id: str
    subject16: str
    decision: str
    channel: str


def reason_view(value: str, decision: str, channel: str) -> Block:
    """Lay out the form for one decision on exactly what the clicked button named.

    Args:
        value: The button's value, as `cards.button_value` wrote it.
        decision: ``reject`` or ``request-changes``.
        channel: Channel of the card, for an answer that comes late; empty in a Home tab.

    Raises:
        ValueError: Not such a value or decision.
    """
    request_id, _ = read_value(value)
    if decision not in _TITLES:
        raise ValueError(f"got decision {decision!r}; allowed: {', '.join(_TITLES)}")
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": forms.metadata(value, decision, channel),
        "title": plain(_TITLES[decision], 24),
        "submit": plain(_TITLES[decision], 24),
        "close": plain("Cancel", 24),
        "blocks": [
            {"type": "context", "elements": [plain(request_id, 200)]},
            {
                "type": "input",
                "block_id": REASON,
                "label": plain(_ASKS[decision], 200),
                "element": {
                    "type": "plain_text_input",
                    "action_id": REASON,
                    "multiline": True,
                    "min_length": 1,
                    "max_length": MAX_REASON,
                },
            },
        ],
    }


def read_metadata(text: str) -> Asked:
    """Take a form's private metadata apart.

    Raises:
        ValueError: Not what `reason_view` wrote.
    """
    value, decision, channel = forms.read_metadata(text)
    if decision not in _TITLES:
        raise ValueError("not a form of an approval card")
    request_id, subject16 = read_value(value)
    return Asked(request_id, subject16, decision, channel)


def read_reason(values: Mapping[str, Mapping[str, Mapping[str, object]]]) -> str:
    """Read the reason from a submission's ``state.values``; empty when there is none."""
    given = values.get(REASON, {}).get(REASON, {}).get("value")
    return given.strip() if isinstance(given, str) else ""
