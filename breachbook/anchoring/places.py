"""The places outside that hold checkpoints: folders on other disks, and the matter's channel in Slack."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from breachbook.anchoring.checkpoint import MAX_BYTES, split_note
from breachbook.anchors import folder_id
from breachbook.canonical import sha256
from breachbook.durable import sync_folder, write_all
from breachbook.errors import BreachbookError, CustodyError
from breachbook.exhibit_book import Anchor
from breachbook.matter import Matter
from breachbook.slack.blocks import context, words
from breachbook.slack.client import SlackClient
from breachbook.workspace_files import AnchorSettings

ENDING = ".checkpoint"
_CLOCKS_DIFFER = 3600
_OUTCOMES = {
    errno.ENOENT: "not-there",
    errno.ENOTDIR: "not-there",
    errno.EACCES: "no-permission",
    errno.EPERM: "no-permission",
    errno.EROFS: "read-only",
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
    errno.EEXIST: "another-is-there",
}


def folders(root: Path, settings: AnchorSettings) -> dict[str, Path]:
    """Map the name of each configured folder to where it is; a relative one is below the workspace."""
    return {folder_id(path): root / path for path in settings.folders}


def put(folder: Path, data: bytes) -> str:
    """Write a checkpoint once into a folder outside, durably, and give the name it got there.

    The folder must exist: one that is made where a disk is not mounted would be no place outside.

    Raises:
        OSError: The folder is not there, or refuses; EEXIST if something else stands under the name.
    """
    note, _, _ = split_note(data)
    place = folder / note.matter
    try:
        place.mkdir(mode=0o700)
        sync_folder(folder)
    except FileExistsError:
        pass
    path = place / f"{note.size:09}-{sha256(data)[:16]}{ENDING}"
    try:
        _write(path, data)
    except FileExistsError:
        there = _bounded(path)
        if there == data:
            return path.name
        if not data.startswith(there):
            raise
        path.unlink()  # ours, cut off by a crash
        _write(path, data)
    sync_folder(place)
    return path.name


def _write(path: Path, data: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, 0o400)
    try:
        write_all(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def held_in(folder: Path, matter: str) -> Iterator[tuple[str, bytes]]:
    """Read every file of a matter's folder outside, as hostile: its name, and at most as much as a checkpoint holds.

    Raises:
        OSError: The folder is not there, or cannot be read.
    """
    os.scandir(folder).close()
    place = folder / matter
    if not place.is_dir():
        return
    for path in sorted(place.iterdir()):
        if path.name.endswith(ENDING):
            yield path.name, _bounded(path)


def _bounded(path: Path) -> bytes:
    """Read at most one byte more than a checkpoint may hold; what is no plain file reads as empty."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.read(descriptor, MAX_BYTES + 1)
    except OSError:
        return b""
    finally:
        os.close(descriptor)


def post(slack: Any, matter: Matter, anchor: Anchor) -> str:
    """Post a checkpoint to the matter's channel, once under its key, and give the message's timestamp.

    Raises:
        SlackError: It was not posted, or nobody knows.
    """
    client: SlackClient = slack
    if matter.channel is None:
        raise CustodyError(f"{matter.id}: has no channel yet")
    text = (
        f"Anchor {anchor.id} of the journal: {anchor.size} lines, head {anchor.head},"
        f" checkpoint {anchor.checkpoint}."
    )
    posted = client.post_once(
        matter.channel,
        f"anchor/{anchor.id}",
        [context(words(text))],
        text,
        attempted=True,
        oldest=f"{anchor.made_at.timestamp() - _CLOCKS_DIFFER:.6f}",
    )
    return posted.ts


def outcome(error: Exception) -> str:
    """Give the closed word for why a place did not take a checkpoint."""
    if isinstance(error, OSError):
        return _OUTCOMES.get(error.errno or 0, "io-error")
    return "refused" if isinstance(error, BreachbookError) else "fault"
