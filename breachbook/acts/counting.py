"""Recording deadlines: the full working kept by its hash, the dates in the journal."""

from typing import Any

from breachbook.acts import Job, Result
from breachbook.agenda import Count
from breachbook.canonical import canonical
from breachbook.events import Draft
from breachbook.matter import Matter
from breachbook.matter_file import MatterFile


def count_drafts(file: MatterFile, matter: Matter, item: Count) -> list[Draft]:
    """Give the events for one deadline: computed anew, or superseded because its trigger or rule is gone."""
    known = matter.deadlines.get(item.id)
    if item.deadline is None:
        return [Draft("deadline.superseded", {"deadline": item.id, "cause": "trigger-gone"})]
    data = item.deadline.as_data()
    computed: dict[str, Any] = {
        "deadline": item.id, "rule": item.deadline.rule.id, "rule_sha256": file.store.put(item.deadline.rule.written),
        "fact": data["fact"]["id"] if isinstance(data.get("fact"), dict) else data.get("fact"),
        "raw": data["raw"], "legal": data["legal"], "safe": data["safe"],
        "provisional": data["provisional"], "status": data["status"],
        "result": file.store.put(canonical(data)), "warnings": list(data.get("warnings", ())),
    }  # fmt: skip
    drafts = [Draft("deadline.computed", computed)]
    if known is not None and known.state == "open":
        drafts.insert(
            0, Draft("deadline.superseded", {"deadline": item.id, "cause": "recomputed"})
        )
    return drafts


def adopt(job: Job) -> Result:
    """Open the dockets a step names; their deadlines are computed as facts are there."""
    step = job.library.pinned(job.file, job.file.refresh()).step(job.perform.step)
    return Result("finished", "adopted", data={"dockets": list(step.dockets)})
