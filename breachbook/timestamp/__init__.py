"""Time-stamps (RFC 3161): what is sent is a digest of bytes that hold a nonce, and what comes back is examined."""

from breachbook.timestamp.examination import SKEW, Examined, Token, examine
from breachbook.timestamp.faults import FAULTS
from breachbook.timestamp.keeping import chain, kept

__all__ = ["FAULTS", "SKEW", "Examined", "Token", "chain", "examine", "kept"]
