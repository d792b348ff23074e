"""Whose hand is on an exhibit, in which matter, and whether the exhibit was whole at that moment."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from breachbook import layout
from breachbook.canonical import sha256
from breachbook.errors import VerificationError
from breachbook.events import Actor, Draft, Event
from breachbook.exhibit_book import Exhibit
from breachbook.library import Library
from breachbook.matter import Matter
from breachbook.matter_file import MatterFile


@dataclass(frozen=True, slots=True)
class Checked:
    """What verifying an exhibit at one moment gave.

    Attributes:
        seal_sha256: SHA-256 of its seal file as it was found, or None where there was none.
        is_sound: Whether no layer of it was invalid.
        findings: What was found wrong, a line each.
    """

    seal_sha256: str | None
    is_sound: bool
    findings: tuple[str, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """Give the mapping that an event keeps."""
        return {"seal_sha256": self.seal_sha256, "sound": self.is_sound}


@dataclass(frozen=True, slots=True)
class Hand:
    """A person who handles the exhibits of one matter.

    Attributes:
        library: What the matter rests on: people, parties, law.
        file: The matter's folder.
        actor: Who records, and how they were identified.
    """

    library: Library
    file: MatterFile
    actor: Actor

    @property
    def today(self) -> date:
        """Give the day on which gates of law are judged."""
        return self.library.workspace.now().date()

    def verify(self, exhibit: Exhibit, bag: Path | None = None) -> Checked:
        """Verify an exhibit, or a copy of it, against its seal and the journal.

        Args:
            exhibit: As the journal has it.
            bag: Folder of the copy; the exhibit in the matter's folder without it.
        """
        from breachbook.seal import known_key, seal_path, verify

        path = bag or self.file.exhibits / exhibit.id
        key = known_key(self.library.workspace.root / layout.SEAL_KEY)
        try:
            report = verify(
                path,
                public_keys=[key] if key else [],
                expected_seal_sha256=exhibit.seal_sha256,
            )
        except VerificationError as error:
            return Checked(None, False, (str(error),))
        seal = seal_path(path)
        digest = sha256(seal.read_bytes()) if seal.is_file() else None
        wrong = [one for one in report.layers if one.status == "invalid"]
        findings = [str(one) for one in report.findings] or [one.reason for one in wrong]
        return Checked(digest, report.is_sound, tuple(findings))

    def record(self, judge: Callable[[Matter], Iterable[Draft]]) -> list[Event]:
        """Append what the newest state of the matter allows."""
        return self.file.transact(judge)

    def entry(
        self, matter: Matter, exhibit: str, act: str, data: Mapping[str, Any], after: int = 0
    ) -> Draft:
        """Write one entry of the chain of custody; what is None or empty is left out.

        Args:
            after: Number of entries that are appended before it in the same breath.
        """
        number = int(matter.number("C")[1:]) + after
        kept = {key: value for key, value in data.items() if value not in (None, "")}
        head = {"entry": f"C{number}", "exhibit": exhibit, "act": act}
        return Draft("custody.entered", head | kept, self.actor)

    def words(self, text: str | None) -> dict[str, str] | None:
        """Keep free text beside the journal and give the commitment to it."""
        return self.file.values.commit(text) if text else None
