"""Lengths of time in Chinese, for the working of counts in China."""

from breachbook.deadlines.period import Span, Unit

_UNITS: dict[Unit, str] = {
    "hours": "小时",
    "days": "日",
    "business-days": "个工作日",
    "weeks": "周",
    "months": "个月",
    "years": "年",
}


def in_chinese(span: Span) -> str:
    """Write a span, such as 15日 or 3个月."""
    return f"{span.number}{_UNITS[span.unit]}"
