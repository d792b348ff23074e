"""What the journal commits to and refers to: its values and its content-addressed store."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from breachbook.audit.verdicts import Check, judged
from breachbook.canonical import digest, sha256
from breachbook.events import Event
from breachbook.matter import Matter
from breachbook.values import Values


def check_values(folder: Path, events: Sequence[Event], matter: Matter) -> Check:
    """Check every line of ``values.jsonl``, and that every commitment is there or was erased."""
    values = Values(folder / "values.jsonl")
    good, findings = values.check()
    wanted = dict(_commitments(events))
    for commitment, place in wanted.items():
        if commitment in good and commitment in matter.erased:
            findings.append(
                f"values.jsonl: {commitment[:16]} was erased by the journal and is there"
            )
        elif commitment not in good and commitment not in matter.erased:
            findings.append(f"values.jsonl: {commitment[:16]} is missing; {place} commits to it")
    findings += _report(values, matter, good)
    spare = len(good - wanted.keys())
    remarks = [f"{spare} values that no line commits to (an append was cut off)"] if spare else []
    erased = f", {len(matter.erased)} erased" if matter.erased else ""
    return judged(folder.name, "values", findings, f"{len(wanted)} commitments{erased}", remarks)


def _report(values: Values, matter: Matter, good: set[str]) -> list[str]:
    stated = matter.report["report_sha256"]
    report = values.get(matter.report["report"])
    if matter.report["report"]["c"] in good and digest(report) != stated:
        return [f"values.jsonl: the report is not the one line 1 names ({stated[:16]})"]
    return []


def _commitments(events: Sequence[Event]) -> Iterator[tuple[str, str]]:
    for event in events:
        for key, value in event.data.items():
            for found in _within(value):
                yield found, f"line {event.seq} ({event.kind}.{key})"


def _within(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        if value.keys() == {"c"}:
            yield str(value["c"])
        else:
            for item in value.values():
                yield from _within(item)
    elif isinstance(value, list):
        for item in value:
            yield from _within(item)


def check_store(folder: Path, events: Sequence[Event]) -> Check:
    """Check that every stored file is what its name says, and everything the journal refers to is there."""
    store = folder / "store"
    there, findings = _stored(store)
    wanted = dict(_digests(events))
    for found, place in wanted.items():
        if found not in there:
            findings.append(f"store/{found[:2]}/{found} is missing; {place} refers to it")
    remarks = [
        f"store/{name[:2]}/{name}: nothing refers to it" for name in sorted(there - wanted.keys())
    ]
    return judged(folder.name, "store", findings, f"{len(there)} files", remarks)


def _stored(store: Path) -> tuple[set[str], list[str]]:
    """Give the digests of what is whole, and what is wrong; a file being written begins with a dot."""
    there: set[str] = set()
    findings: list[str] = []
    for path in sorted(store.rglob("*")):
        name = path.relative_to(store).as_posix()
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            findings.append(f"store/{name} is not a plain file")
        elif path.is_file() and not path.name.startswith("."):
            try:
                content = sha256(path.read_bytes())
            except OSError as error:
                findings.append(f"store/{name}: {error.strerror}")
                continue
            if name == f"{content[:2]}/{content}":
                there.add(content)
            else:
                findings.append(f"store/{name} does not match its name")
    return there, findings


def _digests(events: Sequence[Event]) -> Iterator[tuple[str, str]]:
    """Name every stored file that an event refers to, and where."""
    single = {
        "playbook.chosen": ("sha256",),
        "approval.requested": ("subject",),
        "deadline.computed": ("result", "rule_sha256"),
        "document.drafted": ("template", "edit"),
        "gate.cleared": ("rule_sha256",),
        "hold.issued": ("notice",),
        "hold.ordered": ("notice",),
        "hold.released": ("notice",),
        "anchor.made": ("checkpoint",),
        "timestamp.received": ("request", "reply", "chain"),
        "timestamp.failed": ("reply",),
    }
    for event in events:
        data = event.data
        keys = (*single.get(event.kind, ()), "proof")
        found = [data[key] for key in keys if isinstance(data.get(key), str)]
        if event.kind == "document.drafted":
            found += data["files"].values()
        if event.kind == "matter.opened":
            found += [item["sha256"] for item in data["attachments"] if item["sha256"]]
        for item in found:
            yield item, f"line {event.seq} ({event.kind})"
