"""What a calendar says of a deadline: one line to see, and all that a lawyer asks behind it.

Only what the computation holds and the party's name; nothing of the report, of notes or of letters.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from breachbook.feeds.entries import Entry
from breachbook.views.deadlines import authority, plain_title

EXAMPLE = "EXAMPLE"
DISCLAIMER = "This is no legal advice: a lawyer qualified in the place must confirm the date before it is relied on."
_STATES = {
    "met": "Met: ",
    "late": "Met late: ",
    "missed": "Missed: ",
    "waived": "Waived: ",
    "superseded": "Superseded: ",
}


def plain(text: object) -> str:
    """Give a text as one line: control characters, line ends and direction marks become spaces.

    A calendar's parser may end a line at any of them, and what follows would be read as its own. A
    backslash becomes a slash, because parsers are in use that take an escaped one for an escape.
    """
    shown = "".join(c if c.isprintable() else " " for c in str(text))
    return " ".join(shown.replace("\\", "/").split())


def summary(entry: Entry) -> str:
    """Say in one line what is due, in which matter, and whether the date is sure."""
    record = entry.record
    notes = [
        entry.matter,
        *(["provisional"] if record.provisional else []),
        *(["not before"] if record.bound == "earliest" else []),
    ]
    mark = f"{EXAMPLE} " if entry.example else ""
    return f"{mark}{_STATES.get(record.state, '')}{_title(entry)} ({', '.join(notes)})"


def description(entry: Entry) -> str:
    """Say everything about a date, a line for each: how sure it is, on what authority, how it was counted."""
    lines = [f"{name}: {plain(text)}" for name, text in _told(entry) if text]
    lines += [f"Disputed: {plain(_reading(row))}" for row in _listed(entry, "disputed")]
    working = [plain(sentence) for sentence in _listed(entry, "working")]
    lines += ["Working:", *(f"{number}. {text}" for number, text in enumerate(working, 1))]
    if not entry.result:
        lines.append("is no longer kept; breachbook audit verify says more")
    watermark = [f"{EXAMPLE}: the matter is invented."] if entry.example else []
    return "\n".join([*watermark, *lines, DISCLAIMER])


def _told(entry: Entry) -> Iterator[tuple[str, str]]:
    record, result = entry.record, entry.result
    yield "Safe", f"{_moment(record.safe, entry)} (the {_unit(record.safe)} to plan on)"
    yield "Legal", _legal(entry)
    if record.last_moment is not None:
        yield "Last moment", _moment(record.last_moment, entry)
    done = f", done {record.done_on}" if record.done_on else ""
    yield "State", f"{record.state}{done}"
    yield "Rule", record.rule
    source = result.get("authority")
    yield "Authority", _authority(source)
    yield "Status", _status(entry)
    yield "Must act", str(result.get("who") or "")
    yield "If missed", str(result.get("consequence") or "")
    yield "Fact", _fact(entry)
    about = str(result.get("about") or "")
    yield "About", f"{entry.party} ({about})" if entry.party else about
    yield "Warnings", ", ".join(str(word) for word in result.get("warnings") or ())


def _legal(entry: Entry) -> str:
    record = entry.record
    if record.legal is None:
        return "none yet: the date is provisional, the official calendar does not reach so far"
    note = " (the first moment allowed)" if record.bound == "earliest" else ""
    return f"{_moment(record.legal, entry)}{note}"


def _status(entry: Entry) -> str:
    result = entry.result
    sure = f", confidence {result['confidence']}" if result.get("confidence") else ""
    read = f", text checked on {result['checked_on']}" if result.get("checked_on") else ""
    return f"{entry.record.status}{sure}{read}"


def _fact(entry: Entry) -> str:
    result = entry.result
    if result.get("hangs_on"):
        return f"{result.get('trigger')} {result.get('when')}, the end of {result['hangs_on']}"
    parts = (entry.record.fact, result.get("trigger"), result.get("when"))
    return " ".join(str(part) for part in parts if part)


def _authority(source: object) -> str:
    says = source.get("says") if isinstance(source, Mapping) else None
    return f"{authority(source)}: {says}" if says else authority(source)


def _reading(row: Mapping[str, Any]) -> str:
    return f"{row.get('legal')} if {row.get('says')} ({row.get('authority')})"


def _listed(entry: Entry, key: str) -> Iterable[Any]:
    return entry.result.get(key) or ()


def _title(entry: Entry) -> str:
    return plain(plain_title(entry.result.get("title")) or entry.record.rule)


def _unit(text: str) -> str:
    return "moment" if "T" in text else "day"


def _moment(text: str, entry: Entry) -> str:
    """Write a day as it is, an instant at its place with the zone's name and its offset."""
    if "T" not in text:
        return text
    moment = datetime.fromisoformat(text)
    if entry.zone is not None:
        moment = moment.astimezone(entry.zone)
    name = f"{entry.zone.key} " if entry.zone is not None else ""
    offset = moment.isoformat()[-6:]
    return f"{moment:%Y-%m-%d %H:%M:%S} {name}(UTC{offset})"
