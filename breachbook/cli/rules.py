"""Rules of law, the triggers they run from and the ways they are counted in."""

import json as json_
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from breachbook.cli.counted import compiled, print_json, show, told_of, trigger_of, words
from breachbook.cli.output import as_json, pairs, say, table
from breachbook.deadlines import (
    REGIMES,
    Computed,
    Law,
    Rule,
    compute,
    told_names,
    trigger_day,
)
from breachbook.errors import DeadlineError, UsageError
from breachbook.views.deadlines import authority, plain_title

_COLUMNS = ("docket", "rule", "trigger", "period", "status", "checked_on")


def rule(
    id: str,
    /,
    *,
    from_: str | None = None,
    option: Sequence[str] = (),
    zone: str | None = None,
    json: bool = False,
) -> None:
    """Show a rule of law in every version, or count the version in force from a trigger.

    For example:

    - breachbook rule itc-petition-review --from 2009-10-16
    - breachbook rule cn-civ-appeal-judgment --from 2026-11-16 --option foreign=true
    - breachbook rule us-dtsa-limitation

    Args:
        id: The rule, as `rules` lists it.
        from_: The trigger: a date, or a date and time with its offset.
        option: A circumstance or an option of the count as name=value; may be given several times.
        zone: Zone of the court, where the rule does not fix it.
        json: Print JSON.
    """
    law = compiled()
    versions = law.law.rules.get(id)
    if versions is None:
        raise UsageError(f"got the rule {id[:60]!r}; allowed: one of `breachbook rules`")
    if from_ is None:
        if option or zone:
            raise UsageError("--option, --zone: got no trigger; allowed: with --from")
        _print_versions(versions, json)
        return
    told = told_of(option)
    found, computed = _counted(law.law, versions, from_, told, zone)
    law.keep()
    if json:
        print_json(described(found, versions) | {"from": from_, "told": told}, computed, told)
        return
    _print_rule(described(found, versions))
    say()
    show({"from": from_, "told": words(told)}, computed, told)


def rules(
    *,
    docket: str | None = None,
    jurisdiction: str | None = None,
    status: Literal["verified", "unverified"] | None = None,
    triggers: bool = False,
    regimes: bool = False,
    json: bool = False,
) -> None:
    """List the rules of law, each in its newest version, or the triggers and ways of counting they name.

    For example:

    - breachbook rules --docket us-itc
    - breachbook rules --jurisdiction cn --status unverified
    - breachbook rules --triggers
    - breachbook rules --regimes --json

    Args:
        docket: Only the rules of one docket.
        jurisdiction: Only the rules of one jurisdiction.
        status: Only versions whose text was read in a source, or was not.
        triggers: List the triggers instead, under which facts are recorded.
        regimes: List the ways of counting instead, with the options each takes.
        json: Print JSON.
    """
    if triggers + regimes + any((docket, jurisdiction, status)) > 1:
        raise UsageError(
            "got too much; allowed: --triggers, --regimes, or --docket, --jurisdiction and --status"
        )
    if regimes:
        _print_all(
            _regimes(), ("regime", "zone", "calendars", "units", "authority", "options"), json
        )
        return
    law = compiled().law
    if triggers:
        _print_all(_triggers(law), ("trigger", "holds", "zone", "title"), json)
        return
    found = list(_listed(law, docket, jurisdiction, status))
    _print_all(found, (*_COLUMNS, "title"), json)


def described(rule: Rule, versions: Sequence[Rule]) -> dict[str, Any]:
    """Give a version of a rule as data, with the days on which it and the others are in force."""
    return {
        "rule": rule.id, "rule_sha256": rule.digest, "kind": rule.kind,
        "jurisdiction": rule.jurisdiction, "procedure": rule.procedure, "docket": rule.docket,
        "title": dict(rule.title),
        "trigger": rule.trigger, "when": dict(rule.when), "period": str(rule.period) if rule.period else None,
        "direction": rule.direction if rule.period else None, "regime": rule.regime,
        "options": json_.loads(rule.written).get("options", {}),
        "instead": [
            {"when": dict(other.when), "period": str(other.period), "regime": other.regime or rule.regime}
            for other in rule.instead
        ],
        "accepts": sorted(told_names(rule)), "reminders": [str(span) for span in rule.reminders],
        "who": rule.who, "consequence": rule.consequence,
        "authority": {"title": rule.authority.title, "locator": rule.authority.locator, "says": rule.authority.says},
        "status": rule.status, "confidence": rule.confidence, "checked_on": rule.checked_on.isoformat(),
        "in_force": _in_force(rule),
        "versions": [
            {**_in_force(version), "period": str(version.period) if version.period else None,
             "status": version.status, "rule_sha256": version.digest}
            for version in versions
        ],
        "replaces": rule.replaces, "blocks": list(rule.blocks), "out_of_scope": rule.out_of_scope, "note": rule.note,
    }  # fmt: skip


