"""The law as lines: first everything but the rules, then each version of a rule as its law file has it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple
from datetime import date
from functools import partial
from typing import Any

from breachbook.canonical import sha256
from breachbook.compiled.calendars import Made
from breachbook.deadlines.calendars import Calendars
from breachbook.deadlines.law import Authority, Instead, Law, Rule, Trigger
from breachbook.deadlines.options import NO_OPTIONS, parse_options
from breachbook.deadlines.period import parse_period

_Home = tuple[str, str, str]
"""Jurisdiction, procedure and docket."""


def law_lines(law: Law) -> list[bytes] | None:
    """Write the law; None when reading it back would not give the same, so that it cannot be kept."""
    homes: dict[_Home, int] = {}
    rules: dict[str, list[int]] = {}
    for id, versions in law.rules.items():
        rules[id] = [homes.setdefault(_home(rule), len(homes)) for rule in versions]
    rest = {
        "homes": list(homes),
        "rules": rules,
        "triggers": [astuple(trigger) for trigger in law.triggers.values()],
        "dockets": dict(law.dockets),
        "by_trigger": dict(law.by_trigger),
    }
    head = json.dumps(rest, ensure_ascii=False, separators=(",", ":")).encode()
    lines = [head, *(rule.written for versions in law.rules.values() for rule in versions)]
    again = read_law(lines, law.calendars)
    return lines if again == law and list(again.rules) == list(law.rules) else None


def read_law(lines: Sequence[bytes], calendars: Calendars) -> Law:
    """Give the law of some lines; a rule is built when it is first asked for."""
    head = json.loads(lines[0])
    homes = [tuple(home) for home in head["homes"]]
    makers: dict[str, Callable[[], tuple[Rule, ...]]] = {}
    at = 1
    for id, numbers in head["rules"].items():
        written = lines[at : at + len(numbers)]
        makers[id] = partial(_versions, written, [homes[number] for number in numbers])
        at += len(numbers)
    return Law(
        Made(makers),
        {trigger[0]: _trigger(*trigger) for trigger in head["triggers"]},
        {name: tuple(ids) for name, ids in head["dockets"].items()},
        {name: tuple(ids) for name, ids in head["by_trigger"].items()},
        calendars,
    )


def _home(rule: Rule) -> _Home:
    return rule.jurisdiction, rule.procedure, rule.docket


def _trigger(
    id: str,
    title: Mapping[str, str],
    holds: Any,
    zone: str,
    proof: str,
    performs: Sequence[str],
    *rest: Any,
) -> Trigger:
    return Trigger(id, title, holds, zone, proof, tuple(performs), *rest)


def _versions(lines: Sequence[bytes], homes: Sequence[_Home]) -> tuple[Rule, ...]:
    return tuple(map(_rule, lines, homes))


def _rule(written: bytes, home: _Home) -> Rule:
    """Build a version from what its law file has, which was checked when it was first read."""
    data = json.loads(written)
    jurisdiction, procedure, docket = home
    period, options, ends = data.get("period"), data.get("options"), data["in_force"]["to"]
    return Rule(
        id=data["id"],
        kind=data["kind"],
        title=_stripped(data["title"]),
        trigger=data["trigger"],
        period=parse_period(period.strip()) if period else None,
        direction=data.get("direction") or "after",
        regime=data.get("regime"),
        who=data["who"].strip(),
        consequence=data["consequence"].strip(),
        authority=Authority(**_stripped(data["authority"])),
        status=data["status"],
        confidence=data.get("confidence"),
        checked_on=date.fromisoformat(data["checked_on"]),
        in_force_from=date.fromisoformat(data["in_force"]["from"]),
        in_force_to=date.fromisoformat(ends) if ends else None,
        jurisdiction=jurisdiction,
        procedure=procedure,
        docket=docket,
        written=written,
        digest=sha256(written),
        options=parse_options(options) if options else NO_OPTIONS,
        when=data.get("when") or {},
        instead=tuple(map(_instead, data.get("instead", ()))),
        reminders=tuple(
            span for text in data.get("reminders", ()) for span in parse_period(text.strip()).spans
        ),
        replaces=data["replaces"]["authority"].strip() if data.get("replaces") else None,
        blocks=tuple(data.get("blocks", ())),
        out_of_scope=data.get("out_of_scope", ""),
        note=data.get("note", ""),
    )


def _instead(data: Mapping[str, Any]) -> Instead:
    return Instead(data["when"], parse_period(data["period"].strip()), data.get("regime"))


def _stripped(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: text.strip() for name, text in texts.items()}
