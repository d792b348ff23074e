"""The questions that follow the acknowledgement of a legal hold. Their answers are for counsel alone."""

from collections.abc import Mapping
from dataclasses import dataclass

from breachbook.errors import UsageError
from breachbook.source import shown

MAX_ANSWER = 3000


@dataclass(frozen=True, slots=True)
class Asked:
    """One question; without ``options`` any text answers it."""

    id: str
    ask: str
    options: tuple[str, ...] = ()


QUESTIONS = (
    Asked("devices", "Which devices do you use for work, private ones too?"),
    Asked("accounts", "Which mail, cloud and other accounts, private ones too?"),
    Asked("chat_apps", "Which chat applications do you use for work?"),
    Asked(
        "auto_delete",
        "Is any automatic deletion or disappearing message still on?",
        ("all-off", "some-on", "do-not-know"),
    ),
    Asked("others", "Who else may have material that this concerns?"),
    Asked("leaving", "Do you leave the company or change your role soon?", ("no", "yes")),
)


def check(given: Mapping[str, str]) -> dict[str, str]:
    """Take answers to every question.

    Raises:
        UsageError: One is missing, unknown, too long or not among those offered.
    """
    told = {name: text.strip() for name, text in given.items()}
    wrong = [
        f"{name}: unknown; allowed: {', '.join(q.id for q in QUESTIONS)}"
        for name in told
        if name not in {q.id for q in QUESTIONS}
    ]
    wrong += [problem for q in QUESTIONS if (problem := _problem(q, told.get(q.id, "")))]
    if wrong:
        raise UsageError("nothing was recorded\n  " + "\n  ".join(wrong))
    return told


def _problem(question: Asked, text: str) -> str:
    if not text:
        allowed = ", ".join(question.options) or "text, such as none"
        return f"{question.id}: missing; allowed: {allowed}  ({question.ask})"
    if question.options and text not in question.options:
        return f"{question.id}: got {shown(text)}; allowed: {', '.join(question.options)}"
    if len(text) > MAX_ANSWER:
        return f"{question.id}: got {len(text)} characters; allowed: at most {MAX_ANSWER}"
    return ""
