"""Recording deadlines: the full working kept by its hash, the dates in the journal."""

import json
from collections.abc import Mapping
from typing import Any

from breachbook import ladder
from breachbook.acts import Job, Result
from breachbook.agenda import Count, Mark
from breachbook.canonical import canonical
from breachbook.entries import DeadlineRecord
from breachbook.errors import StoreError
from breachbook.events import Draft
from breachbook.matter import Matter
from breachbook.matter_file import MatterFile


def count_drafts(file: MatterFile, matter: Matter, item: Count) -> list[Draft]:
    """Give the events for one deadline: computed anew, or superseded because what it rests on is gone."""
    known = matter.deadlines.get(item.id)
    if item.deadline is None:
        return [_gone(matter, item)]
    rule, data = item.deadline.rule, item.deadline.as_data()
    fact, computed = item.deadline.fact, item.deadline.computed
    if fact is None or computed is None:
        raise AssertionError(f"{item.id}: a deadline that was not counted")
    result = file.store.put(canonical(data))
    dated: dict[str, Any] = {
        "deadline": item.id, "rule": rule.id, "rule_sha256": file.store.put(rule.written),
        "fact": fact.id, "raw": data["raw"], "legal": data["legal"], "safe": data["safe"],
        "provisional": data["provisional"], "status": data["status"],
        "result": result, "warnings": list(data["warnings"]),
        "bound": data["bound"], "last_moment": data["last_moment"],
        "reminders": list(ladder.names(rule, fact.when, computed.safe)),
    }  # fmt: skip
    drafts = [Draft("deadline.computed", dated)]
    if known is not None and known.state != "superseded":
        cause = _cause(file, known, data)
        drafts.insert(0, Draft("deadline.superseded", {"deadline": item.id, "cause": cause}))
    return drafts


def _cause(file: MatterFile, known: DeadlineRecord, data: Mapping[str, Any]) -> str:
    """Say why a deadline is counted anew from the same fact: what was told, the rule, or the calendar."""
    if known.rule_sha256 != data["rule_sha256"]:
        return "rule-changed"
    try:
        before = json.loads(file.store.get(known.result))
    except StoreError:
        return "calendar-changed"
    same = all(before.get(key) == data[key] for key in ("told", "when", "hangs_on"))
    return "calendar-changed" if same else "told-otherwise"


def _gone(matter: Matter, item: Count) -> Draft:
    data: dict[str, Any] = {"deadline": item.id, "cause": "no-longer-applies"}
    fact = matter.deadlines[item.id].fact
    if fact in matter.ended_facts:
        data["cause"] = "fact-corrected" if matter.ended_facts[fact] else "fact-retracted"
    if item.by is not None:
        data["by"] = item.by
    return Draft("deadline.superseded", data)


def mark_draft(item: Mark) -> Draft:
    """Give the event for the end of a deadline."""
    data: dict[str, Any] = {"deadline": item.id}
    if item.state == "reopened":
        data["cause"] = "performance-gone"
    elif item.state != "missed":
        data |= {"when": item.when, "fact": item.fact}
        data |= {"proof": item.proof} if item.proof else {}
    return Draft(f"deadline.{item.state}", data)


def adopt(job: Job) -> Result:
    """Open the dockets a step names; their deadlines are computed as facts are there."""
    step = job.library.pinned(job.file, job.file.refresh()).step(job.perform.step)
    return Result("finished", "adopted", data={"dockets": list(step.dockets)})
