"""Reading law: triggers, court calendars and one file per procedure, every problem at once.

A folder of law holds ``triggers.yaml``, ``calendars/<country>.yaml`` and
``<jurisdiction>/<procedure>.yaml``. A later folder adds to the earlier ones and redefines nothing.
"""

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from breachbook import source
from breachbook.canonical import digest
from breachbook.deadlines.calendars import Calendars, CalendarText, Entry
from breachbook.deadlines.compute import check_options, check_period
from breachbook.deadlines.law import Authority, Law, Rule, Trigger
from breachbook.deadlines.law_files import CalendarFile, ProcedureFile, RuleEntry, TriggersFile
from breachbook.deadlines.options import Options, parse_options, zone_of
from breachbook.deadlines.period import Period, parse_period
from breachbook.deadlines.regimes import REGIMES
from breachbook.errors import ContentError, DeadlineError, Problem

M = TypeVar("M", bound=BaseModel)

_COUNTED = ("period", "direction", "regime")


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
        if not entry.id.startswith(f"{file.jurisdiction}-"):
            self._problem(
                text, (*at, "id"), entry.id, f"an id that begins with {file.jurisdiction}-"
            )
        if self._homes.setdefault(entry.id, text.file) != text.file:
            self._problem(
                text,
                (*at, "id"),
                entry.id,
                "an id that no other file defines",
                f"it stands in {self._homes[entry.id]}; choose another id",
            )
        if entry.trigger is not None and entry.trigger not in self.triggers:
            self._problem(
                text,
                (*at, "trigger"),
                entry.trigger,
                "a trigger of triggers.yaml",
                "declare it there",
            )
        if entry.status == "unverified" and entry.confidence is None:
            self._problem(
                text, (*at, "confidence"), "nothing", "high, medium or low for an unverified rule"
            )
        period, options = self._counted(text, entry, at)
        rule = _rule(text, file, entry, at, period, options)
        versions = self.rules.setdefault(entry.id, [])
        if versions and (rule.kind, rule.trigger) != (versions[0].kind, versions[0].trigger):
            self._problem(
                text,
                (*at, "trigger"),
                f"{rule.kind} {rule.trigger}",
                "one kind and one trigger for every version of a rule",
                "give the new text an id of its own",
            )
        for other in versions:
            if _overlap(rule, other):
                self._problem(
                    text,
                    (*at, "in_force"),
                    f"{rule.in_force_from} to {rule.in_force_to}",
                    "days on which no other version of the rule is in force",
                )
        versions.append(rule)

    def _counted(
        self, text: source.Source, entry: RuleEntry, at: tuple[str | int, ...]
    ) -> tuple[Period | None, Options]:
        given = [name for name in _COUNTED if getattr(entry, name) is not None]
        if entry.kind == "gate":
            for name in [*given, *(["options"] if entry.options else [])]:
                self._problem(text, (*at, name), name, "no such key for a gate, which has no date")
            if not entry.blocks:
                self._problem(
                    text, (*at, "blocks"), "nothing", "export, serve or collect for a gate"
                )
            return None, Options()
        missing = [name for name in ("trigger", *_COUNTED) if getattr(entry, name) is None]
        for name in missing:
            self._problem(text, (*at, name), "nothing", "this key is required for a deadline")
        if entry.blocks:
            self._problem(text, (*at, "blocks"), "blocks", "no such key for a deadline")
        return self._period(text, entry, at), self._options(text, entry, at)

    def _period(
        self, text: source.Source, entry: RuleEntry, at: tuple[str | int, ...]
    ) -> Period | None:
        if entry.period is None:
            return None
        try:
            period = parse_period(entry.period)
        except DeadlineError as error:
            self._problem(text, (*at, "period"), entry.period, str(error))
            return None
        # Peers ship clocks whose stored number is not the one they cite; here both must be the
        # same.
        for span in period.spans:
            if not re.search(rf"(?<![0-9]){span.number}(?![0-9])", entry.authority.says):
                self._problem(
                    text,
                    (*at, "authority", "says"),
                    entry.authority.says,
                    f"words that give the number of the period, {span.number}, in digits",
                )
        regime = REGIMES.get(entry.regime or "")
        if entry.regime is not None and regime is None:
            self._problem(text, (*at, "regime"), entry.regime, f"one of {', '.join(REGIMES)}")
        if regime is not None:
            try:
                check_period(regime, period)
            except DeadlineError as error:
                self._problem(text, (*at, "period"), entry.period, str(error))
            if entry.direction is not None and entry.direction not in regime.directions:
                self._problem(
                    text, (*at, "direction"), entry.direction, ", ".join(sorted(regime.directions))
                )
        trigger = self.triggers.get(entry.trigger or "")
        if (
            trigger
            and trigger.holds == "date"
            and any(span.unit == "hours" for span in period.spans)
        ):
            self._problem(
                text, (*at, "trigger"), trigger.id, "a trigger that holds an instant, for hours"
            )
        return period

    def _options(
        self, text: source.Source, entry: RuleEntry, at: tuple[str | int, ...]
    ) -> Options:
        try:
            options = parse_options(entry.options)
            if (regime := REGIMES.get(entry.regime or "")) is not None:
                check_options(regime, options)
        except DeadlineError as error:
            self._problem(text, (*at, "options"), ", ".join(entry.options), str(error))
            return Options()
        return options

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
    text: source.Source,
    file: ProcedureFile,
    entry: RuleEntry,
    at: tuple[str | int, ...],
    period: Period | None,
    options: Options,
) -> Rule:
    written = text.data[at[0]][at[1]]
    authority = entry.authority
    return Rule(
        id=entry.id,
        kind=entry.kind,
        title=entry.title,
        trigger=entry.trigger,
        period=period,
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
        digest=digest(written),
        options=options,
        blocks=tuple(entry.blocks),
        out_of_scope=entry.out_of_scope,
        note=entry.note,
    )


def _overlap(one: Rule, other: Rule) -> bool:
    early, late = sorted((one, other), key=lambda rule: rule.in_force_from)
    return early.in_force_to is None or late.in_force_from <= early.in_force_to
