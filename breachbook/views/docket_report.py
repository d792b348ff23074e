"""What the docket report says of a matter, as plain data, as of the last line of its journal.

No clock is read: an equal journal, workspace and law give an equal report.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from breachbook.agenda import Reference
from breachbook.events import Event
from breachbook.library import Library
from breachbook.matter import Matter
from breachbook.matter_file import MatterFile
from breachbook.rows import ERASED
from breachbook.views import docket_words as words
from breachbook.views.changes import CAUSES, change_views
from breachbook.views.deadlines import RUNNING, authority, deadline_views, plain_title
from breachbook.views.docket import Beside, made_anew
from breachbook.views.reminders import reminder_views, verdict
from breachbook.views.urgency import pressing

Row = Mapping[str, Any]

_ENDS = frozenset({"deadline.met", "deadline.late", "deadline.waived", "deadline.superseded"})
_OUTCOMES = {
    "due": "due now",
    "not-sent": "NOT SENT",
    "ended": "not needed, the deadline had ended",
}


def told(file: MatterFile, matter: Matter, library: Library, events: Sequence[Event]) -> Row:
    """Gather the report of a matter.

    Args:
        file: Its folder, read up to ``matter``.
        library: What it rests on.
        events: Its whole journal.

    Returns:
        organisation, matter, as_of {line, at, head, day}, summary, open, ended, problems, gates,
        practices, changes, reminders and verdict: texts, and records of texts.
    """
    now = matter.last_at or datetime.min.replace(tzinfo=UTC)
    around = made_anew(file, matter, library, now.date())
    rows = pressing(deadline_views(file, matter, ended=True), now, around.keepers)
    running = [row for row in rows if row["state"] in RUNNING]
    proof = reminder_views(events, Reference(library.workspace.people, library.law), now)
    judged = verdict(proof)
    report = file.values.get(matter.report["report"], {})
    endings = _endings(file, events)
    gates = [_gate(row) for row in around.gates]
    return {
        "organisation": library.workspace.config.organisation.name,
        "matter": {
            "id": matter.id, "title": report.get("title", ERASED),
            "state": "open" if matter.open else "closed", "dockets": ", ".join(matter.dockets),
        },
        "as_of": {
            "line": matter.seq, "at": words.moment(now.isoformat()), "head": matter.head,
            "day": now.date().isoformat(),
        },
        "summary": _summary(running, around),
        "open": [
            {"number": n, **_deadline(row, matter, library)} for n, row in enumerate(running, 1)
        ],
        "ended": [
            _ended(row, endings.get(row["id"], {})) for row in rows if row["state"] not in RUNNING
        ],
        "problems": [_problem(row) for row in around.problems],
        "gates": [row for row in gates if row["blocks"]],
        "practices": [row for row in gates if not row["blocks"]],
        "changes": [_change(row) for row in change_views(matter)],
        "reminders": [_reminder(row) for row in proof],
        "verdict": f"{judged[0].upper()}{judged[1:]}.",
    }  # fmt: skip


def _summary(running: Sequence[Row], around: Beside) -> str:
    pressed = [row["urgency"] for row in running]
    bars = sum(gate["state"] == "bars" for gate in around.gates)
    counts = {
        "missed": pressed.count("missed"),
        "overdue": pressed.count("overdue"),
        "to plan on within 14 days": sum(p in ("today", "within-3", "within-14") for p in pressed),
        "provisional": sum(row["provisional"] for row in running),
        "disputed": sum(bool(row.get("disputed")) for row in running),
        "on a rule whose text we did not verify": sum(r["status"] != "verified" for r in running),
    }
    parts = ", ".join(f"{number} {what}" for what, number in counts.items() if number)
    uncounted = f" {len(around.problems)} could not be counted." if around.problems else ""
    gates = f" Gates that bar: {bars}." if bars else ""
    return f"Deadlines that run: {len(running)}{f' ({parts})' if parts else ''}.{uncounted}{gates}"


def _deadline(row: Row, matter: Matter, library: Library) -> Row:
    trigger = library.law.triggers.get(row.get("trigger") or "")
    fact = matter.facts.get(row.get("fact") or "")
    return {
        **_rule(row), "id": row["id"], "safe": words.moment(row["safe"]), "legal": words.legal(row),
        "raw": words.moment(row["raw"]), "final": words.moment(row.get("final")),
        "last_moment": words.moment(row.get("last_moment")), "note": words.note(row),
        "owner": _name(library, row["owner"]), "who": row.get("who", ""),
        "fact": f"{row.get('about') or ''}, {words.moment(row.get('when'))}".strip(", "),
        "fact_id": row.get("fact") or "", "about": row.get("about") or "nobody named",
        "trigger": plain_title(trigger.title) if trigger else row.get("trigger") or "a fact",
        "when": words.moment(row.get("when")), "proof": fact.proof if fact else None,
        "hangs_on": row.get("hangs_on"), "told": words.told(row.get("told") or {}),
        "warnings": [words.WARNINGS.get(word, word) for word in row.get("warnings", ())],
        "readings": [
            {**reading, "raw": words.moment(reading["raw"]), "legal": words.moment(reading["legal"])}
            for reading in row.get("disputed") or ()
        ],
        "working": list(row.get("working", ())), "working_zh": list(row.get("working_zh", ())),
    }  # fmt: skip


def _rule(row: Row) -> dict[str, Any]:
    """Write what a deadline, a gate and a practice have in common: their version of a rule."""
    title, in_force = row.get("title"), row.get("in_force") or {}
    english = plain_title(title) or row["rule"]
    local = title.get("zh-CN", "") if isinstance(title, Mapping) else ""
    source = row.get("authority") or {}
    sure = f", {row['confidence']} confidence" if row.get("confidence") else ""
    remarks = [row.get("note") or "", _out_of_scope(row)]
    return {
        "title": english, "title_local": local if local != english else "",
        "rule_id": row["rule"], "version": str(row.get("rule_sha256") or "")[:16],
        "in_force": f"{in_force.get('from', 'unknown')} to {in_force.get('to') or 'today'}",
        "status": f"{row['status']}{sure}",
        "checked": f"{row.get('checked_on', 'unknown')}, {row['status']}{sure}",
        "authority": authority(source), "says": source.get("says", ""),
        "consequence": row.get("consequence", ""), "remark": " ".join(filter(None, remarks)),
    }  # fmt: skip


def _out_of_scope(row: Row) -> str:
    return f"Left out: {row['out_of_scope']}" if row.get("out_of_scope") else ""


def _gate(row: Row) -> Row:
    acts = ", ".join(row["blocks"])
    clearance = row["clearance"]
    return {
        **_rule(row), "blocks": acts, "state": f"{row['state']}: {acts}",
        "clearance": words.clearance(clearance) if clearance else "",
    }  # fmt: skip


def _problem(row: Row) -> Row:
    about = f"{row.get('fact') or ''} {row.get('about') or ''}, {words.moment(row.get('when'))}"
    return {**_rule(row), "fact": about.strip(" ,"), "problem": row["problem"]}


def _endings(file: MatterFile, events: Iterable[Event]) -> dict[str, Row]:
    """Find the event that ended each deadline last."""
    return {
        event.data["deadline"]: {
            "kind": event.kind.removeprefix("deadline."), "at": event.when.isoformat(),
            "by": event.actor.person,
            "reason": file.values.get(event.data.get("reason"), ERASED) if "reason" in event.data else "",
            "asked": event.data.get("requested_by", ""), "cause": event.data.get("cause", ""),
        }
        for event in events
        if event.kind in _ENDS
    }  # fmt: skip


def _ended(row: Row, ending: Row) -> Row:
    done = row.get("done") or {}
    on = f" on {words.moment(done['on'])}" if done.get("on") else ""
    parts = [
        f"{row['state']}{on}",
        f"by the fact {done['fact']}" if done.get("fact") else "",
        f"recorded {words.moment(ending['at'])} by {ending['by']}" if ending else "",
        f"asked for by {ending['asked']}" if ending and ending["asked"] else "",
        str(ending["reason"] or CAUSES.get(ending["cause"], "")) if ending else "",
    ]
    return {
        **_rule(row), "id": row["id"], "safe": f"safe {words.moment(row['safe'])},",
        "legal": f"legal {words.legal(row)}", "ending": "; ".join(filter(None, parts)),
        "proof": _proof(row["state"], done.get("proof")),
    }  # fmt: skip


def _proof(state: str, digest: str | None) -> str:
    """Write a proof's SHA-256 so that a narrow column can break it."""
    if digest is None:
        return "none is kept" if state in ("met", "late") else ""
    return " ".join(digest[start : start + 16] for start in range(0, 64, 16))


def _change(row: Row) -> Row:
    return {
        "at": words.minute(row["at"]), "deadline": row["deadline"], "why": row["why"],
        "safe": words.moved(row, "safe"), "legal": words.moved(row, "legal"),
    }  # fmt: skip


def _reminder(row: Row) -> Row:
    outcome = _OUTCOMES.get(row["state"], row["state"])
    if row["state"] == "sent":
        outcome = f"sent {words.minute(row['sent_at'])}"
    elif row["state"] == "superseded":
        outcome = f"overtaken by {row['by']}, which was sent"
    return {
        "due": words.minute(row["due_at"]), "deadline": row["deadline"], "rung": row["rung"],
        "to": row["to"].replace("-", " "), "outcome": outcome, "ts": row["ts"] or "",
    }  # fmt: skip


def _name(library: Library, person: str | None) -> str:
    people = library.workspace.people
    return people[person].name if person in people and person else person or "nobody"
