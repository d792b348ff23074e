"""Verifying the time-stamps of an exhibit's seal: what proves something, what does not, and what is false."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from breachbook.custody import Sealed
from breachbook.seal import verify
from breachbook.timestamp import Token
from tests import authority as stamping
from tests.authority import NOW
from tests.exhibits import AT, KEY, inspect, plain_source, preserve
from tests.stamped import stamped


@pytest.fixture
def sealed(tmp_path: Path) -> Sealed:
    """A small sound exhibit."""
    return preserve(plain_source(tmp_path / "share"), tmp_path / "exhibits")


@pytest.mark.parametrize(
    ("tokens", "words"),
    [
        (lambda _: None, "no time-stamp was given"),
        (lambda _: [], "not yet time-stamped"),
        (lambda sealed: [stamped(sealed, roots=b"")], "no trust root was given for tsa"),
        (lambda sealed: [stamped(sealed, legal_class="trial")], "worthless as proof"),
    ],
    ids=["none-sought", "none-yet", "no-root", "trial"],
)
def test_verify_does_not_count_a_time_stamp_that_proves_nothing(
    sealed: Sealed, tokens: Callable[[Sealed], list[Token] | None], words: str
) -> None:
    """Without a time-stamp that a given root vouches for the layer is not checked, never valid."""
    layer = inspect(sealed, tokens=tokens(sealed), now=NOW).layer("time-stamps")

    assert layer.status == "not-checked"
    assert words in layer.reason


def test_verify_needs_one_good_time_stamp(sealed: Sealed) -> None:
    """One that proves something is enough beside others that prove nothing; time and class are told."""
    tokens = [
        stamped(sealed, "trial-tsa", legal_class="trial"),
        stamped(sealed, "eu", legal_class="qualified-eu"),
        stamped(sealed, "lost", roots=b""),
    ]

    layer = inspect(sealed, tokens=tokens, now=NOW).layer("time-stamps")

    assert layer.status == "valid"
    assert layer.reason == "2026-11-24T09:30:00.000000Z by eu (qualified-eu)"


FAULTY: dict[str, tuple[dict[str, Any], str]] = {
    "other-bytes": ({"data": b"another seal"}, "other bytes"),
    "before-the-seal": ({"when": AT - timedelta(hours=1)}, "before what it stamps was there"),
    "from-the-future": ({"when": NOW + timedelta(hours=1)}, "still to come"),
    "other-root": ({"roots": stamping.root().pem}, "not lead to a root that is trusted"),
    "other-nonce": ({"nonce": 8}, "another request"),
    "rejected": ({"status": "rejection"}, "refused to stamp"),
    "unbound": ({"bound": False}, "does not name the certificate"),
    "garbage": ({"reply": b"garbage"}, "cannot be read"),
    "lost": ({"reply": b"\0"}, "cannot be read"),
}


@pytest.mark.parametrize("name", FAULTY)
def test_verify_catches_a_faulty_time_stamp(sealed: Sealed, name: str) -> None:
    """Any fault of any time-stamp is found, a good one beside it or not."""
    changes, words = FAULTY[name]

    report = inspect(sealed, tokens=[stamped(sealed), stamped(sealed, "bad", **changes)], now=NOW)

    assert report.layer("time-stamps").status == "invalid"
    assert ("not-accepted", "bad") in {(one.code, one.path) for one in report.findings}
    assert words in report.layer("time-stamps").reason


def test_verify_catches_a_time_stamp_of_the_seal_that_was_there_before(
    sealed: Sealed, tmp_path: Path
) -> None:
    """An exhibit sealed anew with the true key and the old time-stamp fails against the time-stamp."""
    token = stamped(sealed)
    again = preserve(tmp_path / "share", tmp_path / "again")

    report = verify(again.path, public_keys=[KEY.public_key()], tokens=[token], now=NOW)

    assert report.layer("signature").status == "valid"
    assert report.layer("time-stamps").status == "invalid"


def test_verify_takes_no_time_stamps_without_the_present(sealed: Sealed) -> None:
    """A token cannot be judged by a clock that nobody named."""
    with pytest.raises(ValueError, match="when the present is given"):
        inspect(sealed, tokens=[stamped(sealed)])
