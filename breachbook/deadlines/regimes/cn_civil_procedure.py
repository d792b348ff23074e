"""Periods of China's Civil Procedure Law: article 85 and the Interpretation of 2022, article 125.

Left out: time in transit (a posted paper counts by its postmark), restoration under article 86,
and the suspension of periods by order.
"""

from datetime import timedelta

from breachbook.deadlines.counting import (
    Computed,
    Question,
    Reading,
    Regime,
    Sentence,
    add_hours,
    conclude,
    conclude_hours,
    next_full_hour,
    roll,
    shown,
    shown_zh,
)
from breachbook.deadlines.period import shift
from breachbook.deadlines.regimes.cn_words import in_chinese
from breachbook.deadlines.regimes.ends import PLACE, closed_too
from breachbook.errors import DeadlineError

_DAY = timedelta(days=1)


def count(question: Question) -> Computed:
    """Count a period under CPL 85.

    Raises:
        DeadlineError: Hours without an instant, or counted backward.
    """
    span = question.span
    if span.unit == "hours":
        return _hours(question)
    day = question.day()
    # CPL 85: the day on which the period begins is not counted; Civil Code 202 gives the end of
    # months and years.
    raw = shift(day, span, question.sign)
    before = "之前" if question.direction == "before" else ""
    working = [
        Sentence(
            f"{shown(day)} is the day on which the period begins and is not counted",
            "CPL 85",
            f"{shown_zh(day)}为期间开始之日，不计算在内（民事诉讼法第八十五条）",
        ),
        Sentence(
            f"{span} {question.direction} it end on {shown(raw)}",
            "CPL 85; Civil Code 202 for months and years",
            f"{before}{in_chinese(span)}至{shown_zh(raw)}（民事诉讼法第八十五条；按月、年计算的参照民法典第二百零二条）",
        ),
    ]
    if question.options.bound == "earliest":
        return conclude(question, raw, raw, working)
    if question.direction == "before":
        return _before(question, working)
    # CPL 85: if the last day is a rest day, the first day after it; a make-up working weekend is
    # no rest day.
    calendar = closed_too(question)
    legal = roll(
        calendar,
        raw,
        1,
        working,
        "CPL 85; rest days as the State Council's notice arranges them",
        zh="民事诉讼法第八十五条",
    )
    return conclude(question, raw, legal, working, calendar=calendar)


def _before(question: Question, working: list[Sentence]) -> Computed:
    # No text counts backward; by analogy the same day number, unrolled, and to be safe one day
    # earlier.
    raw = shift(question.day(), question.span, -1)
    reading = Reading(
        raw - _DAY,
        raw - _DAY,
        "backward counting rests on analogy only, and a day less is the cautious reading",
        "no text",
    )
    return conclude(
        question, raw, raw, working, calendar=closed_too(question), ours="the same day number, by analogy",
        authority="CPL 85", readings=[reading], rolls=False,
    )  # fmt: skip


def _hours(question: Question) -> Computed:
    # Interpretation 125: hours count from the next hour; CPL 85 rolls days only.
    if question.direction == "before":
        raise DeadlineError(
            "direction: got before; allowed: after, because no text counts hours backward"
        )
    instant = question.instant()
    start = next_full_hour(instant)
    end = add_hours(start, question.span.number)
    working = [
        Sentence(
            f"{shown(instant)}: the hour of the event is not counted; hours run from {shown(start)}",
            "Interpretation 125",
            f"{shown_zh(instant)}所在的小时不计算在内，自次时{shown_zh(start)}起算（民诉法解释第一百二十五条）",
        ),
        Sentence(
            f"{question.span} end at {shown(end)}; hours are never moved from a rest day",
            "CPL 85",
            f"{in_chinese(question.span)}至{shown_zh(end)}届满，以时计算的期间不因休息日顺延（民事诉讼法第八十五条）",
        ),
    ]
    return conclude_hours(question, end, end, working)


REGIME = Regime(
    id="cn-civil-procedure",
    authority="民事诉讼法第八十五条 (Civil Procedure Law of China, article 85)",
    units=frozenset({"hours", "days", "months", "years"}),
    accepts=PLACE | {"foreign"},
    count=count,
    calendars=("CN",),
    zone="Asia/Shanghai",
)
