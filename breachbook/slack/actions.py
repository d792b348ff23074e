"""What can be pressed in Slack: the ids of buttons, forms and shortcuts, and what a button carries."""

import re

APPROVE, REQUEST_CHANGES, REJECT = "approve", "request-changes", "reject"
DELEGATE, BREAK_GLASS = "delegate", "break-glass"
HOLD_ACKNOWLEDGE = "hold-acknowledge"
HOLD_QUESTIONS, HOLD_TASK = "hold-questions", "hold-task"
CONSENT_GIVE = "consent-give"
DEADLINE_DONE, DEADLINE_SERVICE, DEADLINE_SNOOZE = (
    "deadline-done",
    "deadline-service",
    "deadline-snooze",
)
TASK = "task"
COMMAND = "/leak"
REPORT_MESSAGE, REPORT_ANEW = "report-message", "report-anew"
PRESERVE_MESSAGE = "preserve-message"

_SUBJECT = re.compile(r"([A-Za-z0-9-]{1,64}) ([A-Za-z0-9@._:-]{1,180})")


def of_matter(matter: str, name: str) -> str:
    """Write what a button about a hold, a deadline or a task carries: the matter and the id within it.

    Raises:
        ValueError: Not of the form `read_of_matter` takes back.
    """
    value = f"{matter} {name}"
    if not _SUBJECT.fullmatch(value):
        raise ValueError(f"got {value!r}; allowed: the id of a matter and one within it")
    return value


def read_of_matter(value: str) -> tuple[str, str]:
    """Take `of_matter` apart.

    Raises:
        ValueError: Not a value this module wrote.
    """
    found = _SUBJECT.fullmatch(value)
    if not found:
        raise ValueError("not a value of a button of Breachbook")
    return found[1], found[2]
