"""Preserves evidence as sealed BagIt bags, and verifies them."""

from breachbook.seal.acquisition import acquire
from breachbook.seal.keys import key_id, known_key, own_key, public_key, public_pem
from breachbook.seal.staging import seal_path
from breachbook.seal.verification import verify

__all__ = [
    "acquire",
    "key_id",
    "known_key",
    "own_key",
    "public_key",
    "public_pem",
    "seal_path",
    "verify",
]
