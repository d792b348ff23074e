"""Preservation: a source copied, hashed and sealed into an exhibit, once per instance and round."""

from pathlib import Path

from breachbook.acts import Job, Result
from breachbook.custody import Sealed
from breachbook.errors import ContentError, Problem
from breachbook.events import Draft
from breachbook.seal import acquire, own_key

KEY = "seal-key.pem"


def preserve(job: Job) -> Result:
    """Acquire and seal one source; a whole exhibit that is already there is verified, not made twice."""
    perform = job.perform
    matter = job.file.refresh()
    row = job.workspace.rows("sources").get(perform.target)
    if row is None:
        raise ContentError(
            [
                Problem(
                    "sources.yaml", None, perform.target, "nothing", "the source the report names"
                )
            ]
        )
    exhibit = matter.evidence.begun[perform.step, perform.target, perform.round]
    place = Path(row["path"])
    record = {
        "matter": matter.id, "step": perform.step, "source": perform.target, "title": row["title"],
        "place": row["place"], "personal_data": row["personal_data"],
        "authority": f"step {perform.step}, key {perform.key}", "operator": "breachbook",
    }  # fmt: skip
    sealed = acquire(
        place if place.is_absolute() else job.workspace.root / place,
        job.file.folder / "exhibits",
        exhibit,
        record=record,
        key=own_key(job.workspace.root / KEY),
        journal_head=matter.head,
        now=job.workspace.now,
        workers=job.workspace.config.evidence.workers,
        algorithm=job.workspace.config.evidence.algorithm,
    )
    event = _event(job, row["place"], row["personal_data"], sealed)
    return Result("finished", "sealed", write=lambda _: [event])


def _event(job: Job, place: str, personal_data: bool, sealed: Sealed) -> Draft:
    counts: dict[str, int] = {}
    for finding in sealed.findings:
        counts[finding.code] = counts.get(finding.code, 0) + 1
    return Draft(
        "exhibit.sealed",
        {
            "exhibit": sealed.exhibit, "step": job.perform.step, "target": job.perform.target,
            "files": sealed.files, "bytes": sealed.bytes, "manifest_sha256": sealed.manifest_sha256,
            "tagmanifest_sha256": sealed.tagmanifest_sha256, "seal_sha256": sealed.seal_sha256,
            "findings": counts, "source": job.perform.target, "place": place, "personal_data": personal_data,
        },
    )  # fmt: skip
