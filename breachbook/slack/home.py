"""A person's App Home and morning digest: what waits for them, with what they can do at once. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from breachbook.slack.blocks import (
    Block,
    actions,
    bounded,
    context,
    header,
    labelled,
    link,
    plain,
    section,
    when,
    words,
)
from breachbook.slack.cards import SHORT, buttons
from breachbook.slack.dated import (
    deadline_buttons,
    hold_button,
    questions_button,
    steward_button,
)
from breachbook.slack.notes import watermark
from breachbook.slack.task_form import task_button

MAX_HOME = 100
_SHOWN = {"approvals": 12, "holds": 6, "tasks": 8, "deadlines": 12}
_CHANNEL = re.compile(r"^[CG][A-Z0-9]{2,20}$")


@dataclass(frozen=True, slots=True)
class MyApproval:
    """A decision that waits for somebody; `channel` and `ts` say where its card is, if anywhere."""

    matter: str
    request: str
    subject: str
    title: str
    target: str
    document: str
    expires_at: datetime
    high_risk: bool = False
    delegable: bool = False
    breakable: bool = False
    acting_for: str = ""
    channel: str = ""
    ts: str = ""


@dataclass(frozen=True, slots=True)
class MyTask:
    """Something to do in a step, and the command that records it.

    Attributes:
        part: ``answer``, ``do`` or ``serve``.
    """

    matter: str
    step: str
    target: str
    part: str
    title: str
    what: str
    command: str
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MyDeadline:
    """A deadline somebody keeps.

    Attributes:
        over: The day to plan on is past.
        served: A service is what meets it.
    """

    matter: str
    id: str
    title: str
    rule: str
    safe: str
    legal: str | None
    status: str
    over: bool = False
    provisional: bool = False
    served: bool = False


@dataclass(frozen=True, slots=True)
class MyHold:
    """What a legal hold awaits from a person.

    Attributes:
        notice: SHA-256 of the notice's PDF; empty where none is known.
        awaits: acknowledgement, answers or tasks.
        steward: Whether it is put to them as who runs systems.
    """

    matter: str
    hold: str
    issued_at: datetime
    reply_by: datetime | None = None
    notice: str = ""
    awaits: str = "acknowledgement"
    steward: bool = False


@dataclass(frozen=True, slots=True)
class Home:
    """Everything that waits for one person.

    Attributes:
        unreadable: Number of matters that could not be read.
        days: How far ahead deadlines are shown.
        made_at: Aware.
        zone: The person's own, for where Slack cannot show it.
    """

    approvals: Sequence[MyApproval]
    tasks: Sequence[MyTask]
    deadlines: Sequence[MyDeadline]
    holds: Sequence[MyHold]
    made_at: datetime
    unreadable: int = 0
    days: int = 30
    zone: str = "UTC"
    example: bool = False


def home_blocks(home: Home) -> list[Block]:
    """Lay out the App Home; it keeps within Slack's 100 blocks and says what is left out."""
    nothing = not (home.approvals or home.tasks or home.deadlines or home.holds)
    blocks = [
        *watermark(home.example),
        *([section("Nothing waits for you.")] if nothing else []),
        *_approvals(home),
        *_holds(home),
        *_tasks(home),
        *_deadlines(home),
        *(
            [context(words("*Some of your matters could not be read.*"))]
            if home.unreadable
            else []
        ),
        context(
            words(f"Made {when(home.made_at, home.zone)}; open this tab again for what is new.")
        ),
    ]
    return bounded(blocks, keep_last=1, most=MAX_HOME)


def digest_blocks(home: Home, links: dict[str, str]) -> list[Block]:
    """Lay out the morning digest: the same in lines, without buttons.

    Args:
        links: Request id to the address of its card, as Slack gave it.
    """
    late = [item for item in home.deadlines if item.over]
    coming = [item for item in home.deadlines if not item.over]
    blocks = [
        *watermark(home.example),
        header("Your day"),
        *_lines("Overdue", [_deadline(item) for item in late]),
        *_linked(home, links),
        *_lines("Holds to acknowledge", [f"{item.matter} · {item.hold}" for item in home.holds]),
        *_lines("To do", [f"{item.matter} · {item.title}" for item in home.tasks]),
        *_lines(f"Deadlines of the next {home.days} days", [_deadline(item) for item in coming]),
        context(words("The Home tab has the buttons.")),
    ]
    return bounded(blocks, keep_last=1)


