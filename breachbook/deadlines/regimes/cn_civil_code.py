"""Periods of China's Civil Code, articles 200 to 204: limitation and contracts.

Left out: a method agreed by the parties (204), and suspension and interruption, which are facts
of their own.
"""

from breachbook.deadlines.counting import (
    Computed,
    Question,
    Regime,
    Sentence,
    conclude,
    conclude_hours,
    elapsed,
    roll,
    shown,
    shown_zh,
)
from breachbook.deadlines.period import shift
from breachbook.deadlines.regimes.cn_words import in_chinese
from breachbook.deadlines.regimes.ends import PLACE, closed_too


def count(question: Question) -> Computed:
    """Count a period under Civil Code 200-203.

    Raises:
        DeadlineError: Hours without an instant.
    """
    span = question.span
    if span.unit == "hours":
        # 201(2): hours run from the moment the law or the parties name, not from the next full
        # hour.
        end = elapsed(question)
        instant = question.instant()
        working = [
            Sentence(
                f"{span} from {shown(instant)} end at {shown(end)}",
                "Civil Code 201",
                f"自{shown_zh(instant)}起算{in_chinese(span)}，至{shown_zh(end)}届满（民法典第二百零一条）",
            )
        ]
        return conclude_hours(question, end, end, working)
    day = question.day()
    # 201(1): the day on which the period begins is not counted.
    # 202: months and years end on the day of that number; where the month has none, on its last
    # day.
    raw = shift(day, span)
    working = [
        Sentence(
            f"{shown(day)} is the day on which the period begins and is not counted",
            "Civil Code 201",
            f"{shown_zh(day)}为开始的当日，不计算在期间内（民法典第二百零一条）",
        ),
        Sentence(
            f"{span} end on {shown(raw)}",
            "Civil Code 202",
            f"{in_chinese(span)}于{shown_zh(raw)}届满（民法典第二百零二条）",
        ),
    ]
    if question.options.bound == "earliest":
        return conclude(question, raw, raw, working)
    # 203: if the last day is a rest day, the day after it; the day ends at 24:00.
    calendar = closed_too(question)
    legal = roll(calendar, raw, 1, working, "Civil Code 203", zh="民法典第二百零三条")
    return conclude(question, raw, legal, working, calendar=calendar)


REGIME = Regime(
    id="cn-civil-code",
    authority="民法典第二百条至第二百零四条 (Civil Code of China, articles 200-204)",
    units=frozenset({"hours", "days", "months", "years"}),
    accepts=PLACE,
    count=count,
    calendars=("CN",),
    zone="Asia/Shanghai",
    directions=frozenset({"after"}),
)
