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
from breachbook.deadlines.calendars import Calendars, CalendarText, Entry, Recurring
from breachbook.deadlines.checking import (
    options_of,
    own_faults,
    read_period,
    rule_faults,
    spans_of,
)
from breachbook.deadlines.compute import check_calendar
from breachbook.deadlines.law import Authority, Instead, Law, Rule, Trigger
from breachbook.deadlines.law_files import CalendarFile, ProcedureFile, RuleEntry, TriggersFile
from breachbook.deadlines.options import zone_of
from breachbook.deadlines.regimes import REGIMES
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
    for number, folder in enumerate(paths):
        reader.procedures_of(folder, is_own=number > 0)
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
        self._ours: frozenset[str] = frozenset()
        self._shipped: frozenset[str] = frozenset()
        self._folders: frozenset[str] = frozenset()
        self._placed: list[tuple[source.Source, tuple[str | int, ...], Rule]] = []
        self._named_rules: list[tuple[source.Source, tuple[str | int, ...], str]] = []

    def law(self) -> Law:
        for text, at, name in self._named_rules:
            if name not in self.rules:
                self._problem(text, at, name, "the id of a rule")
        calendars = Calendars(self.calendars.values())
        for text, at, rule in self._placed:
            self._check_calendar(text, (*at, "options", "calendar"), rule, calendars)
        if self.problems:
            raise ContentError(self.problems)
        dockets: dict[str, list[str]] = {}
        by_trigger: dict[str, list[str]] = {}
        for id, versions in self.rules.items():
            versions.sort(key=lambda rule: rule.in_force_from)
            dockets.setdefault(versions[-1].docket, []).append(id)
            by_trigger.setdefault(versions[-1].trigger, []).append(id)
        return Law(
            {id: tuple(versions) for id, versions in self.rules.items()},
            self.triggers,
            {name: tuple(ids) for name, ids in dockets.items()},
            {name: tuple(ids) for name, ids in by_trigger.items()},
            calendars,
        )

    def _check_calendar(
        self,
        text: source.Source,
        at: tuple[str | int, ...],
        rule: Rule,
        calendars: Calendars,
    ) -> None:
        regime = REGIMES.get(rule.regime or "")
        if regime is None or rule.options.calendar is None:
            return
        try:
            check_calendar(regime, rule.options, rule.direction, calendars)
        except DeadlineError as error:
            allowed = str(error).partition("allowed: ")[2]
            self._problem(text, at, rule.options.calendar, allowed)

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
                entry.id,
                entry.title,
                entry.holds,
                entry.zone,
                entry.proof,
                tuple(entry.performs),
                entry.ends,
            )
            self._named_rules += [
                (text, (*at, key), name)
                for key, names in (("performs", entry.performs), ("ends", [entry.ends]))
                for name in names
                if name is not None
            ]

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
            self.calendars[file.calendar] = _calendar(file, entries)

    def procedures_of(self, folder: Path, *, is_own: bool) -> None:
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
            if is_own and file.jurisdiction in self._folders:
                allowed = "a prefix of the organisation's own, such as its short name"
                next = "put the rules into law/<prefix>/ and begin their ids with it"
                self._problem(text, ("jurisdiction",), file.jurisdiction, allowed, next)
            for index, entry in enumerate(file.rules):
                self._rule(text, file, entry, ("rules", index), is_own=is_own)
        if not is_own:
            self._ours = frozenset(self.rules)
            self._shipped = frozenset(self._homes.values())
            self._folders = frozenset(path.parent.name for path in folder.glob("*/*.yaml"))

    def _rule(
        self,
        text: source.Source,
        file: ProcedureFile,
        entry: RuleEntry,
        at: tuple[str | int, ...],
        *,
        is_own: bool,
    ) -> None:
        for key, got, allowed, next in rule_faults(entry, self.triggers):
            self._problem(text, (*at, *key), got, allowed, next)
        owned = list(own_faults(entry, file.jurisdiction, self._ours if is_own else None))
        for key, got, allowed, next in owned:
            self._problem(text, (*at, *key), got, allowed, next)
        if owned and entry.id in self._ours:
            return
        if (
            entry.replaces
            and entry.id in self._ours
            and self._homes.get(entry.id) in self._shipped
        ):
            self._homes.pop(entry.id, None)
            self.rules.pop(entry.id, None)
        home = self._homes.setdefault(entry.id, text.file)
        if home != text.file:
            allowed = "an id that no other file defines"
            next = f"it stands in {home}; choose another id"
            self._problem(text, (*at, "id"), entry.id, allowed, next)
            return
        rule = _rule(text, file, entry, at)
        versions = self.rules.setdefault(entry.id, [])
        if any((rule.kind, rule.trigger) != (other.kind, other.trigger) for other in versions):
            allowed = "one kind and one trigger for every version of a rule"
            next = "give the new text an id of its own"
            self._problem(text, (*at, "trigger"), str(rule.trigger), allowed, next)
        if any(_overlap(rule, other) for other in versions):
            got = f"{rule.in_force_from} {f'to {rule.in_force_to}' if rule.in_force_to else 'and on'}"
            allowed = "days on which no other version of the rule is in force"
            self._problem(text, (*at, "in_force"), got, allowed)
        versions.append(rule)
        self._placed.append((text, at, rule))

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
        period=read_period(entry.period),
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
        when=entry.when or {},
        instead=tuple(
            Instead(other.when, period, other.regime)
            for other in entry.instead
            if (period := read_period(other.period)) is not None
        ),
        reminders=tuple(span for text_ in entry.reminders for span in spans_of(text_)),
        replaces=entry.replaces.authority if entry.replaces else None,
        blocks=tuple(entry.blocks),
        out_of_scope=entry.out_of_scope,
        note=entry.note,
    )


def _calendar(file: CalendarFile, entries: dict[date, Entry]) -> CalendarText:
    recurring = [
        Recurring(
            entry.written,
            entry.since,
            entry.open,
            entry.kept_on_weekday,
            entry.offices_only,
            entry.because,
        )
        for entry in file.recurring
    ]
    return CalendarText(
        id=file.calendar,
        title=file.title.get("en", file.calendar),
        base=file.base,
        known_from=file.known_from,
        known_until=file.known_until,
        of=file.calendar[:2],
        authority=f"{file.authority.title} {file.authority.locator}",
        checked_on=file.checked_on,
        status=file.status,
        categories=tuple(file.categories),
        subdivisions_known_until=file.subdivisions_known_until,
        needs_subdivision=file.needs_subdivision,
        unions={name: tuple(members) for name, members in file.unions.items()},
        is_friday_disputed=file.friday_for_saturday_disputed,
        recurring=tuple(recurring),
        entries=entries,
        note=file.note,
    )


def _overlap(one: Rule, other: Rule) -> bool:
    early, late = sorted((one, other), key=lambda rule: rule.in_force_from)
    return early.in_force_to is None or late.in_force_from <= early.in_force_to
