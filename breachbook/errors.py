"""What can go wrong, told so that the reader knows the place, what was got, what is allowed and the next move."""

from collections.abc import Sequence
from dataclasses import dataclass


class BreachbookError(Exception):
    """The base of every error Breachbook raises on purpose; the command line prints it and exits 1."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in a file that a person wrote.

    Attributes:
        file: Path as the user would type it.
        line: 1-based line, or None when the file as a whole is meant.
        key: Dotted key path, such as ``steps.2.after``; empty for the whole file.
        got: What stands there.
        allowed: What may stand there.
        next: What to do about it.
    """

    file: str
    line: int | None
    key: str
    got: str
    allowed: str
    next: str = ""

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        key = f"{self.key}: " if self.key else ""
        tail = f"; {self.next}" if self.next else ""
        return f"{place}: {key}got {self.got}; allowed: {self.allowed}{tail}"


class ContentError(BreachbookError):
    """A file that a person wrote cannot be accepted; carries every problem found in it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class UsageError(BreachbookError):
    """A command was given something it cannot act on; the command line exits 2."""


class DeadlineError(BreachbookError):
    """A deadline cannot be computed: unknown regime, missing calendar, wrong kind of trigger."""


class ApprovalError(BreachbookError):
    """A decision or an act behind an approval is not allowed."""


class CustodyError(BreachbookError):
    """Evidence could not be preserved or handed over as recorded."""


class VerificationError(BreachbookError):
    """Something cannot be verified at all, as opposed to verified and found wrong; exit 3."""


class StoreError(BreachbookError):
    """The journal or a store refused a read or a write; nothing was half-done."""


class DamageError(StoreError):
    """A complete journal line, or what it rests on, does not match its hash; exit 3, nothing is repaired."""


class StaleHead(StoreError):  # noqa: N818 (a state, not a fault: the caller reads again and decides again)
    """The journal grew since the caller decided; read again and decide again."""


class EngineError(BreachbookError):
    """The engine or one of its sister processes is not there, or refused."""
