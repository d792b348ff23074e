"""How a file's name at the source becomes a name in the bag, and back.

A bag must be readable by everybody's tools, and they agree on little: `sha256sum` reads a manifest
line literally, BagIt has percent signs and line ends percent-encoded, common validators strip
blanks, split lines at Unicode separators and do not decode ``%25``. So the bag's own names hold
none of these characters. Names are UTF-8 text in which a byte that is not UTF-8 stands as a lone
surrogate, whatever the locale.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping

LONG_FOLDER = "=long"

_LONGEST_NAME = 255
_LONGEST_PATH = 1000
_UNSAFE = re.compile(r"[%\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_ESCAPE_LIKE = re.compile(r"=[0-9A-F]{2}")
# Most paths are such, and need no closer look.
_ORDINARY = re.compile(r"[A-Za-z0-9_.,+()@#/-]{1,255}")
_ESCAPED = re.compile(rb"=([0-9A-F]{2})")


def text_of(raw: bytes) -> str:
    """Give a file name's bytes as text; `raw_of` gives the bytes back."""
    return raw.decode("utf-8", "surrogateescape")


def raw_of(text: str) -> bytes:
    """Give the bytes of a file name that `text_of` made."""
    return text.encode("utf-8", "surrogateescape")


def escape(name: str) -> str:
    """Write one path component so that it is valid UTF-8 and safe in every manifest.

    Most names are unchanged. Otherwise each awkward byte, and every ``=``, becomes ``=`` and two
    upper-case hex digits. Two different names never give the same text, and `unescape` gives the
    name back.
    """
    edges = name[:1].isspace() or name[-1:].isspace()
    if not (edges or name.startswith("=") or _UNSAFE.search(name) or _ESCAPE_LIKE.search(name)):
        return name
    last = len(name) - 1
    return "".join(
        _hex(mark)
        if mark == "=" or _UNSAFE.match(mark) or (mark.isspace() and at in (0, last))
        else mark
        for at, mark in enumerate(name)
    )


def unescape(name: str) -> str:
    """Give the name that `escape` was handed."""
    raw = _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), name.encode())
    return text_of(raw)


def shown(path: str) -> str:
    """Write a source path as text that is safe to print and to keep in a record."""
    return "/".join(escape(part) for part in path.split("/"))


def bag_path(path: str) -> str:
    """Place a source path (relative, with ``/``) below the bag's ``data/``.

    A path that other tools could not open is stored under the SHA-256 of its bytes, in ``=long/``.
    """
    if _ORDINARY.fullmatch(path):
        return path
    escaped = shown(path)
    parts = escaped.split("/")
    if len(escaped.encode()) <= _LONGEST_PATH and all(
        len(part.encode()) <= _LONGEST_NAME for part in parts
    ):
        return escaped
    return f"{LONG_FOLDER}/{hashlib.sha256(raw_of(path)).hexdigest()}"


def path_data(path: str, key: str = "path") -> Mapping[str, str]:
    """Record a path: as text when it is UTF-8, otherwise its bytes in hex under ``<key>_hex``."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return {f"{key}_hex": raw_of(path).hex()}
    return {key: path}


def collisions(paths: Iterable[str]) -> list[str]:
    """Give the bag paths that another one equals once case and Unicode form are ignored, in order.

    Such files live together on Linux and overwrite each other on most desktops.
    """
    groups: dict[str, list[str]] = {}
    for path in paths:
        groups.setdefault(fold(path), []).append(path)
    return sorted(path for group in groups.values() if len(group) > 1 for path in group)


def manifest_name(path: str) -> str:
    """Encode a path for a BagIt manifest line.

    Authority:
        RFC 8493, section 2.1.3: percent sign, line feed and carriage return, nothing else, are
        encoded.
    """
    return path.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")


def from_manifest(name: str) -> str:
    """Decode a path of a BagIt manifest line; other percent signs stay as they are."""
    return re.sub("%(25|0[AaDd])", lambda found: bytes.fromhex(found[1]).decode("ascii"), name)


def fold(path: str) -> str:
    """Give a path without its case and Unicode form, as many desktops compare it."""
    if path.isascii():
        return path.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def _hex(mark: str) -> str:
    return "".join(f"={byte:02X}" for byte in raw_of(mark))