def _approvals(home: Home) -> Iterator[Block]:
    if home.approvals:
        yield header("Decisions that wait for you")
    for item in home.approvals[: _SHOWN["approvals"]]:
        yield section(_approval(item))
        yield _expires(item, home.zone)
        yield from actions(
            *buttons(
                item.request, item.subject, delegable=item.delegable, breakable=item.breakable
            )
        )
    yield from _rest(home.approvals, "approvals")


def _expires(item: MyApproval, zone: str) -> Block:
    parts = [words(f"Expires {when(item.expires_at, zone)}")]
    if _CHANNEL.fullmatch(item.channel):
        parts.append(words(f"Read it in <#{item.channel}> before you decide."))
    return context(*parts)


def _approval(item: MyApproval) -> str:
    place = f" ({item.target})" if item.target else ""
    acting = f"\nIn the place of {item.acting_for}." if item.acting_for else ""
    risk = "\nHigh risk: you will be asked to type the matter's number." if item.high_risk else ""
    return (
        f"{item.matter} · {item.title}{place}\n{item.request}, {item.document},"
        f" SHA-256 {item.subject[:SHORT]}{acting}{risk}"
    )


def _holds(home: Home) -> Iterator[Block]:
    if home.holds:
        yield header("Legal holds on you")
    for item in home.holds[: _SHOWN["holds"]]:
        asked = item.reply_by if item.awaits == "acknowledgement" else None
        due = f"; please acknowledge by {when(asked, home.zone)}" if asked else ""
        sent = "instruction" if item.steward else "notice"
        yield section(f"{item.matter} · {item.hold}\nThe {sent} was sent to you by Breachbook.")
        yield context(words(f"Issued {when(item.issued_at, home.zone)}{due}"))
        yield from actions(_hold_button(item))
    yield from _rest(home.holds, "holds")


def _hold_button(item: MyHold) -> Block:
    match item.awaits:
        case "answers":
            return questions_button(item.matter, item.hold)
        case "tasks":
            return steward_button(item.matter, item.hold)
        case _:
            return hold_button(item.matter, item.hold, item.notice)


def _tasks(home: Home) -> Iterator[Block]:
    if home.tasks:
        yield header("To do")
    for item in home.tasks[: _SHOWN["tasks"]]:
        yield section(f"{item.matter} · {item.title}\n{item.what}"[:1500])
        due = [words(f"Due {when(item.due_at, home.zone)}")] if item.due_at else []
        yield context(*due, plain(item.command, 1000))
        yield from actions(task_button(item.matter, item.step, item.target, item.part))
    yield from _rest(home.tasks, "tasks")


def _deadlines(home: Home) -> Iterator[Block]:
    if home.deadlines:
        yield header(f"Your deadlines: overdue, and the next {home.days} days")
    for item in home.deadlines[: _SHOWN["deadlines"]]:
        yield section(_deadline(item))
        yield from actions(
            *deadline_buttons(item.matter, item.id, service=item.served, snooze=not item.over)
        )
    yield from _rest(home.deadlines, "deadlines")


def _deadline(item: MyDeadline) -> str:
    marks = [
        word for word, said in (("OVERDUE", item.over), ("provisional", item.provisional)) if said
    ]
    mark = f"{', '.join(marks)} · " if marks else ""
    legal = f"legal end {item.legal}" if item.legal else "legal end not yet certain"
    return f"{mark}{item.safe} · {item.title}\n{item.matter} · {item.id} · {legal} · {item.status}"


def _rest(items: Sequence[object], kind: str) -> Iterator[Block]:
    more = len(items) - _SHOWN[kind]
    if more > 0:
        yield context(words(f"and {more} more; `breachbook` lists them all."))


def _lines(label: str, lines: Sequence[str]) -> list[Block]:
    return labelled(label, _joined(lines)) if lines else []


def _joined(lines: Sequence[str], most: int = 20) -> str:
    shown = [line[:400] for line in lines[:most]]
    more = len(lines) - len(shown)
    return "\n".join([*shown, f"and {more} more"] if more else shown)


def _linked(home: Home, links: dict[str, str]) -> list[Block]:
    if not home.approvals:
        return []
    blocks: list[Block] = [context(words("*Decisions that wait for you*"))]
    for item in home.approvals[:10]:
        address = links.get(item.request, "")
        opened = [words(link(address, "open the card"))] if address else []
        line = plain(f"{item.matter} · {item.title} · {item.request}", 500)
        blocks.append(context(line, words(f"expires {when(item.expires_at, home.zone)}"), *opened))
    more = len(home.approvals) - 10
    return [*blocks, *([context(words(f"and {more} more"))] if more > 0 else [])]
