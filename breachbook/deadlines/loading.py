"""Reading law: triggers, court calendars and one file per procedure, every problem at once.

A folder of law holds ``triggers.yaml``, ``calendars/<country>.yaml`` and
``<jurisdiction>/<procedure>.yaml``. A later folder adds to the earlier ones and redefines nothing.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from breachbook import source
from breachbook.canonical import canonical, sha256
from breachbook.deadlines.calendars import Calendars, CalendarText, Entry
from breachbook.deadlines.checking import options_of, period_of, rule_faults
from breachbook.deadlines.law import Authority, Law, Rule, Trigger
from breachbook.deadlines.law_files import CalendarFile, ProcedureFile, RuleEntry, TriggersFile
from breachbook.deadlines.options import zone_of
from breachbook.errors import ContentError, DeadlineError, Problem

M = TypeVar("M", bound=BaseModel)


def load_law(paths: Sequence[Path]) -> Law:
    """Read folders of law.

    Raises:
        ContentError: With every problem of every file.
    """
    reader = _Reader()
    for folder in paths:
        reader.triggers_of(folder)
        reader.calendars_of(folder / "calendars")
    for folder in paths:
        reader.procedures_of(folder)
    return reader.law()


def load_calendars(folder: Path) -> tuple[CalendarText, ...]:
    """Read the court calendars of one folder.

    Raises:
        ContentError: With every problem of every file.
    """
    reader = _Reader()
    reader.calendars_of(folder)
    if reader.problems:
        raise ContentError(reader.problems)
    return tuple(reader.calendars.values())


class _Reader:
    """What has been read so far, and every problem met on the way."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.triggers: dict[str, Trigger] = {}
        self.calendars: dict[str, CalendarText] = {}
        self.rules: dict[str, list[Rule]] = {}
        self._homes: dict[str, str] = {}

    def law(self) -> Law:
        if self.problems:
            raise ContentError(self.problems)
        dockets: dict[str, list[str]] = {}
        for id, versions in self.rules.items():
            versions.sort(key=lambda rule: rule.in_force_from)
            dockets.setdefault(versions[-1].docket, []).append(id)
        return Law(
            {id: tuple(versions) for id, versions in self.rules.items()},
            self.triggers,
            {name: tuple(ids) for name, ids in dockets.items()},
            Calendars(self.calendars.values()),
        )

    def triggers_of(self, folder: Path) -> None:
        path = folder / "triggers.yaml"
        read = self._read(path, TriggersFile) if path.exists() else None
        if read is None:
            return
        text, file = read
        for index, entry in enumerate(file.triggers):
            at = ("triggers", index)
            if entry.id in self.triggers:
                self._problem(
                    text, (*at, "id"), entry.id, "each trigger once, in all files together"
                )
            if entry.zone not in ("court", "event"):
                self._check_zone(text, (*at, "zone"), entry.zone)
            self.triggers[entry.id] = Trigger(
                entry.id, entry.title, entry.holds, entry.zone, entry.proof
            )

    def calendars_of(self, folder: Path) -> None:
        for path in sorted(folder.glob("*.yaml")):
            read = self._read(path, CalendarFile)
            if read is None:
                continue
            text, file = read
            if file.calendar in self.calendars:
                self._problem(
                    text, ("calendar",), file.calendar, "each calendar once, in all files together"
                )
            entries: dict[date, Entry] = {}
            for index, item in enumerate(file.entries):
                if item.day in entries:
                    self._problem(text, ("entries", index, "day"), str(item.day), "each day once")
                entries[item.day] = Entry(item.day, item.open, item.disputed, item.because)
            self.calendars[file.calendar] = CalendarText(
                file.calendar,
                file.title.get("en", file.calendar),
                file.base,
                file.known_from,
                file.known_until,
                file.subdivisions_known_until,
                file.friday_for_saturday_disputed,
                entries,
            )

    def procedures_of(self, folder: Path) -> None:
        for path in sorted(folder.glob("*/*.yaml")):
            if path.parent.name == "calendars":
                continue
            read = self._read(path, ProcedureFile)
            if read is None:
                continue
            text, file = read
            if file.jurisdiction != path.parent.name:
                self._problem(
                    text,
                    ("jurisdiction",),
                    file.jurisdiction,
                    f"the folder's name, {path.parent.name}",
                )
            if file.procedure != path.stem:
                self._problem(
                    text, ("procedure",), file.procedure, f"the file's name, {path.stem}"
                )
            for index, entry in enumerate(file.rules):
                self._rule(text, file, entry, ("rules", index))

    def _rule(
        self, text: source.Source, file: ProcedureFile, entry: RuleEntry, at: tuple[str | int, ...]
    ) -> None:
        for key, got, allowed, next in rule_faults(entry, file.jurisdiction, self.triggers):
            self._problem(text, (*at, *key), got, allowed, next)
        home = self._homes.setdefault(entry.id, text.file)
        if home != text.file:
            allowed = "an id that no other file defines"
            next = f"it stands in {home}; choose another id"
            self._problem(text, (*at, "id"), entry.id, allowed, next)
        rule = _rule(text, file, entry, at)
        versions = self.rules.setdefault(entry.id, [])
        if any((rule.kind, rule.trigger) != (other.kind, other.trigger) for other in versions):
            allowed = "one kind and one trigger for every version of a rule"
            next = "give the new text an id of its own"
            self._problem(text, (*at, "trigger"), str(rule.trigger), allowed, next)
        if any(_overlap(rule, other) for other in versions):
            got = f"{rule.in_force_from} to {rule.in_force_to}"
            allowed = "days on which no other version of the rule is in force"
            self._problem(text, (*at, "in_force"), got, allowed)
        versions.append(rule)

    def _check_zone(self, text: source.Source, at: tuple[str | int, ...], zone: str) -> None:
        try:
            zone_of(zone)
        except DeadlineError:
            self._problem(text, at, zone, "court, event, or an IANA name such as Asia/Shanghai")

    def _read(self, path: Path, model: type[M]) -> tuple[source.Source, M] | None:
        try:
            text = source.read(path)
            return text, source.validate(text, model)
        except ContentError as error:
            self.problems.extend(error.problems)
            return None

    def _problem(
        self, text: source.Source, at: Sequence[str | int], got: str, allowed: str, next: str = ""
    ) -> None:
        self.problems.append(text.problem(at, got, allowed, next))


def _rule(
    text: source.Source, file: ProcedureFile, entry: RuleEntry, at: tuple[str | int, ...]
) -> Rule:
    written = canonical(text.data[at[0]][at[1]])
    authority = entry.authority
    return Rule(
        id=entry.id,
        kind=entry.kind,
        title=entry.title,
        trigger=entry.trigger,
        period=period_of(entry),
        direction=entry.direction or "after",
        regime=entry.regime,
        who=entry.who,
        consequence=entry.consequence,
        authority=Authority(authority.title, authority.locator, authority.says),
        status=entry.status,
        confidence=entry.confidence,
        checked_on=entry.checked_on,
        in_force_from=entry.in_force.start,
        in_force_to=entry.in_force.end,
        jurisdiction=file.jurisdiction,
        procedure=file.procedure,
        docket=file.docket,
        written=written,
        digest=sha256(written),
        options=options_of(entry),
        blocks=tuple(entry.blocks),
        out_of_scope=entry.out_of_scope,
        note=entry.note,
    )


def _overlap(one: Rule, other: Rule) -> bool:
    early, late = sorted((one, other), key=lambda rule: rule.in_force_from)
    return early.in_force_to is None or late.in_force_from <= early.in_force_to
