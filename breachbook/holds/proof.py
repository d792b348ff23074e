"""The proof pack of a legal hold: its record as JSON and PDF, and every notice that it delivered."""

import json

from breachbook.deadline_records import COUNSEL
from breachbook.documents.hold_record import hold_record
from breachbook.events import Actor
from breachbook.holds.changing import known_order
from breachbook.matter import Matter
from breachbook.matter_file import MatterFile
from breachbook.notices import WATERMARK
from breachbook.records import may
from breachbook.views.holds import notices_of, proof_view
from breachbook.workspace import Workspace


def proof_pack(
    workspace: Workspace, file: MatterFile, matter: Matter, actor: Actor, hold: str
) -> dict[str, bytes]:
    """Give the files of a hold's proof pack by name, as of the last line of the journal, for counsel.

    The same journal and people give the same bytes.

    Raises:
        ApprovalError: No counsel of the matter.
        UsageError: No such hold.
    """
    may(matter, actor, COUNSEL, "the proof pack of a legal hold")
    order = known_order(matter, actor, hold)
    told = proof_view(file, matter, workspace.people, hold)
    watermark = WATERMARK if matter.example else None
    pdf = hold_record(told, workspace.config.organisation.name, watermark=watermark)
    text = json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True)
    name = f"{matter.id}-{hold}-{matter.seq}"
    notices = notices_of(order, matter.hold_book.of(hold))
    return {
        f"{name}.json": f"{text}\n".encode(),
        f"{name}.pdf": pdf,
        **{f"notices/{sha}.pdf": file.store.get(sha) for sha in notices},
    }
