"""Canonical JSON: one byte string for one value, so that a hash names it.

Authority: RFC 8785 (JSON Canonicalization Scheme). Restricted to what the standard library writes
identically: objects with ASCII keys, strings, whole numbers within 2**53 - 1, booleans, null and arrays.
"""

import hashlib
import json
from collections.abc import Mapping

_LARGEST = 2**53 - 1
_encode = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
).encode


def canonical(value: object) -> bytes:
    """Write a value as canonical JSON.

    Raises:
        ValueError: A float, a number beyond 2**53 - 1, a key that is not ASCII text, a lone surrogate,
            or a type JSON has not.
    """
    _check(value, "value")
    return _encode(value).encode("utf-8", "strict")


def digest(value: object) -> str:
    """Hash a value's canonical JSON with SHA-256; 64 lower-case hex digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


def sha256(data: bytes) -> str:
    """Hash bytes with SHA-256; 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


def _check(value: object, where: str) -> None:
    if value is None or isinstance(value, bool | str):
        return
    if isinstance(value, int):
        if abs(value) > _LARGEST:
            raise ValueError(f"{where}: {value} is beyond the whole numbers JSON keeps exactly")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise ValueError(f"{where}: key {key!r} is not ASCII text")
            _check(item, f"{where}.{key}")
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            _check(item, f"{where}[{index}]")
    else:
        raise ValueError(f"{where}: {type(value).__name__} has no canonical form")
