"""What counsel changes of a legal hold: custodians and data stewards, its scope, whom it asks nothing more."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from breachbook.deadline_records import COUNSEL
from breachbook.errors import UsageError
from breachbook.events import Actor, Draft, Event, stamp
from breachbook.hold_book import CUSTODIAN, RESUME, STEWARD, TASKS, Hold, Order, Terms
from breachbook.hold_reminders import known, knows, privilege_of
from breachbook.holds.notices import STEWARD_REPLY_DAYS, said, steward_notice, told_terms
from breachbook.library import Library
from breachbook.matter import Matter
from breachbook.matter_file import MatterFile
from breachbook.records import may, still_open
from breachbook.source import shown
from breachbook.steps import begun_anew

_SYSTEM = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Scope:
    """What a hold is to cover.

    Attributes:
        text: In words.
        systems: Ids such as ``mail`` or ``supplier-portal``.
        since: First day of the material; None for material of any age.
        until: Last day; None while none is set.
    """

    text: str
    systems: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    def check(self) -> None:
        """Refuse a scope that cannot be.

        Raises:
            UsageError: No words, a system that is no id, or an end before its beginning.
        """
        if not self.text.strip():
            raise UsageError("--scope: got nothing; allowed: what is to be kept, in words")
        for system in self.systems:
            if not _SYSTEM.fullmatch(system) or len(system) > 64:
                raise UsageError(
                    f"--system: got {shown(system)}; allowed: an id such as mail or plm"
                )
        if self.since and self.until and self.until < self.since:
            raise UsageError(f"--until: got {self.until}; allowed: not before {self.since}")

    def as_terms(self, version: int, at: datetime) -> Terms:
        """Give the terms that this scope will be, before anybody recorded them."""
        since, until = (day.isoformat() if day else "" for day in (self.since, self.until))
        return Terms(version, at, "", systems=self.systems, since=since, until=until)

    def as_data(self, file: MatterFile) -> dict[str, Any]:
        """Give the keys of an event that states this scope."""
        days = {"since": self.since, "until": self.until}
        return {
            "scope": file.values.commit(self.text.strip()),
            "systems": list(self.systems),
            **{name: day.isoformat() for name, day in days.items() if day is not None},
        }


def add_custodian(
    file: MatterFile, library: Library, actor: Actor, hold: str, person: str
) -> list[Event]:
    """Put a further custodian under a hold; the step that delivers its notice does so for them too.

    Raises:
        ApprovalError: No counsel of the matter, or it is closed.
        UsageError: No such hold, or nobody of people.yaml, or already under it.
    """
    _require_person(library, person)

    def drafts(matter: Matter) -> list[Draft]:
        may(matter, actor, COUNSEL, "widening a legal hold")
        still_open(matter)
        _noticed(matter, actor, hold)
        step = _step(matter, library, file, hold)
        already = person in matter.report["custodians"] or (step, person) in matter.hold_book.added
        if already or matter.hold_book.entry(hold, person) is not None:
            raise UsageError(
                f"{matter.id} {hold}: {person} is under it already, or it is put to them"
            )
        data = {"hold": hold, "step": step, "custodian": person}
        return [Draft("hold.added", data, actor)]

    return file.transact(drafts)


def add_steward(
    file: MatterFile, library: Library, actor: Actor, hold: str, person: str, tasks: Sequence[str]
) -> list[Event]:
    """Instruct a data steward: what to suspend and to keep in the systems they run.

    Raises:
        ApprovalError: No counsel of the matter, or it is closed.
        UsageError: No such hold, an unknown task, or a person who is its custodian.
    """
    _require_person(library, person)
    check_tasks(tasks)

    def allowed(matter: Matter) -> Order:
        may(matter, actor, COUNSEL, "instructing a data steward")
        still_open(matter)
        order = known_order(matter, actor, hold)
        entry = matter.hold_book.entry(hold, person)
        if entry is not None and entry.role == CUSTODIAN:
            raise UsageError(
                f"{matter.id} {hold}: {person} is its custodian; instruct somebody else"
            )
        if person == order.about:
            raise UsageError(f"{matter.id} {hold}: is about {person}; instruct somebody else")
        return order

    state = file.refresh()
    version = allowed(state).current.version
    entry = state.hold_book.entry(hold, person)
    wanted = list(dict.fromkeys([*(entry.open_tasks if entry else ()), *tasks]))
    asked = [task for task in wanted if not task.startswith(RESUME)]
    told = told_terms(file, state, hold)
    notice = steward_notice(library.workspace, file, state, person, told, asked)

    def drafts(matter: Matter) -> list[Draft]:
        if allowed(matter).current.version != version:
            raise UsageError(f"{matter.id} {hold}: was amended just now; try again")
        return [order_steward(library, matter, actor, hold, person, notice, version, tasks)]

    return file.transact(drafts)


def amend(
    file: MatterFile, library: Library, actor: Actor, hold: str, scope: Scope, reason: str
) -> list[Event]:
    """Change what a hold covers: every notice is drafted and delivered again, and acknowledged anew.

    Raises:
        ApprovalError: No counsel of the matter, or it is closed.
        UsageError: No such hold, or nothing of it stands any more.
    """
    scope.check()

    def allowed(matter: Matter) -> tuple[Order, list[Hold]]:
        may(matter, actor, COUNSEL, "changing a legal hold")
        still_open(matter)
        order = known_order(matter, actor, hold)
        standing = [
            entry
            for entry in matter.hold_book.of(hold)
            if entry.state not in ("released", "exempt")
        ]
        if not standing:
            raise UsageError(f"{matter.id} {hold}: stands over nobody; allowed: one that does")
        return order, standing

    state = file.refresh()
    order, standing = allowed(state)
    version = order.current.version + 1
    notices = _new_notices(file, library, state, order, standing, scope, version)

    def drafts(matter: Matter) -> list[Draft]:
        order, standing = allowed(matter)
        if (
            order.current.version + 1 != version
            or {entry.custodian for entry in standing if entry.role == STEWARD} != notices.keys()
        ):
            raise UsageError(f"{matter.id} {hold}: was changed just now; try again")
        data = {"hold": hold, "version": version, "reason": file.values.commit(reason)}
        found = [
            Draft("hold.amended", data | scope.as_data(file), actor, privilege_of(matter, hold))
        ]
        for entry in standing:
            if entry.role == STEWARD:
                tasks = [task for task in entry.tasks if not task.startswith(RESUME)]
                found.append(
                    order_steward(
                        library, matter, actor, hold, entry.custodian, notices[entry.custodian],
                        version, tasks,
                    )
                )  # fmt: skip
            else:
                step = matter.hold_book.step_of(hold, entry.custodian)
                where = f"{step}/{entry.custodian}"
                found += begun_anew(file, matter, actor, where, reason)
        return found

    return file.transact(drafts)


def exempt(file: MatterFile, actor: Actor, hold: str, person: str, reason: str) -> list[Event]:
    """Ask nothing more of a person under a hold; the hold covers what they have all the same.

    Raises:
        ApprovalError: No counsel of the matter, or it is closed.
        UsageError: It is not put to this person, or it was released.
    """

    def drafts(matter: Matter) -> list[Draft]:
        may(matter, actor, COUNSEL, "exempting from a legal hold")
        still_open(matter)
        entry = standing_entry(matter, actor, hold, person)
        data = {
            "hold": entry.id,
            "custodian": person,
            "reason": file.values.commit(reason),
        }
        return [Draft("hold.exempted", data, actor, "attorney-client")]

    return file.transact(drafts)


def order_steward(
    library: Library, matter: Matter, actor: Actor, hold: str, person: str, notice: str,
    version: int, tasks: Sequence[str],
) -> Draft:  # fmt: skip
    """Draft the order to a data steward, whose notice was kept before."""
    reply_by = library.workspace.now() + timedelta(days=STEWARD_REPLY_DAYS)
    data = {
        "hold": hold, "custodian": person, "notice": notice, "version": version,
        "tasks": list(dict.fromkeys(tasks)), "reply_by": stamp(reply_by),
    }  # fmt: skip
    return Draft("hold.ordered", data, actor, privilege_of(matter, hold))


def check_tasks(tasks: Sequence[str]) -> None:
    """Refuse tasks that no steward is given by hand.

    Raises:
        UsageError: None, or an unknown one.
    """
    known = [task for task in TASKS if task != RESUME]
    wrong = [task for task in tasks if task not in known]
    if wrong or not tasks:
        got = ", ".join(shown(task) for task in wrong) or "nothing"
        raise UsageError(f"--task: got {got}; allowed: {', '.join(known)}")


def known_order(matter: Matter, actor: Actor, hold: str) -> Order:
    """Give a hold, a silent one too, to counsel who may know of it.

    Raises:
        UsageError: There is no such hold.
    """
    orders = matter.hold_book.orders
    offered = [one for one in orders if knows(matter, actor.person, one)]
    if hold not in offered:
        allowed = ", ".join(offered) or "none stands"
        raise UsageError(f"{matter.id}: got the hold {shown(hold)}; allowed: {allowed}")
    return orders[hold]


def standing_entry(matter: Matter, actor: Actor, hold: str, person: str) -> Hold:
    """Give what an unreleased hold puts to a person, to counsel who may know of it.

    Raises:
        UsageError: It is not put to them, or was released.
    """
    offered = [one for one in known(matter, actor.person) if one.state != "released"]
    found = next((one for one in offered if (one.id, one.custodian) == (hold, person)), None)
    if found is None:
        standing = [f"{one.id} of {one.custodian}" for one in offered]
        raise UsageError(
            f"{matter.id}: got the hold {shown(hold)} of {shown(person)};"
            f" allowed: {', '.join(standing) or 'none stands'}"
        )
    return found


def _noticed(matter: Matter, actor: Actor, hold: str) -> Order:
    order = known_order(matter, actor, hold)
    if order.silent:
        raise UsageError(
            f"{matter.id} {hold}: nobody but its stewards is told of it; allowed: --steward, or"
            f" `breachbook hold convert {matter.id} {hold} --reason TEXT` first"
        )
    return order


def _step(matter: Matter, library: Library, file: MatterFile, hold: str) -> str:
    """Name the step that delivers a hold's notices; a converted hold has it from its custodian."""
    added_by = [step for (step, _), added in matter.hold_book.added.items() if added == hold]
    step = added_by[0] if added_by else hold.rpartition("-")[0]
    steps = {item.id: item for item in library.pinned(file, matter).steps}
    if step not in steps or steps[step].kind != "hold":
        raise UsageError(
            f"{matter.id} {hold}: no step of its playbook delivers the notice of this hold"
        )
    return step


def _require_person(library: Library, person: str) -> None:
    if person not in library.workspace.people:
        raise UsageError(f"got the person {shown(person)}; allowed: an id of people.yaml")


def _new_notices(
    file: MatterFile,
    library: Library,
    matter: Matter,
    order: Order,
    standing: Sequence[Hold],
    scope: Scope,
    version: int,
) -> dict[str, str]:
    """Render the new instruction to each steward, before the change is recorded."""
    told = said(order.id, scope.as_terms(version, library.workspace.now()), scope.text.strip())
    told |= {"about": order.about, "secret": order.silent}
    return {
        entry.custodian: steward_notice(
            library.workspace, file, matter, entry.custodian, told,
            [task for task in entry.tasks if not task.startswith(RESUME)],
        )
        for entry in standing
        if entry.role == STEWARD
    }  # fmt: skip
