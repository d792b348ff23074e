"""The release of a legal hold: two counsel agree, the person is told, and stewards let retention resume."""

from collections.abc import Iterator
from dataclasses import dataclass

from breachbook import consents
from breachbook.deadline_records import COUNSEL
from breachbook.events import Actor, Draft, Event
from breachbook.hold_book import CUSTODIAN, Hold
from breachbook.holds.changing import standing_entry
from breachbook.holds.notices import release_notice
from breachbook.matter import Matter
from breachbook.matter_file import MatterFile
from breachbook.records import may, still_open
from breachbook.workspace import Workspace

PRIVILEGE = "attorney-client"
REMARK = "another duty to preserve stands over the same material: retention does not resume"


@dataclass(frozen=True, slots=True)
class Released:
    """What was recorded, and whether ordinary retention resumes for what the hold covered."""

    events: list[Event]
    resumes: bool


def release(
    workspace: Workspace, file: MatterFile, actor: Actor, hold: str, custodian: str, reason: str
) -> Released:
    """Release a person from a hold, as counsel, on the consent of two counsel and with a reason.

    While another hold of any matter covers the same material, retention does not resume; which one
    is not said, for it may be none that those released, or this counsel, may know of.

    Raises:
        ApprovalError: No counsel on the matter, it is closed, or two counsel have not agreed.
        UsageError: There is no such hold, or it was released before.
    """

    def allowed(matter: Matter) -> tuple[Hold, str]:
        may(matter, actor, COUNSEL, "releasing a legal hold")
        still_open(matter)
        entry = standing_entry(matter, actor, hold, custodian)
        return entry, consents.standing(matter, "release-hold", f"{hold}|{custodian}").id

    state = file.refresh()
    entry, _ = allowed(state)
    resumes = not _covered(workspace, state, entry, openly=False)
    # What the released person may know: a hold they were not told of must not show in their letter.
    told = not _covered(workspace, state, entry, openly=entry.role == CUSTODIAN)
    notice = release_notice(workspace, file, state, hold, custodian, resumes=told)

    def drafts(matter: Matter) -> list[Draft]:
        _, consent = allowed(matter)
        data = {
            "hold": hold,
            "custodian": custodian,
            "reason": file.values.commit(reason),
            "consent": consent,
            "notice": notice,
            "resumes": resumes,
        }
        return [Draft("hold.released", data, actor, PRIVILEGE)]

    return Released(file.transact(drafts), resumes)


def _subjects(matter: Matter, entry: Hold) -> list[str]:
    """Name whose material a release concerns: a custodian's own, or that of all whom a steward's hold is about."""
    if entry.role == CUSTODIAN:
        return [entry.custodian]
    about = matter.hold_book.orders[entry.id].about
    under = [one.custodian for one in matter.hold_book.of(entry.id) if one.role == CUSTODIAN]
    return [about, *under] if about else under


def _covered(workspace: Workspace, matter: Matter, entry: Hold, *, openly: bool) -> bool:
    """Say whether another unreleased hold covers the same material, in this matter or in another.

    Args:
        openly: Count only holds that their custodian was told of.
    """
    subjects = _subjects(matter, entry)
    for state in (matter, *_naming(workspace, subjects, matter.id)):
        for one in state.holds.values() if openly else state.hold_book.every():
            itself = state is matter and (one.id, one.custodian) == (entry.id, entry.custodian)
            about = (
                one.custodian if one.role == CUSTODIAN else state.hold_book.orders[one.id].about
            )
            if about in subjects and one.state != "released" and not itself:
                return True
    return False


def _naming(workspace: Workspace, subjects: list[str], own: str) -> Iterator[Matter]:
    """Give the other matters whose journal names one of the people or parties; the rest is not folded."""
    marks = [f'"{subject}"'.encode() for subject in subjects]
    for other in workspace.matter_ids():
        if other == own:
            continue
        journal = (workspace.matters_folder / other / "journal.jsonl").read_bytes()
        if any(mark in journal for mark in marks):
            yield workspace.matter(other).refresh()
