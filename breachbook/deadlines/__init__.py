"""Deadlines: what the law says, and how its periods are counted.

Pure but for `load_law`, which reads the folders it is handed. Every number that came from a law
stands in ``breachbook/law``; the modules of `regimes` hold only ways of counting.
"""

from typing import TYPE_CHECKING, Any

from breachbook.deadlines.compute import compute, count, told_names, trigger_day
from breachbook.deadlines.counting import (
    WARNINGS,
    Computed,
    Direction,
    Moment,
    Reading,
    Sentence,
)
from breachbook.deadlines.options import OPTION_NAMES, Options, parse_options
from breachbook.deadlines.period import Period, Span, parse_period
from breachbook.deadlines.regimes import REGIMES

if TYPE_CHECKING:
    from breachbook.deadlines.law import Authority, Law, Rule, Trigger
    from breachbook.deadlines.loading import load_law

__all__ = [
    "OPTION_NAMES",
    "REGIMES",
    "WARNINGS",
    "Authority",
    "Computed",
    "Direction",
    "Law",
    "Moment",
    "Options",
    "Period",
    "Reading",
    "Rule",
    "Sentence",
    "Span",
    "Trigger",
    "compute",
    "count",
    "load_law",
    "parse_options",
    "parse_period",
    "told_names",
    "trigger_day",
]


_OF_LAW = frozenset({"Authority", "Law", "Rule", "Trigger"})


def __getattr__(name: str) -> Any:
    """Import the law and its reading only when asked for: counting alone needs none of it."""
    if name == "load_law":
        from breachbook.deadlines.loading import load_law

        return load_law
    if name in _OF_LAW:
        from breachbook.deadlines import law

        return getattr(law, name)
    raise AttributeError(f"module {__name__} has no attribute {name}")
