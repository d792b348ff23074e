"""Recording what became of deadlines, and passing gates of law."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from breachbook.cli.act import recorded
from breachbook.cli.decide import until_of
from breachbook.cli.output import as_json, table
from breachbook.cli.session import current
from breachbook.errors import UsageError

if TYPE_CHECKING:
    from breachbook.events import Event

_NEEDS = {
    "done": "--on WHEN, and --proof FILE where there is one",
    "ask-waiver": "--reason TEXT",
    "waive": "--reason TEXT",
    "reopen": "--reason TEXT",
    "assign": "--to PERSON",
    "snooze": "--until WHEN",
}


def deadline(
    what: Literal["done", "ask-waiver", "waive", "reopen", "assign", "snooze"],
    matter: str,
    deadline: str,
    /,
    *,
    on: str | None = None,
    proof: Path | None = None,
    reason: str | None = None,
    to: str | None = None,
    until: str | None = None,
    json: bool = False,
) -> None:
    """Record what became of a deadline: done with proof, waived by two people, given to somebody.

    What is done after the legal end is recorded as late. A waiver is asked for by one and agreed
    to by another, who is counsel. A deadline that a recorded fact performs is met by itself.

    For example:

    - breachbook deadline done LEAK-2026-0001 us-answer-21@F9 --on 2026-12-10 --proof receipt.pdf
    - breachbook deadline ask-waiver LEAK-2026-0001 us-fees-14@F12 --reason "not worth the cost"
    - breachbook deadline waive LEAK-2026-0001 us-fees-14@F12 --reason "agreed"
    - breachbook deadline reopen LEAK-2026-0001 us-answer-21@F9 --reason "wrong case"
    - breachbook deadline assign LEAK-2026-0001 us-answer-21@F9 --to joan-petrov
    - breachbook deadline snooze LEAK-2026-0001 us-answer-21@F9 --until 2026-12-01

    Args:
        what: done, ask-waiver, waive, reopen, assign or snooze.
        matter: Its id.
        deadline: Id of the deadline, as `deadlines --json` lists it: rule@fact.
        on: When it was done: a date, or a date and time with its offset.
        proof: A file that shows it, kept with the matter.
        reason: Why it is waived or reopened.
        to: Person who keeps the deadline and is reminded of it.
        until: No reminder until then, which is never after the day to plan on.
        json: Print JSON.
    """
    from breachbook import deadline_records as records

    wanted = {"done": on, "assign": to, "snooze": until}.get(what, reason)
    stray = [
        name
        for name, value, use in (
            ("--on", on, "done"),
            ("--proof", proof, "done"),
            ("--to", to, "assign"),
            ("--until", until, "snooze"),
        )
        if value is not None and what != use
    ]
    if wanted is None or stray:
        got = ", ".join(stray) or "too little"
        raise UsageError(f"deadline {what}: got {got}; allowed: {_NEEDS[what]}")
    file, actor = current.writable(matter)
    events: list[Event]
    if what == "done":
        events = records.done(file, actor, deadline, wanted, proof)
    elif what == "assign":
        events = records.assign(file, actor, deadline, wanted)
    elif what == "snooze":
        now = current.workspace.now()
        events = records.snooze(file, actor, deadline, until_of(wanted), now)
    else:
        act = {
            "ask-waiver": records.ask_waiver,
            "waive": records.waive,
            "reopen": records.reopen,
        }[what]
        events = act(file, actor, deadline, wanted)
    recorded(matter, events, json)


def gate(
    what: Literal["list", "clear", "restore"],
    matter: str,
    gate: str | None = None,
    /,
    *,
    authority: str | None = None,
    scope: str | None = None,
    step: Sequence[str] = (),
    until: date | None = None,
    reason: str | None = None,
    json: bool = False,
) -> None:
    """List the gates of law that bar acts of a matter, clear one as counsel, or take that back.

    For example:

    - breachbook gate list LEAK-2026-0001
    - breachbook gate clear LEAK-2026-0001 cn-gate-dsl36 --authority "approval 2026-17" --scope "exhibit E1 to the ITC"
    - breachbook gate restore LEAK-2026-0001 cn-gate-dsl36 --reason "the approval was withdrawn"

    Args:
        what: list, clear or restore.
        matter: Its id.
        gate: Id of the gate, as `gate list` names it.
        authority: What the clearance rests on, such as the approval's number and office.
        scope: What it covers, in words.
        step: Step it covers; may be given several times; all steps without it.
        until: Last day it holds.
        reason: Why the clearance is taken back.
        json: Print JSON.
    """
    from breachbook import deadline_records as records

    if what == "list":
        _gates(matter, json)
        return
    missing = [
        name
        for name, value, use in (
            ("GATE", gate, "both"),
            ("--authority", authority, "clear"),
            ("--scope", scope, "clear"),
            ("--reason", reason, "restore"),
        )
        if not value and use in (what, "both")
    ]
    if missing or gate is None:
        raise UsageError(f"gate {what}: got no {', '.join(missing)}; allowed: with all of them")
    file, actor = current.writable(matter)
    if what == "clear":
        events = records.clear_gate(
            file, current.library, actor, gate, authority or "", scope or "", step, until
        )
    else:
        events = records.restore_gate(file, current.library, actor, gate, reason or "")
    recorded(matter, events, json)


def _gates(matter: str, json: bool) -> None:
    from breachbook.gates import standing

    file, state = current.readable(matter)
    today = current.workspace.now().date()
    found = [
        {
            "gate": item.rule.id,
            "title": dict(item.rule.title),
            "blocks": list(item.rule.blocks),
            "state": "cleared" if item.holds else "lapsed" if item.clearance else "bars",
            "cleared_by": item.clearance.by if item.clearance else None,
            "authority": _words(
                file.values.get(item.clearance.authority, "") if item.clearance else ""
            ),
            "scope": _words(file.values.get(item.clearance.scope, "") if item.clearance else ""),
            "steps": list(item.clearance.steps) if item.clearance else [],
            "until": item.clearance.until if item.clearance else None,
            "source": f"{item.rule.authority.title} {item.rule.authority.locator}",
            "status": item.rule.status,
        }
        for item in standing(state, current.library.law, today)
    ]
    if json:
        as_json(found)
        return
    table(
        ("gate", "blocks", "state", "status", "source"),
        [(g["gate"], g["blocks"], g["state"], g["status"], g["source"]) for g in found],
        "no gate of law stands in this matter",
    )


def _words(value: object) -> str:
    return str(value or "")
