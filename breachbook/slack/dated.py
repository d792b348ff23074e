"""Buttons about deadlines and holds, wherever they are shown. Pure."""

from breachbook.slack.actions import (
    DEADLINE_DONE,
    DEADLINE_SERVICE,
    DEADLINE_SNOOZE,
    HOLD_ACKNOWLEDGE,
    of_matter,
)
from breachbook.slack.blocks import Block, button


def deadline_buttons(
    matter: str, deadline: str, *, service: bool, snooze: bool
) -> tuple[Block, ...]:
    """Done; record a service date, where a service is what meets it; snooze, while it can be."""
    value = of_matter(matter, deadline)
    offered = [button("Done", DEADLINE_DONE, value, "primary")]
    if service:
        offered.append(button("Record service date", DEADLINE_SERVICE, value))
    if snooze:
        offered.append(button("Snooze", DEADLINE_SNOOZE, value))
    return tuple(offered)


def hold_button(matter: str, hold: str) -> Block:
    """Acknowledge a legal hold."""
    return button("I acknowledge the hold", HOLD_ACKNOWLEDGE, of_matter(matter, hold), "primary")
