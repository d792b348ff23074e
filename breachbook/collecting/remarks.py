"""Findings about one file's content, so many of a kind as a person reads and a count of the rest."""

from collections import Counter

from breachbook.custody import Finding

_SHOWN = 100


class Remarks:
    """Gathers findings in bounded memory: beyond a hundred of one kind only their number is kept."""

    def __init__(self) -> None:
        self._kept: list[Finding] = []
        self._counts: Counter[str] = Counter()

    def found(self, code: str, path: str, detail: str = "") -> None:
        """Note a finding."""
        self._counts[code] += 1
        if self._counts[code] <= _SHOWN:
            self._kept.append(Finding(code, path, detail))

    def findings(self, path: str) -> tuple[Finding, ...]:
        """Give what was found; ``path`` is where the count of the rest is told."""
        rest = [
            Finding(code, path, f"and {count - _SHOWN} more")
            for code, count in self._counts.items()
            if count > _SHOWN
        ]
        return (*self._kept, *rest)
