"""A workspace: the folder a company keeps its people, secrets, agreements and matters in."""

import json
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from breachbook import source
from breachbook.build import build_sha256
from breachbook.errors import ContentError, Problem, UsageError
from breachbook.journal import Clock
from breachbook.kept import Kept
from breachbook.layout import MARK, MATTER_ID, READ_ONLY, matter_ids
from breachbook.matter_file import MatterFile
from breachbook.people import People, PeopleFile, check_unique, unknown_managers
from breachbook.workspace_files import (
    AccountsFile,
    AgreementsFile,
    Config,
    PartiesFile,
    SourcesFile,
    TradeSecretsFile,
)  # fmt: skip

ROWS: Mapping[str, type[BaseModel]] = {
    "trade_secrets": TradeSecretsFile,
    "agreements": AgreementsFile,
    "parties": PartiesFile,
    "accounts": AccountsFile,
    "sources": SourcesFile,
}


class Workspace:
    """One workspace folder, its files read strictly and at most once.

    Args:
        root: The folder that holds breachbook.toml.
        clock: Gives the present; tests pass their own.

    Raises:
        UsageError: There is no workspace at ``root``.
    """

    def __init__(self, root: Path, clock: Clock | None = None) -> None:
        from breachbook.clock import now

        self.root = root.resolve()
        if not (self.root / MARK).is_file():
            raise UsageError(
                f"{root}: got no workspace here ({MARK} is missing); allowed: a folder made by `breachbook init`;"
                " pass --workspace or set BREACHBOOK_WORKSPACE"
            )
        self.clock: Clock = clock or now
        self.kept = Kept()

    def now(self) -> datetime:
        """Give the present instant, aware, in UTC."""
        return self.clock()[0].astimezone(UTC)

    @property
    def run(self) -> Path:
        """Give the folder of sockets, locks, ports and secrets of the running processes."""
        folder = self.root / "run"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    @property
    def config(self) -> Config:
        """Give breachbook.toml, as it stands now."""
        return self.kept.get("config", [self.root / MARK], self._config)

    def _config(self) -> Config:
        path = self.root / MARK
        try:
            data = tomllib.loads(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise ContentError([Problem(MARK, None, "", str(error), "valid TOML")]) from error
        return source.validate(source.Source(MARK, data), Config)

    @property
    def example(self) -> bool:
        """Say whether this is an example: everything watermarked, nothing outward beyond this machine."""
        return self.config.kind == "example"

    @property
    def people(self) -> People:
        """Give people.yaml, as it stands now."""
        return self.kept.get("people", [self.root / "people.yaml"], self._people)

    def _people(self) -> People:
        read = source.read(self.root / "people.yaml", "people.yaml")
        file = source.validate(read, PeopleFile)
        twice = check_unique(read, file)
        if twice:
            raise ContentError(
                [read.problem(path, mark, "each id and identity once") for path, mark in twice]
            )
        if strangers := unknown_managers(file):
            raise ContentError(
                [read.problem(path, who, "the id of another row") for path, who in strangers]
            )
        return People({person.id: person for person in file.people})

    def rows(self, name: str) -> dict[str, dict[str, Any]]:
        """Give one of the row files (trade_secrets, agreements, parties, accounts, sources) by id.

        As it stands now: a change in it voids what was approved on it.
        """
        path = self.root / f"{name}.yaml"
        return self.kept.get(name, [path], lambda: self._rows(path, name))

    def _rows(self, path: Path, name: str) -> dict[str, dict[str, Any]]:
        if not path.exists():
            return {}
        read = source.read(path, path.name)
        file = source.validate(read, ROWS[name])
        found: dict[str, dict[str, Any]] = {}
        problems = []
        for index, row in enumerate(getattr(file, name)):
            if row.id in found:
                problems.append(read.problem((name, index, "id"), row.id, "each id once"))
            found[row.id] = row.model_dump(mode="json")
        if problems:
            raise ContentError(problems)
        return found

    @property
    def matters_folder(self) -> Path:
        """Give the folder that holds one folder per matter."""
        return self.root / "matters"

    def matter_ids(self) -> list[str]:
        """List every matter, oldest first."""
        return matter_ids(self.root)

    def matter(self, matter: str) -> MatterFile:
        """Open one matter's folder; nothing is read before it is asked for.

        Raises:
            UsageError: There is no such matter.
        """
        folder = self.matters_folder / matter
        if not MATTER_ID.fullmatch(matter) or not (folder / "journal.jsonl").is_file():
            raise UsageError(
                f"got the matter {source.shown(matter)}; allowed: one of `breachbook matters`"
            )
        return MatterFile(
            folder, self.clock, software(),
            lambda: self.known_seq(matter), lambda: self.refusal(matter),
        )  # fmt: skip

    def refusal(self, matter: str) -> str | None:
        """Say why nothing may be recorded in a matter, as the last look at its anchors found; None if it may."""
        try:
            return (self.root / "run" / matter / READ_ONLY).read_text("utf-8")
        except OSError:
            return None

    def known_seq(self, matter: str) -> int:
        """Give the highest journal line the register saw of a matter, 0 if none."""
        try:
            table = json.loads((self.root / "register.json").read_text("utf-8"))["matters"]
            return max(
                (int(row["seq"]) for row in table.values() if row["matter"] == matter), default=0
            )
        except (OSError, ValueError, KeyError, TypeError):
            return 0


def software() -> dict[str, str]:
    """Name what writes a line: program, version and build."""
    from breachbook import __version__

    return {"name": "breachbook", "version": __version__, "build": build_sha256()[:16]}
