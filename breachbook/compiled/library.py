"""What is compiled from some folders of law: the court calendars alone, or the whole."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path

import breachbook
from breachbook.compiled.calendars import KeptCalendars, calendar_lines, read_calendars
from breachbook.compiled.kept import Kept
from breachbook.compiled.rules import law_lines, read_law
from breachbook.deadlines.calendars import CalendarText
from breachbook.deadlines.law import Law

_PACKAGE = Path(breachbook.__file__).parent
_CODE = ("deadlines", "deadlines/regimes", "compiled")
_PACKAGES = ("holidays", "chinese_calendar")
_YEARS = range(-1, 5)  # from the year a calendar was last checked in: read at once


class Compiled:
    """The law of some folders, read from what was kept of them, else from their files.

    Args:
        folders: As `load_law` takes them: ours, then those that add to it.
        environment: Where the user's cache is: XDG_CACHE_HOME, else HOME.
    """

    def __init__(self, folders: Sequence[Path], environment: Mapping[str, str]) -> None:
        self._folders = folders
        self._kept = Kept(environment)
        self._calendars_key = ""

    @cached_property
    def calendars(self) -> KeptCalendars:
        """Give the court calendars, with the years that were read of them before.

        Raises:
            ContentError: With every problem of their files.
        """
        self._calendars_key = key = self._key("calendars/*.yaml")
        if lines := self._kept.read("calendars", key):
            return read_calendars(lines)
        lines = calendar_lines(_warm(self._texts()))
        if key == self._key("calendars/*.yaml"):
            self._kept.write("calendars", key, lines)
        return read_calendars(lines)

    @cached_property
    def law(self) -> Law:
        """Give all of it; a rule is built when it is first asked for.

        Raises:
            ContentError: With every problem of every file.
        """
        key = self._key("*.yaml", "*/*.yaml")
        if lines := self._kept.read("law", key):
            return read_law(lines, self.calendars)
        law = self._loaded()
        # What changed while it was read is not kept: it may not be what the key names.
        if (lines := law_lines(law)) and key == self._key("*.yaml", "*/*.yaml"):
            self._kept.write("law", key, lines)
        return replace(law, calendars=self.calendars)

    def keep(self) -> None:
        """Put aside the years of calendars that were read beyond those kept."""
        if self.calendars.has_read_more():
            self._kept.write("calendars", self._calendars_key, calendar_lines(self.calendars))

    def _loaded(self) -> Law:
        from breachbook.deadlines.loading import load_law

        return load_law(self._folders)

    def _texts(self) -> Mapping[str, CalendarText]:
        from breachbook.deadlines.loading import load_calendars

        texts = [text for f in self._folders for text in load_calendars(f / "calendars")]
        by_id = {text.id: text for text in texts}
        # A calendar that two folders define is a fault that the reading of the whole law names.
        return by_id if len(by_id) == len(texts) else self._loaded().calendars.texts

    def _key(self, *patterns: str) -> str:
        """Hash what the law is made from: its files and our code by content, packages by their marks."""
        whole = hashlib.sha256()
        for number, folder in enumerate(self._folders):
            for path in _files(folder, patterns):
                whole.update(f"{number} {path.relative_to(folder)}\0".encode())
                whole.update(hashlib.sha256(path.read_bytes()).digest())
        whole.update(_marks().encode())
        return whole.hexdigest()[:32]


def _files(folder: Path, patterns: Iterable[str]) -> list[Path]:
    return sorted(path for pattern in patterns for path in folder.glob(pattern))


@cache
def _marks() -> str:
    """Mark the code that reads the law: ours, and the packages of holidays."""
    paths = _files(_PACKAGE, [f"{part}/*.py" for part in _CODE])
    found = [find_spec(name) for name in _PACKAGES]
    paths += [Path(spec.origin) for spec in found if spec and spec.origin]
    statuses = [path.stat() for path in paths]
    marks = [f"{status.st_size} {status.st_mtime_ns} {status.st_ino}" for status in statuses]
    return "\n".join([breachbook.__version__, *marks])


def _warm(texts: Mapping[str, CalendarText]) -> KeptCalendars:
    """Read the years around the day each calendar was last checked, which most counts ask for."""
    calendars = KeptCalendars(texts)
    for text in texts.values():
        if not text.needs_subdivision:
            view = calendars.view((text.id,))
            for year in _YEARS:
                view.is_closed(date(text.checked_on.year + year, 1, 1))
    return calendars
