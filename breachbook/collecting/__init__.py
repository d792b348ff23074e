"""Collecting evidence: each kind of source read in its own way, then sealed; the source is only read.

`collection.collect` does it and `recording.by_hand` records it; they are imported where they are used,
since sealing takes a while to import.
"""

from breachbook.collecting.admission import faults, require_admitted
from breachbook.collecting.contract import Bench, Collector, Gathered, Order
from breachbook.collecting.registry import KINDS, Kind

__all__ = [
    "KINDS",
    "Bench",
    "Collector",
    "Gathered",
    "Kind",
    "Order",
    "faults",
    "require_admitted",
]
