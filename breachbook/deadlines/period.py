"""Lengths of time as law states them: ``12 days``, ``max(20 business-days, 31 days)``."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal, get_args

from breachbook.errors import DeadlineError

Unit = Literal["hours", "days", "business-days", "weeks", "months", "years"]
UNITS: tuple[Unit, ...] = get_args(Unit)

_SPAN = re.compile(r"([1-9][0-9]{0,4}) (hour|day|business-day|week|month|year)s?")
_ALLOWED = "such as `12 days`, `48 hours`, `5 business-days` or `max(20 business-days, 31 days)`"


@dataclass(frozen=True, slots=True)
class Span:
    """One number of one unit."""

    number: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.number} {self.unit[:-1] if self.number == 1 else self.unit}"


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time; of several spans the one that ends last counts.

    Attributes:
        spans: One span, or the alternatives of ``max(...)``.
    """

    spans: tuple[Span, ...]

    def __str__(self) -> str:
        if len(self.spans) == 1:
            return str(self.spans[0])
        return f"max({', '.join(map(str, self.spans))})"


@lru_cache(maxsize=1024)
def parse_period(text: str) -> Period:
    """Read a period.

    Raises:
        DeadlineError: Not a positive whole number and a unit, nor the longer of several.
    """
    inner = re.fullmatch(r"max\((.+)\)", text)
    parts = inner[1].split(", ") if inner else [text]
    matches = [_SPAN.fullmatch(part) for part in parts]
    if not all(matches) or (inner and len(parts) < 2):
        raise DeadlineError(f"period: got {text!r}; allowed: {_ALLOWED}")
    units: dict[str, Unit] = {unit[:-1]: unit for unit in UNITS}
    return Period(tuple(Span(int(match[1]), units[match[2]]) for match in matches if match))


def shift(day: date, span: Span, sign: int = 1) -> date:
    """Move a day by a span; a day number that the month lacks becomes its last day.

    Raises:
        DeadlineError: The result is no date of the calendar.
    """
    number = sign * span.number
    try:
        if span.unit == "days":
            return day + timedelta(days=number)
        if span.unit == "weeks":
            return day + timedelta(weeks=number)
        from dateutil.relativedelta import relativedelta

        if span.unit == "months":
            return day + relativedelta(months=number)
        return day + relativedelta(years=number)
    except (OverflowError, ValueError) as error:
        raise DeadlineError(
            f"got {span} from {day}; allowed: an end within the years 1 to 9999"
        ) from error
