"""California: Code of Civil Procedure 12 to 12c, 1005(b), 1010.6, 1013.

Left out: mail between California and another state (ten days instead of five), and the periods
that electronic service never extends (new trial, vacating a judgment, notice of appeal).
"""

from datetime import date, timedelta

from breachbook.deadlines.calendars import View
from breachbook.deadlines.counting import (
    Computed,
    Question,
    Regime,
    Sentence,
    conclude,
    roll,
    shown,
)
from breachbook.deadlines.period import shift
from breachbook.deadlines.regimes.ends import PLACE, closed_too

# Calendar days and court days added for the way of service, within California and from abroad.
_BEFORE = {"mail": (5, 20, 0), "express": (2, 2, 0), "electronic": (0, 0, 2)}  # 1005(b), 1010.6
_AFTER = {"mail": (5, 20, 0), "express": (0, 0, 2), "electronic": (0, 0, 2)}  # 1013, 1010.6
_DAY = timedelta(days=1)


def count(question: Question) -> Computed:
    """Count a period of the CCP, with the days that 1005(b) or 1013 adds for service."""
    working: list[Sentence] = []
    calendar = closed_too(question)
    day, sign = question.day(), question.sign
    # 12, 12c: the first day is left out; before a hearing the day of the hearing is.
    cite = "CCP 12" if sign > 0 else "CCP 12c, 1005(b)"
    working.append(Sentence(f"{shown(day)} is not counted", cite))
    if question.span.unit == "business-days":
        end = calendar.step(day, question.span.number, sign)
        working.append(Sentence(f"{question.span}, court days only: {shown(end)}", cite))
    else:
        end = shift(day, question.span, sign)
        working.append(Sentence(f"{question.span}: {shown(end)}", cite))
    raw = _served(question, calendar, end, working)
    if question.options.bound == "earliest":
        return conclude(question, raw, raw, working, calendar=calendar, rolls=False)
    # 12a: a holiday, which every Saturday and Sunday is, moves the end on; before a hearing back.
    legal = roll(calendar, raw, sign, working, "CCP 12a" if sign > 0 else "CCP 12c; practice")
    return conclude(question, raw, legal, working, calendar=calendar)


def _served(question: Question, calendar: View, end: date, working: list[Sentence]) -> date:
    service = question.options.service
    if service is None:
        return end
    table = _AFTER if question.direction == "after" else _BEFORE
    near, far, court_days = table[service]
    days = far if question.options.foreign else near
    moved = calendar.step(end + question.sign * days * _DAY, court_days, question.sign)
    cite = "CCP 1013, 1010.6" if question.direction == "after" else "CCP 1005(b), 1010.6"
    added = f"{days} days" if days else f"{court_days} court days"
    working.append(Sentence(f"service by {service} adds {added}: {shown(moved)}", cite))
    return moved


REGIME = Regime(
    id="us-ca-ccp",
    authority="California Code of Civil Procedure 12-12c, 1005, 1010.6, 1013",
    units=frozenset({"days", "business-days", "weeks", "months", "years"}),
    accepts=PLACE | {"service", "foreign"},
    count=count,
    calendars=("US-CA-COURT",),
    zone="America/Los_Angeles",
)
