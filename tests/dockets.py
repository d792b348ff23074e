"""A small matter on disk with deadlines of a small law, counted and marked as the engine does."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from breachbook import content, facts
from breachbook import deadline_records as records
from breachbook.acts import counting
from breachbook.agenda import Count, Mark, Reference
from breachbook.deadlines import Law, load_law
from breachbook.deadlines.compute import shipped_calendars
from breachbook.events import Actor, Draft, Event
from breachbook.library import Library
from breachbook.matter import Matter
from breachbook.matter_file import MatterFile
from breachbook.tracking import track
from breachbook.workspace import Workspace
from tests.builders import SOFTWARE, StandingClock, act, journal, opened

GOLDEN = Path(__file__).parent / "golden" / "docket"
MATTER = "LEAK-2026-0001"
CLERK = Actor("joan-petrov", "example")
COUNSEL = Actor("helen-marsh", "example")
GENERAL = Actor("david-okafor", "example")
ROLES = {
    "joan-petrov": ["docketing-clerk"],
    "helen-marsh": ["ip-counsel"],
    "david-okafor": ["general-counsel"],
}


@cache
def small_law() -> Law:
    """Read the small law, with the calendars we ship."""
    return replace(load_law([GOLDEN / "ours", GOLDEN / "law"]), calendars=shipped_calendars())


class Docketed:
    """A workspace of the example's people, and one matter whose docket ``ex`` is open."""

    def __init__(self, root: Path, title: str = "Wheels at a competitor") -> None:
        shipped = content.find("examples", "railway-wheels")
        root.mkdir(parents=True)
        root.chmod(0o700)
        for name in ("breachbook.toml", "people.yaml"):
            shutil.copy(shipped / name, root / name)
        shutil.copytree(GOLDEN / "law", root / "law")
        self.clock = StandingClock()
        self.workspace = Workspace(root, self.clock)
        self.library = Library(self.workspace)
        vars(self.library)["law"] = small_law()
        (root / "matters" / MATTER).mkdir(parents=True)
        self.file = MatterFile(root / "matters" / MATTER, self.clock, SOFTWARE)
        report = {"title": title, "summary": ""}
        self.file.transact(lambda _: [opened(report=self.file.values.commit(report))])
        for person, roles in ROLES.items():
            self.do("people.added", person=person, roles=roles)
        adopted = act("dockets", "adopt") | {"outcome": "adopted", "dockets": ["ex"]}
        self.do("step.finished", **adopted)

    @property
    def matter(self) -> Matter:
        """Fold the journal."""
        return self.file.refresh()

    @property
    def reference(self) -> Reference:
        """Give what reminders rest on."""
        return Reference(self.workspace.people, self.library.law)

    def events(self) -> Sequence[Event]:
        """Read the whole journal."""
        return journal(self.file.folder).read()

    def do(self, kind: str, actor: Actor = CLERK, **data: Any) -> None:
        """Append one event."""
        self.file.transact(lambda _: [Draft(kind, data, actor)])

    def fact(self, kind: str, when: str, about: str = "case-1", **more: Any) -> str:
        """Record a fact, and count what follows from it; give its id."""
        (event,) = facts.record_fact(self.file, self.library, CLERK, kind, when, about, **more)
        self.track()
        return str(event.data["fact"])

    def track(self) -> None:
        """Count, recount and mark until nothing is left to record."""
        while items := list(track(self.matter, self.library.law, self.clock.now)):
            self.file.transact(lambda matter, items=items: self._drafts(matter, items))  # type: ignore[misc]

    def _drafts(self, matter: Matter, items: Sequence[Count | Mark]) -> list[Draft]:
        return [
            draft
            for item in items
            for draft in (
                counting.count_drafts(self.file, matter, item)
                if isinstance(item, Count)
                else [counting.mark_draft(item)]
            )
        ]

    def clear(self, gate: str, authority: str, scope: str, until: str) -> None:
        """Clear a gate as counsel."""
        commit = self.file.values.commit
        rule = small_law().rules[gate][-1].digest
        self.file.transact(
            lambda _: [
                Draft(
                    "gate.cleared",
                    {
                        "gate": gate, "rule_sha256": rule, "authority": commit(authority),
                        "scope": commit(scope), "until": until,
                    },
                    COUNSEL,
                )
            ]
        )  # fmt: skip

    def sent(self, key: str, what: str = "deadline-reminder") -> None:
        """Queue a message and send it, as the engine does with Slack."""
        about = key.split("/")[1]
        self.queued(key, what)
        ts = f"17950000{len(self.matter.messages):02}.000100"
        self.do("message.sent", message=key, what=what, about=about, channel="C1", ts=ts)

    def queued(self, key: str, what: str = "deadline-reminder") -> None:
        """Queue a message that is not sent."""
        self.do("message.queued", message=key, what=what, about=key.split("/")[1])


def played(root: Path, title: str = "Wheels at a competitor") -> Docketed:
    """Play a week of a small matter in which every sort of thing happens to a deadline."""
    world = Docketed(root, title)
    receipt = root / "receipt.txt"
    receipt.write_text("signed for\n")
    world.fact("ex-infringer-known", "2026-11-16", "supplier")
    served = world.fact("ex-summons-served", "2026-11-16", options={"forum": "itc"})
    world.fact("ex-incident-known", "2026-11-16T09:40:00-06:00", "incident")
    world.fact("ex-ruling-received", "2026-11-16", "supplier", proof=receipt)
    world.clock.pass_time(hours=20)
    records.ask_waiver(world.file, COUNSEL, "ex-report@F3", "nothing personal in it")
    records.waive(world.file, GENERAL, "ex-report@F3", "agreed")
    told = {"forum": "itc", "service": "mail"}
    world.fact(
        "ex-summons-served", "2026-11-13", correct=served, reason="misread", options=told,
        proof=receipt,
    )  # fmt: skip
    records.assign(world.file, COUNSEL, "ex-response@F5", "helen-marsh")
    world.clear("ex-gate-export", "permit 7 | of the office", "exhibit E1", "2099-12-31")
    world.clock.pass_time(hours=1)
    world.sent("deadline/ex-reconsider@F4/2026-11-20/3d")
    world.clock.now = datetime(2026, 11, 21, 14, 30, tzinfo=UTC)
    world.sent("deadline/ex-reconsider@F4/2026-11-20/overdue", "deadline-escalation")
    world.fact("ex-answer-filed", "2026-11-20", proof=receipt)
    return world
