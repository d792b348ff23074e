"""Writing so that it is still there after a power cut: files synced, folders synced, replaced whole."""

import os
import threading
from pathlib import Path


def write_all(descriptor: int, data: bytes) -> None:
    """Write every byte, however many calls that takes."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def sync_folder(folder: Path) -> None:
    """Make a folder's entries (new, renamed, removed files) durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(root: Path) -> None:
    """Make every file and folder below a folder, and the folder itself, durable; no link is followed."""
    for place, _, names in os.walk(root, topdown=False):
        for name in names:
            descriptor = os.open(
                Path(place, name), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            )
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        sync_folder(Path(place))


def replace(path: Path, data: bytes, mode: int = 0o600, *, sync: bool = True) -> None:
    """Put a file in place whole: written beside it, synced, renamed, folder synced.

    Args:
        sync: False for what can be made again; after a power cut the old file, or none, may stand.
    """
    staged = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(staged, flags, mode)
    try:
        write_all(descriptor, data)
        if sync:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
    staged.replace(path)
    if sync:
        sync_folder(path.parent)
