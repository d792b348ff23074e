"""Deadlines of matters, and the rules they come from."""

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Literal

from breachbook import rows
from breachbook.cli.output import as_json, heading, moment, pairs, say, table
from breachbook.cli.session import current
from breachbook.errors import UsageError

if TYPE_CHECKING:
    from breachbook.deadlines import Computed, Law, Rule


def deadlines(
    matter: str | None = None, /, *, ended: bool = False, working: bool = False, json: bool = False
) -> None:
    """List the deadlines of a matter, or the next ones of every matter, by the day to plan on.

    The matter may be left out when there is only one. Safe is the day to plan on; legal is the last day the law
    allows, empty while it is provisional.

    For example:

    - breachbook deadlines LEAK-2026-0001
    - breachbook deadlines LEAK-2026-0001 --working
    - breachbook deadlines --json

    Args:
        matter: Its id; without it up to five overdue and the next five of each open matter.
        ended: Also those that were met, waived, missed or superseded; only with a matter.
        working: Print how each date was counted.
        json: Print JSON: raw, legal, safe, rule, authority, status, working and more.
    """
    from breachbook.layout import matter_ids

    if matter is None and len(known := matter_ids(current.root)) == 1:
        matter = known[0]
    if matter is None and ended:
        raise UsageError("--ended: got no matter; allowed: with the id of one matter")
    found = _of_one(matter, ended) if matter else _of_all(detailed=json or working)
    if json:
        as_json(found)
        return
    _table(found, one=matter is not None)
    for item in found if working else ():
        heading(f"{item['id']}  {_authority(item.get('authority'))}")
        for line in item.get("working", ()):
            say(f"  {line}")


def _of_one(matter: str, ended: bool) -> list[dict[str, Any]]:
    from breachbook.views.deadlines import deadline_views

    file, state = current.readable(matter)
    return deadline_views(file, state, ended=ended)


def _of_all(*, detailed: bool) -> list[dict[str, Any]]:
    from breachbook.views.deadlines import from_rows

    root, reader = current.root, current.reader()
    if not (root / "breachbook.toml").is_file():
        rows.open_file(root, "")
    seen = [row for row in rows.current(root) if reader is None or reader in row["people"]]
    return from_rows(seen, root if detailed else None)


def _table(found: Iterable[Mapping[str, Any]], *, one: bool) -> None:
    from breachbook.views.deadlines import plain_title

    today = datetime.now(UTC).date().isoformat()
    lines = []
    for d in found:
        marks = [
            *(["overdue"] if d["safe"][:10] < today and d.get("state", "open") == "open" else []),
            *([d["state"]] if d.get("state", "open") != "open" else []),
            *([d["status"]] if d["status"] != "verified" else []),
        ]
        title = plain_title(d.get("title")) or d["rule"]
        about = f"{d.get('fact') or ''} {d.get('about') or ''}".strip() if one else d["matter"]
        legal = moment(d["legal"]) or "provisional"
        lines.append(
            (moment(d["safe"]), legal, about, ", ".join(marks), d["rule"], title if one else "")
        )
    columns = (
        "safe",
        "legal",
        "from fact" if one else "matter",
        "note",
        "rule",
        "title" if one else "",
    )
    table(columns, lines, "no deadlines yet; they follow from facts once a docket is opened")


def count(
    regime: str,
    when: str,
    period: str,
    /,
    *,
    direction: Literal["after", "before"] = "after",
    option: Sequence[str] = (),
    json: bool = False,
) -> None:
    """Count one period and show the working.

    For example:

    - breachbook count us-itc 2026-11-16 "12 days"
    - breachbook count us-frcp 2026-11-16 "7 days" --direction before --option service=mail
    - breachbook count cn-civil-procedure 2026-11-16 "15 days" --json

    Args:
        regime: How days are counted.
        when: The trigger: a date, or a date and time with its offset.
        period: Such as "12 days", "48 hours", "5 business-days" or "max(20 business-days, 31 days)".
        direction: After or before the trigger.
        option: name=value as rules write options, lists with commas; may be given several times.
        json: Print JSON.
    """
    from breachbook.cli.act import as_pairs
    from breachbook.cli.compiled import Compiled
    from breachbook.deadlines.compute import count as count_period

    options = {name: _option(name, value) for name, value in as_pairs(option).items()}
    compiled = Compiled(os.environ)
    computed = count_period(
        regime, _when(when), period, direction, options, calendars=compiled.calendars
    )
    compiled.keep()
    _counted(
        {"regime": regime, "when": when, "period": period, "direction": direction}, computed, json
    )


