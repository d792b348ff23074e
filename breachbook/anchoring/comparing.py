"""Comparing a journal with everything that says what it was: checkpoints held outside, those kept, the register."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from breachbook import layout, merkle
from breachbook.anchoring.checkpoint import MAX_BYTES, read_note, split_note
from breachbook.anchoring.places import held_in
from breachbook.errors import BreachbookError, CustodyError, VerificationError
from breachbook.seal import known_key
from breachbook.store import Store

_STATED = re.compile(rb'"hash":"([0-9a-f]{64})"\}\Z')


@dataclass(frozen=True, slots=True)
class Claim:
    """What something outside the journal says the journal was.

    Attributes:
        where: What says so.
        root: Merkle root over the first ``size`` lines, or None where it says nothing of it.
    """

    where: str
    size: int
    head: str
    root: bytes | None = None


@dataclass
class Comparison:
    """What came of it.

    Attributes:
        agreeing: Number of claims that the journal bears out.
        newest: Most lines that a checkpoint held in a folder outside covers.
        findings: Claims the journal contradicts: it was rolled back or rewritten.
        doubts: What stands where checkpoints do and is none, or was signed with another key.
        unreached: Places that could not be looked into, and why.
    """

    agreeing: int = 0
    newest: int = 0
    findings: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    unreached: list[str] = field(default_factory=list)


def compare(
    root: Path, matter: str, folders: Mapping[str, Path], known: Sequence[Claim] = ()
) -> Comparison:
    """Compare a matter's journal with every checkpoint there is of it.

    Args:
        root: The workspace.
        folders: Name to folder outside.
        known: What else is to be borne out, such as the register's row.
    """
    found = Comparison()
    claims = [*known]
    key = _key(root, found)
    for name, folder in folders.items():
        try:
            notes = [(f"{name}/{file}", data) for file, data in held_in(folder, matter)]
        except OSError as error:
            found.unreached.append(f"{name}: {error.strerror}")
            continue
        outside = list(_claims(notes, matter, key, found))
        found.newest = max([found.newest, *(claim.size for claim in outside)])
        claims += outside
    place = root / "matters" / matter
    claims += _claims(_kept(Store(place / "store")), matter, key, found)
    found.findings += contradictions(_lines(place / "journal.jsonl"), claims)
    found.agreeing = len(claims) - len(found.findings)
    return found


def contradictions(lines: Sequence[bytes], claims: Iterable[Claim]) -> list[str]:
    """Name the claims that are not borne out by a journal's lines, which need not be verified yet.

    Each line is hashed once, however many claims there are.
    """
    found = []
    growing = merkle.Accumulator()
    for claim in sorted(claims, key=lambda each: each.size):
        if claim.size > len(lines):
            found.append(
                f"rolled back: {claim.where} has seen line {claim.size},"
                f" the journal ends at line {len(lines)}"
            )
            continue
        if claim.root is not None:
            for line in lines[growing.size : claim.size]:
                growing.add(merkle.leaf_hash(line))
        stated = _STATED.search(lines[claim.size - 1])
        if stated is None or stated[1].decode() != claim.head:
            found.append(f"rewritten: {claim.where} has another hash of line {claim.size}")
        elif claim.root is not None and claim.root != growing.root():
            found.append(f"rewritten: {claim.where} has another root of lines 1 to {claim.size}")
    return found


def _lines(path: Path) -> list[bytes]:
    try:
        return path.read_bytes().split(b"\n")[:-1]
    except FileNotFoundError:
        return []


def _kept(store: Store) -> Iterator[tuple[str, bytes]]:
    # Also one that no line names: a journal that was rolled back forgot it, the store did not.
    for digest in store.digests():
        path = store.path(digest)
        if path.stat().st_size <= MAX_BYTES:
            data = path.read_bytes()
            if data.startswith(b"breachbook/LEAK-"):
                yield f"store/{digest[:2]}/{digest}", data


def _claims(
    notes: Iterable[tuple[str, bytes]],
    matter: str,
    key: Ed25519PublicKey | None,
    found: Comparison,
) -> Iterator[Claim]:
    for where, data in notes:
        try:
            note = read_note(data, key) if key is not None else split_note(data)[0]
            if note.matter != matter:
                raise VerificationError(f"is a checkpoint of {note.matter}")
        except BreachbookError as error:
            found.doubts.append(f"{where}: {error}")
            continue
        yield Claim(where, note.size, note.head, note.root)


def _key(root: Path, found: Comparison) -> Ed25519PublicKey | None:
    # Without the key nothing is signed for, and yet what contradicts the journal must be heard.
    try:
        return known_key(root / layout.LOG_KEY)
    except CustodyError as error:
        found.unreached.append(str(error))
        return None
