"""What preserving and checking an exhibit can find: a closed list, and the shapes it comes in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Status = Literal["valid", "invalid", "not-checked"]

# While preserving: none of it stops the work, all of it goes into the exhibit's own record.
ACQUISITION: Mapping[str, str] = {
    "vanished": "was listed and was gone when it was to be read",
    "unreadable": "could not be read; only its metadata is preserved",
    "empty": "holds no file; a disk that is not mounted looks the same",
    "changed-while-read": "changed at the source while it was read; what was read is preserved",
    "link-not-followed": "is a symbolic link; the name of its target is kept, its target is not",
    "special-not-read": "is a pipe, socket or device; it is recorded and was not opened",
    "name-escaped": "is stored under an escaped name; the true name is in the record",
    "name-shortened": "has a path too long for other tools and is stored under a digest of it",
    "name-collision": "differs from another name only in case or in Unicode form",
    "not-listed": "could not be listed in full; it is preserved as it is",
    "bomb": "would unpack to absurdly much; it is preserved as it is, packed",
    "unsafe-member": "would unpack outside of its folder or to a device; it is preserved packed",
    "encrypted-member": "is encrypted; what it holds could not be looked at",
    "duplicate-member": "stands in the archive more than once under one name",
    "cut-short": "is not whole; it ends where the limit, or the other side, ended it",
    "no-answer": "gave no answer that could be kept",
    "certificate-untrusted": "came from a server whose certificates lead to no trusted root",
    "not-pictured": "could not be pictured as a browser shows it",
    "program-failed": "is what a program gave that then reported a fault",
}

# While verifying: every one of them makes its layer invalid.
VERIFICATION: Mapping[str, str] = {
    "missing": "is listed and not there",
    "changed": "differs from its recorded digest",
    "extra": "is there and not listed",
    "malformed": "cannot be read as what it should be",
    "unsafe-path": "names a place outside the bag",
    "disagrees": "states something else than the rest of the exhibit",
    "time-changed": "has another modification time than was recorded",
    "mode-changed": "can be written to or run, which a sealed file cannot",
    "not-accepted": "is a time-stamp that is not accepted",
}

# While verifying a bag of somebody else: worth knowing, and allowed by some version of BagIt.
WARNINGS: Mapping[str, str] = {
    "weak-digest": "rests on a digest that can be forged",
    "unknown-digest": "is made with a digest that is not known here, and was not checked",
    "listed-twice": "is listed twice with the same digest",
    "name-collision": ACQUISITION["name-collision"],
    "other-form": "is there under another Unicode form of the name that is listed",
    "binary-mark": "marks files with a star, as md5sum does",
    "not-plain": "is listed with ./ or // in its path",
    "stray-blank": "has a blank where none belongs",
    "byte-order-mark": "begins with a byte order mark",
    "not-covered": "is listed in no tag manifest, so nothing says whether it changed",
    "not-read": "has a line that is no label with a value",
    "system-file": "was left behind by a system and is hardly part of what was meant",
    "awkward-name": "has a name that other systems take for a device, a drive or a path",
}

_SENSE: Mapping[str, str] = {**WARNINGS, **ACQUISITION, **VERIFICATION}

# Entries of a chain of custody; sealing an exhibit is its first, "collected".
ACTS: Mapping[str, str] = {
    "received": "received from outside",
    "offered": "handed over, not yet taken",
    "transferred": "taken over",
    "withdrawn": "hand-over withdrawn",
    "accessed": "looked into",
    "copied": "copied",
    "exported": "left in a bundle",
    "returned": "given back",
    "destroyed": "destroyed",
    "verified": "verified",
}


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing a person should know about one file.

    Attributes:
        code: A key of ACQUISITION, VERIFICATION or WARNINGS.
        path: Where: the path below the source or the bag, in the escaped form the bag uses.
        detail: What was seen, in a few plain words; empty when the code says it all.
    """

    code: str
    path: str
    detail: str = ""

    def __str__(self) -> str:
        sense = _SENSE[self.code]
        return f"{self.path}: {sense}" + (f" ({self.detail})" if self.detail else "")

    def as_data(self) -> dict[str, str]:
        """Give the mapping kept in records: code, path, and detail when there is one."""
        data = {"code": self.code, "path": self.path}
        return data | {"detail": self.detail} if self.detail else data


@dataclass(frozen=True, slots=True)
class Sealed:
    """An exhibit that is whole, sealed and durable.

    Attributes:
        exhibit: Its id, such as ``E1``.
        path: The folder of the bag; the seal stands beside it as ``<exhibit>.seal.json``.
        files: Number of files preserved.
        bytes: Their size together.
        manifest_sha256: SHA-256 of the payload manifest file.
        tagmanifest_sha256: SHA-256 of the tag manifest file.
        seal_sha256: SHA-256 of the seal file; what a journal or a time-stamp should hold.
        findings: What was seen on the way, in path order.
    """

    exhibit: str
    path: Path
    files: int
    bytes: int
    manifest_sha256: str
    tagmanifest_sha256: str
    seal_sha256: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Described:
    """What a collector says of the files it had preserved.

    Attributes:
        tags: Further tag files, by name; they are covered by the tag manifest like all others.
        findings: What was seen in the files, and while they were gathered.
    """

    tags: Mapping[str, bytes] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long reading is.

    Attributes:
        phase: ``copying``, ``re-reading`` or ``verifying``.
        files: Files done.
        bytes: Bytes done.
        files_total: Files to do.
        bytes_total: Bytes to do, as the source stated them at the start.
        bytes_per_second: Mean rate of this phase.
    """

    phase: str
    files: int
    bytes: int
    files_total: int
    bytes_total: int
    bytes_per_second: int


@dataclass(frozen=True, slots=True)
class Layer:
    """The verdict on one layer of an exhibit; ``not-checked`` always says why."""

    name: str
    status: Status
    reason: str


LAYERS = (
    "structure",
    "manifests",
    "payload",
    "tag-files",
    "metadata",
    "extra-files",
    "seal",
    "signature",
    "journal",
    "time-stamps",
)


@dataclass(frozen=True, slots=True)
class Report:
    """What verifying an exhibit gave: a verdict a layer, as LAYERS has them, and every finding.

    Attributes:
        warnings: What makes no layer invalid and a reader of the bag should know.
    """

    exhibit: str
    layers: tuple[Layer, ...]
    findings: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Say whether no layer is invalid; see ``unchecked`` for what nobody could check."""
        return all(layer.status != "invalid" for layer in self.layers)

    @property
    def unchecked(self) -> tuple[Layer, ...]:
        """Give the layers nobody could check, each with its reason."""
        return tuple(layer for layer in self.layers if layer.status == "not-checked")

    def layer(self, name: str) -> Layer:
        """Give one layer by its name in LAYERS."""
        return self.layers[LAYERS.index(name)]

    def as_data(self) -> dict[str, object]:
        """Give the mapping for ``--json``: exhibit, sound, layers, findings, warnings."""
        return {
            "exhibit": self.exhibit,
            "findings": [finding.as_data() for finding in self.findings],
            "layers": [
                {"name": one.name, "reason": one.reason, "status": one.status}
                for one in self.layers
            ],
            "sound": self.is_sound,
            "warnings": [warning.as_data() for warning in self.warnings],
        }
