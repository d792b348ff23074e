"""Counting deadlines: the docket of one matter, and 100,000 counts with their full working.

Promise: the docket of one matter with every rule of the law we ship, each of its triggers
recorded, takes under 10 ms; 100,000 counts over every regime, each with its working, take under 5
s. The growth curve shows that the time of a count does not depend on how many came before.
Run: python -m bench.deadlines
"""

import sys
import time
from datetime import UTC, date, datetime, timedelta
from statistics import median

from breachbook.content import law_folders
from breachbook.deadlines import REGIMES, Law, count, load_law
from breachbook.docket import docket
from breachbook.matter import Fact

DOCKET_SECONDS, COUNTS, COUNT_SECONDS = 0.010, 100_000, 5.0
SIZES = (1_000, 10_000, COUNTS)
ROUNDS = 20
BEST_OF = 2  # other work on the machine only adds to a time
_FIRST = date(2020, 1, 1)
_PERIODS = {"days": "14 days", "business-days": "5 business-days", "hours": "72 hours"}


def _facts(law: Law) -> list[Fact]:
    day, instant = date(2026, 3, 2), datetime(2026, 3, 2, 9, 10, tzinfo=UTC)
    return [
        Fact(f"F{n}", trigger.id, instant if trigger.holds == "instant" else day, "matter")
        for n, trigger in enumerate(law.triggers.values(), 1)
    ]


def _seconds_of_counts(number: int) -> float:
    asked = [
        (name, _PERIODS[unit])
        for name, regime in REGIMES.items()
        for unit in sorted(regime.units & _PERIODS.keys())
    ]
    options = {
        "us-frcp": {"court_timezone": "America/New_York"},
        "us-frap": {"court_timezone": "America/New_York"},
    }
    start = time.perf_counter()
    for index in range(number):
        name, period = asked[index % len(asked)]
        day = _FIRST + timedelta(days=index % 2400)
        when = (
            datetime(day.year, day.month, day.day, 9, 10, tzinfo=UTC) if "hours" in period else day
        )
        count(name, when, period, "after", options.get(name, {}))
    return time.perf_counter() - start


def main() -> int:
    """Print the figures; 1 when a promise is broken."""
    law = load_law(law_folders())
    facts, names = _facts(law), sorted(law.dockets)
    entries = docket(facts, law, names)
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        docket(facts, law, names)
        times.append(time.perf_counter() - start)
    one = median(times)
    print(
        f"docket of one matter, {len(entries)} entries of {len(law.rules)} rules: "
        f"{one * 1000:.2f} ms",
        end="",
    )
    print(f" = {one / DOCKET_SECONDS:.2f} of the promised {DOCKET_SECONDS * 1000:.0f} ms")
    curve = {size: min(_seconds_of_counts(size) for _ in range(BEST_OF)) for size in SIZES}
    for size, seconds in curve.items():
        print(f"{size:>7,} counts: {seconds:6.2f} s, {seconds / size * 1e6:5.1f} us each")
    print(
        f"{COUNTS:,} counts = {curve[COUNTS] / COUNT_SECONDS:.2f} of the promised "
        f"{COUNT_SECONDS:.0f} s"
    )
    return int(one > DOCKET_SECONDS or curve[COUNTS] > COUNT_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
