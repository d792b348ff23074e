"""Canonical JSON is RFC 8785's, within what a journal may hold."""

import hashlib
from typing import Any

import pytest
import rfc8785
from hypothesis import given

from breachbook.canonical import canonical, digest, sha256
from tests.strategies import LARGEST, json_values


@given(json_values)
def test_canonical_equals_the_reference(value: Any) -> None:
    """For everything a journal may hold, the bytes are those of an independent RFC 8785 writer."""
    assert canonical(value) == rfc8785.dumps(value)


@given(json_values)
def test_digest_is_the_hash_of_the_bytes(value: Any) -> None:
    """A digest is the SHA-256 of the canonical bytes, so that other tools can check it."""
    assert digest(value) == hashlib.sha256(rfc8785.dumps(value)).hexdigest()


@pytest.mark.parametrize(
    ("value", "named"),
    [
        (1.0, "value: float"),
        ({"a": [1, {"b": 0.5}]}, "value.a[1].b: float"),
        (float("nan"), "value: float"),
        (LARGEST + 1, "beyond the whole numbers"),
        (-LARGEST - 1, "beyond the whole numbers"),
        ({"ключ": 1}, "not ASCII"),
        ({1: "a"}, "not ASCII"),
        ([b"bytes"], "value[0]: bytes"),
        ({"a", "b"}, "value: set"),
    ],
)
def test_canonical_refuses_what_has_no_single_form(value: Any, named: str) -> None:
    """A value whose bytes could differ between writers is refused, and the place is named."""
    with pytest.raises(ValueError, match=r"value") as refused:
        canonical(value)

    assert named in str(refused.value)


def test_canonical_refuses_half_a_character() -> None:
    """A lone surrogate is no text and is refused."""
    with pytest.raises(ValueError, match="surrogates not allowed"):
        canonical({"a": "\ud800"})


def test_canonical_does_not_normalise_text() -> None:
    """Two Unicode forms of one word stay two texts: normalising is for entry, not for a hash."""
    composed, decomposed = canonical("é"), canonical("e\u0301")

    assert composed != decomposed


def test_sha256_of_nothing() -> None:
    """The digest of no bytes is the published one."""
    assert sha256(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
