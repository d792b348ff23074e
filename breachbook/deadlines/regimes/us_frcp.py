"""Federal Rules of Civil Procedure, rule 6(a)-(d), in the order of its text.

Left out: extensions by the court (6(b)), the notice of motions (6(c), which law files state as
periods), and earlier cut-off hours that some courts set by local rule. A date that an order fixes
is not counted here.
"""

from datetime import date, datetime, timedelta

from breachbook.deadlines.calendars import View
from breachbook.deadlines.counting import (
    Computed,
    Question,
    Reading,
    Regime,
    Sentence,
    Warning,
    conclude,
    conclude_hours,
    elapsed,
    roll,
    shown,
)
from breachbook.deadlines.period import shift
from breachbook.errors import DeadlineError

_DAY = timedelta(days=1)
_SERVICE_DAYS = 3  # FRCP 6(d)


def count(question: Question) -> Computed:
    """Count a period under FRCP 6.

    Raises:
        DeadlineError: Hours without an instant or without the court's zone.
    """
    return count_rule_6(question, frozenset({"mail"}))


def count_rule_6(question: Question, three_days: frozenset[str]) -> Computed:
    """Count as rule 6(a), adding three days after the ways of service named.

    Raises:
        DeadlineError: Hours without an instant or without the court's zone.
    """
    if question.span.unit == "hours":
        return _hours(question)
    options, holidays = question.options, _holidays(question)
    working: list[Sentence] = []
    raw, legal = _end(question, holidays, three_days, working)
    if options.court_leave & {raw, legal}:
        text = "the court's own leave day is not a legal holiday and does not move the end"
        working.append(Sentence(text, "6(a)(6)"))
    readings = []
    disputed = holidays.disputed(min(question.day(), legal), max(question.day(), legal))
    if disputed:
        # 6(a)(6)(A)-(B): whether a closing by order, or the Friday kept for a Saturday holiday,
        # is a legal holiday is arguable; under the other reading the period may end earlier.
        end = _end(question, holidays.opening(disputed), three_days, [])[1]
        named = ", ".join(shown(day) for day in sorted(disputed))
        readings = [Reading(end, end, f"{named} is no legal holiday", "5 USC 6103(b), 6(a)(6)(A)")]
    # 6(a)(4): electronic filing ends at midnight in the court's zone, any other when the clerk's
    # office closes.
    paper: tuple[Warning, ...] = ("clerk-hours",) if options.filing == "paper" else ()
    closed = holidays.closing(options.closed)
    return conclude(
        question, raw, legal, working, calendar=closed, readings=readings, warnings=paper,
        ours="closings by order and Fridays kept for Saturday holidays are legal holidays",
        authority="6(a)(6)(B); courts' practice",
    )  # fmt: skip


def _end(
    question: Question, holidays: View, three_days: frozenset[str], working: list[Sentence]
) -> tuple[date, date]:
    options, day = question.options, question.day()
    # 6(a)(1): leave out the day of the event; count every day, also weekends and holidays.
    raw = shift(day, question.span, question.sign)
    working += [
        Sentence(f"{shown(day)} is the day of the event and is not counted", "6(a)(1)(A)"),
        Sentence(
            f"{question.span} {question.direction} it, every day counted, end on {shown(raw)}",
            "6(a)(1)(B)",
        ),
    ]
    if options.bound == "earliest":
        return raw, raw
    # 6(a)(1)(C) and (5): an end on a Saturday, Sunday or holiday moves on in the direction of
    # counting.
    legal = roll(holidays, raw, question.sign, working, "6(a)(1)(C), 6(a)(5)")
    # 6(a)(3): if the clerk's office cannot be reached on the last day, always forward.
    closed = holidays.closing(options.closed)
    legal = roll(closed, legal, 1, working, "clerk's office inaccessible, 6(a)(3)")
    if options.service in three_days and question.direction == "after":
        # 6(d): three days are added after the period would otherwise end; the last of them may
        # move again.
        raw = legal + _SERVICE_DAYS * _DAY
        text = f"service by {options.service} adds {_SERVICE_DAYS} days: {shown(raw)}"
        working.append(Sentence(text, "6(d)"))
        legal = roll(closed, raw, 1, working, "6(a)(1)(C), 6(a)(3)")
    return raw, legal


def _holidays(question: Question) -> View:
    # 6(a)(6): statutory holidays and days the President or Congress declares; those of the state
    # where the court sits count only for periods after an event.
    options = question.options
    added = options.declared_holidays
    return question.calendar.closing(
        added | options.state_holidays if question.direction == "after" else added
    )


def _hours(question: Question) -> Computed:
    if question.zone is None:
        raise DeadlineError(
            "zone: got nothing; allowed: the court's zone, because hours that end on a closed "
            "day move on"
        )
    # 6(a)(2): count at once, every hour, also of weekends and holidays; real hours across a
    # change of the clock.
    raw = elapsed(question)
    text = (
        f"{question.span} {question.direction} {shown(question.instant())}, every hour counted: "
    )
    working = [Sentence(f"{text}{shown(raw)}", "6(a)(2)")]
    holidays = _holidays(question)
    # 6(a)(2)(C), (3)(B): an end on a closed day moves to the same clock time of the next open day.
    day = roll(holidays, raw.date(), question.sign, working, "same clock time, 6(a)(2)(C)")
    day = roll(
        holidays.closing(question.options.closed), day, 1, working, "same clock time, 6(a)(3)(B)"
    )
    legal = raw if day == raw.date() else datetime.combine(day, raw.timetz())
    return conclude_hours(question, raw, legal, working, rolls_on=day)


ACCEPTS = frozenset(
    [
        "calendar",
        "calendar_known_until",
        "court_timezone",
        "service",
        "filing",
        "closed",
        "holidays",
        "declared_holidays",
        "state_holidays",
        "court_leave",
        "bound",
    ]
)
REGIME = Regime(
    id="us-frcp",
    authority="Federal Rules of Civil Procedure, rule 6",
    units=frozenset({"hours", "days", "weeks", "months", "years"}),
    accepts=ACCEPTS,
    count=count,
    calendars=("US",),
    subdivisions="forward",
)
