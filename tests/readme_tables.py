"""The README's tables of regimes and dockets, made from the data.

``python -m tests.readme_tables`` writes them anew, each between its two markers.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from breachbook.content import law_folders
from breachbook.deadlines import REGIMES, Law, load_law
from breachbook.deadlines.counting import Regime
from breachbook.deadlines.period import UNITS

README = Path(__file__).resolve().parent.parent / "README.md"
EVERYWHERE = frozenset.intersection(*(regime.accepts for regime in REGIMES.values()))
USUAL = frozenset({"bound", "closed", "holidays"})


def regimes(law: Law) -> str:
    """Write the table of regimes."""
    rows = [
        (
            f"`{regime.id}`",
            regime.authority,
            ", ".join(unit for unit in UNITS if unit in regime.units),
            _calendars(regime, law),
            regime.zone or "the court's",
            _options(regime),
        )
        for regime in REGIMES.values()
    ]
    return _table(("regime", "authority", "units", "calendar", "zone", "options"), rows)


def dockets(law: Law) -> str:
    """Write the table of dockets; a rule is counted once, by its newest version."""
    rows: list[tuple[str, ...]] = []
    for name, ids in sorted(law.dockets.items()):
        newest = [law.rules[id][-1] for id in ids]
        verified = sum(rule.status == "verified" for rule in newest)
        gates = sum(rule.kind == "gate" for rule in newest)
        places = ", ".join(sorted({rule.jurisdiction for rule in newest}))
        counts = (len(ids), gates, verified, len(ids) - verified)
        rows.append((f"`{name}`", places, *map(str, counts)))
    totals = (str(sum(int(row[column]) for row in rows)) for column in range(2, 6))
    rows.append(("all", "", *totals))
    return _table(
        ("docket", "jurisdiction", "rules", "of them gates", "verified", "unverified"), rows
    )


def with_tables(text: str, law: Law) -> str:
    """Give the README with both tables as the data has them now."""
    for name, table in (("regimes", regimes(law)), ("dockets", dockets(law))):
        mark = f"<!-- {name} -->"
        before, found, after = re.split(f"({mark}\n.*?{mark})", text, maxsplit=1, flags=re.DOTALL)
        assert found.startswith(mark)
        text = f"{before}{mark}\n{table}{mark}{after}"
    return text


def _calendars(regime: Regime, law: Law) -> str:
    if regime.calendars == ("weekends",):
        return "any that is named, else weekends"
    countries = {name.partition("-")[0] for name in regime.calendars}
    has_parts = any(law.calendars.texts[name].subdivisions_known_until for name in countries)
    parts = {"none": "", "forward": "; forward also a part's", "instead": " or a part's"}
    saturday = "; Saturdays open" if 5 not in regime.week.rest else ""
    offices = "; offices' closings too" if regime.week.offices else ""
    own = ", ".join(regime.calendars)
    return own + (parts[regime.subdivisions] if has_parts else "") + saturday + offices


def _options(regime: Regime) -> str:
    rest = regime.accepts - EVERYWHERE
    usual = ["usual"] if rest >= USUAL else []
    named = rest - USUAL if usual else rest
    return ", ".join([*usual, *(f"`{name}`" for name in sorted(named))])


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text("utf-8"), load_law(law_folders())), "utf-8")
