"""A person's part of a step, and what happened in the world."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from breachbook.cli.output import as_json, say
from breachbook.cli.session import current
from breachbook.errors import UsageError

if TYPE_CHECKING:
    from breachbook.events import Event


def answer(matter: str, step: str, /, *answers: str, json: bool = False) -> None:
    """Answer the questions of a step that asks you.

    For example:

    - breachbook answer LEAK-2026-0001 triage severity=high signatory=company ...

    Args:
        matter: Its id.
        step: The step, as `show` names it.
        answers: question=answer, all of them at once.
        json: Print JSON.
    """
    from breachbook import steps

    file, actor = current.writable(matter)
    recorded(matter, steps.answer(file, current.library, actor, step, as_pairs(answers)), json)


def done(matter: str, step: str, /, *, proof: Path | None = None, json: bool = False) -> None:
    """Say that you did what a step asks for by hand.

    For example:

    - breachbook done LEAK-2026-0001 collect-laptop --proof receipt.pdf

    Args:
        matter: Its id.
        step: The step, with its target if it has one: step/target.
        proof: A file that shows it, kept with the matter.
        json: Print JSON.
    """
    from breachbook import steps

    file, actor = current.writable(matter)
    recorded(matter, steps.done(file, current.library, actor, step, proof), json)


def resolve(
    matter: str,
    step: str,
    /,
    *,
    effect: Literal["took", "not-taken"],
    reason: str,
    json: bool = False,
) -> None:
    """Say whether an act whose outcome is uncertain took effect.

    For example:

    - breachbook resolve LEAK-2026-0001 suspend-portal/portal-07 --effect took --reason "seen in the portal's log"

    Args:
        matter: Its id.
        step: The step, with its target if it has one.
        effect: Whether it took effect.
        reason: How you know.
        json: Print JSON.
    """
    from breachbook import steps

    file, actor = current.writable(matter)
    recorded(matter, steps.resolve(file, current.library, actor, step, effect, reason), json)


def restart(matter: str, step: str, /, *, reason: str, json: bool = False) -> None:
    """Begin a step again; the only way its effect may happen a second time.

    For example:

    - breachbook restart LEAK-2026-0001 brief --reason "the reader had changed"

    Args:
        matter: Its id.
        step: The step, with its target if it has one.
        reason: Why.
        json: Print JSON.
    """
    from breachbook import steps

    file, actor = current.writable(matter)
    recorded(matter, steps.restart(file, current.library, actor, step, reason), json)


def skip(matter: str, step: str, /, *, reason: str, json: bool = False) -> None:
    """Leave a step out, because it is done by other means or is not needed; it opens no gate.

    For example:

    - breachbook skip LEAK-2026-0001 brief --reason "given by telephone"

    Args:
        matter: Its id.
        step: The step, with its target if it has one.
        reason: Why.
        json: Print JSON.
    """
    from breachbook import steps

    file, actor = current.writable(matter)
    recorded(matter, steps.skip(file, current.library, actor, step, reason), json)


def fact(
    matter: str,
    kind: str | None = None,
    when: str | None = None,
    /,
    *,
    about: str | None = None,
    correct: str | None = None,
    retract: str | None = None,
    reason: str | None = None,
    proof: Path | None = None,
    option: Sequence[str] = (),
    json: bool = False,
) -> None:
    """Record a dated event that periods run from; the deadlines follow.

    A second fact of the same kind about the same thing must correct the first. What counting needs
    to know besides the date - way of service, Land, court zone, circumstances - is told with it.

    For example:

    - breachbook fact LEAK-2026-0001 complaint-served 2026-11-20 --about case-1
    - breachbook fact LEAK-2026-0001 complaint-served 2026-11-21 --about case-1 --correct F4 --reason "misread"
    - breachbook fact LEAK-2026-0001 us-summons-served 2026-11-20 --about case-1 --option service=mail
    - breachbook fact LEAK-2026-0001 --retract F4 --reason "it was never served"

    Args:
        matter: Its id.
        kind: A trigger, as `rules --triggers` lists them.
        when: A date, or a date and time with its offset, as the trigger demands.
        about: The party, court case or incident concerned.
        correct: Id of the fact this one corrects.
        retract: Id of a fact that did not happen; needs no kind and time.
        reason: Why it is corrected or retracted.
        proof: A file that shows it, kept with the matter.
        option: name=value told to the count, as `rule RULE` lists them; may be given several times.
        json: Print JSON.
    """
    from breachbook import facts

    if retract is not None:
        if kind or when or about or correct or not reason:
            raise UsageError(
                "--retract: got other things to record, or no reason; allowed: --retract ID --reason TEXT alone"
            )
        file, actor = current.writable(matter)
        recorded(matter, facts.retract_fact(file, actor, retract, reason), json)
        return
    if kind is None or when is None or about is None:
        raise UsageError(
            "fact: got too little; allowed: MATTER KIND WHEN --about X, or MATTER --retract ID --reason TEXT"
        )
    file, actor = current.writable(matter)
    recorded(
        matter,
        facts.record_fact(
            file,
            current.library,
            actor,
            kind,
            when,
            about,
            correct,
            reason,
            proof,
            as_options(option),
        ),
        json,
    )


def served(
    matter: str, document: str, /, *, method: str, on: str, proof: Path, json: bool = False
) -> None:
    """Record that an approved letter was served.

    For example:

    - breachbook served LEAK-2026-0001 D4 --method courier --on 2026-11-20T10:05:00+08:00 --proof receipt.pdf

    Args:
        matter: Its id.
        document: Id of the document, such as D4.
        method: How it was served; the approved method.
        on: A date, or a date and time with its offset.
        proof: The receipt.
        json: Print JSON.
    """
    from breachbook import serving

    file, actor = current.writable(matter)
    recorded(
        matter, serving.served(file, current.library, actor, document, method, on, proof), json
    )


def as_pairs(given: Sequence[str]) -> dict[str, str]:
    """Read ``k=v`` arguments.

    Raises:
        UsageError: One is not of that form, or a name stands twice; all of them in one message.
    """
    found: dict[str, str] = {}
    wrong = []
    for item in given:
        name, equals, value = item.partition("=")
        if not name or not equals or name in found:
            wrong.append(
                f"got {item[:60]!r}{', the same name twice' if name in found else ''}; allowed: name=value"
            )
        found[name] = value
    if wrong:
        raise UsageError("\n".join(wrong))
    return found


_MANY = frozenset({"closed", "holidays", "declared_holidays", "state_holidays", "court_leave"})


def as_options(given: Sequence[str]) -> dict[str, object]:
    """Read ``name=value`` options of a count: true and false, lists of days with commas, words.

    Raises:
        UsageError: One is not of that form, or a name stands twice.
    """
    found: dict[str, object] = {}
    for name, value in as_pairs(given).items():
        if value in ("true", "false"):
            found[name] = value == "true"
        else:
            found[name] = value.split(",") if name in _MANY else value
    return found


def recorded(matter: str, events: "Sequence[Event]", json: bool) -> None:
    """Say what was recorded, and wake the engine."""
    if json:
        as_json(
            {
                "matter": matter,
                "recorded": [
                    {"seq": e.seq, "kind": e.kind, "hash": e.hash, "data": e.data} for e in events
                ],
            }
        )
    else:
        for event in events:
            what = next(
                (
                    str(event.data[k])
                    for k in (
                        "hold",
                        "entry",
                        "undertaking",
                        "exhibit",
                        "consent",
                        "fact",
                        "document",
                        "step",
                        "party",
                        "person",
                    )
                    if k in event.data
                ),
                "",
            )
            say(f"{matter} line {event.seq}: {event.kind} {what}".rstrip())
    current.tell_engine(matter)
