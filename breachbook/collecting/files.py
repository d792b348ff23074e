"""Folders and single files, sealed where they are; an archive or an image is taken packed, as it is."""

import stat
from collections.abc import Callable
from pathlib import Path

from breachbook.collecting.archive import listed
from breachbook.collecting.contract import Bench, Gathered, Order
from breachbook.custody import Described
from breachbook.errors import CustodyError


def either(order: Order, bench: Bench) -> Gathered:
    """Have a folder or one file sealed."""
    _require(order, lambda mode: stat.S_ISDIR(mode) or stat.S_ISREG(mode), "a file or a folder")
    return Gathered()


def folder(order: Order, bench: Bench) -> Gathered:
    """Have a folder sealed with everything below it."""
    _require(order, stat.S_ISDIR, "a folder")
    return Gathered()


def file(order: Order, bench: Bench) -> Gathered:
    """Have one file sealed; a ZIP's directory is listed from the copy, and nothing is unpacked."""
    _require(order, stat.S_ISREG, "a file")
    return Gathered(describe=_archives)


def _require(order: Order, fits: Callable[[int], bool], what: str) -> None:
    path = Path(order.at)
    try:
        mode = path.lstat().st_mode
    except OSError as error:
        raise CustodyError(
            f"{order.at}: {error.strerror}; name {what} that can be read"
        ) from error
    if not fits(mode):
        raise CustodyError(f"{order.at}: is not {what}; name {what}, or another --kind")


def _archives(copies: Path) -> Described:
    found = next(copies.iterdir(), None)
    return listed(found) if found else Described()
