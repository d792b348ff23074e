"""European Union: Regulation 1182/71, and reports on ICT incidents under RTS (EU) 2025/301.

Left out of Regulation 1182/71: parts of months (art. 3(2)(d)). Whether the two working days of
art. 3(5) hold for periods in hours is contested; they are never counted on.
"""

from datetime import UTC, datetime, timedelta

from breachbook.deadlines.counting import (
    LAST_SECOND,
    NOON,
    Computed,
    Question,
    Regime,
    Sentence,
    add_hours,
    conclude,
    conclude_hours,
    elapsed,
    next_full_hour,
    roll,
    shown,
)
from breachbook.deadlines.regimes.ends import (
    START,
    Cites,
    closed_too,
    counted_from,
    flat_hours,
    nth_open,
    same_number,
    unrolled,
)
from breachbook.errors import DeadlineError

_CITES = Cites("Reg. 1182/71 art. 3(1)", "Reg. 1182/71 art. 3(2)", "Reg. 1182/71 art. 3(4)")
_TWO = 2
_DAY = timedelta(days=1)


def count_1182(question: Question) -> Computed:
    """Count a period under Regulation 1182/71.

    Raises:
        DeadlineError: Hours without an instant; working days of an unknown calendar.
    """
    unit = question.span.unit
    if unit == "hours":
        return _hours(question)
    working: list[Sentence] = []
    calendar = closed_too(question)
    if unit == "business-days":
        if not question.calendar.is_named:
            raise DeadlineError(
                "options.calendar: got nothing; allowed: a Member State or part of one, because "
                f"{question.span} are counted by its holidays"
            )
        # 2(2): working days are all days but holidays, Saturdays and Sundays.
        end = nth_open(question, calendar, Cites(_CITES.start, "art. 2(2), 3(3)", ""), working)
        return conclude(question, end, end, working, calendar=calendar)
    # 3(1), 3(2)(b)-(c): the day of the event is left out; the same weekday or number, or the
    # last day of the month.
    raw = same_number(question, _CITES, working)
    if question.direction == "before":
        return unrolled(question, raw, working, "art. 3(4) second subparagraph: not backward")
    if question.options.bound == "earliest":
        return conclude(question, raw, raw, working, rolls=False)
    # 3(4): an end on a holiday, Sunday or Saturday moves to the next working day.
    legal = roll(calendar, raw, 1, working, _CITES.roll)
    # 3(5): a period of two days or more holds at least two working days.
    first = counted_from(question) + _DAY
    if (raw - first).days >= _TWO - 1:
        while calendar.open_days(first, legal, _TWO) < _TWO:
            legal = calendar.next_open(legal + _DAY)
            working.append(
                Sentence(
                    f"the period must hold two working days: it ends on {shown(legal)}",
                    "Reg. 1182/71 art. 3(5)",
                )
            )
    return conclude(question, raw, legal, working, calendar=calendar)


def _hours(question: Question) -> Computed:
    if question.direction == "before":
        return flat_hours(question, _CITES.start)
    # 3(1): the hour in which the event falls is left out; 3(2)(a), 3(4): hours are never moved.
    instant = question.instant()
    start = next_full_hour(instant)
    end = add_hours(start, question.span.number)
    working = [
        Sentence(
            f"{shown(instant)}: the hour of the event is not counted; hours run from "
            f"{shown(start)}",
            "Reg. 1182/71 art. 3(1)",
        ),
        Sentence(
            f"{question.span} end at {shown(end)}; a weekend or holiday does not move them",
            "Reg. 1182/71 art. 3(2)(a), 3(4)",
        ),
    ]
    return conclude_hours(question, end, end, working)


def count_dora(question: Question) -> Computed:
    """Count a report of a major ICT incident under RTS 2025/301 art. 5.

    Raises:
        DeadlineError: Hours without an instant, or a cap without the moment of awareness.
    """
    if question.span.unit == "hours":
        return _dora_hours(question)
    working: list[Sentence] = []
    # 5(1)(c): one month after the last intermediate report.
    raw = same_number(question, Cites("Reg. 1182/71 art. 3(1)", "art. 5(1)(c)", ""), working)
    calendar = closed_too(question)
    # 5(4): an end on a closed day runs to noon of the next working day; for the final report the
    # exclusion of 5(5)-(6) does not apply.
    legal = roll(calendar, raw, 1, working, "noon, art. 5(4)")
    closes = LAST_SECOND if legal == raw else NOON
    return conclude(question, raw, legal, working, calendar=calendar, closes=closes)


def _dora_hours(question: Question) -> Computed:
    options = question.options
    raw = elapsed(question)
    working = [
        Sentence(
            f"{question.span} after {shown(question.instant())}: {shown(raw)}",
            "RTS 2025/301 art. 5(1)",
        )
    ]
    if options.cap_from_aware is not None:
        if options.aware_at is None:
            raise DeadlineError(
                "options.aware_at: got nothing; allowed: the moment the entity became aware, "
                f"because the report is due {options.cap_from_aware} after it at the latest"
            )
        # 5(1)(a): no later than the cap from awareness.
        aware = options.aware_at.astimezone(raw.tzinfo)
        cap = add_hours(aware, options.cap_from_aware.number)
        working.append(
            Sentence(f"at the latest {options.cap_from_aware} after awareness: {shown(cap)}",
                     "RTS 2025/301 art. 5(1)(a)")
        )  # fmt: skip
        raw = min(raw, cap, key=lambda moment: moment.astimezone(UTC))
    day = raw.date()
    # 5(4)-(6): noon of the next working day, unless the entity is excluded from that.
    opened = day if options.excluded_entity else roll(
        closed_too(question), day, 1, working, "noon, art. 5(4)"
    )  # fmt: skip
    legal = raw if opened == day else datetime.combine(opened, NOON, raw.tzinfo)
    return conclude_hours(
        question, raw, legal, working, rolls_on=None if options.excluded_entity else opened
    )


REGULATION_1182 = Regime(
    id="eu-1182",
    authority="Regulation (EEC, Euratom) 1182/71",
    units=frozenset({"hours", "days", "business-days", "weeks", "months", "years"}),
    accepts=START,
    count=count_1182,
    calendars=("weekends",),
)
DORA = Regime(
    id="eu-dora",
    authority="Delegated Regulation (EU) 2025/301, article 5",
    units=frozenset({"hours", "months"}),
    accepts=START | {"aware_at", "cap_from_aware", "excluded_entity"},
    count=count_dora,
    calendars=("weekends",),
    directions=frozenset({"after"}),
)
REGIMES = (REGULATION_1182, DORA)
