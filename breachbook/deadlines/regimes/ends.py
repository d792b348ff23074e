"""Ends of periods, as several laws share them: where counting starts, where it ends, what moves it."""

from dataclasses import dataclass
from datetime import date, timedelta

from breachbook.deadlines.calendars import View
from breachbook.deadlines.counting import (
    Computed,
    Question,
    Sentence,
    conclude,
    conclude_hours,
    elapsed,
    is_chinese,
    roll,
    shown,
    shown_zh,
)
from breachbook.deadlines.period import Span, shift
from breachbook.deadlines.regimes.cn_words import in_chinese

PLACE = frozenset(
    {"calendar", "calendar_known_until", "court_timezone", "holidays", "closed", "bound"}
)
START = PLACE | {"start"}
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cites:
    """Where the steps of one law's counting stand.

    Attributes:
        start: Which day is left out.
        end: Where the period ends.
        roll: What moves the end from a closed day.
    """

    start: str
    end: str
    roll: str


def start_day(question: Question, cites: Cites, working: list[Sentence]) -> date:
    """Give the day that is left out, as the option `start` and the law have it.

    ``inclusive`` makes the trigger's day the first one counted, ``year-end`` lets the clock start
    at the end of the trigger's year, ``previous-end`` takes the trigger for the unrolled end of
    an earlier period.
    """
    day, start = question.day(), question.options.start
    if start == "inclusive":
        working.append(Sentence(f"{shown(day)} is itself the first day", cites.start))
        return day - _DAY
    if start == "year-end":
        end = date(day.year, 12, 31)
        working.append(
            Sentence(f"{shown(day)}: the period begins with the end of {day.year}", cites.start)
        )
        return end
    if start == "previous-end":
        rolled = closed_too(question).next_open(day)
        working.append(
            Sentence(
                f"the earlier period ended on {shown(day)}, moved to {shown(rolled)}; the new one "
                "begins after it",
                cites.start,
            )
        )
        return rolled
    zh = f"{shown_zh(day)}为事件发生之日，不计算在内" if is_chinese(question) else ""
    working.append(
        Sentence(f"{shown(day)} is the day of the event and is not counted", cites.start, zh)
    )
    return day


def counted_from(question: Question) -> date:
    """Give the day left out, without saying so."""
    return start_day(question, Cites("", "", ""), [])


def same_number(question: Question, cites: Cites, working: list[Sentence]) -> date:
    """End a period on the number of the day left out, or on the last day of the month."""
    day = start_day(question, cites, working)
    sign = question.sign
    if question.options.start == "inclusive" and question.span.unit in ("months", "years"):
        # The first day counts, so the period ends on the day before the one of its number.
        end = shift(day + _DAY, question.span) - _DAY
    else:
        end = shift(day, question.span, sign)
    working.append(
        Sentence(f"{question.span} {question.direction} end on {shown(end)}", cites.end)
    )
    return end


def before_corresponding(question: Question, cites: Cites, working: list[Sentence]) -> date:
    """End a period on the day before the one that corresponds to its first day.

    Where the last month has no such day, it ends on the last day of that month.
    """
    day = start_day(question, cites, working)
    first = day + _DAY
    if question.span.unit in ("days", "weeks"):
        end = shift(day, question.span)
    else:
        corresponding = shift(first, question.span)
        end = corresponding if corresponding.day < first.day else corresponding - _DAY
    working.append(
        Sentence(
            f"day 1 is {shown(first)}; {question.span} from it end on {shown(end)}", cites.end
        )
    )
    return end


def closed_too(question: Question) -> View:
    """Give the calendar with the days told as closed at the office."""
    return question.calendar.closing(question.options.closed)


def rolled(question: Question, raw: date, cites: Cites, working: list[Sentence]) -> Computed:
    """Conclude a period whose end moves to the next open day; backward it stays where it is."""
    if question.options.bound == "earliest" or question.direction == "before":
        return conclude(question, raw, raw, working, rolls=False)
    calendar = closed_too(question)
    legal = roll(calendar, raw, 1, working, cites.roll)
    return conclude(question, raw, legal, working, calendar=calendar)


def unrolled(question: Question, raw: date, working: list[Sentence], why: str) -> Computed:
    """Conclude a period that nothing moves from a closed day, but a closed office that was told."""
    legal = raw
    while legal in question.options.closed and question.options.bound != "earliest":
        legal += _DAY
    if legal != raw:
        working.append(
            Sentence(f"the office was told closed: the end moves to {shown(legal)}", why)
        )
    elif question.calendar.is_closed(raw):
        working.append(Sentence(f"nothing moves the end from {shown(raw)}", why))
    return conclude(question, raw, legal, working, calendar=closed_too(question), rolls=False)


def flat_hours(question: Question, authority: str) -> Computed:
    """Count real hours from the instant, without rounding or roll.

    Raises:
        DeadlineError: The trigger is a date.
    """
    end, instant = elapsed(question), question.instant()
    zh = f"自{shown_zh(instant)}起按实际经过的小时计算{in_chinese(question.span)}：{shown_zh(end)}"
    working = [
        Sentence(
            f"{question.span} {question.direction} {shown(instant)}, every hour counted: "
            f"{shown(end)}",
            authority,
            zh if is_chinese(question) else "",
        )
    ]
    return conclude_hours(question, end, end, working)


def nth_open(
    question: Question, calendar: View, cites: Cites, working: list[Sentence], number: int = 0
) -> date:
    """Give the n-th open day after the day left out, or before it."""
    day = start_day(question, cites, working)
    end = calendar.step(day, number or question.span.number, question.sign)
    working.append(
        Sentence(f"{question.span} {question.direction}, open days only: {shown(end)}", cites.end)
    )
    return end


def months_of(span: Span) -> bool:
    """Tell whether a span is counted in months or years."""
    return span.unit in ("months", "years")