def _in_force(rule: Rule) -> dict[str, str | None]:
    last = rule.in_force_to
    return {"from": rule.in_force_from.isoformat(), "to": last.isoformat() if last else None}


def _counted(
    law: Law,
    versions: Sequence[Rule],
    from_: str,
    told: Mapping[str, object],
    zone: str | None,
) -> tuple[Rule, Computed]:
    when = trigger_of(from_)
    try:
        found = law.rule(versions[-1].id, trigger_day(versions[-1], when, zone))
        other = [name for name, value in found.when.items() if told.get(name, value) != value]
        if other:
            wanted = ", ".join(words(found.when))
            raise UsageError(
                f"rule {found.id}: got {', '.join(other)} otherwise; allowed: {wanted}"
            )
        return found, compute(found, when, zone=zone, told=told, calendars=law.calendars)
    except DeadlineError as error:
        raise UsageError(str(error)) from error


def _listed(
    law: Law, docket: str | None, jurisdiction: str | None, status: str | None
) -> Iterator[dict[str, Any]]:
    _check("--docket", docket, law.dockets)
    newest = [versions[-1] for versions in law.rules.values()]
    _check("--jurisdiction", jurisdiction, {rule.jurisdiction for rule in newest})
    for name in [docket] if docket else sorted(law.dockets):
        for id in law.dockets[name]:
            versions = law.rules[id]
            fitting = [rule for rule in versions if status in (None, rule.status)]
            if fitting and jurisdiction in (None, fitting[-1].jurisdiction):
                yield described(fitting[-1], versions)


def _check(flag: str, given: str | None, known: Iterable[str]) -> None:
    if given is not None and given not in known:
        raise UsageError(f"{flag}: got {given[:60]!r}; allowed: {', '.join(sorted(known))}")


def _triggers(law: Law) -> list[dict[str, Any]]:
    return [
        {
            "trigger": trigger.id, "holds": trigger.holds, "zone": trigger.zone, "title": dict(trigger.title),
            "proof": trigger.proof, "performs": list(trigger.performs), "ends": trigger.ends,
            "rules": list(law.by_trigger.get(trigger.id, ())),
        }
        for trigger in law.triggers.values()
    ]  # fmt: skip


def _regimes() -> list[dict[str, Any]]:
    return [
        {
            "regime": regime.id, "authority": regime.authority, "units": sorted(regime.units),
            "directions": sorted(regime.directions), "options": sorted(regime.accepts),
            "calendars": list(regime.calendars), "zone": regime.zone,
        }
        for regime in REGIMES.values()
    ]  # fmt: skip


def _print_all(found: Sequence[Mapping[str, Any]], columns: Sequence[str], json: bool) -> None:
    if json:
        as_json(found)
        return
    table(columns, [[_cell(row, name) for name in columns] for row in found])


def _cell(row: Mapping[str, Any], name: str) -> object:
    if name == "period":
        return row["period"] or row["kind"]
    return plain_title(row["title"]) if name == "title" else row[name]


def _print_versions(versions: Sequence[Rule], json: bool) -> None:
    found = [described(version, versions) for version in versions]
    if json:
        as_json(found)
        return
    for number, version in enumerate(found):
        if number:
            say()
        _print_rule(version)


def _print_rule(data: Mapping[str, Any]) -> None:
    hidden = ("procedure", "versions", "instead")
    pairs({
        **{name: value for name, value in data.items() if name not in hidden},
        "rule_sha256": data["rule_sha256"][:16],
        "title": plain_title(data["title"]),
        "when": words(data["when"]),
        "options": words(data["options"]),
        "authority": f"{authority(data['authority'])}: {data['authority']['says']}",
        "in_force": _span(data["in_force"]),
    })  # fmt: skip
    for other in data["instead"]:
        say(f"  if {', '.join(words(other['when']))}: {other['period']} ({other['regime']})")
    for version in data["versions"] if len(data["versions"]) > 1 else ():
        say(
            f"  in force {_span(version)}: {version['period'] or data['kind']}, {version['status']}"
        )


def _span(in_force: Mapping[str, Any]) -> str:
    return f"{in_force['from']} to {in_force['to'] or 'now'}"