def rule(
    id: str, /, *, from_: str | None = None, zone: str | None = None, json: bool = False
) -> None:
    """Show a rule of law, and count it from a trigger.

    For example:

    - breachbook rule us-itc-petition-review --from 2026-11-16
    - breachbook rule us-dtsa-limitation

    Args:
        id: The rule, as `rules` lists it.
        from_: The trigger: a date, or a date and time with its offset.
        zone: Zone of the court, where the rule does not fix it.
        json: Print JSON.
    """
    from breachbook.deadlines import compute, trigger_day

    law = _law()
    if id not in law.rules:
        raise UsageError(f"got the rule {id[:60]!r}; allowed: one of `breachbook rules`")
    newest = law.rules[id][-1]
    if from_ is None:
        if json:
            as_json([_described(version) for version in law.rules[id]])
        for version in () if json else law.rules[id]:
            pairs(_flat(_described(version)))
        return
    when = _when(from_)
    found = law.rule(id, trigger_day(newest, when, zone))
    computed = compute(found, when, zone=zone, calendars=law.calendars)
    _counted({**_described(found), "when": from_}, computed, json)


def rules(*, docket: str | None = None, triggers: bool = False, json: bool = False) -> None:
    """List the rules of law by docket, or the triggers that facts are recorded under.

    For example:

    - breachbook rules --docket us-itc
    - breachbook rules --triggers

    Args:
        docket: Only the rules of one docket.
        triggers: List the triggers instead.
        json: Print JSON.
    """
    law = _law()
    if triggers:
        _triggers(law, json)
        return
    if docket is not None and docket not in law.dockets:
        raise UsageError(
            f"--docket: got {docket[:60]!r}; allowed: {', '.join(sorted(law.dockets))}"
        )
    names = [docket] if docket else sorted(law.dockets)
    found = [
        _described(version)
        for name in names
        for id in law.dockets[name]
        for version in law.rules[id]
    ]
    if json:
        as_json(found)
        return
    columns = ("docket", "rule", "trigger", "period", "status", "checked_on")
    lines = [(*(r[name] or r["kind"] for name in columns), _english(r["title"])) for r in found]
    table((*columns, "title"), lines)


def _triggers(law: "Law", json: bool) -> None:
    found = [
        {
            "trigger": t.id,
            "holds": t.holds,
            "zone": t.zone,
            "title": dict(t.title),
            "proof": t.proof,
        }
        for t in law.triggers.values()
    ]
    if json:
        as_json(found)
        return
    table(
        ("trigger", "holds", "zone", "title"),
        [(t["trigger"], t["holds"], t["zone"], _english(t["title"])) for t in found],
    )


def _law() -> "Law":
    from breachbook import content
    from breachbook.deadlines import load_law

    root = current.root
    return load_law(content.law_folders(root if (root / "breachbook.toml").is_file() else None))


def _described(rule: "Rule") -> dict[str, Any]:
    return {
        "rule": rule.id, "rule_sha256": rule.digest, "kind": rule.kind, "docket": rule.docket,
        "title": dict(rule.title),
        "trigger": rule.trigger, "period": str(rule.period) if rule.period else None, "direction": rule.direction,
        "regime": rule.regime, "who": rule.who, "consequence": rule.consequence,
        "authority": {"title": rule.authority.title, "locator": rule.authority.locator, "says": rule.authority.says},
        "status": rule.status, "confidence": rule.confidence, "checked_on": rule.checked_on.isoformat(),
        "in_force": {
            "from": rule.in_force_from.isoformat(), "to": rule.in_force_to.isoformat() if rule.in_force_to else None
        },
        "blocks": list(rule.blocks), "out_of_scope": rule.out_of_scope, "note": rule.note,
    }  # fmt: skip


def _flat(described: Mapping[str, Any]) -> dict[str, object]:
    in_force = described["in_force"]
    return {
        **described,
        "rule_sha256": described["rule_sha256"][:16],
        "title": _english(described["title"]),
        "authority": f"{_authority(described['authority'])}: {described['authority']['says']}",
        "in_force": f"{in_force['from']} to {in_force['to'] or 'now'}",
    }


def _counted(asked: Mapping[str, Any], computed: "Computed", json: bool) -> None:
    dates = {
        name: getattr(computed, name) for name in ("raw", "legal", "safe", "last_moment", "final")
    }
    found = {
        **{name: value.isoformat() if value else None for name, value in dates.items()},
        "provisional": computed.provisional,
        "warnings": list(computed.warnings),
        "working": list(computed.working),
    }
    if json:
        as_json({**asked, **found})
        return
    shown = _flat(asked) if "rule" in asked else dict(asked)
    pairs({**shown, **{name: value for name, value in found.items() if name != "working"}})
    for line in computed.working:
        say(f"  {line}")


def _when(text: str) -> date | datetime:
    try:
        if "T" not in text:
            return date.fromisoformat(text)
        when = datetime.fromisoformat(text)
    except ValueError:
        when = None
    if when is None or when.tzinfo is None:
        raise UsageError(
            f"got the time {text[:60]!r}; allowed: 2026-11-16, or 2026-11-16T09:40:00-06:00"
        )
    return when


def _option(name: str, value: str) -> object:
    if value in ("true", "false"):
        return value == "true"
    many = name in ("closed", "holidays", "declared_holidays", "state_holidays", "court_leave")
    return value.split(",") if many else value


def _english(title: object) -> str:
    from breachbook.views.deadlines import plain_title

    return plain_title(title)


def _authority(value: object) -> str:
    from breachbook.views.deadlines import authority

    return authority(value)
