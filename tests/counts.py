"""What tests of counting ask of a result: the order of its moments, its citations, its dates."""

from datetime import UTC, date, datetime
from functools import cache

from breachbook.content import law_folders
from breachbook.deadlines import Computed, Law, Moment, compute, load_law, trigger_day

OWN_RULES = (
    "safe is",
    "no open day lies",
    "first permitted day",
    "the official calendar is known until",
)
"""Openings of the sentences that state rules of this program, which have no other authority."""


@cache
def law() -> Law:
    """Read the law we ship, once in a process."""
    return load_law(law_folders())


def moment(written: object) -> Moment:
    """Read a date or an instant as worked examples write them."""
    text = str(written)
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def day(of: Moment) -> date:
    """Give the local date of a moment."""
    return of.date() if isinstance(of, datetime) else of


def agrees(got: object, expected: object) -> bool:
    """Compare as examples are meant: a date with the local day, an instant with the instant."""
    if expected is None or isinstance(expected, bool):
        return got is expected
    wanted = moment(expected)
    if isinstance(got, datetime) and not isinstance(wanted, datetime):
        return got.date() == wanted
    return got == wanted


def not_after(one: Moment, other: Moment) -> bool:
    """Tell whether a moment is no later than another; a date and an instant compare by the day."""
    if isinstance(one, datetime) and isinstance(other, datetime):
        return one.astimezone(UTC) <= other.astimezone(UTC)
    return day(one) <= day(other)


def uncited(computed: Computed) -> list[str]:
    """List the sentences of the working that cite nothing though they apply a law."""
    return [
        sentence.text
        for sentence in computed.working
        if not sentence.authority and not sentence.text.startswith(OWN_RULES)
    ]


def applied(rule: str, when: str, **told: object) -> Computed:
    """Count a rule we ship from a written moment, by the version in force on its day."""
    moment_ = moment(when)
    version = law().rule(rule, trigger_day(law().rules[rule][-1], moment_))
    return compute(version, moment_, told=told, calendars=law().calendars)
