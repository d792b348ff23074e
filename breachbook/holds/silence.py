"""Holds that those concerned are not told of: put to data stewards alone, and made known later.

Authority:
    Fed. R. Civ. P. 37(e): reasonable steps to preserve may have to reach data whose holder, warned, would lose it.
"""

import secrets
from collections.abc import Sequence

from breachbook import consents
from breachbook.deadline_records import COUNSEL
from breachbook.errors import UsageError
from breachbook.events import Actor, Draft, Event
from breachbook.hold_book import Order
from breachbook.holds.changing import (
    Scope,
    check_tasks,
    known_order,
    order_steward,
)
from breachbook.holds.notices import first_hold_step, said, steward_notice
from breachbook.library import Library
from breachbook.matter import Matter
from breachbook.matter_file import MatterFile
from breachbook.records import may, still_open
from breachbook.source import shown
from breachbook.steps import begun_anew

PRIVILEGE = "attorney-client"


def place(
    file: MatterFile,
    library: Library,
    actor: Actor,
    about: str,
    stewards: Sequence[str],
    tasks: Sequence[str],
    scope: Scope,
) -> list[Event]:
    """Let data stewards keep what a person or party has, without a word to them.

    Two counsel must have agreed to it about exactly this person or party. The id of such a hold
    follows no series, so that none is missed where it is not shown.

    Raises:
        ApprovalError: No counsel of the matter, it is closed, or two counsel have not agreed.
        UsageError: Nobody known, no steward, a steward whom it is about, or an unknown task.
    """
    people = library.workspace.people
    scope.check()
    check_tasks(tasks)
    wrong = [person for person in stewards if person not in people or person == about]
    if wrong or not stewards:
        got = ", ".join(shown(person) for person in wrong) or "nobody"
        raise UsageError(
            f"--steward: got {got}; allowed: other people of people.yaml who run systems"
        )

    def allowed(matter: Matter) -> str:
        may(matter, actor, COUNSEL, "placing a hold in silence")
        still_open(matter)
        if about not in people and about not in matter.parties:
            raise UsageError(
                f"--about: got {shown(about)}; allowed: a person of people.yaml or a party of the matter"
            )
        conflicted = [person for person in stewards if person in matter.conflicted]
        if conflicted:
            raise UsageError(f"--steward: got {conflicted[0]}, who is conflicted on this matter")
        return consents.standing(matter, "silent-hold", about).id

    state = file.refresh()
    allowed(state)
    hold = f"steward-hold-{secrets.token_hex(4)}"
    terms = scope.as_terms(1, library.workspace.now())
    told = said(hold, terms, scope.text.strip()) | {"about": about, "secret": True}
    notices = {
        person: steward_notice(library.workspace, file, state, person, told, list(tasks))
        for person in dict.fromkeys(stewards)
    }

    def drafts(matter: Matter) -> list[Draft]:
        data = {"hold": hold, "about": about, "consent": allowed(matter)} | scope.as_data(file)
        return [
            Draft("hold.placed", data, actor, PRIVILEGE),
            *(_ordered(library, matter, actor, hold, person, sha, tasks) for person, sha in notices.items()),
        ]  # fmt: skip

    return file.transact(drafts)


def convert(
    file: MatterFile, library: Library, actor: Actor, hold: str, reason: str
) -> list[Event]:
    """Make a silent hold an ordinary one: whom it is about gets a notice, and everybody may know of it.

    Raises:
        ApprovalError: No counsel of the matter, or it is closed.
        UsageError: No silent hold, it is about a party, or the playbook delivers no legal hold.
    """

    def drafts(matter: Matter) -> list[Draft]:
        may(matter, actor, COUNSEL, "making a hold known")
        still_open(matter)
        order = _silent(matter, actor, hold)
        step = first_hold_step(library, file, matter)
        if order.about not in library.workspace.people or step is None:
            got = (
                f"{order.about}, who is no custodian" if step else "a playbook without a hold step"
            )
            raise UsageError(
                f"{matter.id} {hold}: got {got}; allowed: a hold about a person of people.yaml, in a matter"
                " whose playbook delivers legal holds"
            )
        data = {
            "hold": hold,
            "step": step,
            "custodian": order.about,
            "reason": file.values.commit(reason),
        }
        found = [Draft("hold.converted", data, actor, PRIVILEGE)]
        if (step, order.about) in matter.steps:  # another hold's notice went to them before
            found += begun_anew(file, matter, actor, f"{step}/{order.about}", reason)
        return found

    return file.transact(drafts)


def _ordered(
    library: Library,
    matter: Matter,
    actor: Actor,
    hold: str,
    person: str,
    notice: str,
    tasks: Sequence[str],
) -> Draft:
    draft = order_steward(library, matter, actor, hold, person, notice, 1, tasks)
    return Draft(draft.kind, draft.data, draft.actor, PRIVILEGE)


def _silent(matter: Matter, actor: Actor, hold: str) -> Order:
    order = known_order(matter, actor, hold)
    if not order.silent:
        raise UsageError(f"{matter.id} {hold}: those concerned know of it; allowed: a silent hold")
    return order
