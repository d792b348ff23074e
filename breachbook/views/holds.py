"""Legal holds as plain data: for a list, and for the proof that reasonable steps were taken.

No clock is read: what is late is judged as of the last line of the journal.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from breachbook.events import stamp
from breachbook.hold_book import Hold, Order, Terms
from breachbook.hold_reminders import counsel
from breachbook.matter import Matter
from breachbook.matter_file import MatterFile
from breachbook.people import People
from breachbook.rows import ERASED

Row = dict[str, Any]
TOLD: Mapping[str, str] = {
    "hold-reminder": "reminded",
    "hold-manager": "escalated to the manager",
    "hold-escalation": "escalated to counsel",
    "hold-silence": "escalated to counsel",
}
_GAPS = {
    "acknowledgement": "never acknowledged the newest notice",
    "answers": "never answered the questions",
    "tasks": "never reported as done",
}


def hold_view(file: MatterFile, matter: Matter, hold: Hold, person: str | None) -> Row:
    """Describe what a hold puts to one person; the answers to its questions only to counsel."""
    order = matter.hold_book.orders[hold.id]
    answers = file.values.get(hold.answers, ERASED) if hold.answers else None
    return {
        "hold": hold.id,
        "custodian": hold.custodian,
        "role": hold.role,
        "state": state_of(matter, hold),
        "version": hold.version,
        "notice": hold.notice or None,
        "issued_at": stamp(hold.issued_at),
        "delivered_at": _at(hold.delivered_at),
        "reply_by": _at(hold.reply_by),
        "acknowledged_at": _at(hold.acknowledged_at),
        "answered_at": _at(hold.answered_at),
        "released_at": _at(hold.released_at),
        "silent": order.silent,
        "tasks": [
            {
                "task": name,
                "open": name in hold.open_tasks,
                "done_at": _at(task.done_at),
                "proof": task.proof or None,
            }
            for name, task in hold.tasks.items()
        ],
        "answers": answers if person in counsel(matter) else None,
    }


def state_of(matter: Matter, hold: Hold) -> str:
    """Name the state of a hold over a person; escalated, while others were told that they stay silent."""
    escalated = any(
        word != TOLD["hold-reminder"] and at >= hold.awaits_since
        for at, word in _reminders(matter, hold)
    )
    return "escalated" if hold.awaits and escalated else hold.state


def proof_view(file: MatterFile, matter: Matter, people: People, hold: str) -> Row:
    """Gather what proves how a hold was kept.

    Returns:
        matter, hold, about, silent, converted_at, trigger, issuer, counsel, as_of {line, head, at, day},
        versions, people and gaps: texts, and records of texts.
    """
    order = matter.hold_book.orders[hold]
    now = matter.last_at or datetime.min.replace(tzinfo=UTC)
    entries = matter.hold_book.of(hold)
    return {
        "matter": matter.id,
        "hold": hold,
        "about": order.about or None,
        "silent": order.silent,
        "converted_at": _at(order.converted_at),
        "trigger": _trigger(matter),
        "issuer": _issuer(matter, order),
        "counsel": counsel(matter),
        "as_of": {
            "line": matter.seq, "head": matter.head, "at": stamp(now), "day": now.date().isoformat(),
        },
        "versions": [_version(file, terms) for terms in order.terms],
        "people": [_person(file, matter, people, entry) for entry in entries],
        "gaps": [gap for entry in entries for gap in _gaps(entry, now)],
    }  # fmt: skip


def notices_of(order: Order, entries: list[Hold]) -> list[str]:
    """Name the PDFs that a hold delivered, by SHA-256, oldest first and each once."""
    found = [
        notice
        for entry in entries
        for notice in (*(past.notice for past in entry.past), entry.notice, entry.release_notice)
    ]
    return list(dict.fromkeys(notice for notice in found if notice))


def _trigger(matter: Matter) -> Row:
    for fact in matter.facts.values():
        if fact.kind == "litigation-anticipated":
            return {"what": fact.kind, "fact": fact.id, "when": fact.when.isoformat()}
    return {"what": "matter opened", "fact": None, "when": _at(matter.opened_at)}


def _issuer(matter: Matter, order: Order) -> str:
    """Name who placed a hold: of one that the playbook delivers, who answered the questions before it."""
    if order.terms[0].by != "breachbook":
        return order.terms[0].by
    answered = (instance.answered_by for instance in matter.steps.values())
    return next((person for person in answered if person), order.terms[0].by)


def _version(file: MatterFile, terms: Terms) -> Row:
    return {
        "version": terms.version,
        "at": stamp(terms.at),
        "by": terms.by,
        "scope": file.values.get(terms.scope, ERASED)
        if terms.scope
        else "as the notice states it",
        "systems": list(terms.systems),
        "since": terms.since or None,
        "until": terms.until or None,
        "reason": file.values.get(terms.reason, ERASED) if terms.reason else None,
    }


def _person(file: MatterFile, matter: Matter, people: People, entry: Hold) -> Row:
    consent = matter.consents.consents.get(entry.release_consent)
    return {
        "person": entry.custodian,
        "name": people[entry.custodian].name if entry.custodian in people else entry.custodian,
        "role": entry.role,
        "state": state_of(matter, entry),
        "notices": list(_notices(entry)),
        "told": [{"at": stamp(at), "what": word} for at, word in _reminders(matter, entry)],
        "tasks": [
            {
                "task": name, "asked_at": stamp(task.asked_at), "done_at": _at(task.done_at),
                "proof": task.proof or None,
            }
            for name, task in entry.tasks.items()
        ],
        "exempted_at": _at(entry.exempted_at),
        "released_at": _at(entry.released_at),
        "released_by_consent": entry.release_consent or None,
        "consented": list(consent.agreed) if consent else [],
        "release_notice": entry.release_notice or None,
    }  # fmt: skip


def _notices(entry: Hold) -> Iterator[Row]:
    for past in entry.past:
        yield {
            "version": past.version, "sha256": past.notice or None, "delivered_at": _at(past.delivered_at),
            "reply_by": None, "acknowledged_at": _at(past.acknowledged_at), "answered_at": _at(past.answered_at),
        }  # fmt: skip
    yield {
        "version": entry.version, "sha256": entry.notice or None, "delivered_at": _at(entry.delivered_at),
        "reply_by": _at(entry.reply_by), "acknowledged_at": _at(entry.acknowledged_at),
        "answered_at": _at(entry.answered_at),
    }  # fmt: skip


def _reminders(matter: Matter, hold: Hold) -> list[tuple[datetime, str]]:
    about = f"{hold.id}|{hold.custodian}"
    return [
        (message.sent_at, TOLD[message.what])
        for message in matter.messages.values()
        if message.what in TOLD and message.sent_at
        and (message.about == about or (message.about or "").startswith(f"{about}|"))
    ]  # fmt: skip


def _gaps(entry: Hold, now: datetime) -> Iterator[Row]:
    """Name what was not done, or done late; days are whole ones past the day to reply by."""
    where = {"person": entry.custodian, "role": entry.role}
    if entry.state == "issued":
        yield where | {
            "gap": "no delivery of the newest notice is known",
            "days": _days(entry.issued_at, now),
        }
    if entry.awaits and entry.state != "issued":
        since = entry.awaits_since
        if entry.awaits == "acknowledgement":
            since = entry.reply_by or since
        tasks = f": {', '.join(entry.open_tasks)}" if entry.awaits == "tasks" else ""
        yield where | {"gap": f"{_GAPS[entry.awaits]}{tasks}", "days": _days(since, now)}
    if left := [
        name
        for name, task in entry.tasks.items()
        if task.done_at is None and name not in entry.open_tasks
    ]:
        gap = f"never reported as done before the release: {', '.join(left)}"
        yield where | {"gap": gap, "days": None}
    late = entry.acknowledged_at and entry.reply_by and entry.acknowledged_at > entry.reply_by
    if late and entry.acknowledged_at and entry.reply_by:
        days = _days(entry.reply_by, entry.acknowledged_at)
        yield where | {"gap": "acknowledged late", "days": days}
    for past in entry.past:
        if past.delivered_at and not past.acknowledged_at:
            gap = (
                f"did not acknowledge version {past.version} before another notice took its place"
            )
            yield where | {"gap": gap, "days": None}


def _days(since: datetime, until: datetime) -> int:
    return max(0, (until - since).days)


def _at(when: datetime | None) -> str | None:
    return stamp(when) if when else None
