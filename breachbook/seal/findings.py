"""Gathers, layer by layer, what verifying an exhibit finds."""

from breachbook.custody import LAYERS, Finding, Layer, Report, Status


class Verdicts:
    """One verdict a layer; a finding makes its layer invalid."""

    def __init__(self) -> None:
        self._findings: dict[str, list[Finding]] = {name: [] for name in LAYERS}
        self._stated: dict[str, tuple[Status, str]] = {}
        self._warnings: set[Finding] = set()

    def found(self, layer: str, code: str, path: str, detail: str = "") -> None:
        """Note a finding."""
        self._findings[layer].append(Finding(code, path, detail))

    def warn(self, code: str, path: str, detail: str = "") -> None:
        """Note what makes no layer invalid."""
        self._warnings.add(Finding(code, path, detail))

    def state(self, layer: str, status: Status, reason: str) -> None:
        """Say how a layer stands when nothing is found in it."""
        self._stated[layer] = (status, reason)

    def report(self, exhibit: str) -> Report:
        """Close the books; a layer nobody spoke of was not checked."""
        layers = tuple(self._layer(name) for name in LAYERS)
        findings = sorted({one for each in self._findings.values() for one in each})
        return Report(exhibit, layers, tuple(findings), tuple(sorted(self._warnings)))

    def _layer(self, name: str) -> Layer:
        if findings := self._findings[name]:
            more = f", and {len(findings) - 1} more" if len(findings) > 1 else ""
            return Layer(name, "invalid", f"{findings[0]}{more}")
        status, reason = self._stated.get(
            name, ("not-checked", "what it rests on could not be read")
        )
        return Layer(name, status, reason)


def counted(number: int, word: str) -> str:
    """Say how many: ``1 file``, ``2 files``."""
    return f"{number} {word}{'' if number == 1 else 's'}"
