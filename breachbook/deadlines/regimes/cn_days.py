"""Other periods of Chinese law: criminal procedure, market regulator, working days, bare days.

Left out: periods of custody, which end on the day even if it is a rest day, time in transit, and
hours of the market regulator's rules.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from breachbook.deadlines.counting import (
    Computed,
    Question,
    Reading,
    Regime,
    Sentence,
    conclude,
    roll,
    shown,
    shown_zh,
)
from breachbook.deadlines.period import shift
from breachbook.deadlines.regimes.cn_words import in_chinese
from breachbook.deadlines.regimes.ends import PLACE, closed_too

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Text:
    """A text in both languages."""

    en: str
    zh: str


_CRIMINAL = _Text("CrPL 105; Interpretation 202 for months", "刑事诉讼法第一百零五条")
_MARKET = _Text("Penalty Procedure 80", "市场监督管理行政处罚程序规定第八十条")
_BARE = _Text("the text of the rule states no roll", "有关规定未明确顺延")


def criminal(question: Question) -> Computed:
    """Count a period under CrPL 105 and Interpretation 202."""
    day = question.day()
    raw = shift(day, question.span)
    # Interpretation 202: what begins on the last day of a month ends on the last day of a month.
    if question.span.unit == "months" and (day + _DAY).day == 1:
        raw = _month_end(raw)
    return _rolled(question, raw, _CRIMINAL)


def market_penalty(question: Question) -> Computed:
    """Count a period of the market regulator's penalty procedure, article 80."""
    return _rolled(question, shift(question.day(), question.span), _MARKET)


def bare_days(question: Question) -> Computed:
    """Count flat days of a text that states no roll; the rolled day is only the outer bound."""
    raw = shift(question.day(), question.span, question.sign)
    working = _start(question, raw, _BARE)
    if question.options.bound == "earliest" or question.direction == "before":
        return conclude(question, raw, raw, working, rolls=False)
    calendar = closed_too(question)
    legal = roll(calendar, raw, 1, working, "by analogy with CPL 85", zh="参照")
    contrary = Reading(raw, raw, "nothing moves the end from a rest day", _BARE.en)
    return conclude(
        question, raw, legal, working, calendar=calendar, readings=[contrary],
        ours="the end moves from a rest day by analogy", authority="CPL 85",
    )  # fmt: skip


def _rolled(question: Question, raw: date, text: _Text) -> Computed:
    # The day on which the period begins is not counted; a rest day at the end moves it on.
    working = _start(question, raw, text)
    if question.options.bound == "earliest":
        return conclude(question, raw, raw, working)
    calendar = closed_too(question)
    legal = roll(calendar, raw, 1, working, text.en, zh=text.zh)
    return conclude(question, raw, legal, working, calendar=calendar)


def _start(question: Question, raw: date, text: _Text) -> list[Sentence]:
    day, span = question.day(), question.span
    return [
        Sentence(
            f"{shown(day)} is the day on which the period begins and is not counted",
            text.en,
            f"{shown_zh(day)}为期间开始之日，不计算在内（{text.zh}）",
        ),
        Sentence(
            f"{span} {question.direction} it end on {shown(raw)}",
            text.en,
            f"{in_chinese(span)}至{shown_zh(raw)}（{text.zh}）",
        ),
    ]


def _month_end(day: date) -> date:
    return (day.replace(day=28) + 4 * _DAY).replace(day=1) - _DAY


def workday(question: Question) -> Computed:
    """Count working days after a day; make-up weekends count; the n-th is the last one."""
    day, span = question.day(), question.span
    calendar = closed_too(question)
    last = calendar.step(day, span.number, question.sign)
    working = [
        Sentence(
            f"{shown(day)} is the day of the event; counting starts with the next working day",
            "texts that say 工作日",
            f"{shown_zh(day)}为事件发生之日，自次一工作日起算",
        ),
        Sentence(
            f"{span} of the official calendar, make-up weekends included, end on {shown(last)}",
            "the State Council's yearly notice",
            f"按国务院办公厅节假日安排（调休上班日计入）计算{in_chinese(span)}，至{shown_zh(last)}",
        ),
    ]
    return conclude(question, last, last, working, calendar=calendar)


CRIMINAL = Regime(
    id="cn-criminal",
    authority="刑事诉讼法第一百零五条 (Criminal Procedure Law of China, article 105)",
    units=frozenset({"days", "months", "years"}),
    accepts=PLACE,
    count=criminal,
    calendars=("CN",),
    zone="Asia/Shanghai",
    directions=frozenset({"after"}),
)
MARKET_PENALTY = Regime(
    id="cn-market-penalty",
    authority="市场监督管理行政处罚程序规定第八十条 (SAMR penalty procedure, article 80)",
    units=frozenset({"days", "months", "years"}),
    accepts=PLACE,
    count=market_penalty,
    calendars=("CN",),
    zone="Asia/Shanghai",
    directions=frozenset({"after"}),
)
CALENDAR = Regime(
    id="cn-calendar",
    authority="texts of China that state days and no roll",
    units=frozenset({"days", "weeks", "months", "years"}),
    accepts=PLACE,
    count=bare_days,
    calendars=("CN",),
    zone="Asia/Shanghai",
)
WORKDAY = Regime(
    id="cn-workday",
    authority="行政处罚法第八十五条 (Administrative Penalty Law, 85); texts that say 工作日",
    units=frozenset({"business-days"}),
    accepts=PLACE,
    count=workday,
    calendars=("CN",),
    zone="Asia/Shanghai",
)
REGIMES = (CRIMINAL, MARKET_PENALTY, CALENDAR, WORKDAY)
