"""What an audit gives: one verdict a layer of a matter, with every finding."""

from collections.abc import Sequence
from dataclasses import dataclass

from breachbook.custody import Status


@dataclass(frozen=True, slots=True)
class Check:
    """The verdict on one layer of one matter; ``not-checked`` always says why.

    Attributes:
        findings: Every difference, each naming its file, line or id.
        remarks: What is worth knowing and no difference, such as files that nothing refers to.
    """

    matter: str
    layer: str
    status: Status
    reason: str
    findings: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Audit:
    """All verdicts, and what no verdict can promise."""

    checks: tuple[Check, ...]
    caveats: tuple[str, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Say whether every layer of every matter was checked or could not differ, and none differs."""
        return all(check.status != "invalid" for check in self.checks)

    def as_data(self) -> dict[str, object]:
        """Give the mapping for ``--json``: sound, checks, caveats."""
        return {
            "sound": self.is_sound,
            "checks": [
                {
                    "matter": check.matter,
                    "layer": check.layer,
                    "status": check.status,
                    "reason": check.reason,
                    "findings": list(check.findings),
                    "remarks": list(check.remarks),
                }
                for check in self.checks
            ],
            "caveats": list(self.caveats),
        }


def judged(
    matter: str, layer: str, findings: Sequence[str], good: str, remarks: Sequence[str] = ()
) -> Check:
    """Make the verdict of a layer that was looked at: invalid with its first finding, else valid."""
    if findings:
        more = f", and {len(findings) - 1} more" if len(findings) > 1 else ""
        reason = f"{findings[0]}{more}"
        return Check(matter, layer, "invalid", reason, tuple(findings), tuple(remarks))
    also = f"; {len(remarks)} remarks" if remarks else ""
    return Check(matter, layer, "valid", f"{good}{also}", (), tuple(remarks))
