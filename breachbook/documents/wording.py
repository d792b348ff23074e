"""How dates, numbers and lists are written in each language: the filters of the templates."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import TypeVar

from breachbook.documents.inert import inert, lines, plain

T = TypeVar("T")

_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_CHINESE_DIGITS = "〇一二三四五六七八九"


def filters(language: str) -> Mapping[str, Callable[..., object]]:
    """Give the filters a template of one language may use."""
    return {
        "day": lambda text: day(text, language),
        "moment": lambda text: moment(text, language),
        "lines": lines,
        "numeral": numeral,
        "listed": lambda items: listed(items, language),
        "phrased": phrased,
        "flat": flat,
        "group": lambda number: f"{number:,}",
    }


def day(text: str, language: str) -> str:
    """Write an ISO date, or the date of an ISO instant at its own offset, as letters do.

    Raises:
        ValueError: Not an ISO date or instant.
    """
    when = _date(plain(text))
    if language.startswith("zh"):
        return f"{when.year}年{when.month}月{when.day}日"
    if language == "en-US":
        return f"{_MONTHS[when.month - 1]} {when.day}, {when.year}"
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


def moment(text: str, language: str) -> str:
    """Write an ISO instant with its time and offset, a plain date without."""
    iso = plain(text)
    if "T" not in iso:
        return day(text, language)
    at = datetime.fromisoformat(iso)
    return inert(f"{plain(day(text, language))} {at:%H:%M} {_offset(at)}".strip())


def numeral(number: int) -> str:
    """Write 1 to 99 in Chinese, as headings of Chinese letters are numbered."""
    if not 1 <= number <= 99:
        raise ValueError(f"numeral: got {number}; allowed: 1 to 99")
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_CHINESE_DIGITS[tens]}十"
    return head + (_CHINESE_DIGITS[ones] if ones or not tens else "")


def listed(items: Iterable[str], language: str) -> str:
    """Join items as running text does: `a, b and c`, `甲、乙和丙`."""
    parts = list(items)
    comma, last = ("、", "和") if language.startswith("zh") else (", ", " and ")
    return last.join(part for part in (comma.join(parts[:-1]), *parts[-1:]) if part)


def phrased(words: Iterable[str], phrases: Mapping[str, str]) -> list[str]:
    """Put each closed word into the phrase a language has for it.

    Raises:
        ValueError: A word without a phrase.
    """
    unknown = sorted({plain(word) for word in words} - phrases.keys())
    if unknown:
        raise ValueError(f"has no phrase for {', '.join(unknown)}; it knows {', '.join(phrases)}")
    return [phrases[word] for word in words]


def flat(lists: Iterable[Iterable[T]]) -> list[T]:
    """Join lists into one."""
    return [item for items in lists for item in items]


def _date(iso: str) -> date:
    return datetime.fromisoformat(iso).date() if "T" in iso else date.fromisoformat(iso)


def _offset(at: datetime) -> str:
    name = at.strftime("%z")
    return "UTC" if name == "+0000" else f"UTC{name[:3]}:{name[3:]}" if name else ""
