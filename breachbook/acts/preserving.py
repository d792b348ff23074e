"""Preservation: a source collected, hashed and sealed into an exhibit, once per instance and round."""

from breachbook.acts import Job, Result
from breachbook.collecting import require_admitted
from breachbook.collecting.collection import Occasion, collect, order_of
from breachbook.collecting.recording import sealed_draft
from breachbook.errors import ContentError, Problem
from breachbook.events import ENGINE


def preserve(job: Job) -> Result:
    """Collect and seal one source; a whole exhibit that is already there is verified, not made twice."""
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
    order = order_of(row, job.workspace)
    on = job.workspace.now().date()
    require_admitted(order, matter, job.library.law, on, step=perform.step)
    sealed = collect(
        job.workspace,
        order,
        job.file.exhibits,
        matter.evidence.begun[perform.step, perform.target, perform.round],
        Occasion(
            matter=matter.id,
            step=perform.step,
            authority=f"step {perform.step}, key {perform.key}",
            operator=ENGINE.person,
            repeat=("breachbook", "evidence", "collect", matter.id, perform.target),
            journal_head=matter.head,
            previous_seal=matter.evidence.newest_seal,
        ),
    )
    place = (perform.step, perform.target)
    return Result(
        "finished",
        "sealed",
        write=lambda _: [sealed_draft(job.file, order, sealed, ENGINE, *place)],
    )
