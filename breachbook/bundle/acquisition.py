"""How an exhibit was acquired and later verified, as its own record and the journal say."""

import json
from dataclasses import dataclass
from typing import Any

from breachbook.bundle.material import Material
from breachbook.errors import VerificationError
from breachbook.events import stamp
from breachbook.exhibit_book import Custody, Exhibit
from breachbook.seal import seal_path
from breachbook.seal.bag import RECORD

_VERIFIED = "verified"


@dataclass(frozen=True, slots=True)
class Acquisition:
    """One exhibit's acquisition, and the newest time it was found unchanged.

    Attributes:
        record: What the collector wrote into the bag: matter, source, operator, authority ...
        environment: Host, system and version of Python.
        started_at: RFC 3339 in UTC.
        tool_build: Digest over the code of the program.
        source: The title of what it was copied from, as the collector had it.
        unpreserved: Number of entries of the source that could not be preserved.
        sizes: Bytes of ``seal``, ``manifest`` and ``tagmanifest``.
        verified: Newest entry of the journal that found it whole, or None.
    """

    exhibit: Exhibit
    record: dict[str, Any]
    environment: dict[str, Any]
    started_at: str
    finished_at: str
    algorithm: str
    tool: str
    tool_version: str
    tool_build: str
    source: str
    unpreserved: int
    sizes: dict[str, int]
    verified: Custody | None

    @property
    def operator(self) -> str:
        """Give the person who had it acquired, or the program that did it by itself."""
        return str(self.record.get("operator") or self.exhibit.operator or "breachbook")

    @property
    def verified_at(self) -> str:
        """Give when it was last found whole, or nothing."""
        return stamp(self.verified.at) if self.verified else ""


def acquisition(material: Material, exhibit: Exhibit) -> Acquisition:
    """Read how an exhibit was acquired.

    Raises:
        VerificationError: Its record cannot be read.
    """
    bag = material.bag(exhibit.id)
    try:
        told = json.loads((bag / RECORD).read_bytes())
        algorithm = str(told["algorithm"])
        tool = told["tool"]
        sizes = {
            "seal": seal_path(bag).stat().st_size,
            "manifest": (bag / f"manifest-{algorithm}.txt").stat().st_size,
            "tagmanifest": (bag / f"tagmanifest-{algorithm}.txt").stat().st_size,
        }
        return Acquisition(
            exhibit, dict(told["record"]), dict(told["environment"]), told["started_at"],
            told["finished_at"], algorithm, tool["name"], tool["version"], tool["build_sha256"],
            str(told["record"].get("title", "")), int(told["counts"]["not_preserved"]), sizes,
            _verified(material, exhibit),
        )  # fmt: skip
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise VerificationError(f"{exhibit.id}: its record cannot be read: {error}") from error


def _verified(material: Material, exhibit: Exhibit) -> Custody | None:
    found = [
        entry
        for entry in material.matter.evidence.custody_of(exhibit.id)
        if entry.act == _VERIFIED and dict(entry.data.get("after") or {}).get("sound")
    ]
    return found[-1] if found else None
