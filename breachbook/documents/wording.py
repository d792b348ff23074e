"""How dates, numbers and lists are written in each language: the filters of the templates."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import TypeVar

from breachbook.documents.inert import inert, lines, plain

T = TypeVar("T")

_MONTHS = {
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
    "de": (
        "Januar", "Februar", "März", "April", "Mai", "Juni",
        "Juli", "August", "September", "Oktober", "November", "Dezember",
    ),
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin",
        "juillet", "août", "septembre", "octobre", "novembre", "décembre",
    ),
}  # fmt: skip
_TOGETHER = {  # between the items of a list, and before the last one
    "en": (", ", " and "), "de": (", ", " und "), "fr": (", ", " et "),
    "zh": ("、", "和"), "zh-TW": ("、", "及"), "ja": ("、", "及び"), "ko": (", ", " 및 "),
}  # fmt: skip
_CHINESE_DIGITS = "〇一二三四五六七八九"


def filters(language: str) -> Mapping[str, Callable[..., object]]:
    """Give the filters a template of one language may use."""
    return {
        "day": lambda text: day(text, language),
        "moment": lambda text: moment(text, language),
        "lines": lines,
        "numeral": numeral,
        "listed": lambda items: listed(items, language),
        "or_blank": lambda given, blank: or_blank(given, blank, language),
        "phrased": phrased,
        "flat": flat,
        "group": lambda number: f"{number:,}",
    }


def day(text: str, language: str) -> str:
    """Write an ISO date, or the date of an ISO instant at its own offset, as letters do.

    Years are those of the Republic in Taiwan (1912 is its first), of the common era elsewhere.

    Raises:
        ValueError: Not an ISO date or instant.
    """
    when = _date(plain(text))
    year, month, number = when.year, when.month, when.day
    tongue = language.split("-")[0]
    if language == "zh-TW":
        return f"民國{year - 1911}年{month}月{number}日"
    if tongue in ("zh", "ja"):
        return f"{year}年{month}月{number}日"
    if tongue == "ko":
        return f"{year}년 {month}월 {number}일"
    name = _MONTHS.get(tongue, _MONTHS["en"])[month - 1]
    if language == "en-US":
        return f"{name} {number}, {year}"
    ordinal = {"de": f"{number}.", "fr": "1er" if number == 1 else str(number)}
    written = f"{ordinal.get(tongue, str(number))} {name} {year}"
    return inert(written)  # else a paragraph that begins with `5. März` is a numbered list


def moment(text: str, language: str) -> str:
    """Write an ISO instant with its time and offset, a plain date without."""
    iso = plain(text)
    if "T" not in iso:
        return day(text, language)
    at = datetime.fromisoformat(iso)
    hour = {"de": f"{at:%H:%M} Uhr", "fr": f"à {at:%H} h {at:%M}"}.get(language, f"{at:%H:%M}")
    return inert(f"{plain(day(text, language))} {hour} {_offset(at)}".strip())


def numeral(number: int) -> str:
    """Write 1 to 99 in Chinese, as headings of Chinese letters are numbered."""
    if not 1 <= number <= 99:
        raise ValueError(f"numeral: got {number}; allowed: 1 to 99")
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_CHINESE_DIGITS[tens]}十"
    return head + (_CHINESE_DIGITS[ones] if ones or not tens else "")


def listed(items: Iterable[str], language: str) -> str:
    """Join items as running text does: `a, b and c`, `甲、乙和丙`, `a, b und c`."""
    parts = list(items)
    comma, last = _TOGETHER.get(language) or _TOGETHER.get(language.split("-")[0], _TOGETHER["en"])
    return last.join(part for part in (comma.join(parts[:-1]), *parts[-1:]) if part)


def or_blank(given: str | Iterable[str] | None, blank: str, language: str) -> str:
    """Print what was given, several joined; where nothing was, a bracketed blank for counsel.

    Args:
        given: A text, the answers to a question, or nothing.
        blank: What belongs there, in the language of the notice.
        language: Of the notice; Chinese and Japanese have brackets of their own.
    """
    wide = language.startswith(("zh", "ja"))
    said = [given] if isinstance(given, str) else list(given or ())
    if not any(said):
        return f"【{blank}】" if wide else rf"\[{blank}\]"
    between = "；" if wide else "\u202f; " if language.startswith("fr") else "; "
    return between.join(filter(None, said))


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
