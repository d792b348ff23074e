"""Making a checkpoint of a journal and recording it as an anchor."""

import os
import secrets
from datetime import datetime
from pathlib import Path

from breachbook import merkle
from breachbook.anchoring.checkpoint import Note, sign_note
from breachbook.errors import DamageError
from breachbook.events import ENGINE, Actor, Draft, Event, stamp
from breachbook.layout import LOG_KEY
from breachbook.matter import Matter
from breachbook.matter_file import MatterFile
from breachbook.seal import own_key


def make(
    root: Path, file: MatterFile, cause: str, now: datetime, actor: Actor = ENGINE
) -> list[Event]:
    """Make a checkpoint of everything recorded so far, keep it in the matter's store and record it.

    Args:
        root: The workspace, which holds the log key.
        cause: Kind of a decisive event, ``interval`` or ``asked``.

    Raises:
        StaleHead: Something was recorded meanwhile; nothing was anchored.
        CustodyError: The log key cannot be used.
        StoreError: The disk refused.
    """
    matter = file.refresh()
    note = Note(
        matter.id,
        matter.seq,
        _root(file, matter.seq),
        matter.head,
        secrets.token_hex(32),
        stamp(now),
    )
    signed = sign_note(note, own_key(root / LOG_KEY))

    def drafts(newest: Matter) -> list[Draft]:
        # Kept only once it is sure to be recorded: nothing would refer to one that came too late.
        data = {
            "anchor": newest.number("K"), "size": note.size, "head": note.head, "root": note.root.hex(),
            "nonce": note.nonce, "checkpoint": file.store.put(signed), "cause": cause,
        }  # fmt: skip
        return [Draft("anchor.made", data, actor)]

    return file.transact(drafts, expected=matter.seq)


def _root(file: MatterFile, size: int) -> bytes:
    with file.journal.path.open("rb") as handle:
        # Signed is only what a power cut leaves: else it would look rolled back afterwards.
        os.fdatasync(handle.fileno())
        lines = handle.read(file.journal.size).split(b"\n")[:-1]
    if len(lines) != size:
        raise DamageError(f"{file.journal.path}: changed while it was read")
    return merkle.root([merkle.leaf_hash(line) for line in lines])
