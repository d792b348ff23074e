"""Buttons about deadlines, holds and consents, wherever they are shown. Pure."""

from breachbook.slack.actions import (
    CONSENT_GIVE,
    DEADLINE_DONE,
    DEADLINE_SERVICE,
    DEADLINE_SNOOZE,
    HOLD_ACKNOWLEDGE,
    HOLD_QUESTIONS,
    HOLD_TASK,
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


def hold_button(matter: str, hold: str, notice: str) -> Block:
    """Acknowledge exactly one notice of a legal hold, by the SHA-256 of its PDF."""
    value = of_matter(matter, f"{hold}:{notice[:16]}" if notice else hold)
    return button("I acknowledge the hold", HOLD_ACKNOWLEDGE, value, "primary")


def questions_button(matter: str, hold: str) -> Block:
    """Open the questions that follow an acknowledgement."""
    return button("Answer the questions", HOLD_QUESTIONS, of_matter(matter, hold), "primary")


def steward_button(matter: str, hold: str) -> Block:
    """Open the form in which a data steward reports a measure as taken."""
    return button("Report a measure", HOLD_TASK, of_matter(matter, hold), "primary")


def consent_button(matter: str, consent: str) -> Block:
    """Agree, as counsel, to what two counsel are asked."""
    return button("I agree", CONSENT_GIVE, of_matter(matter, consent), "primary")
