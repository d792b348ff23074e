"""Deadlines: what the law says, and how its periods are counted.

Pure but for `load_law`, which reads the folders it is handed. Every number that came from a law
stands in ``breachbook/law``; the modules of `regimes` hold only ways of counting.
"""

from typing import TYPE_CHECKING, Any

from breachbook.deadlines.compute import compute, count, trigger_day
from breachbook.deadlines.counting import WARNINGS, Computed, Direction, Moment
from breachbook.deadlines.law import Authority, Law, Rule, Trigger
from breachbook.deadlines.options import Options, parse_options
from breachbook.deadlines.period import Period, Span, parse_period
from breachbook.deadlines.regimes import REGIMES

if TYPE_CHECKING:
    from breachbook.deadlines.loading import load_law

__all__ = [
    "REGIMES",
    "WARNINGS",
    "Authority",
    "Computed",
    "Direction",
    "Law",
    "Moment",
    "Options",
    "Period",
    "Rule",
    "Span",
    "Trigger",
    "compute",
    "count",
    "load_law",
    "parse_options",
    "parse_period",
    "trigger_day",
]


def __getattr__(name: str) -> Any:
    """Import the reading of files only when it is asked for: counting alone needs none of it."""
    if name == "load_law":
        from breachbook.deadlines.loading import load_law

        return load_law
    raise AttributeError(f"module {__name__} has no attribute {name}")
